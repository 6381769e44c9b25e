#include "tests/lib/ledger.h"

#include "src/store/sql_p.h"

static char *folder, *path;
static struct store *whole;

struct store *ledger_as(enum store_role role)
{
	g_autoptr(GError) error = NULL;
	struct store *store = store_open(path, role, false, &error);

	g_assert_no_error(error);
	return store;
}

struct store *ledger_open(enum store_role role)
{
	g_autoptr(GError) error = NULL;

	ledger_close();
	folder = g_dir_make_tmp("wismo-ledger-XXXXXX", NULL);
	path = g_build_filename(folder, "store.db", NULL);
	whole = store_open(path, ROLE_ALL, true, &error);
	g_assert_no_error(error);
	ledger_run("INSERT INTO orders (id, channel, order_no, imported_at) VALUES (1, 'shop', 'A-1', 1), (2, 'shop', 'A-2', 1)");
	ledger_run("INSERT INTO cases (id, account, channel, buyer, order_no, lang, state, intent, opened_at, asked_at, dirty)"
		   " VALUES (1, 'main', 'shop', 'b@example.org', 'A-1', 'en', 'open', 'not_arrived', 1, 1, 0)");
	ledger_run("INSERT INTO verdicts (id, case_id, made_at, rulebook, facts, rule, reason, sends)"
		   " VALUES (1, 1, 1, 'h', '{}', 'r', '[]', 'auto')");
	return ledger_as(role);
}

void ledger_close(void)
{
	const char *argv[] = { "rm", "-rf", folder, NULL };

	if (!folder)
		return;
	store_close(whole);
	whole = NULL;
	g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
	g_clear_pointer(&folder, g_free);
	g_clear_pointer(&path, g_free);
}

void ledger_run(const char *sql)
{
	g_autoptr(GError) error = NULL;

	sql_run(whole, &error, sql, "");
	g_assert_no_error(error);
}

gint64 ledger_int(const char *sql)
{
	g_autoptr(GError) error = NULL;
	gint64 value = sql_int(whole, &error, -1, sql, "");

	g_assert_no_error(error);
	return value;
}

char *ledger_text(const char *sql)
{
	g_autoptr(GError) error = NULL;
	char *value = sql_text(whole, &error, sql, "");

	g_assert_no_error(error);
	return value;
}
