/* Stop words decide: they are a third of what people write and differ between all eleven languages. In a few
 * words without any ("colis perdu"), the words that a language's lexicon knows decide. */
#include "wismo/core/language.h"

#include <string.h>

#define TALLIED 16	/* packs */
#define STEM 6		/* letters; folded words of our languages are ASCII, but for a few letters */
#define KNOWN 0.7	/* against 1 for a stop word */

struct tally {
	double points[TALLIED];
	int tokens;
};

/* Letters that, among our languages, belong to the named ones. */
static const struct { const char *letters, *langs; } marks[] = {
	{ "ß", "de" }, { "äö", "de sv" }, { "ü", "de tr es" }, { "å", "sv" }, { "łąęśźż", "pl" }, { "ğış", "tr" },
	{ "ñ¿¡", "es" }, { "ãõ", "pt" }, { "ç", "pt fr tr" }, { "œêùœ", "fr" }, { "ò", "it" },
};

static bool names(const char *langs, const char *lang)
{
	const char *found = strstr(langs, lang);

	return found != NULL;
}

static void tally_mark(const struct packs *packs, struct tally *tally, gunichar letter, double weight)
{
	for (gsize m = 0; m < G_N_ELEMENTS(marks); m++)
		if (g_utf8_strchr(marks[m].letters, -1, letter))
			for (guint i = 0; i < packs->list->len && i < TALLIED; i++) {
				const struct pack *pack = g_ptr_array_index(packs->list, i);

				if (names(marks[m].langs, pack->lang))
					tally->points[i] += 0.4 * weight;
			}
}

/* One look-up for all languages instead of one for each: a bit for each pack whose stop word it is, and TALLIED
 * places above one for each whose lexicon knows it. Keys are borrowed from the packs. */
static void mark_word(GHashTable *vocabulary, const char *word, guint bit)
{
	const guint bits = GPOINTER_TO_UINT(g_hash_table_lookup(vocabulary, word));

	g_hash_table_insert(vocabulary, (gpointer) word, GUINT_TO_POINTER(bits | 1u << bit));
}

static GHashTable *collect_vocabulary(const struct packs *packs)
{
	GHashTable *vocabulary = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < packs->list->len && i < TALLIED; i++) {
		const struct pack *pack = g_ptr_array_index(packs->list, i);
		GHashTableIter iter;
		gpointer word;

		g_hash_table_iter_init(&iter, pack->stop);
		while (g_hash_table_iter_next(&iter, &word, NULL))
			mark_word(vocabulary, word, i);
		if (!pack->lexicon)
			continue;
		lexicon_start(pack->lexicon, &iter);
		while (g_hash_table_iter_next(&iter, &word, NULL))
			if (!strchr(word, '_'))
				mark_word(vocabulary, word, TALLIED + i);
	}
	return vocabulary;
}

/* The word, or at least its first letters, in a lexicon. What several languages know says less for each of them. */
static void tally_known(const struct packs *packs, struct tally *tally, const char *word, guint known, double weight)
{
	int count = 0;

	if (strlen(word) > STEM) {
		char stem[STEM + 2];

		memcpy(stem, word, STEM);
		memcpy(stem + STEM, "-", 2);
		known |= GPOINTER_TO_UINT(g_hash_table_lookup(packs->vocabulary, stem)) >> TALLIED;
	}
	for (guint bits = known; bits; bits &= bits - 1)
		count++;
	for (guint i = 0; known >> i; i++)
		if (known >> i & 1)
			tally->points[i] += KNOWN * weight / count;
}

static void tally_word(const struct packs *packs, struct tally *tally, const char *word, double weight)
{
	const guint bits = GPOINTER_TO_UINT(g_hash_table_lookup(packs->vocabulary, word));

	for (guint i = 0; i < TALLIED && bits >> i; i++)
		if (bits >> i & 1)
			tally->points[i] += weight;
	tally_known(packs, tally, word, bits >> TALLIED, weight);
	tally->tokens++;
}

#define TOKENS_CAP 400	/* more words cannot change the answer */

/* Counts words of `text`; returns how many letters are kana or han. */
static int tally_text(const struct packs *packs, struct tally *tally, const char *text, double weight)
{
	g_autoptr(GString) word = g_string_new(NULL);
	int cjk = 0;

	for (const char *p = text; tally->tokens < TOKENS_CAP; p = g_utf8_next_char(p)) {
		const gunichar letter = (guchar) *p < 0x80 ? (gunichar) g_ascii_tolower(*p) : g_unichar_tolower(g_utf8_get_char(p));

		if (letter < 0x80 && g_ascii_isalpha((char) letter)) {
			g_string_append_c(word, (char) letter);
		} else if (letter >= 0x3040 && letter < 0xA000) {
			cjk++;
		} else if (letter && (g_unichar_isalpha(letter) || letter == 0x307)) {
			if (letter >= 0x80)
				tally_mark(packs, tally, letter, weight);
			if (letter != 0x307)
				g_string_append_unichar(word, letter);
		} else {
			if (word->len) {
				scoped(folded) folded = fold_done_ok(word->str, FOLD_PLAIN)
							? NULL : fold_text(word->str, FOLD_PLAIN, NULL);

				tally_word(packs, tally, folded ? folded->text : word->str, weight);
				g_string_truncate(word, 0);
			}
			if (!letter)
				break;
		}
	}
	return cjk;
}

struct language_guess language_guess(struct packs *packs, const char *text, const char *subject, const char *hint)
{
	struct tally tally = { { 0 }, 0 };
	struct language_guess guess = { NULL, NULL, 0 };
	int best = -1, second = -1;

	if (!packs->vocabulary)
		packs->vocabulary = collect_vocabulary(packs);
	if (tally_text(packs, &tally, text, 1) >= 3)
		return (struct language_guess) { "ja", NULL, 1 };
	if (subject && tally.tokens < 6)
		tally_text(packs, &tally, subject, 0.5);
	for (guint i = 0; i < packs->list->len && i < TALLIED; i++) {
		const struct pack *pack = g_ptr_array_index(packs->list, i);

		if (hint && strcmp(pack->lang, hint) == 0)
			tally.points[i] += 0.3;
		if (pack->lang[0] == '*' || tally.points[i] <= 0)
			continue;
		if (best < 0 || tally.points[i] > tally.points[best]) {
			second = best;
			best = (int) i;
		} else if (second < 0 || tally.points[i] > tally.points[second]) {
			second = (int) i;
		}
	}
	if (best < 0)
		return guess;
	guess.lang = ((const struct pack *) g_ptr_array_index(packs->list, best))->lang;
	guess.sure = tally.points[best] / (tally.points[best] + (second < 0 ? 0.3 : tally.points[second] + 0.3));
	if (second >= 0 && tally.points[second] >= 3 && tally.points[second] >= 0.4 * tally.points[best])
		guess.second = ((const struct pack *) g_ptr_array_index(packs->list, second))->lang;
	return guess;
}
