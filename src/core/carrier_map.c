/* What an answer means. Two rows of expressions: over the whole answer, then over each event. The rule
 * above all others: what nobody listed is never "delivered" and never "lost". */
#include "carrier_p.h"

#include "wismo/base/secret.h"
#include "wismo/core/expr.h"
#include "wismo/core/regex.h"

#include <stdlib.h>
#include <string.h>

#define MOST_EVENTS 400
#define LIFE_MOST_S 86400	/* of a token: whatever it says, a new one a day */
#define FUTURE_S 86400		/* clocks and zones of depots are wrong by hours, not by days */

static void load_answer(const struct carrier *carrier, const char *step, int http, const char *body, const char *number,
			const char *courier)
{
	expr_set_text(carrier->answer, ANSWER_BODY, body);
	expr_set_int(carrier->answer, ANSWER_HTTP, http);
	expr_set_text(carrier->answer, ANSWER_STEP, step);
	expr_set_text(carrier->answer, ANSWER_NUMBER, number);
	expr_set_text(carrier->answer, ANSWER_COURIER, courier);
	expr_set_text(carrier->answer, ANSWER_ZONE, carrier->zone);
	expr_set_null(carrier->answer, ANSWER_RESULT);
}

/* SQLite's json_valid, by a constant expression of its own kind: jansson would refuse what SQLite reads. */
static bool json_ok(const struct carrier *carrier)
{
	return expr_truth(carrier->json, NULL) == EXPR_TRUE;
}

static enum track_outcome outcome_of(const struct carrier *carrier, int http, char **why)
{
	bool json;

	if (!http) {
		*why = g_strdup("no answer");
		return OUTCOME_DOWN;
	}
	json = json_ok(carrier);
	for (guint i = 0; i < carrier->outcomes->len; i++) {
		const struct carrier_outcome *outcome = g_ptr_array_index(carrier->outcomes, i);

		/* An expression over a body that is no JSON fails, and so cannot claim anything. */
		for (guint k = 0; k < outcome->when->len; k++)
			if (expr_truth(outcome->when->pdata[k], NULL) == EXPR_TRUE) {
				*why = outcome->outcome == OUTCOME_OK ? NULL : g_strdup_printf("HTTP %d: %s", http,
					track_outcome_name(outcome->outcome));
				return outcome->outcome;
			}
	}
	if (http == 429 || http == 401 || http == 403) {
		*why = g_strdup_printf("HTTP %d", http);
		return http == 429 ? OUTCOME_LIMITED : OUTCOME_REFUSED;
	}
	if (http >= 200 && http < 300 && json)
		return OUTCOME_OK;
	*why = http >= 200 && http < 300 ? g_strdup("the answer is no JSON") : g_strdup_printf("HTTP %d", http);
	return OUTCOME_DOWN;
}

static bool list_has(const GPtrArray *list, const char *word)
{
	for (guint i = 0; i < list->len; i++) {
		const char *item = list->pdata[i];
		gsize length = strlen(item);

		if (length && item[length - 1] == '*' ? g_ascii_strncasecmp(item, word, length - 1) == 0 : g_ascii_strcasecmp(item, word) == 0)
			return true;
	}
	return false;
}

/* UNKNOWN: a bound ended the search, or the expression failed. Then no later row may decide: this one might have been the
 * exception that keeps "delivered" off. SQL's NULL is no failure, it is "does not fit". */
static enum expr_truth row_fits(const struct carrier_map *map, const char *code, const char *text, const char *coarse)
{
	g_autoptr(GError) failed = NULL;
	bool bounded = false;
	enum expr_truth truth;

