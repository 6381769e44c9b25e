/* The table `cases`. All functions work within the caller's transaction where there is one. */
#ifndef WISMO_STORE_CASE_H
#define WISMO_STORE_CASE_H

#include "wismo/model/case.h"
#include "wismo/model/reply.h"
#include "wismo/store/store.h"

/* Owned; NULL when there is none, or on error (which is set). */
struct buyer_case *case_get(struct store *store, gint64 id, GError **error);
struct buyer_case *case_find(struct store *store, const char *account, const char *channel, const char *buyer,
			     const char *order_no, GError **error);

/* The case of an order number; several buyers may name one order, then the oldest. */
struct buyer_case *case_find_order(struct store *store, const char *account, const char *channel, const char *order_no,
				   GError **error);

/* The buyer's one case that is not closed; NULL when there is none or more than one (`several` is set):
 * nobody guesses between two orders. */
struct buyer_case *case_find_only(struct store *store, const char *account, const char *channel, const char *buyer,
				  bool *several, GError **error);

/* The one open case of a buyer's name (for copies of answers that carry nothing else). */
struct buyer_case *case_find_name(struct store *store, const char *account, const char *channel,
				  const char *buyer_name, GError **error);

/* What the marketplace has said of the case's order to any of the order's cases, closed ones too: two buyers, or two accounts,
 * may ask for one parcel, and money leaves once. */
struct case_word {
	enum claim claim;	/* the gravest: none, closed, open, chargeback */
	bool refunded;
};
bool case_of_order(struct store *store, const struct buyer_case *buyer_case, struct case_word *word, GError **error);

/* The order's other cases that are not closed are decided again. */
bool case_wake_others(struct store *store, const struct buyer_case *buyer_case, GError **error);

/* Inserts and sets id and version. */
bool case_put(struct store *store, struct buyer_case *buyer_case, GError **error);

/* Writes all columns if the row still has the struct's version, and raises it. WISMO_RETRY when
 * somebody was first; an illegal move is an error of ours. */
bool case_update(struct store *store, struct buyer_case *buyer_case, GError **error);

/* Takes cases to decide and counts the attempt, within the caller's transaction, to be committed before work begins: dirty
 * ones, then those whose look_at has come, the nearest deadline first. Either up to `most` that nobody has tried since
 * they were last decided, or one alone that was. *attempts: theirs, this one counted. Owned gint64 array of ids, empty
 * when nothing is due; NULL: error. */
GArray *case_take(struct store *store, gint64 now, guint most, int *attempts, GError **error);

/* Takes back the attempt of the cases from index `from` on: it was the database that failed. Within the caller's transaction. */
bool case_untake(struct store *store, const GArray *ids, guint from, GError **error);

/* Earliest look_at beyond `now`; 0: none. */
gint64 case_next_look(struct store *store, gint64 now, GError **error);

/* Late matching: cases without an order number get it once the seller's lists hold exactly one order of
 * that buyer. Gives the number of cases, -1 on error. */
int case_adopt_orders(struct store *store, GError **error);

/* What a mail or a notice does to the case's replies (src/store/case_reply.c). */

/* Not sent yet and about to be: back to draft, because something has changed. */
bool case_reply_hold(struct store *store, gint64 case_id, const char *why, GError **error);

/* Not sent yet: rejected; nobody needs them any more. */
bool case_reply_reject(struct store *store, gint64 case_id, enum reply_rejecter by, const char *why, GError **error);

/* The marketplace's copy was seen at `at`: our latest answer without confirmation is confirmed, and sent if it
 * was uncertain. *ours: there was one; else a person answered elsewhere. */
bool case_reply_confirm(struct store *store, gint64 case_id, gint64 at, bool *ours, GError **error);

/* Our latest answer that left did not reach the buyer; its row says why. */
bool case_reply_bounced(struct store *store, gint64 case_id, const char *why, GError **error);

/* What a person's act does to a case (src/store/case_act.c); in the caller's transaction where there is one. */

/* Not closed: state person, with these words. */
bool case_hand_over(struct store *store, gint64 id, const char *why, gint64 now, const char *actor, GError **error);

/* Nothing is due or decided any more, and what has not left never leaves; verdicts, tasks and history stay. The buyer's
 * next mail opens it again. WISMO_PARK: it is closed already, a task of it is still open, or
 * there is none. */
bool case_close(struct store *store, gint64 id, const char *reason, gint64 now, const char *actor, GError **error);

/* Calls `each` for every case in a state (NULL: all), next deadline first; stops when it gives false. */
typedef bool case_each_function(const struct buyer_case *buyer_case, void *user);
bool case_each(struct store *store, const char *state, case_each_function *each, void *user, GError **error);

#endif
