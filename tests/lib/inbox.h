/* What the flow tests of the inbox share: a private Dovecot, a fresh store, accounts, mails, and counts. */
#ifndef TESTS_LIB_INBOX_H
#define TESTS_LIB_INBOX_H

#include "wismo/conf/settings.h"
#include "wismo/flow/stage.h"
#include "wismo/model/account.h"
#include "wismo/store/store.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

struct inbox {
	char *dir;		/* temporary folder */
	int imap, imaps;	/* Dovecot's ports */
	struct settings settings;
	char *store_path;
	struct flow flow;	/* a fresh store for each test */
};

/* NULL when Dovecot is not installed. */
struct inbox *inbox_new(void);
void inbox_free(struct inbox *inbox);
bool inbox_dovecot(struct inbox *inbox, const char *verb);	/* "stop", "crash", "again" */

/* An empty store with the role of the inbox worker; the one before is closed. */
void inbox_fresh_store(struct inbox *inbox);

/* An account for `user` on 127.0.0.`last` with the right password, plain unless `safety` says otherwise; start = all. */
struct account *inbox_account(struct inbox *inbox, const char *user, enum safety safety, int last);

/* Puts a mail into a folder of `user` ("" is INBOX, ".Shop" a subfolder), as a delivery does; `flags` like "S" puts it into cur/. */
void inbox_deliver(struct inbox *inbox, const char *user, const char *folder, const char *name, const char *flags, const char *text);

/* One integer out of the store. `sql` must be a literal. */
gint64 inbox_int(struct inbox *inbox, const char *sql);
char *inbox_text(struct inbox *inbox, const char *sql);

/* fetch_once at the real time. */
struct pass inbox_fetch(struct inbox *inbox, const struct account *account);

/* A file with mode 0600 in the temporary folder; owned path. */
char *inbox_secret(struct inbox *inbox, const char *name, const char *text);

/* Called at each fault point of the program under test; NULL: nothing happens. */
extern void (*inbox_fault)(const char *name);

/* fetch_watch in a process of its own. A byte comes out of news_fd for each call of `news`. */
struct inbox_watch {
	pid_t pid;
	int wake_fd, news_fd;
};
struct inbox_watch inbox_watch_start(struct inbox *inbox, const GPtrArray *accounts, guint refresh_s, guint noop_s);

/* True when news came within `wait_s`. */
bool inbox_watch_news(const struct inbox_watch *watch, guint wait_s);

/* Closes the wire; true when the watch ended by itself, within 10 s, without error. */
bool inbox_watch_stop(struct inbox_watch *watch);

/* Waits until the literal `sql` gives `value`; false after `wait_s`. */
bool inbox_await(struct inbox *inbox, const char *sql, gint64 value, guint wait_s);

#endif
