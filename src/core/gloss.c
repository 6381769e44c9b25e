/* Words to concepts, concepts to tokens. */
#include "wismo/core/gloss.h"

#include <string.h>

#define STEM_LEAST 2		/* bytes */
#define FIRST_IDEOGRAPH 0x2E80

struct senses {
	int count;
	const char *of[GLOSS_SENSES_MOST];
};

struct run {
	char *words[GLOSS_RUN_MOST];
	int count;
	bool stem;		/* the last word may go on */
	struct senses senses;
};

struct gloss {
	GHashTable *words, *stems;	/* char * -> struct senses */
	GHashTable *runs;		/* first word, borrowed of the run -> GPtrArray of struct run, longest first */
	glong piece_most;		/* letters of the longest entry in a script without blanks */
};

struct place {
	const struct senses *senses;
	gsize start, end;	/* folded */
};

struct word {
	char text[LEXICON_TOKEN_MOST];
	gsize start, end;
};

struct walk {
	const struct gloss *gloss;
	lexicon_visit *visit;
	void *data;
	GArray *words;		/* struct word of the sentence, that no place was made of yet */
	GArray *places;		/* struct place of the sentence */
	bool asks;
};

static const struct senses digits = { 1, { "digits" } };
static const struct senses question = { 1, { "question" } };

static void run_free(gpointer pointer)
{
	struct run *run = pointer;

	for (int i = 0; i < run->count; i++)
		g_free(run->words[i]);
	g_free(run);
}

struct gloss *gloss_new(void)
{
	struct gloss *gloss = g_new0(struct gloss, 1);

	gloss->words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	gloss->stems = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	gloss->runs = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
	return gloss;
}

void gloss_free(struct gloss *gloss)
{
	if (!gloss)
		return;
	g_hash_table_unref(gloss->words);
	g_hash_table_unref(gloss->stems);
	g_hash_table_unref(gloss->runs);
	g_free(gloss);
}

static bool add_sense(struct senses *senses, const char *concept)
{
	for (int i = 0; i < senses->count; i++)
		if (strcmp(senses->of[i], concept) == 0)
			return true;
	if (senses->count == GLOSS_SENSES_MOST)
		return false;
	senses->of[senses->count++] = concept;
	return true;
}

static bool add_single(GHashTable *table, const char *word, const char *concept)
{
	struct senses *senses = g_hash_table_lookup(table, word);

	if (!senses) {
		senses = g_new0(struct senses, 1);
		g_hash_table_insert(table, g_strdup(word), senses);
	}
	return add_sense(senses, concept);
}

static gint longest_first(gconstpointer a, gconstpointer b)
{
	const struct run *left = *(struct run *const *) a, *right = *(struct run *const *) b;

	return right->count - left->count;
}

static struct run *find_run(GPtrArray *runs, char *const *words, int count, bool stem)
{
	for (guint i = 0; runs && i < runs->len; i++) {
		struct run *run = g_ptr_array_index(runs, i);
		bool same = run->count == count && run->stem == stem;

		for (int w = 0; same && w < count; w++)
			same = strcmp(run->words[w], words[w]) == 0;
		if (same)
			return run;
	}
	return NULL;
}

static bool add_run(struct gloss *gloss, char *const *words, int count, bool stem, const char *concept)
{
	GPtrArray *runs = g_hash_table_lookup(gloss->runs, words[0]);
	struct run *run = find_run(runs, words, count, stem);

	if (run)
		return add_sense(&run->senses, concept);
	run = g_new0(struct run, 1);
	run->count = count;
	run->stem = stem;
	for (int i = 0; i < count; i++)
		run->words[i] = g_strdup(words[i]);
	if (!runs) {
		runs = g_ptr_array_new_with_free_func(run_free);
		g_hash_table_insert(gloss->runs, run->words[0], runs);
	}
	g_ptr_array_add(runs, run);
	g_ptr_array_sort(runs, longest_first);
	return add_sense(&run->senses, concept);
}

