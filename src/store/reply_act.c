/* Acts on replies. Nothing but the functions of this file, of reply_look.c and of case_reply.c moves a reply. */
#include "wismo/store/reply.h"

#include "act_p.h"

#include "wismo/base/error.h"
#include "wismo/store/filing.h"

#include <string.h>

#define BIT(state) (1u << (state))

/* The row as it stands decides; the struct says what the actor saw. */
static bool late(struct store *store, const struct reply *reply, GError **error)
{
	g_autofree char *subject = g_strdup_printf("r%" G_GINT64_FORMAT, reply->id);
	g_autofree char *state = sql_text(store, NULL, "SELECT state FROM replies WHERE id = ?", "i", reply->id);

	return act_late(store, subject, state, error);
}

/* One conditional step with its history; within a transaction. `why` replaces the row's. */
static bool step(struct store *store, struct reply *reply, enum reply_state will, unsigned from, const char *why, gint64 now,
		 const char *actor, GError **error)
{
	int changed;

	if (!(from & BIT(reply->state)))
		return late(store, reply, error);
	changed = sql_change(store, error, "UPDATE replies SET state = ?, why = ?, rejected_by = NULL, version = version + 1"
			     " WHERE id = ? AND state = ? AND version = ?", "ssisi", reply_state_name(will), why, reply->id,
			     reply_state_name(reply->state), reply->version);
	if (changed == 0)
		return late(store, reply, error);
	if (changed < 0 || !act_tell(store, now, actor, 'r', reply->id, reply_state_name(will), why, error))
		return false;
	return true;
}

static void brought(struct reply *reply, enum reply_state state, const char *why)
{
	char *copy = g_strdup(why);	/* `why` may be the reply's own */

	g_free(reply->why);
	reply->why = copy;
	reply->state = state;
	reply->rejected_by = REPLY_NOT_REJECTED;
	reply->version++;
}

static bool simple(struct store *store, struct reply *reply, enum reply_state will, unsigned from, const char *why, gint64 now,
		   const char *actor, GError **error)
{
	bool own;

	if (!act_begin(store, &own, error)
	    || !act_end(store, own, step(store, reply, will, from, why, now, actor, error), error))
		return false;
	brought(reply, will, why);
	return true;
}

bool reply_approve(struct store *store, struct reply *reply, gint64 now, const char *actor, GError **error)
{
	bool own, fine;

	if (!act_begin(store, &own, error))
		return false;
	fine = step(store, reply, REPLY_DUE, BIT(REPLY_DRAFT) | BIT(REPLY_UNCERTAIN), NULL, now, actor, error)
		&& sql_run(store, error, "UPDATE replies SET approved_by = ?, approved_at = ?, not_before = 0, tried_at = 0 WHERE id = ?",
			   "sii", actor, now, reply->id);
	if (!act_end(store, own, fine, error))
		return false;
	g_free(reply->approved_by);
	reply->approved_by = g_strdup(actor);
	reply->approved_at = now;
	reply->not_before = reply->tried_at = 0;
	brought(reply, REPLY_DUE, NULL);
	return true;
}

static bool reject(struct store *store, struct reply *reply, unsigned from, enum reply_rejecter by, gint64 now, const char *actor,
		   const char *reason, GError **error)
{
	bool own, fine;

	if (!act_begin(store, &own, error))
		return false;
	fine = step(store, reply, REPLY_REJECTED, from, reason, now, actor, error)
		&& sql_run(store, error, "UPDATE replies SET rejected_by = ? WHERE id = ?", "si", reply_rejecter_name(by), reply->id);
	if (!act_end(store, own, fine, error))
		return false;
	brought(reply, REPLY_REJECTED, reason);
	reply->rejected_by = by;
	return true;
}

bool reply_reject(struct store *store, struct reply *reply, gint64 now, const char *actor, const char *reason, GError **error)
{
	return reject(store, reply, BIT(REPLY_DRAFT) | BIT(REPLY_BLOCKED) | BIT(REPLY_DUE) | BIT(REPLY_LATER) | BIT(REPLY_UNCERTAIN),
		      REPLY_BY_PERSON, now, actor, reason, error);
}

