/* Words to concepts to tokens. */
#include "wismo/core/gloss.h"

#include "tests/lib/unit.h"

#include <string.h>

static void collect(const char *token, gsize start, gsize end, void *data)
{
	GString *all = data;

	(void) start;
	(void) end;
	g_string_append_printf(all, "%s%s", all->len ? " " : "", token);
}

static void collect_places(const char *token, gsize start, gsize end, void *data)
{
	g_string_append_printf(data, "%s@%" G_GSIZE_FORMAT "-%" G_GSIZE_FORMAT " ", token, start, end);
}

static struct gloss *small_gloss(void)
{
	static const char *const rows[][2] = {
		{ "not", "nicht" }, { "not", "kein*" }, { "parcel", "Paket*" }, { "arrive", "ankomm*" },
		{ "arrive", "angekommen" }, { "past", "angekommen" }, { "money", "Geld" }, { "back", "zurück" },
		{ "refund", "Geld_zurück" }, { "refund", "Geld_wieder_hab*" },
		{ "arrive", "届い" }, { "parcel", "荷物" }, { "not", "ない" }, { "ship", "荷" },
	};
	struct gloss *gloss = gloss_new();

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		assert_true(gloss_add(gloss, rows[i][0], rows[i][1], FOLD_UMLAUT, NULL));
	return gloss;
}

static char *tokens_of(const struct gloss *gloss, const char *text, lexicon_visit *visit)
{
	scoped(folded) folded = fold_text(text, FOLD_UMLAUT, NULL);
	GString *all = g_string_new(NULL);

	gloss_tokens(gloss, folded, visit, all);
	return g_string_free(all, FALSE);
}

static void words_become_concepts_and_neighbours(void **state)
{
	static const char *const rows[][2] = {
		{ "Das Paket", "parcel" },
		{ "kein Pakete", "not not+parcel not>parcel parcel" },
		{ "kein\nPaket", "not parcel" },			/* sentences keep apart */
		{ "Paket angekommen", "parcel arrive+parcel parcel>arrive parcel+past parcel>past arrive past" },
		{ "Geld", "money" },
		{ "Geld zurück", "refund" },				/* the run wins over its words */
		{ "Geld zurueck", "refund" },
		{ "Geld wieder haben", "refund" },			/* its last word may go on */
		{ "Geld wieder", "money" },
		{ "Paket?", "parcel parcel+question parcel>question question" },
		{ "ankommen 24 !", "arrive arrive+digits arrive>digits digits" },
		{ "kein kein Paket", "not not>not not+parcel not not+parcel not>parcel parcel" },	/* no concept beside itself */
		{ "", "" },
		{ "Blume", "" },
	};
	scoped(gloss) gloss = small_gloss();

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *got = tokens_of(gloss, rows[i][0], collect);

		assert_string_equal(got, rows[i][1]);
	}
}

static void only_words_within_the_window_meet(void **state)
{
	scoped(gloss) gloss = small_gloss();
	g_autofree char *near = tokens_of(gloss, "Geld 1 2 3 Paket", collect);
	g_autofree char *far = tokens_of(gloss, "Geld 1 2 3 4 Paket", collect);

	(void) state;
	assert_non_null(strstr(near, "money+parcel"));
	assert_null(strstr(far, "money+parcel"));
}

static void pieces_of_a_script_without_blanks_are_the_longest_ones(void **state)
{
	scoped(gloss) gloss = small_gloss();
	g_autofree char *got = tokens_of(gloss, "荷物が届いてない", collect);

	(void) state;
	assert_string_equal(got, "parcel arrive+parcel parcel>arrive not+parcel arrive+not+parcel arrive arrive+not arrive>not not");
}

static void a_token_knows_its_place(void **state)
{
	scoped(gloss) gloss = small_gloss();
	g_autofree char *got = tokens_of(gloss, "kein Paket", collect_places);
	g_autofree char *asked = tokens_of(gloss, "kein da?\nja", collect_places);

	(void) state;
	assert_string_equal(got, "not@0-4 not+parcel@0-10 not>parcel@0-10 parcel@5-10 ");
	assert_string_equal(asked, "not@0-4 not+question@0-8 not>question@0-8 question@7-8 ");
}

