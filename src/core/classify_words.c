/* What the learned words of a pack say about one message. */
#include "classify_p.h"

#include <math.h>
#include <string.h>

#define FOR_SHOWN 6	/* the heaviest are evidence; all of them count */
#define AGAINST_SHOWN 2

struct word {
	const struct lexicon_word *weights;
	double share;
	double lift;		/* for what the message seems to mean, against what it may mean else */
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
	const char *meaning = walk->is_meaning ? key : NULL;
	const struct word word = { weights, share, 0, walk->in_subject, meaning, start, end };

	g_array_append_val(walk->words, word);
}

static int heavier(gconstpointer a, gconstpointer b)
{
	const struct word *left = a, *right = b;

	return (left->lift < right->lift) - (left->lift > right->lift);
}

static void take_text(const struct pack *pack, const struct lexicon *meanings, const struct folded *folded, struct walk *walk)
{
	walk->lexicon = pack->lexicon;
	walk->is_meaning = false;
	if (pack->lexicon)
		lexicon_tokens(folded, take_token, walk);
	walk->lexicon = meanings;
	walk->is_meaning = true;
	gloss_tokens(pack->gloss, folded, take_token, walk);
}

/* The likeliest intent, of those of the kind of `like` or of the others. */
static enum intent leading(const double sums[static INTENT_COUNT], int like, bool same)
{
	int best = -1;

	for (int i = 0; i < INTENT_COUNT; i++)
		if (like < 0 || (intent_means_not_arrived((enum intent) i) == intent_means_not_arrived((enum intent) like)) == same)
			if (best < 0 || sums[i] > sums[best])
				best = i;
	return (enum intent) best;
}

static void tell_word(const struct pack *pack, const struct rule_view *view, const struct word *word, enum intent intent,
		      GPtrArray *evidence)
{
	struct evidence *one = g_new0(struct evidence, 1);

	one->rule = word->meaning ? g_strconcat("meaning/", word->meaning, NULL) : g_strdup_printf("%s/words", pack->lang);
	one->intent = intent;
	one->weight = fabs(word->lift);
	classify_place(one, view, SCOPE_BODY, word->in_subject, word->start, word->end);
	g_ptr_array_add(evidence, one);
}

/* A word weighs something for each intent; what a person wants to know is what it said between the two in question: the
 * likeliest, and the likeliest of the others (a missing parcel or not). */
static void tell(const struct pack *pack, const struct rule_view *view, GArray *words, const double sums[static INTENT_COUNT],
		 GPtrArray *evidence)
{
	const enum intent first = leading(sums, -1, true), second = leading(sums, (int) first, false);
	const guint count = words->len;

	for (guint i = 0; i < count; i++) {
		struct word *word = &g_array_index(words, struct word, i);

		word->lift = word->share * (word->weights->weight[first] - word->weights->weight[second]);
	}
	g_array_sort(words, heavier);
	for (guint i = 0; i < MIN(count, FOR_SHOWN) && g_array_index(words, struct word, i).lift > 0; i++)
		tell_word(pack, view, &g_array_index(words, struct word, i), first, evidence);
	for (guint i = count; i > 0 && count - i < AGAINST_SHOWN && g_array_index(words, struct word, i - 1).lift < 0; i--)
		tell_word(pack, view, &g_array_index(words, struct word, i - 1), second, evidence);
}

double classify_words(const struct pack *pack, const struct lexicon *meanings, const struct rule_view *view,
		      double sums[static INTENT_COUNT], GPtrArray *evidence)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(struct word));
	struct walk walk = { .gloss = pack->gloss, .sums = sums, .seen = seen, .words = words };

	take_text(pack, meanings, view->body, &walk);
	walk.in_subject = true;
	if (view->subject)
		take_text(pack, meanings, view->subject, &walk);
	tell(pack, view, words, sums, evidence);
	return walk.count ? (double) walk.known / walk.count : 0;
}
