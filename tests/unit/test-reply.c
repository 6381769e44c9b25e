/* Replies: which act may move which state, that only who read the row as it is moves it, and what an act leaves behind. */
#include "tests/lib/unit.h"

#include "tests/lib/ledger.h"
#include "tests/lib/moves.h"
#include "wismo/base/error.h"
#include "wismo/store/reply.h"

#include "src/store/sql_p.h"

#include <stdio.h>
#include <string.h>

static struct store *store;		/* of ROLE_MAILER or ROLE_COMMAND: the authorizer is part of what is tested */

static void fresh_as(bool person)
{
	store_close(store);
	store = ledger_open(person ? ROLE_COMMAND : ROLE_MAILER);
}

static int fresh(void **state)
{
	fresh_as(*state != NULL);
	return 0;
}

static int close_all(void **state)
{
	(void) state;
	store_close(store);
	store = NULL;
	ledger_close();
	return 0;
}

/* A row in that very state, as if a history had led there; it is reply `id`. */
static void row_in(gint64 id, int state)
{
	scoped(store) all = ledger_as(ROLE_ALL);
	g_autofree char *cause = g_strdup_printf("c1/m%" G_GINT64_FORMAT, id);
	g_autoptr(GError) error = NULL;

	assert_true(sql_run(all, &error, "INSERT INTO replies (id, case_id, verdict, cause, account, template, lang, recipient, subject,"
			    " body, message_id, state, why, wire, epoch, approved_by, approved_at, created_at, version)"
			    " VALUES (?1, 1, 1, ?2, 'main', 't', 'en', 'b@example.org', 're', 'soon', ?2 || '@x', ?3, 'before', x'41',"
			    " 1, 'auto', 5, 5, 7)", "iss", id, cause, reply_state_name((enum reply_state) state)));
}

static void *read_row(gint64 id)
{
	g_autoptr(GError) error = NULL;
	struct reply *reply = reply_get(store, id, &error);

	assert_null(error);
	assert_non_null(reply);
	return reply;
}

/* ---- every act on every state ---- */

static bool approve(void *r, GError **e) { return reply_approve(store, r, LEDGER_NOW, "anna", e); }
static bool reject(void *r, GError **e) { return reply_reject(store, r, LEDGER_NOW, "anna", "no", e); }
static bool edit(void *r, GError **e) { return reply_edit(store, r, "other words", LEDGER_NOW, "anna", e); }
static bool redraft(void *r, GError **e) { return reply_redraft(store, r, LEDGER_NOW, "mailer", "ask", e); }
static bool block(void *r, GError **e) { return reply_block(store, r, LEDGER_NOW, "mailer", "stop", e); }
static bool hand_over(void *r, GError **e) { return reply_hand_over(store, r, LEDGER_NOW, e); }
static bool postpone(void *r, GError **e) { return reply_postpone(store, r, LEDGER_NOW, LEDGER_NOW + 300, "451", e); }
static bool refuse(void *r, GError **e) { return reply_refuse(store, r, LEDGER_NOW, "550", e); }
static bool doubt(void *r, GError **e) { return reply_doubt(store, r, LEDGER_NOW, "lost", e); }
static bool settle(void *r, GError **e) { return reply_settle_sent(store, r, LEDGER_NOW, "mailer", "250", e); }

static bool begin(void *r, GError **e)
{
	g_autoptr(GBytes) wire = g_bytes_new_static("B", 1);

	return reply_begin(store, r, wire, LEDGER_NOW, e);
}

