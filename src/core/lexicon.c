/* Tokens of a text, and the table of what they weigh. */
#include "wismo/core/lexicon.h"

#include <string.h>

#define STEM_LETTERS 5		/* of each neighbour in a pair */
#define RUN_MOST 4		/* letters together in a script without blanks */
#define FIRST_IDEOGRAPH 0x2E80

#define BLOCK 512		/* words that are allocated together */

struct lexicon {
	GHashTable *words;	/* token (of keys) -> struct lexicon_word * (in blocks) */
	GStringChunk *keys;
	GPtrArray *blocks;
};

struct word {
	gsize start, end;
	char stem[STEM_LETTERS * 4 + 1];
};

struct walk {
	lexicon_visit *visit;
	void *data;
	struct word before;
	bool first;		/* of its sentence */
};

static void say(const struct walk *walk, gsize start, gsize end, const char *word, const char *mark, const char *next)
{
	char token[LEXICON_TOKEN_MOST];

	if (g_snprintf(token, sizeof token, "%s%s%s", word, mark, next) < (int) sizeof token)
		walk->visit(token, start, end, walk->data);
}

/* The word with each run of digits as one 0, into `out`; its letters. */
static gsize spell(const char *text, gsize length, char out[static LEXICON_TOKEN_MOST])
{
	gsize letters = 0, used = 0;
	bool digit = false;

	for (const char *at = text; at < text + length; at = g_utf8_next_char(at)) {
		const gsize size = (gsize) (g_utf8_next_char(at) - at);

		if (g_ascii_isdigit(*at) && digit)
			continue;
		digit = g_ascii_isdigit(*at);
		if (used + size >= LEXICON_TOKEN_MOST)
			break;
		memcpy(out + used, digit ? "0" : at, size);
		used += size;
		letters++;
	}
	out[used] = '\0';
	return letters;
}

static void copy_letters(char *out, const char *word, gsize letters)
{
	const char *end = word;

	while (letters-- && *end)
		end = g_utf8_next_char(end);
	memcpy(out, word, (gsize) (end - word));
	out[end - word] = '\0';
}

static void take_word(struct walk *walk, const struct folded *folded, gsize start, gsize end)
{
	char word[LEXICON_TOKEN_MOST], part[LEXICON_TOKEN_MOST];
	const gsize letters = spell(folded->text + start, end - start, word);
	struct word now = { .start = start, .end = end };

	say(walk, start, end, word, "", "");
	for (gsize length = 4; length <= 6; length += 2)
		if (letters > length) {
			copy_letters(part, word, length);
			say(walk, start, end, part, "-", "");
		}
	copy_letters(now.stem, word, STEM_LETTERS);
	say(walk, walk->first ? start : walk->before.start, end, walk->first ? "^" : walk->before.stem, "_", now.stem);
	walk->before = now;
	walk->first = false;
}

static void end_sentence(struct walk *walk)
{
	if (!walk->first)
		say(walk, walk->before.start, walk->before.end, walk->before.stem, "_", "$");
	walk->first = true;
}

static bool is_ideograph(gunichar letter)
{
	return letter >= FIRST_IDEOGRAPH && g_unichar_isalnum(letter);
}

/* One to RUN_MOST letters from `start`. */
static void take_run(const struct walk *walk, const char *text, gsize start)
{
	char token[LEXICON_TOKEN_MOST];
	gsize to = start;

	for (int i = 0; i < RUN_MOST && is_ideograph(g_utf8_get_char(text + to)); i++) {
		to = (gsize) (g_utf8_next_char(text + to) - text);
		memcpy(token, text + start, to - start);
		token[to - start] = '\0';
		walk->visit(token, start, to, walk->data);
	}
}

/* Where the word ends that stands at `at`. */
static gsize end_of(const char *text, gsize at)
{
	while (text[at]) {
		const gunichar letter = g_utf8_get_char(text + at);

		if (!g_unichar_isalnum(letter) || letter >= FIRST_IDEOGRAPH)
			break;
		at = (gsize) (g_utf8_next_char(text + at) - text);
	}
	return at;
}

void lexicon_tokens(const struct folded *folded, lexicon_visit *visit, void *data)
{
	struct walk walk = { .visit = visit, .data = data, .first = true };
	const char *text = folded->text;

	for (gsize at = 0; text[at];) {
		const gunichar letter = g_utf8_get_char(text + at);
		const gsize next = (gsize) (g_utf8_next_char(text + at) - text);

		if (!g_unichar_isalnum(letter)) {
			if (letter == '\n')
				end_sentence(&walk);
			at = next;
		} else if (letter >= FIRST_IDEOGRAPH) {
			take_run(&walk, text, at);
			at = next;
		} else {
			const gsize end = end_of(text, at);

			take_word(&walk, folded, at, end);
			at = end;
		}
	}
	end_sentence(&walk);
}

struct lexicon *lexicon_new(void)
{
	struct lexicon *lexicon = g_new0(struct lexicon, 1);

	lexicon->words = g_hash_table_new(g_str_hash, g_str_equal);
	lexicon->keys = g_string_chunk_new(4096);
	lexicon->blocks = g_ptr_array_new_with_free_func(g_free);
	return lexicon;
}

void lexicon_free(struct lexicon *lexicon)
{
	if (!lexicon)
		return;
	g_hash_table_unref(lexicon->words);
	g_string_chunk_free(lexicon->keys);
	g_ptr_array_unref(lexicon->blocks);
	g_free(lexicon);
}

struct lexicon_word *lexicon_add(struct lexicon *lexicon, const char *token)
{
	struct lexicon_word *word = g_hash_table_lookup(lexicon->words, token);
	const guint count = g_hash_table_size(lexicon->words);

	if (word)
		return word;
	if (count % BLOCK == 0)
		g_ptr_array_add(lexicon->blocks, g_new0(struct lexicon_word, BLOCK));
	word = (struct lexicon_word *) g_ptr_array_index(lexicon->blocks, count / BLOCK) + count % BLOCK;
	g_hash_table_insert(lexicon->words, g_string_chunk_insert(lexicon->keys, token), word);
	return word;
}

const struct lexicon_word *lexicon_find(const struct lexicon *lexicon, const char *token, const char **key)
{
	gpointer own, word;

	if (!g_hash_table_lookup_extended(lexicon->words, token, &own, &word))
		return NULL;
	if (key)
		*key = own;
	return word;
}

bool lexicon_is_empty(const struct lexicon *lexicon)
{
	return g_hash_table_size(lexicon->words) == 0;
}

void lexicon_start(const struct lexicon *lexicon, GHashTableIter *iter)
{
	g_hash_table_iter_init(iter, lexicon->words);
}
