/* Reads templates/channels/<name>.conf (wismo-channels(5)) into core/channel.h's structs. */
#ifndef WISMO_CONF_CHANNEL_H
#define WISMO_CONF_CHANNEL_H

#include "wismo/conf/overlay.h"
#include "wismo/core/channel.h"

/* All channel files of the overlay, each proven by its own examples. Owned; WISMO_HALT with file:line. */
struct channels *channels_load(const struct overlay *overlay, GError **error);

/* One file's text; `name` is the channel's, `file` stands in messages. Adds it to `channels`, unproven. */
bool channels_load_text(struct channels *channels, const char *name, const char *file, const char *text, GError **error);

#endif
