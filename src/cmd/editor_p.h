/* The seller's own editor: $VISUAL, $EDITOR, else vi. */
#ifndef WISMO_CMD_EDITOR_P_H
#define WISMO_CMD_EDITOR_P_H

#include <glib.h>
#include <stdbool.h>

/* Opens a file in it and waits until it ends; false when it cannot be started or ends with a failure. */
bool editor_run(const char *path, GError **error);

#endif
