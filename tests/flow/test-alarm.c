/* Deadlines: which one a case and a task have, and that each is said once before it passes and once after. */
#include "tests/lib/unit.h"

#include "tests/lib/desk.h"
#include "wismo/store/alarm.h"
#include "wismo/store/reply.h"
#include "wismo/store/task.h"

#include <string.h>

#define T0 G_GINT64_CONSTANT(1795507200)	/* 2026-11-24 08:00 UTC */
#define HOUR_S 3600
#define DAY_S 86400

static gint64 next_at;

/* Alarms that were given at `now`. */
static guint alarms(gint64 now)
{
	g_autoptr(GError) error = NULL;
	struct pass pass = { 0 };

	if (!alarm_step(&desk.flow, now, &pass, &error))
		fail_msg("%s", error->message);
	next_at = pass.next_at;
	return pass.done;
}

static void ask(gint64 at)
{
	desk_buyer("Paket nicht angekommen (Bestellung: " DESK_ORDER ")", "Mein Paket ist nicht angekommen.", at);
	desk_step(understand_step, at);
	desk_step(decide_step, at);
}

/* An order that is four days late, with a parcel at DHL that last moved `silent_days` before T0. */
static void put_order(int silent_days)
{
	g_autofree char *tracking = g_strdup_printf("INSERT INTO trackings (carrier, number, asked_at, outcome, status, status_at, moved_at, recorded)"
		" VALUES ('dhl', '00340434161094015902', 1795507200, 'ok', 'in_transit', 1795507200 - %d, 1795507200 - %d, 0)",
		silent_days * DAY_S, silent_days * DAY_S);

	desk_run("INSERT INTO orders (id, channel, order_no, ordered_at, promised_at, currency, imported_at) VALUES (1, 'amazon', '"
		 DESK_ORDER "', 1795507200 - 14 * 86400, 1795507200 - 4 * 86400, 'EUR', 1)");
	desk_run("INSERT INTO shipments (order_id, carrier, number, shipped_at) VALUES (1, 'dhl', '00340434161094015902', 1795507200 - 12 * 86400)");
	desk_run(tracking);
}

static void a_deadline_is_said_once_before_and_once_after(void **state)
{
	(void) state;
	ask(T0);
	assert_int_equal(alarms(T0), 0);
	assert_int_equal(next_at, T0 + 18 * HOUR_S);
	assert_int_equal(alarms(T0 + 18 * HOUR_S - 1), 0);
	assert_int_equal(alarms(T0 + 18 * HOUR_S), 1);
	assert_int_equal(alarms(T0 + 18 * HOUR_S), 0);
	assert_int_equal(next_at, T0 + 24 * HOUR_S);
	/* A decision in between is no new deadline. */
	desk_run("UPDATE cases SET dirty = 1, version = version + 1");
	desk_step(decide_step, T0 + 20 * HOUR_S);
	assert_int_equal(alarms(T0 + 24 * HOUR_S - 1), 0);
	assert_int_equal(alarms(T0 + 24 * HOUR_S), 1);
	assert_int_equal(alarms(T0 + 48 * HOUR_S), 0);
	assert_int_equal(next_at, 0);
	assert_int_equal(desk_int("SELECT count(*) FROM history WHERE subject = 'c1' AND event = 'deadline near'"), 1);
	assert_int_equal(desk_int("SELECT count(*) FROM history WHERE subject = 'c1' AND event = 'deadline passed'"), 1);
}

static void what_passed_while_nobody_ran_is_said_once(void **state)
{
	(void) state;
	put_order(5);
	ask(T0);
	/* Nor is a task told of beside its case when both have the same deadline. */
	desk_run("UPDATE tasks SET due_at = (SELECT due_at FROM cases)");
	assert_int_equal(alarms(T0 + 30 * HOUR_S), 1);
	assert_int_equal(alarms(T0 + 30 * HOUR_S), 0);
	assert_int_equal(desk_int("SELECT count(*) FROM history WHERE event LIKE 'deadline %'"), 1);
}