static const struct moves_act acts[] = {
	{ "approve", approve, " draft uncertain ", REPLY_DUE, true },
	{ "reject", reject, " draft blocked due later uncertain ", REPLY_REJECTED, true },
	{ "edit", edit, " draft blocked due later refused rejected ", REPLY_DRAFT, true },
	{ "redraft", redraft, " due later blocked refused rejected ", REPLY_DRAFT, false },
	{ "block", block, " draft due later ", REPLY_BLOCKED, false },
	{ "begin", begin, " due later ", REPLY_SENDING, false },
	{ "hand_over", hand_over, " sending ", REPLY_HANDED_OVER, false },
	{ "postpone", postpone, " sending handed_over ", REPLY_LATER, false },
	{ "refuse", refuse, " sending handed_over later ", REPLY_REFUSED, false },
	{ "doubt", doubt, " handed_over ", REPLY_UNCERTAIN, false },
	{ "settle_sent", settle, " handed_over uncertain ", REPLY_SENT, false },
};

static char *whole_row(void)
{
	return ledger_text("SELECT json_array(state, why, hex(wire), server_said, not_before, attempts, edited, approved_by, approved_at,"
			   " tried_at, confirmed_at, sent_at, version, body, (SELECT count(*) FROM history), (SELECT count(*) FROM filings),"
			   " (SELECT version FROM cases)) FROM replies");
}

/* The struct is brought up to date, so that the next act of the same actor fits. */
static void assert_reply(const void *row, int will)
{
	(void) will;
	assert_int_equal(((const struct reply *) row)->version, 8);
}

static int state_of(const void *row) { return ((const struct reply *) row)->state; }
static const char *name_of(int state) { return reply_state_name((enum reply_state) state); }

static const char *const schema[REPLY_STATE_COUNT] = {
	[REPLY_DRAFT] = " due rejected blocked ", [REPLY_DUE] = " sending draft rejected blocked uncertain ",
	[REPLY_SENDING] = " handed_over due later refused uncertain ", [REPLY_HANDED_OVER] = " sent later refused uncertain ",
	[REPLY_SENT] = "", [REPLY_LATER] = " sending rejected refused draft blocked uncertain ", [REPLY_REFUSED] = " draft ",
	[REPLY_UNCERTAIN] = " sent rejected due later ", [REPLY_REJECTED] = " draft ", [REPLY_BLOCKED] = " draft rejected ",
};

static const struct moves moves = {
	.noun = "reply", .table = "replies", .id = "r1", .states = REPLY_STATE_COUNT, .name = name_of, .schema = schema, .acts = acts,
	.act_count = G_N_ELEMENTS(acts), .fresh = fresh_as, .row_in = row_in, .read = read_row, .free_row = reply_free,
	.state_of = state_of, .whole = whole_row, .moved = assert_reply,
};

static void each_act_moves_only_the_states_that_it_may(void **state)
{
	(void) state;
	moves_try_acts(&moves);
}

static void the_schema_refuses_every_other_move(void **state)
{
	scoped(store) all = ledger_as(ROLE_ALL);

	(void) state;
	moves_try_schema(&moves);
	assert_false(sql_run(all, NULL, "INSERT INTO replies (case_id, verdict, cause, account, template, lang, recipient, subject, body,"
			     " message_id, state, epoch, created_at) VALUES (1, 1, 'c', 'a', 't', 'en', 'b', 's', 'b', 'm', 'flying', 1, 1)", ""));
}

/* ---- who was first ---- */

static void the_second_of_two_actors_is_told_who_was_first(void **state)
{
	g_autoptr(GError) error = NULL;

	(void) state;
	row_in(1, REPLY_DRAFT);
	scoped(reply) mine = read_row(1);
	scoped(reply) theirs = read_row(1);
	assert_true(reply_approve(store, theirs, LEDGER_NOW, "bernd", NULL));
	assert_false(reply_reject(store, mine, LEDGER_NOW + 1, "anna", "no", &error));
	assert_true(g_error_matches(error, WISMO_ERROR, WISMO_PARK));
	assert_string_equal(error->message, "r1 is due since 1970-01-12T13:46:40Z (bernd)");
	assert_int_equal(ledger_int("SELECT count(*) FROM replies WHERE state = 'due' AND approved_by = 'bernd' AND version = 8"), 1);
	assert_int_equal(ledger_int("SELECT count(*) FROM history WHERE actor = 'anna'"), 0);
}

