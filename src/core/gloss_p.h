/* Shared by the lists and the tokens of a gloss. */
#ifndef WISMO_CORE_GLOSS_P_H
#define WISMO_CORE_GLOSS_P_H

#include "wismo/core/gloss.h"

#define GLOSS_RUN_BYTES 128	/* of an entry, with its NUL */
#define GLOSS_DIGITS 1		/* concepts that need no entry */
#define GLOSS_QUESTION 2
#define GLOSS_FIRST_IDEOGRAPH 0x2E80

/* What an entry means, its senses: up to four concepts, a byte each, from the lowest on; 0: none. Each gloss numbers
 * its concepts from 1 on. */
struct gloss {
	const char *concepts[GLOSS_CONCEPTS_MOST + 1];	/* borrowed names */
	guint count;			/* of them, with the 0 that is none */
	GHashTable *words, *stems;	/* key, several words with _ between them -> senses */
	GHashTable *runs;		/* first word of several -> words of the longest entry */
	GStringChunk *keys;
	glong piece_most;		/* letters of the longest piece */
};

/* `key`: a folded word, or several with _ between them; `last`: where the last of them starts, which alone may be a
 * stem. Gives senses. */
guint32 gloss_look_up(const struct gloss *gloss, const char *key, gsize last);

#endif
