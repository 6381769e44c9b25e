/* The mailer's stage by a clock of our own: pauses and their end, what a crash left, the last gates, signs of life. */
#include "tests/lib/unit.h"

#include "tests/lib/clock_fake.h"
#include "tests/lib/ledger.h"
#include "tests/lib/peer.h"
#include "wismo/flow/outlet.h"
#include "wismo/flow/stage.h"
#include "wismo/mail/maildir.h"

#include "src/store/sql_p.h"

#include <stdio.h>
#include <string.h>

#define DAY_S 86400

static struct store *store;
static struct settings *settings;
static struct account *account;
static struct flow flow;
static char *sink;
static guint signs;

static void sign(void *user)
{
	++*(guint *) user;
}

static int fresh(void **state)
{
	(void) state;
	store_close(store);
	store = ledger_open(ROLE_MAILER);
	sink = g_dir_make_tmp("wismo-sink-XXXXXX", NULL);
	account = account_new();
	account->name = g_strdup("main");
	account->from = g_strdup("shop@example.com");
	account->outgoing.path = g_build_filename(sink, "mails", NULL);
	settings = g_new0(struct settings, 1);
	settings->mode = MODE_AUTO;
	settings->zone = g_strdup("Europe/Berlin");
	settings->replies_per_case_day = settings->replies_per_buyer_day = settings->replies_per_hour = 1000;
	settings->accounts = g_ptr_array_new();
	g_ptr_array_add(settings->accounts, account);
	flow = (struct flow) { .store = store, .settings = settings, .alive = sign, .alive_user = &signs };
	signs = 0;
	clock_fake_at = LEDGER_NOW;
	return 0;
}

static int clear(void **state)
{
	const char *argv[] = { "rm", "-rf", sink, NULL };

	(void) state;
	outlet_close_all();
	clock_fake_at = 0;
	g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
	g_clear_pointer(&sink, g_free);
	account_free(account);
	g_ptr_array_unref(settings->accounts);
	g_free(settings->zone);
	g_free(settings);
	store_close(store);
	store = NULL;
	ledger_close();
	return 0;
}

static void add_reply(gint64 id, const char *state)
{
	scoped(store) all = ledger_as(ROLE_ALL);
	g_autofree char *cause = g_strdup_printf("c1/m%" G_GINT64_FORMAT, id);
	g_autoptr(GError) error = NULL;

	assert_true(sql_run(all, &error, "INSERT INTO replies (id, case_id, verdict, cause, account, template, lang, recipient, subject,"
			    " body, message_id, state, epoch, approved_by, approved_at, created_at, wire, attempts, tried_at)"
			    " VALUES (?1, 1, 1, ?2, 'main', 't', 'en', 'b@example.org', 're', 'soon', 'r' || ?1 || '@example.com', ?3, 1,"
			    " 'auto', 1000000, 1000000, iif(?3 = 'due', NULL, x'41'), ?3 <> 'due', iif(?3 = 'due', 0, 1000000))", "iss", id,
			    cause, state));
}

static struct pass step(void)
{
	struct pass pass;
	g_autoptr(GError) error = NULL;

	if (!send_step(&flow, clock_fake_at, &pass, &error))
		fail_msg("%s", error->message);
	return pass;
}

static bool in_sink(gint64 id)
{
	g_autofree char *message_id = g_strdup_printf("r%" G_GINT64_FORMAT "@example.com", id);

	return maildir_has(account->outgoing.path, message_id);
}

static void to_peer(const struct peer *peer)
{
	g_clear_pointer(&account->outgoing.path, g_free);
	account->outgoing.safety = SAFETY_NONE;
	account->outgoing.host = g_strdup("127.0.0.1");
	account->outgoing.port = peer->port;
}

