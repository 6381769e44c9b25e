/* The inbox stage against a real Dovecot and scripted servers. */
#include "tests/lib/unit.h"

#include "tests/lib/inbox.h"
#include "tests/lib/peer.h"
#include "wismo/flow/fetch.h"

#include <glib/gstdio.h>
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
	inbox_fresh_store(box);
	return 0;
}

static char *mail_text(const char *id, const char *body)
{
	return g_strdup_printf("From: a@example.org\r\nTo: shop@example.org\r\nMessage-ID: <%s>\r\nSubject: s\r\n\r\n%s\r\n", id, body);
}

static void deliver(const char *user, const char *folder, const char *name, const char *flags, const char *id, const char *body)
{
	g_autofree char *text = mail_text(id, body);

	inbox_deliver(box, user, folder, name, flags, text);
}

static void assert_problem(const char *part)
{
	g_autofree char *problem = inbox_text(box, "SELECT problem FROM mailboxes");

	if (!problem || !strstr(problem, part))
		fail_msg("the problem is \"%s\" and should say \"%s\"", problem ? problem : "none", part);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails"), 0);
	assert_true(inbox_int(box, "SELECT failures FROM mailboxes") >= 1);
}

static void a_mail_is_fetched_over(enum safety safety, const char *user)
{
	scoped(account) account = inbox_account(box, user, safety, 1);

	deliver(user, "", "1", "", "one@x", "hello");
	assert_int_equal(inbox_fetch(box, account).done, 1);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails JOIN raws ON mail = id WHERE state = 'new' AND length(raw) = size_bytes"
				   " AND CAST(raw AS TEXT) LIKE '%<one@x>%hello%'"), 1);
	assert_int_equal(inbox_int(box, "SELECT uid FROM places"), 1);
	assert_int_equal(inbox_int(box, "SELECT problem IS NULL AND synced_at > 0 FROM mailboxes"), 1);
	/* `n:*` names the last mail again: it must not come twice. */
	assert_int_equal(inbox_fetch(box, account).done, 0);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM places"), 1);
}

static void a_mail_is_fetched_without_encryption_on_loopback(void **state)
{
	(void) state;
	a_mail_is_fetched_over(SAFETY_NONE, "plain");
}

static void a_mail_is_fetched_over_tls(void **state)
{
	(void) state;
	a_mail_is_fetched_over(SAFETY_TLS, "tls");
}

static void a_mail_is_fetched_after_starttls(void **state)
{
	(void) state;
	a_mail_is_fetched_over(SAFETY_STARTTLS, "starttls");
}

static void refused(int last, const char *part)
{
	static const enum safety both[] = { SAFETY_TLS, SAFETY_STARTTLS };

	for (gsize i = 0; i < G_N_ELEMENTS(both); i++) {
		scoped(account) account = inbox_account(box, "victim", both[i], last);

		inbox_fresh_store(box);
		deliver("victim", "", "1", "", "one@x", "hello");
		assert_true(inbox_fetch(box, account).next_at > 0);
		assert_problem(part);
	}
}

static void a_certificate_for_another_host_is_refused(void **state)
{
	(void) state;
	refused(2, "certificate refused");
}

static void a_self_signed_certificate_is_refused(void **state)
{
	(void) state;
	refused(3, "certificate refused");
}

static void an_expired_certificate_is_refused(void **state)
{
	(void) state;
	refused(4, "certificate refused");
}

static void an_unknown_authority_is_refused(void **state)
{
	scoped(account) account = inbox_account(box, "unknown", SAFETY_TLS, 1);

	(void) state;
	g_clear_pointer(&account->source.ca_file, g_free);
	inbox_fetch(box, account);
	assert_problem("certificate refused");
}

