/* Payments belong to an order: two buyers, or two accounts, may ask for one parcel, and what stops one payment stops all. A
 * proposal says what is known now, under a case that is open. */
#include "tests/lib/unit.h"

#include "tests/lib/desk.h"
#include "wismo/base/error.h"
#include "wismo/flow/act.h"
#include "wismo/store/case.h"
#include "wismo/store/order.h"
#include "wismo/store/reply.h"
#include "wismo/store/task.h"
#include "wismo/store/tracking.h"

#include <string.h>

#define T0 DESK_NOW
#define HOUR_S 3600
#define DAY_S 86400
#define NUMBER DESK_NUMBER

/* ---- helpers ---- */

static void decide(gint64 at)
{
	desk_run("UPDATE cases SET dirty = 1, version = version + 1 WHERE state <> 'closed'");
	assert_true(desk_step(decide_step, at) >= 1);
}

/* c1 is decided: its parcel is lost, and goods are proposed. */
static void first_case(void)
{
	desk_parcel(desk_order());
	desk_tracking(TRACK_LOST, 9, T0);
	desk_asks(T0);
	assert_int_equal(desk_step(decide_step, T0 + 10), 1);
}

/* c2 is another buyer's for the same order, not decided yet. */
static void second_case(gint64 at)
{
	desk_run("UPDATE cases SET buyer = 'other@marketplace.amazon.de', version = version + 1");
	desk_asks(at);
	assert_int_equal(desk_int("SELECT count(*) FROM cases WHERE order_no = '" DESK_ORDER "'"), 2);
}

static void assert_task(const char *wanted)
{
	g_autofree char *text = desk_text("SELECT group_concat('c' || case_id || ' ' || kind || ' ' || state) FROM tasks");

	assert_string_equal(text ? text : "", wanted);
}

static struct task *task_1(void)
{
	struct task *task = task_get(desk.flow.store, 1, NULL);

	assert_non_null(task);
	return task;
}

/* ---- two cases of one order ---- */

static const struct { const char *name, *sql, *why; } words[] = {
	{ "claim", "UPDATE cases SET claim = 'open', dirty = 1, version = version + 1 WHERE id = 2", "a claim is open" },
	{ "chargeback", "UPDATE cases SET claim = 'chargeback', dirty = 1, version = version + 1 WHERE id = 2", "a chargeback is open" },
	{ "refunded", "UPDATE cases SET marketplace_refunded = 1, dirty = 1, version = version + 1 WHERE id = 2", "has refunded" },
};

static void the_last_look_sees_every_case_of_the_order(void **state)
{
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		scoped(task) task = NULL;
		struct permit_answer answer = { 0 };

		first_case();
		second_case(T0 + HOUR_S);
		task = task_1();
		assert_true(act_permit(desk.flow.store, task, &answer, NULL));
		assert_int_equal(answer.permit, PERMIT_GO);
		desk_run(words[i].sql);
		assert_true(act_permit(desk.flow.store, task, &answer, NULL));
		if (answer.permit != PERMIT_ASK || !strstr(answer.why, words[i].why))
			fail_msg("%s: %s", words[i].name, answer.why ? answer.why : "goes");
		g_free(answer.why);
		/* A claim does not end with its case. */
		desk_run("UPDATE cases SET state = 'closed' WHERE id = 2");
		assert_true(act_permit(desk.flow.store, task, &answer, NULL));
		assert_int_equal(answer.permit, PERMIT_ASK);
		g_free(answer.why);
		desk_done(state);
		desk_fresh(state);
	}
}

static void what_one_case_learns_withdraws_the_others_payment(void **state)
{
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		first_case();
		second_case(T0 + HOUR_S);
		desk_step(decide_step, T0 + HOUR_S);
		assert_task("c1 reship proposed");
		desk_run(words[i].sql);
		desk_step(decide_step, T0 + 2 * HOUR_S);
		assert_task("c1 reship rejected");
		decide(T0 + 3 * HOUR_S);
		assert_task("c1 reship rejected");
		desk_done(state);
		desk_fresh(state);
	}
}

static void beside_anothers_claim_nothing_is_proposed(void **state)
{
	(void) state;
	desk_parcel(desk_order());
	desk_tracking(TRACK_LOST, 9, T0);
	desk_asks(T0);
	second_case(T0 + 10);
	desk_run("UPDATE cases SET claim = 'open', dirty = 0, state = 'person', version = version + 1 WHERE id = 2");
	desk_step(decide_step, T0 + 20);
	assert_task("");
}

