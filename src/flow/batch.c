/* What the stages that work in batches do alike. */
#include "batch_p.h"

#include "wismo/base/log.h"

#define STEP_MOST 5000

bool batch_next(const struct batch_stage *stage, const struct flow *flow, gint64 now, struct batch *next, GError **error)
{
	next->ids = next->last ? g_array_new(FALSE, FALSE, sizeof(gint64)) : stage->take(flow->store, now, &next->attempts, error);
	return next->ids;
}

bool batch_first(const struct batch_stage *stage, const struct flow *flow, gint64 now, struct batch *first, GError **error)
{
	if (!store_begin(flow->store, error))
		return false;
	if (!batch_next(stage, flow, now, first, error) || !store_commit(flow->store, error)) {
		store_abandon(flow->store);
		return false;
	}
	stage->counted();
	return true;
}

bool batch_all(const struct batch_stage *stage, const struct flow *flow, gint64 now, struct pass *pass, GError **error)
{
	struct batch batch = { 0 }, next;
	bool fine = batch_first(stage, flow, now, &batch, error);

	while (fine && batch.ids->len) {
		pass->done += batch.ids->len;
		next = (struct batch) { .last = pass->done >= STEP_MOST };
		if (flow->alive)
			flow->alive(flow->alive_user);
		fine = stage->work(flow, &batch, now, &next, error);
		g_array_unref(batch.ids);
		batch = next;
	}
	g_clear_pointer(&batch.ids, g_array_unref);
	return fine;
}

bool batch_pause(const struct batch_stage *stage, const struct flow *flow, const struct batch *batch, guint from, GError *cause,
		 GError **error)
{
	g_autoptr(GError) failure = NULL;

	store_abandon(flow->store);
	if (!store_begin(flow->store, &failure) || !stage->untake(flow->store, batch->ids, from, &failure)
	    || !store_commit(flow->store, &failure)) {
		store_abandon(flow->store);
		log_warning("%s attempts stay counted why=\"%s\"", stage->name, failure->message);
	}
	g_propagate_error(error, cause);
	return false;
}