bool gloss_add(struct gloss *gloss, const char *concept, const char *entry, enum fold_flags fold)
{
	const bool stem = g_str_has_suffix(entry, "*");
	g_autofree char *bare = g_strndup(entry, strlen(entry) - stem);
	g_auto(GStrv) parts = g_strsplit(bare, "_", -1);
	const guint count = g_strv_length(parts);

	if (!count || count > GLOSS_RUN_MOST)
		return false;
	for (guint i = 0; i < count; i++) {
		scoped(folded) folded = fold_text(parts[i], fold, NULL);

		if (!folded->length || folded->length >= LEXICON_TOKEN_MOST)
			return false;
		g_free(parts[i]);
		parts[i] = g_strdup(folded->text);
	}
	if (count > 1)
		return add_run(gloss, parts, (int) count, stem, concept);
	if (g_utf8_get_char(parts[0]) >= FIRST_IDEOGRAPH)
		gloss->piece_most = MAX(gloss->piece_most, g_utf8_strlen(parts[0], -1));
	return add_single(stem ? gloss->stems : gloss->words, parts[0], concept);
}

static const struct senses *look_up(const struct gloss *gloss, const char *word)
{
	char beginning[LEXICON_TOKEN_MOST];
	const struct senses *senses = g_hash_table_lookup(gloss->words, word);
	gsize length = strlen(word);

	if (senses)
		return senses;
	if (word[strspn(word, "0123456789")] == '\0')
		return &digits;
	memcpy(beginning, word, length + 1);
	for (; length >= STEM_LEAST; length--) {
		beginning[length] = '\0';
		senses = g_hash_table_lookup(gloss->stems, beginning);
		if (senses)
			return senses;
	}
	return NULL;
}

static bool is_same(const struct run *run, int at, const char *word)
{
	return run->stem && at == run->count - 1 ? g_str_has_prefix(word, run->words[at]) : strcmp(run->words[at], word) == 0;
}

/* The longest run that starts at words[at]; NULL for none. */
static const struct run *look_up_run(const struct gloss *gloss, const GArray *words, guint at)
{
	const struct word *first = &g_array_index(words, struct word, at);
	const GPtrArray *runs = g_hash_table_lookup(gloss->runs, first->text);

	for (guint i = 0; runs && i < runs->len; i++) {
		const struct run *run = g_ptr_array_index(runs, i);
		int same = 1;

		while (same < run->count && at + (guint) same < words->len &&
		       is_same(run, same, g_array_index(words, struct word, at + (guint) same).text))
			same++;
		if (same == run->count)
			return run;
	}
	return NULL;
}

static void add_place(struct walk *walk, const struct senses *senses, gsize start, gsize end)
{
	const struct place place = { senses, start, end };

	if (senses)
		g_array_append_val(walk->places, place);
}

/* The words since the last call become places. */
static void place_words(struct walk *walk)
{
	for (guint i = 0; i < walk->words->len;) {
		const struct word *word = &g_array_index(walk->words, struct word, i);
		const struct run *run = look_up_run(walk->gloss, walk->words, i);
		const guint last = i + (run ? (guint) run->count : 1) - 1;

		add_place(walk, run ? &run->senses : look_up(walk->gloss, word->text), word->start,
			  g_array_index(walk->words, struct word, last).end);
		i = last + 1;
	}
	g_array_set_size(walk->words, 0);
}

static void say(const struct walk *walk, const struct place *from, const struct place *to, const char *a,
		const char *mark, const char *b, const char *c)
{
	char token[LEXICON_TOKEN_MOST];

	if (g_snprintf(token, sizeof token, "%s%s%s%s%s", a, mark, b, *c ? mark : "", c) < (int) sizeof token)
		walk->visit(token, from->start, MAX(from->end, to->end), walk->data);
}

static void say_two(const struct walk *walk, const struct place *from, const struct place *to, bool neighbours)
{
	for (int i = 0; i < from->senses->count; i++)
		for (int k = 0; k < to->senses->count; k++) {
			const char *a = from->senses->of[i], *b = to->senses->of[k];
			const int order = strcmp(a, b);

			if (order)
				say(walk, from, to, order < 0 ? a : b, "+", order < 0 ? b : a, "");
			if (neighbours)
				say(walk, from, to, a, ">", b, "");
		}
}

