/* Words to concepts, concepts to tokens. */
#include "wismo/core/gloss.h"

#include "wismo/base/error.h"

#include <string.h>

#define RUN_BYTES 128		/* of an entry */
#define DIGITS 1		/* concepts that need no entry */
#define QUESTION 2
#define FIRST_IDEOGRAPH 0x2E80
#define MARKS "*,;:#\"'?()[]/&+="	/* words of a text end at them, so no entry with one would match */

/* Of a text. What people write has some hundreds; with four concepts each, these take 50 ms. */
#define PLACES_MOST 4000

/* Up to four concepts, a byte each, from the lowest on; 0: none. Each gloss numbers its concepts from 1 on. */
typedef guint32 senses;

struct gloss {
	const char *concepts[GLOSS_CONCEPTS_MOST + 1];	/* borrowed names */
	guint count;			/* of them, with the 0 that is none */
	GHashTable *words, *stems;	/* key, several words with _ between them -> senses */
	GHashTable *runs;		/* first word of several -> words of the longest entry */
	GStringChunk *keys;
	glong piece_most;		/* letters of the longest piece */
};

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

struct gloss *gloss_new(void)
{
	struct gloss *gloss = g_new0(struct gloss, 1);

	gloss->concepts[DIGITS] = "digits";
	gloss->concepts[QUESTION] = "question";
	gloss->count = QUESTION + 1;
	gloss->words = g_hash_table_new(g_str_hash, g_str_equal);
	gloss->stems = g_hash_table_new(g_str_hash, g_str_equal);
	gloss->runs = g_hash_table_new(g_str_hash, g_str_equal);
	gloss->keys = g_string_chunk_new(4096);
	return gloss;
}

void gloss_free(struct gloss *gloss)
{
	if (!gloss)
		return;
	g_hash_table_unref(gloss->words);
	g_hash_table_unref(gloss->stems);
	g_hash_table_unref(gloss->runs);
	g_string_chunk_free(gloss->keys);
	g_free(gloss);
}

/* 0: there are too many. The last ones first, because the entries of a concept come together. */
static guint number_of(struct gloss *gloss, const char *concept)
{
	for (guint i = gloss->count - 1; i > 0; i--)
		if (strcmp(gloss->concepts[i], concept) == 0)
			return i;
	if (gloss->count == G_N_ELEMENTS(gloss->concepts))
		return 0;
	gloss->concepts[gloss->count] = concept;
	return gloss->count++;
}

static bool add_sense(struct gloss *gloss, GHashTable *table, const char *key, guint concept)
{
	senses all = GPOINTER_TO_UINT(g_hash_table_lookup(table, key));
	int shift = 0;

	for (; shift < 8 * GLOSS_SENSES_MOST && (all >> shift & 0xFF); shift += 8)
		if ((all >> shift & 0xFF) == concept)
			return true;
	if (shift == 8 * GLOSS_SENSES_MOST)
		return false;
	if (!all)
		key = g_string_chunk_insert(gloss->keys, key);
	all |= concept << shift;
	g_hash_table_insert(table, (gpointer) key, GUINT_TO_POINTER(all));
	return true;
}

static void note_run(struct gloss *gloss, const char *first, guint count)
{
	const guint most = GPOINTER_TO_UINT(g_hash_table_lookup(gloss->runs, first));

	if (!most)
		first = g_string_chunk_insert(gloss->keys, first);
	if (count > most)
		g_hash_table_insert(gloss->runs, (gpointer) first, GUINT_TO_POINTER(count));
}

static bool refuse(GError **error, const char *entry, const char *format, ...) G_GNUC_PRINTF(3, 4);

static bool refuse(GError **error, const char *entry, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_autofree char *why = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error(error, WISMO_ERROR, WISMO_HALT, "entry \"%s\": %s", entry, why);
	return false;
}

static bool is_piece(const char *key)
{
	return g_utf8_get_char(key) >= FIRST_IDEOGRAPH;
}