	if (map->codes->len && !(code && list_has(map->codes, code)))
		return EXPR_FALSE;
	if (map->coarse->len && !(coarse && list_has(map->coarse, coarse)))
		return EXPR_FALSE;
	if (map->regex && !(text && regex_find(map->regex, text, strlen(text), 0, NULL, &bounded)))
		return bounded ? EXPR_UNKNOWN : EXPR_FALSE;
	truth = map->when ? expr_truth(map->when, &failed) : EXPR_TRUE;
	return failed ? EXPR_UNKNOWN : truth == EXPR_TRUE ? EXPR_TRUE : EXPR_FALSE;
}

static bool code_listed(const struct carrier *carrier, const char *code)
{
	for (guint i = 0; i < carrier->maps->len; i++)
		if (list_has(((struct carrier_map *) g_ptr_array_index(carrier->maps, i))->codes, code))
			return true;
	return false;
}

static bool final(enum track_status status)
{
	return status == TRACK_DELIVERED || status == TRACK_DELIVERED_OTHER || status == TRACK_LOST || status == TRACK_RETURNED;
}

/* An event with what the map said of it. */
struct mapped {
	struct track_event *event;
	enum carrier_move move;
	const char *detail, *to;
};

/* `unread`: an expression failed, which is not the same as "has no code": nothing may be concluded. */
static void map_event(const struct carrier *carrier, const char *coarse, bool unread, struct mapped *mapped)
{
	static const char unlisted[] = "unlisted";
	struct track_event *event = mapped->event;
	bool listed = !event->code || code_listed(carrier, event->code);

	event->status = TRACK_PROBLEM;
	event->moves = true;
	mapped->detail = unlisted;
	for (guint i = 0; !unread && i < carrier->maps->len; i++) {
		const struct carrier_map *map = g_ptr_array_index(carrier->maps, i);
		enum expr_truth fits = row_fits(map, event->code, event->text, coarse);

		if (fits == EXPR_UNKNOWN)
			return;
		if (fits == EXPR_FALSE)
			continue;
		mapped->move = map->move;
		event->moves = map->move == MOVE_STATUS && map->status != TRACK_ANNOUNCED && map->status != TRACK_NONE;
		/* The coarse word alone may not end a story whose code we do not know. */
		if (map->move == MOVE_STATUS && final(map->status) && !listed)
			return;
		event->status = map->status;
		mapped->detail = map->detail;
		mapped->to = map->to;
		return;
	}
}

static void load_event(const struct carrier *carrier, const char *json)
{
	expr_set_text(carrier->event, EVENT_EVENT, json);
	expr_set_null(carrier->event, EVENT_CODE);
	expr_set_null(carrier->event, EVENT_TEXT);
	expr_set_null(carrier->event, EVENT_COARSE);
}

static void fill_event(const struct carrier *carrier, const char *json, struct mapped *mapped)
{
	struct track_event *event = g_new0(struct track_event, 1);
	g_autoptr(GError) no_code = NULL, no_text = NULL, no_coarse = NULL;
	g_autofree char *coarse = NULL;

	/* What an expression reads before it is computed is nothing, never the event before. */
	load_event(carrier, json);
	if (carrier->field[FIELD_CODE])
		event->code = expr_text(carrier->field[FIELD_CODE], &no_code);
	if (event->code && !*event->code)
		g_clear_pointer(&event->code, g_free);
	expr_set_text(carrier->event, EVENT_CODE, event->code);
	if (carrier->field[FIELD_TEXT])
		event->text = expr_text(carrier->field[FIELD_TEXT], &no_text);
	expr_set_text(carrier->event, EVENT_TEXT, event->text);
	if (carrier->field[FIELD_COARSE])
		coarse = expr_text(carrier->field[FIELD_COARSE], &no_coarse);
	expr_set_text(carrier->event, EVENT_COARSE, coarse);
	if (carrier->field[FIELD_PLACE])
		event->place = expr_text(carrier->field[FIELD_PLACE], NULL);
	if (carrier->field[FIELD_AT])
		event->at = expr_int(carrier->field[FIELD_AT], 0, NULL);
	mapped->event = event;
	map_event(carrier, coarse, no_code || no_text || no_coarse, mapped);
}

