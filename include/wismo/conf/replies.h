/* Reads replies/<lang>/ of the overlay into struct replies (core/render.h); every template's examples are rendered and
 * linted while loading. WISMO_HALT with file:line. */
#ifndef WISMO_CONF_REPLIES_H
#define WISMO_CONF_REPLIES_H

#include "wismo/conf/overlay.h"
#include "wismo/core/channel.h"
#include "wismo/core/render.h"

/* `channels` (may be NULL: not linted) must hold the strictest rules: amazon's are used. Owned. */
struct replies *replies_load(const struct overlay *overlay, const struct channels *channels, GError **error);

/* Reads one file of a folder named like its language, with the partials of the overlay; true when it is fine. */
bool replies_check_file(const struct overlay *overlay, const char *path, const struct channels *channels, GError **error);

#endif
