#include "tests/lib/unit.h"

#include "wismo/core/gate.h"

#include <stdlib.h>
#include <time.h>

static const struct channel_rules open_rules = { .reply_by_mail = true, .auto_ok = true };

static enum gate_reach ask(const struct gate_input *input)
{
	g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(struct gate_word));

	return gate_ask(input, words);
}

static struct gate_input all_open(const struct facts *facts)
{
	return (struct gate_input) { .facts = facts, .rules = &open_rules, .mode = REACH_AUTO, .min_confidence = 0.85,
		.auto_value = 50, .reachable = true, .case_cap = 5 };
}

static void a_clear_case_in_auto_goes_all_the_way(void **state)
{
	scoped(facts) facts = facts_example();
	struct gate_input input = all_open(facts);

	(void) state;
	assert_int_equal(ask(&input), REACH_AUTO);
	assert_null(gate_pay(facts));
}

static void each_gate_holds_by_itself(void **state)
{
	static const struct { const char *fact, *value; enum gate_reach reach; } rows[] = {
		{ "answerable", "0", REACH_DRAFT }, { "confidence", "0.5", REACH_DRAFT }, { "urgency", "legal", REACH_DRAFT },
		{ "order_known", "0", REACH_DRAFT }, { "tracking", "null", REACH_DRAFT }, { "tracking_age_hours", "72", REACH_DRAFT },
		{ "number_by", "buyer", REACH_DRAFT }, { "number_by", "none", REACH_DRAFT }, { "number_by", "null", REACH_DRAFT },
		{ "parcels", "null", REACH_DRAFT }, { "parcels", "2", REACH_AUTO }, { "claim", "open", REACH_DRAFT }, { "claim", "chargeback", REACH_DRAFT },
		{ "by_marketplace", "1", REACH_DRAFT }, { "marketplace_refunded", "1", REACH_DRAFT }, { "cancelled", "1", REACH_DRAFT },
		{ "sender", "other", REACH_NOTHING }, { "sender", "null", REACH_NOTHING }, { "sender", "unproven", REACH_AUTO },
		{ "value", "80", REACH_DRAFT }, { "value", "null", REACH_DRAFT }, { "cancelled", "null", REACH_DRAFT },
		{ "urgency", "angry", REACH_AUTO }, { "claim", "closed", REACH_AUTO }, { "value", "50", REACH_AUTO },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		scoped(facts) facts = facts_example();
		struct gate_input input = all_open(facts);

		assert_true(facts_parse(facts, rows[i].fact, rows[i].value, NULL));
		if (ask(&input) != rows[i].reach)
			fail_msg("%s = %s reaches %s", rows[i].fact, rows[i].value, gate_reach_name(ask(&input)));
	}
}

/* A marketplace's relay vouches for its buyers; nothing does for who writes to an own shop. */
static void an_own_shops_unproven_sender_is_a_persons(void **state)
{
	static const struct { const char *channel, *sender; enum gate_reach reach; } rows[] = {
		{ "amazon", "unproven", REACH_AUTO }, { "shop", "buyer", REACH_AUTO }, { "shop", "unproven", REACH_DRAFT },
		{ "shopify", "unproven", REACH_DRAFT }, { "null", "unproven", REACH_DRAFT }, { "null", "buyer", REACH_AUTO },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		scoped(facts) facts = facts_example();
		struct gate_input input = all_open(facts);

		assert_true(facts_parse(facts, "channel", rows[i].channel, NULL) && facts_parse(facts, "sender", rows[i].sender, NULL));
		assert_int_equal(ask(&input), rows[i].reach);
		assert_null(gate_pay(facts));
		assert_true(!gate_pay_doubt(facts) == (rows[i].reach == REACH_AUTO));
	}
}

/* What the case itself tells, not its facts. */
static void each_circumstance_holds_by_itself(void **state)
{
	scoped(facts) facts = facts_example();
	struct gate_input said = all_open(facts), refused = all_open(facts), foreign = all_open(facts);
	g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(struct gate_word));

	(void) state;
	foreign.lacks_lang = "it";
	assert_int_equal(gate_ask(&foreign, words), REACH_DRAFT);
	assert_int_equal(words->len, 1);
	assert_string_equal(g_array_index(words, struct gate_word, 0).why, "there is no answer in the buyer's language (it)");
	refused.refused = true;
	assert_int_equal(ask(&refused), REACH_DRAFT);
	said.said = true;
	assert_int_equal(ask(&said), REACH_DRAFT);
}