/* Tries until the state is another; gives the number of attempts. Each pause must lie between these bounds. */
static guint try_until_over(gint64 longest_s)
{
	guint attempts = 0;
	gint64 pause_s = 300;

	for (;;) {
		gint64 began_at = clock_fake_at, next_at;

		step();
		attempts++;
		if (ledger_int("SELECT state = 'later' FROM replies") != 1)
			return attempts;
		next_at = ledger_int("SELECT not_before FROM replies");
		if (next_at - began_at < pause_s || next_at - began_at > pause_s + pause_s / 5)
			fail_msg("pause %u: %d s, should be %d s", attempts, (int) (next_at - began_at), (int) pause_s);
		/* A second before, nothing happens. */
		clock_fake_at = next_at - 1;
		assert_int_equal(step().next_at, next_at);
		assert_int_equal(ledger_int("SELECT attempts FROM replies"), attempts);
		clock_fake_at = next_at;
		pause_s = MIN(pause_s * 2, longest_s);
		assert_true(attempts < 1000);
	}
}

static void a_mail_that_is_never_let_in_is_given_up_after_five_days(void **state)
{
	static const struct peer_row rows[] = { { "", "220 mx\r\n", PEER_ON }, { "EHLO", "250 mx\r\n", PEER_ON }, { "MAIL", "250 ok\r\n", PEER_ON },
		{ "RCPT", "450 4.2.0 greylisted\r\n", PEER_ON }, { "QUIT", "221 bye\r\n", PEER_CLOSE }, { NULL, NULL, PEER_ON } };
	struct peer *peer = peer_start(rows);
	guint attempts;

	(void) state;
	to_peer(peer);
	add_reply(1, "due");
	attempts = try_until_over(14400);
	peer_stop(peer);
	g_autofree char *why = ledger_text("SELECT state || ': ' || why FROM replies");
	assert_string_equal(why, "refused: given up after 5 days: 127.0.0.1: RCPT: 450 4.2.0 greylisted");
	assert_true(clock_fake_at - LEDGER_NOW < 5 * DAY_S && clock_fake_at - LEDGER_NOW > 5 * DAY_S - 2 * 14400);
	assert_in_range(attempts, 25, 40);
}

static void a_server_that_is_down_is_asked_every_half_hour(void **state)
{
	static const struct peer_row rows[] = { { "", "421 not today\r\n", PEER_CLOSE }, { NULL, NULL, PEER_ON } };
	struct peer *peer = peer_start(rows);

	(void) state;
	to_peer(peer);
	add_reply(1, "due");
	try_until_over(1800);
	peer_stop(peer);
	assert_int_equal(ledger_int("SELECT count(*) FROM replies WHERE state = 'refused' AND why LIKE 'given up after 5 days%421%'"), 1);
}

static void what_a_dead_mailer_left_is_settled_before_anything_is_sent(void **state)
{
	g_autoptr(GBytes) wire = g_bytes_new_static("X", 1);

	(void) state;
	add_reply(1, "sending");
	add_reply(2, "handed_over");
	add_reply(3, "handed_over");
	add_reply(4, "uncertain");
	/* A person's: else the others of the case would wait for a new decision. */
	ledger_run("UPDATE replies SET approved_by = 'anna', approved_at = 9999999");
	assert_true(maildir_deliver(account->outgoing.path, "r3@example.com", wire, NULL));
	step();
	/* A Maildir can tell: 3 is there, 2 is not and leaves now, as 1 does. Nobody asks about 4 here. */
	g_autofree char *states = ledger_text("SELECT group_concat(state, ' ') FROM (SELECT state FROM replies ORDER BY id)");
	assert_string_equal(states, "sent sent sent uncertain");
	assert_true(in_sink(1) && in_sink(2) && in_sink(3) && !in_sink(4));
	assert_int_equal(ledger_int("SELECT count(*) FROM filings"), 6);
}