static void a_changed_version_alone_stops_an_act(void **state)
{
	g_autoptr(GError) error = NULL;

	(void) state;
	row_in(1, REPLY_DUE);
	scoped(reply) reply = read_row(1);
	ledger_run("UPDATE replies SET version = version + 1");
	assert_false(begin(reply, &error));
	assert_true(g_error_matches(error, WISMO_ERROR, WISMO_PARK));
	g_clear_error(&error);
	assert_false(reply_wait(store, reply, LEDGER_NOW + 5, &error));
	assert_true(g_error_matches(error, WISMO_ERROR, WISMO_PARK));
	assert_int_equal(ledger_int("SELECT count(*) FROM replies WHERE state = 'due' AND attempts = 0 AND not_before = 0"), 1);
}

static void a_changed_state_alone_stops_an_act(void **state)
{
	g_autoptr(GError) error = NULL;

	(void) state;
	row_in(1, REPLY_DUE);
	scoped(reply) reply = read_row(1);
	ledger_run("UPDATE replies SET state = 'rejected'");
	assert_false(begin(reply, &error));
	assert_true(g_error_matches(error, WISMO_ERROR, WISMO_PARK));
	assert_non_null(strstr(error->message, "r1 is rejected"));
	assert_int_equal(ledger_int("SELECT attempts FROM replies"), 0);
}

static void an_act_within_a_transaction_goes_with_it(void **state)
{
	(void) state;
	row_in(1, REPLY_DUE);
	scoped(reply) reply = read_row(1);
	assert_true(store_begin(store, NULL));
	assert_true(begin(reply, NULL));
	assert_int_equal(ledger_int("SELECT attempts FROM replies"), 0);	/* another connection does not see it yet */
	store_abandon(store);
	assert_int_equal(ledger_int("SELECT count(*) FROM replies WHERE state = 'due' AND version = 7"), 1);
	assert_int_equal(ledger_int("SELECT count(*) FROM history"), 0);
}

/* ---- what acts leave behind ---- */

static void the_way_of_a_reply_that_is_let_in_at_the_second_attempt(void **state)
{
	(void) state;
	row_in(1, REPLY_DUE);
	scoped(reply) reply = read_row(1);
	assert_true(begin(reply, NULL));
	assert_int_equal(ledger_int("SELECT count(*) FROM replies WHERE hex(wire) = '42' AND attempts = 1 AND tried_at = 1000000"
				    " AND why IS NULL"), 1);
	assert_true(postpone(reply, NULL));
	assert_int_equal(ledger_int("SELECT count(*) FROM replies WHERE not_before = 1000300 AND server_said = '451' AND why = '451'"), 1);
	assert_true(reply_begin(store, reply, reply->wire, LEDGER_NOW + 400, NULL));
	assert_int_equal(ledger_int("SELECT count(*) FROM replies WHERE attempts = 2 AND tried_at = 1000000 AND server_said IS NULL"), 1);
	assert_true(hand_over(reply, NULL));
	assert_true(reply_settle_sent(store, reply, LEDGER_NOW + 401, "mailer", "250 ok", NULL));
	assert_int_equal(reply->sent_at, LEDGER_NOW + 401);
	assert_int_equal(ledger_int("SELECT count(*) FROM replies WHERE sent_at = 1000401 AND server_said = '250 ok' AND why IS NULL"), 1);
	assert_int_equal(ledger_int("SELECT count(*) FROM filings WHERE state = 'due' AND next_at = 1000401"), 2);
	assert_int_equal(ledger_int("SELECT count(*) FROM cases WHERE answered_at = 1000401 AND asked_at = 0 AND dirty = 1 AND version = 2"), 1);
	g_autofree char *way = ledger_text("SELECT group_concat(event, ' ') FROM history WHERE subject = 'r1'");
	assert_string_equal(way, "sending later sending handed_over sent");
}

