/* Life of a carrier and of its parts. */
#include "carrier_p.h"

#include "wismo/core/expr.h"
#include "wismo/core/regex.h"

static void form_free(gpointer pointer)
{
	struct carrier_form *form = pointer;

	g_free(form->name);
	g_free(form->pattern);
	g_free(form->before);
	g_free(form->page);
	regex_free(form->regex);
	g_ptr_array_unref(form->valid);
	g_ptr_array_unref(form->invalid);
	g_free(form);
}

static void keep_free(gpointer pointer)
{
	struct carrier_keep *keep = pointer;

	g_free(keep->name);
	g_free(keep->sql);
	expr_free(keep->expr);
	g_free(keep);
}

static void step_free(gpointer pointer)
{
	struct carrier_step *step = pointer;

	g_free(step->name);
	g_free(step->method);
	g_free(step->url);
	g_free(step->body);
	g_ptr_array_unref(step->headers);
	g_ptr_array_unref(step->keep);
	g_free(step);
}

static void token_free(struct carrier_token *token)
{
	if (!token)
		return;
	g_free(token->method);
	g_free(token->url);
	g_free(token->body);
	g_ptr_array_unref(token->headers);
	g_free(token->value_sql);
	g_free(token->life_sql);
	expr_free(token->value);
	expr_free(token->life);
	g_free(token);
}

static void free_expr(gpointer expr)
{
	expr_free(expr);
}

static void outcome_free(gpointer pointer)
{
	struct carrier_outcome *outcome = pointer;

	g_ptr_array_unref(outcome->when_sql);
	g_ptr_array_unref(outcome->when);
	g_free(outcome);
}

static void map_free(gpointer pointer)
{
	struct carrier_map *map = pointer;

	g_ptr_array_unref(map->codes);
	g_ptr_array_unref(map->coarse);
	g_free(map->text);
	regex_free(map->regex);
	g_free(map->when_sql);
	expr_free(map->when);
	g_free(map->detail);
	g_free(map->to);
	g_free(map);
}

static void sample_free(gpointer pointer)
{
	struct carrier_sample *sample = pointer;

	g_free(sample->name);
	g_free(sample->body);
	g_free(sample->step);
	g_free(sample->number);
	g_free(sample->courier);
	g_free(sample->detail);
	g_free(sample->to);
	g_free(sample->at);
	g_free(sample->eta_to);
	g_free(sample);
}

static void reach_free(gpointer pointer)
{
	struct carrier_reach *reach = pointer;

	g_free(reach->name);
	g_free(reach->code);
	g_free(reach);
}

struct carrier_form *carrier_form_new(void)
{
	struct carrier_form *form = g_new0(struct carrier_form, 1);

	form->valid = g_ptr_array_new_with_free_func(g_free);
	form->invalid = g_ptr_array_new_with_free_func(g_free);
	return form;
}

struct carrier_step *carrier_step_new(void)
{
	struct carrier_step *step = g_new0(struct carrier_step, 1);

	step->keep = g_ptr_array_new_with_free_func(keep_free);
	return step;
}

struct carrier_outcome *carrier_outcome_new(void)
{
	struct carrier_outcome *outcome = g_new0(struct carrier_outcome, 1);

	outcome->when = g_ptr_array_new_with_free_func(free_expr);
	return outcome;
}

struct carrier *carrier_new(void)
{
	struct carrier *carrier = g_new0(struct carrier, 1);

	carrier->forms = g_ptr_array_new_with_free_func(form_free);
	carrier->steps = g_ptr_array_new_with_free_func(step_free);
	carrier->outcomes = g_ptr_array_new_with_free_func(outcome_free);
	carrier->maps = g_ptr_array_new_with_free_func(map_free);
	carrier->samples = g_ptr_array_new_with_free_func(sample_free);
	carrier->reaches = g_ptr_array_new_with_free_func(reach_free);
	return carrier;
}

void carrier_free(gpointer pointer)
{
	struct carrier *carrier = pointer;

	if (!carrier)
		return;
	g_ptr_array_unref(carrier->forms);
	g_ptr_array_unref(carrier->steps);
	g_ptr_array_unref(carrier->outcomes);
	g_ptr_array_unref(carrier->maps);
	g_ptr_array_unref(carrier->samples);
	g_ptr_array_unref(carrier->reaches);
	g_clear_pointer(&carrier->also, g_ptr_array_unref);
	g_clear_pointer(&carrier->secrets, g_ptr_array_unref);
	token_free(carrier->token);
	for (int i = 0; i < CARRIER_FIELDS; i++) {
		expr_free(carrier->field[i]);
		g_free(carrier->field_sql[i]);
	}
	expr_free(carrier->json);
	expr_space_free(carrier->answer);
	expr_space_free(carrier->event);
	g_free(carrier->file);
	g_free(carrier->name);
	g_free(carrier->title);
	g_free(carrier->zone);
	g_free(carrier->page);
	g_free(carrier->liability_currency);
	g_free(carrier->claim_source);
	g_free(carrier->claim_checked);
	g_free(carrier);
}
