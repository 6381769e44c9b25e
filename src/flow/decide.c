/* The mind's second stage: dirty and due cases become verdicts, replies and tasks, each case's all in one transaction, which
 * it shares with others.
 *
 * Everything that a verdict makes has a key derived from its cause, so deciding again changes nothing:
 *	a reply		c12/m34/in_transit, c12/m34/again2/overdue (the second look by the clock)
 *	a payment	o7/1/refund (one for each order line and kind; the schema lets only one kind stand)
 *	a trace		c12/s5/trace
 * A draft whose facts have changed is rejected and takes the new one's place; an answer that left is never answered again. */
#include "batch_p.h"
#include "decide_p.h"

#include "wismo/base/error.h"
#include "wismo/base/fault.h"
#include "wismo/base/log.h"
#include "wismo/core/deadline.h"
#include "wismo/store/case.h"

#include <string.h>

#define AT_ONCE 50		/* cases in one transaction: other writers wait some 10 ms for it */
#define ATTEMPTS_MOST 3
#define TRACK_WAIT_S 900	/* longest wait for a carrier before a case is decided without its word */
#define WAITS "waits for the carrier's answer"
#define INTERIM_LEAD_S (6 * 3600)
#define DAY_S 86400

/* The answer's deadline follows from the first mail that nobody answered; a claim has one of its own, and the earlier is the
 * case's. What the rules see is the answer's. */
static bool set_deadline(struct decision *d, GError **error)
{
	struct buyer_case *c = d->buyer_case;
	struct deadline deadline = deadline_count(d->flow->book->deadlines, c->channel, "answer", c->asked_at, d->flow->settings->zone);
	gint64 received_at, limit_s;

	if (deadline.at)
		facts_set_real(d->facts, FACT_HOURS_LEFT, (double) (deadline.at - d->now) / 3600);
	else
		facts_set_unknown(d->facts, FACT_HOURS_LEFT);
	if (c->claim == CLAIM_OPEN || c->claim == CLAIM_CHARGEBACK) {
		if (!reading_claim(d->flow->store, c->id, &received_at, &limit_s, error)) {
			g_free(deadline.why);
			return false;
		}
		if (received_at)
			deadline = deadline_sooner(deadline, deadline_claim(c->claim == CLAIM_OPEN ? "claim" : "chargeback", received_at, limit_s));
	}
	g_free(c->due_why);
	c->due_at = deadline.at;
	c->due_why = deadline.why;
	return true;
}

/* The tracker has not asked yet and can: its answer makes the case dirty again. Waited for once, and not for long. */
static bool wait_for_track(const struct decision *d)
{
	return d->unasked && d->buyer_case->asked_at && g_strcmp0(d->buyer_case->why, WAITS) != 0;
}

static enum gate_reach reach_of(const struct decision *d, const struct policy_rule *rule, GArray *gates)
{
	const struct settings *settings = d->flow->settings;
	const struct carrier_access *access = d->carrier ? settings_carrier(settings, carrier_asker(d->carrier)->name) : NULL;
	const char *lang = decide_lang(d);
	bool lacks = rule->reply && g_strcmp0(replies_lang(d->flow->book->replies, rule->reply, lang), lang) != 0;
	struct gate_input input = { .facts = d->facts, .rules = d->channel ? &d->channel->rules : NULL,
		.mode = settings->mode == MODE_AUTO ? REACH_AUTO : settings->mode == MODE_DRAFT ? REACH_DRAFT : REACH_NOTHING,
		.min_confidence = settings->min_confidence, .auto_value = (double) settings->auto_value_cents / 100,
		.pays = decide_pays(rule), .person = rule->person, .reachable = d->account && d->row && d->row->reading->reply_to,
		.recorded = d->tracking && d->tracking->recorded && !(access && access->recorded),
		.lacks_lang = lacks ? lang : NULL, .refused = d->ledger.refused,
		.said = rule->reply && g_strv_contains((const char *const *) d->ledger.said, rule->reply), .repeats = d->ledger.sent,
		.case_cap = MAX(settings->replies_per_case_day, 1) * 3 };

