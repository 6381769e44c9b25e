/* What words mean: a list of a language's words by concept ("parcel: paket* sendung* lieferung"), so that
 * what is learned about "not", "arrive" and "refund" in one language holds in every other. The concepts are
 * few (some 220, the file patterns/concepts.list), their weights are shared by all languages.
 *
 * An entry of a list, folded as the pack folds:
 *	paket		a word
 *	paket*		every word that begins so; the longest beginning wins, a whole word wins over it
 *	geld_zurueck	neighbouring words; the longest run wins over single words. Its last word may be a
 *			stem (geld_zurueck*)
 *	届い		in a script without blanks between words: a piece; the longest at each place wins
 * Two concepts need no entries: "digits", and "question" at the end of a sentence with a question mark.
 *
 * Tokens of a text (words without a meaning are passed over):
 *	arrive			a concept
 *	arrive+not		two at most GLOSS_WINDOW meaning words apart in a sentence, in the order of the
 *				alphabet
 *	not>arrive		two neighbours, in the order of the text
 *	arrive+not+parcel	three neighbours, in the order of the alphabet */
#ifndef WISMO_CORE_GLOSS_H
#define WISMO_CORE_GLOSS_H

#include "wismo/core/lexicon.h"

#include <stdbool.h>

#define GLOSS_WINDOW 4
#define GLOSS_CONCEPTS_MOST 255	/* of a gloss, with digits and question */
#define GLOSS_SENSES_MOST 4	/* concepts of one entry */
#define GLOSS_RUN_MOST 6	/* words of one entry */

struct gloss;

struct gloss *gloss_new(void);
void gloss_free(struct gloss *gloss);

/* `concept` is borrowed and must outlive the gloss. Refuses (WISMO_HALT) what is no entry, or one or a concept
 * too many; the text names the entry. */
bool gloss_add(struct gloss *gloss, const char *concept, const char *entry, enum fold_flags fold,
	       GError **error);

/* Whether a folded word, by itself, means anything. */
bool gloss_knows(const struct gloss *gloss, const char *word);

/* Calls `visit` for each token, also more than once. Bounded: after some thousand meaning words the rest of
 * the text is passed over. */
void gloss_tokens(const struct gloss *gloss, const struct folded *folded, lexicon_visit *visit,
		  void *data);

SCOPE(gloss, gloss_free)

#endif
