/* Mends slips of the finger in key words ("pakte", "leiferung", "trakcing"): one slip (a letter too many, too few,
 * wrong, or two swapped) in words of five letters and more, two from nine. The first letter must be right,
 * which keeps nearly all other words out, and a word that goes on from a key word is its inflection, not a slip. What is
 * right all the same ("vergoeden", near "verzonden") stands in the list with = before it. */
#include "fold_p.h"

#include <string.h>

#define WORD_SHORTEST 5
#define WORD_LONGEST 24

/* Damerau's distance (swaps of neighbours count one), or more than `most` when it is larger. */
static int distance(const char *a, int a_len, const char *b, int b_len, int most)
{
	int rows[3][WORD_LONGEST + 2];
	int *before = rows[0], *last = rows[1], *row = rows[2];

	for (int j = 0; j <= b_len; j++)
		last[j] = j;
	memcpy(before, last, sizeof rows[0]);
	for (int i = 1; i <= a_len; i++) {
		int least = row[0] = i;

		for (int j = 1; j <= b_len; j++) {
			int cost = last[j - 1] + (a[i - 1] != b[j - 1]);

			cost = MIN(cost, MIN(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				cost = MIN(cost, before[j - 2] + 1);
			row[j] = cost;
			least = MIN(least, cost);
		}
		if (least > most)
			return most + 1;
		int *spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[b_len];
}

static const char *meant(const char *word, int length, const GPtrArray *words)
{
	const char *best = NULL;
	int best_slips = 3;

	for (guint i = 0; i < words->len; i++) {
		const char *key = g_ptr_array_index(words, i);
		const int key_length = (int) strlen(key);
		const int most = key_length >= 9 ? 2 : 1;

		if (key[0] == '=' && key_length == length + 1 && memcmp(key + 1, word, (gsize) length) == 0)
			return NULL;	/* right as it is */
		if (key_length > WORD_LONGEST || key[0] != word[0] || ABS(key_length - length) > most)
			continue;
		if (strncmp(key, word, (gsize) MIN(length, key_length)) == 0)
			return NULL;	/* the word itself, inflected or shortened */
		int slips = distance(word, length, key, key_length, most);
		if (slips <= most && slips < best_slips) {
			best = key;
			best_slips = slips;
		}
	}
	return best;
}

void fold_mend(GString *text, GArray *at, const GPtrArray *words)
{
	gsize i = 0;

	while (i < text->len) {
		gsize end = i;
		const char *key = NULL;

		while (end < text->len && g_ascii_isalpha(text->str[end]))
			end++;
		if (end == i) {
			i++;
			continue;
		}
		const gsize length = end - i;
		if (length >= WORD_SHORTEST && length <= WORD_LONGEST)
			key = meant(text->str + i, (int) length, words);
		if (!key) {
			i = end;
			continue;
		}
		const gsize wanted = strlen(key);
		const guint32 last = g_array_index(at, guint32, end - 1);
		g_string_overwrite_len(text, i, key, (gssize) MIN(length, wanted));
		if (wanted < length) {
			g_string_erase(text, (gssize) end - (gssize) (length - wanted), (gssize) (length - wanted));
			g_array_remove_range(at, (guint) (end - (length - wanted)), (guint) (length - wanted));
		} else {
			for (gsize k = length; k < wanted; k++) {
				g_string_insert_c(text, (gssize) (i + k), key[k]);
				g_array_insert_val(at, i + k, last);
			}
		}
		i += wanted;
	}
}
