/* Tasks: every act is one conditional update on state and version with its line in the history.
 * Acts take a task as it was read and bring its state and version up to date; they work in the caller's
 * transaction, or in one of their own. Errors: those of store.h; WISMO_PARK when somebody was first or the state
 * does not allow it. */
#ifndef WISMO_STORE_TASK_H
#define WISMO_STORE_TASK_H

#include "wismo/model/task.h"
#include "wismo/store/store.h"

/* Inserts as proposed (or approved, when the rules approved it) unless its cause is there already; one that was withdrawn is
 * proposed again, and one that is proposed still is brought up to date. *changed tells whether anything was.
 * WISMO_PARK when the order line has a compensation already: "order 302-…: line 1 has refund t4 (approved) already". */
bool task_put(struct store *store, struct task *task, gint64 now, const char *actor, bool *changed, GError **error);

/* Rejects, in the mind's name, the payments of a case, and of an order in whichever case (0: none), that are only proposed and
 * not of `kind` (-1: all), within the caller's transaction. */
bool task_withdraw(struct store *store, gint64 case_id, gint64 order_id, int kind, gint64 now, const char *actor, GError **error);

/* Owned; NULL without error: no such task. */
struct task *task_get(struct store *store, gint64 id, GError **error);

/* struct task, next deadline first, then newest; `state` -1: all; `limit` 0: all. Owned; NULL on error. */
GPtrArray *task_list(struct store *store, int state, guint limit, GError **error);

/* Lowest id in `state` beyond `after`; NULL without error: none. Owned. */
struct task *task_next(struct store *store, enum task_state state, gint64 after, GError **error);

bool task_approve(struct store *store, struct task *task, gint64 now, const char *actor, GError **error);
bool task_reject(struct store *store, struct task *task, gint64 now, const char *actor, const char *reason, GError **error);
bool task_return(struct store *store, struct task *task, gint64 now, const char *actor, const char *why, GError **error);	/* approved -> proposed */
bool task_again(struct store *store, struct task *task, gint64 now, const char *why, GError **error);	/* interrupted, and certainly not acted */
bool task_begin(struct store *store, struct task *task, gint64 now, GError **error);	/* counts the attempt */
bool task_executed(struct store *store, struct task *task, gint64 now, const char *result, GError **error);
bool task_fail(struct store *store, struct task *task, gint64 now, const char *why, GError **error);
bool task_doubt(struct store *store, struct task *task, gint64 now, const char *why, GError **error);
bool task_done(struct store *store, struct task *task, gint64 now, const char *actor, GError **error);

/* Number of the task's order and what is known of it now; NULL without error: it has none. Owned. */
char *task_order_no(struct store *store, const struct task *task, GError **error);

#endif
