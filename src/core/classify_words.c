/* What the learned words of a pack say about one message. */
#include "classify_p.h"

#include <string.h>

#define WORDS_SHOWN 6	/* the heaviest are evidence; all of them count */

struct word {
	enum intent intent;	/* that it speaks for most */
	double weight;
	bool in_subject;
	gsize start, end;	/* folded */
};

struct walk {
	const struct lexicon *lexicon;
	bool in_subject;
	double *sums;
	int count, known;	/* single words of the body */
	GHashTable *seen;	/* weights that have counted */
	GArray *words;		/* struct word */
};

static enum intent spoken_for(const struct lexicon_word *word)
{
	int best = 0;

	for (int i = 1; i < INTENT_COUNT; i++)
		if (word->weight[i] > word->weight[best])
			best = i;
	return (enum intent) best;
}

/* Not a stem ("kaputt-"), not a pair ("kein_paket"). */
static bool is_word(const char *token)
{
	return !strchr(token, '_') && token[strlen(token) - 1] != '-';
}

static void take_token(const char *token, gsize start, gsize end, void *data)
{
	struct walk *walk = data;
	const struct lexicon_word *weights = lexicon_find(walk->lexicon, token);
	const double share = (walk->in_subject ? CLASSIFY_SUBJECT_SHARE : 1) / LEXICON_UNIT;

	if (!walk->in_subject && is_word(token)) {
		walk->count++;
		walk->known += weights != NULL;
	}
	if (!weights || !g_hash_table_add(walk->seen, (gpointer) weights))
		return;
	for (int i = 0; i < INTENT_COUNT; i++)
		walk->sums[i] += share * weights->weight[i];
	const enum intent intent = spoken_for(weights);
	const struct word word = { intent, share * weights->weight[intent], walk->in_subject, start, end };

	g_array_append_val(walk->words, word);
}

static int heavier(gconstpointer a, gconstpointer b)
{
	const struct word *left = a, *right = b;

	return (left->weight < right->weight) - (left->weight > right->weight);
}

double classify_words(const struct pack *pack, const struct rule_view *view, double sums[static INTENT_COUNT],
		      GPtrArray *evidence)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(struct word));
	struct walk walk = { .lexicon = pack->lexicon, .sums = sums, .seen = seen, .words = words };

	lexicon_tokens(view->body, take_token, &walk);
	walk.in_subject = true;
	if (view->subject)
		lexicon_tokens(view->subject, take_token, &walk);
	g_array_sort(words, heavier);
	for (guint i = 0; i < MIN(words->len, WORDS_SHOWN); i++) {
		const struct word *word = &g_array_index(words, struct word, i);
		struct evidence *one = g_new0(struct evidence, 1);

		one->rule = g_strdup_printf("%s/words", pack->lang);
		one->intent = word->intent;
		one->weight = word->weight;
		classify_place(one, view, SCOPE_BODY, word->in_subject, word->start, word->end);
		g_ptr_array_add(evidence, one);
	}
	return walk.count ? (double) walk.known / walk.count : 0;
}
