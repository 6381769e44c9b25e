/* What a verdict makes: the reply and the tasks, each with a key derived from its cause. What the mind made before and no
 * person has touched gives way to it, or is brought up to date. */
#include "decide_p.h"

#include "wismo/base/clock.h"
#include "wismo/base/error.h"
#include "wismo/base/log.h"
#include "wismo/core/deadline.h"
#include "wismo/store/reply.h"
#include "wismo/store/task.h"

#include <string.h>

#define DAY_S 86400

bool decide_pays(const struct policy_rule *rule)
{
	return rule->task == TASK_RESHIP || rule->task == TASK_REFUND;
}

static bool promises(const char *template)
{
	return strcmp(template, "reship") == 0 || strcmp(template, "refund") == 0 || strcmp(template, "returned") == 0;
}

bool decide_make_room(const struct decision *d, const char *cause, GError **error)
{
	g_autofree char *live = NULL;
	g_autoptr(GError) failure = NULL;
	gint64 id = verdict_live_reply(d->flow->store, d->buyer_case->id, &live, &failure);

	if (failure) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	if (!id || (cause && g_strcmp0(live, cause) == 0))
		return true;
	scoped(reply) old = reply_get(d->flow->store, id, error);
	/* A promise whose payment is under way is as good as before. */
	if (old && !cause && promises(old->template)
	    && (facts_is(d->facts, FACT_COMPENSATION, "approved") || facts_is(d->facts, FACT_COMPENSATION, "done")))
		return true;
	return old && reply_withdraw(d->flow->store, old, d->now, error);
}

/* What a person who approves should know: the gates that held it, but for the mode. */
static char *held_by(const struct decision *d, const GArray *gates)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < gates->len; i++) {
		const struct gate_word *word = &g_array_index(gates, struct gate_word, i);
		const char *why = word->why;

		if (strcmp(word->gate, "mode") == 0)
			continue;
		if (strcmp(word->gate, "answerable") == 0 && d->row && d->row->reading->why_not)
			why = d->row->reading->why_not;
		g_string_append_printf(text, "%s%s", text->len ? "; " : "", why);
	}
	return text->len ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

/* Key, state and reason of an answer that was rendered. */
static void name_reply(const struct decision *d, const struct policy_rule *rule, struct reply *reply, enum gate_reach reach,
		       const GArray *gates, char *lint)
{
	reply->cause = d->buyer_case->asked_at
		? g_strdup_printf("c%" G_GINT64_FORMAT "/m%" G_GINT64_FORMAT "/%s", d->buyer_case->id, d->row->mail, rule->reply)
		: g_strdup_printf("c%" G_GINT64_FORMAT "/m%" G_GINT64_FORMAT "/again%" G_GINT64_FORMAT "/%s", d->buyer_case->id, d->row->mail,
				  d->ledger.sent, rule->reply);
	reply->message_id = reply_message_id(store_uuid(d->flow->store), reply->cause, d->account->from);
	if (lint) {
		reply->state = REPLY_BLOCKED;
		reply->why = lint;
	} else if (reach == REACH_AUTO) {
		reply->state = REPLY_DUE;
		reply->approved_by = g_strdup("auto");
	} else {
		reply->why = held_by(d, gates);
	}
}

char *decide_edited(const struct decision *d, const char *template)
{
	if (template)
		return g_strdup_printf("r%" G_GINT64_FORMAT ", which a person has edited, stands: it would be \"%s\" now", d->ledger.edited,
				       template);
	return g_strdup_printf("r%" G_GINT64_FORMAT ", which a person has edited, stands: there would be no answer now", d->ledger.edited);
}

/* A person's words for the same mail stand in the way of an answer with another cause. */
static bool in_the_way(const struct decision *d, const char *cause, GError **error)
{
	scoped(reply) edited = d->ledger.edited ? reply_get(d->flow->store, d->ledger.edited, error) : NULL;

	return edited && strcmp(edited->cause, cause) != 0;
}

