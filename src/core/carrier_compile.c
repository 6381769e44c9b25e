/* The expressions of a carrier file, compiled: names of what they give, columns that they may read, and the place of what is
 * wrong. What they make of an answer is carrier_map.c's. */
#include "carrier_p.h"

#include "wismo/core/expr.h"
#include "wismo/core/regex.h"

#include <stdarg.h>
#include <string.h>

static const char *const answer_columns[] = { "body", "http", "step", "number", "courier", "zone", "result", NULL };
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

static bool compile_one(struct carrier *carrier, struct expr_space *space, const char *sql, int line, const char *what,
			struct expr **expr, GError **error)
{
	*expr = sql ? expr_new(space, sql, error) : NULL;
	return !sql || *expr || carrier_fail(carrier, line, error, "%s", what);
}

static bool compile_parts(struct carrier *carrier, GError **error)
{
	for (guint i = 0; i < carrier->outcomes->len; i++) {
		struct carrier_outcome *outcome = g_ptr_array_index(carrier->outcomes, i);

		for (guint k = 0; k < outcome->when_sql->len; k++) {
			struct expr *expr;

			if (!compile_one(carrier, carrier->answer, outcome->when_sql->pdata[k], outcome->line, "when", &expr, error))
				return false;
			g_ptr_array_add(outcome->when, expr);
		}
	}
	for (guint i = 0; i < carrier->maps->len; i++) {
		struct carrier_map *map = g_ptr_array_index(carrier->maps, i);

		if (map->text)
			map->regex = regex_new(map->text, REGEX_CASELESS, error);
		if (map->text && !map->regex)
			return carrier_fail(carrier, map->line, error, "map: text");
		if (!compile_one(carrier, carrier->event, map->when_sql, map->line, "map: when", &map->when, error))
			return false;
	}
	for (guint i = 0; i < carrier->steps->len; i++) {
		struct carrier_step *step = g_ptr_array_index(carrier->steps, i);

		for (guint k = 0; k < step->keep->len; k++) {
			struct carrier_keep *keep = g_ptr_array_index(step->keep, k);

			if (!compile_one(carrier, carrier->answer, keep->sql, keep->line, keep->name, &keep->expr, error))
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
		if (!compile_one(carrier, i < FIELD_CODE ? carrier->answer : carrier->event, carrier->field_sql[i],
				 carrier->answer_line, fields[i], &carrier->field[i], error))
			return false;
	}
	if (carrier->field[FIELD_EVENTS] && !expr_list_open(carrier->field[FIELD_EVENTS], error))
		return carrier_fail(carrier, carrier->answer_line, error, "events");
	if (carrier->token && (!compile_one(carrier, carrier->answer, carrier->token->value_sql, carrier->token->line, "value", &carrier->token->value, error)
	    || !compile_one(carrier, carrier->answer, carrier->token->life_sql, carrier->token->line, "life", &carrier->token->life, error)))
		return false;
	return compile_parts(carrier, error);
}
