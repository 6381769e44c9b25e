/* Between the reading of patterns and the finding of words. */
#ifndef WISMO_CORE_NEEDLE_P_H
#define WISMO_CORE_NEEDLE_P_H

#include "wismo/core/needle.h"

#define NEEDLE_SHORTEST 3	/* bytes: what is shorter stands in every text, unless it is a word of its own */
#define NEEDLE_LONGEST 24
#define NEEDLE_DIGIT "\001"	/* a word of its own kind: any digit */

/* An ASCII letter, digit or underscore: what \b parts from the rest. Bytes of other letters are none, so that a place beside
 * one counts as an end of a word when it may be one. */
static inline bool needle_letter_ok(char c)
{
	return g_ascii_isalnum(c) || c == '_';
}

/* A need before its words have numbers. */
struct want {
	enum { WANT_WORD, WANT_ALL, WANT_ONE } kind;
	char *word;		/* WANT_WORD */
	bool starts, ends;	/* it stands between \b's */
	bool open;		/* nothing followed it in its group: a \b may still come */
	GPtrArray *parts;	/* struct want, else */
};
void want_free(gpointer want);

/* NULL: nothing is certain. Owned. */
struct want *want_read(const char *pattern);

#endif
