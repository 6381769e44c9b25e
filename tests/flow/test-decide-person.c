/* What the mind decides when it is asked again after a person or the marketplace has spoken. */
#include "tests/lib/unit.h"

#include "src/store/sql_p.h"
#include "tests/lib/clock_fake.h"
#include "tests/lib/desk.h"
#include "tests/lib/story.h"
#include "wismo/base/error.h"
#include "wismo/store/case.h"
#include "wismo/store/reply.h"
#include "wismo/store/task.h"

/* ---- a person has spoken ---- */

static void a_rejected_task_is_not_proposed_again(void **state)
{
	scoped(task) task = NULL;

	(void) state;
	story_begin(TRACK_LOST, 9);
	task = story_task();
	assert_true(task_reject(desk.flow.store, task, T0 + 20, "anna", "the neighbour has it", NULL));
	desk_step(decide_step, T0 + 30);
	story_decide(T0 + HOUR_S);
	desk_tracking(TRACK_RETURNED, 0, T0 + 2 * HOUR_S);
	desk_step(decide_step, T0 + 2 * HOUR_S);
	desk_buyer("Re: (Bestellung: " DESK_ORDER ")", "Wo bleibt mein Paket? Es ist immer noch nicht da.", T0 + 3 * HOUR_S);
	desk_step(understand_step, T0 + 3 * HOUR_S);
	desk_step(decide_step, T0 + 3 * HOUR_S);
	assert_int_equal(desk_int("SELECT count(*) FROM tasks"), 1);
	story_assert_text("rejected", "SELECT state FROM tasks");
	/* And nothing promises what was refused. */
	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE " LIVE " AND template IN ('reship', 'refund', 'returned')"), 0);
}

static void a_rejected_trace_is_not_proposed_again(void **state)
{
	scoped(task) task = NULL;

	(void) state;
	story_begin(TRACK_IN_TRANSIT, 5);
	task = story_task();
	assert_int_equal(task->kind, TASK_TRACE);
	assert_true(task_reject(desk.flow.store, task, T0 + 20, "anna", "too early", NULL));
	story_decide(T0 + HOUR_S);
	assert_int_equal(desk_int("SELECT count(*) FROM tasks"), 1);
	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE " LIVE " AND template = 'trace_started'"), 0);
}

static void a_rejected_answer_is_not_drafted_again(void **state)
{
	scoped(reply) reply = NULL;

	(void) state;
	story_begin(TRACK_IN_TRANSIT, 1);
	reply = story_reply();
	assert_true(reply_reject(desk.flow.store, reply, T0 + 20, "anna", "I have telephoned", NULL));
	story_decide(T0 + HOUR_S);
	desk_tracking(TRACK_IN_TRANSIT, 0, T0 + 2 * HOUR_S);
	desk_step(decide_step, T0 + 2 * HOUR_S);
	story_assert_open(NULL);
	story_assert_text("I have telephoned", "SELECT group_concat(why) FROM replies");
}

/* Whose word it was is not told from the words: a person may give the mind's own reason. */
static void a_person_may_reject_in_the_minds_words(void **state)
{
	scoped(reply) reply = NULL;
	scoped(task) task = NULL;

	(void) state;
	desk.settings->mode = MODE_AUTO;
	story_begin(TRACK_IN_TRANSIT, 1);
	reply = story_reply();
	assert_true(reply_reject(desk.flow.store, reply, T0 + 20, "anna", "the facts have changed", NULL));
	story_decide(T0 + HOUR_S);
	clock_fake_at = T0 + HOUR_S;
	assert_int_equal(desk_step(send_step, T0 + HOUR_S), 0);
	story_assert_open(NULL);
	story_assert_text("person", "SELECT state FROM cases");

	desk_tracking(TRACK_LOST, 9, T0 + 2 * HOUR_S);
	desk_step(decide_step, T0 + 2 * HOUR_S);
	task = story_task();
	assert_true(task_reject(desk.flow.store, task, T0 + 2 * HOUR_S, "anna", "the facts have changed", NULL));
	story_decide(T0 + 3 * HOUR_S);
	story_assert_text("rejected", "SELECT state FROM tasks");
	story_assert_text("rejected", "SELECT facts ->> '$.compensation' FROM verdicts ORDER BY id DESC LIMIT 1");
	assert_false(sql_run(desk.flow.store, NULL, "UPDATE tasks SET state = 'proposed', rejected_by = NULL", ""));
}

/* Nor is what was rejected for "a person has answered" taken for said. */
static void only_an_answer_given_elsewhere_counts_as_said(void **state)
{
	scoped(reply) reply = NULL;

	(void) state;
	story_begin_at_pickup();
	reply = story_reply();
	assert_true(reply_reject(desk.flow.store, reply, T0 + DAY_S, "anna", "a person has answered", NULL));
	story_decide(T0 + DAY_S + HOUR_S);
	assert_int_equal(desk_int("SELECT reason LIKE '%nothing has changed since the last answer%' FROM verdicts ORDER BY id DESC LIMIT 1"), 0);
	assert_int_equal(desk_int("SELECT reason LIKE '%you rejected r2: a person has answered%' FROM verdicts ORDER BY id DESC LIMIT 1"), 1);
	story_assert_open(NULL);
}

