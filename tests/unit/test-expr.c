/* Expressions compute what SQL says, and can do nothing else. */
#include "tests/lib/unit.h"

#include "wismo/core/expr.h"
#include "wismo/core/moment.h"

static const char *const columns[] = { "body", "days", "name", NULL };

struct fixture {
	struct expr_space *space;
};

static int make(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->space = expr_space_new(columns);
	expr_set_text(f->space, 0, "{\"a\":[{\"b\":1},{\"b\":\"x\"}],\"o\":{\"k\":2}}");
	expr_set_int(f->space, 1, 3);
	*state = f;
	return 0;
}

static int unmake(void **state)
{
	struct fixture *f = *state;

	expr_space_free(f->space);
	g_free(f);
	return 0;
}

static void values_come_out_as_sql_says(void **state)
{
	static const struct { const char *sql, *value; } rows[] = {
		{ "days + 1", "4" },
		{ "json_extract(body, '$.a[1].b')", "x" },
		{ "body ->> '$.a[0].b'", "1" },
		{ "body ->> '$.nothing'", NULL },
		{ "name", NULL },
		{ "coalesce(name, 'none')", "none" },
		{ "(SELECT max(value ->> '$.b') FROM json_each(body, '$.a'))", "x" },
		{ "iif(days BETWEEN 2 AND 4, 'yes', 'no') -- a comment", "yes" },
		{ "regexp_extract('Zustellung an Nachbar Huber', '(?i)nachbarn? (\\w+)')", "Huber" },
		{ "regexp_extract('abc', 'b')", "b" },
		{ "regexp_extract('abc', 'x')", NULL },
		{ "regexp_like('GRÜSSE', '(?i)grü')", "1" },
		{ "time_parse('2026-10-11T15:24:57+0200')", "1791725097" },
		{ "time_parse('no time')", NULL },
	};
	struct fixture *f = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		scoped(expr) e = expr_new(f->space, rows[i].sql, &error);
		g_autofree char *value = NULL;

		if (!e)
			fail_msg("%s", error->message);
		value = expr_text(e, &error);
		if (error || g_strcmp0(value, rows[i].value) != 0)
			fail_msg("%s gives %s (%s), not %s", rows[i].sql, value, error ? error->message : "", rows[i].value);
	}
}

static void what_is_not_allowed_does_not_compile(void **state)
{
	static const char *const rows[] = {
		"random()", "date('now')", "datetime()", "strftime('%s')", "julianday('now')", "current_timestamp",
		"load_extension('x')", "sqlite_version()", "last_insert_rowid()", "changes()", "zeroblob(9)",
		"randomblob(9)", "(SELECT name FROM sqlite_master)", "(SELECT * FROM sqlite_schema)",
		"(SELECT file FROM pragma_database_list)", "(WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM t) SELECT max(n) FROM t)",
		"\"a string\"", "unknown_column", "days = ", "1, 2", "1); DELETE FROM x; SELECT (1", "", "?", ":p", "?5",
		"readfile('/etc/passwd')", "fts5(1)", "unixepoch()",
	};
	struct fixture *f = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		struct expr *e = expr_new(f->space, rows[i], &error);

		if (e)
			fail_msg("compiled: %s", rows[i]);
		assert_non_null(error);
	}
}

static void failures_are_unknown_and_say_why(void **state)
{
	static const char *const rows[] = {
		"json_extract('{oops', '$.a')",
		"regexp_like('x', '(')",
		"regexp_like(printf('%.*c', 5000, 'a') || '!', '^(a|a)*(a|aa)+$') OR regexp_like(printf('%.*c', 5000, 'a') || '!', '^(a+)+$')",
		("(SELECT count(*) FROM json_each(printf('[%.*c1]', 9, ' ')) a, json_each('[' || replace(printf('%.*c', 3000, 'x'), 'x', '1,') || '1]') b,"
		 " json_each('[' || replace(printf('%.*c', 3000, 'x'), 'x', '1,') || '1]') c)"),
		"length(replace(printf('%.*c', 3000000, 'x'), 'x', 'yyyyyyyyyy'))",
		"time_parse('2026-01-01', 'Atlantis/City')",
		"time_parse('2026-01-01', 'UTC', 'ydm')",
	};
	struct fixture *f = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		scoped(expr) e = expr_new(f->space, rows[i], &error);

		if (!e)
			fail_msg("%s", error->message);
		assert_int_equal(expr_truth(e, &error), EXPR_UNKNOWN);
		if (!error)
			fail_msg("no failure: %s", rows[i]);
	}
}

static void null_is_unknown_without_an_error(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GError) error = NULL;
	scoped(expr) e = expr_new(f->space, "name = 'x'", NULL);

	assert_int_equal(expr_truth(e, &error), EXPR_UNKNOWN);
	assert_null(error);
	expr_set_text(f->space, 2, "x");
	assert_int_equal(expr_truth(e, &error), EXPR_TRUE);
	expr_set_text(f->space, 2, "y");
	assert_int_equal(expr_truth(e, &error), EXPR_FALSE);
	assert_int_equal(expr_int(e, 7, NULL), 0);
	expr_set_null(f->space, 2);
	assert_int_equal(expr_int(e, 7, NULL), 7);
}

