/* What the mind does with tasks: it proposes them, keeps proposals up to date, and withdraws them. That money leaves once is the
 * schema's unique index; here it is put into words. */
#include "wismo/store/task.h"

#include "act_p.h"

#include "wismo/base/error.h"

/* Whoever listed the task before must not approve what he has not seen. */
#define MONEY_AT "iif((quantity, amount_cents, currency) IS NOT "

/* 0 is SQL NULL for the references. */
static int insert(struct store *store, const struct task *task, gint64 now, GError **error)
{
	return sql_change(store, error, "INSERT INTO tasks (case_id, verdict, kind, cause, order_id, line_no, quantity, amount_cents,"
			  " currency, shipment, state, why, due_at, due_why, approved_by, created_at, changed_at)"
			  " VALUES (?, ?, ?, ?, nullif(?, 0), ?, ?, ?, ?, nullif(?, 0), ?, ?, ?, ?, ?, ?, ?)"
			  " ON CONFLICT (cause) DO NOTHING", "iissisiisissis" "sii",
			  task->case_id, task->verdict, task_kind_name(task->kind), task->cause, task->order_id, task->line_no,
			  task->quantity, task->amount_cents, task->currency, task->shipment, task_state_name(task->state), task->why,
			  task->due_at, task->due_why, task->approved_by, now, now);
}

/* What the mind itself had withdrawn stands again, as the new verdict says: under its case, and with alarms of its own. */
static int propose_again(struct store *store, const struct task *task, gint64 now, GError **error)
{
	return sql_change(store, error, "UPDATE tasks SET state = 'proposed', rejected_by = NULL, case_id = ?1, verdict = ?2, quantity = ?3,"
			  " amount_cents = ?4, currency = ?5, shipment = nullif(?6, 0), why = ?7, due_at = ?8, due_why = ?9, near_said = 0,"
			  " passed_said = 0, changed_at = ?10, version = version + 1, money_at = " MONEY_AT "(?3, ?4, ?5), ?10, money_at)"
			  " WHERE cause = ?11 AND rejected_by = 'mind'", "iiiisisisis",
			  task->case_id, task->verdict, task->quantity, task->amount_cents, task->currency, task->shipment, task->why,
			  task->due_at, task->due_why, now, task->cause);
}

/* What is only proposed says what is known now; nothing changes where nothing differs. Of two open cases of one order the task
 * stays with the first, unless what is to be paid differs. A reason that the runner gave, when it returned what somebody had
 * approved, stays: that person reads it. */
static int renew(struct store *store, const struct task *task, gint64 now, GError **error)
{
	return sql_change(store, error, "UPDATE tasks SET case_id = ?2, verdict = ?3, quantity = ?4, amount_cents = ?5, currency = ?6,"
			  " shipment = nullif(?7, 0), due_at = ?8, due_why = ?9, why = iif(approved_by IS NULL, ?10, why), changed_at = ?11,"
			  " version = version + 1, money_at = " MONEY_AT "(?4, ?5, ?6), ?11, money_at) WHERE cause = ?1 AND state = 'proposed'"
			  " AND ((quantity, amount_cents, currency) IS NOT (?4, ?5, ?6)"
			  " OR ((case_id = ?2 OR (SELECT c.state FROM cases c WHERE c.id = tasks.case_id) = 'closed')"
			  " AND ((case_id, coalesce(shipment, 0), due_at, due_why) IS NOT (?2, ?7, ?8, ?9)"
			  " OR (approved_by IS NULL AND why IS NOT ?10))))", "siiiisi" "issi",
			  task->cause, task->case_id, task->verdict, task->quantity, task->amount_cents, task->currency, task->shipment,
			  task->due_at, task->due_why, task->why, now);
}

