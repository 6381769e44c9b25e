/* What acts on replies and tasks share: a transaction of their own where none is open, and who was first. */
#ifndef WISMO_STORE_ACT_P_H
#define WISMO_STORE_ACT_P_H

#include "sql_p.h"

/* Opens a transaction unless the caller has one; *own tells act_end which. */
bool act_begin(struct store *store, bool *own, GError **error);

/* Commits what act_begin opened when `fine`, else abandons it; gives whether all is fine. */
bool act_end(struct store *store, bool own, bool fine, GError **error);

/* WISMO_PARK "r5 is sent since 2026-11-24T08:00:00Z (mailer)", from the row and the last line of its history; false. */
bool act_late(struct store *store, const char *subject, const char *state, GError **error);

/* One line of history about `kind``id`. */
bool act_tell(struct store *store, gint64 now, const char *actor, char kind, gint64 id, const char *event,
	      const char *detail, GError **error);

#endif
