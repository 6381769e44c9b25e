/* What the mind decides when it is asked again: after nothing, after news, after a person's word, after an answer left. */
#include "tests/lib/unit.h"

#include "src/store/sql_p.h"
#include "tests/lib/clock_fake.h"
#include "tests/lib/desk.h"
#include "wismo/base/error.h"
#include "wismo/core/policy.h"
#include "wismo/core/render.h"
#include "wismo/store/case.h"
#include "wismo/store/order.h"
#include "wismo/store/reply.h"
#include "wismo/store/task.h"
#include "wismo/store/tracking.h"

#include <string.h>

#define T0 DESK_NOW
#define HOUR_S 3600
#define DAY_S 86400
#define NUMBER DESK_NUMBER
#define LIVE "state IN ('draft', 'blocked', 'due', 'later')"

/* ---- helpers ---- */

/* The only buyer of a test. */
static void buyer_asks(gint64 at)
{
	desk_asks(at);
	assert_int_equal(desk_int("SELECT count(*) FROM cases WHERE intent = 'not_arrived'"), 1);
}

/* An order, the carrier's word, the buyer's question, and the first decision. */
static void first_decision(enum track_status status, int silent_days)
{
	desk_parcel(desk_order());
	desk_tracking(status, silent_days, T0);
	buyer_asks(T0);
	assert_int_equal(desk_step(decide_step, T0 + 10), 1);
}

/* The case is decided again although nothing has happened. */
static void decide_again(gint64 now)
{
	desk_run("UPDATE cases SET dirty = 1, version = version + 1");
	assert_true(desk_step(decide_step, now) >= 1);
}

static struct reply *newest_reply(void)
{
	struct reply *reply = reply_get(desk.flow.store, desk_int("SELECT max(id) FROM replies"), NULL);

	assert_non_null(reply);
	return reply;
}

static struct task *only_task(void)
{
	struct task *task = task_get(desk.flow.store, desk_int("SELECT id FROM tasks"), NULL);

	assert_int_equal(desk_int("SELECT count(*) FROM tasks"), 1);
	assert_non_null(task);
	return task;
}

static void assert_text(const char *wanted, const char *sql)
{
	g_autofree char *text = desk_text(sql);

	assert_non_null(text);
	assert_string_equal(text, wanted);
}

/* The live reply is of this template, and the only one. */
static void assert_open(const char *template)
{
	g_autofree char *found = desk_text("SELECT template FROM replies WHERE " LIVE);

	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE " LIVE), template ? 1 : 0);
	if (template)
		assert_string_equal(found, template);
}

/* Everything that a verdict makes, as one text. */
#define MADE "SELECT (SELECT group_concat(id || cause || state || version || body || coalesce(why, ''), '|') FROM replies)" \
	" || (SELECT coalesce(group_concat(id || cause || state || version, '|'), '') FROM tasks)" \
	" || (SELECT count(*) FROM filings)"

static void approve_and_send(gint64 now)
{
	scoped(reply) reply = newest_reply();
	g_autoptr(GError) error = NULL;

	clock_fake_at = now;
	if (!reply_approve(desk.flow.store, reply, now, "anna", &error))
		fail_msg("%s", error->message);
	assert_int_equal(desk_step(send_step, now), 1);
	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE state = 'sent'"), 1);
}

/* ---- nothing has happened ---- */

static void deciding_twice_adds_nothing(void **state)
{
	static const enum track_status words[] = { TRACK_IN_TRANSIT, TRACK_LOST, TRACK_DELIVERED, TRACK_PICKUP, TRACK_RETURNED };

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		g_autofree char *before = NULL, *after = NULL;

		first_decision(words[i], 1);
		assert_int_equal(desk_int("SELECT count(*) FROM replies"), 1);
		before = desk_text(MADE);
		decide_again(T0 + 10);
		decide_again(T0 + HOUR_S);
		after = desk_text(MADE);
		assert_string_equal(after, before);
		desk_done(state);
		desk_fresh(state);
	}
}

static void a_payment_is_proposed_once_for_each_line(void **state)
{
	(void) state;
	first_decision(TRACK_LOST, 9);
	assert_text("reship", "SELECT group_concat(kind) FROM tasks WHERE state = 'proposed' AND line_no = '1' AND amount_cents = 1990");
	decide_again(T0 + HOUR_S);
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
	first_decision(TRACK_IN_TRANSIT, 1);
	assert_open("overdue");
	for (guint i = 0; i < G_N_ELEMENTS(news); i++) {
		gint64 at = T0 + (i + 1) * HOUR_S;

		desk_tracking(news[i].status, news[i].silent_days, at);
		assert_int_equal(desk_step(decide_step, at), 1);
		assert_open(news[i].template);
		assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE state = 'rejected' AND rejected_by = 'mind'"), i + 1);
	}
}