static void tls_1_1_is_refused(void **state)
{
	g_autofree char *cert = g_build_filename(box->dir, "certs/good.pem", NULL);
	g_autofree char *key = g_build_filename(box->dir, "certs/good.key", NULL);
	g_autofree char *port = g_strdup_printf("%d", box->imap + 17);
	const char *argv[] = { "openssl", "s_server", "-quiet", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0", "-accept", port, "-cert", cert,
		"-key", key, NULL };
	scoped(account) account = inbox_account(box, "old", SAFETY_TLS, 1);
	GPid pid;
	g_autofree char *problem = NULL;

	(void) state;
	assert_true(g_spawn_async(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD
				  | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &pid, NULL));
	account->source.port = box->imap + 17;
	for (int i = 0; i < 50; i++) {
		inbox_fetch(box, account);
		g_free(problem);
		problem = inbox_text(box, "SELECT problem FROM mailboxes");
		if (!strstr(problem, "refused") && !strstr(problem, "connect to"))
			break;
		g_usleep(100000);
	}
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	assert_problem("no TLS 1.2 or newer");
}

static void a_wrong_password_is_said_in_the_servers_words(void **state)
{
	scoped(account) account = inbox_account(box, "wrong", SAFETY_NONE, 1);

	(void) state;
	g_free(account->source.password.file);
	account->source.password.file = inbox_secret(box, "bad", "not it\n");
	inbox_fetch(box, account);
	assert_problem("login refused for wrong: [AUTHENTICATIONFAILED]");
}

static void plain_text_to_another_machine_is_never_tried(void **state)
{
	scoped(account) account = inbox_account(box, "far", SAFETY_NONE, 1);

	(void) state;
	g_free(account->source.host);
	account->source.host = g_strdup("192.0.2.1");
	inbox_fetch(box, account);
	assert_problem("not a loopback address");
}

static void one_failing_account_does_not_stop_another(void **state)
{
	scoped(account) bad = inbox_account(box, "bad-one", SAFETY_TLS, 3);
	scoped(account) good = inbox_account(box, "good-one", SAFETY_TLS, 1);

	(void) state;
	deliver("good-one", "", "1", "", "one@x", "hello");
	inbox_fetch(box, bad);
	assert_int_equal(inbox_fetch(box, good).done, 1);
}

static void several_folders_are_read_and_one_mail_in_two_is_one_mail(void **state)
{
	scoped(account) account = inbox_account(box, "folders", SAFETY_NONE, 1);

	(void) state;
	g_ptr_array_add(account->folders, g_strdup("Bestellungen für Käufer"));
	g_ptr_array_add(account->folders, g_strdup("absent"));
	deliver("folders", "", "1", "", "one@x", "same");
	deliver("folders", ".Bestellungen f&APw-r K&AOQ-ufer", "2", "", "one@x", "same");
	deliver("folders", ".Bestellungen f&APw-r K&AOQ-ufer", "3", "", "two@x", "other");
	inbox_fetch(box, account);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails"), 2);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM places"), 3);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mailboxes WHERE problem IS NULL"), 2);
	assert_int_equal(inbox_int(box, "SELECT problem LIKE '%absent%' FROM mailboxes WHERE problem IS NOT NULL"), 1);
}

static void a_reused_message_id_with_other_content_is_a_mail_of_its_own(void **state)
{
	scoped(account) account = inbox_account(box, "reused", SAFETY_NONE, 1);

	(void) state;
	deliver("reused", "", "1", "", "same@x", "first");
	deliver("reused", "", "2", "", "same@x", "second");
	assert_int_equal(inbox_fetch(box, account).done, 2);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails"), 2);
}

static void a_mail_that_a_person_has_read_counts_and_flags_stay(void **state)
{
	scoped(account) account = inbox_account(box, "seen", SAFETY_NONE, 1);
	g_autofree char *unread = g_build_filename(box->dir, "mail/seen/cur", NULL);
	g_autoptr(GDir) dir = NULL;
	const char *name;

	(void) state;
	deliver("seen", "", "1", "S", "one@x", "read on a phone");
	deliver("seen", "", "2", "", "two@x", "unread");
	assert_int_equal(inbox_fetch(box, account).done, 2);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails WHERE state = 'new'"), 2);
	dir = g_dir_open(unread, 0, NULL);
	while ((name = g_dir_read_name(dir)))
		if (g_str_has_prefix(name, "2"))
			assert_null(strchr(name, 'S'));
}

