/* Binding, stepping and the statement cache; knows no table. */
#include "store_p.h"

#include "wismo/base/error.h"

#include <string.h>

sqlite3 *sql_handle(struct store *store)
{
	return store->db;
}

static void fail(struct store *store, int code, const char *sql, GError **error)
{
	int reach = WISMO_HALT;

	switch (code & 0xff) {
	case SQLITE_BUSY: case SQLITE_LOCKED: case SQLITE_FULL: case SQLITE_IOERR: case SQLITE_NOMEM:
		reach = WISMO_RETRY;
		break;
	case SQLITE_CONSTRAINT:
		reach = WISMO_PARK;
		break;
	}
	if ((code & 0xff) == SQLITE_BUSY)
		g_set_error(error, WISMO_ERROR, reach, "database: another program holds it (%.60s)", sql);
	else
		g_set_error(error, WISMO_ERROR, reach, "database: %s (%.60s)", sqlite3_errmsg(store->db), sql);
}

static sqlite3_stmt *prepare(struct store *store, const char *sql, GError **error)
{
	sqlite3_stmt *statement = g_hash_table_lookup(store->statements, sql);
	int code;

	if (statement)
		return statement;
	code = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
	if (code != SQLITE_OK) {
		fail(store, code, sql, error);
		return NULL;
	}
	g_hash_table_insert(store->statements, (gpointer) sql, statement);
	return statement;
}

static void bind(sqlite3_stmt *statement, const char *types, va_list args)
{
	int i = 0;

	for (const char *t = types; *t; t++) {
		const char *text;
		GBytes *bytes;

		i++;
		switch (*t) {
		case 'i':
			sqlite3_bind_int64(statement, i, va_arg(args, gint64));
			break;
		case 'd':
			sqlite3_bind_double(statement, i, va_arg(args, double));
			break;
		case 's':
			text = va_arg(args, const char *);
			if (text)
				sqlite3_bind_text(statement, i, text, -1, SQLITE_STATIC);
			break;
		case 'b':
			bytes = va_arg(args, GBytes *);
			/* A zero-length blob with a NULL pointer would be bound as SQL NULL. */
			if (bytes && !g_bytes_get_size(bytes))
				sqlite3_bind_zeroblob(statement, i, 0);
			else if (bytes)
				sqlite3_bind_blob64(statement, i, g_bytes_get_data(bytes, NULL),
						    g_bytes_get_size(bytes), SQLITE_STATIC);
			break;
		default:
			g_assert_not_reached();
		}
	}
	g_assert(i == sqlite3_bind_parameter_count(statement));
}

static sqlite3_stmt *start(struct store *store, const char *sql, const char *types, va_list args, GError **error)
{
	sqlite3_stmt *statement = prepare(store, sql, error);

	if (statement)
		bind(statement, types, args);
	return statement;
}

/* Values are bound SQLITE_STATIC: they must not outlive the call. */
static void finish(sqlite3_stmt *statement)
{
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
}

int sql_change(struct store *store, GError **error, const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list args;
	int code;

	va_start(args, types);
	statement = start(store, sql, types, args, error);
	va_end(args);
	if (!statement)
		return -1;
	do
		code = sqlite3_step(statement);
	while (code == SQLITE_ROW);
	if (code != SQLITE_DONE)
		fail(store, code, sql, error);
	finish(statement);
	return code == SQLITE_DONE ? sqlite3_changes(store->db) : -1;
}

bool sql_run(struct store *store, GError **error, const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list args;
	int code;

	va_start(args, types);
	statement = start(store, sql, types, args, error);
	va_end(args);
	if (!statement)
		return false;
	do
		code = sqlite3_step(statement);
	while (code == SQLITE_ROW);
	if (code != SQLITE_DONE)
		fail(store, code, sql, error);
	finish(statement);
	return code == SQLITE_DONE;
}

bool sql_each(struct store *store, GError **error, sql_row *row, void *user, const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list args;
	int code;

	va_start(args, types);
	statement = start(store, sql, types, args, error);
	va_end(args);
	if (!statement)
		return false;
	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		if (!row(statement, user)) {
			code = SQLITE_DONE;
			break;
		}
	if (code != SQLITE_DONE)
		fail(store, code, sql, error);
	finish(statement);
	return code == SQLITE_DONE;
}

gint64 sql_int(struct store *store, GError **error, gint64 fallback, const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement;
	gint64 value = fallback;
	va_list args;
	int code;

	va_start(args, types);
	statement = start(store, sql, types, args, error);
	va_end(args);
	if (!statement)
		return fallback;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL)
		value = sqlite3_column_int64(statement, 0);
	else if (code != SQLITE_ROW && code != SQLITE_DONE)
		fail(store, code, sql, error);
	finish(statement);
	return value;
}

char *sql_text(struct store *store, GError **error, const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement;
	char *value = NULL;
	va_list args;
	int code;

	va_start(args, types);
	statement = start(store, sql, types, args, error);
	va_end(args);
	if (!statement)
		return NULL;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		value = sql_column_text(statement, 0);
	else if (code != SQLITE_DONE)
		fail(store, code, sql, error);
	finish(statement);
	return value;
}

gint64 sql_inserted(struct store *store)
{
	return sqlite3_last_insert_rowid(store->db);
}

char *sql_column_text(sqlite3_stmt *row, int column)
{
	return g_strdup((const char *) sqlite3_column_text(row, column));
}

GBytes *sql_column_bytes(sqlite3_stmt *row, int column)
{
	if (sqlite3_column_type(row, column) == SQLITE_NULL)
		return NULL;
	return g_bytes_new(sqlite3_column_blob(row, column), (gsize) sqlite3_column_bytes(row, column));
}

gint64 sql_column_int(sqlite3_stmt *row, int column)
{
	return sqlite3_column_int64(row, column);
}

double sql_column_double(sqlite3_stmt *row, int column)
{
	return sqlite3_column_double(row, column);
}
