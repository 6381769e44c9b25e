/* What contrib/fit-weights.py learned from the corpus, laid over a pack. A line that names a rule which is no
 * longer there is passed over: the pack has moved on since the fit. */
#include "pack_weights_p.h"

#include "lines_p.h"

#include <math.h>
#include <string.h>

#define WEIGHT_MOST 20.0

#define WORDS_MOST (1 + 2 * INTENT_COUNT)	/* of a line: a token, and what it weighs for each intent */

struct layer {
	struct pack *pack;
	struct rule *last;	/* the lines of a rule follow each other */
};

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
static bool take_weight(char *line, void *data, GError **error)
{
	static const char expected[] = "\"RULE INTENT WEIGHT\"";
	struct layer *layer = data;
	char *words[3];
	const int count = lines_cut(line, words, 3);
	struct rule *rule;
	double weight;

	if (count && strcmp(words[0], "temper") == 0)
		return (count == 2 && read_number(words[1], 0.1, 10, &layer->pack->temper)) ||
		       lines_fail(error, "%s", expected);
	const int intent = count == 3 ? intent_find(words[1]) : -1;
	if (intent < 0 || !read_number(words[2], -WEIGHT_MOST, WEIGHT_MOST, &weight))
		return lines_fail(error, "%s", expected);
	rule = find_rule(layer, words[0]);
	if (strcmp(words[0], "bias") == 0)
		layer->pack->bias[intent] = weight;
	else if (rule)
		rule->weight[intent] = weight;
	return true;
}

/* "TOKEN INTENT WEIGHT [INTENT WEIGHT ...]" */
static bool take_word(char *line, void *data, GError **error)
{
	static const char expected[] = "\"TOKEN INTENT WEIGHT [INTENT WEIGHT ...]\"";
	char *words[WORDS_MOST];
	const int count = lines_cut(line, words, WORDS_MOST);
	struct lexicon_word *word;

	if (count < 3 || count % 2 == 0 || strlen(words[0]) >= LEXICON_TOKEN_MOST)
		return lines_fail(error, "%s", expected);
	word = lexicon_add(data, words[0]);
	for (int i = 1; i < count; i += 2) {
		const int intent = intent_find(words[i]);
		double weight;

		if (intent < 0 || !read_number(words[i + 1], -LEXICON_WEIGHT_MOST, LEXICON_WEIGHT_MOST, &weight))
			return lines_fail(error, "%s", expected);
		word->weight[intent] = (gint8) lround(weight * LEXICON_UNIT);
	}
	return true;
}

bool pack_weights_lay(struct pack *pack, const struct overlay *overlay, GError **error)
{
	g_autofree char *weights = g_strdup_printf("patterns/%s.weights", pack->lang);
	g_autofree char *words = g_strdup_printf("patterns/%s.words", pack->lang);
	struct layer layer = { pack, NULL };

	if (!lines_read(overlay, weights, take_weight, &layer, error))
		return false;
	if (!pack->lexicon)
		pack->lexicon = lexicon_new();
	if (!lines_read(overlay, words, take_word, pack->lexicon, error))
		return false;
	if (lexicon_is_empty(pack->lexicon))
		g_clear_pointer(&pack->lexicon, lexicon_free);
	return true;
}

bool pack_weights_lay_concepts(struct lexicon *meanings, const struct overlay *overlay, GError **error)
{
	return lines_read(overlay, "patterns/concepts.words", take_word, meanings, error);
}
