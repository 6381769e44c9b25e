/* Filing after sending, and replies whose fate only the mailbox knows, against a real Dovecot. */
#include "tests/lib/unit.h"

#include "src/store/sql_p.h"
#include "tests/lib/clock_fake.h"
#include "tests/lib/inbox.h"
#include "wismo/mail/imap.h"
#include "wismo/mail/maildir.h"
#include "wismo/store/filing.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct inbox *box;

static int fresh(void **state)
{
	(void) state;
	inbox_fault = NULL;
	inbox_fresh_store(box);
	return 0;
}

/* A buyer's mail in the mailbox and the store; the account has a Sent folder on the server. */
static struct account *account_with_mail(const char *user)
{
	struct account *account = inbox_account(box, user, SAFETY_NONE, 1);

	account->sent_folder = g_strdup("Gesendet für mich");
	inbox_deliver(box, user, "", "1", "", "From: a@example.org\r\nMessage-ID: <q@x>\r\n\r\nwhere is it\r\n");
	inbox_deliver(box, user, ".Gesendet f&APw-r mich", "0", "S", "From: b@example.org\r\nMessage-ID: <other@x>\r\n\r\nold\r\n");
	inbox_fetch(box, account);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails"), 1);
	return account;
}

static void add_reply(const char *account, const char *state, gint64 epoch, bool filed)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) wire = g_bytes_new_static("Message-ID: <r@wismo>\r\nSubject: re\r\n\r\nsoon\r\n", 43);
	scoped(store) store = store_open(box->store_path, ROLE_ALL, false, &error);

	assert_null(error);
	assert_true(sql_run(store, &error, "INSERT INTO cases (id, account, channel, buyer, lang, state, intent, opened_at)"
			    " VALUES (1, ?, 'shop', 'a@example.org', 'en', 'open', 'not_arrived', 1)", "s", account));
	assert_true(sql_run(store, &error, "INSERT INTO verdicts (id, case_id, made_at, rulebook, facts, rule, reason, sends)"
			    " VALUES (1, 1, 1, 'h', '{}', 'r', '[]', 'auto')", ""));
	assert_true(sql_run(store, &error, "INSERT INTO replies (id, case_id, verdict, cause, mail, account, template, lang, recipient,"
			    " subject, body, message_id, state, wire, epoch, created_at) VALUES (1, 1, 1, 'c', 1, ?, 't', 'en',"
			    " 'a@example.org', 're', 'soon', 'r@wismo', ?, ?, ?, 1)", "ssbi", account, state, wire, epoch));
	if (filed)
		assert_true(filing_add(store, 1, 1, &error));
	assert_null(error);
}

static void raise_epoch(void)
{
	scoped(store) store = store_open(box->store_path, ROLE_ALL, false, NULL);

	assert_true(sql_run(store, NULL, "UPDATE instance SET epoch = 2", ""));
}

static guint in_sent(const struct account *account, const char *message_id)
{
	scoped(imap) imap = imap_open(&account->source, NULL);
	struct imap_folder status;
	guint count = 0;

	assert_non_null(imap);
	assert_true(imap_select(imap, account->sent_folder, false, &status, NULL));
	assert_true(imap_count_message_id(imap, message_id, &count, NULL));
	return count;
}

/* Whether a file of the user's INBOX carries the letter of the flag. */
static bool flagged(const char *user, char flag)
{
	g_autofree char *path = g_build_filename(box->dir, "mail", user, "cur", NULL);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)))
		if (strchr(name, ',') && strchr(strrchr(name, ','), flag))
			return true;
	return false;
}

static void the_copy_lands_in_sent_and_the_mail_is_marked_answered(void **state)
{
	scoped(account) account = account_with_mail("copy");

	(void) state;
	add_reply("copy", "sent", 1, true);
	assert_int_equal(inbox_fetch(box, account).done, 2);
	assert_int_equal(in_sent(account, "r@wismo"), 1);
	assert_true(flagged("copy", 'R'));
	assert_false(flagged("copy", 'S'));
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM filings WHERE state = 'done' AND attempts = 1"), 2);
	assert_int_equal(inbox_fetch(box, account).done, 0);
	assert_int_equal(in_sent(account, "r@wismo"), 1);
}

static void a_copy_that_is_there_already_is_not_made_again(void **state)
{
	scoped(account) account = account_with_mail("there");

	(void) state;
	inbox_deliver(box, "there", ".Gesendet f&APw-r mich", "9", "S", "Message-ID: <r@wismo>\r\n\r\nfiled by the provider\r\n");
	add_reply("there", "sent", 1, true);
	inbox_fetch(box, account);
	assert_int_equal(in_sent(account, "r@wismo"), 1);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM filings WHERE state = 'done'"), 2);
}

