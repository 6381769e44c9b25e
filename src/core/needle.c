/* Finds the words of all patterns of a pack in one walk over a text. A word is found by a table of its first three
 * bytes; Aho and Corasick's automaton would be faster by a microsecond and take megabytes for eleven languages.
 *
 * Alternatives that are words ("paket|sendung|...") are one set, and the same building block in forty rules is the
 * same set: a word that is found marks its sets, and a need is a tree over sets with few nodes. */
#include "needle_p.h"

#include <string.h>

#define BUCKETS 8192		/* 16 KB a pack: most places of a text lead to an empty one */
#define HEAD 4
#define NONE G_MAXUINT16
#define WORDS_MOST (G_MAXUINT16 - 1)

struct word {
	char *text;
	guint *sets;		/* that it belongs to */
	guint count;
};

/* What is looked at for each place of a text lies close together, apart from the words: 40 KB a pack, and most are
 * told apart by their first bytes. */
struct entry {
	char head[HEAD];	/* first bytes of the word */
	guint16 length;
	guint16 next;		/* of the same bucket */
	bool starts, ends;	/* only between \b's */
};

struct needles {
	GArray *words;		/* struct word */
	GArray *entries;	/* struct entry, one for each word */
	GHashTable *by_text;	/* text with its ends -> number + 1; NULL once sealed */
	GHashTable *by_set;	/* numbers of words as text -> number of the set + 1; NULL once sealed */
	guint sets;
	guint digit;		/* number of the word that is any digit; NONE */
	guint16 buckets[BUCKETS];
};

enum need_kind { NEED_SET, NEED_ALL, NEED_ONE };

/* A need while it is made. */
struct tree {
	enum need_kind kind;
	guint number;		/* of the set, or of parts */
	struct tree *parts;
};

/* A need as it is kept: parts stand behind their whole, in one row. All needs of a pack are walked for each text. */
struct node {
	guint kind : 2;
	guint number : 30;	/* of the set, or of nodes that belong to this one */
};

struct need {
	guint sets;		/* how many there were when it was made: it names no later one */
	struct node nodes[];	/* the first is the whole */
};

struct held {
	guint sets;
	guint8 has[];
};

static void word_clear(gpointer pointer)
{
	struct word *word = pointer;

	g_free(word->text);
	g_free(word->sets);
}

struct needles *needles_new(void)
{
	struct needles *needles = g_new0(struct needles, 1);

	needles->words = g_array_new(FALSE, FALSE, sizeof(struct word));
	g_array_set_clear_func(needles->words, word_clear);
	needles->entries = g_array_new(FALSE, FALSE, sizeof(struct entry));
	needles->by_text = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	needles->digit = NONE;
	needles->by_set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	memset(needles->buckets, 0xff, sizeof needles->buckets);
	return needles;
}

void needles_free(struct needles *needles)
{
	if (!needles)
		return;
	g_clear_pointer(&needles->by_text, g_hash_table_unref);
	g_clear_pointer(&needles->by_set, g_hash_table_unref);
	g_array_unref(needles->words);
	g_array_unref(needles->entries);
	g_free(needles);
}

/* Without the room that an array has when it has grown item by item: as much again as its items. */
static GArray *shrink(GArray *array, GDestroyNotify clear)
{
	GArray *exact = g_array_sized_new(FALSE, FALSE, g_array_get_element_size(array), array->len);

	g_array_append_vals(exact, array->data, array->len);
	g_array_set_clear_func(array, NULL);
	g_array_unref(array);
	g_array_set_clear_func(exact, clear);
	return exact;
}

void needles_seal(struct needles *needles)
{
	g_clear_pointer(&needles->by_text, g_hash_table_unref);
	g_clear_pointer(&needles->by_set, g_hash_table_unref);
	needles->words = shrink(needles->words, word_clear);
	needles->entries = shrink(needles->entries, NULL);
}

/* Of the first three bytes; a shorter word is its bytes and zeros. */
static guint bucket_of(const char *text, gsize length)
{
	const guint8 *t = (const guint8 *) text;

	return ((guint) t[0] * 961 + (length > 1 ? (guint) t[1] * 31 : 0) + (length > 2 ? t[2] : 0)) % BUCKETS;
}

