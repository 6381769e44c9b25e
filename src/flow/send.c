/* The mailer: due replies leave, each at most once.
 *
 * due/later -> sending (final bytes committed, before connecting) -> handed_over (committed inside the transaction,
 * before the last byte) -> sent | later | refused | uncertain. A crash in `sending` cannot have delivered anything:
 * back to due. A crash in `handed_over` may have: uncertain, unless the outlet itself can tell (Maildir).
 * Nothing here ever moves `uncertain`. */
#include "wismo/flow/outlet.h"
#include "wismo/flow/stage.h"

#include "wismo/base/clock.h"
#include "wismo/base/error.h"
#include "wismo/base/fault.h"
#include "wismo/base/log.h"
#include "wismo/core/permit.h"
#include "wismo/mail/compose.h"
#include "wismo/store/case.h"
#include "wismo/store/reply.h"

#define FIRST_PAUSE_S 300	/* greylisting wants a few minutes (RFC 6647, 5) */
#define LONGEST_PAUSE_S 14400
#define LONGEST_DOWN_S 1800	/* when it is the server, not the mail: as often as a mail program would ask */
#define GIVE_UP_S (5 * 86400)	/* RFC 5321, 4.5.4.1: 4 to 5 days */
#define COMMIT_TRIES 3		/* the server has spoken: its word is worth waiting for a locked database */

struct sending {
	const struct flow *flow;
	struct reply *reply;
	gint64 now;
	GError *error;		/* of the hand-over's commit */
};

/* 5, 10, 20 ... minutes, spread by a fifth so that a crowd does not come back at once. */
static gint64 again_at(const struct reply *reply, gint64 longest_s, gint64 now)
{
	gint64 pause_s = MIN((gint64) FIRST_PAUSE_S << MIN(MAX(reply->attempts - 1, 0), 10), longest_s);

	return now + pause_s + (reply->id * 7919 + reply->attempts * 104729) % (pause_s / 5);
}

static bool recovered(struct store *store, struct reply *reply, gint64 now, void *user, GError **error)
{
	const struct flow *flow = user;
	const struct account *account = settings_account(flow->settings, reply->account);
	bool there = false;

	if (account && outlet_knows(account, reply->message_id, &there))
		return there ? reply_settle_sent(store, reply, now, "mailer", "found in the Maildir", error)
			: reply_postpone(store, reply, now, now, "interrupted before it was written", error);
	log_error("uncertain reply=r%" G_GINT64_FORMAT " why=\"interrupted after the last byte\"", reply->id);
	return reply_doubt(store, reply, now, "the mailer was interrupted after the last byte had left", error);
}

/* Moves a reply away from the queue for a reason; true also when somebody else was first. */
static bool set_aside(const struct flow *flow, struct reply *reply, const struct permit_answer *answer, gint64 now, GError **error)
{
	g_autoptr(GError) cause = NULL;
	bool fine = true;

	if (answer->permit == PERMIT_STOP)
		fine = reply_block(flow->store, reply, now, "mailer", answer->why, &cause);
	else if (answer->permit == PERMIT_ASK)
		fine = reply_redraft(flow->store, reply, now, "mailer", answer->why, &cause);
	else if (answer->until_at > now)
		fine = reply_wait(flow->store, reply, answer->until_at, &cause);
	if (fine) {
		log_info("held reply=r%" G_GINT64_FORMAT " state=%s why=\"%s\"", reply->id, reply_state_name(reply->state), answer->why);
		return true;
	}
	if (g_error_matches(cause, WISMO_ERROR, WISMO_PARK))
		return true;
	g_propagate_error(error, g_steal_pointer(&cause));
	return false;
}

static struct permit_answer ask_gates(const struct flow *flow, const struct reply *reply, const struct buyer_case *buyer_case,
				      gint64 now, GError **error)
{
	const struct settings *settings = flow->settings;
	struct permit_reply facts = { .reply = reply, .buyer_case = buyer_case, .auto_mode = settings->mode == MODE_AUTO,
		.case_cap = settings->replies_per_case_day, .buyer_cap = settings->replies_per_buyer_day,
		.hour_cap = settings->replies_per_hour };
	struct reply_counts counts = { 0 };

	facts.overtaken = reply_overtaken(flow->store, reply, error);
	if ((error && *error) || !reply_count(flow->store, reply, now, &counts, error))
		return (struct permit_answer) { PERMIT_WAIT, NULL, 0 };
	facts.of_case = counts.of_case;
	facts.of_buyer = counts.of_buyer;
	facts.of_all = counts.of_all;
	facts.hour_began_at = counts.hour_began_at;
	return permit_reply(&facts, now);
}