static void entries_that_cannot_match_are_refused(void **state)
{
	static const struct { const char *entry, *told; } wrong[] = {
		{ "", "no word" },
		{ "*", "no word" },
		{ "_", "a word of it is empty" },
		{ "a_", "a word of it is empty" },
		{ "_a", "a word of it is empty" },
		{ "a__b", "a word of it is empty" },
		{ "a_b_c_d_e_f_g", "more than 6 words" },
		{ "#", "expected letters and digits" },
		{ "paket*,", "expected letters and digits" },
		{ "pa*ket", "expected letters and digits" },
		{ "\"paket\"", "expected letters and digits" },
		{ "l'avis", "expected letters and digits" },
		{ "l’avis", "expected letters and digits" },
		{ "荷物*", "a piece of a script without blanks" },
		{ "荷物_届い", "a piece of a script without blanks" },
	};
	scoped(gloss) gloss = gloss_new();

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GError) error = NULL;

		assert_false(gloss_add(gloss, "parcel", wrong[i].entry, FOLD_PLAIN, &error));
		if (!strstr(error->message, wrong[i].told))
			fail_msg("%s", error->message);
	}
}

static void what_is_one_too_many_is_refused(void **state)
{
	static const char *const concepts[] = { "aa", "bb", "cc", "dd", "ee" };
	scoped(gloss) gloss = gloss_new();
	g_autofree char *longest = NULL, *longer = NULL;
	g_autoptr(GString) letters = g_string_new(NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	(void) state;
	while (letters->len < 128)
		g_string_append(letters, "xy");
	longest = g_strndup(letters->str, 127);
	longer = g_strndup(letters->str, 128);
	for (gsize i = 0; i < GLOSS_SENSES_MOST; i++)
		assert_true(gloss_add(gloss, concepts[i], "wort", FOLD_PLAIN, NULL));
	assert_true(gloss_add(gloss, concepts[0], "wort", FOLD_PLAIN, NULL));	/* again: nothing new */
	assert_false(gloss_add(gloss, concepts[GLOSS_SENSES_MOST], "wort", FOLD_PLAIN, NULL));
	assert_true(gloss_add(gloss, "aa", longest, FOLD_PLAIN, NULL));
	assert_false(gloss_add(gloss, "aa", longer, FOLD_PLAIN, NULL));
	assert_true(gloss_knows(gloss, longest));
	assert_false(gloss_knows(gloss, longer));
	for (int i = 0; i < GLOSS_CONCEPTS_MOST; i++) {
		g_autofree char *word = g_strdup_printf("w%d", i);

		/* digits, question and the five above are there */
		g_ptr_array_add(names, g_strdup_printf("c%d", i));
		assert_int_equal(gloss_add(gloss, g_ptr_array_index(names, names->len - 1), word, FOLD_PLAIN, NULL),
				 i < GLOSS_CONCEPTS_MOST - 7);
	}
}

static void a_word_without_end_breaks_nothing(void **state)
{
	scoped(gloss) gloss = small_gloss();
	g_autofree char *word = g_strnfill(20000, 'x');
	g_autofree char *text = g_strdup_printf("paket%s %s kein Paket", word, word);
	g_autofree char *got = tokens_of(gloss, text, collect);

	(void) state;
	assert_non_null(strstr(got, "not>parcel"));
}

static void count_token(const char *token, gsize start, gsize end, void *data)
{
	gsize *count = data;

	(void) token;
	(void) start;
	(void) end;
	++*count;
}

/* 64 KB of words with four concepts each, all in one sentence, would be three million tokens. */
static void a_text_full_of_meaning_is_read_up_to_a_bound(void **state)
{
	scoped(gloss) gloss = gloss_new();
	g_autoptr(GString) text = g_string_new(NULL);
	gsize count = 0;

	(void) state;
	for (int i = 0; i < 4 * GLOSS_SENSES_MOST; i++) {
		static const char *const names[] = { "ca", "cb", "cc", "cd", "ce", "cf", "cg", "ch",
						     "ci", "cj", "ck", "cl", "cm", "cn", "co", "cp" };
		const char word[] = { (char) ('a' + i / GLOSS_SENSES_MOST), 0 };

		assert_true(gloss_add(gloss, names[i], word, FOLD_PLAIN, NULL));
	}
	while (text->len < FOLD_CAP_BYTES)
		g_string_append(text, "a b c d ");
	scoped(folded) folded = fold_text(text->str, FOLD_PLAIN, NULL);
	gloss_tokens(gloss, folded, count_token, &count);
	assert_in_range(count, 100000, 600000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_become_concepts_and_neighbours),
		cmocka_unit_test(only_words_within_the_window_meet),
		cmocka_unit_test(pieces_of_a_script_without_blanks_are_the_longest_ones),
		cmocka_unit_test(a_token_knows_its_place),
		cmocka_unit_test(entries_that_cannot_match_are_refused),
		cmocka_unit_test(what_is_one_too_many_is_refused),
		cmocka_unit_test(a_word_without_end_breaks_nothing),
		cmocka_unit_test(a_text_full_of_meaning_is_read_up_to_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
