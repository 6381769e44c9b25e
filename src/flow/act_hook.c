/* Hooks act at most once: an export line carries its key and is looked for first, a webhook carries an
 * Idempotency-Key, and whatever may have happened without our knowing becomes a person's question. No shell. */
#include "act_p.h"

#include "wismo/net/http.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <jansson.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define COMMAND_WAIT_S 60
#define SAID_CAP_BYTES 4096
/* Amazon's payment adjustment file, then our key (developer documentation of the flat file feeds, 2026-11). */
#define TSV_HEAD "order-id\torder-item-id\tadjustment-reason-code\tcurrency\titem-price-adj\tquantity\ttask\n"

static struct hook_result result(enum hook_outcome outcome, char *said)
{
	return (struct hook_result) { outcome, said };
}

bool hook_set(const struct hook *hook)
{
	return hook->export_file || hook->webhook || hook->command;
}

bool hook_knows(const struct hook *hook, const char *key, bool *acted)
{
	g_autofree char *text = NULL;
	g_autofree char *whole = g_strconcat(key, g_str_has_suffix(hook->export_file ? hook->export_file : "", ".tsv") ? "\n" : "\"", NULL);

	if (!hook->export_file)
		return false;
	*acted = g_file_get_contents(hook->export_file, &text, NULL, NULL) && strstr(text, whole);
	return true;
}

static char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	char *copy = g_strdup(text ? text : "");

	return g_strdelimit(copy, "\t\r\n", ' ');
}

static char *tsv_line(const struct task *task, const char *key, const char *json)
{
	json_t *object = json_loads(json, 0, NULL);
	g_autofree char *order_no = text_of(object, "order_no");
	g_autofree char *line_no = text_of(object, "line_no");
	char *line = g_strdup_printf("%s\t%s\tCouldNotShip\t%s\t%" G_GINT64_FORMAT ".%02d\t%" G_GINT64_FORMAT "\t%s\n", order_no, line_no,
				     task->currency ? task->currency : "", MAX(task->amount_cents, 0) / 100,
				     (int) (MAX(task->amount_cents, 0) % 100), task->quantity, key);

	json_decref(object);
	return line;
}

static bool write_all(int fd, const char *text)
{
	gsize length = strlen(text);

	for (gsize done = 0; done < length;) {
		ssize_t put = write(fd, text + done, length - done);

		if (put < 0 && errno != EINTR)
			return false;
		done += put > 0 ? (gsize) put : 0;
	}
	return true;
}

static struct hook_result to_file(const struct hook *hook, const struct task *task, const char *key, const char *json)
{
	bool tsv = g_str_has_suffix(hook->export_file, ".tsv"), there = false;
	g_autofree char *folder = g_path_get_dirname(hook->export_file);
	g_autofree char *line = tsv ? tsv_line(task, key, json) : g_strconcat(json, "\n", NULL);
	off_t length;
	int fd;

	g_mkdir_with_parents(folder, 0700);
	fd = open(hook->export_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) < 0) {
		char *why = g_strdup_printf("%s: %s", hook->export_file, g_strerror(errno));

		if (fd >= 0)
			close(fd);
		return result(HOOK_FAILED, why);
	}
	if (hook_knows(hook, key, &there) && there) {
		close(fd);
		return result(HOOK_DONE, g_strdup_printf("stands in %s already", hook->export_file));
	}
	length = lseek(fd, 0, SEEK_END);
	if ((length == 0 && tsv && !write_all(fd, TSV_HEAD)) || !write_all(fd, line) || fsync(fd) < 0) {
		char *why = g_strdup_printf("%s: %s", hook->export_file, g_strerror(errno));
		/* Half a line would make the next one unreadable. */
		bool clean = length >= 0 && ftruncate(fd, length) == 0;

		close(fd);
		return result(clean ? HOOK_FAILED : HOOK_UNCERTAIN, why);
	}
	close(fd);
	return result(HOOK_DONE, g_strdup_printf("written to %s", hook->export_file));
}

static struct hook_result to_web(const struct hook *hook, const char *key, const char *json)
{
	scoped(http_request) request = http_request_new("POST", hook->webhook);
	scoped(http_answer) answer = NULL;
	g_autoptr(GError) error = NULL;

