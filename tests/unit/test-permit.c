/* The last gates: each by itself on an effect that would else go, which of two weighs more, and that they only weaken. */
#include "tests/lib/unit.h"

#include "wismo/core/permit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NOW 1000000

static struct reply reply;
static struct buyer_case buyer_case;
static struct task task;
static struct order order;

/* An answer of the rules that may leave; mode auto. */
static struct permit_reply may_leave(void)
{
	reply = (struct reply) { .state = REPLY_DUE, .mail = 5, .approved_by = (char *) "auto", .approved_at = NOW - 10 };
	buyer_case = (struct buyer_case) { .state = CASE_OPEN, .asked_at = NOW - 100 };
	return (struct permit_reply) { .reply = &reply, .buyer_case = &buyer_case, .auto_mode = true, .case_cap = 2, .buyer_cap = 3,
		.hour_cap = 60 };
}

/* A refund that may be paid. */
static struct permit_task may_pay(void)
{
	task = (struct task) { .kind = TASK_REFUND, .state = TASK_APPROVED, .amount_cents = 1990 };
	buyer_case = (struct buyer_case) { .state = CASE_OPEN };
	order = (struct order) { .id = 1 };
	return (struct permit_task) { .task = &task, .buyer_case = &buyer_case, .order = &order };
}

typedef void change(struct permit_reply *facts);
typedef void change_task(struct permit_task *facts);

static void nothing(struct permit_reply *f) { (void) f; }
static void unapproved(struct permit_reply *f) { (void) f; reply.approved_by = NULL; }
static void by_person(struct permit_reply *f) { (void) f; reply.approved_by = (char *) "anna"; }
static void closed(struct permit_reply *f) { (void) f; buyer_case.state = CASE_CLOSED; }
static void answered_after(struct permit_reply *f) { (void) f; buyer_case.answered_at = NOW - 9; }
static void answered_before(struct permit_reply *f) { (void) f; buyer_case.answered_at = MAX(buyer_case.answered_at, NOW - 11); }
static void nothing_open(struct permit_reply *f) { answered_before(f); buyer_case.asked_at = 0; }
static void by_the_clock(struct permit_reply *f) { nothing_open(f); reply.mail = 0; }
static void overtaken(struct permit_reply *f) { f->overtaken = true; }
static void not_auto(struct permit_reply *f) { f->auto_mode = false; }
static void person(struct permit_reply *f) { (void) f; buyer_case.state = MAX(buyer_case.state, CASE_PERSON); }	/* closed stays */
static void claim(struct permit_reply *f) { (void) f; buyer_case.claim = CLAIM_OPEN; }
static void chargeback(struct permit_reply *f) { (void) f; buyer_case.claim = CLAIM_CHARGEBACK; }
static void old_claim(struct permit_reply *f) { (void) f; buyer_case.claim = CLAIM_CLOSED; }
static void case_cap(struct permit_reply *f) { f->of_case = 2; }
static void under_case_cap(struct permit_reply *f) { f->of_case = 1; }
static void buyer_cap(struct permit_reply *f) { f->of_buyer = 3; }
static void dirty(struct permit_reply *f) { (void) f; buyer_case.dirty = true; }
static void hour_cap(struct permit_reply *f) { f->of_all = 60; f->hour_began_at = NOW - 600; }
static void hour_unknown(struct permit_reply *f) { f->of_all = 61; }

