/* Tasks: what must hold before money moves, asked anew at approval and again at execution. */
#ifndef WISMO_FLOW_ACT_H
#define WISMO_FLOW_ACT_H

#include "wismo/conf/settings.h"
#include "wismo/core/permit.h"
#include "wismo/store/store.h"

/* Loads what permit_task wants to know and asks it. answer->why is owned by the caller. */
bool act_permit(struct store *store, const struct task *task, struct permit_answer *answer, GError **error);

/* A reply that promises money or goods leaves only when its task was approved, in whichever case of the order it stands: nobody
 * is told of a refund that was refused. WISMO_PARK names the task that stands in the way. */
bool act_promise(struct store *store, const struct reply *reply, GError **error);

/* True for an approved task that a person must do: no hook acts on its kind. */
bool act_by_hand(const struct settings *settings, const struct task *task);

/* The task as one JSON object, as hooks and `wismo tasks --json` show it. Owned; NULL on error. */
char *act_json(struct store *store, const struct task *task, GError **error);

#endif