bool reply_withdraw(struct store *store, struct reply *reply, gint64 now, GError **error)
{
	return reject(store, reply, BIT(REPLY_DRAFT) | BIT(REPLY_BLOCKED) | BIT(REPLY_DUE) | BIT(REPLY_LATER), REPLY_BY_MIND, now, "mind",
		      "the facts have changed", error);
}

bool reply_redraft(struct store *store, struct reply *reply, gint64 now, const char *actor, const char *why, GError **error)
{
	return simple(store, reply, REPLY_DRAFT, BIT(REPLY_DUE) | BIT(REPLY_LATER) | BIT(REPLY_BLOCKED) | BIT(REPLY_REFUSED)
		      | BIT(REPLY_REJECTED), why, now, actor, error);
}

bool reply_block(struct store *store, struct reply *reply, gint64 now, const char *actor, const char *why, GError **error)
{
	return simple(store, reply, REPLY_BLOCKED, BIT(REPLY_DRAFT) | BIT(REPLY_DUE) | BIT(REPLY_LATER), why, now, actor, error);
}

static bool of_rules(const struct reply *reply)
{
	return (reply->state == REPLY_DUE || reply->state == REPLY_LATER) && g_strcmp0(reply->approved_by, "auto") == 0;
}

/* Where the mind's reply goes when it is made anew; its own state: nowhere. */
static enum reply_state aim(const struct reply *old, const struct reply *fresh)
{
	bool back = old->state == REPLY_REJECTED;

	if (fresh->state == REPLY_DUE)
		return of_rules(old) || old->state == REPLY_DRAFT ? old->state : back && !old->edited ? REPLY_DUE : REPLY_DRAFT;
	return fresh->state == REPLY_BLOCKED && old->edited ? REPLY_DRAFT : fresh->state;
}

/* What a server had in full once may have been read: under one Message-ID nothing else is said. */
static bool same_words(const struct reply *old, const struct reply *fresh)
{
	return old->edited || old->handed_at || (g_strcmp0(old->body, fresh->body) == 0
		&& g_strcmp0(old->subject, fresh->subject) == 0 && g_strcmp0(old->recipient, fresh->recipient) == 0);
}

/* Each move through `draft`, from which all others are legal. */
static bool renew(struct store *store, struct reply *old, const struct reply *fresh, enum reply_state will, gint64 now,
		  const char *actor, GError **error)
{
	unsigned from = BIT(REPLY_DUE) | BIT(REPLY_LATER) | BIT(REPLY_BLOCKED) | BIT(REPLY_REJECTED);

	if (!same_words(old, fresh) && !sql_run(store, error, "UPDATE replies SET subject = ?, body = ?, recipient = ?, lang = ?, wire = NULL,"
		" version = version + 1 WHERE id = ?", "ssssi", fresh->subject, fresh->body, fresh->recipient, fresh->lang, old->id))
		return false;
	old->version += !same_words(old, fresh);
	if (!sql_run(store, error, "UPDATE replies SET verdict = ? WHERE id = ?", "ii", fresh->verdict, old->id))
		return false;
	if (old->state != will && old->state != REPLY_DRAFT) {
		if (!step(store, old, REPLY_DRAFT, from, fresh->why, now, actor, error))
			return false;
		brought(old, REPLY_DRAFT, fresh->why);
	}
	if (old->state != will) {
		if (!step(store, old, will, BIT(REPLY_DRAFT), fresh->why, now, actor, error))
			return false;
		brought(old, will, fresh->why);
	}
	return will != REPLY_DUE || sql_run(store, error, "UPDATE replies SET approved_by = ?, approved_at = ?, not_before = 0 WHERE id = ?",
					    "sii", fresh->approved_by, now, old->id);
}

