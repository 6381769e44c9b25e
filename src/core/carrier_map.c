/* What an answer means. Two rows of expressions: over the whole answer, then over each event. The rule
 * above all others: what nobody listed is never "delivered" and never "lost". */
#include "carrier_p.h"

#include "wismo/base/secret.h"
#include "wismo/core/expr.h"
#include "wismo/core/regex.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MOST_EVENTS 400
#define LIFE_MOST_S 86400	/* of a token: whatever it says, a new one a day */
#define FUTURE_S 86400		/* clocks and zones of depots are wrong by hours, not by days */

enum answer_column { ANSWER_BODY, ANSWER_HTTP, ANSWER_STEP, ANSWER_NUMBER, ANSWER_COURIER, ANSWER_ZONE, ANSWER_RESULT };
static const char *const answer_columns[] = { "body", "http", "step", "number", "courier", "zone", "result", NULL };
enum event_column { EVENT_EVENT, EVENT_RESULT, EVENT_ZONE, EVENT_CODE, EVENT_TEXT, EVENT_COARSE };
static const char *const event_columns[] = { "event", "result", "zone", "code", "text", "coarse", NULL };

static const char *const fields[] = {
	"result", "own", "events", "current", "eta_from", "eta_to", "signature", "code", "text", "coarse", "place", "at",
};
_Static_assert(G_N_ELEMENTS(fields) == CARRIER_FIELDS, "one name for each field");

static const char *const details[] = {
	"address", "agent", "cancelled", "closed", "damaged", "delayed", "destroyed", "front_desk", "household", "identity",
	"letterbox", "locker", "missing", "misrouted", "moved", "neighbour", "never_handed_over", "nobody_home", "not_collected",
	"papers", "payment", "recipient", "refused", "safe_place", "seized", "shop", "stopped", "unlisted",
};

const char *carrier_field_name(enum carrier_field field)
{
	return fields[field];
}

bool carrier_detail_ok(const char *word)
{
	for (gsize i = 0; i < G_N_ELEMENTS(details); i++)
		if (strcmp(details[i], word) == 0)
			return true;
	return false;
}

bool carrier_fail(const struct carrier *carrier, int line, GError **error, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	if (error && *error)
		g_prefix_error(error, "%s:%d: %s: ", carrier->file, line, text);
	else
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s:%d: %s", carrier->file, line, text);
	return false;
}

static bool compile_one(struct carrier *carrier, struct expr_space *space, const char *sql, int line, struct expr **expr, GError **error)
{
	*expr = sql ? expr_new(space, sql, error) : NULL;
	return !sql || *expr || carrier_fail(carrier, line, error, "expression");
}

static bool compile_parts(struct carrier *carrier, GError **error)
{
	for (guint i = 0; i < carrier->outcomes->len; i++) {
		struct carrier_outcome *outcome = g_ptr_array_index(carrier->outcomes, i);

		for (guint k = 0; k < outcome->when_sql->len; k++) {
			struct expr *expr;

			if (!compile_one(carrier, carrier->answer, outcome->when_sql->pdata[k], outcome->line, &expr, error))
				return false;
			g_ptr_array_add(outcome->when, expr);
		}
	}
	for (guint i = 0; i < carrier->maps->len; i++) {
		struct carrier_map *map = g_ptr_array_index(carrier->maps, i);

		if (map->text)
			map->regex = regex_new(map->text, REGEX_CASELESS, error);
		if ((map->text && !map->regex) || !compile_one(carrier, carrier->event, map->when_sql, map->line, &map->when, error))
			return carrier_fail(carrier, map->line, error, "map");
	}
	for (guint i = 0; i < carrier->steps->len; i++) {
		struct carrier_step *step = g_ptr_array_index(carrier->steps, i);

		for (guint k = 0; k < step->keep->len; k++) {
			struct carrier_keep *keep = g_ptr_array_index(step->keep, k);

			if (!compile_one(carrier, carrier->answer, keep->sql, keep->line, &keep->expr, error))
				return false;
		}
	}
	return true;
}

bool carrier_compile(struct carrier *carrier, GError **error)
{
	carrier->answer = expr_space_new(answer_columns);
	carrier->event = expr_space_new(event_columns);
	carrier->json = expr_new(carrier->answer, "json_valid(body) AND json_type(body) IN ('object', 'array')", error);
	if (!carrier->json)
		return false;
	for (guint i = 0; i < carrier->forms->len; i++) {
		struct carrier_form *form = g_ptr_array_index(carrier->forms, i);
		g_autofree char *whole = g_strdup_printf("\\A(?:%s)\\z", form->pattern);

		form->regex = regex_new(whole, REGEX_RARE, error);
		if (!form->regex)
			return carrier_fail(carrier, form->line, error, "form");
	}
	for (int i = 0; i < CARRIER_FIELDS; i++) {
		if (!compile_one(carrier, i < FIELD_CODE ? carrier->answer : carrier->event, carrier->field_sql[i], carrier->line,
				 &carrier->field[i], error))
			return carrier_fail(carrier, carrier->line, error, "%s", fields[i]);
	}
	if (carrier->field[FIELD_EVENTS] && !expr_list_open(carrier->field[FIELD_EVENTS], error))
		return carrier_fail(carrier, carrier->line, error, "events");
	if (carrier->token && (!compile_one(carrier, carrier->answer, carrier->token->value_sql, carrier->token->line, &carrier->token->value, error)
	    || !compile_one(carrier, carrier->answer, carrier->token->life_sql, carrier->token->line, &carrier->token->life, error)))
		return false;
	return compile_parts(carrier, error);
}

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

/* `own` in any writing that the carrier takes for the number that was asked. */
static bool same_number(const struct carrier *carrier, const char *own, const char *number)
{
	g_autofree char *own_normal = carrier_normal(own), *own_asked = carrier_asked(carrier, own);
	g_autofree char *normal = carrier_normal(number), *asked = carrier_asked(carrier, number);

	return strcmp(own_normal, normal) == 0 || strcmp(own_normal, asked) == 0 || strcmp(own_asked, normal) == 0
		|| strcmp(own_asked, asked) == 0;
}

/* One of several, as a JSON array, is enough: abroad a parcel has a second number. What is empty is not told, and an answer
 * that tells no number is believed. */
static bool list_tells_another(const struct carrier *carrier, const json_t *list, const char *number)
{
	bool told = false;
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one) {
		g_autofree char *text = json_is_string(one) ? g_strdup(json_string_value(one))
			: json_is_integer(one) ? g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(one)) : NULL;

		if (text && *text && same_number(carrier, text, number))
			return false;
		told = told || (text ? *text : !json_is_null(one));
	}
	return told;
}

static bool about_another(const struct carrier *carrier, const char *own, const char *number)
{
	json_t *list = own && *own == '[' ? json_loads(own, 0, NULL) : NULL;
	bool another = list ? list_tells_another(carrier, list, number) : own && *own && !same_number(carrier, own, number);

	json_decref(list);
	return another;
}

static void read_result(const struct carrier *carrier, struct tracking *tracking, gint64 now)
{
	g_autoptr(GError) failed = NULL;
	g_autofree char *result = carrier->field[FIELD_RESULT] ? expr_text(carrier->field[FIELD_RESULT], &failed) : NULL;
	g_autofree char *current = NULL, *own = NULL;
	g_autoptr(GArray) events = NULL;

	expr_set_text(carrier->answer, ANSWER_RESULT, result);
	own = carrier->field[FIELD_OWN] && !failed ? expr_text(carrier->field[FIELD_OWN], &failed) : NULL;
	if (!failed && about_another(carrier, own, tracking->number)) {
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
