/* Tasks: which act may move which state, that only who read the row as it is moves it, and that money leaves once. */
#include "tests/lib/unit.h"

#include "tests/lib/ledger.h"
#include "tests/lib/moves.h"
#include "wismo/base/error.h"
#include "wismo/store/task.h"

#include "src/store/sql_p.h"

#include <string.h>

static struct store *store;		/* of ROLE_RUNNER or ROLE_COMMAND: the authorizer is part of what is tested */

static void fresh_as(bool person)
{
	store_close(store);
	store = ledger_open(person ? ROLE_COMMAND : ROLE_RUNNER);
}

static int fresh(void **state)
{
	fresh_as(*state != NULL);
	return 0;
}

static int close_all(void **state)
{
	(void) state;
	store_close(store);
	store = NULL;
	ledger_close();
	return 0;
}

/* Task `id` in that very state, as if a history had led there. Each has an order line of its own. */
static void row_in(gint64 id, int state)
{
	scoped(store) all = ledger_as(ROLE_ALL);
	g_autofree char *cause = g_strdup_printf("o1/%" G_GINT64_FORMAT "/refund", id);
	g_autoptr(GError) error = NULL;

	assert_true(sql_run(all, &error, "INSERT INTO tasks (id, case_id, verdict, kind, cause, order_id, line_no, amount_cents, currency,"
			    " state, why, created_at, changed_at, version) VALUES (?1, 1, 1, 'refund', ?2, 1, ?2, 1990, 'EUR', ?3, 'before',"
			    " 5, 5, 7)", "iss", id, cause, task_state_name((enum task_state) state)));
}

static void *read_row(gint64 id)
{
	g_autoptr(GError) error = NULL;
	struct task *task = task_get(store, id, &error);

	assert_null(error);
	assert_non_null(task);
	return task;
}

/* ---- every act on every state ---- */

static bool approve(void *t, GError **e) { return task_approve(store, t, LEDGER_NOW, "anna", e); }
static bool reject(void *t, GError **e) { return task_reject(store, t, LEDGER_NOW, "anna", "no", e); }
static bool done(void *t, GError **e) { return task_done(store, t, LEDGER_NOW, "anna", e); }
static bool give_back(void *t, GError **e) { return task_return(store, t, LEDGER_NOW, "runner", "a claim is open", e); }
static bool again(void *t, GError **e) { return task_again(store, t, LEDGER_NOW, "not acted", e); }
static bool begin(void *t, GError **e) { return task_begin(store, t, LEDGER_NOW, e); }
static bool executed(void *t, GError **e) { return task_executed(store, t, LEDGER_NOW, "ok 17", e); }
static bool fail_it(void *t, GError **e) { return task_fail(store, t, LEDGER_NOW, "exit 1", e); }
static bool doubt(void *t, GError **e) { return task_doubt(store, t, LEDGER_NOW, "interrupted", e); }

static const struct moves_act acts[] = {
	{ "approve", approve, " proposed failed uncertain ", TASK_APPROVED, true },
	{ "reject", reject, " proposed approved failed uncertain ", TASK_REJECTED, true },
	{ "done", done, " proposed approved executed failed uncertain ", TASK_DONE, true },
	{ "return", give_back, " approved ", TASK_PROPOSED, false },
	{ "again", again, " executing ", TASK_APPROVED, false },
	{ "begin", begin, " approved ", TASK_EXECUTING, false },
	{ "executed", executed, " executing ", TASK_EXECUTED, false },
	{ "fail", fail_it, " executing ", TASK_FAILED, false },
	{ "doubt", doubt, " executing ", TASK_UNCERTAIN, false },
};

static char *whole_row(void)
{
	return ledger_text("SELECT json_array(state, why, approved_by, attempts, result, changed_at, version,"
			   " (SELECT count(*) FROM history), (SELECT version || dirty FROM cases)) FROM tasks");
}

static void assert_task(const void *row, int will)
{
	const struct task *task = row;

	assert_int_equal(task->version, 8);
	assert_int_equal(task->changed_at, LEDGER_NOW);
	assert_int_equal(ledger_int("SELECT attempts FROM tasks"), will == TASK_EXECUTING);
	assert_int_equal(ledger_int("SELECT count(*) FROM history"), 1);
	/* Its case is looked at again: what was done is a fact. */
	assert_int_equal(ledger_int("SELECT dirty FROM cases"), 1);
}

static int state_of(const void *row) { return ((const struct task *) row)->state; }
static const char *name_of(int state) { return task_state_name((enum task_state) state); }

static const char *const schema[TASK_STATE_COUNT] = {
	[TASK_PROPOSED] = " approved rejected done ", [TASK_APPROVED] = " executing rejected proposed done ",
	[TASK_EXECUTING] = " executed failed uncertain approved ", [TASK_EXECUTED] = " done ", [TASK_DONE] = "",
	[TASK_REJECTED] = "", [TASK_FAILED] = " approved rejected done ", [TASK_UNCERTAIN] = " done approved rejected ",
};

