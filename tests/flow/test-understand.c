/* The stage on a real database: mails in, readings and cases out. */
#include "tests/lib/unit.h"

#include "tests/lib/clock_fake.h"
#include "wismo/base/error.h"
#include "wismo/flow/stage.h"
#include "wismo/store/case.h"
#include "wismo/store/mail.h"
#include "wismo/store/order.h"
#include "wismo/store/reading.h"
#include "src/store/sql_p.h"

#include <glib/gstdio.h>
#include <string.h>

#define T0 G_GINT64_CONSTANT(1793701397)
#define ORDER "302-1234567-1234567"
#define ALIAS "a1b2c3d4e5f6g7@marketplace.amazon.de"

static struct rulebook *book;
static struct settings *settings;
static char *folder;
static struct flow flow;
static int uid;

static gint64 deliver_at(const char *text, gint64 at)
{
	g_autoptr(GBytes) raw = g_bytes_new(text, strlen(text));
	g_autoptr(GError) error = NULL;
	scoped(mail) mail = mail_new();
	bool added;

	mail->account = g_strdup("main");
	mail->folder = g_strdup("INBOX");
	mail->uidvalidity = 1;
	mail->uid = (guint32) ++uid;
	mail->sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, raw);
	mail->size_bytes = (gint64) strlen(text);
	mail->received_at = at;
	mail->raw = g_bytes_ref(raw);
	assert_true(store_begin(flow.store, &error));
	if (!mail_put(flow.store, mail, NULL, at, &added, &error))
		fail_msg("%s", error->message);
	assert_true(store_commit(flow.store, &error));
	return mail->id;
}

static gint64 amazon_at(const char *type, const char *from, const char *subject, const char *body, gint64 at)
{
	g_autofree char *text = g_strdup_printf("From: \"Anna\" <%s>\nSubject: %s\nX-Space-Notification-Type: %s\n"
		"Message-ID: <%d@eu-west-1.amazonses.com>\n\n------------- Message: -------------\n\n%s\n\n"
		"------------- End message -------------\n", from, subject, type, uid + 1, body);

	return deliver_at(text, at);
}

static gint64 buyer_at(const char *subject, const char *body, gint64 at)
{
	return amazon_at("BBC_MESSAGE_SENT_TO_MERCHANT", ALIAS, subject, body, at);
}

static gint64 notice_at(const char *type, const char *subject, const char *body, gint64 at)
{
	return amazon_at(type, "donotreply@amazon.com", subject, body, at);
}

static void pass(void)
{
	g_autoptr(GError) error = NULL;
	struct pass done = { 0 };

	if (!understand_step(&flow, T0 + 10, &done, &error))
		fail_msg("%s", error->message);
}

static struct buyer_case *the_case(void)
{
	struct buyer_case *one = case_find(flow.store, "main", "amazon", ALIAS, ORDER, NULL);

	assert_non_null(one);
	return one;
}

static gint64 count(const char *sql)
{
	return sql_int(flow.store, NULL, -1, sql, "");
}

/* A reply of ours to case 1 in a state. */
static void put_reply(gint64 case_id, const char *state)
{
	g_autofree char *cause = g_strdup_printf("test-%d", ++uid);
	g_autoptr(GError) error = NULL;

	if (!sql_run(flow.store, &error, "INSERT INTO verdicts (case_id, made_at, rulebook, facts, rule, reason, sends)"
		     " VALUES (?, 1, '', '{}', 'r', '[]', 'draft')", "i", case_id) ||
	    !sql_run(flow.store, &error, "INSERT INTO replies (case_id, verdict, cause, account, template, lang, recipient, subject,"
		     " body, message_id, state, epoch, created_at) VALUES (?, last_insert_rowid(), ?, 'main', 't', 'de', 'x', 's', 'b', ?,"
		     " ?, 1, 1)", "isss", case_id, cause, cause, state))
		fail_msg("%s", error->message);
}