	return gate_ask(&input, gates);
}

/* What a person reads: what kept the machine from answering says more than the rule's general word, and the rule that takes what no
 * other takes says nothing at all. */
static char *why_of(const struct decision *d, const struct policy_rule *rule, const char *stuck, const char *missing)
{
	const char *said = rule->why ? rule->why : rule->name;

	if (stuck)
		return g_strdup(stuck);
	if (d->buyer_case->asked_at && d->row && !d->row->reading->answerable && d->row->reading->why_not)
		return g_strdup(d->row->reading->why_not);
	if (!missing || !(rule->person && (rule->reply || !rule->when->len)))
		return g_strdup(said);
	return rule->when->len ? g_strdup_printf("%s: %s", said, missing) : g_strdup(missing);
}

/* Where the case stands after the verdict, and when it is looked at again. `stuck`: why its answer cannot leave; NULL: it can.
 * `missing`: see decide_missing. */
static void move_case(struct decision *d, const struct policy_rule *rule, enum gate_reach reach, const char *stuck,
		      const char *missing, bool replied, gint64 next_at)
{
	struct buyer_case *c = d->buyer_case;

	c->dirty = false;
	c->attempts = 0;
	g_clear_pointer(&c->why, g_free);
	c->look_at = 0;
	if (rule->closes && !d->ledger.edited) {
		c->state = CASE_CLOSED;
		c->due_at = 0;
		g_clear_pointer(&c->due_why, g_free);
		return;
	}
	if (rule->person || reach == REACH_NOTHING || stuck) {
		c->state = CASE_PERSON;
		c->why = why_of(d, rule, stuck, missing);
	} else {
		c->state = replied && reach == REACH_AUTO ? CASE_WAITING : CASE_OPEN;
	}
	/* Still unanswered: look again in time for an interim answer. */
	if (c->asked_at && reach != REACH_AUTO && c->due_at - INTERIM_LEAD_S > d->now)
		c->look_at = c->due_at - INTERIM_LEAD_S;
	else if (rule->look_again_s)
		c->look_at = next_at;
}

/* Why no answer can leave, where that says more than the rule does; NULL: nothing of the kind. `answer`: its own note. */
static const char *stuck_by(const struct decision *d, bool replies, enum reply_state state, const GPtrArray *notes, guint answer)
{
	if (facts_is(d->facts, FACT_SENDER, "other"))
		return GATE_STRANGER;
	if (d->ledger.refused)
		return d->ledger.refused;
	if (!replies)
		return d->ledger.edited ? g_ptr_array_index(notes, answer) : NULL;
	return state == REPLY_BLOCKED || state == REPLY_REJECTED ? g_ptr_array_index(notes, answer) : NULL;
}

/* Why the rule's answer is not given, whatever it is; NULL: it is given. */
static const char *silence(const struct decision *d, const struct policy_rule *rule)
{
	if (d->buyer_case->asked_at)
		return d->ledger.mail_answered ? "this mail has an answer already, sent or on its way" : NULL;
	/* A person has answered in our place: what was said there is not known, and nobody has asked since. */
	if (!d->ledger.sent)
		return "a person has answered, and the buyer has not written again";
	/* Looked at by the clock: only news is worth a mail. */
	if (g_strcmp0(d->ledger.last_template, rule->reply) == 0)
		return "nothing has changed since the last answer";
	return NULL;
}

/* Gates that have opened do not let out what a person was asked about: the reply, not the rule, says how far it goes. */
static void come_down(enum reply_state state, struct verdict_row *row, enum gate_reach *reach, GPtrArray *notes)
{
	if (state != REPLY_DRAFT || *reach != REACH_AUTO)
		return;
	*reach = REACH_DRAFT;
	g_free(row->sends);
	row->sends = g_strdup(gate_reach_name(*reach));
	g_ptr_array_add(notes, g_strdup("the answer waits for a person as before"));
}

