/* The row of facts: values, names, reading and showing. */
#include "wismo/model/facts.h"

#include "wismo/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FACT_ROW(symbol, column, type, values, example, meaning) { column, FACT_##type, values, example, meaning },
const struct fact_column fact_columns[FACT_COUNT] = { FACTS(FACT_ROW) };

struct facts *facts_new(void)
{
	return g_new0(struct facts, 1);
}

struct facts *facts_example(void)
{
	struct facts *facts = facts_new();

	for (int i = 0; i < FACT_COUNT; i++)
		if (*fact_columns[i].example)
			g_assert(facts_parse(facts, fact_columns[i].name, fact_columns[i].example, NULL));
	return facts;
}

void facts_free(struct facts *facts)
{
	if (!facts)
		return;
	for (int i = 0; i < FACT_COUNT; i++)
		g_free(facts->value[i].text);
	g_free(facts);
}

struct facts *facts_copy(const struct facts *facts)
{
	struct facts *copy = facts_new();

	for (int i = 0; i < FACT_COUNT; i++) {
		copy->value[i] = facts->value[i];
		copy->value[i].text = g_strdup(facts->value[i].text);
	}
	return copy;
}

void facts_set_int(struct facts *facts, enum fact fact, gint64 value)
{
	g_assert(fact_columns[fact].type == FACT_INT || fact_columns[fact].type == FACT_BOOL);
	facts->value[fact].known = true;
	facts->value[fact].number = value;
}

void facts_set_real(struct facts *facts, enum fact fact, double value)
{
	g_assert(fact_columns[fact].type == FACT_REAL);
	facts->value[fact].known = true;
	facts->value[fact].real = value;
}

void facts_set_text(struct facts *facts, enum fact fact, const char *value)
{
	g_assert(fact_columns[fact].type == FACT_WORD || fact_columns[fact].type == FACT_TEXT);
	g_free(facts->value[fact].text);
	facts->value[fact].text = g_strdup(value);
	facts->value[fact].known = value != NULL;
}

void facts_set_unknown(struct facts *facts, enum fact fact)
{
	facts->value[fact].known = false;
}

static bool complain(GError **error, const char *column, const char *text, const char *expected)
{
	g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s = %s: expected %s, or null for unknown", column, text, expected);
	return false;
}

static bool parse_into(struct facts *facts, enum fact fact, const char *text, GError **error)
{
	const struct fact_column *column = &fact_columns[fact];
	g_auto(GStrv) words = NULL;
	char *end;
	double real;

	switch (column->type) {
	case FACT_WORD:
		words = g_strsplit(column->values, " ", -1);
		if (!g_strv_contains((const char *const *) words, text))
			return complain(error, column->name, text, column->values);
		facts_set_text(facts, fact, text);
		return true;
	case FACT_TEXT:
		facts_set_text(facts, fact, text);
		return true;
	case FACT_REAL: case FACT_INT: case FACT_BOOL:
		/* As verdicts store them. */
		if (column->type == FACT_BOOL && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)) {
			facts_set_int(facts, fact, *text == 't');
			return true;
		}
		real = g_ascii_strtod(text, &end);
		if (end == text || *end || !isfinite(real) || fabs(real) > 1e12)
			return complain(error, column->name, text, column->type == FACT_BOOL ? "0 or 1" : "a number");
		if (column->type == FACT_REAL) {
			facts_set_real(facts, fact, real);
			return true;
		}
		if (real != floor(real) || (column->type == FACT_BOOL && real != 0 && real != 1))
			return complain(error, column->name, text, column->type == FACT_BOOL ? "0 or 1" : "a whole number");
		facts_set_int(facts, fact, (gint64) real);
		return true;
	}
	return false;
}

bool facts_parse(struct facts *facts, const char *column, const char *text, GError **error)
{
	for (int i = 0; i < FACT_COUNT; i++)
		if (strcmp(fact_columns[i].name, column) == 0) {
			if (strcmp(text, "null") != 0)
				return parse_into(facts, (enum fact) i, text, error);
			facts_set_unknown(facts, (enum fact) i);
			return true;
		}
	g_set_error(error, WISMO_ERROR, WISMO_HALT, "there is no fact \"%s\"; wismo-facts(7) names them", column);
	return false;
}

char *facts_show(const struct facts *facts, enum fact fact)
{
	const struct fact_value *value = &facts->value[fact];
	char number[G_ASCII_DTOSTR_BUF_SIZE];

	if (!value->known)
		return g_strdup("unknown");
	switch (fact_columns[fact].type) {
	case FACT_WORD: case FACT_TEXT:
		return g_strdup(value->text);
	case FACT_REAL:
		return g_strdup(g_ascii_formatd(number, sizeof number, "%.2f", value->real));
	default:
		return g_strdup_printf("%" G_GINT64_FORMAT, value->number);
	}
}

bool facts_is(const struct facts *facts, enum fact fact, const char *word)
{
	return facts->value[fact].known && g_strcmp0(facts->value[fact].text, word) == 0;
}

bool facts_true(const struct facts *facts, enum fact fact)
{
	return facts->value[fact].known && facts->value[fact].number != 0;
}
