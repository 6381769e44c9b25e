/* format=flowed undone (RFC 3676). */
#ifndef WISMO_MAIL_FLOWED_P_H
#define WISMO_MAIL_FLOWED_P_H

#include <glib.h>
#include <stdbool.h>

/* `text` with LF line ends; soft breaks joined, space stuffing removed, quote marks written as "> " a level.
 * Owned. */
char *flowed_undo(const char *text, bool delsp);

#endif
