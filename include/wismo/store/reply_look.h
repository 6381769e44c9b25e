/* Replies whose fate only the mailbox can tell: those whose last answer from the server was lost (`uncertain`), and,
 * after a copy of the database was restored (its epoch raised), all that the other copy may have sent meanwhile.
 * The inbox looks for their Message-ID; sending never does. Errors as in store.h. */
#ifndef WISMO_STORE_REPLY_LOOK_H
#define WISMO_STORE_REPLY_LOOK_H

#include "wismo/base/scope.h"
#include "wismo/store/store.h"

struct reply_look {
	gint64 id;		/* r5 */
	gint64 version;
	char *state;
	char *message_id;	/* without brackets */
	bool older;		/* of an older epoch */
};
void reply_look_free(gpointer look);

/* All of `account` (struct reply_look, owned), oldest first; NULL on error. */
GPtrArray *reply_look_list(struct store *store, const char *account, GError **error);

/* Its Message-ID was seen at `now`: it was sent. Makes what is filed after sending due, and tells the case. In a
 * transaction of its own; nothing happens when somebody else was first. */
bool reply_look_found(struct store *store, const struct reply_look *look, gint64 now, GError **error);

/* It was looked for and is not there. Of this epoch: it stays uncertain, for absence proves nothing. Of an older
 * one: due and later may leave now, sending too (it never got as far as its last byte), and what was handed
 * over is uncertain. In a transaction of its own. */
bool reply_look_absent(struct store *store, const struct reply_look *look, gint64 now, GError **error);

/* There is no place to look in: what is of an older epoch waits for a person. In a transaction of its own. */
bool reply_look_impossible(struct store *store, const struct reply_look *look, gint64 now, GError **error);

SCOPE(reply_look, reply_look_free)

#endif