static void rename_sent(struct account *account, const char *name)
{
	g_free(account->sent_folder);
	account->sent_folder = g_strdup(name);
}

/* Whether the user has the Maildir of a folder. */
static bool has_folder(const char *user, const char *folder)
{
	g_autofree char *path = g_build_filename(box->dir, "mail", user, folder, "cur", NULL);

	return g_file_test(path, G_FILE_TEST_IS_DIR);
}

static void a_missing_sent_folder_is_made_and_shown(void **state)
{
	scoped(account) account = account_with_mail("nosent");
	g_autofree char *path = g_build_filename(box->dir, "mail/nosent/subscriptions", NULL), *subscribed = NULL;

	(void) state;
	rename_sent(account, "Versendet, endgültig");
	add_reply("nosent", "sent", 1, true);
	inbox_fetch(box, account);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM filings WHERE state = 'done' AND attempts = 1"), 2);
	assert_int_equal(in_sent(account, "r@wismo"), 1);
	assert_true(g_file_get_contents(path, &subscribed, NULL, NULL));
	assert_non_null(strstr(subscribed, "Versendet, endg"));
}

static void a_folder_marked_as_sent_stands_in_for_a_missing_one(void **state)
{
	scoped(account) account = account_with_mail("marked");

	(void) state;
	inbox_deliver(box, "marked", ".Gesendete Objekte", "0", "S", "Message-ID: <old@x>\r\n\r\nold\r\n");
	rename_sent(account, "Sent");
	add_reply("marked", "sent", 1, true);
	inbox_fetch(box, account);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM filings WHERE state = 'done'"), 2);
	assert_false(has_folder("marked", ".Sent"));
	rename_sent(account, "Gesendete Objekte");
	assert_int_equal(in_sent(account, "r@wismo"), 1);
}

static void the_configured_folder_wins_over_a_marked_one(void **state)
{
	scoped(account) account = account_with_mail("wins");

	(void) state;
	inbox_deliver(box, "wins", ".Gesendete Objekte", "0", "S", "Message-ID: <old@x>\r\n\r\nold\r\n");
	add_reply("wins", "sent", 1, true);
	inbox_fetch(box, account);
	assert_int_equal(in_sent(account, "r@wismo"), 1);
	rename_sent(account, "Gesendete Objekte");
	assert_int_equal(in_sent(account, "r@wismo"), 0);
}

static void without_sent_folder_the_marked_one_is_only_read(void **state)
{
	scoped(account) account = account_with_mail("gmail");

	(void) state;
	g_clear_pointer(&account->sent_folder, g_free);
	inbox_deliver(box, "gmail", ".Gesendete Objekte", "9", "S", "Message-ID: <r@wismo>\r\n\r\nfiled by the provider\r\n");
	add_reply("gmail", "uncertain", 1, false);
	inbox_fetch(box, account);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM replies WHERE state = 'sent' AND confirmed_at > 0"), 1);
	rename_sent(account, "Gesendete Objekte");
	assert_int_equal(in_sent(account, "r@wismo"), 1);

	/* That it is not there proves nothing: this account files no copies. */
	inbox_fresh_store(box);
	scoped(account) other = account_with_mail("gmail2");
	g_clear_pointer(&other->sent_folder, g_free);
	inbox_deliver(box, "gmail2", ".Gesendete Objekte", "9", "S", "Message-ID: <old@x>\r\n\r\nold\r\n");
	add_reply("gmail2", "due", 1, false);
	raise_epoch();
	inbox_fetch(box, other);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM replies WHERE state = 'uncertain'"), 1);
}

static void a_sent_folder_that_cannot_be_made_is_said_with_the_mend(void **state)
{
	scoped(account) account = account_with_mail("nomake");

	(void) state;
	rename_sent(account, "absent..from/here");
	add_reply("nomake", "sent", 1, true);
	inbox_fetch(box, account);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM filings WHERE step = 'copy' AND state = 'due' AND attempts = 1"
				   " AND why LIKE '%absent%cannot be made%wismo.conf%' AND next_at > 1000"), 1);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM filings WHERE step = 'answered' AND state = 'done'"), 1);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM replies WHERE state = 'sent'"), 1);
}