/* RFC 3834 wants machines to say so; marketplaces count what says so as no answer. A reply that a person approved
 * is a person's. */
static bool says_auto(const struct reply *reply, const struct buyer_case *buyer_case)
{
	return g_strcmp0(reply->approved_by, "auto") == 0
		&& (g_strcmp0(buyer_case->channel, "shop") == 0 || g_strcmp0(buyer_case->channel, "shopify") == 0);
}

/* The bytes of an earlier attempt are sent again as they were. */
static GBytes *wire_of(const struct flow *flow, const struct account *account, const struct reply *reply,
		       const struct buyer_case *buyer_case, gint64 now, GError **error)
{
	const struct compose mail = { .from = account->from, .from_name = account->from_name, .to = reply->recipient,
		.subject = reply->subject, .body = reply->body, .message_id = reply->message_id, .in_reply_to = reply->in_reply_to,
		.references = reply->references, .date_at = now, .zone = flow->settings->zone,
		.auto_submitted = says_auto(reply, buyer_case) };

	return reply->wire ? g_bytes_ref(reply->wire) : compose_wire(&mail, error);
}

static bool commit_hand_over(void *user)
{
	struct sending *sending = user;
	bool fine;

	fault_point("send.handed_over.before");
	fine = reply_hand_over(sending->flow->store, sending->reply, sending->now, &sending->error);
	fault_point("send.handed_over.committed");
	return fine;
}

/* What the outlet said becomes the row's state. */
static bool settle(const struct flow *flow, struct reply *reply, const struct outlet_result *result, gint64 now, GError **error)
{
	gint64 next_at = again_at(reply, result->outcome == SMTP_ACCOUNT ? LONGEST_DOWN_S : LONGEST_PAUSE_S, now);

	switch (result->outcome) {
	case SMTP_SENT:
		return reply_settle_sent(flow->store, reply, now, "mailer", result->said, error);
	case SMTP_REFUSED:
		return reply_refuse(flow->store, reply, now, result->said, error);
	case SMTP_UNCERTAIN:
		return reply_doubt(flow->store, reply, now, result->said, error);
	case SMTP_LATER: case SMTP_ACCOUNT:
		break;
	}
	if (next_at - reply->tried_at <= GIVE_UP_S)
		return reply_postpone(flow->store, reply, now, next_at, result->said, error);
	g_autofree char *why = g_strdup_printf("given up after 5 days: %s", result->said);
	return reply_refuse(flow->store, reply, now, why, error);
}

static bool settle_surely(const struct flow *flow, struct reply *reply, const struct outlet_result *result, GError **error)
{
	for (int i = 1; ; i++) {
		g_autoptr(GError) cause = NULL;

		if (settle(flow, reply, result, clock_now(), &cause))
			return true;
		if (i == COMMIT_TRIES || !g_error_matches(cause, WISMO_ERROR, WISMO_RETRY)) {
			g_propagate_prefixed_error(error, g_steal_pointer(&cause), "send r%" G_GINT64_FORMAT ": ", reply->id);
			return false;
		}
	}
}

static void tell(const struct reply *reply, const struct outlet_result *result, const char *account)
{
	g_autofree char *to = log_address(reply->recipient);
	bool person = reply->state == REPLY_UNCERTAIN || reply->state == REPLY_REFUSED || result->config_fault;

	log_line(person ? LOG_LEVEL_ERROR : reply->state == REPLY_SENT ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
		 "%s reply=r%" G_GINT64_FORMAT " account=%s to=%s attempt=%d said=\"%s\"", reply_state_name(reply->state), reply->id,
		 account, to, reply->attempts, result->said);
}

/* One attempt with a reply whose gates are open. *down_until: the account's server fails every mail and is left alone till then,
 * 0: it does not. That is sooner than the reply's own next attempt, so that another one asks then: what only looks like the
 * server's trouble (421 to one recipient) does not hold up the others for days. */
