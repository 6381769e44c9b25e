/* What the mind decides when it is asked again: after nothing, after news of the carrier or of the seller. */
#include "tests/lib/unit.h"

#include "tests/lib/desk.h"
#include "tests/lib/story.h"
#include "wismo/core/policy.h"
#include "wismo/core/render.h"
#include "wismo/store/order.h"
#include "wismo/store/reply.h"
#include "wismo/store/task.h"
#include "wismo/store/tracking.h"

#include <string.h>

/* Everything that a verdict makes, as one text. */
#define MADE "SELECT (SELECT group_concat(id || cause || state || version || body || coalesce(why, ''), '|') FROM replies)" \
	" || (SELECT coalesce(group_concat(id || cause || state || version, '|'), '') FROM tasks)" \
	" || (SELECT count(*) FROM filings)"

/* ---- nothing has happened ---- */

static void deciding_twice_adds_nothing(void **state)
{
	static const enum track_status words[] = { TRACK_IN_TRANSIT, TRACK_LOST, TRACK_DELIVERED, TRACK_PICKUP, TRACK_RETURNED };

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		g_autofree char *before = NULL, *after = NULL;

		story_begin(words[i], 1);
		assert_int_equal(desk_int("SELECT count(*) FROM replies"), 1);
		before = desk_text(MADE);
		story_decide(T0 + 10);
		story_decide(T0 + HOUR_S);
		after = desk_text(MADE);
		assert_string_equal(after, before);
		desk_done(state);
		desk_fresh(state);
	}
}

static void a_payment_is_proposed_once_for_each_line(void **state)
{
	(void) state;
	story_begin(TRACK_LOST, 9);
	story_assert_text("reship", "SELECT group_concat(kind) FROM tasks WHERE state = 'proposed' AND line_no = '1' AND amount_cents = 1990");
	story_decide(T0 + HOUR_S);
	/* The wish turns: the same line is not paid in another way beside. */
	desk_buyer("Re: (Bestellung: " DESK_ORDER ")", "Ich möchte bitte mein Geld zurück, das Paket ist nicht angekommen.", T0 + 2 * HOUR_S);
	desk_step(understand_step, T0 + 2 * HOUR_S);
	assert_int_equal(desk_int("SELECT wish = 'refund' FROM cases"), 1);
	desk_step(decide_step, T0 + 2 * HOUR_S);
	assert_int_equal(desk_int("SELECT count(*) FROM tasks WHERE state <> 'rejected'"), 1);
}

/* ---- the carrier has news ---- */

static void changed_tracking_supersedes_a_draft(void **state)
{
	static const struct { enum track_status status; int silent_days; const char *template; } news[] = {
		{ TRACK_LOST, 5, "reship" }, { TRACK_PICKUP, 0, "pickup" }, { TRACK_DELIVERED, 0, "delivered_since" },
	};

	(void) state;
	story_begin(TRACK_IN_TRANSIT, 1);
	story_assert_open("overdue");
	for (guint i = 0; i < G_N_ELEMENTS(news); i++) {
		gint64 at = T0 + (i + 1) * HOUR_S;

		desk_tracking(news[i].status, news[i].silent_days, at);
		assert_int_equal(desk_step(decide_step, at), 1);
		story_assert_open(news[i].template);
		assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE state = 'rejected' AND rejected_by = 'mind'"), i + 1);
	}
}

