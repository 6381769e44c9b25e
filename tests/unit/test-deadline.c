#include "tests/lib/unit.h"

#include "wismo/base/clock.h"
#include "wismo/conf/deadlines.h"

#include <string.h>

static struct deadlines *shipped(void)
{
	const char *source = g_getenv("WISMO_TEST_SRC");
	g_autofree char *folder = g_build_filename(source ? source : ".", "templates", NULL);
	scoped(overlay) overlay = overlay_new(folder, NULL);
	g_autoptr(GError) error = NULL;
	struct deadlines *deadlines = deadlines_load(overlay, &error);

	if (!deadlines)
		fail_msg("%s", error->message);
	return deadlines;
}

static void limits_are_counted_as_the_marketplaces_count_them(void **state)
{
	static const struct { const char *channel, *what, *from, *at; } rows[] = {
		/* the calendar: weekends, holidays and the change of the clocks count like any hour */
		{ "amazon", "answer", "2026-11-28T09:00:00Z", "2026-11-29T09:00:00Z" },
		{ "amazon", "answer", "2026-12-24T20:00:00Z", "2026-12-25T20:00:00Z" },
		{ "amazon", "answer", "2026-10-24T22:00:00Z", "2026-10-25T22:00:00Z" },
		{ "amazon", "answer", "2027-03-27T22:00:00Z", "2027-03-28T22:00:00Z" },
		{ "amazon", "protection", "2026-11-27T09:00:00Z", "2026-11-29T09:00:00Z" },
		{ "amazon", "claim", "2026-11-27T22:59:59Z", "2026-11-30T22:59:59Z" },
		/* no entry of its own: that of all */
		{ "shop", "answer", "2026-11-28T09:00:00Z", "2026-11-29T09:00:00Z" },
		/* working days: Friday -> Tuesday; before Christmas over two holidays and a weekend */
		{ "kaufland", "answer", "2026-11-27T09:00:00Z", "2026-12-01T09:00:00Z" },
		{ "kaufland", "answer", "2026-12-23T09:00:00Z", "2026-12-28T09:00:00Z" },
		{ "kaufland", "answer", "2026-11-28T09:00:00Z", "2026-12-01T09:00:00Z" },
		/* the time of day on the wall stays when the clocks change on the way: 10:00 in Berlin both */
		{ "kaufland", "answer", "2026-10-23T08:00:00Z", "2026-10-27T09:00:00Z" },
		{ "ebay", "protection", "2026-11-25T09:00:00Z", "2026-11-30T09:00:00Z" },
	};
	scoped(deadlines) deadlines = shipped();

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct deadline deadline = deadline_count(deadlines, rows[i].channel, rows[i].what, clock_parse(rows[i].from, NULL), "Europe/Berlin");
		g_autofree char *at = clock_format(deadline.at);

		if (g_strcmp0(at, rows[i].at) != 0)
			fail_msg("%s %s from %s: %s, not %s (%s)", rows[i].channel, rows[i].what, rows[i].from, at, rows[i].at, deadline.why);
		assert_non_null(strstr(deadline.why, rows[i].channel));
		g_free(deadline.why);
	}
}

static void what_has_no_limit_or_no_start_has_no_deadline(void **state)
{
	scoped(deadlines) deadlines = shipped();

	(void) state;
	assert_int_equal(deadline_count(deadlines, "amazon", "answer", 0, "Europe/Berlin").at, 0);
	assert_int_equal(deadline_count(deadlines, "shop", "protection", 1700000000, "Europe/Berlin").at, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_are_counted_as_the_marketplaces_count_them),
		cmocka_unit_test(what_has_no_limit_or_no_start_has_no_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