static const struct moves moves = {
	.noun = "task", .table = "tasks", .id = "t1", .states = TASK_STATE_COUNT, .name = name_of, .schema = schema, .acts = acts,
	.act_count = G_N_ELEMENTS(acts), .fresh = fresh_as, .row_in = row_in, .read = read_row, .free_row = task_free,
	.state_of = state_of, .whole = whole_row, .moved = assert_task,
};

static void each_act_moves_only_the_states_that_it_may(void **state)
{
	(void) state;
	moves_try_acts(&moves);
}

static void the_schema_refuses_every_other_move(void **state)
{
	scoped(store) all = ledger_as(ROLE_ALL);

	(void) state;
	moves_try_schema(&moves);
	/* What the mind withdrew may come back; what a person rejected may not. */
	row_in(1, TASK_REJECTED);
	for (int person = 1; person >= 0; person--) {
		ledger_run(person ? "UPDATE tasks SET rejected_by = 'person', why = 'the facts have changed'"
			   : "UPDATE tasks SET rejected_by = 'mind', why = 'no'");
		assert_int_equal(sql_run(all, NULL, "UPDATE tasks SET state = 'proposed', rejected_by = NULL", ""), !person);
	}
}

/* ---- who was first ---- */

static void two_approvals_execute_once(void **state)
{
	g_autoptr(GError) error = NULL;

	(void) state;
	row_in(1, TASK_PROPOSED);
	scoped(task) mine = read_row(1);
	scoped(task) theirs = read_row(1);
	assert_true(task_approve(store, theirs, LEDGER_NOW, "bernd", NULL));
	assert_false(task_approve(store, mine, LEDGER_NOW + 1, "anna", &error));
	assert_true(g_error_matches(error, WISMO_ERROR, WISMO_PARK));
	assert_string_equal(error->message, "t1 is approved since 1970-01-12T13:46:40Z (bernd)");
	g_clear_error(&error);

	/* The same task as two runners read it: one acts. */
	scoped(store) runner = ledger_as(ROLE_RUNNER);
	scoped(task) one = task_next(runner, TASK_APPROVED, 0, NULL);
	scoped(task) two = task_next(runner, TASK_APPROVED, 0, NULL);
	assert_true(task_begin(runner, one, LEDGER_NOW, NULL));
	assert_false(task_begin(runner, two, LEDGER_NOW, &error));
	assert_true(g_error_matches(error, WISMO_ERROR, WISMO_PARK));
	assert_int_equal(ledger_int("SELECT attempts FROM tasks"), 1);
}

static void state_and_version_must_both_be_as_they_were_read(void **state)
{
	g_autoptr(GError) error = NULL;

	(void) state;
	row_in(1, TASK_APPROVED);
	scoped(task) task = read_row(1);
	ledger_run("UPDATE tasks SET version = version + 1");
	assert_false(begin(task, &error));
	assert_true(g_error_matches(error, WISMO_ERROR, WISMO_PARK));
	g_clear_error(&error);
	scoped(task) anew = read_row(1);
	ledger_run("UPDATE tasks SET state = 'rejected'");
	assert_false(begin(anew, &error));
	assert_non_null(strstr(error->message, "t1 is rejected"));
	assert_int_equal(ledger_int("SELECT attempts FROM tasks"), 0);
	assert_int_equal(ledger_int("SELECT count(*) FROM history"), 0);
}

/* ---- money leaves once ---- */

static struct task *new_task(const char *cause, enum task_kind kind, gint64 order, const char *line)
{
	struct task *task = task_new();

	task->case_id = task->verdict = 1;
	task->kind = kind;
	task->cause = g_strdup(cause);
	task->order_id = order;
	g_free(task->line_no);
	task->line_no = g_strdup(line);
	task->amount_cents = 1990;
	task->currency = g_strdup("EUR");
	task->why = g_strdup("because");
	task->state = TASK_PROPOSED;
	return task;
}

static bool put(struct task *task, bool *added, GError **error)
{
	scoped(store) mind = ledger_as(ROLE_MIND);

	return task_put(mind, task, LEDGER_NOW, "mind", added, error);
}

static void an_order_line_is_paid_for_once_whatever_the_kind(void **state)
{
	static const struct { const char *cause; enum task_kind kind; gint64 order; const char *line; bool added; const char *why; } rows[] = {
		{ "o1/1/refund", TASK_REFUND, 1, "1", true, NULL },
		{ "o1/1/refund", TASK_REFUND, 1, "1", false, NULL },		/* the same cause again: nothing to say */
		{ "o1/1/reship", TASK_RESHIP, 1, "1", false, "order A-1, line 1 has refund t1 (proposed) already" },
		{ "o1/1/refund/2", TASK_REFUND, 1, "1", false, "order A-1, line 1 has refund t1 (proposed) already" },
		{ "o1/2/reship", TASK_RESHIP, 1, "2", true, NULL },
		{ "o2/1/reship", TASK_RESHIP, 2, "1", true, NULL },
		{ "o1/trace", TASK_TRACE, 1, "1", true, NULL },			/* costs nothing */
		{ "c1/trace", TASK_TRACE, 0, "", true, NULL },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		scoped(task) task = new_task(rows[i].cause, rows[i].kind, rows[i].order, rows[i].line);
		g_autoptr(GError) error = NULL;
		bool added = false, fine = put(task, &added, &error);

		if (added != rows[i].added || fine != !rows[i].why || (error && strcmp(error->message, rows[i].why) != 0))
			fail_msg("%s: %s %s", rows[i].cause, added ? "added" : "not added", error ? error->message : "");
		assert_true(!error || g_error_matches(error, WISMO_ERROR, WISMO_PARK));
	}
	assert_int_equal(ledger_int("SELECT count(*) FROM tasks"), 5);
	assert_int_equal(ledger_int("SELECT count(*) FROM history WHERE event = 'proposed'"), 5);
}

