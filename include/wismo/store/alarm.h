/* Alarms: what has a deadline that is near or past, and nobody has been told. Each is said once for each deadline: a row
 * remembers for which moment. Read from cases and tasks; errors as in store.h. */
#ifndef WISMO_STORE_ALARM_H
#define WISMO_STORE_ALARM_H

#include "wismo/store/store.h"

#include <glib.h>
#include <stdbool.h>

#define ALARM_CASE_S (6 * 3600)		/* an answer can still be written, also by somebody who sleeps now */
#define ALARM_TASK_S (24 * 3600)	/* claims at carriers want papers */

struct alarm {
	char kind;		/* 'c' a case, 't' a task */
	gint64 id, case_id;
	gint64 due_at;
	bool passed;
	char *order_no;		/* NULL: unknown */
	char *why;		/* the deadline's arithmetic */
	char *waits;		/* "r5 draft": what a person could let go on; NULL: nothing is prepared */
};
void alarm_free(gpointer alarm);

/* What has to be said at `now`, the nearest first, at most `most`. Owned array of struct alarm; NULL on error. */
GPtrArray *alarm_due(struct store *store, gint64 now, guint most, GError **error);

/* Within the caller's transaction: it was said, with its line in the history. */
bool alarm_said(struct store *store, const struct alarm *alarm, gint64 now, const char *actor, GError **error);

/* When the next one is to be said; 0: none. */
gint64 alarm_next_at(struct store *store, gint64 now, GError **error);

/* "passed", "near" or NULL. */
const char *alarm_word(gint64 due_at, gint64 lead_s, gint64 now);

#endif
