/* What a reply promises, its task must keep. */
#include "wismo/flow/act.h"

#include "wismo/base/error.h"
#include "wismo/store/case.h"
#include "wismo/store/order.h"
#include "wismo/store/task.h"
#include "wismo/store/verdict.h"

/* 0 without error: the case's order is not known. */
static bool order_of(struct store *store, gint64 case_id, gint64 *order_id, GError **error)
{
	scoped(buyer_case) buyer_case = case_get(store, case_id, error);
	g_autoptr(GError) cause = NULL;
	scoped(order) order = buyer_case && *buyer_case->order_no
		? order_find(store, buyer_case->channel, buyer_case->order_no, &cause) : NULL;

	*order_id = order ? order->id : 0;
	if (cause)
		g_propagate_error(error, g_steal_pointer(&cause));
	return buyer_case && !cause;
}

bool act_promise(struct store *store, const struct reply *reply, GError **error)
{
	scoped(verdict_row) verdict = verdict_get(store, reply->verdict, error);
	int kind = verdict && verdict->task ? task_kind_find(verdict->task) : TASK_TRACE;
	g_autoptr(GPtrArray) tasks = verdict ? task_list(store, -1, 0, error) : NULL;
	gint64 order_id;
	bool kept = false;

	if (!tasks || !order_of(store, reply->case_id, &order_id, error))
		return false;
	for (guint i = 0; kind != TASK_TRACE && i < tasks->len; i++) {
		const struct task *task = g_ptr_array_index(tasks, i);
		bool ours = task->case_id == reply->case_id || (order_id && task->order_id == order_id);

		if (!ours || (int) task->kind != kind)
			continue;
		if (task->state != TASK_PROPOSED && task->state != TASK_REJECTED) {
			kept = true;
			continue;
		}
		g_set_error(error, WISMO_ERROR, WISMO_PARK, "it promises a %s, and t%" G_GINT64_FORMAT " is %s; %s", task_kind_name(task->kind),
			    task->id, task_state_name(task->state), task->state == TASK_PROPOSED ? "approve both together"
			    : "edit the text (wismo edit) or reject it");
		return false;
	}
	if (kind == TASK_TRACE || kept)
		return true;
	g_set_error(error, WISMO_ERROR, WISMO_PARK, "it promises a %s, and there is no such task (wismo explain r%" G_GINT64_FORMAT " tells why); "
		    "edit the text (wismo edit) or reject it", task_kind_name((enum task_kind) kind), reply->id);
	return false;
}