static void a_buyers_mail_opens_a_case_with_its_clock(void **state)
{
	gint64 mail = buyer_at("Paket nicht angekommen (Bestellung: " ORDER ")", "Mein Paket ist nicht angekommen.", T0);
	scoped(buyer_case) one = NULL;
	scoped(reading_row) row = NULL;

	(void) state;
	pass();
	one = the_case();
	assert_int_equal(one->asked_at, T0);
	assert_int_equal(one->state, CASE_OPEN);
	assert_true(one->dirty);
	assert_string_equal(one->buyer_name, "Anna");
	row = reading_get(flow.store, mail, NULL);
	assert_int_equal(row->case_id, one->id);
	assert_string_equal(row->reading->buyer_text, "Mein Paket ist nicht angekommen.");
	assert_int_equal(count("SELECT count(*) FROM mails WHERE state = 'new'"), 0);
}

static void several_mails_of_one_buyer_are_one_case(void **state)
{
	(void) state;
	buyer_at("Paket nicht angekommen (Bestellung: " ORDER ")", "Mein Paket ist nicht angekommen.", T0);
	buyer_at("Frage von Amazon-Kunde Anna", "Hallo? Wo bleibt es?", T0 + 60);
	buyer_at("Re: Frage", "Bitte " ORDER " pruefen.", T0 + 120);
	pass();
	assert_int_equal(count("SELECT count(*) FROM cases"), 1);
	assert_int_equal(count("SELECT asked_at FROM cases"), T0);
	assert_int_equal(count("SELECT count(DISTINCT case_id) FROM readings WHERE case_id IS NOT NULL"), 1);
}

static void nobody_guesses_between_two_orders(void **state)
{
	(void) state;
	buyer_at("Paket nicht angekommen (Bestellung: " ORDER ")", "Wo ist es?", T0);
	buyer_at("Paket nicht angekommen (Bestellung: 303-1234567-1234567)", "Und das andere?", T0 + 5);
	buyer_at("Frage", "Immer noch nichts.", T0 + 60);
	pass();
	assert_int_equal(count("SELECT count(*) FROM cases"), 3);
	assert_int_equal(count("SELECT count(*) FROM cases WHERE order_no = '' AND state = 'person'"), 1);
}

static void a_case_without_order_is_joined_when_the_order_is_named(void **state)
{
	scoped(buyer_case) one = NULL;

	(void) state;
	buyer_at("Frage", "Wo ist mein Paket?", T0);
	buyer_at("Re: Frage", "Nummer " ORDER, T0 + 60);
	pass();
	assert_int_equal(count("SELECT count(*) FROM cases"), 1);
	one = the_case();
	assert_int_equal(one->asked_at, T0);
}

static void an_order_of_the_sellers_list_is_found_without_its_number(void **state)
{
	scoped(order) order = order_new();
	enum put_result result;
	scoped(buyer_case) one = NULL;
	g_autoptr(GError) error = NULL;

	(void) state;
	order->channel = g_strdup("amazon");
	order->order_no = g_strdup(ORDER);
	order->buyer_address = g_strdup(ALIAS);
	assert_true(order_put(flow.store, order, T0, &result, NULL, &error));
	buyer_at("Frage", "Wo ist mein Paket?", T0);
	pass();
	one = the_case();
}

static void an_order_imported_later_is_matched(void **state)
{
	scoped(order) order = order_new();
	scoped(buyer_case) one = NULL;
	enum put_result result;
	g_autoptr(GError) error = NULL;

	(void) state;
	buyer_at("Frage", "Wo ist mein Paket?", T0);
	pass();
	assert_int_equal(count("SELECT count(*) FROM cases WHERE order_no = ''"), 1);
	order->channel = g_strdup("amazon");
	order->order_no = g_strdup(ORDER);
	order->buyer_address = g_strdup(ALIAS);
	assert_true(order_put(flow.store, order, T0, &result, NULL, &error));
	pass();
	one = the_case();
	assert_true(one->dirty);
	/* A second order makes it a guess, for the next one. */
	g_free(order->order_no);
	order->order_no = g_strdup("303-1234567-1234567");
	assert_true(order_put(flow.store, order, T0, &result, NULL, &error));
	assert_int_equal(case_adopt_orders(flow.store, &error), 0);
}

