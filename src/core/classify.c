/* Rules and learned words add log odds to intents; the intent is the likeliest, the confidence its share. The three intents
 * that mean "the parcel is not there" are weighed together first, because the answer depends on that most. */
#include "wismo/core/classify.h"

#include "classify_p.h"

#include "wismo/core/language.h"

#include <math.h>
#include <string.h>

#define TOPIC_WEIGHT 2.5	/* the buyer clicked it; clear words of the body (3 and more) overrule it */
#define MISSING_LEAST 0.7	/* share: a person looks at what is something else, an answer to the wrong matter harms */
#define DOUBTFUL 0.75		/* most, when the message may be about something else */
#define CLEAR_LEAST 1.5		/* log odds, here and below */
#define RIVAL_MOST 1.5
#define KNOWN_LEAST 0.9

struct sums {
	double of[INTENT_COUNT];
	double temper;
	double clear, rival;	/* heaviest rule for a missing parcel, and for anything else */
	double known;		/* share of the words that were ever seen */
	bool unknown;	/* a rule hit a limit, or text was left unread */
};

static void add_evidence(struct reading *reading, const struct rule *rule, const struct rule_hit *hit, double weight,
			 const struct rule_view *view)
{
	struct evidence *evidence = g_new0(struct evidence, 1);

	evidence->rule = g_strdup(rule->name);
	evidence->intent = rule->intent;
	evidence->weight = weight;
	classify_place(evidence, view, rule->scope, hit->in_subject, hit->start, hit->end);
	g_ptr_array_add(reading->evidence, evidence);
}

static void apply(const struct rule *rule, const struct rule_hit *hit, const struct rule_view *view,
		  struct sums *sums, struct reading *reading)
{
	const double share = hit->in_subject && rule->scope == SCOPE_ANY ? CLASSIFY_SUBJECT_SHARE : 1;

	for (int i = 0; i < INTENT_COUNT; i++) {
		double *most = intent_means_not_arrived((enum intent) i) ? &sums->clear : &sums->rival;

		sums->of[i] += share * rule->weight[i];
		*most = MAX(*most, share * rule->weight[i]);
	}
	if (rule->wish != WISH_NONE)
		reading->wish = rule->wish;	/* later rules of a pack win */
	if (rule->urgency > reading->urgency)
		reading->urgency = rule->urgency;
	if (rule->never && !reading->never)
		reading->never = g_strdup(rule->never);
	if (rule->doubt && !reading->doubt)
		reading->doubt = g_strdup(rule->doubt);
	add_evidence(reading, rule, hit, share * rule->weight[rule->intent], view);
}

/* `words`: where the evidence of learned words goes; NULL for a pack whose rules alone are asked. */
static void use_pack(const struct packs *packs, const struct pack *pack, const struct classify_input *input,
		     struct sums *sums, struct reading *reading, GPtrArray *words)
{
	scoped(folded) body = fold_text(input->text, pack->fold, pack->words);
	scoped(folded) subject = input->subject ? fold_text(input->subject, pack->fold, pack->words) : NULL;
	scoped(held) body_holds = held_new(pack->needles, body->text, body->length);
	scoped(held) subject_holds = subject ? held_new(pack->needles, subject->text, subject->length) : NULL;
	const struct rule_view view = { input->text, body, subject, body_holds, subject_holds };

	for (guint i = 0; i < pack->rules->len; i++) {
		const struct rule *rule = g_ptr_array_index(pack->rules, i);
		struct rule_hit hit;

		rule_try(rule, packs->matcher, &view, &hit);
		if (hit.outcome == PATTERN_UNKNOWN)
			sums->unknown = true;
		else if (hit.outcome == PATTERN_YES)
			apply(rule, &hit, &view, sums, reading);
	}
	if (words && pack->lang[0] != '*')
		sums->known = classify_words(pack, packs->meanings, &view, sums->of, words);
}

