/* Between the reading of patterns and the finding of words. */
#ifndef WISMO_CORE_NEEDLE_P_H
#define WISMO_CORE_NEEDLE_P_H

#include "wismo/core/needle.h"

#define NEEDLE_SHORTEST 3	/* bytes: shorter words stand in every text */
#define NEEDLE_LONGEST 24

/* A need before its words have numbers. */
struct want {
	enum { WANT_WORD, WANT_ALL, WANT_ONE } kind;
	char *word;		/* WANT_WORD */
	GPtrArray *parts;	/* struct want, else */
};
void want_free(gpointer want);

/* NULL: nothing is certain. Owned. */
struct want *want_read(const char *pattern);

#endif
