/* What a buyer means: language, intent, wish, urgency, and how sure we are, with the words that say so. */
#ifndef WISMO_CORE_CLASSIFY_H
#define WISMO_CORE_CLASSIFY_H

#include "wismo/core/pack.h"
#include "wismo/model/reading.h"

/* At this confidence and above, "not arrived" was right in 99 of 100 messages that a fit of the weights had not
 * seen (cross-validated over all eleven languages, contrib/HACKING.md). Whoever decides about automatic answers
 * asks for it; below, a person looks. */
#define CLASSIFY_SURE 0.98

/* All strings valid UTF-8, borrowed; NULL where not known. */
struct classify_input {
	const char *text;	/* the buyer's own words (reading->buyer_text); never NULL */
	const char *subject;
	int topic_intent;	/* enum intent that the buyer clicked (marketplace topic); -1 none */
	int topic_wish;		/* enum wish of the topic; WISH_NONE none */
	const char *channel;
	const char *lang_hint;	/* the marketplace's language, ISO 639-1 */
	bool machine;		/* known to be written by a machine */
};

/* Fills reading: lang, intent, confidence, wish, urgency, evidence (offsets into `text`, strongest first)
 * and never. buyer_text is set when it was NULL. Pure; bounded: text beyond FOLD_CAP_BYTES is not read, and
 * that, like a rule that hit a limit, takes the confidence below CLASSIFY_SURE. */
void classify_text(struct packs *packs, const struct classify_input *input, struct reading *reading);

#endif