static int by_time(gconstpointer left, gconstpointer right)
{
	const struct mapped *a = left, *b = right;

	return a->event->at < b->event->at ? -1 : a->event->at > b->event->at;
}

/* Oldest first; NULL when the list cannot be read. Sorted by time when each event has one; g_array_sort is stable, so the
 * list's order decides ties. */
static GArray *events_of(const struct carrier *carrier, gint64 now)
{
	g_autoptr(GError) failed = NULL;
	g_autoptr(GPtrArray) list = carrier->field[FIELD_EVENTS] ? expr_list(carrier->field[FIELD_EVENTS], MOST_EVENTS + 1, &failed) : NULL;
	GArray *events;
	bool timed = true;

	/* Of a list that is cut off the newest event may be missing. */
	if (failed || (list && list->len > MOST_EVENTS))
		return NULL;
	events = g_array_new(FALSE, TRUE, sizeof(struct mapped));
	for (guint i = 0; list && i < list->len; i++) {
		struct mapped mapped = { 0 };

		fill_event(carrier, list->pdata[carrier->newest_first ? list->len - 1 - i : i], &mapped);
		if (mapped.event->at > now + FUTURE_S) {
			track_event_free(mapped.event);
			continue;
		}
		timed = timed && mapped.event->at;
		g_array_append_val(events, mapped);
	}
	if (timed)
		g_array_sort(events, by_time);
	return events;
}

/* A void event takes back the last one before it that is not yet taken back. */
static void take_back(GArray *events)
{
	for (guint i = 0; i < events->len; i++) {
		if (g_array_index(events, struct mapped, i).move != MOVE_VOID)
			continue;
		for (guint k = i; k-- > 0;) {
			struct mapped *before = &g_array_index(events, struct mapped, k);

			if (before->move == MOVE_STATUS) {
				before->move = MOVE_VOID;
				before->event->moves = false;
				break;
			}
		}
	}
}

/* The last event that says something; "delivered" after "returning" is the seller's own door. */
static void conclude(struct tracking *tracking, const GArray *events)
{
	bool returning = false;

	for (guint i = 0; i < events->len; i++) {
		const struct mapped *mapped = &g_array_index(events, struct mapped, i);
		enum track_status status = mapped->event->status;

		if (mapped->event->moves)
			tracking->moved_at = MAX(tracking->moved_at, mapped->event->at);
		if (mapped->move != MOVE_STATUS)
			continue;
		returning = returning || status == TRACK_RETURNING || status == TRACK_RETURNED;
		if (returning && (status == TRACK_DELIVERED || status == TRACK_DELIVERED_OTHER))
			status = TRACK_RETURNED;
		if (tracking->status != status || !tracking->status_at)
			tracking->status_at = mapped->event->at;
		tracking->status = status;
		g_free(tracking->detail);
		tracking->detail = g_strdup(mapped->detail);
		g_free(tracking->delivered_to);
		tracking->delivered_to = status == TRACK_RETURNED ? NULL : g_strdup(mapped->to);
	}
}

static void unreadable(struct tracking *tracking, const char *why)
{
	tracking->outcome = OUTCOME_DOWN;
	tracking->why = g_strdup(why);
}

