#include "tests/lib/unit.h"

#include "wismo/core/lint.h"

#include <string.h>

static const struct channel strict = { .rules = { .plain_only = true, .max_chars = 200 } };
static const char *const numbers[] = { "00340434161094021501", "305-1234567-1234567", NULL };

/* says NULL: the text may leave; else the first finding. */
struct row { const char *text, *says; int line, column; };

static void expect(const struct channel *channel, const struct row *rows, gsize n)
{
	for (gsize i = 0; i < n; i++) {
		g_autoptr(GPtrArray) findings = lint_text(channel, rows[i].text, numbers);
		const struct lint_finding *first = findings->len ? findings->pdata[0] : NULL;

		if (!first != !rows[i].says)
			fail_msg("\"%s\": %s", rows[i].text, first ? first->what : "nothing found");
		if (first && (!strstr(first->what, rows[i].says) || first->line != rows[i].line || first->column != rows[i].column))
			fail_msg("\"%s\": %d:%d %s", rows[i].text, first->line, first->column, first->what);
	}
}

static void a_marketplace_gets_no_way_around_it(void **state)
{
	static const struct row rows[] = {
		{ "Your parcel is on its way.\n", NULL, 0, 0 },
		{ "Order 305-1234567-1234567, parcel 00340434161094021501, 24.11.2026.", NULL, 0, 0 },
		{ "\xc3\xa4\n\xc3\xb6\xc3\xbc www.shop.example", "links", 2, 4 },
		{ "see https://shop.example/a", "links", 1, 5 },
		{ "write to help@shop.example", "mail addresses", 1, 10 },
		{ "a\ncall 030 12345678", "phone", 2, 6 },
		{ "<b>hello</b>", "HTML", 1, 1 },
		{ "please cancel the order", "cancel", 1, 1 },
		{ "hello \xf0\x9f\x98\x80", "emoji", 1, 7 },
	};

	(void) state;
	expect(&strict, rows, G_N_ELEMENTS(rows));
}

static void some_things_are_wrong_in_every_channel(void **state)
{
	static const struct row rows[] = {
		{ "see https://shop.example/a, 030 12345678", NULL, 0, 0 },
		{ "", "empty", 1, 1 },
		{ " \n\t", "empty", 1, 1 },
		{ "Hello {{name}}", "template", 1, 7 },
		{ "a\rb", "U+000D", 1, 2 },
		{ "a\xc2\x85" "b", "U+0085", 1, 2 },
		{ "a\xff" "b", "UTF-8", 1, 1 },
	};

	(void) state;
	expect(NULL, rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_marketplace_gets_no_way_around_it),
		cmocka_unit_test(some_things_are_wrong_in_every_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
