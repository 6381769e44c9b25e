/* Folding: text as patterns see it, so that a pattern written once meets what people type. Folded are
 *	case, accents and umlauts (é, ü, ł, ø, ı -> e, u, l, o, i; ß -> ss), full and half width forms;
 *	a letter typed three times or more (bitteee -> bite? no: bitteee -> bitte; one letter remains);
 *	typographic quotes and dashes; blanks (one), NBSP, zero-width characters (none);
 *	ends of sentences: each sentence becomes a line. "3.11." and "Nr. 2" end none.
 * With FOLD_UMLAUT also ae, oe, ue -> a, o, u (not after a, e, q: neue, Quelle), so that "zurueck",
 * "zurück" and "zuruck" are one word.
 * Every folded byte knows the byte of the original that it stands for. */
#ifndef WISMO_CORE_FOLD_H
#define WISMO_CORE_FOLD_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

enum fold_flags { FOLD_PLAIN = 0, FOLD_UMLAUT = 1 };

struct folded {
	char *text;
	gsize length;
	guint32 *at;	/* length + 1 offsets into the original, never falling */
};

#define FOLD_CAP_BYTES 65536	/* of the original; what people write is 200 bytes, what they paste 5,000 */

/* `text` must be valid UTF-8; beyond FOLD_CAP_BYTES it is not read. `words` (may be NULL): key words, folded;
 * a word of the text that is one slip away from one (two from a word of nine letters) becomes it. */
struct folded *fold_text(const char *text, enum fold_flags flags, const GPtrArray *words);
void fold_free(struct folded *folded);

/* Whether fold_text would surely leave this word as it is; many are, and folding allocates. */
bool fold_done_ok(const char *word, enum fold_flags flags);

/* A pattern, its literal letters folded alike; escapes, classes' brackets and group names stay. A blank
 * stands for any gap between two words of a sentence; a line break with its indentation for nothing.
 * Owned. */
char *fold_pattern(const char *pattern, enum fold_flags flags);

SCOPE(folded, fold_free)

#endif