static void lists_take_arrays_single_objects_and_nothing(void **state)
{
	struct fixture *f = *state;
	scoped(expr) array = expr_new(f->space, "body -> '$.a'", NULL);
	scoped(expr) object = expr_new(f->space, "body -> '$.o'", NULL);
	scoped(expr) nothing = expr_new(f->space, "body -> '$.z'", NULL);
	scoped(expr) broken = expr_new(f->space, "'{'", NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) items = expr_list(array, 9, &error);
	g_autoptr(GPtrArray) single = expr_list(object, 9, &error);
	g_autoptr(GPtrArray) none = expr_list(nothing, 9, &error);
	g_autoptr(GPtrArray) first = expr_list(array, 1, &error);

	assert_null(error);
	assert_int_equal(items->len, 2);
	assert_string_equal(items->pdata[1], "{\"b\":\"x\"}");
	assert_int_equal(single->len, 1);
	assert_string_equal(single->pdata[0], "{\"k\":2}");
	assert_int_equal(none->len, 0);
	assert_int_equal(first->len, 1);
	assert_null(expr_list(broken, 9, &error));
	assert_non_null(error);
}

static void times_of_all_carriers_are_read(void **state)
{
	static const struct { const char *text; enum moment_form form; gint64 at; } rows[] = {
		{ "2026-11-20T10:02:00Z", MOMENT_YMD, 1795168920 },
		{ "2026-11-20T10:02:00.000+01:00", MOMENT_YMD, 1795165320 },
		{ "2026-11-20T10:02:00+0100", MOMENT_YMD, 1795165320 },
		{ "20261120100200", MOMENT_YMD, 1795165320 },
		{ "20261120 100200", MOMENT_YMD, 1795165320 },
		{ "2026-11-20", MOMENT_YMD, 1795129200 },
		{ "20.11.2026, 10:02", MOMENT_DMY, 1795165320 },
		{ "20-11-2026 10:02:00", MOMENT_DMY, 1795165320 },
		{ "20/11/2026", MOMENT_DMY, 1795129200 },
		{ "20 Nov 2026 10:02", MOMENT_DMY, 1795165320 },
		{ "11/20/2026 10:02:00 AM", MOMENT_MDY, 1795165320 },
		{ "November 20, 2026 10:02 pm", MOMENT_MDY, 1795208520 },
		{ "11/20/2026 12:02:00 AM", MOMENT_MDY, 1795129320 },
		{ "1795165320000", MOMENT_EPOCH_MS, 1795165320 },
		{ "1795165320", MOMENT_EPOCH, 1795165320 },
		{ "", MOMENT_YMD, 0 }, { "2026-02-31", MOMENT_YMD, 0 }, { "2026-13-01", MOMENT_YMD, 0 },
		{ "2026-11-20T25:00", MOMENT_YMD, 0 }, { "2026-11-20T10:61", MOMENT_YMD, 0 }, { "2026-11-20T10", MOMENT_YMD, 0 },
		{ "20.11.2026", MOMENT_YMD, 0 }, { "tomorrow", MOMENT_DMY, 0 }, { "1969-01-01", MOMENT_YMD, 0 },
		{ "2026-11-20T10:02:00+99:00", MOMENT_YMD, 0 }, { "99999999999999", MOMENT_EPOCH, 0 },
		{ "2026-11-20T10:02:00 Berlin", MOMENT_YMD, 0 }, { "x", MOMENT_EPOCH, 0 },
	};
	g_autoptr(GTimeZone) berlin = g_time_zone_new_identifier("Europe/Berlin");

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		gint64 at = moment_parse(rows[i].text, berlin, rows[i].form);

		if (at != rows[i].at)
			fail_msg("%s gives %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT, rows[i].text, at, rows[i].at);
	}
	/* Summer and winter of one zone. */
	assert_int_equal(moment_parse("2026-07-01 12:00", berlin, MOMENT_YMD), moment_parse("2026-07-01T10:00Z", NULL, MOMENT_YMD));
	assert_int_equal(moment_parse("2026-11-20T10:02:00", berlin, MOMENT_YMD), 1795165320);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(values_come_out_as_sql_says, make, unmake),
		cmocka_unit_test_setup_teardown(what_is_not_allowed_does_not_compile, make, unmake),
		cmocka_unit_test_setup_teardown(failures_are_unknown_and_say_why, make, unmake),
		cmocka_unit_test_setup_teardown(null_is_unknown_without_an_error, make, unmake),
		cmocka_unit_test_setup_teardown(lists_take_arrays_single_objects_and_nothing, make, unmake),
		cmocka_unit_test(times_of_all_carriers_are_read),
	};
	return cmocka_run_group_tests_name("expr", tests, NULL, NULL);
}