static void what_a_person_rejected_stays_theirs(void **state)
{
	static const char words[] = "you rejected r1: I have telephoned";
	scoped(reply) reply = NULL;

	(void) state;
	story_begin(TRACK_IN_TRANSIT, 1);
	reply = story_reply();
	assert_true(reply_reject(desk.flow.store, reply, T0 + 20, "anna", "I have telephoned", NULL));
	assert_true(case_hand_over(desk.flow.store, reply->case_id, words, T0 + 20, "anna", NULL));
	for (int i = 1; i < 3; i++) {
		story_decide(T0 + i * HOUR_S);
		story_assert_text("person", "SELECT state FROM cases");
		story_assert_text(words, "SELECT why FROM cases");
	}
}

static void a_closed_case_stays_closed_until_the_buyer_writes(void **state)
{
	g_autoptr(GError) error = NULL;
	scoped(task) task = NULL;

	(void) state;
	story_begin(TRACK_LOST, 9);
	/* A reship that nobody has spoken on: a closed case would never permit it. */
	assert_false(case_close(desk.flow.store, 1, "all is well", T0 + 15, "anna", &error));
	assert_string_equal(error->message, "t1 is proposed; reject it or see it done first");
	g_clear_error(&error);
	task = story_task();
	assert_true(task_reject(desk.flow.store, task, T0 + 16, "anna", "it has come", NULL));
	assert_true(case_close(desk.flow.store, 1, "all is well", T0 + 20, "anna", &error));
	story_assert_open(NULL);
	desk_tracking(TRACK_PICKUP, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + 3 * DAY_S);
	story_assert_text("closed", "SELECT state FROM cases WHERE due_at = 0 AND asked_at = 0 AND look_at = 0");
	story_assert_text("rejected", "SELECT state FROM tasks");
	story_assert_text("anna: all is well", "SELECT actor || ': ' || detail FROM history WHERE subject = 'c1' AND event = 'closed'");
	assert_false(case_close(desk.flow.store, 1, NULL, T0 + 30, "anna", &error));
	assert_int_equal(error->code, WISMO_PARK);
	story_buyer_asks(T0 + 4 * DAY_S);
	desk_step(decide_step, T0 + 4 * DAY_S);
	story_assert_text("person", "SELECT state FROM cases WHERE asked_at > 0 AND due_at > 0");
}

static void beside_an_approved_answer_no_other_is_drafted(void **state)
{
	scoped(reply) reply = NULL;

	(void) state;
	story_begin(TRACK_IN_TRANSIT, 1);
	reply = story_reply();
	assert_true(reply_approve(desk.flow.store, reply, T0 + 20, "anna", NULL));
	desk_tracking(TRACK_PICKUP, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	story_assert_open("overdue");
	story_assert_text("anna", "SELECT approved_by FROM replies WHERE " LIVE);
}

/* ---- the marketplace has spoken ---- */

static void a_later_notice_rejects_an_open_draft(void **state)
{
	static const struct { const char *type, *subject, *body; } notices[] = {
		{ "A_Z_CLAIM_RESPONDENT_NOTIFY", "Claim received on order " DESK_ORDER, "in the amount of $19.90, within 72 hours" },
		{ "REFUND_ISSUED", "Erstattung", DESK_ORDER " EUR 19.90" },
		{ "BRC_SELLER_NOTIFICATION", "Storno", DESK_ORDER },
		{ "BBC_MESSAGE_CONFIRMATION_TO_MERCHANT", "Your email to Anna", "x " DESK_ORDER },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(notices); i++) {
		story_begin(TRACK_LOST, 9);
		story_assert_open("reship");
		desk_notice(notices[i].type, notices[i].subject, notices[i].body, T0 + HOUR_S);
		desk_step(understand_step, T0 + HOUR_S);
		desk_step(decide_step, T0 + HOUR_S);
		if (desk_int("SELECT count(*) FROM replies WHERE " LIVE))
			fail_msg("%s leaves the draft open", notices[i].type);
		assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE state = 'rejected'"), 1);
		desk_done(state);
		desk_fresh(state);
	}
}

static void a_person_who_was_faster_is_not_talked_over(void **state)
{
	(void) state;
	desk_parcel(desk_order());
	desk_tracking(TRACK_LOST, 9, T0);
	story_buyer_asks(T0);
	desk_notice("BBC_MESSAGE_CONFIRMATION_TO_MERCHANT", "Your email to Anna", "x " DESK_ORDER, T0 + 5);
	desk_step(understand_step, T0 + 5);
	desk_step(decide_step, T0 + 10);
	assert_int_equal(desk_int("SELECT count(*) FROM verdicts"), 1);
	assert_int_equal(desk_int("SELECT count(*) FROM replies"), 0);
	/* The parcel is lost all the same. */
	assert_int_equal(desk_int("SELECT count(*) FROM tasks WHERE state = 'proposed'"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_CASE(a_rejected_task_is_not_proposed_again),
		DESK_CASE(a_rejected_trace_is_not_proposed_again),
		DESK_CASE(a_rejected_answer_is_not_drafted_again),
		DESK_CASE(a_person_may_reject_in_the_minds_words),
		DESK_CASE(only_an_answer_given_elsewhere_counts_as_said),
		DESK_CASE(what_a_person_rejected_stays_theirs),
		DESK_CASE(a_closed_case_stays_closed_until_the_buyer_writes),
		DESK_CASE(beside_an_approved_answer_no_other_is_drafted),
		DESK_CASE(a_later_notice_rejects_an_open_draft),
		DESK_CASE(a_person_who_was_faster_is_not_talked_over),
	};

	return cmocka_run_group_tests(tests, desk_load, desk_close);
}
