/* Replies: every act is one conditional update on state and version with its line in the history.
 * Acts take a reply as it was read; on success they bring its state and version up to date.
 * Acts work in the caller's transaction, or in one of their own when none is open.
 * Errors: those of store.h; WISMO_PARK when somebody was first ("r5 is sent since ... (mailer)"), or when the
 * state does not allow it. */
#ifndef WISMO_STORE_REPLY_H
#define WISMO_STORE_REPLY_H

#include "wismo/model/reply.h"
#include "wismo/store/store.h"

/* Inserts in reply->state (draft, due or blocked) unless its cause is there already; *added tells. Sets id, epoch,
 * created_at and version; with approved_by also approved_at. */
bool reply_put(struct store *store, struct reply *reply, gint64 now, const char *actor, bool *added, GError **error);

/* Owned; NULL without error: no such reply. */
struct reply *reply_get(struct store *store, gint64 id, GError **error);

/* struct reply without wire: those that wait for a person by their case's deadline, then the others, newest first; `state` -1: all; `limit` 0: all. Owned; NULL on error. */
GPtrArray *reply_list(struct store *store, int state, guint limit, GError **error);

/* Of this epoch, due or later and with not_before passed: the oldest after id `after` (0: from the start), with wire. Owned; NULL: none. */
struct reply *reply_next_due(struct store *store, gint64 after, gint64 now, GError **error);
gint64 reply_next_at(struct store *store, gint64 now, GError **error);	/* earliest not_before beyond now; 0: none */

/* The mind's answer again: `fresh` as for reply_put, where a reply of its cause is there. If no person has spoken on that
 * one - a draft, blocked, due or later by the rules, or withdrawn - it gets fresh's words (but not one that is edited or
 * was ever handed over), verdict and state. A draft does not become due by it. *changed tells; fresh->id, state,
 * why and rejected_by: how it stands. */
bool reply_renew(struct store *store, struct reply *fresh, gint64 now, const char *actor, bool *changed, GError **error);

/* The mind's: what no person has spoken on gives way to other facts. */
bool reply_withdraw(struct store *store, struct reply *reply, gint64 now, GError **error);

/* A person's acts (and the rules', actor "auto"). */
bool reply_approve(struct store *store, struct reply *reply, gint64 now, const char *actor, GError **error);	/* draft, uncertain */
bool reply_reject(struct store *store, struct reply *reply, gint64 now, const char *actor, const char *reason, GError **error);
bool reply_edit(struct store *store, struct reply *reply, const char *body, gint64 now, const char *actor, GError **error);	/* -> draft */
bool reply_redraft(struct store *store, struct reply *reply, gint64 now, const char *actor, const char *why, GError **error);
bool reply_block(struct store *store, struct reply *reply, gint64 now, const char *actor, const char *why, GError **error);

/* The mailer's. reply_begin: due, later -> sending with the final bytes. */
bool reply_begin(struct store *store, struct reply *reply, GBytes *wire, gint64 now, GError **error);
bool reply_hand_over(struct store *store, struct reply *reply, gint64 now, GError **error);
bool reply_postpone(struct store *store, struct reply *reply, gint64 now, gint64 not_before, const char *said, GError **error);
bool reply_refuse(struct store *store, struct reply *reply, gint64 now, const char *said, GError **error);	/* the case is decided again */
bool reply_doubt(struct store *store, struct reply *reply, gint64 now, const char *why, GError **error);

/* handed_over or uncertain -> sent: makes the filings due and tells the case that it was answered. */
bool reply_settle_sent(struct store *store, struct reply *reply, gint64 now, const char *actor, const char *said, GError **error);

/* Waits until `not_before` without counting an attempt; the state stays. */
bool reply_wait(struct store *store, struct reply *reply, gint64 not_before, GError **error);

/* Rows that a mailer left behind when it died, of this epoch: sending -> due, handed_over (SMTP) -> uncertain.
 * Calls `handed` for the latter, which settles them; only for a mailer that is alone. */
typedef bool reply_handed(struct store *store, struct reply *reply, gint64 now, void *user, GError **error);
bool reply_recover(struct store *store, gint64 now, reply_handed *handed, void *user, GError **error);

/* Answers that have left, or may have, since `since`: of a case, to a recipient, of all. */
struct reply_counts { gint64 of_case, of_buyer, of_all, hour_began_at; };
bool reply_count(struct store *store, const struct reply *reply, gint64 now, struct reply_counts *counts, GError **error);

/* True when the case has a buyer's mail newer than the answered one (by id), or on error, which is set. */
bool reply_overtaken(struct store *store, const struct reply *reply, GError **error);

#endif