static void over_smtp_nobody_can_tell(void **state)
{
	static const struct peer_row rows[] = { { "", "220 mx\r\n", PEER_ON }, { "EHLO", "250 mx\r\n", PEER_ON }, { "MAIL", "250 ok\r\n", PEER_ON },
		{ "RCPT", "250 ok\r\n", PEER_ON }, { "DATA\r\n", "354 go\r\n", PEER_ON }, { ".\r\n", "250 queued\r\n", PEER_ON }, { NULL, NULL, PEER_ON } };
	struct peer *peer = peer_start(rows);
	g_autofree char *heard = NULL;

	(void) state;
	to_peer(peer);
	add_reply(1, "sending");
	add_reply(2, "handed_over");
	for (int i = 0; i < 3; i++) {
		step();
		clock_fake_at += DAY_S;
	}
	g_autofree char *states = ledger_text("SELECT group_concat(state, ' ') FROM (SELECT state FROM replies ORDER BY id)");
	assert_string_equal(states, "sent uncertain");
	assert_int_equal(ledger_int("SELECT count(*) FROM replies WHERE id = 2 AND why LIKE '%interrupted after the last byte%'"), 1);
	heard = peer_heard(peer);
	assert_null(strstr(strstr(heard, "DATA\r\n") + 1, "DATA\r\n"));
	peer_stop(peer);
}

static void the_last_gates_are_asked_before_each_mail(void **state)
{
	static const struct { const char *change, *states; } rows[] = {
		{ "UPDATE cases SET dirty = 0", "sent" }, { "UPDATE cases SET state = 'closed'", "blocked" },
		{ "UPDATE cases SET state = 'person'", "draft" }, { "UPDATE cases SET claim = 'open'", "draft" },
		{ "UPDATE cases SET answered_at = 1000001", "blocked" }, { "UPDATE cases SET dirty = 1", "due" },
		{ "UPDATE replies SET approved_by = NULL", "draft" }, { "UPDATE replies SET account = 'gone'", "draft" },
		{ "UPDATE replies SET approved_by = 'anna'", "sent" }, { "UPDATE replies SET recipient = 'two@x, three@x'", "blocked" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *states = NULL;

		if (i) {
			clear(state);
			fresh(state);
		}
		add_reply(1, "due");
		ledger_run(rows[i].change);
		step();
		states = ledger_text("SELECT state FROM replies");
		if (strcmp(states, rows[i].states) != 0 || in_sink(1) != (strcmp(rows[i].states, "sent") == 0))
			fail_msg("%s: %s, should be %s", rows[i].change, states, rows[i].states);
	}
}

static void a_full_hour_lets_the_others_wait(void **state)
{
	(void) state;
	settings->replies_per_hour = 2;
	for (gint64 id = 1; id <= 4; id++)
		add_reply(id, "due");
	ledger_run("UPDATE replies SET approved_by = 'anna', approved_at = 9999999");
	step();
	assert_int_equal(ledger_int("SELECT count(*) FROM replies WHERE state = 'sent'"), 2);
	assert_int_equal(ledger_int("SELECT count(*) FROM replies WHERE state = 'due' AND attempts = 0 AND not_before = 1003600"), 2);
	clock_fake_at += 3601;
	step();
	assert_int_equal(ledger_int("SELECT count(*) FROM replies WHERE state = 'sent'"), 4);
}

/* The supervisor kills a worker that gives none; a long queue of slow mails must not look like that. */
static void each_reply_is_a_sign_of_life(void **state)
{
	(void) state;
	for (gint64 id = 1; id <= 5; id++)
		add_reply(id, "due");
	ledger_run("UPDATE replies SET approved_by = 'anna', approved_at = 9999999");
	assert_int_equal(step().done, 5);
	assert_int_equal(signs, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define row(f) cmocka_unit_test_setup_teardown(f, fresh, clear)
		row(a_mail_that_is_never_let_in_is_given_up_after_five_days),
		row(a_server_that_is_down_is_asked_every_half_hour),
		row(what_a_dead_mailer_left_is_settled_before_anything_is_sent),
		row(over_smtp_nobody_can_tell),
		row(the_last_gates_are_asked_before_each_mail),
		row(a_full_hour_lets_the_others_wait),
		row(each_reply_is_a_sign_of_life),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
