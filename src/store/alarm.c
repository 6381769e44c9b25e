#include "wismo/store/alarm.h"

#include "act_p.h"

/* About to be decided, or still waiting for its carrier's first word: told of afterwards, with the answer that waits then. */
#define SETTLED "dirty = 0 AND (look_at <= ?1 OR EXISTS (SELECT 1 FROM verdicts v WHERE v.case_id = cases.id))"

/* ?1 now, ?2 and ?3 how early. A task whose deadline is its case's is told of with the case. */
#define CASES "SELECT 'c', id, id, due_at, nullif(order_no, ''), due_why, (SELECT group_concat('r' || r.id || ' ' || r.state, ', ')" \
	" FROM replies r WHERE r.case_id = cases.id AND r.state IN ('draft', 'blocked', 'due', 'later', 'refused', 'uncertain'))" \
	" FROM cases WHERE due_at > 0 AND due_at <= ?1 + ?2 AND state <> 'closed' AND passed_said <> due_at AND " SETTLED \
	" AND (due_at <= ?1 OR near_said <> due_at)"
#define TASKS "SELECT 't', t.id, t.case_id, t.due_at, o.order_no, t.due_why, t.kind || ' ' || t.state" \
	" FROM tasks t JOIN cases c ON c.id = t.case_id LEFT JOIN orders o ON o.id = t.order_id" \
	" WHERE t.due_at > 0 AND t.due_at <= ?1 + ?3 AND t.state IN ('proposed', 'approved', 'failed', 'uncertain')" \
	" AND t.due_at <> c.due_at AND c.state <> 'closed' AND t.passed_said <> t.due_at AND (t.due_at <= ?1 OR t.near_said <> t.due_at)"

void alarm_free(gpointer pointer)
{
	struct alarm *alarm = pointer;

	if (!alarm)
		return;
	g_free(alarm->order_no);
	g_free(alarm->why);
	g_free(alarm->waits);
	g_free(alarm);
}

static bool read_row(sqlite3_stmt *row, void *user)
{
	struct alarm *alarm = g_new0(struct alarm, 1);
	g_autofree char *kind = sql_column_text(row, 0);

	alarm->kind = kind[0];
	alarm->id = sql_column_int(row, 1);
	alarm->case_id = sql_column_int(row, 2);
	alarm->due_at = sql_column_int(row, 3);
	alarm->order_no = sql_column_text(row, 4);
	alarm->why = sql_column_text(row, 5);
	alarm->waits = sql_column_text(row, 6);
	g_ptr_array_add(user, alarm);
	return true;
}

GPtrArray *alarm_due(struct store *store, gint64 now, guint most, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(alarm_free);

	if (!sql_each(store, error, read_row, list, CASES " UNION ALL " TASKS " ORDER BY 4, 2 LIMIT ?4", "iiii", now,
		      (gint64) ALARM_CASE_S, (gint64) ALARM_TASK_S, (gint64) most))
		return NULL;
	for (guint i = 0; i < list->len; i++) {
		struct alarm *alarm = g_ptr_array_index(list, i);

		alarm->passed = alarm->due_at <= now;
	}
	return g_steal_pointer(&list);
}

bool alarm_said(struct store *store, const struct alarm *alarm, gint64 now, const char *actor, GError **error)
{
	bool fine = alarm->kind == 'c'
		? sql_run(store, error, "UPDATE cases SET near_said = due_at, passed_said = iif(?1, due_at, passed_said) WHERE id = ?2 AND due_at = ?3",
			  "iii", (gint64) alarm->passed, alarm->id, alarm->due_at)
		: sql_run(store, error, "UPDATE tasks SET near_said = due_at, passed_said = iif(?1, due_at, passed_said) WHERE id = ?2 AND due_at = ?3",
			  "iii", (gint64) alarm->passed, alarm->id, alarm->due_at);

	return fine && act_tell(store, now, actor, alarm->kind, alarm->id, alarm->passed ? "deadline passed" : "deadline near", alarm->why, error);
}

gint64 alarm_next_at(struct store *store, gint64 now, GError **error)
{
	return sql_int(store, error, 0, "SELECT min(at) FROM ("
		"SELECT iif(near_said = due_at, due_at, max(due_at - ?2, ?1)) AS at FROM cases WHERE due_at > 0 AND state <> 'closed' AND passed_said <> due_at"
		" AND " SETTLED
		" UNION ALL SELECT iif(t.near_said = t.due_at, t.due_at, max(t.due_at - ?3, ?1)) FROM tasks t JOIN cases c ON c.id = t.case_id"
		" WHERE t.due_at > 0 AND t.state IN ('proposed', 'approved', 'failed', 'uncertain') AND t.due_at <> c.due_at AND c.state <> 'closed'"
		" AND t.passed_said <> t.due_at)", "iii", now, (gint64) ALARM_CASE_S, (gint64) ALARM_TASK_S);
}

const char *alarm_word(gint64 due_at, gint64 lead_s, gint64 now)
{
	return !due_at ? NULL : due_at <= now ? "passed" : due_at - lead_s <= now ? "near" : NULL;
}