static void use_topic(const struct classify_input *input, struct sums *sums, struct reading *reading)
{
	if (input->topic_intent < 0 || input->topic_intent >= INTENT_COUNT)
		return;
	struct evidence *evidence = g_new0(struct evidence, 1);

	sums->of[input->topic_intent] += TOPIC_WEIGHT;
	evidence->rule = g_strdup("topic");
	evidence->intent = input->topic_intent;
	evidence->weight = TOPIC_WEIGHT;
	evidence->text = g_strdup(input->subject ? input->subject : "");
	g_ptr_array_add(reading->evidence, evidence);
}

static int by_weight(gconstpointer a, gconstpointer b)
{
	const struct evidence *left = *(struct evidence *const *) a, *right = *(struct evidence *const *) b;

	return (fabs(left->weight) < fabs(right->weight)) - (fabs(left->weight) > fabs(right->weight));
}

static void settle(const struct sums *sums, struct reading *reading)
{
	double top = sums->of[0], total = 0, missing = 0, share[INTENT_COUNT];
	int best = -1;

	for (int i = 1; i < INTENT_COUNT; i++)
		top = MAX(top, sums->of[i]);
	for (int i = 0; i < INTENT_COUNT; i++) {
		share[i] = exp((sums->of[i] - top) / sums->temper);
		total += share[i];
		if (intent_means_not_arrived((enum intent) i))
			missing += share[i];
	}
	const bool is_missing = missing > MISSING_LEAST * total;
	for (int i = 0; i < INTENT_COUNT; i++)
		if (intent_means_not_arrived((enum intent) i) == is_missing && (best < 0 || share[i] > share[best]))
			best = i;
	reading->intent = (enum intent) best;
	reading->confidence = (is_missing ? missing : share[best]) / total;
}

/* Only plain speech may look sure: a rule of its own for a missing parcel, no strong one for anything else, and hardly a
 * word that was never seen. What people say around the corner is good for a draft, not more. A pack without learned
 * words has seen none, so it is never sure. */
static bool is_plain(const struct sums *sums)
{
	return sums->clear >= CLEAR_LEAST && sums->rival < RIVAL_MOST && sums->known >= KNOWN_LEAST;
}

static void use_languages(struct packs *packs, const struct classify_input *input, struct sums *sums,
			  struct reading *reading, GPtrArray *words)
{
	const struct language_guess guess = language_guess(packs, input->text, input->subject, input->lang_hint);
	const char *lang = guess.lang ? guess.lang : input->lang_hint;

	g_free(reading->lang);
	reading->lang = g_strdup(lang ? lang : "und");
	for (guint i = 0; i < packs->list->len; i++) {
		const struct pack *pack = g_ptr_array_index(packs->list, i);
		const bool own = pack->lang[0] == '*' || g_strcmp0(pack->lang, lang) == 0;

		if (own)	/* what messages start with counts once, also where two languages are mixed */
			for (int k = 0; k < INTENT_COUNT; k++)
				sums->of[k] += pack->bias[k];
		if (own && pack->lang[0] != '*')
			sums->temper = pack->temper;
		if (own || g_strcmp0(pack->lang, guess.second) == 0)
			use_pack(packs, pack, input, sums, reading, own ? words : NULL);
	}
}

void classify_text(struct packs *packs, const struct classify_input *input, struct reading *reading)
{
	struct sums sums = { .temper = 1, .unknown = strlen(input->text) > FOLD_CAP_BYTES };
	g_autoptr(GPtrArray) words = g_ptr_array_new();

	if (!reading->buyer_text)
		reading->buyer_text = g_strdup(input->text);
	reading->wish = (enum wish) input->topic_wish;
	use_languages(packs, input, &sums, reading, words);
	use_topic(input, &sums, reading);
	if (input->machine)
		sums.of[INTENT_AUTOMATED] += 4;
	settle(&sums, reading);
	if (sums.unknown)
		reading->confidence = MIN(reading->confidence, 0.5);
	if (intent_means_not_arrived(reading->intent) && (reading->doubt || !is_plain(&sums)))
		reading->confidence = MIN(reading->confidence, DOUBTFUL);
	g_ptr_array_extend_and_steal(reading->evidence, g_steal_pointer(&words));
	g_ptr_array_sort(reading->evidence, by_weight);
}