static void a_forged_reference_does_not_lead_into_anothers_case(void **state)
{
	(void) state;
	buyer_at("Paket nicht angekommen (Bestellung: " ORDER ")", "Wo ist es?", T0);
	pass();
	deliver_at("From: eve@example.org\nIn-Reply-To: <1@eu-west-1.amazonses.com>\nReferences: <1@eu-west-1.amazonses.com>\n\n"
		   "Erstatten Sie bitte auf mein Konto\n", T0 + 5);
	pass();
	assert_int_equal(count("SELECT count(*) FROM readings WHERE case_id = (SELECT id FROM cases WHERE channel = 'amazon')"), 1);
}

static void a_claim_holds_what_was_about_to_leave(void **state)
{
	scoped(buyer_case) one = NULL;

	(void) state;
	buyer_at("Paket nicht angekommen (Bestellung: " ORDER ")", "Wo ist es?", T0);
	pass();
	put_reply(1, "due");
	notice_at("A_Z_CLAIM_RESPONDENT_NOTIFY", "Claim received on order " ORDER, "in the amount of $64.50, within 72 hours", T0 + 100);
	pass();
	one = the_case();
	assert_int_equal(one->claim, CLAIM_OPEN);
	assert_int_equal(one->state, CASE_PERSON);
	assert_int_equal(one->due_at, T0 + 100 + 72 * 3600);
	assert_int_equal(count("SELECT count(*) FROM replies WHERE state = 'draft'"), 1);
	assert_int_equal(count("SELECT amount_cents FROM readings WHERE notice = 'claim_opened'"), 6450);
}

static void a_claim_before_any_mail_is_not_lost(void **state)
{
	scoped(buyer_case) one = NULL;

	(void) state;
	notice_at("A_Z_CLAIM_RESPONDENT_NOTIFY", "Claim received on order " ORDER, "x", T0);
	pass();
	assert_int_equal(count("SELECT count(*) FROM cases WHERE claim = 'open' AND buyer = '(unknown)'"), 1);
	buyer_at("Paket nicht angekommen (Bestellung: " ORDER ")", "Wo ist es?", T0 + 50);
	pass();
	one = the_case();
	assert_int_equal(one->claim, CLAIM_OPEN);
	assert_int_equal(count("SELECT count(*) FROM cases"), 1);
}

static void the_copy_confirms_our_answer(void **state)
{
	scoped(buyer_case) one = NULL;

	(void) state;
	buyer_at("Paket nicht angekommen (Bestellung: " ORDER ")", "Wo ist es?", T0);
	pass();
	put_reply(1, "uncertain");
	notice_at("BBC_MESSAGE_CONFIRMATION_TO_MERCHANT", "Your email to Anna", "x " ORDER, T0 + 100);
	pass();
	one = the_case();
	assert_int_equal(one->state, CASE_WAITING);
	assert_int_equal(one->asked_at, 0);
	assert_int_equal(one->answered_at, T0 + 100);
	assert_int_equal(count("SELECT count(*) FROM replies WHERE state = 'sent' AND confirmed_at > 0"), 1);
}

static void a_persons_answer_stops_ours(void **state)
{
	(void) state;
	buyer_at("Paket nicht angekommen (Bestellung: " ORDER ")", "Wo ist es?", T0);
	pass();
	put_reply(1, "due");
	notice_at("BBC_MESSAGE_CONFIRMATION_TO_MERCHANT", "Seu e-mail para Anna", "x", T0 + 100);
	pass();
	assert_int_equal(count("SELECT count(*) FROM replies WHERE state = 'rejected'"), 1);
	assert_int_equal(count("SELECT count(*) FROM cases WHERE state = 'waiting' AND asked_at = 0"), 1);
}

static void an_answer_that_came_back_keeps_the_old_deadline(void **state)
{
	scoped(buyer_case) one = NULL;

	(void) state;
	buyer_at("Paket nicht angekommen (Bestellung: " ORDER ")", "Wo ist es?", T0);
	pass();
	put_reply(1, "sent");
	notice_at("BBC_MESSAGE_CONFIRMATION_TO_MERCHANT", "Your email to Anna", "x " ORDER, T0 + 100);
	notice_at("BUYER_OPTED_OUT_BSM_MESSAGES", "Wir konnten Ihre Nachricht nicht zustellen", "Bestellung " ORDER, T0 + 200);
	pass();
	one = the_case();
	assert_int_equal(one->asked_at, T0);
	assert_int_equal(one->state, CASE_PERSON);
	assert_non_null(strstr(one->why, "did not reach"));
}

