/* What folding of text and of patterns share. */
#ifndef WISMO_CORE_FOLD_P_H
#define WISMO_CORE_FOLD_P_H

#include "wismo/core/fold.h"

#define FOLD_MOST 4	/* letters that one letter can become; "ﬃ" is three */

/* The letters that a letter folds to; 0 for one that vanishes. */
guint fold_letter(gunichar letter, gunichar folded[static FOLD_MOST]);

/* True when an `e` after this folded text is the mark of a written-out umlaut. */
bool fold_drops_e(const char *out, gsize length);

/* Puts the key word in the place of each word that is a slip of it; `at` follows. */
void fold_mend(GString *text, GArray *at, const GPtrArray *words);

#endif
