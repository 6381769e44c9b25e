/* What patterns need, read from their source. */
#include "tests/lib/unit.h"

#include "wismo/core/needle.h"

#include <string.h>

struct row {
	const char *pattern, *text;
	bool may;
};

static void check(const struct row *rows, gsize count)
{
	for (gsize i = 0; i < count; i++) {
		scoped(needles) needles = needles_new();
		scoped(need) need = need_new(needles, rows[i].pattern);
		scoped(held) held = held_new(needles, rows[i].text, strlen(rows[i].text));

		if (need_met(need, held) != rows[i].may)
			fail_msg("%s in \"%s\": expected %d", rows[i].pattern, rows[i].text, rows[i].may);
	}
}

static void words_that_a_pattern_cannot_do_without_are_needed(void **state)
{
	static const struct row rows[] = {
		{ "paket", "mein paket", true }, { "paket", "meine sendung", false },
		{ "(paket|sendung) (ist|war)? ?verloren", "sendung verloren", true },
		{ "(paket|sendung) (ist|war)? ?verloren", "sendung da", false },
		{ "(paket|sendung) (ist|war)? ?verloren", "verloren", false },
		{ "\\b(?:kommt|(?:wann|wo) (?:liefern|bleibt))\\b", "wann bleibt", true },
		{ "\\b(?:kommt|(?:wann|wozu) (?:liefern|bleibt))\\b", "liefern", false },
		{ "(?=.*paket)foo", "foo", false }, { "(?<=paket) fehlt", "paket fehlt", true }, { "(?<=paket) fehlt", " fehlt", false },
		{ "(?<name>abc)def", "abc def", true }, { "(?<name>abc)def", "abc", false },
		{ "(?:abc){2,3}", "xbc", false }, { "(?:abc)+?def", "abcabcdef", true }, { "(?:abc)+?def", "def", false },
		{ "angek\\.ommen", "angekommen", false }, { "angek\\.ommen", "angek.ommen", true },
		{ "追跡番号", "追跡番号", true }, { "追跡番号", "追跡", false },
		{ "abc\\p{L}def", "abcxdef", true }, { "abc\\p{L}def", "abcx", false },
		{ "[[:alpha:]\\]x]{3}abc", "abc", true }, { "[]abc]def", "abc", false }, { "[^]abc]def", "def", true },
		{ "(?>abc|def)ghi", "def", false }, { "(?s:.{0,400}?)abc", "xyz", false }, { "(?s)abc", "xyz", false },
	};

	(void) state;
	check(rows, G_N_ELEMENTS(rows));
}

static void short_words_count_where_they_stand_alone(void **state)
{
	static const struct row rows[] = {
		{ "\\b(un|deux)\\b", "pour un mois", true }, { "\\b(un|deux)\\b", "une", false }, { "\\b(un|deux)\\b", "deuxieme", false },
		{ "\\bun\\b", "un", true }, { "\\bun\\b", "(un)", true }, { "\\bun\\b", "un\u20ac", true }, { "\\bun\\b", "_un", false },
		{ "\\bun", "deux", false }, { "\\bun", "une", true }, { "un\\b", "deux", false }, { "un\\b", "lun", true }, { "\\bu", "x", true },
		{ "wi-?fi|\\bwi-?fi", "x", true }, { "\\bwi-?fi", "wlan", false }, { "\\bwi-?fi", "das wifi", true }, { "\\?", "a", false }, { "\\?", "wo?", true },
		{ "\\ba\\b", "x a", true }, { "\\ba\\b", "xa", false },
		{ "\\b(?:un|(?:le|la))\\b", "la", true }, { "\\b(?:un|(?:le|la))\\b", "las", false },
		{ "\\b(?:un|(?:le|la)s)\\b", "las", true }, { "\\b(?:un|deux)+\\b", "undeux", true }, { "\\b(?:un|deux)\\w*\\b", "une", true },
		{ "\\b(?:un|deux)\\w*\\b", "deuxieme", true }, { "(?=un)\\bune", "une", true }, { "\\b(?<=un) deux", "un deux", true },
		{ "\\b(?:x )?un\\b", "x un", true }, { "\\bx?un\\b", "xun", true }, { "(un|\\bdeux)\\b", "lun", true },
		{ "\\b(?:abc|de)\\b ?fg", "abc fg", true }, { "\\b(?:abc|de)\\b ?fg", "abcd fg", false },
		{ "\\b\u00bfun\\b", "x\u00bfun", true }, { "\\bwifi\\b", "wlan-wifi!", true },
	};

	(void) state;
	check(rows, G_N_ELEMENTS(rows));
}

