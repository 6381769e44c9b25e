/* What every stage is given, and what it tells back. A stage is load -> decide (pure) -> act -> commit. */
#ifndef WISMO_FLOW_STAGE_H
#define WISMO_FLOW_STAGE_H

#include "wismo/conf/rulebook.h"
#include "wismo/conf/settings.h"
#include "wismo/store/store.h"

/* Borrowed by the stages for their life. */
struct flow {
	struct store *store;		/* opened with the role of the stage */
	const struct settings *settings;
	const struct rulebook *book;
	void (*alive)(void *user);	/* called between batches, and items whose work waits for others; NULL: nobody listens */
	void *alive_user;
};

/* One pass of a stage over everything that is due at `now`. */
struct pass {
	guint done;		/* items moved on; 0: nothing was due */
	gint64 next_at;		/* earliest moment at which something will be due; 0: only when woken */
};

/* Every stage is such a function: understand_step, track_step, decide_step, send_step, act_step.
 * False only when the stage cannot go on at all (WISMO_RETRY: pause and call again; WISMO_HALT: stop
 * the program). Trouble with one item is written into its row and logged, and is not an error here. */
typedef bool stage_step(const struct flow *flow, gint64 now, struct pass *pass, GError **error);

stage_step understand_step;	/* mind: new mails -> readings, cases */
stage_step track_step;		/* tracker: due lookups -> trackings, dirty cases */
stage_step decide_step;		/* mind: dirty or due cases -> verdicts, replies, tasks */
stage_step alarm_step;		/* mind: deadlines that are near or past -> log and history */
stage_step send_step;		/* mailer: due replies -> sent, later, refused, uncertain */
stage_step act_step;		/* runner: approved tasks -> executed */

/* inbox: fetches and files for one account once, without waiting for news (run --once). Waiting
 * for news (IDLE, polls) is fetch_watch in flow/fetch.h. */
bool fetch_once(const struct flow *flow, const struct account *account, gint64 now, struct pass *pass, GError **error);

#endif
