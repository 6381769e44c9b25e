/* The mind's third stage: says, once for each, which deadlines are near or past. It changes nothing else: that a person reads
 * the line in the log, or `status`, is all that it can bring about. */
#include "wismo/flow/stage.h"

#include "wismo/base/log.h"
#include "wismo/store/alarm.h"

#define AT_ONCE 50

static void say(const struct alarm *alarm, gint64 now)
{
	gint64 minutes = ABS(alarm->due_at - now) / 60;
	g_autofree char *span = g_strdup_printf("%" G_GINT64_FORMAT " h %02d min", minutes / 60, (int) (minutes % 60));

	/* A person must act in both cases; only the second is too late. */
	log_line(alarm->passed ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "%s case=c%" G_GINT64_FORMAT " %s%c%" G_GINT64_FORMAT " %s=\"%s\" order=%s"
		 " waits=\"%s\" why=\"%s\"", alarm->passed ? "deadline_passed" : "deadline_near", alarm->case_id,
		 alarm->kind == 't' ? "task=" : "id=", alarm->kind, alarm->id, alarm->passed ? "since" : "left", span,
		 alarm->order_no ? alarm->order_no : "-", alarm->waits ? alarm->waits : "a person", alarm->why ? alarm->why : "");
}

bool alarm_step(const struct flow *flow, gint64 now, struct pass *pass, GError **error)
{
	g_autoptr(GPtrArray) due = alarm_due(flow->store, now, AT_ONCE, error);
	bool fine = due && (due->len == 0 || store_begin(flow->store, error));

	*pass = (struct pass) { 0, 0 };
	for (guint i = 0; fine && i < due->len; i++)
		fine = alarm_said(flow->store, g_ptr_array_index(due, i), now, "mind", error);
	if (fine && due->len && !store_commit(flow->store, error))
		fine = false;
	if (!fine) {
		store_abandon(flow->store);
		return false;
	}
	/* After the commit: said twice is worse than a line that a crash in between swallows, for `status` says it still. */
	for (guint i = 0; i < due->len; i++)
		say(g_ptr_array_index(due, i), now);
	pass->done = due->len;
	pass->next_at = alarm_next_at(flow->store, now, NULL);
	return true;
}
