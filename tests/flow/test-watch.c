/* Watching mailboxes: news, lost servers, servers without IDLE, hostile answers, and memory. */
#include "tests/lib/unit.h"

#include "tests/lib/inbox.h"
#include "tests/lib/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct inbox *box;

static int fresh(void **state)
{
	(void) state;
	inbox_fault = NULL;
	inbox_fresh_store(box);
	return 0;
}

static void deliver(const char *user, const char *name, const char *body)
{
	g_autofree char *text = g_strdup_printf("From: a@example.org\r\nMessage-ID: <%s@x>\r\n\r\n%s\r\n", name, body);

	inbox_deliver(box, user, "", name, "", text);
}

static void news_comes_by_idle_and_other_accounts_may_be_down(void **state)
{
	scoped(account) bad = inbox_account(box, "idle-bad", SAFETY_TLS, 3);
	scoped(account) good = inbox_account(box, "idle", SAFETY_TLS, 1);
	g_autoptr(GPtrArray) accounts = g_ptr_array_new();
	struct inbox_watch watch;
	gint64 began_us;

	(void) state;
	g_ptr_array_add(accounts, bad);
	g_ptr_array_add(accounts, good);
	deliver("idle", "0", "before");
	watch = inbox_watch_start(box, accounts, 0, 0);
	assert_true(inbox_watch_news(&watch, 60));
	g_usleep(300000);
	for (int i = 1; i <= 3; i++) {
		g_autofree char *name = g_strdup_printf("%d", i);

		began_us = g_get_monotonic_time();
		deliver("idle", name, "news");
		assert_true(inbox_watch_news(&watch, 60));
		print_message("# delivered to committed: %.0f ms (Dovecot itself holds news up to 500 ms)\n",
			      (double) (g_get_monotonic_time() - began_us) / 1000);
	}
	assert_true(inbox_watch_stop(&watch));
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails WHERE account = 'idle'"), 4);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mailboxes WHERE account = 'idle-bad' AND problem LIKE '%certificate%'"), 1);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mailboxes WHERE account = 'idle' AND problem IS NULL"), 1);
}

static void a_server_that_went_away_is_said_and_found_again(void **state)
{
	scoped(account) account = inbox_account(box, "away", SAFETY_TLS, 1);
	g_autoptr(GPtrArray) accounts = g_ptr_array_new();
	struct inbox_watch watch;

	(void) state;
	g_ptr_array_add(accounts, account);
	deliver("away", "1", "before");
	watch = inbox_watch_start(box, accounts, 0, 0);
	assert_true(inbox_watch_news(&watch, 60));
	assert_true(inbox_dovecot(box, "stop"));
	assert_true(inbox_await(box, "SELECT problem IS NOT NULL FROM mailboxes", 1, 60));
	deliver("away", "2", "while it was away");
	assert_true(inbox_dovecot(box, "again"));
	assert_true(inbox_watch_news(&watch, 60));
	assert_true(inbox_await(box, "SELECT problem IS NULL FROM mailboxes", 1, 60));
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails"), 2);
	assert_true(inbox_watch_stop(&watch));
}

static void a_refresh_reads_again_and_finds_nothing_twice(void **state)
{
	scoped(account) account = inbox_account(box, "refresh", SAFETY_NONE, 1);
	g_autoptr(GPtrArray) accounts = g_ptr_array_new();
	struct inbox_watch watch;

	(void) state;
	g_ptr_array_add(accounts, account);
	deliver("refresh", "1", "one");
	watch = inbox_watch_start(box, accounts, 1, 0);
	assert_true(inbox_watch_news(&watch, 60));
	assert_false(inbox_watch_news(&watch, 3));
	deliver("refresh", "2", "two");
	assert_true(inbox_watch_news(&watch, 60));
	assert_true(inbox_watch_stop(&watch));
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM places"), 2);
}