static void under_another_uidvalidity_no_mail_is_marked(void **state)
{
	scoped(account) account = account_with_mail("moved");
	scoped(store) store = store_open(box->store_path, ROLE_ALL, false, NULL);

	(void) state;
	assert_true(sql_run(store, NULL, "UPDATE places SET uidvalidity = uidvalidity - 1", ""));
	add_reply("moved", "sent", 1, true);
	/* INBOX itself is not read again: that would find the mail under its new number. */
	g_ptr_array_set_size(account->folders, 0);
	g_ptr_array_add(account->folders, g_strdup(account->sent_folder));
	inbox_fetch(box, account);
	assert_false(flagged("moved", 'R'));
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM filings WHERE step = 'answered' AND state = 'given_up'"
				   " AND why LIKE '%no longer where%'"), 1);
}

static void an_uncertain_reply_that_is_in_sent_was_sent(void **state)
{
	scoped(account) account = account_with_mail("seen");

	(void) state;
	inbox_deliver(box, "seen", ".Gesendet f&APw-r mich", "9", "S", "Message-ID: <r@wismo>\r\n\r\nfiled by the provider\r\n");
	add_reply("seen", "uncertain", 1, false);
	inbox_fetch(box, account);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM replies WHERE state = 'sent' AND confirmed_at > 0 AND sent_at > 0"), 1);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM cases WHERE answered_at > 0 AND dirty = 1"), 1);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM history WHERE subject = 'r1'"), 1);
	assert_int_equal(in_sent(account, "r@wismo"), 1);
}

static void an_uncertain_reply_that_is_not_in_sent_stays_uncertain(void **state)
{
	scoped(account) account = account_with_mail("unseen");

	(void) state;
	add_reply("unseen", "uncertain", 1, false);
	assert_int_equal(inbox_fetch(box, account).done, 0);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM replies WHERE state = 'uncertain'"), 1);
}

static void a_restored_copy_looks_in_sent_before_anything_may_leave(void **state)
{
	static const struct { const char *was; bool there; const char *will; gint64 epoch; } rows[] = {
		{ "due", true, "sent", 2 }, { "due", false, "due", 2 }, { "later", true, "sent", 2 }, { "later", false, "later", 2 },
		{ "sending", true, "sent", 2 }, { "sending", false, "later", 2 }, { "handed_over", true, "sent", 2 },
		{ "handed_over", false, "uncertain", 2 }, { "uncertain", true, "sent", 2 }, { "uncertain", false, "uncertain", 2 },
		{ "draft", true, "draft", 1 }, { "sent", true, "sent", 1 },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *user = g_strdup_printf("epoch%zu", i);
		g_autofree char *now = NULL;

		inbox_fresh_store(box);
		scoped(account) account = account_with_mail(user);

		if (rows[i].there)
			inbox_deliver(box, user, ".Gesendet f&APw-r mich", "9", "S", "Message-ID: <r@wismo>\r\n\r\nfrom the other copy\r\n");
		add_reply(user, rows[i].was, 1, false);
		raise_epoch();
		inbox_fetch(box, account);
		now = inbox_text(box, "SELECT state FROM replies");
		if (strcmp(now, rows[i].will) != 0 || inbox_int(box, "SELECT epoch FROM replies") != rows[i].epoch)
			fail_msg("%s, %s: became %s", rows[i].was, rows[i].there ? "in Sent" : "not in Sent", now);
	}
}

static void a_restored_copy_without_a_sent_folder_waits_for_a_person(void **state)
{
	scoped(account) account = account_with_mail("nowhere");

	(void) state;
	g_clear_pointer(&account->sent_folder, g_free);
	add_reply("nowhere", "due", 1, false);
	raise_epoch();
	inbox_fetch(box, account);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM replies WHERE state = 'uncertain' AND why LIKE '%no Sent folder%'"), 1);
}

static void a_sink_maildir_tells_what_was_sent(void **state)
{
	scoped(account) account = account_with_mail("sink");
	g_autoptr(GBytes) wire = g_bytes_new_static("x", 1);

	(void) state;
	account->outgoing.path = g_build_filename(box->dir, "sink", NULL);
	assert_true(maildir_deliver(account->outgoing.path, "r@wismo", wire, NULL));
	add_reply("sink", "uncertain", 1, false);
	inbox_fetch(box, account);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM replies WHERE state = 'sent'"), 1);
}

