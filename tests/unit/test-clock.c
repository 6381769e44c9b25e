#include "tests/lib/unit.h"

#include "wismo/base/clock.h"

static void every_time_form_of_the_carriers_is_read(void **state)
{
	static const struct { const char *text, *zone; gint64 at; } rows[] = {
		{ "2026-11-20T10:02:00Z", NULL, 1795168920 },
		{ "2026-11-20T11:02:00+01:00", NULL, 1795168920 },
		{ "2026-11-20T11:02:00+0100", NULL, 1795168920 },
		{ "2026-11-20T11:02:00", "Europe/Berlin", 1795168920 },
		{ "2026-07-20T12:02:00", "Europe/Berlin", 1784541720 },	/* summer time */
		{ "2026-11-20 10:02:00", NULL, 1795168920 },
		{ "2026-11-20", NULL, 1795132800 },
		{ "yesterday", NULL, 0 },
		{ "", NULL, 0 },
		{ "2026-13-40T00:00:00Z", NULL, 0 },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		if (clock_parse(rows[i].text, rows[i].zone) != rows[i].at)
			fail_msg("%s in %s: %" G_GINT64_FORMAT, rows[i].text, rows[i].zone,
				 clock_parse(rows[i].text, rows[i].zone));
}

static void days_are_written_as_people_do(void **state)
{
	(void) state;
	g_autofree char *de = clock_date(1795168920, "Europe/Berlin", "de");
	g_autofree char *en = clock_date(1795168920, "Europe/London", "en");
	g_autofree char *midnight = clock_date(1795132800 - 1, "Europe/Berlin", "de");

	assert_string_equal(de, "20.11.2026");
	assert_string_equal(en, "20 November 2026");
	assert_string_equal(midnight, "20.11.2026");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_time_form_of_the_carriers_is_read),
		cmocka_unit_test(days_are_written_as_people_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
