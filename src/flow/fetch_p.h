/* The inside of the inbox stage, for fetch*.c only. */
#ifndef WISMO_FLOW_FETCH_P_H
#define WISMO_FLOW_FETCH_P_H

#include "wismo/flow/fetch.h"
#include "wismo/mail/imap.h"
#include "wismo/model/mail.h"

/* Mails are held in memory only until their batch is committed: 100 mails or 2 MB, or one larger mail. */
#define BATCH_MAILS 100
#define BATCH_BYTES (2 * 1024 * 1024)

/* One folder being read. */
struct sync {
	const struct flow *flow;
	const struct account *account;
	const char *folder;
	gint64 now;
	gint64 synced_at;	/* when this was last written into the row; kept by the caller */
	guint kept;		/* places stored */
	bool store_failed;	/* the error is the store's, not the mailbox's */
	const struct fetch_wires *wires;	/* told of life and news after each batch; NULL: nobody listens */
};

/* Reads a folder that is open on `imap` from the cursor on. `thorough`, with what SELECT said: sees to UIDVALIDITY
 * and the first sight, and looks again at the last mails before the cursor. Else `status` may be NULL. */
bool fetch_imap_sync(struct sync *sync, struct imap *imap, const struct imap_folder *status, GError **error);

bool fetch_maildir_sync(struct sync *sync, GError **error);

/* Commits mails (struct mail *, those without a hash are passed over) and the cursor in one transaction. `why`: the
 * reason of those that are parked; NULL when none is. */
bool fetch_keep(struct sync *sync, GPtrArray *mails, const char *why, gint64 uid_next, GError **error);

/* Everything is here: writes so, at most every 30 s unless there was a problem. */
bool fetch_synced(struct sync *sync, bool was_broken, GError **error);

/* Writes the problem into the folder's row and logs it; *failures in a row. False: the store failed. */
bool fetch_broken(struct sync *sync, const GError *problem, gint64 *failures, GError **error);

/* When to try again (seconds from now): passing trouble 5 s to 5 min, what a person must mend 1 min to 30 min, with jitter. */
guint fetch_pause_s(const GError *problem, gint64 failures);

/* A hash for what has no bytes: of where it lies. */
char *fetch_place_hash(const struct sync *sync, gint64 uidvalidity, gint64 uid);

#endif
