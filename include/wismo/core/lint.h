/* The outgoing guard: what must not stand in an answer, read from its final text.
 * What applies comes from the channel's reply rules; order and tracking numbers of the case are never phones. */
#ifndef WISMO_CORE_LINT_H
#define WISMO_CORE_LINT_H

#include "wismo/core/channel.h"

#include <glib.h>

struct lint_finding {
	int line, column;	/* of the text, from 1, in characters */
	char *what;		/* what was found and why it must not be there, for a person */
};
void lint_finding_free(gpointer finding);

/* `exempt`: NULL-terminated numbers that may stand in the text; may be NULL. Owned array of struct lint_finding, in
 * order of appearance; empty: the text may leave. */
GPtrArray *lint_text(const struct channel *channel, const char *text, const char *const *exempt);

#endif