/* Folds the words of an entry in place. */
static bool fold_parts(GStrv parts, const char *entry, enum fold_flags fold, GError **error)
{
	const guint count = g_strv_length(parts);

	if (count > GLOSS_RUN_MOST)
		return refuse(error, entry, "more than %d words", GLOSS_RUN_MOST);
	for (guint i = 0; i < count; i++) {
		if (*parts[i] && fold_done_ok(parts[i], fold))
			continue;
		scoped(folded) folded = fold_text(parts[i], fold, NULL);
		if (!folded->length)
			return refuse(error, entry, "a word of it is empty");
		g_free(parts[i]);
		parts[i] = g_strdup(folded->text);
	}
	return count || refuse(error, entry, "no word");
}

bool gloss_add(struct gloss *gloss, const char *concept, const char *entry, enum fold_flags fold, GError **error)
{
	const bool is_stem = g_str_has_suffix(entry, "*");
	g_autofree char *bare = g_strndup(entry, strlen(entry) - is_stem);
	g_auto(GStrv) parts = g_strsplit(bare, "_", -1);
	const guint number = number_of(gloss, concept);

	if (!number)
		return refuse(error, entry, "its concept is one too many, %d at most", GLOSS_CONCEPTS_MOST);
	if (!fold_parts(parts, entry, fold, error))
		return false;
	g_autofree char *key = g_strjoinv("_", parts);
	if (strpbrk(key, MARKS))
		return refuse(error, entry, "expected letters and digits, _ between words (l_avis), * at the end only");
	if (strlen(key) >= RUN_BYTES)
		return refuse(error, entry, "more than %d bytes", RUN_BYTES - 1);
	if (is_piece(key) && (is_stem || parts[1]))
		return refuse(error, entry, "a piece of a script without blanks takes neither * nor _");
	if (parts[1])
		note_run(gloss, parts[0], g_strv_length(parts));
	if (is_piece(key))
		gloss->piece_most = MAX(gloss->piece_most, g_utf8_strlen(key, -1));
	return add_sense(gloss, is_stem ? gloss->stems : gloss->words, key, number) ||
	       refuse(error, entry, "it stands under %d concepts already", GLOSS_SENSES_MOST);
}

/* `key`: a word, or several; `last`: where the last of them starts, which alone may be a stem. */
static senses look_up(const struct gloss *gloss, const char *key, gsize last)
{
	char beginning[RUN_BYTES];
	senses found = GPOINTER_TO_UINT(g_hash_table_lookup(gloss->words, key));
	gsize length = strlen(key);

	if (!found && !last && key[strspn(key, "0123456789")] == '\0')
		return DIGITS;
	if (length >= sizeof beginning)
		return found;
	memcpy(beginning, key, length + 1);
	for (; !found && length > last; length--) {
		beginning[length] = '\0';
		found = GPOINTER_TO_UINT(g_hash_table_lookup(gloss->stems, beginning));
	}
	return found;
}

bool gloss_knows(const struct gloss *gloss, const char *word)
{
	return look_up(gloss, word, 0) != 0;
}

/* The longest entry of several words that starts at words[at]; 0 for none, else *count words. */
static senses look_up_run(const struct gloss *gloss, const GArray *words, guint at, guint *count)
{
	const char *first = g_array_index(words, struct word, at).text;
	const guint longest = GPOINTER_TO_UINT(g_hash_table_lookup(gloss->runs, first));
	const guint most = MIN(longest, words->len - at);
	gsize ends[GLOSS_RUN_MOST + 1] = { 0 };
	char key[RUN_BYTES] = "";
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
		const senses found = look_up(gloss, key, ends[taken - 1] + 1);

		if (found) {
			*count = taken;
			return found;
		}
	}
	return 0;
}

static void add_place(struct walk *walk, senses found, gsize start, gsize end)
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
		senses found = look_up_run(walk->gloss, walk->words, i, &count);

		if (!found) {
			found = look_up(walk->gloss, word->text, 0);
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
		add_place(walk, QUESTION, walk->asked - 1, walk->asked);
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
		const senses found = GPOINTER_TO_UINT(g_hash_table_lookup(walk->gloss->words, piece));
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

		if (letter == '?')
			walk.asked = next;
		if (letter >= FIRST_IDEOGRAPH) {
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
