/* Brings a database to this program's schema version: steps forward only, one transaction, all or nothing. */
#include "store_p.h"

#include "wismo/base/clock.h"
#include "wismo/base/error.h"

#include "src/store/schema-1.h"

static bool execute(struct store *store, const char *sql, GError **error)
{
	char *message = NULL;

	if (sqlite3_exec(store->db, sql, NULL, NULL, &message) == SQLITE_OK)
		return true;
	g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: schema: %s", store->path, message ? message : "failed");
	sqlite3_free(message);
	return false;
}

static gint64 pragma(struct store *store, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	gint64 value = -1;

	if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) == SQLITE_OK
	    && sqlite3_step(statement) == SQLITE_ROW)
		value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return value;
}

static bool create_all(struct store *store, GError **error)
{
	g_autofree char *uuid = g_uuid_string_random();
	g_autofree char *folder = g_path_get_dirname(store->path);
	g_autofree char *name = g_path_get_basename(folder);
	g_autofree char *marks = g_strdup_printf("PRAGMA application_id = %d; PRAGMA user_version = %d",
						 STORE_APPLICATION_ID, STORE_VERSION);

	return execute(store, schema_1, error) && execute(store, marks, error)
		&& sql_run(store, error, "INSERT INTO instance (one, uuid, name, epoch, created_at) VALUES (1, ?, ?, 1, ?)",
			   "ssi", uuid, name, clock_now());
}

/* Looks only: a file that is not ours must stay as it is, so this runs before WAL is switched on. */
bool migrate_check(struct store *store, bool create, GError **error)
{
	gint64 version = pragma(store, "PRAGMA user_version");
	gint64 application = pragma(store, "PRAGMA application_id");
	gint64 tables = pragma(store, "SELECT count(*) FROM sqlite_schema");

	if (tables < 0 || version < 0) {
		g_set_error(error, WISMO_ERROR, sqlite3_errcode(store->db) == SQLITE_BUSY ? WISMO_RETRY : WISMO_HALT,
			    "%s: %s; it was left as it is", store->path, sqlite3_errmsg(store->db));
		return false;
	}
	if (tables == 0 && version == 0 && application == 0 && create)
		return true;
	if (application != STORE_APPLICATION_ID) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: %s", store->path, tables == 0
			    ? "empty; create the database with `wismo init` or `wismo run`"
			    : "not a database of wismo (another application_id); it was left as it is");
		return false;
	}
	if (version > STORE_VERSION) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT,
			    "%s: written by a newer wismo (schema %" G_GINT64_FORMAT ", this program knows %d); "
			    "update the program; the database was left as it is", store->path, version, STORE_VERSION);
		return false;
	}
	return true;
}

bool migrate_run(struct store *store, GError **error)
{
	if (pragma(store, "PRAGMA user_version") == STORE_VERSION)
		return true;
	if (!store_begin(store, error))
		return false;
	/* Two programs may have come this far; the second finds the tables when it has the lock. */
	if ((pragma(store, "PRAGMA user_version") == STORE_VERSION || create_all(store, error))
	    && store_commit(store, error))
		return true;
	store_abandon(store);
	return false;
}
