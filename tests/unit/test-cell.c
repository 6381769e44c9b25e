#include "tests/lib/unit.h"

#include "wismo/base/clock.h"
#include "wismo/core/cell.h"

#include <string.h>

static void amounts_are_read_as_they_are_written(void **state)
{
	static const struct { const char *text; gint64 cents; } rows[] = {
		{ "1.234,56", 123456 }, { "1,234.56", 123456 }, { "1234.5", 123450 }, { "12", 1200 }, { "12,90 €", 1290 },
		{ "EUR 12,90", 1290 }, { "1 234,56", 123456 }, { "1 234,56", 123456 }, { "1'234.50 CHF", 123450 },
		{ "-5,00", -500 }, { "0,125", -1 }, { "12.345.678,00", 1234567800 }, { "1,234", -1 }, { "1.234.567", 123456700 },
		{ "12.3400", 1234 }, { "12.345,678", -1 }, { "£19.99", 1999 }, { "abc", -1 }, { "", -1 }, { "12 apples", -1 },
		{ "99999999999999999999", -1 }, { "¥3,980", 398000 }, { ",99", 99 },
		{ "24.90.00", -1 }, { "1,23,45", -1 }, { "1.23,45", -1 }, { "1234,567.00", -1 }, { "1.234 567,00", -1 }, { "12 90", -1 },
		{ "1,234,567.89", 123456789 }, { "1'234'567", 123456700 }, { "1'234.500", 123450 }, { "1 234", 123400 }, { "12,-", 1200 },
		{ "12,– €", 1200 }, { "5.00-", -500 }, { "1234.560", 123456 }, { "1..2", -1 }, { ".", -1 }, { "1.234.56", -1 },
		{ "1,234.567.890", -1 }, { "0.500", 50 }, { "12.", 1200 }, { "1 2 3", -1 },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		gint64 cents = -1;
		const char *expected;

		if (!cell_money(rows[i].text, NULL, &cents, &expected))
			cents = -1;
		if (cents != rows[i].cents)
			fail_msg("\"%s\" -> %d, expected %d", rows[i].text, (int) cents, (int) rows[i].cents);
	}
}

static void a_column_settles_what_one_cell_leaves_open(void **state)
{
	struct cell_style style = { 0 };
	gint64 cents, at;
	const char *expected;
	g_autofree char *text = NULL;

	(void) state;
	cell_learn_money(&style, "1.234");
	cell_learn_money(&style, "24.90.00");
	assert_int_equal(style.decimal, 0);
	assert_false(cell_money("1.234", &style, &cents, &expected));
	assert_non_null(strstr(expected, "thousands or decimals"));
	cell_learn_money(&style, "7,5");
	assert_int_equal(style.decimal, ',');
	assert_true(cell_money("1.234", &style, &cents, &expected));
	assert_int_equal(cents, 123400);
	assert_false(cell_money("1,234", &style, &cents, &expected));	/* three decimals */
	assert_non_null(strstr(expected, "two decimals"));
	assert_true(cell_money("1,000", &style, &cents, &expected));
	assert_int_equal(cents, 100);
	cell_learn_money(&style, "24.90");
	assert_true(style.mixed);
	assert_false(cell_money("1.234", &style, &cents, &expected));
	assert_true(cell_money("7,5", &style, &cents, &expected));
	style = (struct cell_style) { 0 };
	cell_learn_day(&style, "03/04/2026");
	cell_learn_day(&style, "03/14/2026");
	assert_true(cell_moment("03/04/2026", &style, "UTC", false, &at));
	text = clock_format(at);
	assert_string_equal(text, "2026-03-04T00:00:00Z");
}

