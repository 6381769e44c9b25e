/* wismo policy check|simulate, wismo backtest: the rules looked at, tried on made-up facts and on the stored past. */
#include "commands_p.h"

#include "wismo/cmd/command.h"
#include "wismo/cmd/print.h"
#include "wismo/conf/channel.h"
#include "wismo/conf/policy.h"
#include "wismo/conf/replies.h"
#include "wismo/store/verdict.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static struct policy *load(const struct overlay *overlay, GError **error)
{
	scoped(channels) channels = channels_load(overlay, error);
	scoped(replies) replies = channels ? replies_load(overlay, channels, error) : NULL;

	return replies ? policy_load(overlay, replies, error) : NULL;
}

/* Values worth trying for one column: all words, both truths, numbers on both sides of what rules usually ask. */
static GPtrArray *values_of(int fact)
{
	static const char *const numbers[] = { "-3", "0", "1", "3", "5", "8", "20", "null" };
	static const char *const reals[] = { "0.4", "0.97", "3", "20", "120", "null" };
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) words = NULL;

	switch (fact_columns[fact].type) {
	case FACT_WORD: case FACT_BOOL:
		words = g_strsplit(fact_columns[fact].values, " ", -1);
		for (char **word = words; *word; word++)
			g_ptr_array_add(list, g_strdup(*word));
		g_ptr_array_add(list, g_strdup("null"));
		break;
	case FACT_INT:
		for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
			g_ptr_array_add(list, g_strdup(numbers[i]));
		break;
	case FACT_REAL:
		for (gsize i = 0; i < G_N_ELEMENTS(reals); i++)
			g_ptr_array_add(list, g_strdup(reals[i]));
		break;
	case FACT_TEXT:
		break;
	}
	return list;
}

struct coverage {
	const struct policy *policy;
	guint *fired;		/* by rule */
	guint tried, fallen;	/* combinations; those that only the last rule takes though tracking is known */
	GHashTable *fell;	/* "tracking=..., compensation=..." -> count */
};

static void try_facts(struct coverage *c, const struct facts *facts)
{
	struct policy_decision decision;

	policy_decide(c->policy, facts, &decision);
	c->tried++;
	for (guint i = 0; i < policy_size(c->policy); i++)
		if (policy_nth(c->policy, i) == decision.rule) {
			c->fired[i]++;
			if (i + 1 == policy_size(c->policy) && facts->value[FACT_TRACKING].known) {
				g_autofree char *tracking = facts_show(facts, FACT_TRACKING);
				g_autofree char *late = facts_show(facts, FACT_DAYS_LATE);

				c->fallen++;
				g_hash_table_add(c->fell, g_strdup_printf("tracking = %s, days_late = %s", tracking, late));
			}
		}
	policy_decision_clear(&decision);
}

/* The examples of all rules, each varied in every pair of columns: rules are asked about what lies around the situations
 * that their authors thought of. The whole space (some 10^17) cannot be walked. */
static void vary(struct coverage *c, const struct facts *base)
{
	for (int a = 0; a < FACT_COUNT; a++) {
		g_autoptr(GPtrArray) first = values_of(a);

		for (guint i = 0; i < first->len; i++) {
			scoped(facts) one = facts_copy(base);

			facts_parse(one, fact_columns[a].name, g_ptr_array_index(first, i), NULL);
			try_facts(c, one);
			for (int b = a + 1; b < FACT_COUNT; b++) {
				g_autoptr(GPtrArray) second = values_of(b);

				for (guint k = 0; k < second->len; k++) {
					scoped(facts) two = facts_copy(one);

					facts_parse(two, fact_columns[b].name, g_ptr_array_index(second, k), NULL);
					try_facts(c, two);
				}
			}
		}
	}
}

static int check(const struct policy *policy, const struct command_options *options)
{
	g_autofree guint *fired = g_new0(guint, policy_size(policy));
	g_autoptr(GHashTable) fell = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct coverage c = { .policy = policy, .fired = fired, .fell = fell };
	scoped(facts) base = facts_example();
	GHashTableIter iter;
	gpointer key;
	guint never = 0;

	vary(&c, base);
	for (guint i = 0; i < policy_size(policy); i++) {
		const struct policy_rule *rule = policy_nth(policy, i);

		/* Its own examples are the shortest proof that a rule can fire. */
		for (guint k = 0; k < rule->examples->len; k++)
			try_facts(&c, ((struct policy_example *) g_ptr_array_index(rule->examples, k))->facts);
	}
	for (guint i = 0; i < policy_size(policy); i++) {
		const struct policy_rule *rule = policy_nth(policy, i);

		if (options->json)
			print_json("s", "rule", rule->name, "s", "file", rule->file, "i", "line", (gint64) rule->line, "i", "fired", (gint64) fired[i], NULL);
		else if (!fired[i])
			printf("warn %s:%d: rule \"%s\" fired on none of %u combinations; give it an example, or remove it\n", rule->file,
			       rule->line, rule->name, c.tried);
		never += !fired[i];
	}
	if (options->json)
		return EXIT_DONE;
	g_hash_table_iter_init(&iter, fell);
	for (guint i = 0; i < 10 && g_hash_table_iter_next(&iter, &key, NULL); i++)
		printf("note no rule but the last covers: %s\n", (char *) key);
	printf("%u rules are fine: every example fires its rule; %u combinations tried, %u left to a person, %u rules never fired\n",
	       policy_size(policy), c.tried, c.fallen, never);
	return EXIT_DONE;
}

