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

/* What a stage does with its items. */
struct batch_stage {
	const char *name;		/* in log lines */
	/* The next items, their attempts counted; within a transaction. NULL: the store failed. */
	GArray *(*take)(struct store *store, gint64 now, int *attempts, GError **error);
	/* Takes the count back, from the item `from` on. */
	bool (*untake)(struct store *store, const GArray *ids, guint from, GError **error);
	void (*counted)(void);		/* a fault point */
	/* Commits what became of `batch` together with batch_next of `next`. False only when the store itself fails. */
	bool (*work)(const struct flow *flow, const struct batch *batch, gint64 now, struct batch *next, GError **error);
};

/* Batch after batch until nothing is due, or 5000 items were met: what is left is met in the next step, when other stages had
 * their turn. Adds to pass->done. */
bool batch_all(const struct batch_stage *stage, const struct flow *flow, gint64 now, struct pass *pass, GError **error);

/* The next batch within the caller's transaction, or in one of its own. */
bool batch_next(const struct batch_stage *stage, const struct flow *flow, gint64 now, struct batch *next, GError **error);
bool batch_first(const struct batch_stage *stage, const struct flow *flow, gint64 now, struct batch *first, GError **error);

/* A full disk or a lock is no fault of the items: their attempt is taken back from `from` on, and the worker pauses. That may
 * fail for the same reason; then the attempt stays counted, once. Takes `cause`, hands it to `error`, gives false. */
bool batch_pause(const struct batch_stage *stage, const struct flow *flow, const struct batch *batch, guint from, GError *cause,
		 GError **error);

#endif