/* NONE: too many. */
static guint number_of(struct needles *needles, const struct want *want)
{
	g_autofree char *key = g_strdup_printf("%s%s%s", want->starts ? " " : "", want->word, want->ends ? " " : "");
	guint number = GPOINTER_TO_UINT(g_hash_table_lookup(needles->by_text, key)), bucket;
	struct word word = { 0 };
	struct entry entry = { .length = (guint16) strlen(want->word), .starts = want->starts, .ends = want->ends };

	if (number)
		return number - 1;
	if (needles->words->len == WORDS_MOST)
		return NONE;
	number = needles->words->len;
	bucket = bucket_of(want->word, entry.length);
	word.text = g_strdup(want->word);
	memcpy(entry.head, want->word, MIN(entry.length, HEAD));
	entry.next = needles->buckets[bucket];
	if (strcmp(word.text, NEEDLE_DIGIT) == 0)
		needles->digit = number;
	else
		needles->buckets[bucket] = (guint16) number;
	g_array_append_val(needles->words, word);
	g_array_append_val(needles->entries, entry);
	g_hash_table_insert(needles->by_text, g_steal_pointer(&key), GUINT_TO_POINTER(number + 1));
	return number;
}

static int by_number(gconstpointer a, gconstpointer b)
{
	const guint left = *(const guint *) a, right = *(const guint *) b;

	return (left > right) - (left < right);
}

/* The set of these words, made when there is none yet. */
static guint set_of(struct needles *needles, GArray *numbers)
{
	g_autoptr(GString) key = g_string_new(NULL);
	guint set;

	g_array_sort(numbers, by_number);
	for (guint i = 0; i < numbers->len; i++)
		g_string_append_printf(key, "%u ", g_array_index(numbers, guint, i));
	set = GPOINTER_TO_UINT(g_hash_table_lookup(needles->by_set, key->str));
	if (set)
		return set - 1;
	set = needles->sets++;
	for (guint i = 0; i < numbers->len; i++) {
		struct word *word = &g_array_index(needles->words, struct word, g_array_index(numbers, guint, i));

		word->sets = g_renew(guint, word->sets, word->count + 1);
		word->sets[word->count++] = set;
	}
	g_hash_table_insert(needles->by_set, g_strdup(key->str), GUINT_TO_POINTER(set + 1));
	return set;
}

static void tree_clear(gpointer pointer)
{
	struct tree *tree = pointer;

	for (guint i = 0; tree->parts && i < tree->number; i++)
		tree_clear(&tree->parts[i]);
	g_free(tree->parts);
}

static struct tree tree_of_words(struct needles *needles, GArray *numbers)
{
	return (struct tree) { NEED_SET, set_of(needles, numbers), NULL };
}

static bool findable_ok(const struct want *word)
{
	const gsize length = strlen(word->word);

	return word->word[0] == NEEDLE_DIGIT[0] || length >= NEEDLE_SHORTEST || (word->starts && word->ends)
		|| (length == 2 && (word->starts || word->ends)) || (g_ascii_ispunct(word->word[0]) && length == 1);
}

static bool number(struct needles *needles, const struct want *want, struct tree *tree);

/* One part of a want: a word goes to `words`, else a need to `parts`. False: nothing is needed. */
static bool number_part(struct needles *needles, const struct want *part, GArray *words, GArray *parts)
{
	struct tree inner;
	guint word;

	if (part->kind == WANT_WORD) {
		word = findable_ok(part) ? number_of(needles, part) : NONE;
		if (word != NONE)
			g_array_append_val(words, word);
		return word != NONE;
	}
	if (!number(needles, part, &inner))
		return false;
	g_array_append_val(parts, inner);
	return true;
}

/* Takes `parts`; false: there are none. */
static bool number_end(int kind, GArray *parts, struct tree *tree)
{
	const guint count = parts->len;

	if (count == 1) {
		*tree = g_array_index(parts, struct tree, 0);
		g_array_set_clear_func(parts, NULL);
		g_array_unref(parts);
	} else if (count) {
		*tree = (struct tree) { kind, count, (struct tree *) (void *) g_array_free(parts, FALSE) };
	} else {
		g_array_unref(parts);
	}
	return count;
}

