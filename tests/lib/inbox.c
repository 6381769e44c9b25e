#include "inbox.h"

#include "src/store/sql_p.h"
#include "wismo/base/clock.h"
#include "wismo/base/fault.h"
#include "wismo/flow/fetch.h"

#include <glib/gstdio.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

void (*inbox_fault)(const char *name);

void fault_point(const char *name)
{
	if (inbox_fault)
		inbox_fault(name);
}

static int run_script(const char *dir, const char *verb)
{
	const char *source = g_getenv("WISMO_TEST_SRC");
	g_autofree char *script = g_build_filename(source ? source : ".", "tests/lib/dovecot.sh", NULL);
	const char *argv[] = { "sh", script, verb, dir, NULL };
	int status = -1;

	g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, NULL);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool inbox_dovecot(struct inbox *inbox, const char *verb)
{
	return run_script(inbox->dir, verb) == 0;
}

struct inbox *inbox_new(void)
{
	struct inbox *inbox = g_new0(struct inbox, 1);
	g_autofree char *path = NULL, *text = NULL;
	int code;

	inbox->dir = g_dir_make_tmp("wismo-inbox-XXXXXX", NULL);
	code = run_script(inbox->dir, "start");
	if (code) {
		if (code != 77)
			g_error("dovecot does not start: %d", code);
		inbox_free(inbox);
		return NULL;
	}
	path = g_build_filename(inbox->dir, "ports", NULL);
	g_assert(g_file_get_contents(path, &text, NULL, NULL));
	g_assert(sscanf(text, "IMAP=%d\nIMAPS=%d", &inbox->imap, &inbox->imaps) == 2);
	inbox->settings.mail_cap_bytes = 1000000;
	inbox->flow.settings = &inbox->settings;
	return inbox;
}

void inbox_free(struct inbox *inbox)
{
	const char *argv[] = { "rm", "-rf", inbox->dir, NULL };

	store_close(inbox->flow.store);
	inbox_dovecot(inbox, "stop");
	g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
	g_free(inbox->store_path);
	g_free(inbox->dir);
	g_free(inbox);
}

void inbox_fresh_store(struct inbox *inbox)
{
	static int number;
	g_autoptr(GError) error = NULL;

	store_close(inbox->flow.store);
	g_free(inbox->store_path);
	inbox->store_path = g_strdup_printf("%s/store-%d.db", inbox->dir, ++number);
	store_close(store_open(inbox->store_path, ROLE_ALL, true, &error));
	inbox->flow.store = store_open(inbox->store_path, ROLE_INBOX, false, &error);
	g_assert_no_error(error);
}