/* Whose compensation stands in the way, in words; NULL: nobody's. */
static char *paid_already(struct store *store, const struct task *task)
{
	return sql_text(store, NULL, "SELECT 'order ' || o.order_no || iif(t.line_no = '', '', ', line ' || t.line_no) || ' has '"
			" || t.kind || ' t' || t.id || ' (' || t.state || ') already' FROM tasks t JOIN orders o ON o.id = t.order_id"
			" WHERE t.order_id = ? AND t.line_no = ? AND t.kind IN ('reship', 'refund') AND t.state <> 'rejected'"
			" AND t.id <> ?", "isi", task->order_id, task->line_no, task->id);
}

static bool take_key(sqlite3_stmt *row, void *user)
{
	struct task *task = user;

	task->id = sql_column_int(row, 0);
	task->version = sql_column_int(row, 1);
	task->created_at = sql_column_int(row, 2);
	task->changed_at = sql_column_int(row, 3);
	return false;
}

/* The struct as its row is now. */
static bool bring(struct store *store, struct task *task, GError **error)
{
	return sql_each(store, error, take_key, task, "SELECT id, version, created_at, changed_at FROM tasks WHERE cause = ?", "s",
			task->cause);
}

bool task_put(struct store *store, struct task *task, gint64 now, const char *actor, bool *changed, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autofree char *paid = NULL, *renewed = NULL;
	bool own, fine;
	int count;

	*changed = false;
	g_assert(task->state == TASK_PROPOSED || task->state == TASK_APPROVED);
	if (!act_begin(store, &own, error))
		return false;
	count = insert(store, task, now, &cause);
	if (count == 0)
		count = propose_again(store, task, now, &cause);
	if (count == 0) {
		count = renew(store, task, now, &cause);
		renewed = g_strdup_printf("case c%" G_GINT64_FORMAT ", quantity %" G_GINT64_FORMAT ", amount_cents %" G_GINT64_FORMAT,
					  task->case_id, task->quantity, task->amount_cents);
	}
	fine = count >= 0 && (count == 0 || (bring(store, task, &cause)
		&& act_tell(store, now, actor, 't', task->id, renewed ? "renewed" : task_state_name(task->state),
			    renewed ? renewed : task->why, &cause)));
	if (count < 0 && task->kind != TASK_TRACE)
		paid = paid_already(store, task);
	if (paid)
		g_set_error(error, WISMO_ERROR, WISMO_PARK, "%s", paid);
	else if (cause)
		g_propagate_error(error, g_steal_pointer(&cause));
	*changed = count > 0;
	return act_end(store, own, fine, error);
}

static bool add_id(sqlite3_stmt *row, void *user)
{
	gint64 id = sql_column_int(row, 0);

	g_array_append_val((GArray *) user, id);
	return true;
}

bool task_withdraw(struct store *store, gint64 case_id, gint64 order_id, int kind, gint64 now, const char *actor, GError **error)
{
	static const char withdrawn[] = "the facts have changed";
	const char *kept = kind < 0 ? "" : task_kind_name((enum task_kind) kind);
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	bool fine = sql_each(store, error, add_id, ids, "SELECT id FROM tasks WHERE case_id = ?1 AND +state = 'proposed'"
			     " AND kind IN ('reship', 'refund') AND kind <> ?3 UNION SELECT id FROM tasks WHERE order_id = ?2"
			     " AND +state = 'proposed' AND kind IN ('reship', 'refund') AND kind <> ?3 AND state <> 'rejected'", "iis",
			     case_id, order_id, kept);

	for (guint i = 0; fine && i < ids->len; i++) {
		gint64 id = g_array_index(ids, gint64, i);

		/* Unlike a person's act this is no news for the case: its verdict is the cause. */
		fine = sql_run(store, error, "UPDATE tasks SET state = 'rejected', rejected_by = 'mind', why = ?, changed_at = ?,"
			       " version = version + 1 WHERE id = ?", "sii", withdrawn, now, id)
			&& act_tell(store, now, actor, 't', id, task_state_name(TASK_REJECTED), withdrawn, error);
	}
	return fine;
}
