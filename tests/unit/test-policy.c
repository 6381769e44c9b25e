#include "tests/lib/unit.h"

#include "wismo/conf/policy.h"

#include <string.h>

static struct policy *shipped(void)
{
	const char *source = g_getenv("WISMO_TEST_SRC");
	g_autofree char *folder = g_build_filename(source ? source : ".", "templates", NULL);
	scoped(overlay) overlay = overlay_new(folder, NULL);
	g_autoptr(GError) error = NULL;
	struct policy *policy = policy_load(overlay, NULL, &error);

	if (!policy)
		fail_msg("%s", error->message);
	return policy;
}

static struct facts *facts_of(const char *text)
{
	struct facts *facts = facts_example();
	g_auto(GStrv) pairs = g_strsplit(text, " ", -1);

	for (char **pair = pairs; *pair && **pair; pair++) {
		g_auto(GStrv) sides = g_strsplit(*pair, "=", 2);

		assert_true(facts_parse(facts, sides[0], sides[1], NULL));
	}
	return facts;
}

static void the_shipped_rules_do_what_a_seller_would(void **state)
{
	static const struct { const char *facts, *reply, *task; bool person; } rows[] = {
		{ "", "in_transit", NULL, false },
		{ "days_late=null", "in_transit", NULL, false },
		{ "days_late=0", "overdue", NULL, false },
		{ "days_late=2 silent_days=2", "overdue", NULL, false },
		{ "days_late=2 silent_days=4", "trace_started", "trace", false },
		{ "days_late=2 silent_days=9 trace=done", "overdue", NULL, false },
		{ "days_late=3 silent_days=7", "reship", "reship", false },
		{ "days_late=3 silent_days=7 stock=0", "refund", "refund", false },
		{ "days_late=3 silent_days=7 stock=null", "refund", "refund", false },
		{ "days_late=3 silent_days=7 wish=refund", "refund", "refund", false },
		{ "days_late=3 silent_days=7 claims_protected=1", "trace_started", "trace", false },
		{ "days_late=3 silent_days=7 claims_protected=null", "trace_started", "trace", false },
		{ "days_late=9 tracking=lost", "reship", "reship", false },
		{ "days_late=9 tracking=lost order_known=0", NULL, NULL, true },
		{ "days_late=9 tracking=lost compensation=proposed", "reship", "reship", false },
		{ "days_late=9 tracking=lost compensation=rejected", NULL, NULL, true },
		{ "days_late=9 tracking=lost compensation=done", NULL, NULL, true },
		{ "days_late=9 tracking=lost claim=open", NULL, NULL, true },
		{ "days_late=9 tracking=lost claim=chargeback", NULL, NULL, true },
		{ "days_late=9 tracking=lost marketplace_refunded=1", NULL, NULL, true },
		{ "days_late=9 tracking=lost by_marketplace=1", NULL, NULL, true },
		{ "days_late=9 tracking=lost cancelled=1", NULL, NULL, true },
		{ "days_late=9 tracking=lost claims_protected=1", NULL, NULL, true },
		{ "tracking=delivered delivered_days_ago=0 intent=delivered_missing", "delivered_missing", NULL, false },
		{ "tracking=delivered delivered_days_ago=1 intent=not_arrived", "delivered_missing", NULL, false },
		{ "tracking=delivered delivered_days_ago=0 delivered_after_mail=1", "delivered_since", NULL, false },
		{ "tracking=delivered delivered_days_ago=4 earlier_replies=1 intent=delivered_missing", "reship", "reship", false },
		{ "tracking=delivered delivered_days_ago=4 earlier_replies=0 intent=delivered_missing", "delivered_missing", NULL, false },
		{ "tracking=delivered delivered_days_ago=4 earlier_replies=1 intent=delivered_missing signature=1", "delivered_missing", "trace", false },
		{ "tracking=pickup", "pickup", NULL, false },
		{ "tracking=attempted", "attempted", NULL, false },
		{ "tracking=customs days_late=4 silent_days=9", "customs", NULL, false },
		{ "tracking=returned", "returned", "reship", false },
		{ "tracking=returning wish=refund", "returned", "refund", false },
		{ "tracking=returned claims_protected=1", "returned", NULL, true },
		{ "tracking=announced days_since_ship=1 silent_days=null", "no_tracking", NULL, false },
		{ "tracking=announced days_since_ship=5 silent_days=null", "no_tracking", "trace", false },
		{ "tracking=null tracking_outcome=unknown silent_days=null days_since_ship=2", "no_tracking", NULL, false },
		{ "tracking=null tracking_outcome=unknown silent_days=null days_since_ship=4", "no_tracking", NULL, true },
		{ "tracking=null tracking_outcome=down silent_days=null", NULL, NULL, true },
		{ "tracking=null tracking_outcome=down silent_days=null hours_to_deadline=3", "interim", NULL, true },
		{ "shipped=0 tracking=null tracking_outcome=null silent_days=null", "not_shipped", NULL, true },
		{ "order_known=0 shipped=0 tracking=null tracking_outcome=null", NULL, NULL, true },
		{ "intent=damaged", NULL, NULL, true },
		{ "intent=resolved", NULL, NULL, true },
		{ "answerable=0 urgency=legal", NULL, NULL, true },
		{ "answerable=0 confidence=0.7", "in_transit", NULL, false },
		{ "tracking=problem days_late=-2", NULL, NULL, true },
	};
	scoped(policy) policy = shipped();

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		scoped(facts) facts = facts_of(rows[i].facts);
		struct policy_decision decision;
		const char *task;

		policy_decide(policy, facts, &decision);
		task = decision.rule->task < 0 ? NULL : task_kind_name((enum task_kind) decision.rule->task);
		if (g_strcmp0(decision.rule->reply, rows[i].reply) != 0 || g_strcmp0(task, rows[i].task) != 0
		    || decision.rule->person != rows[i].person)
			fail_msg("%s: rule \"%s\": reply %s, task %s, person %d", rows[i].facts, decision.rule->name, decision.rule->reply, task,
				 decision.rule->person);
		policy_decision_clear(&decision);
	}
}

static void a_closed_case_needs_the_carriers_word(void **state)
{
	scoped(policy) policy = shipped();
	scoped(facts) arrived = facts_of("asked=0 first_contact=0 tracking=delivered delivered_days_ago=1");
	scoped(facts) silent = facts_of("asked=0 first_contact=0 tracking=null tracking_outcome=down");
	struct policy_decision decision;

	(void) state;
	policy_decide(policy, arrived, &decision);
	assert_true(decision.rule->closes);
	policy_decision_clear(&decision);
	policy_decide(policy, silent, &decision);
	assert_false(decision.rule->closes);
	policy_decision_clear(&decision);
}

static void every_rule_passed_over_names_its_condition(void **state)
{
	scoped(policy) policy = shipped();
	scoped(facts) facts = facts_of("tracking=lost days_late=9 stock=0");
	struct policy_decision decision;
	bool seen = false;

	(void) state;
	policy_decide(policy, facts, &decision);
	for (guint i = 0; i < decision.misses->len; i++) {
		const struct policy_miss *miss = &g_array_index(decision.misses, struct policy_miss, i);

		seen |= strcmp(miss->rule->name, "lost: reship") == 0 && strcmp(miss->condition, "stock > 0") == 0 && !miss->unknown;
	}
	assert_true(seen);
	policy_decision_clear(&decision);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_rules_do_what_a_seller_would),
		cmocka_unit_test(a_closed_case_needs_the_carriers_word),
		cmocka_unit_test(every_rule_passed_over_names_its_condition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
