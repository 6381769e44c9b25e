/* Verdicts: what was decided and the whole reason, kept for explain and backtest; and what the ledger says of a case. */
#ifndef WISMO_STORE_VERDICT_H
#define WISMO_STORE_VERDICT_H

#include "wismo/base/scope.h"
#include "wismo/model/case.h"
#include "wismo/store/store.h"

struct verdict_row {
	gint64 id, case_id;
	gint64 mail;		/* 0: looked again by the clock */
	gint64 made_at;
	char *rulebook;		/* hash */
	char *facts;		/* JSON object: column -> value or null */
	char *rule;
	char *reason;		/* JSON object: misses, gates, deadline, notes */
	char *template;		/* NULL: no reply */
	char *task;		/* NULL: none */
	char *sends;		/* auto, draft, nothing */
	gint64 look_at;
};
struct verdict_row *verdict_row_new(void);
void verdict_row_free(struct verdict_row *row);

/* Inserts and sets id. Within the caller's transaction. */
bool verdict_put(struct store *store, struct verdict_row *row, GError **error);

/* Writes reason and sends again: what reply and tasks noted belongs to them. In the transaction that made the row. */
bool verdict_reason(struct store *store, const struct verdict_row *row, GError **error);

/* The newest of a case; NULL without error: none. Owned. */
struct verdict_row *verdict_latest(struct store *store, gint64 case_id, GError **error);
struct verdict_row *verdict_get(struct store *store, gint64 id, GError **error);

/* The case's last one about this mail; 0: there is none, or an error, which is set. */
gint64 verdict_of_mail(struct store *store, gint64 case_id, gint64 mail, GError **error);

/* Every verdict, newest first; stops when `each` gives false. */
typedef bool verdict_each_function(const struct verdict_row *row, void *user);
bool verdict_each(struct store *store, guint limit, verdict_each_function *each, void *user, GError **error);

/* What has been said and paid in a case so far. */
struct verdict_ledger {
	gint64 sent;			/* answers that left, or may have */
	bool mail_answered;		/* one of them answers `mail`, is on its way or approved by a person */
	gint64 edited;			/* an answer to `mail` in a person's words that nobody has approved yet; 0: none */
	char *refused;			/* "r5 was refused: 550 ...": an answer to `mail`, and no other is on its way by a person; NULL */
	const char *compensation;	/* static: none rejected proposed approved done; what the mind withdrew is none */
	const char *trace;
	gint64 repeat_claims;
	char *last_template;		/* of the last answer that left, or in whose place a person answered; NULL */
	GStrv said;			/* templates of the answers that left, or may have */
};
bool verdict_ledger(struct store *store, const struct buyer_case *buyer_case, gint64 order_id, gint64 mail, gint64 now,
		    struct verdict_ledger *ledger, GError **error);
void verdict_ledger_clear(struct verdict_ledger *ledger);

/* The case's reply that has not left and that no person has approved or edited: its id and cause; 0: none. */
gint64 verdict_live_reply(struct store *store, gint64 case_id, char **cause, GError **error);

SCOPE(verdict_row, verdict_row_free)

#endif