static void a_maildir_is_watched_and_never_changed(void **state)
{
	scoped(account) account = inbox_account(box, "local", SAFETY_NONE, 1);
	g_autoptr(GPtrArray) accounts = g_ptr_array_new();
	g_autofree char *path = g_build_filename(box->dir, "mail/local/new/1", NULL);
	struct inbox_watch watch;
	gint64 began_us;

	(void) state;
	account->source.path = g_build_filename(box->dir, "mail/local", NULL);
	g_clear_pointer(&account->source.host, g_free);
	g_ptr_array_add(accounts, account);
	deliver("local", "1", "before");
	watch = inbox_watch_start(box, accounts, 0, 0);
	assert_true(inbox_watch_news(&watch, 60));
	g_usleep(200000);
	began_us = g_get_monotonic_time();
	deliver("local", "2", "news");
	assert_true(inbox_watch_news(&watch, 60));
	print_message("# delivered to committed: %.1f ms\n", (double) (g_get_monotonic_time() - began_us) / 1000);
	assert_true(inbox_watch_stop(&watch));
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails WHERE state = 'new'"), 2);
	assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
}

#define HELLO { "", "* OK [CAPABILITY IMAP4rev1] hello\r\n", PEER_ON }, \
	{ "CAPABILITY", "* CAPABILITY IMAP4rev1\r\n%T OK done\r\n", PEER_ON }, { "LOGIN", "%T OK in\r\n", PEER_ON }, \
	{ "EXAMINE", "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 6] n\r\n%T OK [READ-ONLY] done\r\n", PEER_ON }
#define SIZES { "RFC822.SIZE", "* 1 FETCH (UID 4 RFC822.SIZE 10 INTERNALDATE \"24-Nov-2026 08:00:00 +0100\")\r\n" \
	"* 2 FETCH (UID 5 RFC822.SIZE 10 INTERNALDATE \"24-Nov-2026 08:00:01 +0100\")\r\n%T OK done\r\n", PEER_ON }
#define FOUR "* 1 FETCH (UID 4 BODY[] {10}\r\nmail four!)\r\n"
#define FIVE "* 2 FETCH (BODY[] {10}\r\nmail five! UID 5)\r\n"
#define END { NULL, NULL, PEER_ON }

static struct account *account_at(const struct peer *peer)
{
	struct account *account = inbox_account(box, "peer", SAFETY_NONE, 1);

	account->source.port = peer->port;
	return account;
}

static bool heard_twice(const struct peer *peer, const char *word)
{
	g_autofree char *heard = peer_heard(peer);
	const char *once = heard ? strstr(heard, word) : NULL;

	return once && strstr(once + 1, word);
}

static void a_server_without_idle_is_polled(void **state)
{
	static const struct peer_row rows[] = { HELLO, SIZES, { "BODY.PEEK[]", FOUR FIVE "%T OK done\r\n", PEER_ON },
		{ "NOOP", "* 2 EXISTS\r\n%T OK done\r\n", PEER_ON }, { "IDLE", "%T BAD what\r\n", PEER_ON }, END };
	struct peer *peer = peer_start(rows);
	scoped(account) account = account_at(peer);
	g_autoptr(GPtrArray) accounts = g_ptr_array_new();
	g_autofree char *heard = NULL;
	struct inbox_watch watch;

	(void) state;
	g_ptr_array_add(accounts, account);
	watch = inbox_watch_start(box, accounts, 0, 1);
	assert_true(inbox_watch_news(&watch, 60));
	for (int i = 0; i < 600 && !heard_twice(peer, "NOOP"); i++)
		g_usleep(100000);
	assert_true(inbox_watch_stop(&watch));
	heard = peer_heard(peer);
	peer_stop(peer);
	assert_null(strstr(heard, "IDLE"));
	assert_non_null(strstr(heard, "NOOP"));
	assert_non_null(strstr(strstr(heard, "NOOP") + 4, "NOOP"));
	assert_non_null(strstr(strstr(heard, "NOOP"), "RFC822.SIZE"));
	assert_null(strstr(heard, "ENVELOPE"));
	assert_null(strstr(heard, "STORE"));
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails WHERE received_at IN (1795503600, 1795503601)"), 2);
	assert_int_equal(inbox_int(box, "SELECT uid_next FROM mailboxes"), 6);
}

