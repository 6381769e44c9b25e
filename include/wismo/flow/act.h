/* Tasks: what must hold before money moves, asked anew at approval and again at execution. */
#ifndef WISMO_FLOW_ACT_H
#define WISMO_FLOW_ACT_H

#include "wismo/core/permit.h"
#include "wismo/store/store.h"

/* Loads what permit_task wants to know and asks it. answer->why is owned by the caller. */
bool act_permit(struct store *store, const struct task *task, struct permit_answer *answer, GError **error);

/* The task as one JSON object, as hooks and `wismo tasks --json` show it. Owned; NULL on error. */
char *act_json(struct store *store, const struct task *task, GError **error);

#endif
