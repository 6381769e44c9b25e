/* What contrib/fit-weights.py learned from the corpus, laid over a pack. A line that names a rule which is no
 * longer there is passed over: the pack has moved on since the fit. */
#include "pack_weights_p.h"

#include "wismo/base/error.h"

#include <math.h>
#include <string.h>

#define WEIGHT_MOST 20.0

#define WORDS_MOST (1 + 2 * INTENT_COUNT)	/* of a line: a token, and what it weighs for each intent */

struct layer {
	struct pack *pack;
	struct rule *last;	/* the lines of a rule follow each other */
};

typedef bool take_line(struct layer *layer, char *const *words, int count);

static bool read_number(const char *text, double least, double most, double *value)
{
	char *end = NULL;

	*value = g_ascii_strtod(text, &end);
	return end != text && !*end && *value >= least && *value <= most;
}

static struct rule *find_rule(struct layer *layer, const char *name)
{
	const GPtrArray *rules = layer->pack->rules;

	if (layer->last && strcmp(layer->last->name, name) == 0)
		return layer->last;
	for (guint i = 0; i < rules->len; i++) {
		struct rule *rule = g_ptr_array_index(rules, i);

		if (strcmp(rule->name, name) == 0)
			return layer->last = rule;
	}
	return NULL;
}

/* "RULE INTENT WEIGHT", "bias INTENT WEIGHT" or "temper NUMBER" */
static bool take_weight(struct layer *layer, char *const *words, int count)
{
	struct rule *rule;
	double weight;

	if (strcmp(words[0], "temper") == 0)
		return count == 2 && read_number(words[1], 0.1, 10, &layer->pack->temper);
	const int intent = count == 3 ? intent_find(words[1]) : -1;
	if (intent < 0 || !read_number(words[2], -WEIGHT_MOST, WEIGHT_MOST, &weight))
		return false;
	rule = find_rule(layer, words[0]);
	if (strcmp(words[0], "bias") == 0)
		layer->pack->bias[intent] = weight;
	else if (rule)
		rule->weight[intent] = weight;
	return true;
}

/* "TOKEN INTENT WEIGHT [INTENT WEIGHT ...]" */
static bool take_word(struct layer *layer, char *const *words, int count)
{
	struct pack *pack = layer->pack;
	struct lexicon_word *word;

	if (count < 3 || count % 2 == 0 || strlen(words[0]) >= LEXICON_TOKEN_MOST)
		return false;
	if (!pack->lexicon)
		pack->lexicon = lexicon_new();
	word = lexicon_add(pack->lexicon, words[0]);
	for (int i = 1; i < count; i += 2) {
		const int intent = intent_find(words[i]);
		double weight;

		if (intent < 0 || !read_number(words[i + 1], -LEXICON_WEIGHT_MOST, LEXICON_WEIGHT_MOST, &weight))
			return false;
		word->weight[intent] = (gint8) lround(weight * LEXICON_UNIT);
	}
	return true;
}

/* Cuts the line at its blanks, in place; 0 when there are more words than any line has. */
static int cut(char *line, char *words[static WORDS_MOST])
{
	int count = 0;

	for (char *blank; line; line = blank) {
		if (count == WORDS_MOST)
			return 0;
		blank = strchr(line, ' ');
		if (blank)
			*blank++ = '\0';
		words[count++] = line;
	}
	return count;
}

/* In place: eleven languages have 100,000 lines, and each start of the program reads them. */
static bool lay(struct pack *pack, const struct overlay *overlay, const char *suffix, take_line *take,
		const char *expected, GError **error)
{
	g_autofree char *name = g_strdup_printf("patterns/%s.%s", pack->lang, suffix);
	g_autofree char *path = overlay_path(overlay, name);
	g_autofree char *text = NULL;
	struct layer layer = { pack, NULL };
	char *words[WORDS_MOST];
	int number = 1;

	if (!path)
		return true;
	if (!g_file_get_contents(path, &text, NULL, error))
		return false;
	for (char *line = text, *next; line; line = next, number++) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (line[0] == '#' || !line[0])
			continue;
		const bool valid = g_utf8_validate(line, -1, NULL);
		const int count = cut(line, words);
		if (!valid || !count || !take(&layer, words, count)) {
			g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s:%d: expected \"%s\"", path, number, expected);
			return false;
		}
	}
	return true;
}

bool pack_weights_lay(struct pack *pack, const struct overlay *overlay, GError **error)
{
	return lay(pack, overlay, "weights", take_weight, "RULE INTENT WEIGHT", error) &&
	       lay(pack, overlay, "words", take_word, "TOKEN INTENT WEIGHT [INTENT WEIGHT ...]", error);
}
