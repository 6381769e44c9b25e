/* Mails and the places where they lie. A mail is its account and its bytes; each server's name for it (folder,
 * UIDVALIDITY, UID) is a place. Errors are those of the store (store.h). */
#ifndef WISMO_STORE_MAIL_H
#define WISMO_STORE_MAIL_H

#include "wismo/model/mail.h"
#include "wismo/store/store.h"

/* Stores `mail` and its place, within the caller's transaction. The same bytes again, from wherever, only add a
 * place. `why`: the reason when mail->state is MAIL_PARKED, else NULL. Sets mail->id; *added: these bytes are new. */
bool mail_put(struct store *store, struct mail *mail, const char *why, gint64 now, bool *added, GError **error);

/* True when this place is known. */
bool mail_place_known(struct store *store, const char *account, const char *folder, gint64 uidvalidity, gint64 uid,
		      GError **error);

/* One mail by its id with its bytes; NULL without error: no such mail. Folder and uid are of one of its places. Owned. */
struct mail *mail_get(struct store *store, gint64 id, GError **error);

/* Takes the oldest mails in state new for work, oldest first, and counts the attempt; within the caller's transaction, to
 * be committed before work begins. Either up to `most` of together `most_bytes` (a larger one comes alone) that nobody
 * has tried, or one alone that was tried before: what ended the program within a batch is met alone the second time.
 * *attempts: theirs, this one counted. Owned gint64 array of ids, empty when there is nothing; NULL: error. */
GArray *mail_take(struct store *store, guint most, gint64 most_bytes, int *attempts, GError **error);

/* Takes back the attempt of the mails from index `from` on: it was the database that failed. Within the caller's transaction. */
bool mail_untake(struct store *store, const GArray *ids, guint from, GError **error);

/* new -> read, archived or parked (with `why`), within the caller's transaction or alone; false without error:
 * somebody was first. */
bool mail_settle(struct store *store, gint64 id, enum mail_state state, const char *why, GError **error);

/* How many mails were archived at their fetching although they were received at `since` or later: the start was another one then.
 * -1: error. */
gint64 mail_archived_since(struct store *store, const char *account, gint64 since, GError **error);

/* Calls `place` for each place of a mail, also those of an earlier UIDVALIDITY; strings are borrowed for the call. */
typedef void mail_place(const char *folder, gint64 uidvalidity, gint64 uid, void *user);
bool mail_places_each(struct store *store, gint64 mail, mail_place *place, void *user, GError **error);

#endif
