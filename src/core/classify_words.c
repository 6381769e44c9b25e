/* What the learned words of a pack say about one message. */
#include "classify_p.h"

#include <string.h>

#define WORDS_SHOWN 6	/* the heaviest are evidence; all of them count */

struct word {
	enum intent intent;	/* that it speaks for most */
	double weight;
	bool in_subject;
	const char *meaning;	/* its token, of the lexicon; NULL: it is a word */
	gsize start, end;	/* folded */
};

struct walk {
	const struct lexicon *lexicon;
	const struct gloss *gloss;
	bool in_subject, is_meaning;
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
	const char *key;
	const struct lexicon_word *weights = lexicon_find(walk->lexicon, token, &key);
	const double share = (walk->in_subject ? CLASSIFY_SUBJECT_SHARE : 1) / LEXICON_UNIT;

	if (!walk->in_subject && !walk->is_meaning && is_word(token)) {
		walk->count++;
		walk->known += weights || gloss_knows(walk->gloss, token);
	}
	if (!weights || !g_hash_table_add(walk->seen, (gpointer) weights))
		return;
	for (int i = 0; i < INTENT_COUNT; i++)
		walk->sums[i] += share * weights->weight[i];
	const enum intent intent = spoken_for(weights);
	const char *meaning = walk->is_meaning ? key : NULL;
	const struct word word = { intent, share * weights->weight[intent], walk->in_subject, meaning, start, end };

	g_array_append_val(walk->words, word);
}

static int heavier(gconstpointer a, gconstpointer b)
{
	const struct word *left = a, *right = b;

	return (left->weight < right->weight) - (left->weight > right->weight);
}

static void take_text(const struct pack *pack, const struct lexicon *meanings, const struct folded *folded, struct walk *walk)
{
	walk->lexicon = pack->lexicon;
	walk->is_meaning = false;
	lexicon_tokens(folded, take_token, walk);
	walk->lexicon = meanings;
	walk->is_meaning = true;
	gloss_tokens(pack->gloss, folded, take_token, walk);
}

double classify_words(const struct pack *pack, const struct lexicon *meanings, const struct rule_view *view, double sums[static INTENT_COUNT],
		      GPtrArray *evidence)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(struct word));
	struct walk walk = { .gloss = pack->gloss, .sums = sums, .seen = seen, .words = words };

	take_text(pack, meanings, view->body, &walk);
	walk.in_subject = true;
	if (view->subject)
		take_text(pack, meanings, view->subject, &walk);
	g_array_sort(words, heavier);
	for (guint i = 0; i < MIN(words->len, WORDS_SHOWN); i++) {
		const struct word *word = &g_array_index(words, struct word, i);
		struct evidence *one = g_new0(struct evidence, 1);

		one->rule = word->meaning ? g_strconcat("meaning/", word->meaning, NULL) : g_strdup_printf("%s/words", pack->lang);
		one->intent = word->intent;
		one->weight = word->weight;
		classify_place(one, view, SCOPE_BODY, word->in_subject, word->start, word->end);
		g_ptr_array_add(evidence, one);
	}
	return walk.count ? (double) walk.known / walk.count : 0;
}
