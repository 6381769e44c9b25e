/* Files of one entry a line, read in place: eleven languages have 200,000 lines, and each start of the program reads them. */
#ifndef WISMO_CONF_LINES_P_H
#define WISMO_CONF_LINES_P_H

#include "wismo/conf/overlay.h"

/* One line, neither empty nor a comment (#); may be cut up. False with lines_fail. */
typedef bool lines_take(char *line, void *data, GError **error);

/* Sets a WISMO_HALT "expected …"; always false. */
bool lines_fail(GError **error, const char *expected, ...) G_GNUC_PRINTF(2, 3);

/* `name` in the overlay; a file that is not there has no lines. WISMO_HALT `file:line: expected …`,
 * and as confuse_text. */
bool lines_read(const struct overlay *overlay, const char *name, lines_take *take, void *data, GError **error);

/* Cuts a line at its blanks, in place; 0 when it has more than `most` words. */
int lines_cut(char *line, char **words, int most);

#endif