/* Mail 5 cannot be read whatever we do; mail 4 must come, and 5 be seen by a person. */
static void an_answer_that_cannot_be_read_is_pinned_to_one_mail_and_parked(void **state)
{
	static const struct peer_row rows[] = { HELLO, SIZES,
		{ "FETCH 4 (UID BODY.PEEK[]", FOUR "%T OK done\r\n", PEER_ON },
		{ "BODY.PEEK[]", "* 2 FETCH (UID 5 BODY[] {10}\r\nmail five! NONSENSE (((\r\n%T OK done\r\n", PEER_ON }, END };
	struct peer *peer = peer_start(rows);
	scoped(account) account = account_at(peer);

	(void) state;
	for (int i = 0; i < 6; i++)
		inbox_fetch(box, account);
	peer_stop(peer);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails"), 2);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails m JOIN places p ON p.mail = m.id WHERE state = 'new' AND uid = 4"), 1);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails m JOIN places p ON p.mail = m.id WHERE state = 'parked' AND uid = 5"
				   " AND why LIKE '%could not be read%'"), 1);
	assert_int_equal(inbox_int(box, "SELECT problem IS NULL AND uid_next = 6 FROM mailboxes"), 1);
}

static void a_mail_that_the_server_refuses_is_given_up_last(void **state)
{
	static const struct peer_row rows[] = { HELLO, SIZES,
		{ "FETCH 5 (UID BODY.PEEK[]", FIVE "%T OK done\r\n", PEER_ON },
		{ "BODY.PEEK[]", "%T NO damaged on disk\r\n", PEER_ON }, END };
	struct peer *peer = peer_start(rows);
	scoped(account) account = account_at(peer);

	(void) state;
	inbox_fetch(box, account);
	assert_int_equal(inbox_int(box, "SELECT problem LIKE '%mail 4: %damaged on disk%' AND trying = 0 FROM mailboxes"), 1);
	for (int i = 0; i < 4; i++)
		inbox_fetch(box, account);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails"), 0);
	inbox_fetch(box, account);
	peer_stop(peer);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails m JOIN places p ON p.mail = m.id WHERE state = 'parked' AND uid = 4"
				   " AND why LIKE '%damaged on disk%'"), 1);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails m JOIN places p ON p.mail = m.id WHERE state = 'new' AND uid = 5"), 1);
	assert_int_equal(inbox_int(box, "SELECT problem IS NULL FROM mailboxes"), 1);
}

static void a_mail_without_a_body_is_parked_and_one_that_is_gone_is_not(void **state)
{
	static const struct peer_row rows[] = { HELLO, { "FETCH 5 (UID RFC822.SIZE", "%T OK done\r\n", PEER_ON }, SIZES,
		{ "BODY.PEEK[]", "* 1 FETCH (UID 4 BODY[] NIL)\r\n%T OK done\r\n", PEER_ON }, END };
	struct peer *peer = peer_start(rows);
	scoped(account) account = account_at(peer);

	(void) state;
	inbox_fetch(box, account);
	peer_stop(peer);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails"), 1);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails m JOIN places p ON p.mail = m.id WHERE state = 'parked' AND uid = 4"
				   " AND why LIKE '%no bytes%'"), 1);
	assert_int_equal(inbox_int(box, "SELECT uid_next FROM mailboxes"), 6);
}

