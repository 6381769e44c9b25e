/* Reads secrets from the three places that they may live in; the only file that does. */
#include "wismo/base/secret.h"

#include "wismo/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_CAP_BYTES 16384	/* tokens of Microsoft reach 3 KB; a file larger than this is the wrong file */
#define COMMAND_WAIT_S 30

struct secret {
	gsize length;
	char *text;
};

struct secret *secret_new(const char *text)
{
	struct secret *secret = g_new0(struct secret, 1);

	secret->length = strcspn(text, "\r\n");
	secret->text = g_strndup(text, secret->length);
	return secret;
}

const char *secret_reveal(const struct secret *secret)
{
	return secret->text;
}

void secret_free(struct secret *secret)
{
	if (!secret)
		return;
	explicit_bzero(secret->text, secret->length);
	g_free(secret->text);
	g_free(secret);
}

static struct secret *from_bytes(char *bytes, gsize length, const char *origin, GError **error)
{
	struct secret *secret;

	secret = secret_new(bytes);
	explicit_bzero(bytes, length);
	if (secret->length)
		return secret;
	secret_free(secret);
	g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: the first line is empty; it must hold the secret", origin);
	return NULL;
}

static struct secret *from_file(const char *path, GError **error)
{
	char bytes[SECRET_CAP_BYTES + 1];
	struct stat st;
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 || fstat(fd, &st) < 0) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: %s", path, g_strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	if (!S_ISREG(st.st_mode) || (st.st_mode & 077) || (st.st_uid != geteuid() && st.st_uid != 0)) {
		close(fd);
		if (!S_ISREG(st.st_mode))
			g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: not a regular file", path);
		else if (st.st_mode & 077)
			g_set_error(error, WISMO_ERROR, WISMO_HALT,
				    "%s: others can read this secret (mode %04o); mend it with: chmod 600 %s",
				    path, st.st_mode & 07777, path);
		else
			g_set_error(error, WISMO_ERROR, WISMO_HALT,
				    "%s: belongs to another user (uid %u); mend it with: chown %u %s",
				    path, (unsigned) st.st_uid, (unsigned) geteuid(), path);
		return NULL;
	}
	got = read(fd, bytes, SECRET_CAP_BYTES);
	close(fd);
	if (got < 0) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: %s", path, g_strerror(errno));
		return NULL;
	}
	bytes[got] = '\0';
	return from_bytes(bytes, (gsize) got, path, error);
}

/* Reads until end of file, the cap or the deadline (monotonic, microseconds). -1: none of the first two. */
static gssize drain(int fd, char *bytes, gsize cap, gint64 deadline_us)
{
	gsize length = 0;

	while (length < cap) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		gint64 left_us = deadline_us - g_get_monotonic_time();
		ssize_t got;

		if (left_us <= 0 || poll(&wait, 1, (int) (left_us / 1000) + 1) < 0)
			return -1;
		if (!wait.revents)
			continue;
		got = read(fd, bytes + length, cap - length);
		if (got < 0 && errno != EINTR)
			return -1;
		if (got == 0)
			break;
		length += got > 0 ? (gsize) got : 0;
	}
	return (gssize) length;
}

static struct secret *from_command(const char *command, GError **error)
{
	g_auto(GStrv) argv = NULL;
	g_autoptr(GSubprocess) child = NULL;
	g_autoptr(GError) cause = NULL;
	char bytes[SECRET_CAP_BYTES + 1];
	gssize length;

	if (!g_shell_parse_argv(command, NULL, &argv, &cause)) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "secret command: %s", cause->message);
		return NULL;
	}
	child = g_subprocess_newv((const char *const *) argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &cause);
	if (!child) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "secret command %s: %s", argv[0], cause->message);
		return NULL;
	}
	length = drain(g_unix_input_stream_get_fd(G_UNIX_INPUT_STREAM(g_subprocess_get_stdout_pipe(child))),
		       bytes, SECRET_CAP_BYTES, g_get_monotonic_time() + COMMAND_WAIT_S * G_USEC_PER_SEC);
	if (length < 0) {
		g_subprocess_force_exit(child);
		g_subprocess_wait(child, NULL, NULL);
		g_set_error(error, WISMO_ERROR, WISMO_RETRY, "secret command %s: no answer within %d s",
			    argv[0], COMMAND_WAIT_S);
		return NULL;
	}
	bytes[length] = '\0';
	if (!g_subprocess_wait_check(child, NULL, &cause)) {
		explicit_bzero(bytes, sizeof bytes);
		g_set_error(error, WISMO_ERROR, WISMO_RETRY, "secret command %s: %s", argv[0], cause->message);
		return NULL;
	}
	return from_bytes(bytes, (gsize) length, argv[0], error);
}

/* NULL: no file, or none that can be named. */
static char *path_of(const struct secret_source *source)
{
	const char *folder = g_getenv("CREDENTIALS_DIRECTORY");

	if (source->credential && folder && !strchr(source->credential, '/'))
		return g_build_filename(folder, source->credential, NULL);
	return g_strdup(source->file);
}

char *secret_source_mark(const struct secret_source *source)
{
	g_autofree char *path = path_of(source);
	struct stat st;

	if (!path || stat(path, &st) < 0)
		return g_strdup("-");
	return g_strdup_printf("%llu %llu %lld.%09ld %o %u", (unsigned long long) st.st_dev, (unsigned long long) st.st_ino,
			       (long long) st.st_ctim.tv_sec, (long) st.st_ctim.tv_nsec, (unsigned) st.st_mode, (unsigned) st.st_uid);
}

struct secret *secret_read(const struct secret_source *source, GError **error)
{
	g_autofree char *path = NULL;

	if (source->file)
		return from_file(source->file, error);
	if (source->command)
		return from_command(source->command, error);
	path = path_of(source);
	if (path)
		return from_file(path, error);
	if (source->credential)
		g_set_error(error, WISMO_ERROR, WISMO_HALT,
			    "credential %s: no such name in $CREDENTIALS_DIRECTORY; start wismo from a systemd "
			    "unit with LoadCredential=%s:FILE", source->credential, source->credential);
	else
		g_set_error_literal(error, WISMO_ERROR, WISMO_HALT, "no secret is configured");
	return NULL;
}

bool secret_source_set(const struct secret_source *source)
{
	return source->file || source->command || source->credential;
}

void secret_source_clear(struct secret_source *source)
{
	g_clear_pointer(&source->file, g_free);
	g_clear_pointer(&source->command, g_free);
	g_clear_pointer(&source->credential, g_free);
}