static void facts_that_come_back_bring_the_answer_back(void **state)
{
	(void) state;
	story_begin(TRACK_IN_TRANSIT, 1);
	desk_tracking(TRACK_DELIVERED, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	story_assert_open("delivered_since");
	/* The carrier takes the delivery back. */
	desk_tracking(TRACK_IN_TRANSIT, 0, T0 + 2 * HOUR_S);
	desk_step(decide_step, T0 + 2 * HOUR_S);
	story_assert_open("overdue");
}

static void the_same_answer_with_newer_facts_says_the_newer_ones(void **state)
{
	g_autofree char *before = NULL, *after = NULL;

	(void) state;
	story_begin(TRACK_IN_TRANSIT, 3);
	before = desk_text("SELECT body FROM replies");
	desk_tracking(TRACK_IN_TRANSIT, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	after = desk_text("SELECT body FROM replies WHERE state = 'draft'");
	story_assert_open("overdue");
	assert_non_null(strstr(before, "21.11.2026"));
	assert_non_null(strstr(after, "24.11.2026"));
	assert_int_equal(desk_int("SELECT count(*) FROM replies"), 1);
}

static void a_persons_words_are_not_written_over(void **state)
{
	scoped(reply) reply = NULL;

	(void) state;
	story_begin(TRACK_IN_TRANSIT, 3);
	reply = story_reply();
	assert_true(reply_edit(desk.flow.store, reply, "Liebe Anna, ich kümmere mich.\n", T0 + 20, "anna", NULL));
	desk_tracking(TRACK_IN_TRANSIT, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	story_assert_open("overdue");
	story_assert_text("Liebe Anna, ich kümmere mich.\n", "SELECT body FROM replies WHERE state = 'draft'");
}

/* Other facts make no draft beside it: a person decides what is true of the two. */
static void what_a_person_edited_stays_when_the_facts_change(void **state)
{
	static const char words[] = "Liebe Anna, ich kümmere mich.\n";
	scoped(reply) reply = NULL;

	(void) state;
	story_begin(TRACK_IN_TRANSIT, 3);
	reply = story_reply();
	assert_true(reply_edit(desk.flow.store, reply, words, T0 + 20, "anna", NULL));
	desk_tracking(TRACK_PICKUP, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	story_assert_open("overdue");
	story_assert_text(words, "SELECT body FROM replies WHERE state = 'draft'");
	story_assert_text("person", "SELECT state FROM cases");
	story_assert_text("r1, which a person has edited, stands: it would be \"pickup\" now", "SELECT why FROM cases");
	/* When the facts come back it is the rules' answer again, in the person's words. */
	desk_tracking(TRACK_IN_TRANSIT, 0, T0 + 2 * HOUR_S);
	desk_step(decide_step, T0 + 2 * HOUR_S);
	story_assert_open("overdue");
	story_assert_text("open", "SELECT state FROM cases");
	/* A new question gets a draft of its own. */
	desk_buyer("Re: (Bestellung: " DESK_ORDER ")", "Das Paket ist immer noch nicht da. Wo bleibt es?", T0 + 3 * HOUR_S);
	desk_step(understand_step, T0 + 3 * HOUR_S);
	desk_step(decide_step, T0 + 3 * HOUR_S);
	assert_int_equal(desk_int("SELECT group_concat(mail, '') FROM (SELECT mail FROM replies WHERE " LIVE " ORDER BY id)"), 12);
	story_assert_text(words, "SELECT body FROM replies WHERE state = 'draft' AND mail = 1");
}

/* Nor does the case close over a person's head. */
static void a_case_with_an_edited_draft_is_not_closed_by_the_carrier(void **state)
{
	scoped(reply) reply = NULL;

	(void) state;
	story_begin_at_pickup();
	reply = story_reply();
	assert_true(reply_edit(desk.flow.store, reply, "Liebe Anna, es liegt bei der Post.\n", T0 + DAY_S, "anna", NULL));
	desk_tracking(TRACK_DELIVERED, 0, T0 + 2 * DAY_S);
	desk_step(decide_step, T0 + 2 * DAY_S);
	story_assert_open("pickup");
	story_assert_text("person", "SELECT state FROM cases");
	story_assert_text("r2, which a person has edited, stands: there would be no answer now", "SELECT why FROM cases");
}

static void what_leaves_by_itself_gives_way_too(void **state)
{
	(void) state;
	desk.settings->mode = MODE_AUTO;
	story_begin(TRACK_IN_TRANSIT, 1);
	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE state = 'due' AND approved_by = 'auto' AND template = 'overdue'"), 1);
	desk_tracking(TRACK_PICKUP, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	story_assert_open("pickup");
}

/* Gates only weaken: an answer that would leave by itself stays when they have closed meanwhile. */
static void a_gate_that_closes_holds_what_would_leave(void **state)
{
	(void) state;
	desk.settings->mode = MODE_AUTO;
	story_begin(TRACK_IN_TRANSIT, 1);
	desk.settings->auto_value_cents = 1000;
	story_decide(T0 + HOUR_S);
	story_assert_open("overdue");
	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE state = 'draft'"), 1);
}

/* Nor does one that opens let out what waits for a person, and the case says so. */
static void a_draft_waits_for_a_person_though_the_gates_have_opened(void **state)
{
	(void) state;
	desk.settings->mode = MODE_AUTO;
	desk.settings->auto_value_cents = 1000;
	story_begin(TRACK_IN_TRANSIT, 1);
	story_assert_text("open", "SELECT state FROM cases");
	desk.settings->auto_value_cents = 100000;
	story_decide(T0 + HOUR_S);
	story_assert_open("overdue");
	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE state = 'draft'"), 1);
	story_assert_text("open", "SELECT state FROM cases");
	/* In time for an interim answer. */
	assert_int_equal(desk_int("SELECT look_at - due_at FROM cases"), -6 * HOUR_S);
	story_assert_text("draft", "SELECT sends FROM verdicts ORDER BY id DESC LIMIT 1");
}

/* ---- what cannot be said ---- */

/* Whatever a template asks for and nobody knows: no half answer, no draft, a person with the reason. */
static void an_unresolved_variable_blocks_the_reply(void **state)
{
	g_autoptr(GError) error = NULL;
	struct policy_rule *rule = NULL;
	char *shipped;

	(void) state;
	for (guint i = 0; !rule || strcmp(rule->name, "overdue") != 0; i++)
		rule = (struct policy_rule *) policy_nth(desk.book->policy, i);
	shipped = rule->reply;
	rule->reply = (char *) "mine";
	assert_true(replies_add(desk.book->replies, "de", "mine", "mine.txt", "about: x\nexample: {\"neighbour\": \"x\"}\n\n"
				"Bitte fragen Sie {{neighbour}}.\n", &error));
	story_begin(TRACK_IN_TRANSIT, 1);
	rule->reply = shipped;
	assert_int_equal(desk_int("SELECT count(*) FROM replies"), 0);
	story_assert_text("person", "SELECT state FROM cases");
	assert_int_equal(desk_int("SELECT reason ->> '$.notes[0]' LIKE '%mine.txt:4: {{neighbour}}%' FROM verdicts"), 1);
	assert_int_equal(desk_int("SELECT why LIKE '%{{neighbour}}%' FROM cases"), 1);
}

/* A buyer's name that the guard does not let through: the draft is blocked and says where. */
static void what_the_guard_finds_blocks_the_reply(void **state)
{
	(void) state;
	desk_parcel(desk_order());
	desk_tracking(TRACK_IN_TRANSIT, 1, T0);
	desk_run("UPDATE orders SET buyer_name = 'Anna www.evil.example'");
	story_buyer_asks(T0);
	desk_step(decide_step, T0 + 10);
	story_assert_text("blocked", "SELECT state FROM replies");
	assert_int_equal(desk_int("SELECT why LIKE '%links are not allowed%' FROM replies"), 1);
	story_assert_text("person", "SELECT state FROM cases");
}

/* ---- the seller's lists ---- */

static void an_order_imported_later_changes_the_facts(void **state)
{
	gint64 order_id;

	(void) state;
	desk_tracking(TRACK_LOST, 9, T0);
	story_buyer_asks(T0);
	desk_step(decide_step, T0 + 10);
	assert_int_equal(desk_int("SELECT facts ->> '$.order_known' FROM verdicts"), 0);
	assert_int_equal(desk_int("SELECT count(*) FROM tasks"), 0);
	order_id = desk_order();
	assert_int_equal(desk_step(decide_step, T0 + HOUR_S), 1);
	assert_int_equal(desk_int("SELECT facts ->> '$.order_known' FROM verdicts ORDER BY id DESC LIMIT 1"), 1);
	story_assert_open("not_shipped");
	desk_parcel(order_id);
	assert_int_equal(desk_step(decide_step, T0 + 2 * HOUR_S), 1);
	assert_int_equal(desk_int("SELECT facts ->> '$.stock' FROM verdicts ORDER BY id DESC LIMIT 1"), 5);
	story_assert_text("lost", "SELECT facts ->> '$.tracking' FROM verdicts ORDER BY id DESC LIMIT 1");
	story_assert_open("reship");
	assert_int_equal(desk_int("SELECT count(*) FROM tasks WHERE state = 'proposed' AND kind = 'reship'"), 1);
}

/* ---- what nobody could tell ---- */

static void a_person_reads_what_was_missing(void **state)
{
	gint64 order_id;

	(void) state;
	story_buyer_asks(T0);
	desk_step(decide_step, T0 + 10);
	story_assert_text("order " DESK_ORDER " is not in your lists", "SELECT why FROM cases");
	order_id = desk_order();
	desk_parcel(order_id);
	desk_step(decide_step, T0 + 20);
	story_assert_text("nobody was asked: no carrier section for dhl in the configuration", "SELECT why FROM cases");
	story_assert_text("nobody was asked: no carrier section for dhl in the configuration",
		    "SELECT reason ->> '$.notes[0]' FROM verdicts ORDER BY id DESC LIMIT 1");
	/* The list does not tell the carrier: the number's form does. */
	desk_run("UPDATE shipments SET carrier = NULL, carrier_said = NULL");
	story_decide(T0 + 30);
	story_assert_text("nobody was asked: no carrier section for dhl in the configuration", "SELECT why FROM cases");
	desk_run("UPDATE shipments SET number = 'ZZZZZZZZZZZZZZZZZZ'");
	story_decide(T0 + 40);
	story_assert_text("nobody was asked: no carrier is known to have numbers like ZZZZZZZZZZZZZZZZZZ", "SELECT why FROM cases");
	desk_run("DELETE FROM shipments");
	desk_run("DELETE FROM order_lines");
	desk_run("DELETE FROM orders");
	desk_run("UPDATE cases SET order_no = ''");
	story_decide(T0 + 50);
	story_assert_text("it names no order and none is known for this address", "SELECT why FROM cases");
}

static void stock_that_is_gone_turns_a_reship_into_a_refund(void **state)
{
	g_autoptr(GError) error = NULL;
	scoped(task) task = NULL;
	enum put_result result;

	(void) state;
	story_begin(TRACK_LOST, 9);
	story_assert_open("reship");
	assert_true(order_put_stock(desk.flow.store, "TEE", 0, T0 + HOUR_S, &result, &error));
	desk_step(decide_step, T0 + HOUR_S);
	story_assert_open("refund");
	/* What was proposed for the line gives way with its promise; two ways to pay are never open. */
	story_assert_text("refund", "SELECT group_concat(kind) FROM tasks WHERE state = 'proposed'");
}

static void an_order_of_another_channel_is_told_as_such(void **state)
{
	(void) state;
	desk_order();
	desk_deliver("From: Jemand <jemand@example.com>\r\nTo: shop@shop.example\r\nSubject: Paket nicht angekommen\r\nMessage-ID: <x1@example.com>\r\n\r\n"
		     "Mein Paket ist nicht angekommen. Bestellung " DESK_ORDER "\r\n", T0);
	desk_step(understand_step, T0);
	assert_int_equal(desk_step(decide_step, T0 + 10), 1);
	story_assert_text("order " DESK_ORDER " is in your lists as one of amazon, and this mail did not come by way of amazon", "SELECT why FROM cases");
	assert_int_equal(desk_int("SELECT count(*) FROM replies"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_CASE(an_order_of_another_channel_is_told_as_such),
		DESK_CASE(deciding_twice_adds_nothing),
		DESK_CASE(a_payment_is_proposed_once_for_each_line),
		DESK_CASE(changed_tracking_supersedes_a_draft),
		DESK_CASE(facts_that_come_back_bring_the_answer_back),
		DESK_CASE(the_same_answer_with_newer_facts_says_the_newer_ones),
		DESK_CASE(a_persons_words_are_not_written_over),
		DESK_CASE(what_a_person_edited_stays_when_the_facts_change),
		DESK_CASE(a_case_with_an_edited_draft_is_not_closed_by_the_carrier),
		DESK_CASE(what_leaves_by_itself_gives_way_too),
		DESK_CASE(a_gate_that_closes_holds_what_would_leave),
		DESK_CASE(a_draft_waits_for_a_person_though_the_gates_have_opened),
		DESK_CASE(a_person_reads_what_was_missing),
		DESK_CASE(an_unresolved_variable_blocks_the_reply),
		DESK_CASE(what_the_guard_finds_blocks_the_reply),
		DESK_CASE(an_order_imported_later_changes_the_facts),
		DESK_CASE(stock_that_is_gone_turns_a_reship_into_a_refund),
	};

	return cmocka_run_group_tests(tests, desk_load, desk_close);
}