/* The notice itself, as it comes by mail: it is the oldest case's, and the other one hears of it. */
static void a_notice_wakes_the_other_cases(void **state)
{
	(void) state;
	first_case();
	second_case(T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	assert_int_equal(desk_int("SELECT count(*) FROM cases WHERE dirty"), 0);
	desk_notice("A_Z_CLAIM_RESPONDENT_NOTIFY", "Claim received on order " DESK_ORDER, "in the amount of $19.90, within 72 hours",
		    T0 + 2 * HOUR_S);
	desk_step(understand_step, T0 + 2 * HOUR_S);
	assert_int_equal(desk_int("SELECT count(*) FROM cases WHERE claim = 'open'"), 1);
	assert_int_equal(desk_int("SELECT count(*) FROM cases WHERE dirty"), 2);
	desk_step(decide_step, T0 + 2 * HOUR_S);
	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE template = 'reship' AND state IN ('draft', 'due')"), 0);
}

static void a_promise_waits_for_the_task_of_the_other_case(void **state)
{
	g_autoptr(GError) error = NULL;
	scoped(reply) reply = NULL;
	scoped(task) task = NULL;

	(void) state;
	first_case();
	second_case(T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	assert_task("c1 reship proposed");
	reply = reply_get(desk.flow.store, desk_int("SELECT id FROM replies WHERE case_id = 2 AND template = 'reship'"), &error);
	assert_non_null(reply);
	assert_false(act_promise(desk.flow.store, reply, &error));
	assert_true(g_error_matches(error, WISMO_ERROR, WISMO_PARK));
	assert_string_equal(error->message, "it promises a reship, and t1 is proposed; approve both together");
	task = task_1();
	assert_true(task_approve(desk.flow.store, task, T0 + 2 * HOUR_S, "anna", NULL));
	assert_true(act_promise(desk.flow.store, reply, NULL));
	/* A promise without any task is none that could be kept. */
	desk_run("UPDATE tasks SET state = 'rejected', rejected_by = 'person'");
	desk_run("DELETE FROM tasks");
	g_clear_error(&error);
	assert_false(act_promise(desk.flow.store, reply, &error));
	assert_non_null(strstr(error->message, "it promises a reship, and there is no such task"));
}

/* ---- what was proposed before ---- */

static void a_withdrawn_payment_comes_back_under_the_case_that_asks(void **state)
{
	(void) state;
	first_case();
	desk_tracking(TRACK_IN_TRANSIT, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	assert_task("c1 reship rejected");
	desk_run("UPDATE cases SET state = 'closed', dirty = 0");
	desk_run("UPDATE tasks SET near_said = due_at, passed_said = due_at");
	second_case(T0 + 2 * HOUR_S);
	desk_tracking(TRACK_LOST, 9, T0 + 2 * HOUR_S);
	desk_step(decide_step, T0 + 2 * HOUR_S);
	assert_task("c2 reship proposed");
	assert_int_equal(desk_int("SELECT near_said + passed_said FROM tasks"), 0);
	assert_int_equal(desk_int("SELECT v.case_id FROM tasks t JOIN verdicts v ON v.id = t.verdict"), 2);
}

/* As it stands when a person closes a case and leaves the task: nobody could approve it there. */
static void a_closed_case_hands_its_proposal_over(void **state)
{
	(void) state;
	first_case();
	second_case(T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	assert_task("c1 reship proposed");
	desk_run("UPDATE cases SET state = 'closed', dirty = 0 WHERE id = 1");
	decide(T0 + 2 * HOUR_S);
	assert_task("c2 reship proposed");
}

static gint64 renewals(void)
{
	return desk_int("SELECT count(*) FROM history WHERE subject = 't1' AND event = 'renewed'");
}

static void a_proposal_follows_the_order(void **state)
{
	static const struct { const char *sql; const char *says; } news[] = {
		{ "UPDATE order_lines SET price_cents = 2970, quantity = 3", "3 2970 EUR" },
		{ "UPDATE order_lines SET price_cents = -1", "3 -1 EUR" },
		{ "UPDATE order_lines SET price_cents = 2500", "3 2500 EUR" },
		{ "UPDATE orders SET currency = 'CHF'", "3 2500 CHF" },
		{ "UPDATE orders SET currency = NULL", "3 2500 -" },
	};

	(void) state;
	first_case();
	for (gsize i = 0; i < G_N_ELEMENTS(news); i++) {
		g_autofree char *text = NULL;

		desk_run(news[i].sql);
		decide(T0 + (gint64) (i + 1) * 60);
		text = desk_text("SELECT quantity || ' ' || amount_cents || ' ' || coalesce(currency, '-') FROM tasks WHERE state = 'proposed'");
		assert_string_equal(text, news[i].says);
		assert_int_equal(renewals(), i + 1);
		decide(T0 + (gint64) (i + 1) * 60 + 30);
		assert_int_equal(renewals(), i + 1);
	}
}

static void of_two_cases_neither_takes_the_others_proposal(void **state)
{
	(void) state;
	first_case();
	second_case(T0 + HOUR_S);
	for (int i = 0; i < 3; i++)
		decide(T0 + HOUR_S + 60 * i);
	assert_task("c1 reship proposed");
	assert_int_equal(renewals(), 0);
}

static void only_proposals_are_brought_up_to_date(void **state)
{
	scoped(task) task = NULL;

	(void) state;
	first_case();
	task = task_1();
	assert_true(task_approve(desk.flow.store, task, T0 + 20, "anna", NULL));
	desk_run("UPDATE order_lines SET price_cents = 990");
	decide(T0 + HOUR_S);
	assert_int_equal(desk_int("SELECT amount_cents FROM tasks"), 1990);
	/* Returned by the runner it is a proposal again; the reason is for the person who had approved it. */
	assert_true(task_return(desk.flow.store, task, T0 + 2 * HOUR_S, "runner", "the order was cancelled", NULL));
	decide(T0 + 2 * HOUR_S);
	assert_int_equal(desk_int("SELECT amount_cents FROM tasks"), 990);
	assert_int_equal(desk_int("SELECT why = 'the order was cancelled' FROM tasks"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_CASE(the_last_look_sees_every_case_of_the_order),
		DESK_CASE(what_one_case_learns_withdraws_the_others_payment),
		DESK_CASE(beside_anothers_claim_nothing_is_proposed),
		DESK_CASE(a_notice_wakes_the_other_cases),
		DESK_CASE(a_promise_waits_for_the_task_of_the_other_case),
		DESK_CASE(a_withdrawn_payment_comes_back_under_the_case_that_asks),
		DESK_CASE(a_closed_case_hands_its_proposal_over),
		DESK_CASE(a_proposal_follows_the_order),
		DESK_CASE(of_two_cases_neither_takes_the_others_proposal),
		DESK_CASE(only_proposals_are_brought_up_to_date),
	};

	return cmocka_run_group_tests(tests, desk_load, desk_close);
}