bool decide_put_reply(const struct decision *d, const struct policy_rule *rule, gint64 verdict, enum gate_reach reach, gint64 next_at,
		      const GArray *gates, GPtrArray *notes, enum reply_state *state, GError **error)
{
	char *lint = NULL;
	g_autoptr(GError) cause = NULL;
	scoped(reply) reply = decide_reply(d, rule, next_at, &lint, &cause);
	bool changed = false;

	if (!reply) {
		g_ptr_array_add(notes, g_strdup_printf("no reply could be made: %s", cause->message));
		*state = REPLY_BLOCKED;
		return decide_make_room(d, NULL, error);
	}
	name_reply(d, rule, reply, reach, gates, lint);
	if (in_the_way(d, reply->cause, &cause)) {
		g_ptr_array_add(notes, decide_edited(d, rule->reply));
		*state = REPLY_BLOCKED;
		return decide_make_room(d, NULL, error);
	}
	if (cause) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	reply->verdict = verdict;
	if (!decide_make_room(d, reply->cause, error) || !reply_put(d->flow->store, reply, d->now, "mind", &changed, error)
	    || (!changed && !reply_renew(d->flow->store, reply, d->now, "mind", &changed, error)))
		return false;
	*state = reply->state;
	if (reply->state == REPLY_BLOCKED)
		g_ptr_array_add(notes, g_strdup_printf("the answer is blocked: %s", reply->why));
	else if (reply->state == REPLY_REJECTED)
		g_ptr_array_add(notes, reply->rejected_by == REPLY_BY_PERSON ? reply_rejected_words(reply->id, reply->why)
				: g_strdup_printf("the answer was rejected: %s", reply->why));
	if (changed)
		log_info("reply id=r%" G_GINT64_FORMAT " case=c%" G_GINT64_FORMAT " template=%s lang=%s state=%s", reply->id, d->buyer_case->id,
			 reply->template, reply->lang, reply_state_name(reply->state));
	return true;
}

static bool put_task(const struct decision *d, struct task *task, GPtrArray *notes, GError **error)
{
	g_autoptr(GError) cause = NULL;
	bool changed = false;

	if (task_put(d->flow->store, task, d->now, "mind", &changed, &cause)) {
		if (changed)
			log_info("task id=t%" G_GINT64_FORMAT " case=c%" G_GINT64_FORMAT " kind=%s", task->id, d->buyer_case->id,
				 task_kind_name(task->kind));
		return true;
	}
	if (!g_error_matches(cause, WISMO_ERROR, WISMO_PARK)) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	g_ptr_array_add(notes, g_strdup(cause->message));
	return true;
}

/* Only what is still to come is a deadline. */
static struct deadline to_come(struct deadline deadline, gint64 now)
{
	if (deadline.at > now)
		return deadline;
	g_free(deadline.why);
	return (struct deadline) { 0, NULL };
}

/* How long the carrier takes claims for this parcel: its file says so, counted from the last movement. */
static struct deadline carrier_window(const struct decision *d)
{
	gint64 from = d->tracking && d->tracking->moved_at ? d->tracking->moved_at : d->shipment ? d->shipment->shipped_at : 0;
	g_autofree char *day = NULL;

	if (!d->shipment || !d->carrier || d->carrier->claim_within_days < 0 || !from)
		return (struct deadline) { 0, NULL };
	day = clock_date(from, d->flow->settings->zone, NULL);
	return (struct deadline) { from + (gint64) d->carrier->claim_within_days * DAY_S,
		g_strdup_printf("%s + %d days (%s takes claims until then: %s)", day, d->carrier->claim_within_days, d->carrier->title,
				d->carrier->claim_source ? d->carrier->claim_source : "its file") };
}

/* "DHL takes a trace from 2026-12-01 on" while that is still to come; NULL: it is past, or nobody says. */
static char *trace_from(const struct decision *d)
{
	gint64 from = d->tracking && d->tracking->moved_at ? d->tracking->moved_at : d->shipment ? d->shipment->shipped_at : 0;
	gint64 at = d->carrier && d->carrier->trace_after_days > 0 && from ? from + (gint64) d->carrier->trace_after_days * DAY_S : 0;
	g_autofree char *day = at > d->now ? clock_date(at, d->flow->settings->zone, NULL) : NULL;

	return day ? g_strdup_printf("%s takes a trace from %s on", d->carrier->title, day) : NULL;
}