static void read_result(const struct carrier *carrier, struct tracking *tracking, gint64 now)
{
	g_autoptr(GError) failed = NULL;
	g_autofree char *result = carrier->field[FIELD_RESULT] ? expr_text(carrier->field[FIELD_RESULT], &failed) : NULL;
	g_autofree char *current = NULL, *own = NULL;
	g_autoptr(GArray) events = NULL;

	expr_set_text(carrier->answer, ANSWER_RESULT, result);
	own = carrier->field[FIELD_OWN] && !failed ? expr_text(carrier->field[FIELD_OWN], &failed) : NULL;
	if (!failed && carrier_other(carrier, own, tracking->number)) {
		unreadable(tracking, "the answer is about another number");
		return;
	}
	expr_set_text(carrier->event, EVENT_RESULT, result);
	expr_set_text(carrier->event, EVENT_ZONE, carrier->zone);
	events = failed ? NULL : events_of(carrier, now);
	if (!events) {
		unreadable(tracking, "the answer is not built as the carrier file says");
		return;
	}
	current = carrier->field[FIELD_CURRENT] ? expr_text(carrier->field[FIELD_CURRENT], NULL) : NULL;
	if (!events->len && current) {
		struct mapped mapped = { 0 };

		fill_event(carrier, current, &mapped);
		if (mapped.event->at <= now + FUTURE_S)
			g_array_append_val(events, mapped);
		else
			track_event_free(mapped.event);
	}
	take_back(events);
	conclude(tracking, events);
	for (guint i = 0; i < events->len; i++)
		g_ptr_array_add(tracking->events, g_array_index(events, struct mapped, i).event);
	if (carrier->field[FIELD_ETA_FROM])
		tracking->eta_from = expr_int(carrier->field[FIELD_ETA_FROM], 0, NULL);
	if (carrier->field[FIELD_ETA_TO])
		tracking->eta_to = expr_int(carrier->field[FIELD_ETA_TO], 0, NULL);
	if (carrier->field[FIELD_SIGNATURE])
		tracking->signature = expr_truth(carrier->field[FIELD_SIGNATURE], NULL) == EXPR_TRUE;
	if (!events->len && !result)
		unreadable(tracking, "the answer holds no shipment where the carrier file looks for one");
}

struct tracking *carrier_read(const struct carrier *carrier, const struct carrier_step *step, int http, const char *body,
			      const char *number, const char *courier, gint64 now)
{
	struct tracking *tracking = tracking_new();
	g_autofree char *text = g_utf8_make_valid(body ? body : "", -1);

	tracking->carrier = g_strdup(carrier->name);
	tracking->number = g_strdup(number);
	tracking->asked_at = now;
	tracking->body = g_strdup(text);
	load_answer(carrier, step->name, http, text, number, courier);
	tracking->outcome = outcome_of(carrier, http, &tracking->why);
	if (tracking->outcome == OUTCOME_OK && step == g_ptr_array_index(carrier->steps, carrier->steps->len - 1))
		read_result(carrier, tracking, now);
	/* Nothing of the answer outlives the call in here. */
	load_answer(carrier, NULL, 0, NULL, NULL, NULL);
	load_event(carrier, NULL);
	expr_set_null(carrier->event, EVENT_RESULT);
	return tracking;
}

bool carrier_keep(const struct carrier *carrier, const struct carrier_step *step, const char *body, GHashTable *keep)
{
	g_autofree char *text = g_utf8_make_valid(body, -1);
	bool all = true;

	load_answer(carrier, step->name, 200, text, NULL, NULL);
	for (guint i = 0; i < step->keep->len; i++) {
		struct carrier_keep *one = g_ptr_array_index(step->keep, i);
		char *value = expr_text(one->expr, NULL);

		all = all && value;
		if (value)
			g_hash_table_replace(keep, g_strdup(one->name), value);
	}
	load_answer(carrier, NULL, 0, NULL, NULL, NULL);
	return all;
}

struct secret *carrier_token(const struct carrier *carrier, int http, const char *body, gint64 *life_s)
{
	g_autofree char *value = NULL;
	struct secret *token;

	if (http < 200 || http >= 300)
		return NULL;
	load_answer(carrier, "token", http, body, NULL, NULL);
	value = expr_text(carrier->token->value, NULL);
	*life_s = CLAMP(carrier->token->life ? expr_int(carrier->token->life, 3600, NULL) : 3600, 0, LIFE_MOST_S);
	token = value && *value ? secret_new(value) : NULL;
	if (value)
		explicit_bzero(value, strlen(value));
	load_answer(carrier, NULL, 0, NULL, NULL, NULL);
	return token;
}
