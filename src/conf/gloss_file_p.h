/* The files of meaning: patterns/concepts.list, patterns/<lang>.gloss, patterns/concepts.words (core/gloss.h). */
#ifndef WISMO_CONF_GLOSS_FILE_P_H
#define WISMO_CONF_GLOSS_FILE_P_H

#include "wismo/conf/overlay.h"
#include "wismo/core/pack.h"

/* The concepts and their weights; before any gloss. Files that are not there leave the packs as they are.
 * WISMO_HALT `file:line: …` for a line not understood. */
bool gloss_file_lay_concepts(struct packs *packs, const struct overlay *overlay, GError **error);

/* The pack's words by concept; likewise. */
bool gloss_file_lay(const struct packs *packs, struct pack *pack, const struct overlay *overlay, GError **error);

#endif