static bool attempt(const struct flow *flow, const struct account *account, struct reply *reply, GBytes *wire, gint64 now,
		    gint64 *down_until, GError **error)
{
	struct sending sending = { flow, reply, now, NULL };
	struct outlet_result result;
	bool fine;

	if (!reply_begin(flow->store, reply, wire, now, error))
		return false;
	fault_point("send.sending.committed");
	result = outlet_send(account, reply->message_id, reply->recipient, reply->wire, commit_hand_over, &sending);
	fault_point("send.answered");
	g_clear_error(&sending.error);	/* the row is still `sending`: an attempt like any other */
	fine = settle_surely(flow, reply, &result, error);
	fault_point("send.settled.committed");
	if (fine)
		tell(reply, &result, account->name);
	if (result.outcome == SMTP_ACCOUNT)
		*down_until = clock_now() + FIRST_PAUSE_S;
	g_free(result.said);
	return fine;
}

/* The server of the reply's account has just failed another one. */
static bool wait_out(const struct flow *flow, struct reply *reply, gint64 until_at, GError **error)
{
	g_autoptr(GError) cause = NULL;

	if (reply_wait(flow->store, reply, until_at, &cause)) {
		log_debug("held reply=r%" G_GINT64_FORMAT " state=%s why=\"the server of account %s is down\"", reply->id,
			  reply_state_name(reply->state), reply->account);
		return true;
	}
	if (g_error_matches(cause, WISMO_ERROR, WISMO_PARK))
		return true;
	g_propagate_error(error, g_steal_pointer(&cause));
	return false;
}

/* One reply of the queue; false only when the stage cannot go on. `down`: account -> moment until which its server is
 * left alone (gint64 *). */
static bool handle(const struct flow *flow, struct reply *reply, gint64 now, GHashTable *down, guint *done, GError **error)
{
	const struct account *account = settings_account(flow->settings, reply->account);
	scoped(buyer_case) buyer_case = case_get(flow->store, reply->case_id, error);
	g_autoptr(GError) cause = NULL;
	g_autoptr(GBytes) wire = NULL;
	struct permit_answer answer;
	gint64 down_until = 0;
	bool fine;

	if (!buyer_case)
		return false;
	if (!account)
		answer = (struct permit_answer) { PERMIT_ASK, g_strdup_printf("account \"%s\" is not configured", reply->account), 0 };
	else
		answer = ask_gates(flow, reply, buyer_case, now, &cause);
	if (!cause && answer.permit == PERMIT_GO && !(wire = wire_of(flow, account, reply, buyer_case, now, &cause))) {
		answer = (struct permit_answer) { PERMIT_STOP, g_strdup(cause->message), 0 };
		g_clear_error(&cause);
	}
	if (cause) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	if (answer.permit != PERMIT_GO) {
		*done += answer.permit != PERMIT_WAIT;
		fine = set_aside(flow, reply, &answer, now, error);
		g_free(answer.why);
		return fine;
	}
	fine = attempt(flow, account, reply, wire, now, &down_until, &cause);
	if (down_until)
		g_hash_table_insert(down, g_strdup(account->name), g_memdup2(&down_until, sizeof down_until));
	*done += 1;
	if (fine || g_error_matches(cause, WISMO_ERROR, WISMO_PARK))
		return true;	/* parked: somebody was first */
	g_propagate_error(error, g_steal_pointer(&cause));
	return false;
}

bool send_step(const struct flow *flow, gint64 now, struct pass *pass, GError **error)
{
	g_autoptr(GHashTable) down = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_autoptr(GError) cause = NULL;
	gint64 after = 0;

	*pass = (struct pass) { 0, 0 };
	/* The mailer is alone: whatever is on its way was left by one that died. */
	if (!reply_recover(flow->store, now, recovered, (void *) flow, error))
		return false;
	for (;;) {
		scoped(reply) reply = reply_next_due(flow->store, after, now, &cause);
		const gint64 *until_at = reply ? g_hash_table_lookup(down, reply->account) : NULL;

		if (!reply)
			break;
		after = reply->id;
		if (flow->alive)
			flow->alive(flow->alive_user);
		/* One failure of a server is enough: the others keep their attempts. */
		if (!(until_at ? wait_out(flow, reply, *until_at, error) : handle(flow, reply, now, down, &pass->done, error)))
			return false;
	}
	if (!cause)
		pass->next_at = reply_next_at(flow->store, now, &cause);
	if (!cause)
		return true;
	g_propagate_error(error, g_steal_pointer(&cause));
	return false;
}