static void what_the_buyer_wrote_after_the_answered_mail_stays_open(void **state)
{
	(void) state;
	ledger_run("INSERT INTO mails (id, account, sha256, size_bytes, received_at, fetched_at, state) VALUES"
		   " (1, 'main', printf('%064d', 1), 1, 100, 100, 'read'), (2, 'main', printf('%064d', 2), 1, 200, 200, 'read'),"
		   " (3, 'main', printf('%064d', 3), 1, 150, 300, 'read')");
	for (int mail = 1; mail <= 3; mail++) {
		scoped(store) all = ledger_as(ROLE_ALL);

		assert_true(sql_run(all, NULL, "INSERT INTO readings (mail, case_id, rulebook, channel, machine, lang, intent, confidence,"
				    " urgency, buyer_text, answerable, read_at) VALUES (?, 1, 'h', 'shop', ?, 'en', 'not_arrived', 1, 'normal',"
				    " '', 1, 1)", "ii", (gint64) mail, (gint64) (mail == 2)));
	}
	row_in(1, REPLY_HANDED_OVER);
	ledger_run("UPDATE replies SET mail = 1");
	scoped(reply) reply = read_row(1);
	assert_true(reply_overtaken(store, reply, NULL));
	assert_true(settle(reply, NULL));
	/* The third mail is the buyer's; the second came from a machine. */
	assert_int_equal(ledger_int("SELECT asked_at FROM cases"), 150);
	ledger_run("UPDATE replies SET mail = 3");
	scoped(reply) last = read_row(1);
	assert_false(reply_overtaken(store, last, NULL));
}

static void approval_starts_anew_and_editing_drops_the_old_bytes(void **state)
{
	(void) state;
	row_in(1, REPLY_LATER);
	ledger_run("UPDATE replies SET not_before = 9999999, tried_at = 10, attempts = 3");
	scoped(reply) reply = read_row(1);
	assert_true(edit(reply, NULL));
	assert_int_equal(ledger_int("SELECT count(*) FROM replies WHERE wire IS NULL AND edited = 1 AND body = 'other words'"), 1);
	assert_null(reply->wire);
	assert_true(reply->edited);
	assert_true(approve(reply, NULL));
	assert_int_equal(ledger_int("SELECT count(*) FROM replies WHERE not_before = 0 AND tried_at = 0 AND approved_by = 'anna'"
				    " AND approved_at = 1000000 AND why IS NULL"), 1);
}

static void waiting_counts_no_attempt(void **state)
{
	(void) state;
	row_in(1, REPLY_DUE);
	scoped(reply) reply = read_row(1);
	assert_true(reply_wait(store, reply, LEDGER_NOW + 300, NULL));
	assert_int_equal(ledger_int("SELECT count(*) FROM replies WHERE state = 'due' AND attempts = 0 AND tried_at = 0"
				    " AND not_before = 1000300"), 1);
	assert_null(reply_next_due(store, 0, LEDGER_NOW + 299, NULL));
	assert_int_equal(reply_next_at(store, LEDGER_NOW, NULL), LEDGER_NOW + 300);
	assert_true(begin(reply, NULL));
}

/* ---- the queue ---- */

