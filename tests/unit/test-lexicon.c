/* Tokens of words, stems, neighbours and scripts without blanks. */
#include "wismo/core/lexicon.h"

#include "tests/lib/unit.h"

#include <string.h>

static void collect(const char *token, gsize start, gsize end, void *data)
{
	GString *all = data;

	(void) start;
	(void) end;
	g_string_append_printf(all, "%s%s", all->len ? " " : "", token);
}

static void count_token(const char *token, gsize start, gsize end, void *data)
{
	gsize *count = data;

	(void) token;
	(void) start;
	(void) end;
	++*count;
}

static char *tokens_of(const char *text)
{
	scoped(folded) folded = fold_text(text, FOLD_PLAIN, NULL);
	GString *all = g_string_new(NULL);

	lexicon_tokens(folded, collect, all);
	return g_string_free(all, FALSE);
}

static void words_stems_and_neighbours(void **state)
{
	static const char *const rows[][2] = {
		{ "Kein Paket", "kein ^_kein paket pake- kein_paket paket_$" },
		{ "zerbrochen", "zerbrochen zerb- zerbro- ^_zerbr zerbr_$" },
		{ "am 14. oder 3x", "am ^_am 0 am_0 oder 0_oder 0x oder_0x 0x_$" },
		{ "Da!\nWeg", "da ^_da da_$ weg ^_weg weg_$" },
		{ "", "" },
		{ "...", "" },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *got = tokens_of(rows[i][0]);

		assert_string_equal(got, rows[i][1]);
	}
}

static void ideographs_come_in_runs_of_up_to_four(void **state)
{
	g_autofree char *got = tokens_of("荷物が届");

	(void) state;
	assert_string_equal(got, "荷 荷物 荷物が 荷物が届 物 物が 物が届 が が届 届");
}

static void a_word_without_end_is_cut_and_nothing_breaks(void **state)
{
	g_autofree char *word = g_strnfill(10000, 'x');
	g_autofree char *mixed = g_strdup_printf("a%sb 1", word);
	g_autofree char *got = tokens_of(mixed);

	(void) state;
	assert_non_null(strstr(got, "0"));
}

/* Longer than fold_text would give it, so that a square of the length is minutes and the length itself moments. */
static void a_script_without_blanks_takes_time_by_its_length(void **state)
{
	const gint64 began = g_get_monotonic_time();
	g_autoptr(GString) text = g_string_new(NULL);
	gsize count = 0;

	(void) state;
	while (text->len < 1000000)
		g_string_append(text, "鬱");
	const struct folded folded = { text->str, text->len, NULL };
	lexicon_tokens(&folded, count_token, &count);
	assert_int_equal(count, 4 * (text->len / strlen("鬱")) - 3 - 2 - 1);	/* the last letters begin fewer */
	assert_true(g_get_monotonic_time() - began < 20 * G_USEC_PER_SEC);	/* a hang, not a speed */
}

static void weights_are_found_again(void **state)
{
	scoped(lexicon) lexicon = lexicon_new();

	(void) state;
	for (int i = 0; i < 3000; i++) {
		g_autofree char *token = g_strdup_printf("wort%d", i);

		lexicon_add(lexicon, token)->weight[INTENT_DAMAGED] = (gint8) (i % 100);
	}
	lexicon_add(lexicon, "wort7")->weight[INTENT_NOT_ARRIVED] = -5;
	for (int i = 0; i < 3000; i++) {
		g_autofree char *token = g_strdup_printf("wort%d", i);

		assert_int_equal(lexicon_find(lexicon, token, NULL)->weight[INTENT_DAMAGED], i % 100);
	}
	assert_int_equal(lexicon_find(lexicon, "wort7", NULL)->weight[INTENT_NOT_ARRIVED], -5);
	assert_null(lexicon_find(lexicon, "heil", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_stems_and_neighbours),
		cmocka_unit_test(ideographs_come_in_runs_of_up_to_four),
		cmocka_unit_test(a_word_without_end_is_cut_and_nothing_breaks),
		cmocka_unit_test(a_script_without_blanks_takes_time_by_its_length),
		cmocka_unit_test(weights_are_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
