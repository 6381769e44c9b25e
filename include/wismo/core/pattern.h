/* PCRE2 with our limits, the only way in which core matches text. JIT where the machine has one.
 *
 * Text must be valid UTF-8: it is validated once by the caller and never again (PCRE2_NO_UTF_CHECK, three
 * times faster). Patterns see UTF and Unicode classes, `^` and `$` match at line ends, groups do not
 * capture unless named. A match that runs into a limit is PATTERN_UNKNOWN: nothing may be concluded from it. */
#ifndef WISMO_CORE_PATTERN_H
#define WISMO_CORE_PATTERN_H

#include "wismo/base/scope.h"
#include "wismo/core/needle.h"

#include <glib.h>
#include <stdbool.h>

#define PATTERN_MATCH_LIMIT 100000	/* below 1 ms on ReDoS classics; the library's default takes 40 to 220 ms */
#define PATTERN_HEAP_LIMIT_KB 1024
#define PATTERN_DEPTH_LIMIT 10000

struct pattern;
struct matcher;		/* working memory of matches; one a thread, cheap to make */

enum pattern_outcome { PATTERN_NO, PATTERN_YES, PATTERN_UNKNOWN };

/* WISMO_HALT with PCRE2's message and the place in the pattern. `needles` (NULL: none) learn what it needs. */
struct pattern *pattern_new(const char *source, struct needles *needles, GError **error);
void pattern_free(gpointer pattern);

struct matcher *matcher_new(void);
struct matcher *matcher_new_prover(void);	/* for patterns that are tried once: none is made machine code */
void matcher_free(struct matcher *matcher);

/* False: it cannot match a text that holds this (NULL: unknown), nor any part of it; then it need not be tried. */
bool pattern_may(const struct pattern *pattern, const struct held *held);

/* First match at or after byte `from`. `start` and `end` (may be NULL) are set for PATTERN_YES only. */
enum pattern_outcome pattern_find(struct pattern *pattern, struct matcher *matcher, const char *text,
				  gsize length, gsize from, gsize *start, gsize *end);

/* Whether this process may make machine code of patterns; without it they are interpreted. */
bool pattern_jit_ok(void);

SCOPE(pattern, pattern_free)
SCOPE(matcher, matcher_free)

#endif