static void the_queue_gives_what_is_due_and_of_this_epoch(void **state)
{
	static const struct { enum reply_state state; gint64 not_before, epoch; bool given; } rows[] = {
		{ REPLY_DRAFT, 0, 2, false }, { REPLY_DUE, 0, 1, false }, { REPLY_DUE, 0, 2, true }, { REPLY_LATER, 50, 2, true },
		{ REPLY_LATER, 200, 2, false }, { REPLY_SENDING, 0, 2, false }, { REPLY_HANDED_OVER, 0, 2, false }, { REPLY_SENT, 0, 2, false },
		{ REPLY_UNCERTAIN, 0, 2, false }, { REPLY_REFUSED, 0, 2, false }, { REPLY_REJECTED, 0, 2, false }, { REPLY_BLOCKED, 0, 2, false },
		{ REPLY_DUE, 100, 2, true },
	};
	scoped(store) all = ledger_as(ROLE_ALL);
	gint64 after = 0;

	(void) state;
	ledger_run("UPDATE instance SET epoch = 2");
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		row_in((gint64) i + 1, rows[i].state);
		assert_true(sql_run(all, NULL, "UPDATE replies SET not_before = ?, epoch = ? WHERE id = ?", "iii", rows[i].not_before,
				    rows[i].epoch, (gint64) i + 1));
	}
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (!rows[i].given)
			continue;
		scoped(reply) reply = reply_next_due(store, after, 100, NULL);
		assert_non_null(reply);
		assert_int_equal(reply->id, i + 1);
		assert_non_null(reply->wire);
		after = reply->id;
	}
	assert_null(reply_next_due(store, after, 100, NULL));
	assert_int_equal(reply_next_at(store, 100, NULL), 200);
}

static gint64 handed[4];
static guint handed_count;

static bool note_handed(struct store *its, struct reply *reply, gint64 now, void *user, GError **error)
{
	assert_ptr_equal(user, handed);
	assert_int_equal(reply->state, REPLY_HANDED_OVER);
	handed[handed_count++ % 4] = reply->id;
	return reply_doubt(its, reply, now, "interrupted", error);
}

static void after_a_crash_only_what_was_not_handed_over_is_due_again(void **state)
{
	(void) state;
	handed_count = 0;
	row_in(1, REPLY_SENDING);
	row_in(2, REPLY_HANDED_OVER);
	row_in(3, REPLY_SENDING);
	row_in(4, REPLY_UNCERTAIN);
	row_in(5, REPLY_SENT);
	ledger_run("UPDATE replies SET epoch = 0 WHERE id = 3");	/* of an older copy: only Sent can tell */
	assert_true(reply_recover(store, LEDGER_NOW, note_handed, handed, NULL));
	assert_int_equal(handed_count, 1);
	assert_int_equal(handed[0], 2);
	g_autofree char *states = ledger_text("SELECT group_concat(state, ' ') FROM (SELECT state FROM replies ORDER BY id)");
	assert_string_equal(states, "due uncertain sending uncertain sent");
	assert_int_equal(ledger_int("SELECT count(*) FROM history WHERE subject = 'r1' AND event = 'due'"), 1);
	/* Once more, as at every pass: nothing. */
	assert_true(reply_recover(store, LEDGER_NOW, note_handed, handed, NULL));
	assert_int_equal(handed_count, 1);
}

static struct reply *new_reply(const char *cause, enum reply_state state)
{
	struct reply *reply = reply_new();

	reply->case_id = reply->verdict = 1;
	reply->cause = g_strdup(cause);
	reply->account = g_strdup("main");
	reply->template = g_strdup("t");
	reply->lang = g_strdup("en");
	reply->recipient = g_strdup("b@example.org");
	reply->subject = g_strdup("re");
	reply->body = g_strdup("soon");
	reply->message_id = reply_message_id("uuid", cause, "shop@example.com");
	g_ptr_array_add(reply->references, g_strdup("one@x"));
	g_ptr_array_add(reply->references, g_strdup("two@x"));
	reply->state = state;
	return reply;
}

