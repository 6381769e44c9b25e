/* Life of a tracking, names of its words. */
#include "wismo/model/tracking.h"

static const char *const statuses[] = {
	"none", "announced", "in_transit", "customs", "out_for_delivery", "attempted", "pickup", "problem",
	"delivered", "delivered_other", "returning", "returned", "lost",
};
static const char *const outcomes[] = { "ok", "unknown", "pending", "down", "limited", "refused" };
_Static_assert(G_N_ELEMENTS(statuses) == TRACK_STATUS_COUNT, "one name for each status");
_Static_assert(G_N_ELEMENTS(outcomes) == OUTCOME_COUNT, "one name for each outcome");

static int find(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (g_strcmp0(names[i], name) == 0)
			return i;
	return -1;
}

const char *track_status_name(enum track_status status) { return statuses[status]; }
const char *track_outcome_name(enum track_outcome outcome) { return outcomes[outcome]; }
int track_status_find(const char *name) { return find(statuses, TRACK_STATUS_COUNT, name); }
int track_outcome_find(const char *name) { return find(outcomes, OUTCOME_COUNT, name); }

struct tracking *tracking_new(void)
{
	struct tracking *tracking = g_new0(struct tracking, 1);

	tracking->events = g_ptr_array_new_with_free_func(track_event_free);
	return tracking;
}

bool tracking_before_ok(const struct tracking *tracking, gint64 since)
{
	gint64 last = MAX(tracking->status_at, tracking->moved_at);

	return tracking->outcome == OUTCOME_OK && last && since && last < since - 86400;
}

void track_event_free(gpointer pointer)
{
	struct track_event *event = pointer;

	g_free(event->code);
	g_free(event->text);
	g_free(event->place);
	g_free(event);
}

void tracking_free(gpointer pointer)
{
	struct tracking *tracking = pointer;

	if (!tracking)
		return;
	g_free(tracking->carrier);
	g_free(tracking->courier);
	g_free(tracking->number);
	g_free(tracking->detail);
	g_free(tracking->delivered_to);
	g_free(tracking->why);
	g_free(tracking->body);
	g_ptr_array_unref(tracking->events);
	g_free(tracking);
}
