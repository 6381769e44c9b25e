#include "tests/lib/unit.h"

#include "src/store/sql_p.h"
#include "wismo/store/mail.h"
#include "wismo/store/mailbox.h"

#include <glib/gstdio.h>
#include <string.h>

static char *folder;
static struct store *store;

static int open_store(void **state)
{
	static int number;
	g_autofree char *path = g_strdup_printf("%s/%d.db", folder, ++number);

	(void) state;
	store_close(store_open(path, ROLE_ALL, true, NULL));
	store = store_open(path, ROLE_INBOX, false, NULL);
	return store ? 0 : -1;
}

static int close_store(void **state)
{
	(void) state;
	store_close(store);
	return 0;
}

static struct mail *make(gint64 uid, const char *text)
{
	struct mail *mail = mail_new();

	mail->account = g_strdup("a");
	mail->folder = g_strdup("INBOX");
	mail->uidvalidity = 7;
	mail->uid = uid;
	mail->raw = g_bytes_new(text, strlen(text));
	mail->sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, mail->raw);
	mail->size_bytes = (gint64) strlen(text);
	mail->received_at = 100;
	return mail;
}

static gint64 put(gint64 uid, const char *text, bool *added)
{
	scoped(mail) mail = make(uid, text);

	assert_true(store_begin(store, NULL));
	assert_true(mail_put(store, mail, NULL, 200, added, NULL));
	assert_true(mailbox_advance(store, "a", "INBOX", uid + 1, NULL));
	assert_true(store_commit(store, NULL));
	return mail->id;
}

static struct mailbox look(void)
{
	struct mailbox mailbox;

	assert_true(mailbox_open(store, "a", "INBOX", 0, 50, &mailbox, NULL));
	return mailbox;
}

static void the_same_bytes_in_another_place_are_one_mail(void **state)
{
	bool added;
	gint64 first = put(1, "hello", &added), second;

	(void) state;
	assert_true(added);
	second = put(2, "hello", &added);
	assert_false(added);
	assert_true(first == second);
	assert_true(mail_place_known(store, "a", "INBOX", 7, 2, NULL));
	assert_false(mail_place_known(store, "a", "INBOX", 8, 2, NULL));
	put(3, "hello!", &added);
	assert_true(added);
}

static void what_is_not_committed_moves_no_cursor(void **state)
{
	scoped(mail) mail = make(9, "lost");
	bool added;

	(void) state;
	look();
	assert_true(store_begin(store, NULL));
	assert_true(mail_put(store, mail, NULL, 200, &added, NULL));
	assert_true(mailbox_advance(store, "a", "INBOX", 10, NULL));
	store_abandon(store);
	assert_int_equal(look().uid_next, 1);
	assert_false(mail_place_known(store, "a", "INBOX", 7, 9, NULL));
}

static void the_cursor_never_moves_back(void **state)
{
	bool added;

	(void) state;
	look();
	put(20, "x", &added);
	put(3, "late", &added);
	assert_int_equal(look().uid_next, 21);
}

static void the_start_is_settled_by_the_first_sight_and_not_before(void **state)
{
	struct mailbox mailbox;
	gint64 failures;

	(void) state;
	/* The server was down for a while: the row holds only the problem. */
	assert_true(mailbox_problem(store, "a", "INBOX", "down", 10, &failures, NULL));
	assert_true(mailbox_open(store, "a", "INBOX", 77, 50, &mailbox, NULL));
	assert_int_equal(mailbox.start_at, 77);
	assert_true(mailbox_first_sight(store, "a", "INBOX", 7, 30, NULL));
	assert_true(mailbox_open(store, "a", "INBOX", 99, 60, &mailbox, NULL));
	assert_int_equal(mailbox.start_at, 77);
	assert_int_equal(mailbox.start_uid, 30);
	assert_int_equal(mailbox.uidvalidity, 7);
}

static void new_numbers_begin_at_one_and_stand_in_the_history(void **state)
{
	bool added;

	(void) state;
	look();
	assert_true(mailbox_first_sight(store, "a", "INBOX", 7, 30, NULL));
	put(40, "x", &added);
	assert_true(mailbox_renumbered(store, "a", "INBOX", 8, 300, NULL));
	assert_int_equal(look().uid_next, 1);
	assert_int_equal(look().start_uid, 0);
	assert_int_equal(sql_int(store, NULL, 0, "SELECT count(*) FROM history WHERE event = 'renumbered'", ""), 1);
}

static void attempts_are_counted_until_the_batch_is_stored(void **state)
{
	gint64 tries;
	bool added;

	(void) state;
	look();
	assert_true(mailbox_try(store, "a", "INBOX", 5, 90, &tries, NULL));
	assert_true(mailbox_try(store, "a", "INBOX", 5, 5, &tries, NULL));
	assert_int_equal(tries, 2);
	assert_int_equal(look().trying_last, 5);
	assert_true(mailbox_try(store, "a", "INBOX", 6, 6, &tries, NULL));
	assert_int_equal(tries, 1);
	put(6, "x", &added);
	assert_int_equal(look().trying, 0);
	assert_true(mailbox_try(store, "a", "INBOX", 7, 7, &tries, NULL));
	assert_true(mailbox_untry(store, "a", "INBOX", NULL));
	assert_int_equal(look().trying, 0);
}

static void failures_count_until_everything_is_here(void **state)
{
	gint64 failures;

	(void) state;
	assert_true(mailbox_problem(store, "a", "INBOX", "down", 10, &failures, NULL));
	assert_true(mailbox_problem(store, "a", "INBOX", "still down", 20, &failures, NULL));
	assert_int_equal(failures, 2);
	assert_int_equal(sql_int(store, NULL, 0, "SELECT problem_at FROM mailboxes", ""), 10);
	assert_true(mailbox_synced(store, "a", "INBOX", 30, NULL));
	assert_int_equal(sql_int(store, NULL, 0, "SELECT problem IS NULL AND synced_at = 30 AND failures = 0 FROM mailboxes", ""), 1);
}

static int make_folder(void **state)
{
	(void) state;
	folder = g_dir_make_tmp("wismo-mailbox-XXXXXX", NULL);
	return 0;
}

static int remove_folder(void **state)
{
	const char *argv[] = { "rm", "-rf", folder, NULL };

	(void) state;
	g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
	g_free(folder);
	return 0;
}

#define row(f) cmocka_unit_test_setup_teardown(f, open_store, close_store)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(the_same_bytes_in_another_place_are_one_mail),
		row(what_is_not_committed_moves_no_cursor),
		row(the_cursor_never_moves_back),
		row(the_start_is_settled_by_the_first_sight_and_not_before),
		row(new_numbers_begin_at_one_and_stand_in_the_history),
		row(attempts_are_counted_until_the_batch_is_stored),
		row(failures_count_until_everything_is_here),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
