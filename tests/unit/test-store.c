#include "tests/lib/unit.h"

#include "src/store/sql_p.h"
#include "wismo/base/error.h"
#include "wismo/store/store.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

static char *folder;

static char *fresh(const char *name)
{
	return g_build_filename(folder, name, NULL);
}

static struct store *open_new(const char *name, enum store_role role)
{
	g_autofree char *path = fresh(name);
	g_autoptr(GError) error = NULL;
	struct store *store = store_open(path, ROLE_ALL, true, &error);

	assert_null(error);
	store_close(store);
	store = store_open(path, role, false, &error);
	assert_null(error);
	return store;
}

static void a_new_database_is_private_and_has_an_instance(void **state)
{
	scoped(store) store = open_new("new.db", ROLE_READER);
	g_autofree char *path = fresh("new.db");
	struct stat st;

	(void) state;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(store_epoch(store), 1);
	assert_int_equal(strlen(store_uuid(store)), 36);
}

static void roles_write_only_their_tables(void **state)
{
	scoped(store) mailer = open_new("roles.db", ROLE_MAILER);
	g_autoptr(GError) error = NULL;

	(void) state;
	assert_false(sql_run(mailer, &error, "INSERT INTO stock VALUES ('a', 1, 1)", ""));
	assert_non_null(strstr(error->message, "not authorized"));
	g_clear_error(&error);
	assert_false(sql_run(mailer, &error, "UPDATE tasks SET state = 'approved'", ""));
	g_clear_error(&error);
	assert_false(sql_run(mailer, &error, "ATTACH ':memory:' AS other", ""));
	g_clear_error(&error);
	assert_false(sql_run(mailer, &error, "DROP TABLE mails", ""));
	g_clear_error(&error);
	assert_true(sql_run(mailer, &error, "UPDATE replies SET attempts = attempts", ""));
	assert_int_equal(sql_int(mailer, &error, 0, "SELECT value FROM json_each('[7]')", ""), 7);
	assert_true(store_history(mailer, 1, "mailer", "r1", "test", NULL, &error));
	assert_false(sql_run(mailer, &error, "UPDATE history SET actor = 'me'", ""));
}

static void illegal_moves_and_second_payments_are_refused(void **state)
{
	scoped(store) store = open_new("moves.db", ROLE_ALL);
	g_autoptr(GError) error = NULL;
	const char *const setup[] = {
		"INSERT INTO orders (id, channel, order_no, imported_at) VALUES (1, 'shop', '1', 1)",
		"INSERT INTO cases (id, account, channel, buyer, lang, state, intent, opened_at)"
		" VALUES (1, 'a', 'shop', 'b@example.com', 'de', 'open', 'not_arrived', 1)",
		"INSERT INTO verdicts (id, case_id, made_at, rulebook, facts, rule, reason, sends)"
		" VALUES (1, 1, 1, '', '{}', 'r', '[]', 'draft')",
		"INSERT INTO tasks (case_id, verdict, kind, cause, order_id, state, created_at, changed_at)"
		" VALUES (1, 1, 'refund', 'a', 1, 'proposed', 1, 1)",
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(setup); i++)
		assert_true(sql_run(store, &error, setup[i], ""));
	assert_false(sql_run(store, &error, "INSERT INTO tasks (case_id, verdict, kind, cause, order_id, state, created_at, changed_at)"
			     " VALUES (1, 1, 'reship', 'b', 1, 'proposed', 1, 1)", ""));
	g_clear_error(&error);
	assert_false(sql_run(store, &error, "UPDATE tasks SET state = 'executed'", ""));
	assert_non_null(strstr(error->message, "illegal move"));
	g_clear_error(&error);
	assert_true(sql_run(store, &error, "UPDATE tasks SET state = 'rejected'", ""));
	assert_true(sql_run(store, &error, "INSERT INTO tasks (case_id, verdict, kind, cause, order_id, state, created_at, changed_at)"
			    " VALUES (1, 1, 'reship', 'b', 1, 'proposed', 1, 1)", ""));
}

static void foreign_newer_and_readable_files_are_refused_and_left(void **state)
{
	static const struct { const char *name, *sql, *says; } rows[] = {
		{ "foreign.db", "CREATE TABLE a (b); INSERT INTO a VALUES (1)", "not a database of wismo" },
		{ "newer.db", "CREATE TABLE a (b); PRAGMA application_id = 0x7769736d; PRAGMA user_version = 99", "newer wismo" },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = fresh(rows[i].name);
		g_autofree char *before = NULL, *after = NULL;
		g_autoptr(GError) error = NULL;
		gsize was, is;
		sqlite3 *db;

		assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, rows[i].sql, NULL, NULL, NULL), SQLITE_OK);
		sqlite3_close(db);
		assert_int_equal(g_chmod(path, 0600), 0);
		assert_true(g_file_get_contents(path, &before, &was, NULL));
		assert_null(store_open(path, ROLE_ALL, true, &error));
		assert_non_null(strstr(error->message, rows[i].says));
		assert_true(g_error_matches(error, WISMO_ERROR, WISMO_HALT));
		assert_true(g_file_get_contents(path, &after, &is, NULL));
		assert_int_equal(was, is);
		assert_memory_equal(before, after, was);
	}
	{
		g_autofree char *path = fresh("garbage.db");
		g_autoptr(GError) error = NULL;

		assert_true(g_file_set_contents(path, "this is not a database, it is a text of more than sixteen bytes", -1, NULL));
		g_chmod(path, 0644);
		assert_null(store_open(path, ROLE_ALL, false, &error));
		assert_non_null(strstr(error->message, "chmod 600"));
		g_clear_error(&error);
		g_chmod(path, 0600);
		assert_null(store_open(path, ROLE_ALL, false, &error));
		assert_non_null(strstr(error->message, "not a database"));
	}
}

static int make_folder(void **state)
{
	(void) state;
	folder = g_dir_make_tmp("wismo-store-XXXXXX", NULL);
	return folder ? 0 : -1;
}

static int drop_folder(void **state)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	(void) state;
	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = fresh(name);

		g_remove(path);
	}
	g_rmdir(folder);
	g_free(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_database_is_private_and_has_an_instance),
		cmocka_unit_test(roles_write_only_their_tables),
		cmocka_unit_test(illegal_moves_and_second_payments_are_refused),
		cmocka_unit_test(foreign_newer_and_readable_files_are_refused_and_left),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
