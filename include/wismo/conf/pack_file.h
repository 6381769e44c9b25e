/* Reads pattern packs (patterns/<lang>.conf, wismo-rules(5)) and proves each rule by its own examples. */
#ifndef WISMO_CONF_PACK_FILE_H
#define WISMO_CONF_PACK_FILE_H

#include "wismo/conf/overlay.h"
#include "wismo/core/pack.h"

/* One file. WISMO_HALT `file:line: …` for what is not understood, or an example that does not hold. Owned. */
struct pack *pack_file_read(const char *path, GError **error);

/* The same for text in memory; `name` stands in messages. */
struct pack *pack_file_parse(const char *name, const char *text, GError **error);

/* All packs of the overlay; one a language. Owned. */
struct packs *pack_file_read_all(const struct overlay *overlay, GError **error);

#endif
