/* Opens the database the one right way, and keeps its transactions honest. */
#include "store_p.h"

#include "wismo/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of new databases: a mail is 8 KB in the middle. 10,000 mails are stored in 0.61 s, with 4096 in 0.78 s; 16384 would save
 * another 0.07 s and make each small commit write four times as much. */
#define PAGE_BYTES "8192"
#define BUSY_WAIT_MS 10000	/* writers hold the lock for milliseconds; ten seconds means that something hangs */

static const char *const roles[] = { "all", "command", "inbox", "mind", "tracker", "mailer", "runner", "reader" };
_Static_assert(G_N_ELEMENTS(roles) == ROLE_COUNT, "one name for each role");

const char *store_role_name(enum store_role role)
{
	return roles[role];
}

static void finalize(gpointer statement)
{
	sqlite3_finalize(statement);
}

static bool refuse(struct store *store, const char *why, GError **error)
{
	g_set_error(error, WISMO_ERROR, sqlite3_errcode(store->db) == SQLITE_BUSY ? WISMO_RETRY : WISMO_HALT,
		    "%s: %s", store->path, why);
	return false;
}

/* Set and read back: builds of SQLite differ, and "recorded durably" rests on it. */
static bool prepare_connection(struct store *store, GError **error)
{
	sqlite3_stmt *statement = NULL;
	bool durable = false;

	sqlite3_extended_result_codes(store->db, 1);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	/* temp_store: a statement that may fail half-way keeps a journal of its own, which would be a file in /tmp; the mind may
	 * open none. */
	if (sqlite3_exec(store->db, "PRAGMA page_size = " PAGE_BYTES "; PRAGMA journal_mode = WAL; PRAGMA temp_store = MEMORY;"
			 "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 1000", NULL, NULL, NULL) != SQLITE_OK)
		return refuse(store, sqlite3_errmsg(store->db), error);
	if (sqlite3_prepare_v2(store->db, "SELECT (SELECT journal_mode FROM pragma_journal_mode) = 'wal'"
			       " AND (SELECT synchronous FROM pragma_synchronous) = 2"
			       " AND (SELECT foreign_keys FROM pragma_foreign_keys) = 1",
			       -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
		durable = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return durable || refuse(store, "this file system or SQLite cannot do WAL with synchronous=FULL", error);
}

/* SQLite would create the file with the umask's mode; mail is private. */
static bool create_private(const char *path, GError **error)
{
	int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0) {
		close(fd);
		return true;
	}
	g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: %s", path, g_strerror(errno));
	return false;
}

static bool private_ok(const char *path, GError **error)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: %s; `wismo init` makes it", path, g_strerror(errno));
		return false;
	}
	if (!(st.st_mode & 077))
		return true;
	g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: others can read or write buyers' mail (mode %04o); "
		    "mend it with: chmod 600 %s", path, st.st_mode & 07777, path);
	return false;
}

struct store *store_open(const char *path, enum store_role role, bool create, GError **error)
{
	struct store *store;

	if ((create && !create_private(path, error)) || !private_ok(path, error))
		return NULL;
	store = g_new0(struct store, 1);
	store->path = g_strdup(path);
	store->role = role;
	store->statements = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, finalize);
	if (sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
		refuse(store, sqlite3_errmsg(store->db), error);
		store_close(store);
		return NULL;
	}
	sqlite3_busy_timeout(store->db, BUSY_WAIT_MS);
	if (!migrate_check(store, create, error) || !prepare_connection(store, error) || !migrate_run(store, error)) {
		store_close(store);
		return NULL;
	}
	store->uuid = sql_text(store, error, "SELECT uuid FROM instance", "");
	if (!store->uuid) {
		if (error && !*error)
			refuse(store, "the instance row is missing; the database was left as it is", error);
		store_close(store);
		return NULL;
	}
	authorize_install(store);
	return store;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	g_hash_table_unref(store->statements);
	sqlite3_close(store->db);
	g_free(store->path);
	g_free(store->uuid);
	g_free(store);
}

bool store_begin(struct store *store, GError **error)
{
	g_assert(!store->in_transaction);
	store->in_transaction = sql_run(store, error, "BEGIN IMMEDIATE", "");
	return store->in_transaction;
}

bool store_commit(struct store *store, GError **error)
{
	g_assert(store->in_transaction);
	if (!sql_run(store, error, "COMMIT", ""))
		return false;
	store->in_transaction = false;
	return true;
}

void store_abandon(struct store *store)
{
	if (store->in_transaction && !sqlite3_get_autocommit(store->db))
		sql_run(store, NULL, "ROLLBACK", "");
	store->in_transaction = false;
}

bool store_history(struct store *store, gint64 at, const char *actor, const char *subject, const char *event,
		   const char *detail, GError **error)
{
	return sql_run(store, error, "INSERT INTO history (at, actor, subject, event, detail) VALUES (?, ?, ?, ?, ?)",
		       "issss", at, actor, subject, event, detail);
}

gint64 store_data_version(struct store *store)
{
	return sql_int(store, NULL, 0, "PRAGMA data_version", "");
}

gint64 store_epoch(struct store *store)
{
	return sql_int(store, NULL, 1, "SELECT epoch FROM instance", "");
}

const char *store_uuid(struct store *store)
{
	return store->uuid;
}
