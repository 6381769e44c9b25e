/* How mail programs mark what is not the writer's own: quotes, attributions, signatures, footers. */
#ifndef WISMO_CORE_HISTORY_P_H
#define WISMO_CORE_HISTORY_P_H

#include <glib.h>
#include <stdbool.h>

struct line {
	gsize start, end;	/* bytes, without the line end */
	bool keep;
};

struct history {
	bool forwarded;		/* a forwarded mail stands in the text */
};

/* Clears `keep` of the lines (struct line) that are history, signature or footer. */
void history_mark(const char *text, GArray *lines, struct history *history);

#endif
