/* The runner: approved tasks leave through their hook, each at most once.
 *
 * approved -> executing (committed, attempt counted) -> executed | done | failed | uncertain. A task that was executing
 * when the runner died is uncertain, unless its hook can tell. Nothing here moves `uncertain` or `failed` again. */
#include "wismo/flow/act.h"

#include "act_p.h"

#include "wismo/base/clock.h"
#include "wismo/base/error.h"
#include "wismo/base/fault.h"
#include "wismo/base/log.h"
#include "wismo/flow/stage.h"
#include "wismo/store/case.h"
#include "wismo/store/order.h"
#include "wismo/store/task.h"

#include <jansson.h>
#include <stdlib.h>

bool act_permit(struct store *store, const struct task *task, struct permit_answer *answer, GError **error)
{
	scoped(buyer_case) buyer_case = case_get(store, task->case_id, error);
	g_autoptr(GError) cause = NULL;
	scoped(order) order = NULL;
	g_autoptr(GPtrArray) shipments = NULL;
	struct permit_task facts = { .task = task, .buyer_case = buyer_case };
	struct case_word word;

	if (!buyer_case || !case_of_order(store, buyer_case, &word, error))
		return false;
	facts.claim = word.claim;
	facts.refunded = word.refunded;
	if (task->order_id) {
		order = order_get(store, task->order_id, &cause);
		shipments = cause ? NULL : order_shipments(store, task->order_id, &cause);
	}
	if (cause) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	facts.order = order;
	for (guint i = 0; shipments && i < shipments->len; i++)
		facts.claims_protected |= ((struct shipment *) g_ptr_array_index(shipments, i))->claims_protected;
	*answer = permit_task(&facts);
	return true;
}

static const struct order_line *line_of(const struct order *order, const char *line_no)
{
	for (guint i = 0; order && i < order->lines->len; i++) {
		const struct order_line *line = g_ptr_array_index(order->lines, i);

		if (g_strcmp0(line->line_no, line_no) == 0)
			return line;
	}
	return NULL;
}

static json_t *maybe(const char *text)
{
	return text && *text ? json_string(text) : json_null();
}

static json_t *moment(gint64 at)
{
	g_autofree char *text = clock_format(at);

	return text ? json_string(text) : json_null();
}

bool act_by_hand(const struct settings *settings, const struct task *task)
{
	return task->state == TASK_APPROVED && !hook_set(&settings->hooks[task->kind]);
}

char *act_json(struct store *store, const struct task *task, GError **error)
{
	scoped(buyer_case) buyer_case = case_get(store, task->case_id, error);
	scoped(order) order = buyer_case && task->order_id ? order_get(store, task->order_id, error) : NULL;
	const struct order_line *line = line_of(order, task->line_no);
	g_autofree char *id = g_strdup_printf("t%" G_GINT64_FORMAT, task->id);
	g_autofree char *case_id = g_strdup_printf("c%" G_GINT64_FORMAT, task->case_id);
	g_autofree char *key = g_strdup_printf("%s-%s", store_uuid(store), id);
	json_t *object;
	char *dumped, *text;

	if (!buyer_case)
		return NULL;
	object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I}",
			   "id", id, "kind", task_kind_name(task->kind), "state", task_state_name(task->state), "case", case_id,
			   "channel", buyer_case->channel, "account", buyer_case->account,
			   "order_no", maybe(order ? order->order_no : buyer_case->order_no), "line_no", maybe(task->line_no),
			   "sku", maybe(line ? line->sku : NULL), "title", maybe(line ? line->title : NULL),
			   "quantity", (json_int_t) task->quantity,
			   "amount_cents", task->amount_cents < 0 ? json_null() : json_integer(task->amount_cents),
			   "currency", maybe(task->currency), "why", maybe(task->why), "due_at", moment(task->due_at),
			   "due_why", maybe(task->due_why), "result", maybe(task->result), "key", json_string(key),
			   "version", (json_int_t) task->version);
	dumped = json_dumps(object, JSON_COMPACT);
	text = g_strdup(dumped);
	free(dumped);
	json_decref(object);
	return text;
}