static void filings_are_done_while_watching(void **state)
{
	scoped(account) account = account_with_mail("watching");
	g_autoptr(GPtrArray) accounts = g_ptr_array_new();
	struct inbox_watch watch;

	(void) state;
	g_ptr_array_add(accounts, account);
	watch = inbox_watch_start(box, accounts, 0, 0);
	assert_true(inbox_await(box, "SELECT synced_at > 0 FROM mailboxes", 1, 10));
	add_reply("watching", "sent", 1, true);
	assert_true(inbox_await(box, "SELECT count(*) FROM filings WHERE state = 'done'", 2, 15));
	/* And the mailbox is listened to as before. */
	inbox_deliver(box, "watching", "", "2", "", "Message-ID: <next@x>\r\n\r\nnext\r\n");
	assert_true(inbox_watch_news(&watch, 15));
	assert_true(inbox_watch_stop(&watch));
	assert_int_equal(in_sent(account, "r@wismo"), 1);
}

static const char *die_at;
static int die_after;

static void die(const char *name)
{
	if (strcmp(name, die_at) == 0 && --die_after == 0)
		kill(getpid(), SIGKILL);
}

/* One round of the inbox in a process of its own, which dies at the point. */
static void fetch_and_die(const struct account *account)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		box->flow.store = store_open(box->store_path, ROLE_INBOX, false, NULL);
		inbox_fault = die;
		inbox_fetch(box, account);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFSIGNALED(status))
		fail_msg("the point %s was never passed", die_at);
}

static void killed_at_every_durable_step_everything_is_there_once(void **state)
{
	static const struct { const char *point; int passing; } rows[] = {
		{ "fetch.batch.asked", 1 }, { "fetch.batch.asked", 3 }, { "fetch.keep.begin", 2 }, { "fetch.keep.written", 1 },
		{ "fetch.keep.written", 3 }, { "fetch.keep.committed", 1 }, { "fetch.keep.committed", 2 }, { "file.begun", 1 },
		{ "file.begun", 2 }, { "file.copy.append", 1 }, { "file.copy.appended", 1 }, { "file.settled", 1 }, { "file.settled", 2 },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *user = g_strdup_printf("crash%zu", i);

		inbox_fresh_store(box);
		scoped(account) account = account_with_mail(user);

		for (int n = 0; n < 250; n++) {
			g_autofree char *name = g_strdup_printf("m%d", n);
			g_autofree char *text = g_strdup_printf("Message-ID: <%d@x>\r\n\r\n%d\r\n", n, n);

			inbox_deliver(box, user, "", name, "", text);
		}
		add_reply(user, "sent", 1, true);
		die_at = rows[i].point;
		die_after = rows[i].passing;
		fetch_and_die(account);
		/* Filings that were begun wait a minute. */
		clock_fake_at = g_get_real_time() / G_USEC_PER_SEC + 3600;
		inbox_fetch(box, account);
		clock_fake_at = 0;
		if (inbox_int(box, "SELECT count(*) FROM mails") != 251 || inbox_int(box, "SELECT count(*) FROM places") != 251
		    || inbox_int(box, "SELECT count(*) FROM filings WHERE state = 'done'") != 2
		    || inbox_int(box, "SELECT count(*) FROM replies WHERE state = 'sent'") != 1 || in_sent(account, "r@wismo") != 1)
			fail_msg("killed at %s (%d): %d mails, %d places, %d filed, %u copies", rows[i].point, rows[i].passing,
				 (int) inbox_int(box, "SELECT count(*) FROM mails"), (int) inbox_int(box, "SELECT count(*) FROM places"),
				 (int) inbox_int(box, "SELECT count(*) FROM filings WHERE state = 'done'"), in_sent(account, "r@wismo"));
	}
	print_message("# killed and resumed at %zu points\n", G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define row(f) cmocka_unit_test_setup(f, fresh)
		row(the_copy_lands_in_sent_and_the_mail_is_marked_answered),
		row(a_copy_that_is_there_already_is_not_made_again),
		row(a_missing_sent_folder_is_made_and_shown),
		row(a_folder_marked_as_sent_stands_in_for_a_missing_one),
		row(the_configured_folder_wins_over_a_marked_one),
		row(without_sent_folder_the_marked_one_is_only_read),
		row(a_sent_folder_that_cannot_be_made_is_said_with_the_mend),
		row(under_another_uidvalidity_no_mail_is_marked),
		row(an_uncertain_reply_that_is_in_sent_was_sent),
		row(an_uncertain_reply_that_is_not_in_sent_stays_uncertain),
		row(a_restored_copy_looks_in_sent_before_anything_may_leave),
		row(a_restored_copy_without_a_sent_folder_waits_for_a_person),
		row(a_sink_maildir_tells_what_was_sent),
		row(filings_are_done_while_watching),
		row(killed_at_every_durable_step_everything_is_there_once),
	};
	int failed;

	box = inbox_new();
	if (!box) {
		puts("1..0 # SKIP Dovecot or openssl is not installed");
		return 0;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	inbox_free(box);
	return failed;
}