static void one_cause_makes_one_reply(void **state)
{
	scoped(store) mind = ledger_as(ROLE_MIND);
	scoped(reply) first = new_reply("c1/m1/overdue", REPLY_DUE);
	scoped(reply) second = new_reply("c1/m1/overdue", REPLY_DRAFT);
	scoped(reply) other = new_reply("c1/m2/overdue", REPLY_BLOCKED);
	bool added;

	(void) state;
	first->approved_by = g_strdup("auto");
	assert_true(reply_put(mind, first, LEDGER_NOW, "mind", &added, NULL));
	assert_true(added);
	assert_true(reply_put(mind, second, LEDGER_NOW + 1, "mind", &added, NULL));
	assert_false(added);
	assert_true(reply_put(mind, other, LEDGER_NOW + 1, "mind", &added, NULL));
	assert_true(added);
	assert_int_equal(ledger_int("SELECT count(*) FROM replies"), 2);
	assert_int_equal(ledger_int("SELECT count(*) FROM history"), 2);
	scoped(reply) read = read_row(first->id);
	assert_int_equal(read->state, REPLY_DUE);
	assert_int_equal(read->version, first->version);
	assert_int_equal(read->approved_at, LEDGER_NOW);
	assert_int_equal(read->epoch, 1);
	assert_int_equal(read->references->len, 2);
	assert_string_equal(g_ptr_array_index(read->references, 1), "two@x");
	assert_string_equal(read->message_id, first->message_id);
	assert_true(begin(read, NULL));
}

static void answers_are_counted_by_case_buyer_and_hour(void **state)
{
	static const struct { enum reply_state state; gint64 sent_at, tried_at; } rows[] = {
		{ REPLY_SENT, 99000, 0 }, { REPLY_SENT, 96500, 0 }, { REPLY_UNCERTAIN, 0, 50000 }, { REPLY_HANDED_OVER, 0, 40000 },
		{ REPLY_SENT, 13599, 0 }, { REPLY_LATER, 0, 99000 }, { REPLY_REFUSED, 0, 99000 }, { REPLY_SENDING, 0, 99000 },
	};
	scoped(store) all = ledger_as(ROLE_ALL);
	struct reply_counts counts;

	(void) state;
	row_in(100, REPLY_DUE);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		row_in((gint64) i + 1, rows[i].state);
		assert_true(sql_run(all, NULL, "UPDATE replies SET sent_at = ?, tried_at = ? WHERE id = ?", "iii", rows[i].sent_at,
				    rows[i].tried_at, (gint64) i + 1));
	}
	ledger_run("INSERT INTO cases (id, account, channel, buyer, order_no, lang, state, intent, opened_at)"
		   " VALUES (2, 'main', 'shop', 'b@example.org', 'A-2', 'en', 'open', 'not_arrived', 1)");
	ledger_run("UPDATE replies SET case_id = 2, recipient = 'B@Example.ORG' WHERE id = 1");
	ledger_run("UPDATE replies SET recipient = 'other@example.org' WHERE id = 2");
	scoped(reply) reply = read_row(100);
	assert_true(reply_count(store, reply, 100000, &counts, NULL));
	assert_int_equal(counts.of_case, 3);
	assert_int_equal(counts.of_buyer, 3);
	assert_int_equal(counts.of_all, 2);
	assert_int_equal(counts.hour_began_at, 96500);
}

int main(void)
{
	static int person;
	const struct CMUnitTest tests[] = {
#define row(f) cmocka_unit_test_setup(f, fresh)
#define persons(f) cmocka_unit_test_prestate_setup_teardown(f, fresh, NULL, &person)
		row(each_act_moves_only_the_states_that_it_may),
		row(the_schema_refuses_every_other_move),
		persons(the_second_of_two_actors_is_told_who_was_first),
		row(a_changed_version_alone_stops_an_act),
		row(a_changed_state_alone_stops_an_act),
		row(an_act_within_a_transaction_goes_with_it),
		row(the_way_of_a_reply_that_is_let_in_at_the_second_attempt),
		row(what_the_buyer_wrote_after_the_answered_mail_stays_open),
		persons(approval_starts_anew_and_editing_drops_the_old_bytes),
		row(waiting_counts_no_attempt),
		row(the_queue_gives_what_is_due_and_of_this_epoch),
		row(after_a_crash_only_what_was_not_handed_over_is_due_again),
		row(one_cause_makes_one_reply),
		row(answers_are_counted_by_case_buyer_and_hour),
	};

	return cmocka_run_group_tests(tests, NULL, close_all);
}