static int simulate(const struct policy *policy, int count, char **pairs, const struct command_options *options)
{
	scoped(facts) facts = facts_example();
	struct policy_decision decision;

	for (int i = 0; i < count; i++) {
		char *equals = strchr(pairs[i], '=');
		g_autoptr(GError) error = NULL;

		if (!equals)
			return command_refuse(options, EXIT_USAGE, "\"%s\": expected FACT=VALUE", pairs[i]);
		g_autofree char *name = g_strndup(pairs[i], (gsize) (equals - pairs[i]));
		if (!facts_parse(facts, name, equals + 1, &error))
			return command_fail(options, EXIT_USAGE, error);
	}
	policy_decide(policy, facts, &decision);
	if (options->json) {
		print_json("s", "rule", decision.rule->name, "s", "reply", decision.rule->reply,
			   "s", "task", decision.rule->task < 0 ? NULL : task_kind_name((enum task_kind) decision.rule->task),
			   "b", "person", decision.rule->person, NULL);
	} else {
		for (guint i = 0; i < decision.misses->len; i++) {
			const struct policy_miss *miss = &g_array_index(decision.misses, struct policy_miss, i);

			printf("not  \"%s\": %s is %s\n", miss->rule->name, miss->condition, miss->unknown ? "unknown" : "false");
		}
		printf("fires \"%s\": reply %s, task %s%s\n", decision.rule->name, decision.rule->reply ? decision.rule->reply : "none",
		       decision.rule->task < 0 ? "none" : task_kind_name((enum task_kind) decision.rule->task),
		       decision.rule->person ? ", a person looks" : "");
	}
	policy_decision_clear(&decision);
	return EXIT_DONE;
}

int policy_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	int code = command_options(command_find("policy"), &options, NULL, &argc, &argv);
	g_autoptr(GError) error = NULL;
	scoped(overlay) overlay = NULL;
	scoped(policy) policy = NULL;

	if (code >= 0)
		return code;
	if (argc < 2 || (strcmp(argv[1], "check") != 0 && strcmp(argv[1], "simulate") != 0))
		return command_refuse(&options, EXIT_USAGE, "expected check, or simulate FACT=VALUE...");
	overlay = command_overlay(&options, &code);
	if (!overlay)
		return code;
	policy = load(overlay, &error);
	if (!policy)
		return command_fail(&options, EXIT_USAGE, error);
	return strcmp(argv[1], "check") == 0 ? check(policy, &options) : simulate(policy, argc - 2, argv + 2, &options);
}

struct replay {
	const struct policy *policy;
	bool json;
	guint seen, differ;
};

static bool replay_one(const struct verdict_row *row, void *user)
{
	struct replay *replay = user;
	json_t *stored = json_loads(row->facts, 0, NULL);
	scoped(facts) facts = facts_new();
	struct policy_decision decision;
	const char *key, *task;
	json_t *value;

	json_object_foreach(stored, key, value) {
		char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

		/* A fact of an older version that is gone is passed over. */
		facts_parse(facts, key, json_is_string(value) ? json_string_value(value) : text, NULL);
		free(text);
	}
	json_decref(stored);
	policy_decide(replay->policy, facts, &decision);
	task = decision.rule->task < 0 ? NULL : task_kind_name((enum task_kind) decision.rule->task);
	replay->seen++;
	if (g_strcmp0(decision.rule->name, row->rule) != 0 || g_strcmp0(task, row->task) != 0) {
		g_autofree char *id = g_strdup_printf("c%" G_GINT64_FORMAT, row->case_id);

		replay->differ++;
		if (replay->json)
			print_json("s", "case", id, "t", "made_at", row->made_at, "s", "was", row->rule, "s", "is", decision.rule->name,
				   "s", "task_was", row->task, "s", "task_is", task, NULL);
		else
			printf("%s: was \"%s\" (task %s), would be \"%s\" (task %s)\n", id, row->rule, row->task ? row->task : "none",
			       decision.rule->name, task ? task : "none");
	}
	policy_decision_clear(&decision);
	return true;
}

int backtest_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	int code = command_options(command_find("backtest"), &options, NULL, &argc, &argv);
	struct replay replay = { 0 };
	g_autoptr(GError) error = NULL;
	scoped(overlay) overlay = NULL;
	scoped(policy) policy = NULL;
	scoped(settings) settings = NULL;
	scoped(store) store = NULL;

	if (code >= 0)
		return code;
	overlay = command_overlay(&options, &code);
	settings = overlay ? command_settings(&options, &code) : NULL;
	store = settings ? command_store(&options, settings, ROLE_READER, &code) : NULL;
	if (!store)
		return code;
	policy = load(overlay, &error);
	if (!policy)
		return command_fail(&options, EXIT_USAGE, error);
	replay.policy = policy;
	replay.json = options.json;
	if (!verdict_each(store, 0, replay_one, &replay, &error))
		return command_fail(&options, EXIT_SYSTEM, error);
	if (!options.json)
		printf("%u of %u verdicts would differ\n", replay.differ, replay.seen);
	return replay.differ ? EXIT_NO : EXIT_DONE;
}