/* Only a rejection frees the line; a failed or uncertain one may have paid. */
static void only_a_rejected_compensation_makes_room(void **state)
{
	(void) state;
	for (int was = 0; was < TASK_STATE_COUNT; was++) {
		scoped(task) other = new_task("o1/again", TASK_RESHIP, 1, "o1/1/refund");
		g_autoptr(GError) error = NULL;
		bool added = false, free_line = was == TASK_REJECTED;

		fresh(state);
		row_in(1, (enum task_state) was);
		if (put(other, &added, &error) != free_line || added != free_line)
			fail_msg("%s: %s", task_state_name((enum task_state) was), error ? error->message : "room");
	}
}

static void a_compensation_without_an_order_is_refused(void **state)
{
	scoped(task) task = new_task("c1/refund", TASK_REFUND, 0, "");
	g_autoptr(GError) error = NULL;
	bool added;

	(void) state;
	assert_false(put(task, &added, &error));
	assert_non_null(error);
	assert_int_equal(ledger_int("SELECT count(*) FROM tasks"), 0);
}

static void the_way_of_a_task_that_fails_once(void **state)
{
	scoped(store) person = ledger_as(ROLE_COMMAND);

	(void) state;
	row_in(1, TASK_PROPOSED);
	scoped(task) task = read_row(1);
	assert_true(task_approve(person, task, LEDGER_NOW, "anna", NULL));
	assert_true(begin(task, NULL) && fail_it(task, NULL));
	assert_int_equal(ledger_int("SELECT count(*) FROM tasks WHERE why = 'exit 1' AND approved_by = 'anna' AND attempts = 1"), 1);
	assert_true(task_approve(person, task, LEDGER_NOW, "bernd", NULL));
	assert_true(begin(task, NULL) && executed(task, NULL));
	assert_int_equal(ledger_int("SELECT count(*) FROM tasks WHERE result = 'ok 17' AND approved_by = 'bernd' AND attempts = 2"), 1);
	assert_true(task_done(person, task, LEDGER_NOW, "anna", NULL));
	assert_int_equal(task->version, 14);
	g_autofree char *way = ledger_text("SELECT group_concat(event, ' ') FROM history WHERE subject = 't1'");
	assert_string_equal(way, "approved executing failed approved executing executed done");
	g_autofree char *order = task_order_no(store, task, NULL);
	assert_string_equal(order, "A-1");
}

static void lists_are_sorted_by_deadline(void **state)
{
	(void) state;
	for (gint64 id = 1; id <= 4; id++)
		row_in(id, id == 4 ? TASK_DONE : TASK_PROPOSED);
	ledger_run("UPDATE tasks SET due_at = 50 WHERE id = 3");
	ledger_run("UPDATE tasks SET due_at = 90 WHERE id = 1");
	g_autoptr(GPtrArray) open = task_list(store, TASK_PROPOSED, 0, NULL);
	assert_int_equal(open->len, 3);
	assert_int_equal(((struct task *) open->pdata[0])->id, 3);
	assert_int_equal(((struct task *) open->pdata[1])->id, 1);
	assert_int_equal(((struct task *) open->pdata[2])->id, 2);
	g_autoptr(GPtrArray) two = task_list(store, -1, 2, NULL);
	assert_int_equal(two->len, 2);
	scoped(task) next = task_next(store, TASK_PROPOSED, 2, NULL);
	assert_int_equal(next->id, 3);
	assert_null(task_next(store, TASK_PROPOSED, 3, NULL));
	assert_null(task_get(store, 99, NULL));
}

int main(void)
{
	static int person;
	const struct CMUnitTest tests[] = {
#define row(f) cmocka_unit_test_setup(f, fresh)
		row(each_act_moves_only_the_states_that_it_may),
		row(the_schema_refuses_every_other_move),
		cmocka_unit_test_prestate_setup_teardown(two_approvals_execute_once, fresh, NULL, &person),
		row(state_and_version_must_both_be_as_they_were_read),
		row(an_order_line_is_paid_for_once_whatever_the_kind),
		row(only_a_rejected_compensation_makes_room),
		row(a_compensation_without_an_order_is_refused),
		row(the_way_of_a_task_that_fails_once),
		row(lists_are_sorted_by_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, close_all);
}
