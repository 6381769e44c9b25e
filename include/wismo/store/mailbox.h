/* Mailboxes: one row a watched folder, how far it was read and how it is doing.
 * Errors are those of the store (store.h). */
#ifndef WISMO_STORE_MAILBOX_H
#define WISMO_STORE_MAILBOX_H

#include "wismo/store/store.h"

struct mailbox {
	gint64 uidvalidity;	/* 0: never seen */
	gint64 uid_next;	/* every uid below it is known or was given up with a parked row */
	gint64 start_at;	/* mails received earlier are archived */
	gint64 start_uid;	/* mails below it lay there at the first sight: archived. 0: only start_at counts */
	gint64 synced_at;
	gint64 trying_uid;	/* first uid of the batch that a worker asked for and did not store */
	gint64 trying_last;	/* its last uid */
	gint64 trying;		/* how often; 0: none */
	gint64 failures;	/* in a row */
};

/* Reads the row; makes it when the folder was never seen, with `start_at` (0: `now`). In a transaction of its own.
 * Until mailbox_first_sight the start follows the arguments; then it stays. */
bool mailbox_open(struct store *store, const char *account, const char *folder, gint64 start_at, gint64 now,
		  struct mailbox *mailbox, GError **error);

/* The first sight of a folder's UIDs: below `start_uid` they are archived. In a transaction of its own. */
bool mailbox_first_sight(struct store *store, const char *account, const char *folder, gint64 uidvalidity,
			 gint64 start_uid, GError **error);

/* UIDVALIDITY changed: read again from the beginning; what we have is dropped by its hash, and what is new
 * is judged by start_at alone. With a line in the history. In a transaction of its own. */
bool mailbox_renumbered(struct store *store, const char *account, const char *folder, gint64 uidvalidity, gint64 now,
			GError **error);

/* Before the batch from `uid` to `last` is asked for: counts the attempt, so that a mail whose answer kills the
 * worker is found (*tries: this one included). In a transaction of its own. */
bool mailbox_try(struct store *store, const char *account, const char *folder, gint64 uid, gint64 last, gint64 *tries,
		 GError **error);

/* Takes the count back when the attempt ended for a reason that no mail is to blame for. */
bool mailbox_untry(struct store *store, const char *account, const char *folder, GError **error);

/* Moves the cursor, within the caller's transaction, together with the mails below it. Never moves back. */
bool mailbox_advance(struct store *store, const char *account, const char *folder, gint64 uid_next, GError **error);

/* Everything that the server had at `now` is stored: clears the problem. */
bool mailbox_synced(struct store *store, const char *account, const char *folder, gint64 now, GError **error);

/* A failure in one line for a person; makes the row when it is missing. *failures: in a row, this one included. */
bool mailbox_problem(struct store *store, const char *account, const char *folder, const char *problem, gint64 now,
		     gint64 *failures, GError **error);

#endif
