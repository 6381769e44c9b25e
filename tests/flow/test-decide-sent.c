/* What the mind decides when an answer is on its way, has left, or has been refused. */
#include "tests/lib/unit.h"

#include "tests/lib/clock_fake.h"
#include "tests/lib/desk.h"
#include "tests/lib/story.h"
#include "wismo/store/reply.h"

#include <string.h>

static void an_answer_that_left_is_never_answered_again(void **state)
{
	(void) state;
	story_begin(TRACK_IN_TRANSIT, 1);
	story_send(T0 + 60);
	story_decide(T0 + 70);
	desk_tracking(TRACK_IN_TRANSIT, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	/* By the clock, a day later: the same words are no news. */
	desk_step(decide_step, T0 + 3 * DAY_S);
	assert_int_equal(desk_int("SELECT count(*) FROM replies"), 1);
	story_assert_text("sent", "SELECT state FROM replies");
}

static void an_answer_whose_fate_is_not_known_counts_as_sent(void **state)
{
	scoped(reply) reply = NULL;
	g_autoptr(GBytes) wire = g_bytes_new_static("x", 1);

	(void) state;
	story_begin(TRACK_IN_TRANSIT, 1);
	reply = story_reply();
	assert_true(reply_approve(desk.flow.store, reply, T0 + 20, "anna", NULL));
	assert_true(reply_begin(desk.flow.store, reply, wire, T0 + 30, NULL));
	story_decide(T0 + 35);
	assert_int_equal(desk_int("SELECT count(*) FROM replies"), 1);
	assert_true(reply_hand_over(desk.flow.store, reply, T0 + 40, NULL));
	assert_true(reply_doubt(desk.flow.store, reply, T0 + 50, "the answer was lost", NULL));
	desk_tracking(TRACK_PICKUP, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	assert_int_equal(desk_int("SELECT count(*) FROM replies"), 1);
}

/* Begins to send the newest reply; whether the server has taken all of it. */
static struct reply *begin_to_send(gint64 now, bool handed_over)
{
	struct reply *reply = story_reply();
	g_autoptr(GBytes) wire = g_bytes_new_static("old words", 9);

	assert_true(reply_begin(desk.flow.store, reply, wire, now, NULL));
	assert_true(!handed_over || reply_hand_over(desk.flow.store, reply, now, NULL));
	return reply;
}

/* For the buyer nobody has answered, and a second mail of the machine would fare no better. */
static void an_answer_that_was_refused_is_a_persons_matter(void **state)
{
	scoped(reply) reply = NULL;

	(void) state;
	desk.settings->mode = MODE_AUTO;
	story_begin(TRACK_IN_TRANSIT, 1);
	story_assert_text("waiting", "SELECT state FROM cases");
	reply = begin_to_send(T0 + 20, false);
	assert_true(reply_refuse(desk.flow.store, reply, T0 + 21, "550 no such user", NULL));
	assert_int_equal(desk_step(decide_step, T0 + 30), 1);
	story_assert_text("person", "SELECT state FROM cases");
	story_assert_text("r1 was refused: 550 no such user", "SELECT why FROM cases");
	desk_tracking(TRACK_PICKUP, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	story_assert_open("pickup");
	story_assert_text("draft", "SELECT state FROM replies WHERE " LIVE);
	story_assert_text("person", "SELECT state FROM cases");
	story_send(T0 + 2 * HOUR_S);
	desk_step(decide_step, T0 + 2 * HOUR_S);
	assert_int_equal(desk_int("SELECT state = 'person' FROM cases"), 0);
}

/* A server that wants to be asked later has not seen a word yet, unless it had all of it. */
static void an_answer_that_waits_for_the_server_says_what_is_new(void **state)
{
	static const char *const says[] = { "24.11.2026", "21.11.2026" };

	(void) state;
	for (int handed_over = 0; handed_over < 2; handed_over++) {
		g_autofree char *body = NULL;
		scoped(reply) reply = NULL;

		desk.settings->mode = MODE_AUTO;
		story_begin(TRACK_IN_TRANSIT, 3);
		reply = begin_to_send(T0 + 20, handed_over);
		assert_true(reply_postpone(desk.flow.store, reply, T0 + 21, T0 + 300, "451 greylisted", NULL));
		desk_tracking(TRACK_IN_TRANSIT, 0, T0 + HOUR_S);
		desk_step(decide_step, T0 + HOUR_S);
		story_assert_open("overdue");
		body = desk_text("SELECT body FROM replies WHERE state = 'later'");
		assert_non_null(strstr(body, says[handed_over]));
		assert_int_equal(desk_int("SELECT wire IS NULL FROM replies"), !handed_over);
		assert_int_equal(desk_int("SELECT tried_at FROM replies"), T0 + 20);
		desk_done(state);
		desk_fresh(state);
	}
}

/* News after an answer is drafted, once; a draft that is news no more goes. */
static void news_that_is_none_any_more_is_not_left_open(void **state)
{
	(void) state;
	story_begin_at_pickup();
	desk_tracking(TRACK_DELIVERED, 0, T0 + 2 * DAY_S);
	desk_step(decide_step, T0 + 2 * DAY_S);
	story_assert_text("closed", "SELECT state FROM cases");
	story_assert_open(NULL);
}

static void the_next_mail_is_answered_anew(void **state)
{
	(void) state;
	story_begin(TRACK_IN_TRANSIT, 1);
	story_send(T0 + 60);
	desk_buyer("Re: (Bestellung: " DESK_ORDER ")", "Das Paket ist immer noch nicht da. Wo bleibt es?", T0 + DAY_S);
	desk_step(understand_step, T0 + DAY_S);
	desk_step(decide_step, T0 + DAY_S);
	assert_int_equal(desk_int("SELECT count(*) FROM replies"), 2);
	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE " LIVE " AND mail = 2"), 1);
}

/* The buyer has read it and writes all the same: a person looks before the same words leave again. */
static void the_same_answer_does_not_leave_by_itself_twice(void **state)
{
	(void) state;
	desk.settings->mode = MODE_AUTO;
	story_begin(TRACK_IN_TRANSIT, 1);
	clock_fake_at = T0 + 60;
	assert_int_equal(desk_step(send_step, T0 + 60), 1);
	desk_buyer("Re: (Bestellung: " DESK_ORDER ")", "Mein Paket ist immer noch nicht angekommen.", T0 + DAY_S);
	desk_step(understand_step, T0 + DAY_S);
	desk_tracking(TRACK_IN_TRANSIT, 0, T0 + DAY_S);
	desk_step(decide_step, T0 + DAY_S);
	story_assert_open("overdue");
	story_assert_text("draft", "SELECT state FROM replies WHERE " LIVE);
	story_assert_text("the same answer has been sent before", "SELECT why FROM replies WHERE " LIVE);
	/* Other words are news. */
	desk_tracking(TRACK_PICKUP, 0, T0 + DAY_S + HOUR_S);
	desk_step(decide_step, T0 + DAY_S + HOUR_S);
	story_assert_open("pickup");
	story_assert_text("due", "SELECT state FROM replies WHERE " LIVE);
}

static void a_language_without_templates_waits_for_a_person(void **state)
{
	(void) state;
	desk.settings->mode = MODE_AUTO;
	desk_parcel(desk_order());
	desk_tracking(TRACK_IN_TRANSIT, 1, T0);
	desk_buyer("Pacco non arrivato (Ordine: " DESK_ORDER ")", "Buongiorno, il mio pacco non è ancora arrivato. Dove si trova?", T0);
	desk_step(understand_step, T0);
	story_assert_text("it", "SELECT lang FROM cases");
	desk_step(decide_step, T0 + 10);
	story_assert_open("overdue");
	story_assert_text("draft", "SELECT state FROM replies");
	story_assert_text("en", "SELECT lang FROM replies");
	story_assert_text("there is no answer in the buyer's language (it)", "SELECT why FROM replies");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_CASE(an_answer_that_left_is_never_answered_again),
		DESK_CASE(an_answer_whose_fate_is_not_known_counts_as_sent),
		DESK_CASE(an_answer_that_was_refused_is_a_persons_matter),
		DESK_CASE(an_answer_that_waits_for_the_server_says_what_is_new),
		DESK_CASE(news_that_is_none_any_more_is_not_left_open),
		DESK_CASE(the_next_mail_is_answered_anew),
		DESK_CASE(the_same_answer_does_not_leave_by_itself_twice),
		DESK_CASE(a_language_without_templates_waits_for_a_person),
	};

	return cmocka_run_group_tests(tests, desk_load, desk_close);
}