static void what_lay_there_at_the_first_sight_is_archived(void **state)
{
	scoped(account) account = inbox_account(box, "first", SAFETY_NONE, 1);

	(void) state;
	account->start_at = 0;
	deliver("first", "", "1", "", "old@x", "old");
	assert_int_equal(inbox_fetch(box, account).done, 1);
	deliver("first", "", "2", "", "new@x", "new");
	assert_int_equal(inbox_fetch(box, account).done, 1);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails JOIN raws ON mail = id WHERE state = 'archived' AND CAST(raw AS TEXT) LIKE '%old@x%'"), 1);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails JOIN raws ON mail = id WHERE state = 'new' AND CAST(raw AS TEXT) LIKE '%new@x%'"), 1);
}

static void a_start_that_the_seller_names_is_kept(void **state)
{
	scoped(account) account = inbox_account(box, "start", SAFETY_NONE, 1);

	(void) state;
	account->start_at = g_get_real_time() / G_USEC_PER_SEC + 3600;
	deliver("start", "", "1", "", "old@x", "before the start");
	inbox_fetch(box, account);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails WHERE state = 'archived'"), 1);
}

static void a_mail_above_the_cap_is_parked_with_its_reason(void **state)
{
	scoped(account) account = inbox_account(box, "large", SAFETY_NONE, 1);
	g_autofree char *body = g_strnfill(1200000, 'x');

	(void) state;
	deliver("large", "", "1", "", "small@x", "small");
	deliver("large", "", "2", "", "large@x", body);
	deliver("large", "", "3", "", "after@x", "after");
	inbox_fetch(box, account);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails WHERE state = 'new'"), 2);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails WHERE state = 'parked' AND id NOT IN (SELECT mail FROM raws) AND size_bytes > 1200000"
				   " AND why LIKE 'too large: %mail_cap_bytes is 1000000'"), 1);
	assert_int_equal(inbox_fetch(box, account).done, 0);
}

static void a_renumbered_mailbox_is_read_again_and_nothing_comes_twice(void **state)
{
	scoped(account) account = inbox_account(box, "renumber", SAFETY_NONE, 1);
	g_autofree char *remove = g_strdup_printf("rm -f %s/mail/renumber/dovecot*", box->dir);
	gint64 before;

	(void) state;
	deliver("renumber", "", "1", "", "one@x", "one");
	deliver("renumber", "", "2", "", "two@x", "two");
	assert_int_equal(inbox_fetch(box, account).done, 2);
	before = inbox_int(box, "SELECT uidvalidity FROM mailboxes");
	/* A new UIDVALIDITY is the current second. */
	g_usleep(1100000);
	assert_int_equal(system(remove), 0);
	deliver("renumber", "", "3", "", "three@x", "three");
	inbox_fetch(box, account);
	assert_true(inbox_int(box, "SELECT uidvalidity FROM mailboxes") != before);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM mails"), 3);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM places"), 5);
	assert_int_equal(inbox_int(box, "SELECT count(*) FROM history WHERE event = 'renumbered'"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define row(f) cmocka_unit_test_setup(f, fresh)
		row(a_mail_is_fetched_without_encryption_on_loopback),
		row(a_mail_is_fetched_over_tls),
		row(a_mail_is_fetched_after_starttls),
		row(a_certificate_for_another_host_is_refused),
		row(a_self_signed_certificate_is_refused),
		row(an_expired_certificate_is_refused),
		row(an_unknown_authority_is_refused),
		row(tls_1_1_is_refused),
		row(a_wrong_password_is_said_in_the_servers_words),
		row(plain_text_to_another_machine_is_never_tried),
		row(one_failing_account_does_not_stop_another),
		row(several_folders_are_read_and_one_mail_in_two_is_one_mail),
		row(a_reused_message_id_with_other_content_is_a_mail_of_its_own),
		row(a_mail_that_a_person_has_read_counts_and_flags_stay),
		row(what_lay_there_at_the_first_sight_is_archived),
		row(a_start_that_the_seller_names_is_kept),
		row(a_mail_above_the_cap_is_parked_with_its_reason),
		row(a_renumbered_mailbox_is_read_again_and_nothing_comes_twice),
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
