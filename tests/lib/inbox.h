/* What the flow tests of the inbox share: a private Dovecot, a fresh store, accounts, mails, and counts. */
#ifndef TESTS_LIB_INBOX_H
#define TESTS_LIB_INBOX_H

#include "wismo/conf/settings.h"
#include "wismo/flow/stage.h"
#include "wismo/model/account.h"
#include "wismo/store/store.h"

#include <glib.h>
#include <stdbool.h>

struct inbox {
	char *dir;		/* temporary folder */
	int imap, imaps;	/* Dovecot's ports */
	struct settings settings;
	struct flow flow;	/* a fresh store for each test */
};

/* NULL when Dovecot is not installed. */
struct inbox *inbox_new(void);
void inbox_free(struct inbox *inbox);
bool inbox_dovecot(struct inbox *inbox, const char *verb);	/* "start", "stop" */

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

#endif