/* Of several parcels exactly one must be still to come, and that be known. */
static void several_parcels_are_answered_for_when_one_is_left(void **state)
{
	static const struct { const char *open; enum gate_reach reach; } rows[] = {
		{ "0", REACH_DRAFT }, { "1", REACH_AUTO }, { "2", REACH_DRAFT }, { "null", REACH_DRAFT },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		scoped(facts) facts = facts_example();
		struct gate_input input = all_open(facts);

		assert_true(facts_parse(facts, "parcels", "2", NULL) && facts_parse(facts, "parcels_open", rows[i].open, NULL));
		assert_int_equal(ask(&input), rows[i].reach);
	}
}

static void no_payment_on_what_is_true_or_unknown(void **state)
{
	static const struct { const char *fact, *value; } rows[] = {
		{ "order_known", "0" }, { "order_known", "null" }, { "by_marketplace", "1" }, { "by_marketplace", "null" },
		{ "claims_protected", "1" }, { "claims_protected", "null" }, { "claim", "open" }, { "claim", "null" },
		{ "marketplace_refunded", "1" }, { "marketplace_refunded", "null" }, { "cancelled", "1" }, { "cancelled", "null" },
		{ "number_by", "buyer" }, { "number_by", "null" }, { "parcels_alike", "0" }, { "parcels_alike", "null" }, { "sender", "other" }, { "sender", "null" },
		{ "compensation", "rejected" }, { "compensation", "approved" }, { "compensation", "done" }, { "compensation", "null" },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		scoped(facts) facts = facts_example();

		assert_true(facts_parse(facts, rows[i].fact, rows[i].value, NULL));
		if (!gate_pay(facts))
			fail_msg("%s = %s lets money go", rows[i].fact, rows[i].value);
	}
}

static struct facts *random_facts(GRand *rand)
{
	struct facts *facts = facts_example();

	for (int i = 0; i < FACT_COUNT; i++) {
		g_auto(GStrv) words = g_strsplit(fact_columns[i].values, " ", -1);
		g_autofree char *number = g_strdup_printf("%d", g_rand_int_range(rand, -5, 150));
		bool words_ok = fact_columns[i].type == FACT_WORD || fact_columns[i].type == FACT_BOOL;

		if (g_rand_int_range(rand, 0, 3) == 0)
			facts_parse(facts, fact_columns[i].name, words_ok
				    ? words[g_rand_int_range(rand, 0, (gint32) g_strv_length(words))] : number, NULL);
		if (g_rand_int_range(rand, 0, 8) == 0)
			facts_set_unknown(facts, (enum fact) i);
	}
	return facts;
}

/* The promise of the design: an unknown value, or a stricter setting, never makes a verdict stronger. */
static void gates_only_weaken(void **state)
{
	guint32 seed = getenv("WISMO_TEST_SEED") ? (guint32) atol(getenv("WISMO_TEST_SEED")) : (guint32) time(NULL);
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	guint reached[REACH_COUNT] = { 0 };

	(void) state;
	for (int round = 0; round < 20000; round++) {
		scoped(facts) facts = random_facts(rand);
		scoped(facts) less = facts_copy(facts);
		struct gate_input input = all_open(facts), weaker;
		enum fact fact = (enum fact) g_rand_int_range(rand, 0, FACT_COUNT);

		input.mode = (enum gate_reach) g_rand_int_range(rand, 0, REACH_COUNT);
		input.pays = g_rand_boolean(rand);
		facts_set_unknown(less, fact);
		weaker = input;
		weaker.facts = less;
		reached[ask(&input)]++;
		if (ask(&weaker) > ask(&input))
			fail_msg("seed %u: %s unknown raises the reach", seed, fact_columns[fact].name);
		if (!gate_pay(less) && gate_pay(facts))
			fail_msg("seed %u: %s unknown lets money go", seed, fact_columns[fact].name);
		weaker = input;
		weaker.min_confidence += 0.1;
		weaker.auto_value -= 10;
		weaker.case_cap--;
		weaker.person = true;
		if (ask(&weaker) > ask(&input))
			fail_msg("seed %u: stricter settings raise the reach", seed);
	}
	/* Else the property was shown for nothing. */
	assert_true(reached[REACH_AUTO] > 5 && reached[REACH_DRAFT] > 5 && reached[REACH_NOTHING] > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clear_case_in_auto_goes_all_the_way),
		cmocka_unit_test(each_gate_holds_by_itself),
		cmocka_unit_test(an_own_shops_unproven_sender_is_a_persons),
		cmocka_unit_test(each_circumstance_holds_by_itself),
		cmocka_unit_test(several_parcels_are_answered_for_when_one_is_left),
		cmocka_unit_test(no_payment_on_what_is_true_or_unknown),
		cmocka_unit_test(gates_only_weaken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
