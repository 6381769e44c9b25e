#include "answer_p.h"

#include "wismo/base/clock.h"
#include "wismo/cmd/print.h"

#include <stdio.h>

static json_t *moment(gint64 at)
{
	g_autofree char *text = clock_format(at);

	return text ? json_string(text) : json_null();
}

json_t *answer_events(const struct tracking *tracking)
{
	json_t *array = json_array();

	for (guint i = 0; tracking && i < tracking->events->len; i++) {
		const struct track_event *event = g_ptr_array_index(tracking->events, i);

		json_array_append_new(array, json_pack("{s:o, s:s, s:s?, s:s?, s:s?, s:b}", "at", moment(event->at), "status",
			track_status_name(event->status), "code", event->code, "text", event->text, "place", event->place, "moves", event->moves));
	}
	return array;
}

static void print_event(const struct track_event *event)
{
	g_autofree char *when = clock_format(event->at), *code = print_clean(event->code, 0);
	g_autofree char *text = print_clean(event->text, 0), *place = print_clean(event->place, 0);

	printf("    %-20s  %-16s %-12s %s%s%s%s\n", when ? when : "-", track_status_name(event->status), *code ? code : "-", text,
	       *place ? ", " : "", place, event->moves ? "" : "  [no movement]");
}

void answer_print(const struct tracking *tracking, const char *title)
{
	g_autofree char *at = clock_format(tracking->status_at), *eta = clock_format(tracking->eta_to);
	g_autofree char *why = print_clean(tracking->why, 0);
	const char *recorded = tracking->recorded ? " (recorded answer)" : "";

	if (tracking->outcome != OUTCOME_OK) {
		printf("  %s: %s%s%s%s\n", title, track_outcome_name(tracking->outcome), *why ? ": " : "", why, recorded);
		return;
	}
	printf("  %s says: %s%s%s%s%s since %s%s\n", title, track_status_name(tracking->status), tracking->detail ? ", " : "",
	       tracking->detail ? tracking->detail : "", tracking->delivered_to ? ", to " : "",
	       tracking->delivered_to ? tracking->delivered_to : "", at ? at : "-", recorded);
	if (eta)
		printf("  expected until %s\n", eta);
	for (guint i = 0; i < tracking->events->len; i++)
		print_event(g_ptr_array_index(tracking->events, i));
}