static struct task *task_of(const struct decision *d, const struct policy_rule *rule, gint64 verdict)
{
	const struct deadlines *limits = d->flow->book->deadlines;
	const char *zone = d->flow->settings->zone, *channel = d->buyer_case->channel;
	const char *doubt = decide_pays(rule) ? gate_pay_doubt(d->facts) : NULL;
	struct task *task = task_new();
	struct deadline due = to_come(deadline_count(limits, channel, "claim", d->order ? d->order->promised_at : 0, zone), d->now);
	g_autofree char *from = rule->task == TASK_TRACE ? trace_from(d) : NULL;

	due = deadline_sooner(due, to_come(deadline_count(limits, channel, "protection", d->buyer_case->asked_at, zone), d->now));
	if (rule->task == TASK_TRACE) {
		due = deadline_sooner(due, to_come(deadline_count(limits, channel, "trace", d->shipment ? d->shipment->shipped_at : 0, zone), d->now));
		due = deadline_sooner(due, to_come(carrier_window(d), d->now));
	}
	/* Nothing to come: the answer's own then. */
	if (!due.at)
		due = (struct deadline) { d->buyer_case->due_at, g_strdup(d->buyer_case->due_why) };
	task->case_id = d->buyer_case->id;
	task->verdict = verdict;
	task->kind = (enum task_kind) rule->task;
	task->order_id = d->order ? d->order->id : 0;
	task->quantity = 1;
	task->amount_cents = -1;
	task->state = TASK_PROPOSED;
	task->why = g_strdup_printf("%s%s%s%s%s", rule->why ? rule->why : rule->name, from ? "; " : "", from ? from : "",
				    doubt ? "; " : "", doubt ? doubt : "");
	task->due_at = due.at;
	task->due_why = due.why;
	return task;
}

/* Proposed payments are withdrawn when the facts have another answer now; not when a rule only calls for a person, who may
 * want to see them, nor when a person has spoken on one of the order's lines: the others are theirs then. What forbids a
 * payment, or pays in another way, holds for all cases of the order; an answer without either is this buyer's alone. */
static bool withdraw(const struct decision *d, const struct policy_rule *rule, const char *no, GError **error)
{
	bool pays = decide_pays(rule) && !no;

	if (!facts_is(d->facts, FACT_COMPENSATION, "proposed") || (!no && !pays && !rule->reply && !rule->closes))
		return true;
	return task_withdraw(d->flow->store, d->buyer_case->id, d->order && (no || pays) ? d->order->id : 0, pays ? rule->task : -1,
			     d->now, "mind", error);
}

static bool pay(const struct decision *d, const struct policy_rule *rule, gint64 verdict, GPtrArray *notes, GError **error)
{
	for (guint i = 0; i < MAX(d->order->lines->len, 1); i++) {
		const struct order_line *line = i < d->order->lines->len ? g_ptr_array_index(d->order->lines, i) : NULL;
		scoped(task) task = task_of(d, rule, verdict);

		g_free(task->line_no);
		task->line_no = g_strdup(line ? line->line_no : "");
		task->quantity = line ? line->quantity : 1;
		task->amount_cents = line ? line->price_cents : -1;
		task->currency = g_strdup(d->order->currency);
		task->cause = g_strdup_printf("o%" G_GINT64_FORMAT "/%s/%s", d->order->id, task->line_no, task_kind_name(task->kind));
		if (!put_task(d, task, notes, error))
			return false;
	}
	return true;
}

bool decide_put_tasks(const struct decision *d, const struct policy_rule *rule, gint64 verdict, GPtrArray *notes, GError **error)
{
	const char *no = gate_pay(d->facts);
	scoped(task) trace = NULL;

	if (!withdraw(d, rule, no, error))
		return false;
	if (rule->task < 0)
		return true;
	if (decide_pays(rule)) {
		if (!no)
			return pay(d, rule, verdict, notes, error);
		g_ptr_array_add(notes, g_strdup_printf("no %s: %s", task_kind_name((enum task_kind) rule->task), no));
		return true;
	}
	trace = task_of(d, rule, verdict);
	trace->shipment = d->shipment ? d->shipment->id : 0;
	trace->cause = g_strdup_printf("c%" G_GINT64_FORMAT "/s%" G_GINT64_FORMAT "/trace", d->buyer_case->id, trace->shipment);
	return put_task(d, trace, notes, error);
}