static void say_sorted(const struct walk *walk, const struct place *from, const struct place *to, const char *of[3])
{
	for (int i = 0; i < 2; i++)
		for (int k = 0; k < 2 - i; k++)
			if (strcmp(of[k], of[k + 1]) > 0) {
				const char *swap = of[k];

				of[k] = of[k + 1];
				of[k + 1] = swap;
			}
	if (strcmp(of[0], of[1]) != 0 && strcmp(of[1], of[2]) != 0)
		say(walk, from, to, of[0], "+", of[1], of[2]);
}

static void say_three(const struct walk *walk, const struct place places[static 3])
{
	for (int i = 0; i < places[0].senses->count; i++)
		for (int k = 0; k < places[1].senses->count; k++)
			for (int m = 0; m < places[2].senses->count; m++) {
				const char *of[3] = { places[0].senses->of[i], places[1].senses->of[k],
						      places[2].senses->of[m] };

				say_sorted(walk, &places[0], &places[2], of);
			}
}

static void end_sentence(struct walk *walk, gsize at)
{
	const struct place *places;
	guint count;

	place_words(walk);
	add_place(walk, walk->asks ? &question : NULL, at, at);
	places = (const struct place *) (const void *) walk->places->data;
	count = walk->places->len;
	for (guint i = 0; i < count; i++) {
		for (int k = 0; k < places[i].senses->count; k++)
			say(walk, &places[i], &places[i], places[i].senses->of[k], "", "", "");
		for (guint k = i + 1; k < count && k <= i + GLOSS_WINDOW; k++)
			say_two(walk, &places[i], &places[k], k == i + 1);
		if (i + 2 < count)
			say_three(walk, places + i);
	}
	g_array_set_size(walk->places, 0);
	walk->asks = false;
}

static void take_word(struct walk *walk, const char *text, gsize start, gsize end)
{
	struct word word = { .start = start, .end = end };

	memcpy(word.text, text + start, MIN(end - start, sizeof word.text - 1));
	g_array_append_val(walk->words, word);
}

/* The longest piece at `start`; gives where to go on. */
static gsize take_piece(struct walk *walk, const char *text, gsize start)
{
	char piece[LEXICON_TOKEN_MOST];
	gsize ends[LEXICON_TOKEN_MOST];
	int letters = 0;
	gsize to = start;

	while (letters < walk->gloss->piece_most && text[to] && text[to] != '\n' && text[to] != ' ') {
		to = (gsize) (g_utf8_next_char(text + to) - text);
		if (to - start >= sizeof piece)
			break;
		ends[letters++] = to;
	}
	for (; letters > 0; letters--) {
		const gsize end = ends[letters - 1];

		memcpy(piece, text + start, end - start);
		piece[end - start] = '\0';
		const struct senses *senses = g_hash_table_lookup(walk->gloss->words, piece);
		if (senses) {
			add_place(walk, senses, start, end);
			return end;
		}
	}
	return (gsize) (g_utf8_next_char(text + start) - text);
}

static gsize span_of(const char *text, gsize at)
{
	while (text[at]) {
		const gunichar letter = g_utf8_get_char(text + at);

		if (!g_unichar_isalnum(letter) || letter >= FIRST_IDEOGRAPH)
			break;
		at = (gsize) (g_utf8_next_char(text + at) - text);
	}
	return at;
}

void gloss_tokens(const struct gloss *gloss, const struct folded *folded, lexicon_visit *visit, void *data)
{
	g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(struct word));
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(struct place));
	struct walk walk = { .gloss = gloss, .visit = visit, .data = data, .words = words, .places = places };
	const char *text = folded->text;

	for (gsize at = 0; text[at];) {
		const gunichar letter = g_utf8_get_char(text + at);
		const gsize next = (gsize) (g_utf8_next_char(text + at) - text);

		walk.asks |= letter == '?';
		if (letter >= FIRST_IDEOGRAPH) {
			place_words(&walk);
			at = take_piece(&walk, text, at);
		} else if (g_unichar_isalnum(letter)) {
			const gsize end = span_of(text, at);

			take_word(&walk, text, at, end);
			at = end;
		} else {
			if (letter == '\n' || letter == ';')
				end_sentence(&walk, at);
			at = next;
		}
	}
	end_sentence(&walk, folded->length);
}
