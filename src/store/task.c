/* The tasks table: reading it, and the steps from state to state. What the mind proposes stands in task_put.c. */
#include "wismo/store/task.h"

#include "act_p.h"

#include "wismo/base/error.h"

#define BIT(state) (1u << (state))
#define COLUMNS "id, case_id, verdict, kind, cause, coalesce(order_id, 0), line_no, quantity, amount_cents, currency," \
	" coalesce(shipment, 0), state, why, due_at, due_why, approved_by, attempts, result, created_at, changed_at, version, money_at"

static bool read_row(sqlite3_stmt *row, void *user)
{
	struct task *task = task_new();
	g_autofree char *kind = sql_column_text(row, 3);
	g_autofree char *state = sql_column_text(row, 11);

	task->id = sql_column_int(row, 0);
	task->case_id = sql_column_int(row, 1);
	task->verdict = sql_column_int(row, 2);
	task->kind = (enum task_kind) task_kind_find(kind);
	task->cause = sql_column_text(row, 4);
	task->order_id = sql_column_int(row, 5);
	g_free(task->line_no);
	task->line_no = sql_column_text(row, 6);
	task->quantity = sql_column_int(row, 7);
	task->amount_cents = sql_column_int(row, 8);
	task->currency = sql_column_text(row, 9);
	task->shipment = sql_column_int(row, 10);
	task->state = (enum task_state) task_state_find(state);
	task->why = sql_column_text(row, 12);
	task->due_at = sql_column_int(row, 13);
	task->due_why = sql_column_text(row, 14);
	task->approved_by = sql_column_text(row, 15);
	task->attempts = (int) sql_column_int(row, 16);
	task->result = sql_column_text(row, 17);
	task->created_at = sql_column_int(row, 18);
	task->changed_at = sql_column_int(row, 19);
	task->version = sql_column_int(row, 20);
	task->money_at = sql_column_int(row, 21);
	g_ptr_array_add(user, task);
	return true;
}

struct task *task_get(struct store *store, gint64 id, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(task_free);

	if (!sql_each(store, error, read_row, list, "SELECT " COLUMNS " FROM tasks WHERE id = ?", "i", id) || !list->len)
		return NULL;
	return g_ptr_array_steal_index(list, 0);
}

GPtrArray *task_list(struct store *store, int state, guint limit, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(task_free);
	const char *name = state < 0 ? NULL : task_state_name((enum task_state) state);

	if (!sql_each(store, error, read_row, list, "SELECT " COLUMNS " FROM tasks WHERE ?1 IS NULL OR state = ?1"
		      " ORDER BY due_at = 0, due_at, id DESC LIMIT ?2", "si", name, limit ? (gint64) limit : (gint64) -1))
		return NULL;
	return g_steal_pointer(&list);
}

struct task *task_next(struct store *store, enum task_state state, gint64 after, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(task_free);

	if (!sql_each(store, error, read_row, list, "SELECT " COLUMNS " FROM tasks WHERE state = ? AND id > ? ORDER BY id LIMIT 1",
		      "si", task_state_name(state), after) || !list->len)
		return NULL;
	return g_ptr_array_steal_index(list, 0);
}

static bool late(struct store *store, const struct task *task, GError **error)
{
	g_autofree char *subject = g_strdup_printf("t%" G_GINT64_FORMAT, task->id);
	g_autofree char *state = sql_text(store, NULL, "SELECT state FROM tasks WHERE id = ?", "i", task->id);

	return act_late(store, subject, state, error);
}

/* One conditional step with its history. What is NULL keeps the column's value. */
static bool move(struct store *store, struct task *task, enum task_state will, unsigned from, const char *why,
		 const char *approved_by, const char *result, gint64 now, const char *actor, GError **error)
{
	int changed = 0;
	bool own, fine;

	if (!(from & BIT(task->state)))
		return late(store, task, error);
	if (!act_begin(store, &own, error))
		return false;
	changed = sql_change(store, error, "UPDATE tasks SET state = ?1, rejected_by = iif(?1 = 'rejected', 'person', NULL),"
			     " why = coalesce(?, why), approved_by = coalesce(?, approved_by),"
			     " result = coalesce(?, result), attempts = attempts + ?, changed_at = ?, version = version + 1"
			     " WHERE id = ? AND state = ? AND version = ?", "ssssiiisi", task_state_name(will), why, approved_by, result,
			     (gint64) (will == TASK_EXECUTING), now, task->id, task_state_name(task->state), task->version);
	fine = changed > 0 && act_tell(store, now, actor, 't', task->id, task_state_name(will), why ? why : result, error)
		&& sql_run(store, error, "UPDATE cases SET dirty = 1, version = version + 1 WHERE id = ? AND state <> 'closed'", "i",
			   task->case_id);
	if (changed == 0)
		late(store, task, error);
	if (!act_end(store, own, fine, error))
		return false;
	task->state = will;
	task->version++;
	task->attempts += will == TASK_EXECUTING;
	task->changed_at = now;
	return true;
}

bool task_approve(struct store *store, struct task *task, gint64 now, const char *actor, GError **error)
{
	return move(store, task, TASK_APPROVED, BIT(TASK_PROPOSED) | BIT(TASK_FAILED) | BIT(TASK_UNCERTAIN), NULL, actor, NULL,
		    now, actor, error);
}

bool task_reject(struct store *store, struct task *task, gint64 now, const char *actor, const char *reason, GError **error)
{
	return move(store, task, TASK_REJECTED, BIT(TASK_PROPOSED) | BIT(TASK_APPROVED) | BIT(TASK_FAILED) | BIT(TASK_UNCERTAIN),
		    reason, NULL, NULL, now, actor, error);
}

bool task_return(struct store *store, struct task *task, gint64 now, const char *actor, const char *why, GError **error)
{
	return move(store, task, TASK_PROPOSED, BIT(TASK_APPROVED), why, NULL, NULL, now, actor, error);
}

bool task_again(struct store *store, struct task *task, gint64 now, const char *why, GError **error)
{
	return move(store, task, TASK_APPROVED, BIT(TASK_EXECUTING), NULL, NULL, why, now, "runner", error);
}

bool task_begin(struct store *store, struct task *task, gint64 now, GError **error)
{
	return move(store, task, TASK_EXECUTING, BIT(TASK_APPROVED), NULL, NULL, NULL, now, "runner", error);
}

bool task_executed(struct store *store, struct task *task, gint64 now, const char *result, GError **error)
{
	return move(store, task, TASK_EXECUTED, BIT(TASK_EXECUTING), NULL, NULL, result, now, "runner", error);
}

bool task_fail(struct store *store, struct task *task, gint64 now, const char *why, GError **error)
{
	return move(store, task, TASK_FAILED, BIT(TASK_EXECUTING), why, NULL, NULL, now, "runner", error);
}

bool task_doubt(struct store *store, struct task *task, gint64 now, const char *why, GError **error)
{
	return move(store, task, TASK_UNCERTAIN, BIT(TASK_EXECUTING), why, NULL, NULL, now, "runner", error);
}

bool task_done(struct store *store, struct task *task, gint64 now, const char *actor, GError **error)
{
	return move(store, task, TASK_DONE, BIT(TASK_EXECUTED) | BIT(TASK_APPROVED) | BIT(TASK_FAILED) | BIT(TASK_UNCERTAIN)
		    | BIT(TASK_PROPOSED), NULL, NULL, NULL, now, actor, error);
}

char *task_order_no(struct store *store, const struct task *task, GError **error)
{
	return sql_text(store, error, "SELECT order_no FROM orders WHERE id = ?", "i", task->order_id);
}
