/* Lists of words by concept, and looking words up in them. */
#include "gloss_p.h"

#include "wismo/base/error.h"

#include <string.h>

#define MARKS "*,;:#\"'?()[]/&+="	/* words of a text end at them, so no entry with one would match */

struct gloss *gloss_new(void)
{
	struct gloss *gloss = g_new0(struct gloss, 1);

	gloss->concepts[GLOSS_DIGITS] = "digits";
	gloss->concepts[GLOSS_QUESTION] = "question";
	gloss->count = GLOSS_QUESTION + 1;
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
	guint32 all = GPOINTER_TO_UINT(g_hash_table_lookup(table, key));
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
	return g_utf8_get_char(key) >= GLOSS_FIRST_IDEOGRAPH;
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
	if (strlen(key) >= GLOSS_RUN_BYTES)
		return refuse(error, entry, "more than %d bytes", GLOSS_RUN_BYTES - 1);
	if (is_piece(key) && (is_stem || parts[1]))
		return refuse(error, entry, "a piece of a script without blanks takes neither * nor _");
	if (parts[1])
		note_run(gloss, parts[0], g_strv_length(parts));
	if (is_piece(key))
		gloss->piece_most = MAX(gloss->piece_most, g_utf8_strlen(key, -1));
	return add_sense(gloss, is_stem ? gloss->stems : gloss->words, key, number) ||
	       refuse(error, entry, "it stands under %d concepts already", GLOSS_SENSES_MOST);
}

guint32 gloss_look_up(const struct gloss *gloss, const char *key, gsize last)
{
	char beginning[GLOSS_RUN_BYTES];
	guint32 found = GPOINTER_TO_UINT(g_hash_table_lookup(gloss->words, key));
	gsize length = strlen(key);

	if (!found && !last && key[strspn(key, "0123456789")] == '\0')
		return GLOSS_DIGITS;
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
	return gloss_look_up(gloss, word, 0) != 0;
}
