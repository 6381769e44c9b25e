/* The table trackings. */
#include "wismo/store/tracking.h"

#include "wismo/base/clock.h"

#include "sql_p.h"

#include <jansson.h>
#include <stdlib.h>

static char *events_json(const struct tracking *tracking)
{
	json_t *array = json_array();
	char *text, *owned;

	for (guint i = 0; i < tracking->events->len; i++) {
		const struct track_event *event = g_ptr_array_index(tracking->events, i);
		g_autofree char *at = clock_format(event->at);

		json_array_append_new(array, json_pack("{s:s?, s:s, s:s?, s:s?, s:s?, s:b}", "at", at, "status", track_status_name(event->status),
						       "code", event->code, "text", event->text, "place", event->place, "moves", event->moves));
	}
	text = json_dumps(array, JSON_COMPACT);
	owned = g_strdup(text ? text : "[]");
	free(text);
	json_decref(array);
	return owned;
}

static bool news(struct store *store, const struct tracking *t)
{
	return !sql_int(store, NULL, 0, "SELECT outcome = ?1 AND status = ?2 AND status_at = ?3 AND moved_at = ?4 AND eta_to = ?5"
			" AND detail IS ?6 FROM trackings WHERE number = ?7 AND carrier = ?8 AND courier IS ?9 ORDER BY id DESC LIMIT 1", "ssiiissss",
			track_outcome_name(t->outcome), track_status_name(t->status), t->status_at, t->moved_at, t->eta_to, t->detail,
			t->number, t->carrier, t->courier);
}

bool tracking_put(struct store *store, const struct tracking *t, GError **error)
{
	g_autofree char *events = events_json(t);
	bool changed = news(store, t);

	if (!sql_run(store, error, "INSERT INTO trackings (carrier, courier, number, asked_at, outcome, status, detail, status_at, moved_at, eta_from,"
		     " eta_to, delivered_to, signature, events, recorded, why, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		     "sssisssiiiisisiss", t->carrier, t->courier, t->number, t->asked_at, track_outcome_name(t->outcome), track_status_name(t->status),
		     t->detail, t->status_at, t->moved_at, t->eta_from, t->eta_to, t->delivered_to, (gint64) t->signature, events,
		     (gint64) t->recorded, t->why, t->body))
		return false;
	return !changed || sql_run(store, error, "UPDATE cases SET dirty = 1, version = version + 1 WHERE state <> 'closed' AND id IN"
		" (SELECT c.id FROM shipments AS s JOIN orders AS o ON o.id = s.order_id JOIN cases AS c ON c.order_no = o.order_no AND c.order_no <> ''"
		" AND c.channel = o.channel WHERE s.number = ?1 UNION SELECT case_id FROM lookups WHERE number = ?1)", "s", t->number);
}

bool tracking_fresh_ok(struct store *store, const char *carrier, const char *courier, const char *number, gint64 since)
{
	return sql_int(store, NULL, 0, "SELECT EXISTS (SELECT 1 FROM trackings WHERE number = ? AND carrier = ? AND courier IS ? AND asked_at > ? AND outcome = 'ok')",
		       "sssi", number, carrier, courier, since);
}

static void read_events(struct tracking *tracking, const char *text)
{
	json_t *array = json_loads(text ? text : "[]", 0, NULL), *one;
	size_t index;

	json_array_foreach(array, index, one) {
		struct track_event *event = g_new0(struct track_event, 1);
		const char *at = json_string_value(json_object_get(one, "at"));

		event->at = at ? clock_parse(at, NULL) : 0;
		event->status = (enum track_status) MAX(track_status_find(json_string_value(json_object_get(one, "status"))), 0);
		event->code = g_strdup(json_string_value(json_object_get(one, "code")));
		event->text = g_strdup(json_string_value(json_object_get(one, "text")));
		event->place = g_strdup(json_string_value(json_object_get(one, "place")));
		event->moves = json_is_true(json_object_get(one, "moves"));
		g_ptr_array_add(tracking->events, event);
	}
	json_decref(array);
}

static bool take(sqlite3_stmt *row, void *user)
{
	struct tracking *t = tracking_new();
	g_autofree char *outcome = sql_column_text(row, 3), *status = sql_column_text(row, 4), *events = sql_column_text(row, 12);

	t->carrier = sql_column_text(row, 0);
	t->number = sql_column_text(row, 1);
	t->asked_at = sql_column_int(row, 2);
	t->outcome = (enum track_outcome) track_outcome_find(outcome);
	t->status = (enum track_status) track_status_find(status);
	t->detail = sql_column_text(row, 5);
	t->status_at = sql_column_int(row, 6);
	t->moved_at = sql_column_int(row, 7);
	t->eta_from = sql_column_int(row, 8);
	t->eta_to = sql_column_int(row, 9);
	t->delivered_to = sql_column_text(row, 10);
	t->signature = sql_column_int(row, 11);
	t->recorded = sql_column_int(row, 13);
	t->why = sql_column_text(row, 14);
	t->body = sql_column_text(row, 15);
	t->courier = sql_column_text(row, 16);
	read_events(t, events);
	*(struct tracking **) user = t;
	return false;
}

struct tracking *tracking_latest(struct store *store, const char *carrier, const char *number, GError **error)
{
	struct tracking *tracking = NULL;

	sql_each(store, error, take, &tracking, "SELECT carrier, number, asked_at, outcome, status, detail, status_at, moved_at, eta_from, eta_to,"
		 " delivered_to, signature, events, recorded, why, body, courier FROM trackings WHERE number = ? AND coalesce(courier, carrier) = ?"
		 " ORDER BY outcome = 'ok' DESC, asked_at DESC, id DESC LIMIT 1", "ss", number, carrier);
	return tracking;
}