/* False only when nothing at all can be decided now. */
static bool conclude(struct decision *d, GError **error)
{
	struct policy_decision policy;
	g_autoptr(GArray) gates = g_array_new(FALSE, FALSE, sizeof(struct gate_word));
	g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
	scoped(verdict_row) row = verdict_row_new();
	g_autofree char *missing = decide_missing(d);
	enum reply_state state = REPLY_DRAFT;
	enum gate_reach reach;
	gint64 next_at;
	const char *silent;
	bool replies, fine;
	guint answer;

	policy_decide(d->flow->book->policy, d->facts, &policy);
	reach = reach_of(d, policy.rule, gates);
	next_at = d->now + (policy.rule->look_again_s ? policy.rule->look_again_s : 2 * DAY_S);
	replies = policy.rule->reply && reach != REACH_NOTHING && d->row && d->account && !policy.rule->closes;
	silent = replies ? silence(d, policy.rule) : NULL;
	if (silent) {
		g_ptr_array_add(notes, g_strdup(silent));
		replies = false;
	}
	if (missing)
		g_ptr_array_add(notes, g_strdup(missing));
	if (d->parcels_told)
		g_ptr_array_add(notes, g_strdup(d->parcels_told));
	row->case_id = d->buyer_case->id;
	row->mail = d->buyer_case->asked_at && d->row ? d->row->mail : 0;
	row->made_at = d->now;
	row->rulebook = g_strdup(d->flow->book->hash);
	row->facts = decide_facts_json(d->facts);
	row->rule = g_strdup(policy.rule->name);
	row->template = replies ? g_strdup(policy.rule->reply) : NULL;
	row->task = policy.rule->task >= 0 ? g_strdup(task_kind_name((enum task_kind) policy.rule->task)) : NULL;
	row->sends = g_strdup(gate_reach_name(replies ? reach : REACH_NOTHING));
	row->reason = g_strdup("{}");	/* told at the end, when all notes are known */
	fine = verdict_put(d->flow->store, row, error);
	answer = notes->len;	/* where the answer's own note will stand */
	if (fine && replies)
		fine = decide_put_reply(d, policy.rule, row->id, reach, next_at, gates, notes, &state, error);
	else if (fine)
		fine = decide_make_room(d, NULL, error);
	if (fine && replies)
		come_down(state, row, &reach, notes);
	if (fine && !replies && d->ledger.edited)
		g_ptr_array_add(notes, decide_edited(d, NULL));
	if (fine && d->flow->settings->mode != MODE_OBSERVE)
		fine = decide_put_tasks(d, policy.rule, row->id, notes, error);
	if (fine) {
		g_free(row->reason);
		row->reason = decide_reason(d, &policy, gates, notes);
		fine = verdict_reason(d->flow->store, row, error);
	}
	if (fine) {
		g_autofree char *subject = g_strdup_printf("c%" G_GINT64_FORMAT, d->buyer_case->id);
		g_autoptr(GString) detail = g_string_new(policy.rule->name);

		for (guint i = 0; i < notes->len; i++)
			g_string_append_printf(detail, "; %s", (char *) g_ptr_array_index(notes, i));
		fine = store_history(d->flow->store, d->now, "mind", subject, "decided", detail->str, error);
	}
	if (fine) {
		move_case(d, policy.rule, reach, stuck_by(d, replies, state, notes, answer), missing, replies, next_at);
		fine = case_update(d->flow->store, d->buyer_case, error);
	}
	if (fine)
		log_info("decided case=c%" G_GINT64_FORMAT " rule=\"%s\" sends=%s state=%s", d->buyer_case->id, policy.rule->name, row->sends,
			 case_state_name(d->buyer_case->state));
	policy_decision_clear(&policy);
	return fine;
}

static bool give_up(const struct flow *flow, gint64 id, GError **error)
{
	scoped(buyer_case) c = case_get(flow->store, id, error);

	if (!c)
		return false;
	c->attempts = 0;
	c->dirty = false;
	c->look_at = 0;
	c->state = c->state == CASE_CLOSED ? CASE_CLOSED : CASE_PERSON;
	g_free(c->why);
	c->why = g_strdup("deciding this case failed or ended the program three times");
	log_error("given up case=c%" G_GINT64_FORMAT " why=\"%s\"", id, c->why);
	return case_update(flow->store, c, error);
}

