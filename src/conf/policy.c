/* Policy files -> rules; every condition is compiled and every example run while loading. */
#include "wismo/conf/policy.h"

#include "confuse_p.h"

#include "wismo/base/error.h"

#include <stdlib.h>
#include <string.h>

#define FACT_OPTION(symbol, column, type, values, example, meaning) CFG_STR(column, NULL, CFGF_NONE),
static cfg_opt_t example_options[] = { FACTS(FACT_OPTION) CFG_END() };
static cfg_opt_t rule_options[] = {
	CFG_STR_LIST("when", NULL, CFGF_NODEFAULT), CFG_STR("reply", NULL, CFGF_NONE), CFG_STR("task", NULL, CFGF_NONE),
	CFG_STR("approval", NULL, CFGF_NONE), CFG_STR("look_again", NULL, CFGF_NONE), CFG_STR("why", NULL, CFGF_NONE),
	CFG_BOOL("person", cfg_false, CFGF_NONE), CFG_BOOL("closes", cfg_false, CFGF_NONE),
	CFG_SEC("example", example_options, CFGF_MULTI), CFG_SEC("not", example_options, CFGF_MULTI),
	CFG_END()
};
static cfg_opt_t file_options[] = { CFG_SEC("rule", rule_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES), CFG_END() };

/* "3 days", "12 hours", "1 week". 0: not readable. */
static gint64 span_parse(const char *text)
{
	static const struct { const char *word; gint64 s; } units[] = {
		{ "hour", 3600 }, { "hours", 3600 }, { "day", 86400 }, { "days", 86400 }, { "week", 604800 }, { "weeks", 604800 } };
	char *end;
	gint64 count = g_ascii_strtoll(text, &end, 10);

	if (count <= 0 || count > 1000 || *end != ' ')
		return 0;
	for (gsize i = 0; i < G_N_ELEMENTS(units); i++)
		if (strcmp(end + 1, units[i].word) == 0)
			return count * units[i].s;
	return 0;
}

static bool read_examples(cfg_t *section, const char *kind, struct policy_rule *rule, GError **error)
{
	for (unsigned i = 0; i < cfg_size(section, kind); i++) {
		cfg_t *one = cfg_getnsec(section, kind, i);
		struct policy_example *example = g_new0(struct policy_example, 1);
		g_autoptr(GError) cause = NULL;

		example->line = one->line;
		example->refuses = strcmp(kind, "not") == 0;
		example->facts = facts_example();
		g_ptr_array_add(rule->examples, example);
		for (int fact = 0; fact < FACT_COUNT; fact++) {
			const char *value = cfg_getstr(one, fact_columns[fact].name);

			if (value && !facts_parse(example->facts, fact_columns[fact].name, value, &cause))
				return confuse_fail(one, error, "rule \"%s\": %s", rule->name, cause->message);
		}
	}
	return true;
}

static struct expr *compile(cfg_t *section, struct policy *policy, const struct policy_rule *rule, const char *sql, GError **error)
{
	g_autoptr(GError) cause = NULL;
	struct expr *expr = policy_expr(policy, sql, &cause);

	if (!expr)
		confuse_fail(section, error, "rule \"%s\": \"%s\": %s", rule->name, sql, cause->message);
	return expr;
}

static bool read_rule(cfg_t *section, struct policy *policy, struct policy_rule *rule, const struct replies *replies, GError **error)
{
	const char *task = cfg_getstr(section, "task"), *look = cfg_getstr(section, "look_again"), *approval = cfg_getstr(section, "approval");

	for (unsigned i = 0; i < cfg_size(section, "when"); i++) {
		struct expr *expr = compile(section, policy, rule, cfg_getnstr(section, "when", i), error);

		if (!expr)
			return false;
		g_ptr_array_add(rule->when, expr);
	}
	rule->reply = g_strdup(cfg_getstr(section, "reply"));
	rule->why = g_strdup(cfg_getstr(section, "why"));
	rule->person = cfg_getbool(section, "person");
	rule->closes = cfg_getbool(section, "closes");
	if (replies && rule->reply && !replies_has(replies, rule->reply))
		return confuse_fail(section, error, "rule \"%s\": there is no reply template \"%s\"; `wismo template list` names them",
				    rule->name, rule->reply);
	if (task && (rule->task = task_kind_find(task)) < 0)
		return confuse_fail(section, error, "rule \"%s\": task \"%s\" is not known; expected reship, refund or trace", rule->name, task);
	if (look && !(rule->look_again_s = span_parse(look)))
		return confuse_fail(section, error, "rule \"%s\": look_again \"%s\": expected something like \"3 days\" or \"12 hours\"",
				    rule->name, look);
	if (approval && !(rule->approval = compile(section, policy, rule, approval, error)))
		return false;
	return read_examples(section, "example", rule, error) && read_examples(section, "not", rule, error);
}

static bool read_file(const char *path, struct policy *policy, const struct replies *replies, GError **error)
{
	cfg_t *cfg = confuse_read(path, file_options, error);
	bool fine = cfg != NULL;

	for (unsigned i = 0; fine && i < cfg_size(cfg, "rule"); i++) {
		cfg_t *section = cfg_getnsec(cfg, "rule", i);
		struct policy_rule *rule = policy_rule_new(cfg_title(section), path, section->line);

		policy_add(policy, rule);
		fine = read_rule(section, policy, rule, replies, error);
	}
	if (cfg)
		cfg_free(cfg);
	return fine;
}

struct policy *policy_load(const struct overlay *overlay, const struct replies *replies, GError **error)
{
	g_autoptr(GPtrArray) files = overlay_list(overlay, "policy", ".rules");
	scoped(policy) policy = policy_new();
	const struct policy_rule *last;

	for (guint i = 0; i < files->len; i++)
		if (!read_file(g_ptr_array_index(files, i), policy, replies, error))
			return NULL;
	last = policy_size(policy) ? policy_nth(policy, policy_size(policy) - 1) : NULL;
	if (!last || last->when->len) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s:%d: the last rule must have no conditions and hand the case to a person",
			    last ? last->file : "policy", last ? last->line : 1);
		return NULL;
	}
	for (guint i = 0; i + 1 < policy_size(policy); i++)
		if (!policy_nth(policy, i)->when->len) {
			g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s:%d: rule \"%s\" has no conditions, so none below it can ever fire",
				    policy_nth(policy, i)->file, policy_nth(policy, i)->line, policy_nth(policy, i)->name);
			return NULL;
		}
	return policy_prove(policy, error) ? g_steal_pointer(&policy) : NULL;
}
