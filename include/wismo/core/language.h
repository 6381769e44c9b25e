/* The language of what a person wrote, by script, stop words and letters that only some languages have. */
#ifndef WISMO_CORE_LANGUAGE_H
#define WISMO_CORE_LANGUAGE_H

#include "wismo/core/pack.h"

struct language_guess {
	const char *lang;	/* borrowed from the packs; NULL: cannot tell */
	const char *second;	/* runner-up that the text also shows (mixed writers); NULL: none */
	double sure;		/* 0..1 */
};

/* `text`, `subject` (NULL: none): valid UTF-8. `hint` (NULL: none) decides only what the words leave open. */
struct language_guess language_guess(struct packs *packs, const char *text, const char *subject, const char *hint);

#endif
