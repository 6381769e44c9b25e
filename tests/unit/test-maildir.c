#include "tests/lib/unit.h"

#include "wismo/base/error.h"
#include "wismo/mail/maildir.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *box;

static int make_box(void **state)
{
	(void) state;
	box = g_dir_make_tmp("wismo-maildir-XXXXXX", NULL);
	for (int i = 0; i < 3; i++) {
		static const char *const subs[] = { "tmp", "new", "cur" };
		g_autofree char *path = g_build_filename(box, subs[i], NULL);

		g_mkdir(path, 0700);
	}
	return 0;
}

static int remove_box(void **state)
{
	const char *argv[] = { "rm", "-rf", box, NULL };

	(void) state;
	g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
	g_free(box);
	return 0;
}

static void put(const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(box, name, NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static bool collect(const struct maildir_file *file, void *user)
{
	g_ptr_array_add(user, g_strdup_printf("%s %" G_GINT64_FORMAT, file->name, file->size_bytes));
	return true;
}

static GPtrArray *list(void)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

	assert_true(maildir_each(box, collect, names, NULL));
	return names;
}

static void new_and_read_mails_are_seen_by_their_unique_name(void **state)
{
	g_autoptr(GPtrArray) names = NULL;

	(void) state;
	put("new/1.a.host", "x");
	put("cur/2.b.host:2,RS", "xy");
	put("cur/.hidden", "no");
	put("tmp/3.c.host", "half");
	names = list();
	assert_int_equal(names->len, 2);
	assert_string_equal(names->pdata[0], "1.a.host 1");
	assert_string_equal(names->pdata[1], "2.b.host 2");
}

static bool keep_uid(const struct maildir_file *file, void *user)
{
	*(gint64 *) user = file->uid;
	return false;
}

static void a_mail_keeps_its_number_when_it_is_read_or_flagged(void **state)
{
	gint64 before = 0, after = 0;
	g_autofree char *from = g_build_filename(box, "new/1.a.host", NULL);
	g_autofree char *to = g_build_filename(box, "cur/1.a.host:2,FS", NULL);

	(void) state;
	put("new/1.a.host", "x");
	assert_true(maildir_each(box, keep_uid, &before, NULL));
	assert_int_equal(rename(from, to), 0);
	assert_true(maildir_each(box, keep_uid, &after, NULL));
	assert_true(before > 0);
	assert_true(before == after);
}

/* Moves the file between the visit and the read, as another mail program may. */
static bool move_then_read(const struct maildir_file *file, void *user)
{
	g_autofree char *to = g_build_filename(box, "cur/1.a.host:2,S", NULL);
	bool gone;

	assert_int_equal(rename(file->path, to), 0);
	*(GBytes **) user = maildir_read(box, file, 100, &gone, NULL);
	assert_false(gone);
	return false;
}

static void a_mail_that_moves_while_we_read_is_found_again(void **state)
{
	GBytes *bytes = NULL;

	(void) state;
	put("new/1.a.host", "moved");
	assert_true(maildir_each(box, move_then_read, &bytes, NULL));
	assert_non_null(bytes);
	assert_int_equal(g_bytes_get_size(bytes), 5);
	g_bytes_unref(bytes);
}

static bool remove_then_read(const struct maildir_file *file, void *user)
{
	bool *gone = user;

	assert_int_equal(unlink(file->path), 0);
	assert_null(maildir_read(box, file, 100, gone, NULL));
	return false;
}

static void a_mail_that_vanishes_is_no_error(void **state)
{
	bool gone = false;

	(void) state;
	put("new/1.a.host", "gone");
	assert_true(maildir_each(box, remove_then_read, &gone, NULL));
	assert_true(gone);
}

static bool read_capped(const struct maildir_file *file, void *user)
{
	GError **error = user;
	bool gone;

	assert_null(maildir_read(box, file, 3, &gone, error));
	return false;
}

static void a_mail_above_the_cap_is_parked(void **state)
{
	g_autoptr(GError) error = NULL;

	(void) state;
	put("new/1.a.host", "four");
	assert_true(maildir_each(box, read_capped, &error, NULL));
	assert_true(g_error_matches(error, WISMO_ERROR, WISMO_PARK));
}

static void writing_twice_is_one_file_even_after_somebody_read_it(void **state)
{
	g_autoptr(GBytes) wire = g_bytes_new_static("To: x\r\n\r\nhello", 14);
	g_autofree char *sink = g_build_filename(box, "deep/sink", NULL);
	g_autofree char *name = NULL, *from = NULL, *to = NULL;
	g_autoptr(GDir) dir = NULL;
	struct stat st;

	(void) state;
	assert_false(maildir_has(sink, "a/b:c@wismo"));
	assert_true(maildir_deliver(sink, "a/b:c@wismo", wire, NULL));
	assert_true(maildir_deliver(sink, "a/b:c@wismo", wire, NULL));
	from = g_build_filename(sink, "new", NULL);
	dir = g_dir_open(from, 0, NULL);
	name = g_strdup(g_dir_read_name(dir));
	assert_non_null(name);
	assert_null(g_dir_read_name(dir));
	g_free(from);
	from = g_build_filename(sink, "new", name, NULL);
	assert_int_equal(stat(from, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_size, 14);
	to = g_strdup_printf("%s/cur/%s:2,S", sink, name);
	assert_int_equal(rename(from, to), 0);
	assert_true(maildir_has(sink, "a/b:c@wismo"));
	assert_true(maildir_deliver(sink, "a/b:c@wismo", wire, NULL));
	assert_int_not_equal(stat(from, &st), 0);
	assert_false(maildir_has(sink, "another@wismo"));
}

static void a_half_written_file_of_a_crash_is_replaced(void **state)
{
	g_autoptr(GBytes) wire = g_bytes_new_static("whole", 5);
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "id@wismo", -1);
	g_autofree char *half = g_strdup_printf("tmp/%.40s.wismo.%ld", sum, (long) getpid());
	g_autoptr(GPtrArray) names = NULL;

	(void) state;
	put(half, "ha");
	assert_true(maildir_deliver(box, "id@wismo", wire, NULL));
	names = list();
	assert_int_equal(names->len, 1);
	assert_non_null(strstr(names->pdata[0], ".wismo 5"));
}

static void a_folder_that_is_no_maildir_stops_the_account(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = g_build_filename(box, "absent", NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	(void) state;
	assert_false(maildir_each(path, collect, names, &error));
	assert_true(g_error_matches(error, WISMO_ERROR, WISMO_HALT));
	assert_non_null(strstr(error->message, "absent"));
}

#define row(f) cmocka_unit_test_setup_teardown(f, make_box, remove_box)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(new_and_read_mails_are_seen_by_their_unique_name),
		row(a_mail_keeps_its_number_when_it_is_read_or_flagged),
		row(a_mail_that_moves_while_we_read_is_found_again),
		row(a_mail_that_vanishes_is_no_error),
		row(a_mail_above_the_cap_is_parked),
		row(writing_twice_is_one_file_even_after_somebody_read_it),
		row(a_half_written_file_of_a_crash_is_replaced),
		row(a_folder_that_is_no_maildir_stops_the_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