static char *key_of(struct store *store, const struct task *task)
{
	return g_strdup_printf("%s-t%" G_GINT64_FORMAT, store_uuid(store), task->id);
}

static bool settle(const struct flow *flow, struct task *task, const struct hook_result *result, gint64 now, GError **error)
{
	bool fine = false;

	switch (result->outcome) {
	case HOOK_DONE:
		fine = task_executed(flow->store, task, now, result->said, error)
			&& (!flow->settings->hooks[task->kind].replaces_person || task_done(flow->store, task, now, "runner", error));
		break;
	case HOOK_FAILED:
		fine = task_fail(flow->store, task, now, result->said, error);
		break;
	case HOOK_UNCERTAIN:
		fine = task_doubt(flow->store, task, now, result->said, error);
		break;
	}
	if (fine)
		log_line(result->outcome == HOOK_DONE ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "%s task=t%" G_GINT64_FORMAT " kind=%s said=\"%s\"",
			 task_state_name(task->state), task->id, task_kind_name(task->kind), result->said);
	return fine;
}

/* Left by a runner that died. */
static bool recover(const struct flow *flow, gint64 now, GError **error)
{
	g_autoptr(GError) cause = NULL;
	gint64 after = 0;

	for (;;) {
		scoped(task) task = task_next(flow->store, TASK_EXECUTING, after, &cause);
		g_autofree char *key = task ? key_of(flow->store, task) : NULL;
		struct hook_result result = { HOOK_UNCERTAIN, NULL };
		bool acted, fine;

		if (!task)
			break;
		after = task->id;
		if (!hook_knows(&flow->settings->hooks[task->kind], key, &acted))
			result.said = g_strdup("the runner was interrupted; nobody knows whether the hook has acted");
		else if (acted)
			result = (struct hook_result) { HOOK_DONE, g_strdup("found in the export file") };
		else
			result.outcome = HOOK_FAILED;
		fine = result.outcome == HOOK_FAILED ? task_again(flow->store, task, now, "interrupted before it was written", error)
			: settle(flow, task, &result, now, error);
		g_free(result.said);
		if (!fine)
			return false;
	}
	if (!cause)
		return true;
	g_propagate_error(error, g_steal_pointer(&cause));
	return false;
}

static bool handle(const struct flow *flow, struct task *task, gint64 now, guint *done, GError **error)
{
	const struct hook *hook = &flow->settings->hooks[task->kind];
	g_autofree char *key = key_of(flow->store, task);
	g_autofree char *json = NULL;
	struct permit_answer answer;
	struct hook_result result;
	bool fine;

	if (!act_permit(flow->store, task, &answer, error))
		return false;
	if (answer.permit != PERMIT_GO) {
		++*done;
		log_warning("returned task=t%" G_GINT64_FORMAT " why=\"%s\"", task->id, answer.why);
		fine = task_return(flow->store, task, now, "runner", answer.why, error);
		g_free(answer.why);
		return fine;
	}
	if (!hook_set(hook))
		return true;	/* a person does it and says `wismo done` */
	json = act_json(flow->store, task, error);
	if (!json || !task_begin(flow->store, task, now, error))
		return false;
	fault_point("act.executing.committed");
	result = hook_run(hook, task, key, json);
	fault_point("act.acted");
	fine = settle(flow, task, &result, clock_now(), error);
	fault_point("act.settled.committed");
	g_free(result.said);
	++*done;
	return fine;
}

bool act_step(const struct flow *flow, gint64 now, struct pass *pass, GError **error)
{
	g_autoptr(GError) cause = NULL;
	gint64 after = 0;

	*pass = (struct pass) { 0, 0 };
	if (!recover(flow, now, error))
		return false;
	for (;;) {
		scoped(task) task = task_next(flow->store, TASK_APPROVED, after, &cause);

		if (!task)
			break;
		after = task->id;
		if (flow->alive)
			flow->alive(flow->alive_user);
		if (!handle(flow, task, now, &pass->done, &cause)) {
			if (!g_error_matches(cause, WISMO_ERROR, WISMO_PARK))
				break;
			g_clear_error(&cause);	/* somebody was first */
		}
	}
	if (!cause)
		return true;
	g_propagate_error(error, g_steal_pointer(&cause));
	return false;
}