static void each_gate_of_a_reply(void **state)
{
	static const struct {
		const char *name;
		change *first, *second;
		enum permit permit;
		const char *why;
		gint64 until_at;
	} rows[] = {
		{ "as it is", nothing, nothing, PERMIT_GO, NULL, 0 },
		{ "a person's", by_person, nothing, PERMIT_GO, NULL, 0 },
		{ "nobody's", unapproved, nothing, PERMIT_ASK, "nobody has approved", 0 },
		{ "case closed", closed, nothing, PERMIT_STOP, "closed", 0 },
		{ "a person's, case closed", by_person, closed, PERMIT_STOP, "closed", 0 },
		{ "answered meanwhile", answered_after, nothing, PERMIT_STOP, "answered meanwhile", 0 },
		{ "a person's, answered meanwhile", by_person, answered_after, PERMIT_STOP, "answered meanwhile", 0 },
		{ "answered before, but the buyer asks", answered_before, nothing, PERMIT_GO, NULL, 0 },
		{ "nothing is open", nothing_open, nothing, PERMIT_STOP, "answered meanwhile", 0 },
		{ "a person's, nothing is open", by_person, nothing_open, PERMIT_GO, NULL, 0 },
		{ "by the clock, nothing is open", by_the_clock, nothing, PERMIT_GO, NULL, 0 },
		{ "overtaken", overtaken, nothing, PERMIT_ASK, "wrote again", 0 },
		{ "a person's, overtaken", by_person, overtaken, PERMIT_GO, NULL, 0 },
		{ "not auto any more", not_auto, nothing, PERMIT_ASK, "not auto", 0 },
		{ "a person's, not auto", by_person, not_auto, PERMIT_GO, NULL, 0 },
		{ "given to a person", person, nothing, PERMIT_ASK, "given to a person", 0 },
		{ "a person's, given to a person", by_person, person, PERMIT_GO, NULL, 0 },
		{ "claim", claim, nothing, PERMIT_ASK, "claim is open", 0 },
		{ "chargeback", chargeback, nothing, PERMIT_ASK, "claim is open", 0 },
		{ "closed claim", old_claim, nothing, PERMIT_GO, NULL, 0 },
		{ "cap of the case", case_cap, nothing, PERMIT_ASK, "replies_per_case_day", 0 },
		{ "below the cap of the case", under_case_cap, nothing, PERMIT_GO, NULL, 0 },
		{ "cap of the buyer", buyer_cap, nothing, PERMIT_ASK, "replies_per_buyer_day", 0 },
		{ "a person's, cap of the buyer", by_person, buyer_cap, PERMIT_GO, NULL, 0 },
		{ "about to be decided", dirty, nothing, PERMIT_WAIT, "decided again", 0 },
		{ "a person's, about to be decided", by_person, dirty, PERMIT_GO, NULL, 0 },
		{ "cap of the hour", hour_cap, nothing, PERMIT_WAIT, "replies_per_hour", NOW + 3000 },
		{ "a person's, cap of the hour", by_person, hour_cap, PERMIT_WAIT, "replies_per_hour", NOW + 3000 },
		{ "cap of the hour, begun when?", hour_unknown, nothing, PERMIT_WAIT, "replies_per_hour", NOW + 3600 },
		{ "closed weighs more than a claim", claim, closed, PERMIT_STOP, "closed", 0 },
		{ "a claim weighs more than a full hour", hour_cap, claim, PERMIT_ASK, "claim", 0 },
		{ "overtaken weighs more than waiting", dirty, overtaken, PERMIT_ASK, "wrote again", 0 },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct permit_reply facts = may_leave();

		rows[i].first(&facts);
		rows[i].second(&facts);
		struct permit_answer answer = permit_reply(&facts, NOW);

		if (answer.permit != rows[i].permit || answer.until_at != rows[i].until_at
		    || (rows[i].why ? !answer.why || !strstr(answer.why, rows[i].why) : answer.why != NULL))
			fail_msg("%s: %d, %s", rows[i].name, answer.permit, answer.why ? answer.why : "nothing said");
		g_free(answer.why);
	}
}

static void no_change(struct permit_task *f) { (void) f; }
static void reship(struct permit_task *f) { (void) f; task.kind = TASK_RESHIP; task.amount_cents = -1; }
static void trace(struct permit_task *f) { task.kind = TASK_TRACE; f->order = NULL; }
static void no_order(struct permit_task *f) { f->order = NULL; }
static void marketplace(struct permit_task *f) { (void) f; order.by_marketplace = true; }
static void cancelled(struct permit_task *f) { (void) f; order.cancelled = true; }
static void refunded(struct permit_task *f) { f->refunded = true; }
static void claimed(struct permit_task *f) { f->claim = CLAIM_OPEN; }
static void charged_back(struct permit_task *f) { f->claim = CLAIM_CHARGEBACK; }
static void claim_over(struct permit_task *f) { f->claim = CLAIM_CLOSED; }
static void protected(struct permit_task *f) { f->claims_protected = true; }
static void no_amount(struct permit_task *f) { (void) f; task.amount_cents = -1; }
static void zero(struct permit_task *f) { (void) f; task.amount_cents = 0; }
static void case_closed(struct permit_task *f) { (void) f; buyer_case.state = CASE_CLOSED; }