static void digits_are_a_word(void **state)
{
	static const struct row rows[] = {
		{ "\\b1z[0-9a-z]{16}\\b|[0-9]{9}", "abc", false }, { "\\d{3}", "abc", false }, { "[0-9]+", "a1", true }, { "[0-9]+", "abc", false },
		{ "\\d*", "abc", true }, { "(\\d|zwei) tage", "tage", false }, { "(\\d|zwei) tage", "zwei tage", true }, { "\\d", "\u0663", true },
	};

	(void) state;
	check(rows, G_N_ELEMENTS(rows));
}

static void what_may_be_missing_is_not_needed(void **state)
{
	static const struct row rows[] = {
		{ "pakete?", "paket", true }, { "pakets*", "paket", true }, { "(?:paket)?da", "da", true },
		{ "abcd{0,2}", "abc", true }, { "abcd{0}", "abc", true }, { "abcd{1,2}", "abc", false },
		{ "abc+def", "abccdef", true }, { "abc|d", "d", true }, { "abc|", "x", true }, { "(?:abc|)def", "def", true },
		{ "(?!abc)def", "def", true }, { "(?<!abc)def", "def", true }, { "päckchen?", "päckche", true },
		{ "(?:abc|\\d)def", "1def", true }, { "(?:abc|de)fgh", "defgh", true }, { "(?:abc|.*)", "x", true },
		{ "(?:(?:abc)*|def)", "x", true },
	};

	(void) state;
	check(rows, G_N_ELEMENTS(rows));
}

static void what_is_not_understood_needs_nothing(void **state)
{
	static const struct row rows[] = {
		{ "(?i)paket", "PAKET", true }, { "(?i:paket)", "PAKET", true }, { "(?x: p a k e t )", "paket", true },
		{ "(abc)\\1(def)", "x", true }, { "\\Qabc\\E", "x", true }, { "(?(DEFINE)(?<x>abc))(?&x)", "x", true },
		{ "(*ACCEPT)abc", "x", true }, { "abc{", "x", true }, { "abc{,3}", "x", true }, { "(?#abc)def", "x", true },
		{ "\\x{61}bcd", "x", true }, { "abc)", "x", true }, { "(abc", "x", true }, { "[abc", "x", true }, { "abc\\", "x", true },
		{ "", "x", true }, { "ab", "x", true }, { "(?'n'abc)", "x", true }, { "(?", "x", true }, { "(?<abc", "x", true },
	};

	(void) state;
	check(rows, G_N_ELEMENTS(rows));
}

static void one_text_tells_of_all_patterns(void **state)
{
	static const char text[] = "wo ist meine sendung geblieben";
	scoped(needles) needles = needles_new();
	scoped(need) first = need_new(needles, "(paket|sendung|ware)");
	scoped(need) same = need_new(needles, "(sendung|ware|paket) ist (geblieben|weg)");
	scoped(need) other = need_new(needles, "(paket|ware) ist weg");
	scoped(held) held = held_new(needles, text, strlen(text));
	scoped(need) later = need_new(needles, "(niemals|vielleicht)");

	(void) state;
	assert_true(need_met(first, held));
	assert_true(need_met(same, held));
	assert_false(need_met(other, held));
	/* What the text holds was not asked with this one: nothing is known. */
	assert_true(need_met(later, held));
	assert_true(need_met(NULL, held));
	assert_true(need_met(other, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_that_a_pattern_cannot_do_without_are_needed),
		cmocka_unit_test(short_words_count_where_they_stand_alone),
		cmocka_unit_test(digits_are_a_word),
		cmocka_unit_test(what_may_be_missing_is_not_needed),
		cmocka_unit_test(what_is_not_understood_needs_nothing),
		cmocka_unit_test(one_text_tells_of_all_patterns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