static void moments_are_read_in_all_usual_forms(void **state)
{
	static const struct { const char *text, *is; } rows[] = {
		{ "2026-11-24T08:01:02+00:00", "2026-11-24T08:01:02Z" }, { "2026-11-24T08:01:02.123Z", "2026-11-24T08:01:02Z" },
		{ "2026-11-20 14:03:21 +0100", "2026-11-20T13:03:21Z" }, { "24.11.2026", "2026-11-23T23:00:00Z" },
		{ "24.11.2026 14:03", "2026-11-24T13:03:00Z" }, { "24.11.26 14:03:05 Uhr", "2026-11-24T13:03:05Z" },
		{ "11/24/2026 2:03 PM", "2026-11-24T13:03:00Z" }, { "24/11/2026", "2026-11-23T23:00:00Z" },
		{ "24-Nov-26", "2026-11-23T23:00:00Z" }, { "Nov-24-26", "2026-11-23T23:00:00Z" },
		{ "Nov 24, 2026 2:03:04 PM PST", "2026-11-24T22:03:04Z" }, { "24 Nov 2026 10:00:00 UTC", "2026-11-24T10:00:00Z" },
		{ "2026/11/24 09:00:00 JST", "2026-11-24T00:00:00Z" }, { "20261124", "2026-11-23T23:00:00Z" },
		{ "1795507200", "2026-11-24T08:00:00Z" }, { "24. Dezember 2026", "2026-12-23T23:00:00Z" },
		{ "3 mars 2026", "2026-03-02T23:00:00Z" }, { "12:00", NULL }, { "31.02.2026", NULL }, { "2026-13-01", NULL },
		{ "tomorrow", NULL }, { "", NULL }, { "24.11.2026 25:00", NULL }, { "24.11.2026 10:00 XYZ", NULL },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		gint64 at = 0;
		g_autofree char *text = NULL;

		if (cell_moment(rows[i].text, NULL, "Europe/Berlin", false, &at))
			text = clock_format(at);
		if (g_strcmp0(text, rows[i].is) != 0)
			fail_msg("\"%s\" -> %s, expected %s", rows[i].text, text ? text : "nothing", rows[i].is ? rows[i].is : "nothing");
	}
}

static void a_promised_day_lasts_until_its_end(void **state)
{
	gint64 at;
	g_autofree char *text = NULL;

	(void) state;
	assert_true(cell_moment("2026-11-24", NULL, "Europe/Berlin", true, &at));
	text = clock_format(at);
	assert_string_equal(text, "2026-11-24T22:59:59Z");
}

static void counts_are_read_by_their_column(void **state)
{
	static const struct { const char *column[5]; const char *text; gint64 count; } rows[] = {
		{ { "2.0", NULL }, "2.0", 2 }, { { "2,00", NULL }, "2,00", 2 }, { { "2 Stk", NULL }, "2 Stk", 2 }, { { "-3", NULL }, "-3", -3 },
		{ { "1.200", NULL }, "1.200", 1200 }, { { "1,200,000", NULL }, "1,200,000", 1200000 }, { { "1 200", NULL }, "1 200", 1200 },
		{ { "1'000", NULL }, "1'000", 1000 },
		{ { "2,000", "1,250", NULL }, "2,000", 2000 }, { { "2,000", "17", NULL }, "2,000", 2000 },
		{ { "2,000", "0,000", NULL }, "2,000", 2 }, { { "2,000", "1200", NULL }, "2,000", 2 },
		{ { "2,000", "1,000", "5,000", NULL }, "2,000", 2 },
		/* nobody can tell */
		{ { "2,000", NULL }, "2,000", -1 }, { { "2,000", "17", "1200", NULL }, "2,000", -1 },
		/* no pieces */
		{ { "2.5", NULL }, "2.5", -1 }, { { "two", NULL }, "two", -1 }, { { "", NULL }, "", -1 }, { { "B12", NULL }, "B12", -1 },
		{ { "12-14", NULL }, "12-14", -1 }, { { "1.20.0", NULL }, "1.20.0", -1 }, { { "99999999999", NULL }, "99999999999", -1 },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct count_style style = { 0 };
		const char *expected;
		gint64 count = -1;

		for (gsize k = 0; rows[i].column[k]; k++)
			cell_learn_count(&style, rows[i].column[k]);
		if (!cell_count(rows[i].text, &style, &count, &expected))
			count = -1;
		if (count != rows[i].count)
			print_error("row %zu: %s\n", i, rows[i].text);
		assert_int_equal(count, rows[i].count);
	}
}

static void flags_refuse_what_they_do_not_know(void **state)
{
	bool flag;

	(void) state;
	assert_true(cell_flag("Ja", &flag) && flag);
	assert_true(cell_flag("Sí", &flag) && flag);
	assert_true(cell_flag("0", &flag) && !flag);
	assert_false(cell_flag("maybe", &flag));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amounts_are_read_as_they_are_written),
		cmocka_unit_test(a_column_settles_what_one_cell_leaves_open),
		cmocka_unit_test(moments_are_read_in_all_usual_forms),
		cmocka_unit_test(a_promised_day_lasts_until_its_end),
		cmocka_unit_test(counts_are_read_by_their_column),
		cmocka_unit_test(flags_refuse_what_they_do_not_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