static bool decide_one(const struct flow *flow, gint64 id, gint64 now, GError **error)
{
	struct decision d = { .flow = flow, .now = now, .stock = -1 };
	bool fine = decide_load(&d, id, error);

	if (fine && (fine = set_deadline(&d, error))) {
		if (d.buyer_case->state == CASE_CLOSED) {
			d.buyer_case->dirty = false;
			d.buyer_case->look_at = 0;
			d.buyer_case->attempts = 0;
			fine = case_update(flow->store, d.buyer_case, error);
		} else if (wait_for_track(&d)) {
			d.buyer_case->dirty = false;
			d.buyer_case->attempts = 0;
			d.buyer_case->look_at = now + TRACK_WAIT_S;
			g_free(d.buyer_case->why);
			d.buyer_case->why = g_strdup(WAITS);
			fine = case_update(flow->store, d.buyer_case, error);
			log_debug("waits case=c%" G_GINT64_FORMAT " for=tracking", id);
		} else {
			fine = conclude(&d, error);
		}
	}
	decide_clear(&d);
	return fine;
}

static bool settle(const struct flow *flow, gint64 id, int attempts, gint64 now, GError **error)
{
	return attempts > ATTEMPTS_MOST ? give_up(flow, id, error) : decide_one(flow, id, now, error);
}

static GArray *take(struct store *store, gint64 now, int *attempts, GError **error)
{
	return case_take(store, now, AT_ONCE, attempts, error);
}

static void counted(void)
{
	fault_point("decide.counted");
}

static bool work(const struct flow *flow, const struct batch *batch, gint64 now, struct batch *next, GError **error);

static const struct batch_stage stage = { "decide", take, case_untake, counted, work };

/* One by one, after the batch failed: one case's trouble stays its own. It is met again in the next round, and given up at
 * the fourth attempt. */
static bool work_each(const struct flow *flow, const struct batch *batch, gint64 now, GError **error)
{
	for (guint i = 0; i < batch->ids->len; i++) {
		const gint64 id = g_array_index(batch->ids, gint64, i);
		g_autoptr(GError) cause = NULL;

		if (store_begin(flow->store, &cause) && settle(flow, id, batch->attempts, now, &cause) && store_commit(flow->store, &cause))
			continue;
		store_abandon(flow->store);
		if (!g_error_matches(cause, WISMO_ERROR, WISMO_PARK))
			return cause && batch_pause(&stage, flow, batch, i, g_steal_pointer(&cause), error);
		log_warning("decide case=c%" G_GINT64_FORMAT " why=\"%s\"", id, cause->message);
	}
	return true;
}

/* Verdicts of one batch and attempts of the next in one commit. */
static bool work(const struct flow *flow, const struct batch *batch, gint64 now, struct batch *next, GError **error)
{
	g_autoptr(GError) cause = NULL;
	bool fine = store_begin(flow->store, &cause);

	for (guint i = 0; fine && i < batch->ids->len; i++)
		fine = settle(flow, g_array_index(batch->ids, gint64, i), batch->attempts, now, &cause);
	fine = fine && batch_next(&stage, flow, now, next, &cause);
	if (fine) {
		fault_point("decide.before_commit");
		fine = store_commit(flow->store, &cause);
		fault_point("decide.committed");
	}
	if (fine)
		return true;
	store_abandon(flow->store);
	g_clear_pointer(&next->ids, g_array_unref);
	if (!g_error_matches(cause, WISMO_ERROR, WISMO_PARK))
		return cause && batch_pause(&stage, flow, batch, 0, g_steal_pointer(&cause), error);
	return work_each(flow, batch, now, error) && batch_first(&stage, flow, now, next, error);
}

bool decide_step(const struct flow *flow, gint64 now, struct pass *pass, GError **error)
{
	*pass = (struct pass) { 0, 0 };
	if (!batch_all(&stage, flow, now, pass, error))
		return false;
	pass->next_at = case_next_look(flow->store, now, NULL);
	return true;
}
