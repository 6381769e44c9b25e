/* What single words and pairs of neighbours say, learned from the corpus: the broad, shallow half of
 * understanding, beside the rules of a pack, which are narrow and deep.
 *
 * Tokens of a folded text, each counted once however often it stands there; digits are read as "0":
 *	kaputt		a word
 *	kapu- kaputt-	its first four and its first six letters, where it is longer
 *	kein_paket	two neighbours of a sentence, by their first five letters; ^ and $ are its ends
 *	届い		one to four neighbouring letters of a script that puts no blanks between words */
#ifndef WISMO_CORE_LEXICON_H
#define WISMO_CORE_LEXICON_H

#include "wismo/base/scope.h"
#include "wismo/core/fold.h"
#include "wismo/model/intent.h"

struct lexicon;

#define LEXICON_TOKEN_MOST 64	/* bytes; what would be longer is no token */

/* Called for each token in the order of the text; the token lives during the call. `start` and `end`: bytes
 * of the folded text. */
typedef void lexicon_visit(const char *token, gsize start, gsize end, void *data);

void lexicon_tokens(const struct folded *folded, lexicon_visit *visit, void *data);

struct lexicon *lexicon_new(void);
void lexicon_free(struct lexicon *lexicon);

/* Log odds that the token adds to one intent; a second call for the same pair replaces the first. */
void lexicon_set(struct lexicon *lexicon, const char *token, enum intent intent, double weight);

/* INTENT_COUNT weights, borrowed; NULL for a token that is not known. */
const float *lexicon_find(const struct lexicon *lexicon, const char *token);

/* Walks the tokens (keys, const char *). */
void lexicon_start(const struct lexicon *lexicon, GHashTableIter *iter);

SCOPE(lexicon, lexicon_free)

#endif
