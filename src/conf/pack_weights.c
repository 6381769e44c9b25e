/* What contrib/fit-weights.py learned from the corpus, laid over a pack. A line that names a rule which is no
 * longer there is passed over: the pack has moved on since the fit. */
#include "pack_weights_p.h"

#include "wismo/base/error.h"

#include <math.h>
#include <string.h>

#define WEIGHT_MOST 20.0

typedef bool take_line(struct pack *pack, char **words);

static bool read_number(const char *text, double least, double most, double *value)
{
	char *end = NULL;

	*value = text ? g_ascii_strtod(text, &end) : 0;
	return end && end != text && !*end && *value >= least && *value <= most;
}

static struct rule *find_rule(const struct pack *pack, const char *name)
{
	for (guint i = 0; i < pack->rules->len; i++) {
		struct rule *rule = g_ptr_array_index(pack->rules, i);

		if (strcmp(rule->name, name) == 0)
			return rule;
	}
	return NULL;
}

/* "RULE INTENT WEIGHT", "bias INTENT WEIGHT" or "temper NUMBER" */
static bool take_weight(struct pack *pack, char **words)
{
	struct rule *rule;
	double weight;

	if (strcmp(words[0], "temper") == 0)
		return g_strv_length(words) == 2 && read_number(words[1], 0.1, 10, &pack->temper);
	const int intent = g_strv_length(words) == 3 ? intent_find(words[1]) : -1;
	if (intent < 0 || !read_number(words[2], -WEIGHT_MOST, WEIGHT_MOST, &weight))
		return false;
	rule = find_rule(pack, words[0]);
	if (strcmp(words[0], "bias") == 0)
		pack->bias[intent] = weight;
	else if (rule)
		rule->weight[intent] = weight;
	return true;
}

/* "TOKEN INTENT WEIGHT [INTENT WEIGHT ...]" */
static bool take_word(struct pack *pack, char **words)
{
	const guint count = g_strv_length(words);
	struct lexicon_word *word;

	if (count < 3 || count % 2 == 0 || strlen(words[0]) >= LEXICON_TOKEN_MOST)
		return false;
	if (!pack->lexicon)
		pack->lexicon = lexicon_new();
	word = lexicon_add(pack->lexicon, words[0]);
	for (guint i = 1; i < count; i += 2) {
		const int intent = intent_find(words[i]);
		double weight;

		if (intent < 0 || !read_number(words[i + 1], -LEXICON_WEIGHT_MOST, LEXICON_WEIGHT_MOST, &weight))
			return false;
		word->weight[intent] = (gint8) lround(weight * LEXICON_UNIT);
	}
	return true;
}

static bool lay(struct pack *pack, const struct overlay *overlay, const char *suffix, take_line *take,
		const char *expected, GError **error)
{
	g_autofree char *name = g_strdup_printf("patterns/%s.%s", pack->lang, suffix);
	g_autofree char *path = overlay_path(overlay, name);
	g_autofree char *text = NULL;

	if (!path)
		return true;
	if (!g_file_get_contents(path, &text, NULL, error))
		return false;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i]; i++) {
		if (lines[i][0] == '#' || !lines[i][0])
			continue;
		g_auto(GStrv) words = g_strsplit(lines[i], " ", -1);
		if (!g_utf8_validate(lines[i], -1, NULL) || !take(pack, words)) {
			g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s:%d: expected \"%s\"", path, i + 1, expected);
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
