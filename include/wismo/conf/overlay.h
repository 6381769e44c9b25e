/* Where editable files are found: the seller's overlay over the installed data, file by file.
 * Search: --data DIR alone, else $WISMO_DATADIR alone, else overlay (/etc/wismo for root, else
 * $XDG_CONFIG_HOME/wismo) over the installed folder; a program started from its build tree takes
 * templates/ of the source tree as the installed folder. */
#ifndef WISMO_CONF_OVERLAY_H
#define WISMO_CONF_OVERLAY_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

struct overlay;

/* `data`: the value of --data, or NULL. WISMO_HALT when no data folder exists. */
struct overlay *overlay_new(const char *data, GError **error);
void overlay_free(struct overlay *overlay);

/* Lets the seller's folder win over the others: the instance's configuration folder. */
void overlay_add(struct overlay *overlay, const char *folder);

/* Paths of all files in `folder` (e.g. "patterns", "replies/de") that end in `ending`, sorted by file
 * name; where both folders have a name, the overlay's. Owned; never NULL. Hidden files and editors'
 * back-ups (~) are passed over. */
GPtrArray *overlay_list(const struct overlay *overlay, const char *folder, const char *ending);

/* Path of one file, NULL when no folder has it. Owned. */
char *overlay_path(const struct overlay *overlay, const char *name);

/* SHA-256 (hex) over names and bytes of all rule files (patterns, channels, carriers, policy, replies). Owned. */
char *overlay_hash(const struct overlay *overlay);

SCOPE(overlay, overlay_free)

#endif