static void facts_that_come_back_bring_the_answer_back(void **state)
{
	(void) state;
	first_decision(TRACK_IN_TRANSIT, 1);
	desk_tracking(TRACK_DELIVERED, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	assert_open("delivered_since");
	/* The carrier takes the delivery back. */
	desk_tracking(TRACK_IN_TRANSIT, 0, T0 + 2 * HOUR_S);
	desk_step(decide_step, T0 + 2 * HOUR_S);
	assert_open("overdue");
}

static void the_same_answer_with_newer_facts_says_the_newer_ones(void **state)
{
	g_autofree char *before = NULL, *after = NULL;

	(void) state;
	first_decision(TRACK_IN_TRANSIT, 3);
	before = desk_text("SELECT body FROM replies");
	desk_tracking(TRACK_IN_TRANSIT, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	after = desk_text("SELECT body FROM replies WHERE state = 'draft'");
	assert_open("overdue");
	assert_non_null(strstr(before, "21.11.2026"));
	assert_non_null(strstr(after, "24.11.2026"));
	assert_int_equal(desk_int("SELECT count(*) FROM replies"), 1);
}

static void a_persons_words_are_not_written_over(void **state)
{
	scoped(reply) reply = NULL;

	(void) state;
	first_decision(TRACK_IN_TRANSIT, 3);
	reply = newest_reply();
	assert_true(reply_edit(desk.flow.store, reply, "Liebe Anna, ich kümmere mich.\n", T0 + 20, "anna", NULL));
	desk_tracking(TRACK_IN_TRANSIT, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	assert_open("overdue");
	assert_text("Liebe Anna, ich kümmere mich.\n", "SELECT body FROM replies WHERE state = 'draft'");
}

/* Other facts make no draft beside it: a person decides what is true of the two. */
static void what_a_person_edited_stays_when_the_facts_change(void **state)
{
	static const char words[] = "Liebe Anna, ich kümmere mich.\n";
	scoped(reply) reply = NULL;

	(void) state;
	first_decision(TRACK_IN_TRANSIT, 3);
	reply = newest_reply();
	assert_true(reply_edit(desk.flow.store, reply, words, T0 + 20, "anna", NULL));
	desk_tracking(TRACK_PICKUP, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	assert_open("overdue");
	assert_text(words, "SELECT body FROM replies WHERE state = 'draft'");
	assert_text("person", "SELECT state FROM cases");
	assert_text("r1, which a person has edited, stands: it would be \"pickup\" now", "SELECT why FROM cases");
	/* When the facts come back it is the rules' answer again, in the person's words. */
	desk_tracking(TRACK_IN_TRANSIT, 0, T0 + 2 * HOUR_S);
	desk_step(decide_step, T0 + 2 * HOUR_S);
	assert_open("overdue");
	assert_text("open", "SELECT state FROM cases");
	/* A new question gets a draft of its own. */
	desk_buyer("Re: (Bestellung: " DESK_ORDER ")", "Das Paket ist immer noch nicht da. Wo bleibt es?", T0 + 3 * HOUR_S);
	desk_step(understand_step, T0 + 3 * HOUR_S);
	desk_step(decide_step, T0 + 3 * HOUR_S);
	assert_int_equal(desk_int("SELECT group_concat(mail, '') FROM (SELECT mail FROM replies WHERE " LIVE " ORDER BY id)"), 12);
	assert_text(words, "SELECT body FROM replies WHERE state = 'draft' AND mail = 1");
}

/* Nor does the case close over a person's head. */
static void a_case_with_an_edited_draft_is_not_closed_by_the_carrier(void **state)
{
	scoped(reply) reply = NULL;

	(void) state;
	first_decision(TRACK_IN_TRANSIT, 1);
	approve_and_send(T0 + 60);
	desk_tracking(TRACK_PICKUP, 0, T0 + DAY_S);
	desk_step(decide_step, T0 + DAY_S);
	assert_open("pickup");
	reply = newest_reply();
	assert_true(reply_edit(desk.flow.store, reply, "Liebe Anna, es liegt bei der Post.\n", T0 + DAY_S, "anna", NULL));
	desk_tracking(TRACK_DELIVERED, 0, T0 + 2 * DAY_S);
	desk_step(decide_step, T0 + 2 * DAY_S);
	assert_open("pickup");
	assert_text("person", "SELECT state FROM cases");
	assert_text("r2, which a person has edited, stands: there would be no answer now", "SELECT why FROM cases");
}

static void what_leaves_by_itself_gives_way_too(void **state)
{
	(void) state;
	desk.settings->mode = MODE_AUTO;
	first_decision(TRACK_IN_TRANSIT, 1);
	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE state = 'due' AND approved_by = 'auto' AND template = 'overdue'"), 1);
	desk_tracking(TRACK_PICKUP, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	assert_open("pickup");
}

/* Gates only weaken: an answer that would leave by itself stays when they have closed meanwhile. */
static void a_gate_that_closes_holds_what_would_leave(void **state)
{
	(void) state;
	desk.settings->mode = MODE_AUTO;
	first_decision(TRACK_IN_TRANSIT, 1);
	desk.settings->auto_value_cents = 1000;
	decide_again(T0 + HOUR_S);
	assert_open("overdue");
	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE state = 'draft'"), 1);
}

/* Nor does one that opens let out what waits for a person, and the case says so. */
static void a_draft_waits_for_a_person_though_the_gates_have_opened(void **state)
{
	(void) state;
	desk.settings->mode = MODE_AUTO;
	desk.settings->auto_value_cents = 1000;
	first_decision(TRACK_IN_TRANSIT, 1);
	assert_text("open", "SELECT state FROM cases");
	desk.settings->auto_value_cents = 100000;
	decide_again(T0 + HOUR_S);
	assert_open("overdue");
	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE state = 'draft'"), 1);
	assert_text("open", "SELECT state FROM cases");
	/* In time for an interim answer. */
	assert_int_equal(desk_int("SELECT look_at - due_at FROM cases"), -6 * HOUR_S);
	assert_text("draft", "SELECT sends FROM verdicts ORDER BY id DESC LIMIT 1");
}

/* ---- a person has spoken ---- */

static void a_rejected_task_is_not_proposed_again(void **state)
{
	scoped(task) task = NULL;

	(void) state;
	first_decision(TRACK_LOST, 9);
	task = only_task();
	assert_true(task_reject(desk.flow.store, task, T0 + 20, "anna", "the neighbour has it", NULL));
	desk_step(decide_step, T0 + 30);
	decide_again(T0 + HOUR_S);
	desk_tracking(TRACK_RETURNED, 0, T0 + 2 * HOUR_S);
	desk_step(decide_step, T0 + 2 * HOUR_S);
	desk_buyer("Re: (Bestellung: " DESK_ORDER ")", "Wo bleibt mein Paket? Es ist immer noch nicht da.", T0 + 3 * HOUR_S);
	desk_step(understand_step, T0 + 3 * HOUR_S);
	desk_step(decide_step, T0 + 3 * HOUR_S);
	assert_int_equal(desk_int("SELECT count(*) FROM tasks"), 1);
	assert_text("rejected", "SELECT state FROM tasks");
	/* And nothing promises what was refused. */
	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE " LIVE " AND template IN ('reship', 'refund', 'returned')"), 0);
}

static void a_rejected_trace_is_not_proposed_again(void **state)
{
	scoped(task) task = NULL;

	(void) state;
	first_decision(TRACK_IN_TRANSIT, 5);
	task = only_task();
	assert_int_equal(task->kind, TASK_TRACE);
	assert_true(task_reject(desk.flow.store, task, T0 + 20, "anna", "too early", NULL));
	decide_again(T0 + HOUR_S);
	assert_int_equal(desk_int("SELECT count(*) FROM tasks"), 1);
	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE " LIVE " AND template = 'trace_started'"), 0);
}

static void a_rejected_answer_is_not_drafted_again(void **state)
{
	scoped(reply) reply = NULL;

	(void) state;
	first_decision(TRACK_IN_TRANSIT, 1);
	reply = newest_reply();
	assert_true(reply_reject(desk.flow.store, reply, T0 + 20, "anna", "I have telephoned", NULL));
	decide_again(T0 + HOUR_S);
	desk_tracking(TRACK_IN_TRANSIT, 0, T0 + 2 * HOUR_S);
	desk_step(decide_step, T0 + 2 * HOUR_S);
	assert_open(NULL);
	assert_text("I have telephoned", "SELECT group_concat(why) FROM replies");
}

/* Whose word it was is not told from the words: a person may give the mind's own reason. */
static void a_person_may_reject_in_the_minds_words(void **state)
{
	scoped(reply) reply = NULL;
	scoped(task) task = NULL;

	(void) state;
	desk.settings->mode = MODE_AUTO;
	first_decision(TRACK_IN_TRANSIT, 1);
	reply = newest_reply();
	assert_true(reply_reject(desk.flow.store, reply, T0 + 20, "anna", "the facts have changed", NULL));
	decide_again(T0 + HOUR_S);
	clock_fake_at = T0 + HOUR_S;
	assert_int_equal(desk_step(send_step, T0 + HOUR_S), 0);
	assert_open(NULL);
	assert_text("person", "SELECT state FROM cases");

	desk_tracking(TRACK_LOST, 9, T0 + 2 * HOUR_S);
	desk_step(decide_step, T0 + 2 * HOUR_S);
	task = only_task();
	assert_true(task_reject(desk.flow.store, task, T0 + 2 * HOUR_S, "anna", "the facts have changed", NULL));
	decide_again(T0 + 3 * HOUR_S);
	assert_text("rejected", "SELECT state FROM tasks");
	assert_text("rejected", "SELECT facts ->> '$.compensation' FROM verdicts ORDER BY id DESC LIMIT 1");
	assert_false(sql_run(desk.flow.store, NULL, "UPDATE tasks SET state = 'proposed', rejected_by = NULL", ""));
}

/* Nor is what was rejected for "a person has answered" taken for said. */
static void only_an_answer_given_elsewhere_counts_as_said(void **state)
{
	scoped(reply) reply = NULL;

	(void) state;
	first_decision(TRACK_IN_TRANSIT, 1);
	approve_and_send(T0 + 60);
	desk_tracking(TRACK_PICKUP, 0, T0 + DAY_S);
	desk_step(decide_step, T0 + DAY_S);
	assert_open("pickup");
	reply = newest_reply();
	assert_true(reply_reject(desk.flow.store, reply, T0 + DAY_S, "anna", "a person has answered", NULL));
	decide_again(T0 + DAY_S + HOUR_S);
	assert_int_equal(desk_int("SELECT reason LIKE '%nothing has changed since the last answer%' FROM verdicts ORDER BY id DESC LIMIT 1"), 0);
	assert_int_equal(desk_int("SELECT reason LIKE '%you rejected r2: a person has answered%' FROM verdicts ORDER BY id DESC LIMIT 1"), 1);
	assert_open(NULL);
}

static void what_a_person_rejected_stays_theirs(void **state)
{
	static const char words[] = "you rejected r1: I have telephoned";
	scoped(reply) reply = NULL;

	(void) state;
	first_decision(TRACK_IN_TRANSIT, 1);
	reply = newest_reply();
	assert_true(reply_reject(desk.flow.store, reply, T0 + 20, "anna", "I have telephoned", NULL));
	assert_true(case_hand_over(desk.flow.store, reply->case_id, words, T0 + 20, "anna", NULL));
	for (int i = 1; i < 3; i++) {
		decide_again(T0 + i * HOUR_S);
		assert_text("person", "SELECT state FROM cases");
		assert_text(words, "SELECT why FROM cases");
	}
}

static void a_closed_case_stays_closed_until_the_buyer_writes(void **state)
{
	g_autoptr(GError) error = NULL;
	scoped(task) task = NULL;

	(void) state;
	first_decision(TRACK_LOST, 9);
	/* A reship that nobody has spoken on: a closed case would never permit it. */
	assert_false(case_close(desk.flow.store, 1, "all is well", T0 + 15, "anna", &error));
	assert_string_equal(error->message, "t1 is proposed; reject it or see it done first");
	g_clear_error(&error);
	task = only_task();
	assert_true(task_reject(desk.flow.store, task, T0 + 16, "anna", "it has come", NULL));
	assert_true(case_close(desk.flow.store, 1, "all is well", T0 + 20, "anna", &error));
	assert_open(NULL);
	desk_tracking(TRACK_PICKUP, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + 3 * DAY_S);
	assert_text("closed", "SELECT state FROM cases WHERE due_at = 0 AND asked_at = 0 AND look_at = 0");
	assert_text("rejected", "SELECT state FROM tasks");
	assert_text("anna: all is well", "SELECT actor || ': ' || detail FROM history WHERE subject = 'c1' AND event = 'closed'");
	assert_false(case_close(desk.flow.store, 1, NULL, T0 + 30, "anna", &error));
	assert_int_equal(error->code, WISMO_PARK);
	buyer_asks(T0 + 4 * DAY_S);
	desk_step(decide_step, T0 + 4 * DAY_S);
	assert_text("person", "SELECT state FROM cases WHERE asked_at > 0 AND due_at > 0");
}

static void beside_an_approved_answer_no_other_is_drafted(void **state)
{
	scoped(reply) reply = NULL;

	(void) state;
	first_decision(TRACK_IN_TRANSIT, 1);
	reply = newest_reply();
	assert_true(reply_approve(desk.flow.store, reply, T0 + 20, "anna", NULL));
	desk_tracking(TRACK_PICKUP, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	assert_open("overdue");
	assert_text("anna", "SELECT approved_by FROM replies WHERE " LIVE);
}

/* ---- the marketplace has spoken ---- */

static void a_later_notice_rejects_an_open_draft(void **state)
{
	static const struct { const char *type, *subject, *body; } notices[] = {
		{ "A_Z_CLAIM_RESPONDENT_NOTIFY", "Claim received on order " DESK_ORDER, "in the amount of $19.90, within 72 hours" },
		{ "REFUND_ISSUED", "Erstattung", DESK_ORDER " EUR 19.90" },
		{ "BRC_SELLER_NOTIFICATION", "Storno", DESK_ORDER },
		{ "BBC_MESSAGE_CONFIRMATION_TO_MERCHANT", "Your email to Anna", "x " DESK_ORDER },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(notices); i++) {
		first_decision(TRACK_LOST, 9);
		assert_open("reship");
		desk_notice(notices[i].type, notices[i].subject, notices[i].body, T0 + HOUR_S);
		desk_step(understand_step, T0 + HOUR_S);
		desk_step(decide_step, T0 + HOUR_S);
		if (desk_int("SELECT count(*) FROM replies WHERE " LIVE))
			fail_msg("%s leaves the draft open", notices[i].type);
		assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE state = 'rejected'"), 1);
		desk_done(state);
		desk_fresh(state);
	}
}

static void a_person_who_was_faster_is_not_talked_over(void **state)
{
	(void) state;
	desk_parcel(desk_order());
	desk_tracking(TRACK_LOST, 9, T0);
	buyer_asks(T0);
	desk_notice("BBC_MESSAGE_CONFIRMATION_TO_MERCHANT", "Your email to Anna", "x " DESK_ORDER, T0 + 5);
	desk_step(understand_step, T0 + 5);
	desk_step(decide_step, T0 + 10);
	assert_int_equal(desk_int("SELECT count(*) FROM verdicts"), 1);
	assert_int_equal(desk_int("SELECT count(*) FROM replies"), 0);
	/* The parcel is lost all the same. */
	assert_int_equal(desk_int("SELECT count(*) FROM tasks WHERE state = 'proposed'"), 1);
}

/* ---- an answer has left ---- */

static void an_answer_that_left_is_never_answered_again(void **state)
{
	(void) state;
	first_decision(TRACK_IN_TRANSIT, 1);
	approve_and_send(T0 + 60);
	decide_again(T0 + 70);
	desk_tracking(TRACK_IN_TRANSIT, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	/* By the clock, a day later: the same words are no news. */
	desk_step(decide_step, T0 + 3 * DAY_S);
	assert_int_equal(desk_int("SELECT count(*) FROM replies"), 1);
	assert_text("sent", "SELECT state FROM replies");
}

static void an_answer_whose_fate_is_not_known_counts_as_sent(void **state)
{
	scoped(reply) reply = NULL;
	g_autoptr(GBytes) wire = g_bytes_new_static("x", 1);

	(void) state;
	first_decision(TRACK_IN_TRANSIT, 1);
	reply = newest_reply();
	assert_true(reply_approve(desk.flow.store, reply, T0 + 20, "anna", NULL));
	assert_true(reply_begin(desk.flow.store, reply, wire, T0 + 30, NULL));
	decide_again(T0 + 35);
	assert_int_equal(desk_int("SELECT count(*) FROM replies"), 1);
	assert_true(reply_hand_over(desk.flow.store, reply, T0 + 40, NULL));
	assert_true(reply_doubt(desk.flow.store, reply, T0 + 50, "the answer was lost", NULL));
	desk_tracking(TRACK_PICKUP, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	assert_int_equal(desk_int("SELECT count(*) FROM replies"), 1);
}

/* Begins to send the newest reply; whether the server has taken all of it. */
static struct reply *begin_to_send(gint64 now, bool handed_over)
{
	struct reply *reply = newest_reply();
	g_autoptr(GBytes) wire = g_bytes_new_static("old words", 9);

	assert_true(reply_begin(desk.flow.store, reply, wire, now, NULL));
	assert_true(!handed_over || reply_hand_over(desk.flow.store, reply, now, NULL));
	return reply;
}

/* For the buyer nobody has answered, and a second mail of the machine would fare no better. */
static void an_answer_that_was_refused_is_a_persons_matter(void **state)
{
	scoped(reply) reply = NULL;

	(void) state;
	desk.settings->mode = MODE_AUTO;
	first_decision(TRACK_IN_TRANSIT, 1);
	assert_text("waiting", "SELECT state FROM cases");
	reply = begin_to_send(T0 + 20, false);
	assert_true(reply_refuse(desk.flow.store, reply, T0 + 21, "550 no such user", NULL));
	assert_int_equal(desk_step(decide_step, T0 + 30), 1);
	assert_text("person", "SELECT state FROM cases");
	assert_text("r1 was refused: 550 no such user", "SELECT why FROM cases");
	desk_tracking(TRACK_PICKUP, 0, T0 + HOUR_S);
	desk_step(decide_step, T0 + HOUR_S);
	assert_open("pickup");
	assert_text("draft", "SELECT state FROM replies WHERE " LIVE);
	assert_text("person", "SELECT state FROM cases");
	approve_and_send(T0 + 2 * HOUR_S);
	desk_step(decide_step, T0 + 2 * HOUR_S);
	assert_int_equal(desk_int("SELECT state = 'person' FROM cases"), 0);
}

/* A server that wants to be asked later has not seen a word yet, unless it had all of it. */
static void an_answer_that_waits_for_the_server_says_what_is_new(void **state)
{
	static const char *const says[] = { "24.11.2026", "21.11.2026" };

	(void) state;
	for (int handed_over = 0; handed_over < 2; handed_over++) {
		g_autofree char *body = NULL;
		scoped(reply) reply = NULL;

		desk.settings->mode = MODE_AUTO;
		first_decision(TRACK_IN_TRANSIT, 3);
		reply = begin_to_send(T0 + 20, handed_over);
		assert_true(reply_postpone(desk.flow.store, reply, T0 + 21, T0 + 300, "451 greylisted", NULL));
		desk_tracking(TRACK_IN_TRANSIT, 0, T0 + HOUR_S);
		desk_step(decide_step, T0 + HOUR_S);
		assert_open("overdue");
		body = desk_text("SELECT body FROM replies WHERE state = 'later'");
		assert_non_null(strstr(body, says[handed_over]));
		assert_int_equal(desk_int("SELECT wire IS NULL FROM replies"), !handed_over);
		assert_int_equal(desk_int("SELECT tried_at FROM replies"), T0 + 20);
		desk_done(state);
		desk_fresh(state);
	}
}

/* News after an answer is drafted, once; a draft that is news no more goes. */
static void news_that_is_none_any_more_is_not_left_open(void **state)
{
	(void) state;
	first_decision(TRACK_IN_TRANSIT, 1);
	approve_and_send(T0 + 60);
	desk_tracking(TRACK_PICKUP, 0, T0 + DAY_S);
	desk_step(decide_step, T0 + DAY_S);
	assert_open("pickup");
	desk_tracking(TRACK_DELIVERED, 0, T0 + 2 * DAY_S);
	desk_step(decide_step, T0 + 2 * DAY_S);
	assert_text("closed", "SELECT state FROM cases");
	assert_open(NULL);
}

static void the_next_mail_is_answered_anew(void **state)
{
	(void) state;
	first_decision(TRACK_IN_TRANSIT, 1);
	approve_and_send(T0 + 60);
	desk_buyer("Re: (Bestellung: " DESK_ORDER ")", "Das Paket ist immer noch nicht da. Wo bleibt es?", T0 + DAY_S);
	desk_step(understand_step, T0 + DAY_S);
	desk_step(decide_step, T0 + DAY_S);
	assert_int_equal(desk_int("SELECT count(*) FROM replies"), 2);
	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE " LIVE " AND mail = 2"), 1);
}

/* The buyer has read it and writes all the same: a person looks before the same words leave again. */
static void the_same_answer_does_not_leave_by_itself_twice(void **state)
{
	(void) state;
	desk.settings->mode = MODE_AUTO;
	first_decision(TRACK_IN_TRANSIT, 1);
	clock_fake_at = T0 + 60;
	assert_int_equal(desk_step(send_step, T0 + 60), 1);
	desk_buyer("Re: (Bestellung: " DESK_ORDER ")", "Mein Paket ist immer noch nicht angekommen.", T0 + DAY_S);
	desk_step(understand_step, T0 + DAY_S);
	desk_tracking(TRACK_IN_TRANSIT, 0, T0 + DAY_S);
	desk_step(decide_step, T0 + DAY_S);
	assert_open("overdue");
	assert_text("draft", "SELECT state FROM replies WHERE " LIVE);
	assert_text("the same answer has been sent before", "SELECT why FROM replies WHERE " LIVE);
	/* Other words are news. */
	desk_tracking(TRACK_PICKUP, 0, T0 + DAY_S + HOUR_S);
	desk_step(decide_step, T0 + DAY_S + HOUR_S);
	assert_open("pickup");
	assert_text("due", "SELECT state FROM replies WHERE " LIVE);
}

static void a_language_without_templates_waits_for_a_person(void **state)
{
	(void) state;
	desk.settings->mode = MODE_AUTO;
	desk_parcel(desk_order());
	desk_tracking(TRACK_IN_TRANSIT, 1, T0);
	desk_buyer("Pacco non arrivato (Ordine: " DESK_ORDER ")", "Buongiorno, il mio pacco non è ancora arrivato. Dove si trova?", T0);
	desk_step(understand_step, T0);
	assert_text("it", "SELECT lang FROM cases");
	desk_step(decide_step, T0 + 10);
	assert_open("overdue");
	assert_text("draft", "SELECT state FROM replies");
	assert_text("en", "SELECT lang FROM replies");
	assert_text("there is no answer in the buyer's language (it)", "SELECT why FROM replies");
}

/* ---- whose order it is ---- */

static void decide_with_address(const char *address)
{
	g_autofree char *sql = g_strdup_printf("UPDATE orders SET buyer_address = '%s', buyer_name = 'Berta Beispiel'", address);

	desk.settings->mode = MODE_AUTO;
	desk_parcel(desk_order());
	desk_tracking(TRACK_LOST, 9, T0);
	desk_run(sql);
	buyer_asks(T0);
	desk_step(decide_step, T0 + 10);
}

static void who_names_anothers_order_gets_neither_words_nor_money(void **state)
{
	(void) state;
	decide_with_address("zz99zz99zz99zz@marketplace.amazon.de");
	assert_text("other", "SELECT facts ->> '$.sender' FROM verdicts");
	assert_int_equal(desk_int("SELECT count(*) FROM replies"), 0);
	assert_int_equal(desk_int("SELECT count(*) FROM tasks"), 0);
	assert_text("person", "SELECT state FROM cases");
	assert_text("the sender is not this order's buyer", "SELECT why FROM cases");
	assert_int_equal(desk_int("SELECT reason LIKE '%\"gate\":\"sender\"%' FROM verdicts"), 1);
}

static void an_answer_to_a_stranger_is_taken_back_when_the_list_comes(void **state)
{
	(void) state;
	desk.settings->mode = MODE_AUTO;
	first_decision(TRACK_IN_TRANSIT, 1);
	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE state = 'due'"), 1);
	desk_run("UPDATE orders SET buyer_address = 'zz99zz99zz99zz@marketplace.amazon.de'");
	decide_again(T0 + 20);
	assert_open(NULL);
	assert_text("person", "SELECT state FROM cases");
}

/* Case, +tags and the site of a relay tell nobody apart; a relay beside a real address proves nothing. */
static void the_buyer_is_known_by_the_lists_address(void **state)
{
	static const struct { const char *address, *sender; } rows[] = {
		{ DESK_ALIAS, "buyer" }, { "A1B2C3D4E5F6G7+0a1b2c3d@marketplace.amazon.fr", "buyer" },
		{ "berta@example.com", "unproven" }, { "hidden", "unproven" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		decide_with_address(rows[i].address);
		assert_text(rows[i].sender, "SELECT facts ->> '$.sender' FROM verdicts");
		assert_open("reship");
		desk_done(state);
		desk_fresh(state);
	}
}

/* In the own shop there is no relay: From and Reply-To must both be the buyer's. */
static void in_the_shop_both_addresses_count(void **state)
{
	static const struct { const char *from, *reply_to, *sender; } rows[] = {
		{ "Berta+shop@Example.net", "", "buyer" }, { "eve@example.net", "", "other" },
		{ "berta@example.net", "Reply-To: eve@example.net\n", "other" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strdup_printf("From: %s\n%sTo: bsm@example.com\nSubject: Bestellung " DESK_ORDER "\n"
			"Message-ID: <1@example.net>\n\nMein Paket ist nicht angekommen. Bestellnummer " DESK_ORDER "\n",
			rows[i].from, rows[i].reply_to);

		desk_parcel(desk_order());
		desk_tracking(TRACK_IN_TRANSIT, 1, T0);
		desk_run("UPDATE orders SET channel = 'shop', buyer_address = 'berta@example.net'");
		desk_deliver(text, T0);
		desk_step(understand_step, T0);
		desk_step(decide_step, T0 + 10);
		assert_int_equal(desk_int("SELECT facts ->> '$.order_known' FROM verdicts"), 1);
		assert_text(rows[i].sender, "SELECT facts ->> '$.sender' FROM verdicts");
		assert_open(strcmp(rows[i].sender, "buyer") == 0 ? "overdue" : NULL);
		desk_done(state);
		desk_fresh(state);
	}
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
	first_decision(TRACK_IN_TRANSIT, 1);
	rule->reply = shipped;
	assert_int_equal(desk_int("SELECT count(*) FROM replies"), 0);
	assert_text("person", "SELECT state FROM cases");
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
	buyer_asks(T0);
	desk_step(decide_step, T0 + 10);
	assert_text("blocked", "SELECT state FROM replies");
	assert_int_equal(desk_int("SELECT why LIKE '%links are not allowed%' FROM replies"), 1);
	assert_text("person", "SELECT state FROM cases");
}

/* ---- the seller's lists ---- */

static void an_order_imported_later_changes_the_facts(void **state)
{
	gint64 order_id;

	(void) state;
	desk_tracking(TRACK_LOST, 9, T0);
	buyer_asks(T0);
	desk_step(decide_step, T0 + 10);
	assert_int_equal(desk_int("SELECT facts ->> '$.order_known' FROM verdicts"), 0);
	assert_int_equal(desk_int("SELECT count(*) FROM tasks"), 0);
	order_id = desk_order();
	assert_int_equal(desk_step(decide_step, T0 + HOUR_S), 1);
	assert_int_equal(desk_int("SELECT facts ->> '$.order_known' FROM verdicts ORDER BY id DESC LIMIT 1"), 1);
	assert_open("not_shipped");
	desk_parcel(order_id);
	assert_int_equal(desk_step(decide_step, T0 + 2 * HOUR_S), 1);
	assert_int_equal(desk_int("SELECT facts ->> '$.stock' FROM verdicts ORDER BY id DESC LIMIT 1"), 5);
	assert_text("lost", "SELECT facts ->> '$.tracking' FROM verdicts ORDER BY id DESC LIMIT 1");
	assert_open("reship");
	assert_int_equal(desk_int("SELECT count(*) FROM tasks WHERE state = 'proposed' AND kind = 'reship'"), 1);
}

/* ---- what nobody could tell ---- */

static void a_person_reads_what_was_missing(void **state)
{
	gint64 order_id;

	(void) state;
	buyer_asks(T0);
	desk_step(decide_step, T0 + 10);
	assert_text("order " DESK_ORDER " is not in your lists", "SELECT why FROM cases");
	order_id = desk_order();
	desk_parcel(order_id);
	desk_step(decide_step, T0 + 20);
	assert_text("nobody was asked: no carrier section for dhl in the configuration", "SELECT why FROM cases");
	assert_text("nobody was asked: no carrier section for dhl in the configuration",
		    "SELECT reason ->> '$.notes[0]' FROM verdicts ORDER BY id DESC LIMIT 1");
	/* The list does not tell the carrier: the number's form does. */
	desk_run("UPDATE shipments SET carrier = NULL, carrier_said = NULL");
	decide_again(T0 + 30);
	assert_text("nobody was asked: no carrier section for dhl in the configuration", "SELECT why FROM cases");
	desk_run("UPDATE shipments SET number = 'ZZZZZZZZZZZZZZZZZZ'");
	decide_again(T0 + 40);
	assert_text("nobody was asked: no carrier is known to have numbers like ZZZZZZZZZZZZZZZZZZ", "SELECT why FROM cases");
	desk_run("DELETE FROM shipments");
	desk_run("DELETE FROM order_lines");
	desk_run("DELETE FROM orders");
	desk_run("UPDATE cases SET order_no = ''");
	decide_again(T0 + 50);
	assert_text("it names no order and none is known for this address", "SELECT why FROM cases");
}

static void stock_that_is_gone_turns_a_reship_into_a_refund(void **state)
{
	g_autoptr(GError) error = NULL;
	scoped(task) task = NULL;
	enum put_result result;

	(void) state;
	first_decision(TRACK_LOST, 9);
	assert_open("reship");
	assert_true(order_put_stock(desk.flow.store, "TEE", 0, T0 + HOUR_S, &result, &error));
	desk_step(decide_step, T0 + HOUR_S);
	assert_open("refund");
	/* What was proposed for the line gives way with its promise; two ways to pay are never open. */
	assert_text("refund", "SELECT group_concat(kind) FROM tasks WHERE state = 'proposed'");
}

static int load(void **state)
{
	(void) state;
	return desk_open(NULL, RULEBOOK_ALL);
}

static void an_order_of_another_channel_is_told_as_such(void **state)
{
	(void) state;
	desk_order();
	desk_deliver("From: Jemand <jemand@example.com>\r\nTo: shop@shop.example\r\nSubject: Paket nicht angekommen\r\nMessage-ID: <x1@example.com>\r\n\r\n"
		     "Mein Paket ist nicht angekommen. Bestellung " DESK_ORDER "\r\n", T0);
	desk_step(understand_step, T0);
	assert_int_equal(desk_step(decide_step, T0 + 10), 1);
	assert_text("order " DESK_ORDER " is in your lists as one of amazon, and this mail did not come by way of amazon", "SELECT why FROM cases");
	assert_int_equal(desk_int("SELECT count(*) FROM replies"), 0);
}

/* ---- several parcels ---- */

#define SECOND "00340434161094015919"

/* The order's second parcel, shipped `later_days` after the first; TRACK_STATUS_COUNT: nobody has asked about it. */
static void second_parcel(enum track_status status, int silent_days, int later_days)
{
	scoped(tracking) tracking = tracking_new();
	g_autofree char *sql = g_strdup_printf("INSERT INTO shipments (order_id, carrier, number, shipped_at) VALUES (1, 'dhl', '" SECOND "', %"
					       G_GINT64_FORMAT ")", T0 + (later_days - 12) * DAY_S);
	g_autoptr(GError) error = NULL;

	desk_run(sql);
	if (status == TRACK_STATUS_COUNT)
		return;
	tracking->carrier = g_strdup("dhl");
	tracking->number = g_strdup(SECOND);
	tracking->status = status;
	tracking->status_at = tracking->moved_at = T0 - (gint64) silent_days * DAY_S;
	tracking->asked_at = T0;
	assert_true(store_begin(desk.flow.store, &error) && tracking_put(desk.flow.store, tracking, &error)
		    && store_commit(desk.flow.store, &error));
}

/* One row: the two parcels, what the case is about, and what may be done. */
static void a_case_is_about_the_parcel_that_is_missing(void **state)
{
	static const struct {
		enum track_status first; int first_silent; enum track_status second; int second_silent, later;
		const char *number, *rule, *tasks; int open, alike;
	} rows[] = {
		/* the newest was delivered: it does not answer for the other */
		{ TRACK_IN_TRANSIT, 2, TRACK_DELIVERED, 1, 1, NUMBER, "overdue", NULL, 1, 0 },
		{ TRACK_LOST, 5, TRACK_DELIVERED, 1, 1, NUMBER, "a person looks", NULL, 1, 0 },
		{ TRACK_DELIVERED, 3, TRACK_IN_TRANSIT, 1, 0, SECOND, "overdue", NULL, 1, 0 },
		/* nobody is paid for all when one is still to come */
		{ TRACK_LOST, 5, TRACK_IN_TRANSIT, 1, 1, NUMBER, "a person looks", NULL, 2, 0 },
		{ TRACK_IN_TRANSIT, 9, TRACK_IN_TRANSIT, 1, 0, SECOND, "overdue", NULL, 2, 1 },
		{ TRACK_IN_TRANSIT, 9, TRACK_PROBLEM, 9, 1, SECOND, "late and silent: reship", "reship", 2, 1 },
		{ TRACK_IN_TRANSIT, 2, TRACK_PROBLEM, 9, 1, SECOND, "late and standing still: trace", "trace", 2, 0 },
		{ TRACK_LOST, 5, TRACK_LOST, 6, 1, NUMBER, "lost: reship", "reship", 2, 1 },
		/* which of two delivered ones is missing nobody knows */
		{ TRACK_DELIVERED, 5, TRACK_DELIVERED, 1, 1, SECOND, "delivered and missing", NULL, 0, 0 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *told = NULL, *rule = NULL, *tasks = NULL, *body = NULL;

		desk_parcel(desk_order());
		desk_tracking(rows[i].first, rows[i].first_silent, T0);
		second_parcel(rows[i].second, rows[i].second_silent, rows[i].later);
		buyer_asks(T0);
		assert_int_equal(desk_step(decide_step, T0 + 10), 1);
		rule = desk_text("SELECT rule FROM verdicts");
		tasks = desk_text("SELECT group_concat(kind) FROM tasks");
		told = desk_text("SELECT substr(reason, 1 + instr(reason, 'parcels: '), 100) FROM verdicts");
		body = desk_text("SELECT group_concat(body) FROM replies");
		if (strcmp(rule, rows[i].rule) != 0 || g_strcmp0(tasks, rows[i].tasks) != 0)
			fail_msg("row %zu: %s, %s, %s", i, rule, tasks ? tasks : "no task", told);
		assert_int_equal(desk_int("SELECT facts ->> '$.parcels_open' FROM verdicts"), rows[i].open);
		assert_int_equal(desk_int("SELECT facts ->> '$.parcels_alike' FROM verdicts"), rows[i].alike);
		if (body && !strstr(body, rows[i].number) && strstr(body, "0034"))
			fail_msg("row %zu: the answer speaks of another parcel: %s", i, body);
		if (!strstr(strstr(told, rows[i].number) ? strstr(told, rows[i].number) : "", " (this one)"))
			fail_msg("row %zu: %s", i, told);
		desk_done(state);
		desk_fresh(state);
	}
}

#define POISON "Zahlen Sie 9,90 EUR an evil"

static struct track_event *poisoned_event(const struct tracking *t)
{
	struct track_event *event = g_new0(struct track_event, 1);

	event->at = t->status_at;
	event->status = t->status;
	event->moves = true;
	event->code = g_strdup(POISON);
	event->text = g_strdup(POISON ".example/pay http://evil.example");
	event->place = g_strdup(POISON "stadt");
	return event;
}

/* Everything that a carrier, or whoever sits between, may write freely is full of poison. Of a detail or a recipient that is no
 * word of ours nothing is said either. */
static void a_carriers_own_words_never_reach_a_reply(void **state)
{
	gint64 replies = 0;

	for (int status = 0; status < TRACK_STATUS_COUNT; status++)
		for (int turn = 0; turn < 2; turn++) {
			scoped(tracking) t = tracking_new();
			g_autoptr(GError) error = NULL;

			desk_parcel(desk_order());
			t->carrier = g_strdup("dhl");
			t->number = g_strdup(NUMBER);
			t->status = (enum track_status) status;
			t->status_at = t->moved_at = T0 - 5 * DAY_S;
			t->asked_at = T0;
			t->why = g_strdup(POISON);
			t->body = g_strdup("{\"status\":\"" POISON "\"}");
			t->detail = g_strdup(turn ? POISON : "nobody_home");
			t->delivered_to = g_strdup(turn ? POISON : "neighbour");
			g_ptr_array_add(t->events, poisoned_event(t));
			assert_true(store_begin(desk.flow.store, &error) && tracking_put(desk.flow.store, t, &error) && store_commit(desk.flow.store, &error));
			buyer_asks(T0);
			assert_int_equal(desk_step(decide_step, T0 + 10), 1);
			replies += desk_int("SELECT count(*) FROM replies");
			if (desk_int("SELECT count(*) FROM replies WHERE body || subject LIKE '%evil%' OR body LIKE '%9,90%'"))
				fail_msg("%s: the carrier's words are in the reply", track_status_name(t->status));
			desk_done(state);
			desk_fresh(state);
		}
	assert_true(replies >= TRACK_STATUS_COUNT);
}

/* A number is used again: the end of the earlier parcel's story answers nobody, pays nobody and closes nothing. */
static void the_end_of_an_earlier_parcel_decides_nothing(void **state)
{
	static const struct { enum track_status status; int days; const char *ordered; bool ours; } rows[] = {
		{ TRACK_DELIVERED, 60, NULL, false }, { TRACK_LOST, 60, NULL, false }, { TRACK_RETURNED, 60, NULL, false },
		{ TRACK_IN_TRANSIT, 60, NULL, false },
		{ TRACK_DELIVERED, 1, NULL, true }, { TRACK_LOST, 1, NULL, true },
		/* Nobody knows when it was ordered: an end may be anybody's, a way is looked at as before. */
		{ TRACK_LOST, 60, "0", false }, { TRACK_DELIVERED, 1, "0", false }, { TRACK_IN_TRANSIT, 2, "0", true },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *ordered = rows[i].ordered ? rows[i].ordered : "ordered_at";
		g_autofree char *sql = g_strdup_printf("UPDATE orders SET ordered_at = %s", ordered), *rule = NULL;
		gint64 tasks;

		desk_parcel(desk_order());
		desk_run(sql);
		desk_tracking(rows[i].status, rows[i].days, T0);
		buyer_asks(T0);
		assert_int_equal(desk_step(decide_step, T0 + 10), 1);
		rule = desk_text("SELECT rule FROM verdicts");
		tasks = desk_int("SELECT count(*) FROM tasks WHERE kind <> 'trace'");
		if (!rows[i].ours && (tasks || desk_int("SELECT count(*) FROM cases WHERE state = 'closed'")
				      || desk_int("SELECT count(*) FROM replies WHERE state = 'due'")))
			fail_msg("row %zu: %s, %d payments", i, rule, (int) tasks);
		if (!rows[i].ordered && !rows[i].ours)
			assert_string_equal(rule, "news of an earlier parcel");
		if (rows[i].ours)
			assert_int_equal(desk_int("SELECT facts ->> '$.tracking_before_order' FROM verdicts"), 0);
		desk_done(state);
		desk_fresh(state);
	}
}

static void the_parcel_that_the_buyer_names_is_the_cases(void **state)
{
	(void) state;
	desk_parcel(desk_order());
	desk_tracking(TRACK_IN_TRANSIT, 2, T0);
	second_parcel(TRACK_LOST, 2, 1);
	desk_buyer("Paket nicht angekommen (Bestellung: " DESK_ORDER ")", "Mein DHL-Paket " NUMBER " ist nicht angekommen.", T0);
	desk_step(understand_step, T0);
	assert_int_equal(desk_step(decide_step, T0 + 10), 1);
	assert_text("overdue", "SELECT rule FROM verdicts");
	assert_int_equal(desk_int("SELECT reason LIKE '%" NUMBER " in_transit (this one, which the buyer names)%' FROM verdicts"), 1);
}

/* What the carrier says about one parcel is not the whole answer while the other is being asked about. */
static void a_case_waits_for_the_first_word_about_each_parcel(void **state)
{
	struct carrier_access *access = g_new0(struct carrier_access, 1);

	(void) state;
	access->name = g_strdup("dhl");
	access->secrets = g_hash_table_new(g_str_hash, g_str_equal);
	access->serves = g_ptr_array_new();
	g_ptr_array_add(desk.settings->carriers, access);
	desk_parcel(desk_order());
	desk_tracking(TRACK_DELIVERED, 1, T0);
	second_parcel(TRACK_STATUS_COUNT, 0, 1);
	buyer_asks(T0);
	assert_int_equal(desk_step(decide_step, T0 + 10), 1);
	assert_int_equal(desk_int("SELECT count(*) FROM verdicts"), 0);
	assert_int_equal(desk_step(decide_step, T0 + 911), 1);
	assert_int_equal(desk_int("SELECT facts ->> '$.parcels_open' FROM verdicts"), 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, desk_fresh, desk_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_order_of_another_channel_is_told_as_such),
		CASE(a_case_is_about_the_parcel_that_is_missing),
		CASE(a_carriers_own_words_never_reach_a_reply),
		CASE(the_end_of_an_earlier_parcel_decides_nothing),
		CASE(the_parcel_that_the_buyer_names_is_the_cases),
		CASE(a_case_waits_for_the_first_word_about_each_parcel),
		CASE(deciding_twice_adds_nothing),
		CASE(a_payment_is_proposed_once_for_each_line),
		CASE(changed_tracking_supersedes_a_draft),
		CASE(facts_that_come_back_bring_the_answer_back),
		CASE(the_same_answer_with_newer_facts_says_the_newer_ones),
		CASE(a_persons_words_are_not_written_over),
		CASE(what_a_person_edited_stays_when_the_facts_change),
		CASE(a_case_with_an_edited_draft_is_not_closed_by_the_carrier),
		CASE(what_leaves_by_itself_gives_way_too),
		CASE(a_gate_that_closes_holds_what_would_leave),
		CASE(a_draft_waits_for_a_person_though_the_gates_have_opened),
		CASE(a_rejected_task_is_not_proposed_again),
		CASE(a_rejected_trace_is_not_proposed_again),
		CASE(a_rejected_answer_is_not_drafted_again),
		CASE(a_person_may_reject_in_the_minds_words),
		CASE(only_an_answer_given_elsewhere_counts_as_said),
		CASE(what_a_person_rejected_stays_theirs),
		CASE(a_closed_case_stays_closed_until_the_buyer_writes),
		CASE(beside_an_approved_answer_no_other_is_drafted),
		CASE(a_later_notice_rejects_an_open_draft),
		CASE(a_person_who_was_faster_is_not_talked_over),
		CASE(an_answer_that_left_is_never_answered_again),
		CASE(an_answer_whose_fate_is_not_known_counts_as_sent),
		CASE(an_answer_that_was_refused_is_a_persons_matter),
		CASE(an_answer_that_waits_for_the_server_says_what_is_new),
		CASE(news_that_is_none_any_more_is_not_left_open),
		CASE(the_next_mail_is_answered_anew),
		CASE(a_person_reads_what_was_missing),
		CASE(the_same_answer_does_not_leave_by_itself_twice),
		CASE(a_language_without_templates_waits_for_a_person),
		CASE(who_names_anothers_order_gets_neither_words_nor_money),
		CASE(an_answer_to_a_stranger_is_taken_back_when_the_list_comes),
		CASE(the_buyer_is_known_by_the_lists_address),
		CASE(in_the_shop_both_addresses_count),
		CASE(an_unresolved_variable_blocks_the_reply),
		CASE(what_the_guard_finds_blocks_the_reply),
		CASE(an_order_imported_later_changes_the_facts),
		CASE(stock_that_is_gone_turns_a_reship_into_a_refund),
	};

	return cmocka_run_group_tests(tests, load, desk_close);
}
