/* PCRE2 with bounds, for the tables of channels and cuts. Patterns are UTF, with Unicode classes;
 * `.` does not match a line end. A match that hits a bound counts as no match, and says so. */
#ifndef WISMO_CORE_REGEX_H
#define WISMO_CORE_REGEX_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

enum regex_flag {
	REGEX_CASELESS = 1,
	REGEX_LINES = 2,	/* ^ and $ stand at line ends too */
	REGEX_HERE = 4,		/* only a match that begins at `from` counts */
	REGEX_RARE = 16,	/* tried too seldom to be worth machine code (2 to 10 KB) */
	REGEX_ASCII = 8,	/* \d, \w, \s and \b know ASCII only: much faster, and what begins with \d is leapt to */
};

#define REGEX_GROUPS 8		/* groups that a hit tells of, the whole match included */

struct regex;
struct regex_hit {
	gsize start[REGEX_GROUPS], end[REGEX_GROUPS];	/* bytes; [0] the whole; both G_MAXSIZE: group unset */
};

/* WISMO_HALT with PCRE2's message and the offset. */
struct regex *regex_new(const char *pattern, unsigned flags, GError **error);
void regex_free(gpointer regex);

/* Searches text[from, length). `text` is valid UTF-8, `from` at a character. `bounded` (may be NULL) is
 * set when a bound ended the search. */
bool regex_find(const struct regex *regex, const char *text, gsize length, gsize from, struct regex_hit *hit,
		bool *bounded);
bool regex_matches(const struct regex *regex, const char *text);	/* anywhere; NULL text: no */

/* Text of a group, owned; NULL when unset. */
char *regex_group(const char *text, const struct regex_hit *hit, guint group);

SCOPE(regex, regex_free)

#endif