static void the_next_question_has_its_own_alarm(void **state)
{
	(void) state;
	ask(T0);
	assert_int_equal(alarms(T0 + 19 * HOUR_S), 1);
	desk_notice("BBC_MESSAGE_CONFIRMATION_TO_MERCHANT", "Your email to Anna", "x " DESK_ORDER, T0 + 20 * HOUR_S);
	desk_step(understand_step, T0 + 20 * HOUR_S);
	desk_step(decide_step, T0 + 20 * HOUR_S);
	assert_int_equal(alarms(T0 + 24 * HOUR_S), 0);
	ask(T0 + 25 * HOUR_S);
	assert_int_equal(alarms(T0 + 25 * HOUR_S), 0);
	assert_int_equal(alarms(T0 + (25 + 18) * HOUR_S), 1);
}

static void closed_cases_are_silent(void **state)
{
	(void) state;
	ask(T0);
	desk_run("UPDATE cases SET state = 'closed', version = version + 1");
	assert_int_equal(alarms(T0 + 30 * HOUR_S), 0);
	assert_int_equal(next_at, 0);
}

/* Its answer is on the way: told of with it, and nobody spins meanwhile. */
static void a_case_that_waits_for_its_carrier_is_told_of_later(void **state)
{
	(void) state;
	ask(T0);
	desk_run("DELETE FROM verdicts");
	desk_run("UPDATE cases SET look_at = due_at + 900");
	assert_int_equal(alarms(T0 + 25 * HOUR_S - 3600), 0);
	assert_int_equal(next_at, 0);
	desk_run("UPDATE cases SET look_at = 0, dirty = 1");
	assert_int_equal(alarms(T0 + 25 * HOUR_S), 0);
	assert_int_equal(next_at, 0);
	desk_run("UPDATE cases SET dirty = 0");
	assert_int_equal(alarms(T0 + 25 * HOUR_S), 1);
}

/* A claim has a clock of its own, which no answer and no decision stops. */
static void a_claims_deadline_outlives_the_decision(void **state)
{
	(void) state;
	ask(T0);
	desk_notice("A_Z_CLAIM_RESPONDENT_NOTIFY", "Claim received on order " DESK_ORDER, "in the amount of $64.50, within 72 hours", T0 + HOUR_S);
	desk_step(understand_step, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	assert_int_equal(desk_int("SELECT due_at FROM cases"), T0 + 24 * HOUR_S);	/* the answer's comes first */
	desk_notice("BBC_MESSAGE_CONFIRMATION_TO_MERCHANT", "Your email to Anna", "x " DESK_ORDER, T0 + 2 * HOUR_S);
	desk_step(understand_step, T0 + 2 * HOUR_S);
	desk_step(decide_step, T0 + 2 * HOUR_S);
	assert_int_equal(desk_int("SELECT due_at FROM cases"), T0 + 73 * HOUR_S);
	assert_int_equal(desk_int("SELECT due_why LIKE 'claim received, 72 h%' FROM cases"), 1);
	assert_int_equal(alarms(T0 + 24 * HOUR_S), 0);
	assert_int_equal(alarms(T0 + 67 * HOUR_S), 1);
	desk_run("UPDATE cases SET claim = 'closed', dirty = 1, version = version + 1");
	desk_step(decide_step, T0 + 68 * HOUR_S);
	assert_int_equal(desk_int("SELECT due_at FROM cases"), 0);
	assert_int_equal(alarms(T0 + 80 * HOUR_S), 0);
}

/* DHL takes claims for a year after the last movement, and a trace from the eighth day on. */
static void a_trace_has_the_carriers_limits(void **state)
{
	g_autofree char *why = NULL;

	(void) state;
	put_order(5);
	ask(T0);
	assert_int_equal(desk_int("SELECT count(*) FROM tasks WHERE kind = 'trace'"), 1);
	/* Amazon's protection wants an answer within 48 h: sooner than the year. */
	assert_int_equal(desk_int("SELECT due_at FROM tasks"), T0 + 48 * HOUR_S);
	assert_int_equal(desk_int("SELECT why LIKE '%DHL takes a trace from 2026-11-26 on%' FROM tasks"), 1);
	/* Without a marketplace's limit the carrier's is left. */
	desk_run("DELETE FROM tasks");
	desk_run("UPDATE cases SET asked_at = 0, answered_at = 1795507200, dirty = 1, version = version + 1");
	desk_step(decide_step, T0 + DAY_S);
	assert_int_equal(desk_int("SELECT due_at FROM tasks"), T0 - 5 * DAY_S + 365 * (gint64) DAY_S);
	why = desk_text("SELECT due_why FROM tasks");
	assert_non_null(strstr(why, "2026-11-19 + 365 days (DHL takes claims until then: "));
}

static void a_task_is_told_of_a_day_before(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) list = NULL;

	(void) state;
	put_order(5);
	ask(T0);
	assert_int_equal(alarms(T0 + 18 * HOUR_S), 1);	/* the case's answer */
	list = alarm_due(desk.flow.store, T0 + 24 * HOUR_S, 10, &error);
	assert_int_equal(list->len, 2);	/* the answer has passed, the task is near */
	assert_int_equal(((struct alarm *) list->pdata[0])->kind, 'c');
	assert_string_equal(((struct alarm *) list->pdata[0])->waits, "r1 draft");
	assert_true(((struct alarm *) list->pdata[0])->passed);
	assert_int_equal(((struct alarm *) list->pdata[1])->kind, 't');
	assert_string_equal(((struct alarm *) list->pdata[1])->waits, "trace proposed");
	assert_false(((struct alarm *) list->pdata[1])->passed);
	assert_int_equal(alarms(T0 + 24 * HOUR_S), 2);
	assert_int_equal(alarms(T0 + 47 * HOUR_S), 0);
	desk_run("UPDATE tasks SET state = 'done', version = version + 1");
	assert_int_equal(alarms(T0 + 49 * HOUR_S), 0);
}