/* False: nothing is needed. */
static bool number(struct needles *needles, const struct want *want, struct tree *tree)
{
	g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(guint));
	g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(struct tree));
	const bool one = want->kind == WANT_ONE;
	struct tree set;

	g_array_set_clear_func(parts, tree_clear);
	for (guint i = 0; i < (want->parts ? want->parts->len : 1); i++) {
		const struct want *part = want->parts ? g_ptr_array_index(want->parts, i) : want;

		if (!number_part(needles, part, words, parts) && one)
			return false;
		if (!one && words->len) {
			set = tree_of_words(needles, words);
			g_array_append_val(parts, set);
			g_array_set_size(words, 0);
		}
	}
	if (words->len) {
		set = tree_of_words(needles, words);
		g_array_prepend_val(parts, set);
	}
	return number_end(one ? NEED_ONE : NEED_ALL, g_steal_pointer(&parts), tree);
}

/* How many nodes a tree becomes; they are written to `nodes` unless that is NULL. */
static guint lay(const struct tree *tree, struct node *nodes)
{
	guint count = 1;

	for (guint i = 0; tree->kind != NEED_SET && i < tree->number; i++)
		count += lay(&tree->parts[i], nodes ? nodes + count : NULL);
	if (nodes)
		*nodes = (struct node) { tree->kind, tree->kind == NEED_SET ? tree->number : count - 1 };
	return count;
}

struct need *need_new(struct needles *needles, const char *pattern)
{
	struct want *want = needles->by_text ? want_read(pattern) : NULL;
	struct tree top;
	struct need *need = NULL;

	if (want && number(needles, want, &top)) {
		need = g_malloc(sizeof *need + lay(&top, NULL) * sizeof *need->nodes);
		need->sets = needles->sets;
		lay(&top, need->nodes);
		tree_clear(&top);
	}
	want_free(want);
	return need;
}

void need_free(struct need *need)
{
	g_free(need);
}

static void hold(struct held *held, const struct word *word)
{
	for (guint i = 0; i < word->count; i++)
		held->has[word->sets[i]] = 1;
}

/* Words of this bucket that stand at text[at]. */
static void look(const struct needles *needles, struct held *held, const char *text, gsize length, gsize at, guint bucket)
{
	for (guint16 i = needles->buckets[bucket]; i != NONE;) {
		const struct entry *entry = &g_array_index(needles->entries, struct entry, i);
		const gsize end = at + entry->length;
		const guint16 word = i;

		i = entry->next;
		if (entry->head[0] != text[at] || end > length || memcmp(entry->head, text + at, MIN(entry->length, HEAD)) != 0
		    || (entry->starts && at > 0 && needle_letter_ok(text[at - 1]))
		    || (entry->ends && end < length && needle_letter_ok(text[end])))
			continue;
		if (entry->length <= HEAD || memcmp(g_array_index(needles->words, struct word, word).text + HEAD, text + at + HEAD,
						    entry->length - HEAD) == 0)
			hold(held, &g_array_index(needles->words, struct word, word));
	}
}

struct held *held_new(const struct needles *needles, const char *text, gsize length)
{
	struct held *held = g_malloc0(sizeof *held + needles->sets);
	bool digits = false, starts = true;

	held->sets = needles->sets;
	for (gsize at = 0; at < length; at++) {
		if (at + NEEDLE_SHORTEST <= length)
			look(needles, held, text, length, at, bucket_of(text + at, NEEDLE_SHORTEST));
		/* Words of one and two letters, where such a one can be; see findable_ok. */
		for (gsize n = 1; n < NEEDLE_SHORTEST && at + n <= length; n++)
			if (starts || at + n == length || !needle_letter_ok(text[at + n]) || g_ascii_ispunct(text[at]))
				look(needles, held, text, length, at, bucket_of(text + at, n));
		starts = !needle_letter_ok(text[at]);
		/* Digits of other scripts are not ASCII. */
		digits = digits || g_ascii_isdigit(text[at]) || (guchar) text[at] >= 0x80;
	}
	if (digits && needles->digit != NONE)
		hold(held, &g_array_index(needles->words, struct word, needles->digit));
	return held;
}

void held_free(struct held *held)
{
	g_free(held);
}

static bool met(const struct node *node, const guint8 *has)
{
	const bool one = node->kind == NEED_ONE;

	if (node->kind == NEED_SET)
		return has[node->number];
	for (const struct node *part = node + 1; part <= node + node->number; part += part->kind == NEED_SET ? 1 : 1 + part->number)
		if ((part->kind == NEED_SET ? has[part->number] : met(part, has)) == one)
			return one;
	return !one;
}

bool need_met(const struct need *need, const struct held *held)
{
	if (!need || !held || held->sets < need->sets)
		return true;
	return met(need->nodes, held->has);
}