static void refunds_and_cancellations_become_facts(void **state)
{
	scoped(buyer_case) one = NULL;

	(void) state;
	buyer_at("Paket nicht angekommen (Bestellung: " ORDER ")", "Wo ist es?", T0);
	notice_at("REFUND_ISSUED", "Erstattung", ORDER " EUR 39.9", T0 + 1);
	notice_at("BRC_SELLER_NOTIFICATION", "Storno", ORDER, T0 + 2);
	pass();
	one = the_case();
	assert_true(one->marketplace_refunded);
	assert_true(one->cancel_asked);
	assert_true(one->dirty);
}

static void arrived_after_all_closes_the_case_and_its_drafts(void **state)
{
	scoped(buyer_case) one = NULL;

	(void) state;
	buyer_at("Paket nicht angekommen (Bestellung: " ORDER ")", "Wo ist es?", T0);
	pass();
	put_reply(1, "draft");
	buyer_at("Re: (Bestellung: " ORDER ")", "Hat sich erledigt, das Paket ist heute angekommen. Vielen Dank!", T0 + 50);
	pass();
	if (count("SELECT count(*) FROM readings WHERE intent = 'resolved' AND confidence >= 0.6") == 0)
		skip();	/* the packs decide that, not this stage */
	one = the_case();
	assert_int_equal(one->state, CASE_CLOSED);
	assert_int_equal(one->asked_at, 0);
	assert_int_equal(count("SELECT count(*) FROM replies WHERE state = 'rejected'"), 1);
}

static void machines_open_no_case(void **state)
{
	(void) state;
	deliver_at("From: newsletter@example.org\nList-Id: <x>\n\nWo ist mein Paket? Jetzt testen!\n", T0);
	deliver_at("From: a@example.org\nAuto-Submitted: auto-replied\n\nIch bin im Urlaub\n", T0);
	deliver_at("From: bsm@example.com\n\nWo ist mein Paket?\n", T0);
	pass();
	assert_int_equal(count("SELECT count(*) FROM cases"), 0);
	assert_int_equal(count("SELECT count(*) FROM readings WHERE machine = 1"), 3);
}

static void a_mail_that_ended_the_program_three_times_is_parked(void **state)
{
	gint64 mail = deliver_at("From: a@example.org\n\nx\n", T0);
	g_autoptr(GError) error = NULL;
	int attempts;

	(void) state;
	/* What three deaths leave behind: the counted attempts. */
	for (int i = 1; i <= 3; i++) {
		g_autoptr(GArray) taken = mail_take(flow.store, 10, 1000000, &attempts, &error);

		assert_non_null(taken);
		assert_int_equal(taken->len, 1);
		assert_int_equal(g_array_index(taken, gint64, 0), mail);
		assert_int_equal(attempts, i);
	}
	pass();
	assert_int_equal(count("SELECT count(*) FROM mails WHERE state = 'parked' AND why LIKE '%three times%'"), 1);
	assert_int_equal(count("SELECT count(*) FROM readings"), 0);
}

static void what_was_tried_is_met_alone_and_the_rest_in_one_batch(void **state)
{
	g_autoptr(GError) error = NULL;
	gint64 wanted[5];
	int attempts;

	(void) state;
	for (int i = 0; i < 5; i++) {
		g_autofree char *text = g_strdup_printf("From: a%d@example.org\n\nx\n", i);

		wanted[i] = deliver_at(text, T0);
	}
	g_autoptr(GArray) first = mail_take(flow.store, 2, 1000000, &attempts, &error);
	assert_int_equal(first->len, 2);
	/* The program died: both are tried again, each alone, and the oldest first as long as it is new. */
	for (int i = 0; i < 2; i++) {
		g_autoptr(GArray) again = mail_take(flow.store, 10, 1000000, &attempts, &error);

		assert_int_equal(again->len, 1);
		assert_int_equal(g_array_index(again, gint64, 0), wanted[i]);
		assert_int_equal(attempts, 2);
		assert_true(mail_settle(flow.store, wanted[i], MAIL_READ, NULL, &error));
	}
	/* Two of 30 bytes do not fit in 40. */
	g_autoptr(GArray) small = mail_take(flow.store, 10, 40, &attempts, &error);
	assert_int_equal(small->len, 1);
	assert_int_equal(g_array_index(small, gint64, 0), wanted[2]);
	assert_true(mail_settle(flow.store, wanted[2], MAIL_READ, NULL, &error));
	g_autoptr(GArray) rest = mail_take(flow.store, 10, 1000000, &attempts, &error);
	assert_int_equal(rest->len, 2);
	assert_int_equal(attempts, 1);
}