static void replies_that_wait_are_listed_by_deadline(void **state)
{
	g_autoptr(GPtrArray) list = NULL;
	GString *order = g_string_new(NULL);

	(void) state;
	desk_run("INSERT INTO cases (id, account, channel, buyer, order_no, lang, state, intent, opened_at, due_at) VALUES"
		 " (1, 'main', 'shop', 'a', '1', 'de', 'open', 'not_arrived', 1, 900), (2, 'main', 'shop', 'b', '2', 'de', 'open', 'not_arrived', 1, 500),"
		 " (3, 'main', 'shop', 'c', '3', 'de', 'open', 'not_arrived', 1, 0)");
	desk_run("INSERT INTO verdicts (id, case_id, made_at, rulebook, facts, rule, reason, sends) VALUES (1, 1, 1, '', '{}', 'r', '{}', 'draft')");
	desk_run("INSERT INTO replies (id, case_id, verdict, cause, account, template, lang, recipient, subject, body, message_id, state, epoch, created_at)"
		 " SELECT id, case_id, 1, id, 'main', 't', 'de', 'x', 's', 'b', id, state, 1, 1 FROM (SELECT 1 AS id, 1 AS case_id, 'draft' AS state"
		 " UNION ALL SELECT 2, 2, 'draft' UNION ALL SELECT 3, 3, 'draft' UNION ALL SELECT 4, 2, 'sent' UNION ALL SELECT 5, 1, 'sent'"
		 " UNION ALL SELECT 6, 2, 'uncertain')");
	list = reply_list(desk.flow.store, -1, 0, NULL);
	for (guint i = 0; i < list->len; i++)
		g_string_append_printf(order, "%d ", (int) ((struct reply *) list->pdata[i])->id);
	assert_string_equal(order->str, "6 2 1 3 5 4 ");
	g_string_free(order, TRUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_CASE(a_deadline_is_said_once_before_and_once_after),
		DESK_CASE(what_passed_while_nobody_ran_is_said_once),
		DESK_CASE(the_next_question_has_its_own_alarm),
		DESK_CASE(closed_cases_are_silent),
		DESK_CASE(a_case_that_waits_for_its_carrier_is_told_of_later),
		DESK_CASE(a_claims_deadline_outlives_the_decision),
		DESK_CASE(a_trace_has_the_carriers_limits),
		DESK_CASE(a_task_is_told_of_a_day_before),
		DESK_CASE(replies_that_wait_are_listed_by_deadline),
	};

	return cmocka_run_group_tests(tests, desk_load, desk_close);
}
