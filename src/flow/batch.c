/* What the stages that work in batches do alike. */
#include "batch_p.h"

#include "wismo/base/log.h"

bool batch_pause(const struct flow *flow, const char *stage, const struct batch *batch, guint from, batch_untake *untake,
		 GError *cause, GError **error)
{
	g_autoptr(GError) failure = NULL;

	store_abandon(flow->store);
	if (!store_begin(flow->store, &failure) || !untake(flow->store, batch->ids, from, &failure)
	    || !store_commit(flow->store, &failure)) {
		store_abandon(flow->store);
		log_warning("%s attempts stay counted why=\"%s\"", stage, failure->message);
	}
	g_propagate_error(error, cause);
	return false;
}
