/* Walks the table of rules; remembers for each rule passed over which condition failed. */
#include "wismo/core/policy.h"

#include "wismo/base/error.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct policy {
	struct expr_space *space;
	GHashTable *exprs;	/* SQL -> struct expr: rules share their conditions, and a condition is evaluated once a row */
	GHashTable *told;	/* a miss as text -> its JSON */
	GPtrArray *rules;
	const char *names[FACT_COUNT + 1];
};

static void example_free(gpointer pointer)
{
	struct policy_example *example = pointer;

	facts_free(example->facts);
	g_free(example);
}

static void drop_expr(gpointer expr)
{
	expr_free(expr);
}

static void rule_free(gpointer pointer)
{
	struct policy_rule *rule = pointer;

	g_free(rule->name);
	g_free(rule->file);
	g_free(rule->reply);
	g_free(rule->why);
	g_ptr_array_unref(rule->when);
	g_ptr_array_unref(rule->examples);
	g_free(rule);
}

static guint told_hash(gconstpointer key)
{
	const struct policy_miss *miss = key;

	return g_direct_hash(miss->rule) ^ g_direct_hash(miss->condition) ^ miss->unknown;
}

static gboolean told_equal(gconstpointer a, gconstpointer b)
{
	const struct policy_miss *left = a, *right = b;

	return left->rule == right->rule && left->condition == right->condition && left->unknown == right->unknown;
}

struct policy *policy_new(void)
{
	struct policy *policy = g_new0(struct policy, 1);

	for (int i = 0; i < FACT_COUNT; i++)
		policy->names[i] = fact_columns[i].name;
	policy->space = expr_space_new(policy->names);
	policy->exprs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, drop_expr);
	policy->told = g_hash_table_new_full(told_hash, told_equal, g_free, g_free);
	policy->rules = g_ptr_array_new_with_free_func(rule_free);
	return policy;
}

void policy_free(struct policy *policy)
{
	if (!policy)
		return;
	g_ptr_array_unref(policy->rules);
	g_hash_table_unref(policy->told);
	g_hash_table_unref(policy->exprs);
	expr_space_free(policy->space);
	g_free(policy);
}

struct expr *policy_expr(struct policy *policy, const char *sql, GError **error)
{
	struct expr *expr = g_hash_table_lookup(policy->exprs, sql);

	if (!expr && (expr = expr_new(policy->space, sql, error)))
		g_hash_table_insert(policy->exprs, g_strdup(sql), expr);
	return expr;
}

struct policy_rule *policy_rule_new(const char *name, const char *file, int line)
{
	struct policy_rule *rule = g_new0(struct policy_rule, 1);

	rule->name = g_strdup(name);
	rule->file = g_strdup(file);
	rule->line = line;
	rule->task = -1;
	rule->when = g_ptr_array_new();
	rule->examples = g_ptr_array_new_with_free_func(example_free);
	return rule;
}

void policy_add(struct policy *policy, struct policy_rule *rule)
{
	g_ptr_array_add(policy->rules, rule);
}

guint policy_size(const struct policy *policy)
{
	return policy->rules->len;
}

const struct policy_rule *policy_nth(const struct policy *policy, guint n)
{
	return g_ptr_array_index(policy->rules, n);
}

static void set_row(struct expr_space *space, const struct facts *facts)
{
	for (guint i = 0; i < FACT_COUNT; i++) {
		const struct fact_value *value = &facts->value[i];

		if (!value->known)
			expr_set_null(space, i);
		else if (fact_columns[i].type == FACT_WORD || fact_columns[i].type == FACT_TEXT)
			expr_set_text(space, i, value->text);
		else if (fact_columns[i].type == FACT_REAL)
			expr_set_double(space, i, value->real);
		else
			expr_set_int(space, i, value->number);
	}
}

void policy_decide(const struct policy *policy, const struct facts *facts, struct policy_decision *decision)
{
	set_row(policy->space, facts);
	*decision = (struct policy_decision) { NULL, true, g_array_new(FALSE, FALSE, sizeof(struct policy_miss)) };
	for (guint i = 0; i < policy->rules->len && !decision->rule; i++) {
		const struct policy_rule *rule = g_ptr_array_index(policy->rules, i);
		enum expr_truth truth = EXPR_TRUE;

		for (guint k = 0; k < rule->when->len && truth == EXPR_TRUE; k++) {
			struct expr *condition = g_ptr_array_index(rule->when, k);

			truth = expr_truth(condition, NULL);
			if (truth != EXPR_TRUE) {
				struct policy_miss miss = { rule, expr_sql(condition), truth == EXPR_UNKNOWN };

				g_array_append_val(decision->misses, miss);
			}
		}
		if (truth == EXPR_TRUE)
			decision->rule = rule;
	}
	g_assert(decision->rule);	/* the loader demands a last rule without conditions */
	if (decision->rule->approval)
		decision->task_needs_person = expr_truth(decision->rule->approval, NULL) != EXPR_FALSE;
}

const char *policy_miss_json(const struct policy *policy, const struct policy_miss *miss)
{
	char *told = g_hash_table_lookup(policy->told, miss);
	json_t *json;
	char *dumped;

	if (told)
		return told;
	json = json_pack("{s:s, s:s, s:b}", "rule", miss->rule->name, "condition", miss->condition, "unknown", miss->unknown);
	dumped = json_dumps(json, JSON_COMPACT);
	told = g_strdup(dumped ? dumped : "{}");
	free(dumped);
	json_decref(json);
	g_hash_table_insert(policy->told, g_memdup2(miss, sizeof *miss), told);
	return told;
}

void policy_decision_clear(struct policy_decision *decision)
{
	g_clear_pointer(&decision->misses, g_array_unref);
}

static bool prove_one(const struct policy *policy, const struct policy_rule *rule, const struct policy_example *example, GError **error)
{
	struct policy_decision decision;
	bool fine;

	policy_decide(policy, example->facts, &decision);
	fine = (decision.rule == rule) != example->refuses;
	if (!fine && !example->refuses) {
		const char *failed = "an earlier rule takes it";

		for (guint i = 0; i < decision.misses->len; i++) {
			const struct policy_miss *miss = &g_array_index(decision.misses, struct policy_miss, i);

			if (miss->rule == rule)
				failed = miss->condition;
		}
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s:%d: example of rule \"%s\": rule \"%s\" (line %d) fires instead; %s",
			    rule->file, example->line, rule->name, decision.rule->name, decision.rule->line, failed);
	} else if (!fine) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s:%d: rule \"%s\" fires on an example that it must not take",
			    rule->file, example->line, rule->name);
	}
	policy_decision_clear(&decision);
	return fine;
}

bool policy_prove(const struct policy *policy, GError **error)
{
	for (guint i = 0; i < policy->rules->len; i++) {
		const struct policy_rule *rule = g_ptr_array_index(policy->rules, i);

		for (guint k = 0; k < rule->examples->len; k++)
			if (!prove_one(policy, rule, g_ptr_array_index(rule->examples, k), error))
				return false;
	}
	return true;
}