static void each_gate_of_a_task(void **state)
{
	static const struct { const char *name; change_task *first, *second; const char *why; } rows[] = {
		{ "refund", no_change, no_change, NULL }, { "reship", reship, no_change, NULL }, { "trace", trace, no_change, NULL },
		{ "trace, case closed", trace, case_closed, "case was closed" }, { "case closed", case_closed, no_change, "case was closed" },
		{ "no order", no_order, no_change, "order is not known" }, { "by the marketplace", marketplace, no_change, "marketplace fulfils" },
		{ "cancelled", cancelled, no_change, "cancelled" }, { "refunded", refunded, no_change, "refunded the buyer already" },
		{ "claim", claimed, no_change, "claim is open" }, { "chargeback", charged_back, no_change, "chargeback is open" },
		{ "claim over", claim_over, no_change, NULL }, { "protected", protected, no_change, "claims-protected" },
		{ "no amount", no_amount, no_change, "amount is not known" }, { "nothing", zero, no_change, "amount is not known" },
		{ "reship needs no amount", reship, no_amount, NULL }, { "reship, refunded", reship, refunded, "refunded the buyer already" },
		{ "reship, cancelled", reship, cancelled, "cancelled" }, { "reship, claim", reship, claimed, "claim is open" },
		{ "trace of what is claimed", trace, claimed, NULL },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct permit_task facts = may_pay();

		rows[i].first(&facts);
		rows[i].second(&facts);
		struct permit_answer answer = permit_task(&facts);

		/* Money is never stopped for good here, and never waits: a person looks. */
		if (answer.permit != (rows[i].why ? PERMIT_ASK : PERMIT_GO)
		    || (rows[i].why ? !answer.why || !strstr(answer.why, rows[i].why) : answer.why != NULL))
			fail_msg("%s: %d, %s", rows[i].name, answer.permit, answer.why ? answer.why : "nothing said");
		g_free(answer.why);
	}
}

/* Over random facts: one more reason against, on either kind of effect, never opens a gate. */
static void one_more_reason_never_opens_a_gate(void **state)
{
	static change *const worse[] = { unapproved, closed, answered_after, nothing_open, overtaken, not_auto, person, claim, chargeback,
		case_cap, buyer_cap, dirty, hour_cap };
	static change_task *const worse_task[] = { no_order, marketplace, cancelled, refunded, claimed, charged_back, protected, no_amount,
		case_closed };
	guint32 seed = getenv("WISMO_TEST_SEED") ? (guint32) atol(getenv("WISMO_TEST_SEED")) : (guint32) time(NULL);
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	guint went = 0;

	(void) state;
	for (int round = 0; round < 20000; round++) {
		struct permit_reply facts = may_leave();
		struct permit_task paying;
		struct permit_answer before, after;

		if (g_rand_boolean(rand))
			by_person(&facts);
		for (int i = g_rand_int_range(rand, 0, 4); i > 0; i--)
			worse[g_rand_int_range(rand, 0, G_N_ELEMENTS(worse))](&facts);
		before = permit_reply(&facts, NOW);
		worse[g_rand_int_range(rand, 0, G_N_ELEMENTS(worse))](&facts);
		after = permit_reply(&facts, NOW);
		went += before.permit == PERMIT_GO;
		if (before.permit != PERMIT_GO && after.permit == PERMIT_GO)
			fail_msg("seed %u, round %d: \"%s\" was forgotten", seed, round, before.why);
		g_free(before.why);
		g_free(after.why);

		paying = may_pay();
		if (g_rand_boolean(rand))
			reship(&paying);
		for (int i = g_rand_int_range(rand, 0, 3); i > 0; i--)
			worse_task[g_rand_int_range(rand, 0, G_N_ELEMENTS(worse_task))](&paying);
		before = permit_task(&paying);
		worse_task[g_rand_int_range(rand, 0, G_N_ELEMENTS(worse_task))](&paying);
		after = permit_task(&paying);
		if (before.permit != PERMIT_GO && after.permit == PERMIT_GO)
			fail_msg("seed %u, round %d: \"%s\" was forgotten", seed, round, before.why);
		g_free(before.why);
		g_free(after.why);
	}
	assert_true(went > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_gate_of_a_reply),
		cmocka_unit_test(each_gate_of_a_task),
		cmocka_unit_test(one_more_reason_never_opens_a_gate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
