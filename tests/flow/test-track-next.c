/* The arithmetic of "when": what an answer, a failure or a deadline makes of the next question. */
#include "tests/lib/unit.h"

#include "src/flow/track_p.h"
#include "wismo/store/lookup.h"

#define T0 G_GINT64_CONSTANT(1795507200)	/* 2026-11-24 08:00 UTC */
#define HOUR_S 3600
#define DAY_S 86400

struct row {
	enum track_outcome outcome;
	enum track_status status;
	gint64 silent_s;	/* since the last movement */
	int failures;
	gint64 deadline_s;	/* from now; 0: none */
	gint64 retry_s;
	gint64 least_s, most_s;	/* LOOKUP_NEVER, LOOKUP_ON_NEED as they are */
	gint64 ordered_s;	/* the order's age; 0: not known */
};

static void the_next_question_comes_by_need(void **state)
{
	static const struct row rows[] = {
		{ OUTCOME_OK, TRACK_IN_TRANSIT, 0, 0, 0, 0, 6 * HOUR_S, 7 * HOUR_S, 0 },
		{ OUTCOME_OK, TRACK_OUT_FOR_DELIVERY, 0, 0, 0, 0, 2 * HOUR_S, 3 * HOUR_S, 0 },
		{ OUTCOME_OK, TRACK_IN_TRANSIT, 5 * DAY_S, 0, 0, 0, 12 * HOUR_S, 14 * HOUR_S, 0 },
		{ OUTCOME_OK, TRACK_RETURNING, 5 * DAY_S, 0, 0, 0, 24 * HOUR_S, 27 * HOUR_S, 0 },
		/* Fresh news an hour before the deadline; not when there is no time left for more. */
		{ OUTCOME_OK, TRACK_IN_TRANSIT, 5 * DAY_S, 0, 8 * HOUR_S, 0, 7 * HOUR_S, 7 * HOUR_S, 0 },
		{ OUTCOME_OK, TRACK_IN_TRANSIT, 0, 0, HOUR_S, 0, 6 * HOUR_S, 7 * HOUR_S, 0 },
		{ OUTCOME_OK, TRACK_DELIVERED, HOUR_S, 0, 0, 0, DAY_S, 28 * HOUR_S, 0 },
		{ OUTCOME_OK, TRACK_DELIVERED, 4 * DAY_S, 0, 8 * HOUR_S, 0, LOOKUP_ON_NEED, LOOKUP_ON_NEED, 0 },
		{ OUTCOME_OK, TRACK_DELIVERED_OTHER, 4 * DAY_S, 0, 0, 0, LOOKUP_ON_NEED, LOOKUP_ON_NEED, 0 },
		{ OUTCOME_OK, TRACK_RETURNED, 0, 0, 8 * HOUR_S, 0, LOOKUP_NEVER, LOOKUP_NEVER, 0 },
		{ OUTCOME_OK, TRACK_LOST, 0, 0, 8 * HOUR_S, 0, LOOKUP_NEVER, LOOKUP_NEVER, 0 },
		/* An end from before the order was another parcel's: this one is still to come. */
		{ OUTCOME_OK, TRACK_DELIVERED, 90 * DAY_S, 0, 0, 0, 6 * HOUR_S, 7 * HOUR_S, 9 * DAY_S },
		{ OUTCOME_OK, TRACK_RETURNED, 90 * DAY_S, 0, 0, 0, 6 * HOUR_S, 7 * HOUR_S, 9 * DAY_S },
		{ OUTCOME_OK, TRACK_LOST, 90 * DAY_S, 0, 0, 0, 6 * HOUR_S, 7 * HOUR_S, 9 * DAY_S },
		{ OUTCOME_OK, TRACK_DELIVERED, 4 * DAY_S, 0, 0, 0, LOOKUP_ON_NEED, LOOKUP_ON_NEED, 9 * DAY_S },
		{ OUTCOME_OK, TRACK_RETURNED, 4 * DAY_S, 0, 0, 0, LOOKUP_NEVER, LOOKUP_NEVER, 9 * DAY_S },
		{ OUTCOME_PENDING, TRACK_NONE, 0, 1, 0, 0, 600, 700, 0 },
		{ OUTCOME_PENDING, TRACK_NONE, 0, 4, 0, 0, 4800, 5500, 0 },
		{ OUTCOME_UNKNOWN, TRACK_NONE, 0, 1, 0, 0, 3 * HOUR_S, 4 * HOUR_S, 0 },
		{ OUTCOME_UNKNOWN, TRACK_NONE, 0, 9, 0, 0, DAY_S, 28 * HOUR_S, 0 },
		{ OUTCOME_DOWN, TRACK_NONE, 0, 1, 0, 0, 300, 340, 0 },
		{ OUTCOME_DOWN, TRACK_NONE, 0, 3, 0, 0, 1200, 1360, 0 },
		{ OUTCOME_DOWN, TRACK_NONE, 0, 99, 0, 0, 6 * HOUR_S, 7 * HOUR_S, 0 },
		{ OUTCOME_DOWN, TRACK_NONE, 0, 1, 0, 5000, 5000, 5000, 0 },
		{ OUTCOME_LIMITED, TRACK_NONE, 0, 1, 0, 30, 30, 40, 0 },
		{ OUTCOME_LIMITED, TRACK_NONE, 0, 1, 0, 0, HOUR_S, 4100, 0 },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct row *r = &rows[i];
		scoped(tracking) t = tracking_new();
		gint64 at;

		t->number = g_strdup_printf("%zu", 77777 * i);
		t->outcome = r->outcome;
		t->status = r->status;
		t->asked_at = T0;
		t->moved_at = t->status_at = r->outcome == OUTCOME_OK ? T0 - r->silent_s : 0;
		t->retry_at = r->retry_s ? T0 + r->retry_s : 0;
		at = track_next_at(t, r->failures, r->deadline_s ? T0 + r->deadline_s : 0, r->ordered_s ? T0 - r->ordered_s : 0, 1800);
		if (r->least_s >= LOOKUP_ON_NEED ? at != r->least_s : at < T0 + r->least_s || at > T0 + r->most_s)
			fail_msg("row %zu: next after %" G_GINT64_FORMAT " s", i, at - T0);
	}
}

static void a_carrier_is_paused_by_what_it_says(void **state)
{
	scoped(tracking) t = tracking_new();

	(void) state;
	t->asked_at = T0;
	t->outcome = OUTCOME_DOWN;
	assert_int_equal(track_pause_until(t, 4), 0);
	assert_int_equal(track_pause_until(t, 5), T0 + 300);
	assert_int_equal(track_pause_until(t, 7), T0 + 1200);
	assert_int_equal(track_pause_until(t, 500), T0 + 6 * HOUR_S);
	t->retry_at = T0 + 40;
	assert_int_equal(track_pause_until(t, 1), T0 + 40);
	t->outcome = OUTCOME_LIMITED;
	assert_int_equal(track_pause_until(t, 1), T0 + 40);
	t->outcome = OUTCOME_UNKNOWN;
	assert_int_equal(track_pause_until(t, 50), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_question_comes_by_need),
		cmocka_unit_test(a_carrier_is_paused_by_what_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
