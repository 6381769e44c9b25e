/* Concepts of a text to tokens. */
#include "gloss_p.h"

#include <string.h>

/* Of a text. What people write has some hundreds; with four concepts each, these take 50 ms. */
#define PLACES_MOST 4000

struct place {
	guint count;
	guint8 of[GLOSS_SENSES_MOST];
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
	guint placed;		/* of the text */
	gsize asked;		/* behind the sentence's question mark; 0: none */
};

/* The longest entry of several words that starts at words[at]; 0 for none, else *count words. */
static guint32 look_up_run(const struct gloss *gloss, const GArray *words, guint at, guint *count)
{
	const char *first = g_array_index(words, struct word, at).text;
	const guint longest = GPOINTER_TO_UINT(g_hash_table_lookup(gloss->runs, first));
	const guint most = MIN(longest, words->len - at);
	gsize ends[GLOSS_RUN_MOST + 1] = { 0 };
	char key[GLOSS_RUN_BYTES] = "";
	guint taken = 0;

	for (; taken < most; taken++) {
		const char *word = g_array_index(words, struct word, at + taken).text;
		const gsize used = ends[taken];

		if (used + strlen(word) + 2 > sizeof key)
			break;
		ends[taken + 1] = (gsize) (g_stpcpy(g_stpcpy(key + used, taken ? "_" : ""), word) - key);
	}
	for (; taken > 1; taken--) {
		key[ends[taken]] = '\0';
		const guint32 found = gloss_look_up(gloss, key, ends[taken - 1] + 1);

		if (found) {
			*count = taken;
			return found;
		}
	}
	return 0;
}

static void add_place(struct walk *walk, guint32 found, gsize start, gsize end)
{
	struct place place = { .start = start, .end = end };

	if (!found || walk->placed == PLACES_MOST)
		return;
	for (; found; found >>= 8)
		place.of[place.count++] = found & 0xFF;
	g_array_append_val(walk->places, place);
	walk->placed++;
}

/* The words since the last call become places. */
static void place_words(struct walk *walk)
{
	for (guint i = 0, count; i < walk->words->len; i += count) {
		const struct word *word = &g_array_index(walk->words, struct word, i);
		guint32 found = look_up_run(walk->gloss, walk->words, i, &count);

		if (!found) {
			found = gloss_look_up(walk->gloss, word->text, 0);
			count = 1;
		}
		add_place(walk, found, word->start, g_array_index(walk->words, struct word, i + count - 1).end);
	}
	g_array_set_size(walk->words, 0);
}

static const char *name(const struct walk *walk, const struct place *place, guint sense)
{
	return walk->gloss->concepts[place->of[sense]];
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
	for (guint i = 0; i < from->count; i++)
		for (guint k = 0; k < to->count; k++) {
			const char *a = name(walk, from, i), *b = name(walk, to, k);
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
	for (guint i = 0; i < places[0].count; i++)
		for (guint k = 0; k < places[1].count; k++)
			for (guint m = 0; m < places[2].count; m++) {
				const char *of[3] = { name(walk, &places[0], i), name(walk, &places[1], k),
						      name(walk, &places[2], m) };

				say_sorted(walk, &places[0], &places[2], of);
			}
}

static void end_sentence(struct walk *walk)
{
	const struct place *places;
	guint count;

	place_words(walk);
	if (walk->asked)
		add_place(walk, GLOSS_QUESTION, walk->asked - 1, walk->asked);
	places = (const struct place *) (const void *) walk->places->data;
	count = walk->places->len;
	for (guint i = 0; i < count; i++) {
		for (guint k = 0; k < places[i].count; k++)
			say(walk, &places[i], &places[i], name(walk, &places[i], k), "", "", "");
		for (guint k = i + 1; k < count && k <= i + GLOSS_WINDOW; k++)
			say_two(walk, &places[i], &places[k], k == i + 1);
		if (i + 2 < count)
			say_three(walk, places + i);
	}
	g_array_set_size(walk->places, 0);
	walk->asked = 0;
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
	glong letters = 0;
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
		const guint32 found = GPOINTER_TO_UINT(g_hash_table_lookup(walk->gloss->words, piece));
		if (found) {
			add_place(walk, found, start, end);
			return end;
		}
	}
	return (gsize) (g_utf8_next_char(text + start) - text);
}

static gsize span_of(const char *text, gsize at)
{
	while (text[at]) {
		const gunichar letter = g_utf8_get_char(text + at);

		if (!g_unichar_isalnum(letter) || letter >= GLOSS_FIRST_IDEOGRAPH)
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

		if (letter == '?')
			walk.asked = next;
		if (letter >= GLOSS_FIRST_IDEOGRAPH) {
			place_words(&walk);
			at = take_piece(&walk, text, at);
		} else if (g_unichar_isalnum(letter)) {
			const gsize end = span_of(text, at);

			take_word(&walk, text, at, end);
			at = end;
		} else {
			if (letter == '\n' || letter == ';')
				end_sentence(&walk);
			at = next;
		}
	}
	end_sentence(&walk);
}
