/* Items whose attempt is counted and committed before anything is done with them: what ends the program is met again, and
 * given up after a few times. */
#ifndef WISMO_FLOW_BATCH_P_H
#define WISMO_FLOW_BATCH_P_H

#include "wismo/flow/stage.h"

struct batch {
	GArray *ids;		/* gint64 */
	int attempts;
	bool last;		/* nothing more in this step: none is taken */
};

typedef bool batch_untake(struct store *store, const GArray *ids, guint from, GError **error);

/* A full disk or a lock is no fault of the items: their attempt is taken back from `from` on, and the worker pauses. That may
 * fail for the same reason; then the attempt stays counted, once. Takes `cause`, hands it to `error`, gives false. */
bool batch_pause(const struct flow *flow, const char *stage, const struct batch *batch, guint from, batch_untake *untake,
		 GError *cause, GError **error);

#endif
