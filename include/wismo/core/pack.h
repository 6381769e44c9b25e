/* Pattern packs: what is known of how people write in one language. wismo-rules(5) is the manual of the
 * files, conf/pack_file.h reads them; here they are values. Nothing in them changes after loading. */
#ifndef WISMO_CORE_PACK_H
#define WISMO_CORE_PACK_H

#include "wismo/core/fold.h"
#include "wismo/core/gloss.h"
#include "wismo/core/lexicon.h"
#include "wismo/core/pattern.h"
#include "wismo/model/intent.h"

enum rule_scope {
	SCOPE_BODY,	/* the buyer's words, folded */
	SCOPE_SUBJECT,	/* the subject, folded */
	SCOPE_ANY,	/* the body, else the subject at half the weight */
	SCOPE_RAW,	/* the buyer's words as typed: capitals, exclamation marks */
	RULE_SCOPE_COUNT
};
int rule_scope_find(const char *name);		/* -1 when unknown */

struct rule {
	char *name;			/* "de/paket_nicht_da" */
	enum rule_scope scope;
	struct pattern *match;
	struct pattern *unless;		/* NULL, or: not when found in the sentence of the match */
	struct pattern *veto;		/* NULL, or: not when found anywhere */
	struct pattern *with;		/* NULL, or: only when also found anywhere */
	enum intent intent;		/* of evidence: the first score's */
	double weight[INTENT_COUNT];	/* log odds that it adds to each intent */
	enum wish wish;
	enum urgency urgency;
	char *never;			/* why no machine may answer; NULL: it may */
	char *doubt;			/* what else the message may be about, so that a person looks; NULL: nothing */
};

struct pack {
	char *lang;		/* ISO 639-1; "*": for every language */
	enum fold_flags fold;
	GPtrArray *words;	/* char *, folded key words for mending slips */
	GHashTable *stop;	/* set of folded stop words: how the language is known */
	GPtrArray *rules;	/* struct rule */
	struct needles *needles;	/* of all rules but the raw ones */
	struct lexicon *lexicon;	/* NULL: none was learned */
	struct gloss *gloss;	/* what its words mean, in concepts of `packs` */
	double bias[INTENT_COUNT];	/* what each intent starts with */
	double temper;		/* divides the sums, so that a confidence of 0.9 is right nine times in ten; 1 as written */
};

struct packs {
	GPtrArray *list;	/* struct pack */
	GHashTable *concepts;	/* set of names, which the packs' glosses borrow */
	struct lexicon *meanings;	/* what the tokens of gloss.h weigh, in every language */
	struct matcher *matcher;	/* of whoever classifies by them: one at a time */
	GHashTable *vocabulary;	/* word -> which packs know it (language.c); made by the first guess, NULL before */
};

struct pack *pack_new(const char *lang);
void pack_free(gpointer pack);
void rule_free(gpointer rule);
struct packs *packs_new(void);
void packs_free(struct packs *packs);
const struct pack *packs_find(const struct packs *packs, const char *lang);	/* borrowed; NULL */

/* Where a rule speaks. */
struct rule_hit {
	enum pattern_outcome outcome;	/* PATTERN_UNKNOWN when any of its patterns hit a limit */
	bool in_subject;
	gsize start, end;		/* in the folded text (raw scope: in the text) */
};

/* What a rule looks at; `subject` may be NULL. What the two hold (by the pack's needles; NULL: unknown) saves trying. */
struct rule_view {
	const char *raw;
	const struct folded *body, *subject;
	const struct held *body_holds, *subject_holds;
};

void rule_try(const struct rule *rule, struct matcher *matcher, const struct rule_view *view, struct rule_hit *hit);

SCOPE(pack, pack_free)
SCOPE(packs, packs_free)
SCOPE(rule, rule_free)

#endif
