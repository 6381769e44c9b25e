/* Shared by the parts of classifying. */
#ifndef WISMO_CORE_CLASSIFY_P_H
#define WISMO_CORE_CLASSIFY_P_H

#include "wismo/core/pack.h"
#include "wismo/model/reading.h"

#define CLASSIFY_SUBJECT_SHARE 0.5	/* a subject is short, and an old one stays when the talk has moved on */

/* Sets text, start and end of evidence found at [start, end) of the folded text (raw scope: of the text). */
void classify_place(struct evidence *evidence, const struct rule_view *view, enum rule_scope scope, bool in_subject,
		    gsize start, gsize end);

/* Adds what the words of body and subject weigh, and what they mean (`meanings`), to `sums`; and to `evidence`
 * those that spoke most for what it seems to mean, and against. Gives the share of the body's words that lexicon or
 * gloss know, 0..1; 0 without a lexicon, however much the gloss knows: what meanings alone say is never plain. */
double classify_words(const struct pack *pack, const struct lexicon *meanings, const struct rule_view *view,
		      double sums[static INTENT_COUNT], GPtrArray *evidence);

#endif