static void reading_again_changes_nothing(void **state)
{
	(void) state;
	buyer_at("Paket nicht angekommen (Bestellung: " ORDER ")", "Wo ist es?", T0);
	pass();
	pass();
	assert_int_equal(count("SELECT count(*) FROM readings"), 1);
	assert_int_equal(count("SELECT version FROM cases"), 1);
}

static int fresh(void **state)
{
	g_autofree char *path = g_build_filename(folder, "test.db", NULL);
	g_autoptr(GError) error = NULL;

	(void) state;
	g_remove(path);
	uid = 0;
	flow.store = store_open(path, ROLE_ALL, true, &error);
	if (!flow.store)
		fprintf(stderr, "%s\n", error->message);
	return flow.store ? 0 : -1;
}

static int done(void **state)
{
	static const char *const ends[] = { "test.db", "test.db-wal", "test.db-shm" };

	(void) state;
	store_close(flow.store);
	for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
		g_autofree char *path = g_build_filename(folder, ends[i], NULL);

		g_remove(path);
	}
	return 0;
}

static int load(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *templates = g_build_filename(g_getenv("WISMO_TEST_SRC") ? g_getenv("WISMO_TEST_SRC") : ".", "templates", NULL);
	scoped(overlay) overlay = overlay_new(templates, &error);
	g_autofree char *config = NULL;

	(void) state;
	folder = g_dir_make_tmp("wismo-understand-XXXXXX", NULL);
	config = g_build_filename(folder, "wismo.conf", NULL);
	g_file_set_contents(config, "account \"main\" {\n source = \"maildir:in\"\n outgoing = \"maildir:out\"\n from = \"bsm@example.com\"\n}\n", -1, NULL);
	settings = settings_load(config, &error);
	g_remove(config);
	book = overlay && settings ? rulebook_load(overlay, RULEBOOK_READING, &error) : NULL;
	if (!book) {
		fprintf(stderr, "%s\n", error->message);
		return -1;
	}
	flow.settings = settings;
	flow.book = book;
	return 0;
}

static int unload(void **state)
{
	(void) state;
	rulebook_free(book);
	settings_free(settings);
	g_rmdir(folder);
	g_free(folder);
	return 0;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fresh, done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_buyers_mail_opens_a_case_with_its_clock),
		CASE(several_mails_of_one_buyer_are_one_case),
		CASE(nobody_guesses_between_two_orders),
		CASE(a_case_without_order_is_joined_when_the_order_is_named),
		CASE(an_order_of_the_sellers_list_is_found_without_its_number),
		CASE(an_order_imported_later_is_matched),
		CASE(a_forged_reference_does_not_lead_into_anothers_case),
		CASE(a_claim_holds_what_was_about_to_leave),
		CASE(a_claim_before_any_mail_is_not_lost),
		CASE(the_copy_confirms_our_answer),
		CASE(a_persons_answer_stops_ours),
		CASE(an_answer_that_came_back_keeps_the_old_deadline),
		CASE(refunds_and_cancellations_become_facts),
		CASE(arrived_after_all_closes_the_case_and_its_drafts),
		CASE(machines_open_no_case),
		CASE(a_mail_that_ended_the_program_three_times_is_parked),
		CASE(what_was_tried_is_met_alone_and_the_rest_in_one_batch),

		CASE(reading_again_changes_nothing),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