char *inbox_secret(struct inbox *inbox, const char *name, const char *text)
{
	char *path = g_build_filename(inbox->dir, name, NULL);

	g_assert(g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
	return path;
}

struct account *inbox_account(struct inbox *inbox, const char *user, enum safety safety, int last)
{
	struct account *account = account_new();

	account->name = g_strdup(user);
	account->source.safety = safety;
	account->source.host = g_strdup_printf("127.0.0.%d", last);
	account->source.port = safety == SAFETY_TLS ? inbox->imaps : inbox->imap;
	account->source.user = g_strdup(user);
	account->source.password.file = inbox_secret(inbox, "password", "secret\n");
	account->source.ca_file = g_build_filename(inbox->dir, "certs/ca.pem", NULL);
	g_ptr_array_add(account->folders, g_strdup("INBOX"));
	account->start_at = 1;
	return account;
}

static void own(struct inbox *inbox, const char *path)
{
	g_autofree char *file = g_build_filename(inbox->dir, "owner", NULL), *name = NULL;
	const struct passwd *entry;

	g_assert(g_file_get_contents(file, &name, NULL, NULL));
	entry = getpwnam(g_strstrip(name));
	if (geteuid() == 0 && entry && chown(path, entry->pw_uid, entry->pw_gid) < 0)
		g_error("chown %s", path);
}

static void make_dir(struct inbox *inbox, const char *path)
{
	if (g_mkdir(path, 0755) == 0)
		own(inbox, path);
}

void inbox_deliver(struct inbox *inbox, const char *user, const char *folder, const char *name, const char *flags, const char *text)
{
	static const char *const subs[] = { "", "tmp", "new", "cur" };
	g_autofree char *home = g_build_filename(inbox->dir, "mail", user, NULL);
	g_autofree char *box = g_build_filename(home, folder, NULL);
	g_autofree char *temporary = g_strdup_printf("%s/tmp/%s", box, name);
	g_autofree char *final = *flags ? g_strdup_printf("%s/cur/%s:2,%s", box, name, flags) : g_strdup_printf("%s/new/%s", box, name);
	FILE *file;

	make_dir(inbox, home);
	for (gsize i = 0; i < G_N_ELEMENTS(subs); i++) {
		g_autofree char *path = g_build_filename(box, subs[i], NULL);

		make_dir(inbox, path);
	}
	file = fopen(temporary, "w");
	g_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
	own(inbox, temporary);
	g_assert(rename(temporary, final) == 0);
}

gint64 inbox_int(struct inbox *inbox, const char *sql)
{
	return sql_int(inbox->flow.store, NULL, -1, sql, "");
}

char *inbox_text(struct inbox *inbox, const char *sql)
{
	return sql_text(inbox->flow.store, NULL, sql, "");
}

struct pass inbox_fetch(struct inbox *inbox, const struct account *account)
{
	struct pass pass = { 0, 0 };
	g_autoptr(GError) error = NULL;

	if (!fetch_once(&inbox->flow, account, clock_now(), &pass, &error))
		g_error("the store failed: %s", error->message);
	return pass;
}

static void send_news(void *user)
{
	if (write(*(int *) user, "!", 1) < 0)
		_exit(4);
}

/* The child has a store of its own: SQLite's handles do not survive a fork. */
static void watch_child(struct inbox *inbox, const GPtrArray *accounts, int wake_fd, int news_fd, guint refresh_s, guint noop_s)
{
	g_autoptr(GError) error = NULL;
	struct flow flow = inbox->flow;
	struct fetch_wires wires = { .wake_fd = wake_fd, .news = send_news, .user = &news_fd, .refresh_s = refresh_s, .noop_s = noop_s };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	flow.store = store_open(inbox->store_path, ROLE_INBOX, false, &error);
	if (flow.store && fetch_watch(&flow, accounts, &wires, &error)) {
		store_close(flow.store);
		_exit(0);
	}
	fprintf(stderr, "watch: %s\n", error->message);
	_exit(3);
}

struct inbox_watch inbox_watch_start(struct inbox *inbox, const GPtrArray *accounts, guint refresh_s, guint noop_s)
{
	struct inbox_watch watch;
	int wake[2], news[2];

	g_assert(pipe(wake) == 0 && pipe(news) == 0);
	watch.pid = fork();
	if (watch.pid == 0) {
		close(wake[1]);
		close(news[0]);
		watch_child(inbox, accounts, wake[0], news[1], refresh_s, noop_s);
	}
	close(wake[0]);
	close(news[1]);
	watch.wake_fd = wake[1];
	watch.news_fd = news[0];
	return watch;
}

bool inbox_watch_news(const struct inbox_watch *watch, guint wait_s)
{
	struct pollfd wait = { .fd = watch->news_fd, .events = POLLIN };
	char byte;

	return poll(&wait, 1, (int) wait_s * 1000) == 1 && read(watch->news_fd, &byte, 1) == 1;
}

bool inbox_watch_stop(struct inbox_watch *watch)
{
	int status = -1;

	close(watch->wake_fd);
	for (int i = 0; i < 200; i++) {
		if (waitpid(watch->pid, &status, WNOHANG) == watch->pid) {
			close(watch->news_fd);
			return WIFEXITED(status) && WEXITSTATUS(status) == 0;
		}
		g_usleep(50000);
	}
	kill(watch->pid, SIGKILL);
	waitpid(watch->pid, &status, 0);
	close(watch->news_fd);
	return false;
}

bool inbox_await(struct inbox *inbox, const char *sql, gint64 value, guint wait_s)
{
	gint64 end_us = g_get_monotonic_time() + (gint64) wait_s * G_USEC_PER_SEC;

	while (inbox_int(inbox, sql) != value) {
		if (g_get_monotonic_time() > end_us)
			return false;
		g_usleep(10000);
	}
	return true;
}
