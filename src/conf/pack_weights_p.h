/* Learned weights of a pack: patterns/<lang>.weights (rules) and patterns/<lang>.words (lexicon.h). */
#ifndef WISMO_CONF_PACK_WEIGHTS_P_H
#define WISMO_CONF_PACK_WEIGHTS_P_H

#include "wismo/conf/overlay.h"
#include "wismo/core/pack.h"

/* Files that are not there leave the pack as it is. WISMO_HALT `file:line: …` for a line not understood. */
bool pack_weights_lay(struct pack *pack, const struct overlay *overlay, GError **error);

/* What all languages share: patterns/concepts.words (gloss.h), into `meanings`. */
bool pack_weights_lay_concepts(struct lexicon *meanings, const struct overlay *overlay, GError **error);

#endif