static void a_body_far_beyond_its_told_size_is_not_swallowed(void **state)
{
	g_autofree char *flood = g_strnfill(6000000, 'x');
	g_autofree char *says = g_strdup_printf("* 1 FETCH (UID 4 BODY[] {6000000}\r\n%s)\r\n%%T OK done\r\n", flood);
	const struct peer_row rows[] = { HELLO, SIZES, { "BODY.PEEK[]", says, PEER_ON }, END };
	struct peer *peer = peer_start(rows);
	scoped(account) account = account_at(peer);

	(void) state;
	inbox_fetch(box, account);
	peer_stop(peer);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails"), 0);
	assert_int_equal(inbox_int(box, "SELECT problem LIKE '%longer than allowed%' FROM mailboxes"), 1);
}

static void kill_dovecot_at_the_third_batch(const char *name)
{
	static int batches;

	if (strcmp(name, "fetch.keep.committed") == 0 && ++batches == 3)
		inbox_dovecot(box, "crash");
}

static void a_server_that_dies_in_the_middle_loses_nothing_and_doubles_nothing(void **state)
{
	scoped(account) account = inbox_account(box, "dies", SAFETY_NONE, 1);

	(void) state;
	for (int i = 0; i < 700; i++) {
		g_autofree char *name = g_strdup_printf("%d", i);

		deliver("dies", name, name);
	}
	inbox_fault = kill_dovecot_at_the_third_batch;
	inbox_fetch(box, account);
	inbox_fault = NULL;
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails"), 300);
	assert_int_equal(inbox_int(box, "SELECT problem IS NOT NULL FROM mailboxes"), 1);
	assert_true(inbox_dovecot(box, "again"));
	inbox_fetch(box, account);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails"), 700);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM places"), 700);
	assert_int_equal(inbox_int(box, "SELECT problem IS NULL AND failures = 0 FROM mailboxes"), 1);
}

static long peak_kb(void)
{
	g_autofree char *status = NULL;

	assert_true(g_file_get_contents("/proc/self/status", &status, NULL, NULL));
	return strtol(strstr(status, "VmHWM:") + 6, NULL, 10);
}

static void memory_does_not_grow_with_the_number_of_mails(void **state)
{
	scoped(account) few = inbox_account(box, "few", SAFETY_TLS, 1);
	scoped(account) many = inbox_account(box, "many", SAFETY_TLS, 1);
	g_autofree char *body = g_strnfill(8000, 'm');
	long before_kb, after_kb;
	gint64 began_us;

	(void) state;
	for (int i = 0; i < 5000; i++) {
		g_autofree char *name = g_strdup_printf("%d", i), *own = g_strdup_printf("%d %s", i, body);

		if (i < 500)
			deliver("few", name, own);
		deliver("many", name, own);
	}
	assert_int_equal(inbox_fetch(box, few).done, 500);
	before_kb = peak_kb();
	began_us = g_get_monotonic_time();
	assert_int_equal(inbox_fetch(box, many).done, 5000);
	after_kb = peak_kb();
	print_message("# 5,000 mails of 8 KB in %.2f s; peak %ld KB after 500 mails, %ld KB after 5,000\n",
		      (double) (g_get_monotonic_time() - began_us) / G_USEC_PER_SEC, before_kb, after_kb);
#ifndef __SANITIZE_ADDRESS__
	assert_true(after_kb - before_kb < 4096);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define row(f) cmocka_unit_test_setup(f, fresh)
		row(news_comes_by_idle_and_other_accounts_may_be_down),
		row(a_server_that_went_away_is_said_and_found_again),
		row(a_refresh_reads_again_and_finds_nothing_twice),
		row(a_maildir_is_watched_and_never_changed),
		row(a_server_without_idle_is_polled),
		row(an_answer_that_cannot_be_read_is_pinned_to_one_mail_and_parked),
		row(a_mail_that_the_server_refuses_is_given_up_last),
		row(a_mail_without_a_body_is_parked_and_one_that_is_gone_is_not),
		row(a_body_far_beyond_its_told_size_is_not_swallowed),
		row(a_server_that_dies_in_the_middle_loses_nothing_and_doubles_nothing),
		row(memory_does_not_grow_with_the_number_of_mails),
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