bool reply_renew(struct store *store, struct reply *fresh, gint64 now, const char *actor, bool *changed, GError **error)
{
	gint64 id = sql_int(store, error, 0, "SELECT id FROM replies WHERE cause = ?", "s", fresh->cause);
	scoped(reply) old = id ? reply_get(store, id, error) : NULL;
	enum reply_state will;
	bool own;

	*changed = false;
	if (!old)
		return false;
	fresh->id = old->id;
	if (old->state == REPLY_DRAFT || (old->state == REPLY_BLOCKED && (!old->approved_by || strcmp(old->approved_by, "auto") == 0)) || of_rules(old)
	    || old->rejected_by == REPLY_BY_MIND) {
		will = aim(old, fresh);
		*changed = will != old->state || !same_words(old, fresh);
		if (*changed && (!act_begin(store, &own, error)
				 || !act_end(store, own, renew(store, old, fresh, will, now, actor, error), error)))
			return false;
	}
	fresh->state = old->state;
	fresh->rejected_by = old->rejected_by;
	g_free(fresh->why);
	fresh->why = g_strdup(old->why);
	return true;
}

bool reply_edit(struct store *store, struct reply *reply, const char *body, gint64 now, const char *actor, GError **error)
{
	unsigned from = BIT(REPLY_DRAFT) | BIT(REPLY_BLOCKED) | BIT(REPLY_DUE) | BIT(REPLY_LATER) | BIT(REPLY_REFUSED)
		| BIT(REPLY_REJECTED);
	bool own, fine;

	if (!act_begin(store, &own, error))
		return false;
	fine = step(store, reply, REPLY_DRAFT, from, NULL, now, actor, error)
		&& sql_run(store, error, "UPDATE replies SET body = ?, edited = 1, wire = NULL WHERE id = ?", "si", body, reply->id)
		&& act_tell(store, now, actor, 'r', reply->id, "edited", NULL, error);
	if (!act_end(store, own, fine, error))
		return false;
	if (body != reply->body) {
		g_free(reply->body);
		reply->body = g_strdup(body);
	}
	reply->edited = true;
	g_clear_pointer(&reply->wire, g_bytes_unref);
	brought(reply, REPLY_DRAFT, NULL);
	return true;
}

bool reply_begin(struct store *store, struct reply *reply, GBytes *wire, gint64 now, GError **error)
{
	bool own, fine;

	if (!act_begin(store, &own, error))
		return false;
	fine = step(store, reply, REPLY_SENDING, BIT(REPLY_DUE) | BIT(REPLY_LATER), NULL, now, "mailer", error)
		&& sql_run(store, error, "UPDATE replies SET wire = ?, attempts = attempts + 1, server_said = NULL,"
			   " tried_at = iif(tried_at = 0, ?, tried_at) WHERE id = ?", "bii", wire, now, reply->id);
	if (!act_end(store, own, fine, error))
		return false;
	if (wire != reply->wire) {
		g_clear_pointer(&reply->wire, g_bytes_unref);
		reply->wire = g_bytes_ref(wire);
	}
	reply->attempts++;
	reply->tried_at = reply->tried_at ? reply->tried_at : now;
	brought(reply, REPLY_SENDING, NULL);
	return true;
}

bool reply_hand_over(struct store *store, struct reply *reply, gint64 now, GError **error)
{
	bool own, fine;

	if (!act_begin(store, &own, error))
		return false;
	fine = step(store, reply, REPLY_HANDED_OVER, BIT(REPLY_SENDING), NULL, now, "mailer", error)
		&& sql_run(store, error, "UPDATE replies SET handed_at = ? WHERE id = ?", "ii", now, reply->id);
	if (!act_end(store, own, fine, error))
		return false;
	reply->handed_at = now;
	brought(reply, REPLY_HANDED_OVER, NULL);
	return true;
}

