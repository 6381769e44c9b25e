/* What a text must hold for a pattern to match at all: of "(paket|sendung)\w* (ist )?verloren" one of the two words, and
 * "verloren". Looked for in all patterns of a pack at once and before any of them runs, because a pattern that does
 * not match costs as much as one that does, and of a pack's hundred patterns five match a mail.
 *
 * The rule of this unit: never to say "cannot match" of what could. Where a pattern is not understood (flags that change
 * letters, references, anything unusual) nothing is needed of it. tests/corpus/test-needle compares with the patterns. */
#ifndef WISMO_CORE_NEEDLE_H
#define WISMO_CORE_NEEDLE_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

struct needles;		/* the words of all patterns of a pack */
struct need;		/* what one pattern needs */
struct held;		/* what one text holds */

struct needles *needles_new(void);
void needles_free(struct needles *needles);

/* All patterns were read: what only reading needs is given back (1.5 MB of eleven packs). Of later ones nothing is certain. */
void needles_seal(struct needles *needles);

/* Reads a PCRE2 pattern without PCRE2_CASELESS, and remembers its words. NULL: nothing is certain. Owned; use it with what
 * texts hold of the same `needles` only. */
struct need *need_new(struct needles *needles, const char *pattern);
void need_free(struct need *need);

/* Owned. Knows the patterns that were read before. */
struct held *held_new(const struct needles *needles, const char *text, gsize length);
void held_free(struct held *held);

/* False: a pattern with this need cannot match the text, nor any part of it. NULLs: nothing is known, true. */
bool need_met(const struct need *need, const struct held *held);

SCOPE(needles, needles_free)
SCOPE(need, need_free)
SCOPE(held, held_free)

#endif
