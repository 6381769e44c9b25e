/* The rulebook: all rule files of one moment, proven by their own examples, with one hash.
 * A stage is handed a rulebook and never reads a file. */
#ifndef WISMO_CONF_RULEBOOK_H
#define WISMO_CONF_RULEBOOK_H

#include "wismo/base/scope.h"
#include "wismo/conf/overlay.h"

struct rulebook {
	char *hash;			/* overlay_hash: stored with every verdict */
	struct channels *channels;	/* core/channel.h */
	struct packs *packs;		/* core/pack.h */
	struct carriers *carriers;	/* core/carrier.h */
	struct policy *policy;		/* core/policy.h */
	struct replies *replies;	/* core/template.h */
	struct deadlines *deadlines;	/* core/deadline.h */
};

enum rulebook_parts {
	RULEBOOK_READING = 1,	/* channels, packs, carriers: enough to understand mail */
	RULEBOOK_ALL = 3,
};

/* Loads and proves; the first error ends it (WISMO_HALT, file:line). */
struct rulebook *rulebook_load(const struct overlay *overlay, enum rulebook_parts parts, GError **error);
void rulebook_free(struct rulebook *book);

SCOPE(rulebook, rulebook_free)

#endif