	http_request_header(request, "Content-Type", "application/json");
	http_request_header(request, "Idempotency-Key", key);
	if (secret_source_set(&hook->webhook_token)) {
		scoped(secret) token = secret_read(&hook->webhook_token, &error);
		g_autofree char *bearer = token ? g_strconcat("Bearer ", secret_reveal(token), NULL) : NULL;
		bool fine = bearer && http_request_header(request, "Authorization", bearer);

		if (bearer)
			explicit_bzero(bearer, strlen(bearer));
		if (!fine)
			return result(HOOK_FAILED, g_strdup(error ? error->message : "the token holds control characters"));
	}
	request->body = g_strdup(json);
	answer = http_ask(request);
	if (answer->fault == HTTP_UNTRUSTED || answer->fault == HTTP_FORBIDDEN)
		return result(HOOK_FAILED, g_strdup_printf("webhook: %s", answer->why));
	if (answer->fault != HTTP_FINE)
		return result(HOOK_UNCERTAIN, g_strdup_printf("webhook: %s", answer->why));
	if (answer->status / 100 == 2)
		return result(HOOK_DONE, g_strdup_printf("webhook: %d", answer->status));
	/* 5xx: the server may have acted before it failed. */
	return result(answer->status / 100 == 4 ? HOOK_FAILED : HOOK_UNCERTAIN, g_strdup_printf("webhook: %d", answer->status));
}

/* Reads standard output until it ends, at most SAID_CAP_BYTES; false when the deadline passes first. */
static bool hear(int fd, GString *said, gint64 deadline_us)
{
	char bytes[1024];

	for (;;) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		gint64 left_us = deadline_us - g_get_monotonic_time();
		ssize_t got;

		if (left_us <= 0)
			return false;
		if (poll(&wait, 1, (int) (left_us / 1000) + 1) <= 0)
			continue;
		got = read(fd, bytes, sizeof bytes);
		if (got == 0 || (got < 0 && errno != EINTR))
			return true;
		if (got > 0 && said->len < SAID_CAP_BYTES)
			g_string_append_len(said, bytes, got);
	}
}

static struct hook_result to_command(const struct hook *hook, const char *key, const char *json)
{
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
	g_autoptr(GSubprocess) child = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) said = g_string_new(NULL);
	GOutputStream *in;

	g_subprocess_launcher_setenv(launcher, "WISMO_TASK_KEY", key, TRUE);
	child = g_subprocess_launcher_spawnv(launcher, (const char *const *) hook->command, &error);
	if (!child)
		return result(HOOK_FAILED, g_strdup_printf("%s: %s", hook->command[0], error->message));
	in = g_subprocess_get_stdin_pipe(child);
	/* A task is a few hundred bytes: it fits into the pipe, so this cannot block; a command need not read it. */
	g_output_stream_write_all(in, json, strlen(json), NULL, NULL, NULL);
	g_output_stream_write_all(in, "\n", 1, NULL, NULL, NULL);
	g_output_stream_close(in, NULL, NULL);
	if (!hear(g_unix_input_stream_get_fd(G_UNIX_INPUT_STREAM(g_subprocess_get_stdout_pipe(child))), said,
		  g_get_monotonic_time() + COMMAND_WAIT_S * G_USEC_PER_SEC)) {
		g_subprocess_force_exit(child);
		g_subprocess_wait(child, NULL, NULL);
		return result(HOOK_UNCERTAIN, g_strdup_printf("%s: not finished after %d s", hook->command[0], COMMAND_WAIT_S));
	}
	if (!g_utf8_validate(said->str, (gssize) said->len, NULL))
		g_string_assign(said, "(its output is not UTF-8)");
	g_strdelimit(g_strstrip(said->str), "\r\n\t", ' ');
	if (g_subprocess_wait_check(child, NULL, &error))
		return result(HOOK_DONE, g_strdup(*said->str ? said->str : "the command succeeded"));
	/* A command that says no has not paid; one that was killed may have. */
	return result(g_subprocess_get_if_exited(child) ? HOOK_FAILED : HOOK_UNCERTAIN,
		      g_strdup_printf("%s: %s %.200s", hook->command[0], error->message, said->str));
}

struct hook_result hook_run(const struct hook *hook, const struct task *task, const char *key, const char *json)
{
	if (hook->export_file)
		return to_file(hook, task, key, json);
	if (hook->webhook)
		return to_web(hook, key, json);
	return to_command(hook, key, json);
}