/* Ends an attempt with what the server said. */
static bool settle(struct store *store, struct reply *reply, enum reply_state will, gint64 not_before, const char *said,
		   gint64 now, GError **error)
{
	unsigned from = BIT(REPLY_SENDING) | BIT(REPLY_HANDED_OVER) | (will == REPLY_REFUSED ? BIT(REPLY_LATER) : 0);
	bool own, fine;

	if (!act_begin(store, &own, error))
		return false;
	fine = step(store, reply, will, from, said, now, "mailer", error)
		&& sql_run(store, error, "UPDATE replies SET server_said = ?, not_before = ? WHERE id = ?", "sii", said, not_before,
			   reply->id)
		/* Nobody has answered the buyer after all: the mind looks again. */
		&& (will != REPLY_REFUSED || sql_run(store, error, "UPDATE cases SET dirty = 1, version = version + 1 WHERE id = ?"
						     " AND state <> 'closed'", "i", reply->case_id));
	if (!act_end(store, own, fine, error))
		return false;
	reply->not_before = not_before;
	brought(reply, will, said);
	return true;
}

bool reply_postpone(struct store *store, struct reply *reply, gint64 now, gint64 not_before, const char *said, GError **error)
{
	return settle(store, reply, REPLY_LATER, not_before, said, now, error);
}

bool reply_refuse(struct store *store, struct reply *reply, gint64 now, const char *said, GError **error)
{
	return settle(store, reply, REPLY_REFUSED, 0, said, now, error);
}

bool reply_doubt(struct store *store, struct reply *reply, gint64 now, const char *why, GError **error)
{
	return simple(store, reply, REPLY_UNCERTAIN, BIT(REPLY_HANDED_OVER), why, now, "mailer", error);
}

bool reply_settle_sent(struct store *store, struct reply *reply, gint64 now, const char *actor, const char *said, GError **error)
{
	bool own, fine;

	if (!act_begin(store, &own, error))
		return false;
	fine = step(store, reply, REPLY_SENT, BIT(REPLY_HANDED_OVER) | BIT(REPLY_UNCERTAIN), NULL, now, actor, error)
		&& sql_run(store, error, "UPDATE replies SET server_said = ?, sent_at = ? WHERE id = ?", "sii", said, now, reply->id)
		&& sql_run(store, error, "UPDATE cases SET answered_at = max(answered_at, ?1), dirty = 1, version = version + 1,"
			   /* What the buyer wrote after the answered mail is still open. */
			   " asked_at = coalesce((SELECT min(m.received_at) FROM readings g JOIN mails m ON m.id = g.mail"
			   "  WHERE g.case_id = ?2 AND g.machine = 0 AND g.notice IS NULL AND iif(?3 > 0, g.mail > ?3, m.fetched_at > ?4)), 0)"
			   " WHERE id = ?2", "iiii", now, reply->case_id, reply->mail, reply->created_at)
		&& filing_add(store, reply->id, now, error)
		&& act_tell(store, now, actor, 'c', reply->case_id, "answered", NULL, error);
	if (!act_end(store, own, fine, error))
		return false;
	reply->sent_at = now;
	brought(reply, REPLY_SENT, NULL);
	return true;
}

bool reply_wait(struct store *store, struct reply *reply, gint64 not_before, GError **error)
{
	int changed = sql_change(store, error, "UPDATE replies SET not_before = ?, version = version + 1 WHERE id = ? AND state = ?"
				 " AND version = ?", "iisi", not_before, reply->id, reply_state_name(reply->state), reply->version);

	if (changed > 0)
		reply->version++;
	return changed > 0 || (changed == 0 && late(store, reply, error));
}

static bool collect(sqlite3_stmt *row, void *user)
{
	gint64 id = sql_column_int(row, 0);

	g_array_append_val((GArray *) user, id);
	return true;
}

bool reply_recover(struct store *store, gint64 now, reply_handed *handed, void *user, GError **error)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof (gint64));

	if (!sql_each(store, error, collect, ids, "SELECT id FROM replies WHERE state IN ('sending', 'handed_over')"
		      " AND epoch >= (SELECT epoch FROM instance) ORDER BY id", ""))
		return false;
	for (guint i = 0; i < ids->len; i++) {
		scoped(reply) reply = reply_get(store, g_array_index(ids, gint64, i), error);

		if (!reply)
			return false;
		if (reply->state == REPLY_SENDING
		    ? !simple(store, reply, REPLY_DUE, BIT(REPLY_SENDING), "interrupted before the last byte left", now, "mailer", error)
		    : !handed(store, reply, now, user, error))
			return false;
	}
	return true;
}
