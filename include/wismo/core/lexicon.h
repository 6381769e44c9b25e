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

#include <stdbool.h>

struct lexicon;

/* Log odds in units of 1/32: 80,000 words of eleven languages are held by every process that understands mail. */
struct lexicon_word {
	gint8 weight[INTENT_COUNT];
};
#define LEXICON_UNIT 32.0
#define LEXICON_WEIGHT_MOST (127 / LEXICON_UNIT)

#define LEXICON_TOKEN_MOST 64	/* bytes; what would be longer is no token */

/* Called for each token in the order of the text; the token lives during the call. `start` and `end`: bytes
 * of the folded text. */
typedef void lexicon_visit(const char *token, gsize start, gsize end, void *data);

void lexicon_tokens(const struct folded *folded, lexicon_visit *visit, void *data);

struct lexicon *lexicon_new(void);
void lexicon_free(struct lexicon *lexicon);

/* The token's weights, all 0 when it is new; to be filled. Valid as long as the lexicon. */
struct lexicon_word *lexicon_add(struct lexicon *lexicon, const char *token);

/* Borrowed; NULL for a token that is not known. *key (when not NULL): the lexicon's own copy of it. */
const struct lexicon_word *lexicon_find(const struct lexicon *lexicon, const char *token, const char **key);

bool lexicon_is_empty(const struct lexicon *lexicon);

/* Walks the tokens (keys, const char *). */
void lexicon_start(const struct lexicon *lexicon, GHashTableIter *iter);

SCOPE(lexicon, lexicon_free)

#endif
