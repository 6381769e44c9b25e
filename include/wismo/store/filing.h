/* Filings: what is done in the seller's mailbox after an answer was sent - its copy in Sent, \Answered on the
 * mail that it answers. Courtesies: nothing here can make a reply leave again. Errors as in store.h. */
#ifndef WISMO_STORE_FILING_H
#define WISMO_STORE_FILING_H

#include "wismo/base/scope.h"
#include "wismo/store/store.h"

enum filing_step { FILING_COPY, FILING_ANSWERED, FILING_STEP_COUNT };
const char *filing_step_name(enum filing_step step);

enum filing_state { FILING_DUE, FILING_DONE, FILING_GIVEN_UP, FILING_STATE_COUNT };

struct filing {
	gint64 reply;		/* r5 */
	enum filing_step step;
	gint64 attempts;	/* begun before this one */
	char *message_id;	/* of the reply, without brackets */
	GBytes *wire;		/* the reply as sent; NULL: erased */
	gint64 sent_at;
	gint64 mail;		/* answered mail; 0: none */
};
void filing_free(struct filing *filing);

/* Makes both steps of a reply due at `at`, within the caller's transaction (that which says `sent`). Again: nothing. */
bool filing_add(struct store *store, gint64 reply, gint64 at, GError **error);

/* The next step of `account` that is due at `now`; NULL without error: none. Owned. */
struct filing *filing_next(struct store *store, const char *account, gint64 now, GError **error);

/* Moment at which the next step of `account` will be due; 0: none waits. */
gint64 filing_next_at(struct store *store, const char *account, GError **error);

/* Counts the attempt and puts the step off to `again_at` before the work begins, so that a crash does not repeat it at once. */
bool filing_begin(struct store *store, const struct filing *filing, gint64 again_at, GError **error);

/* Ends an attempt: done, given up, or due again at `next_at`; `why` in words (NULL when done). */
bool filing_settle(struct store *store, const struct filing *filing, enum filing_state state, gint64 next_at,
		   const char *why, GError **error);

SCOPE(filing, filing_free)

#endif
