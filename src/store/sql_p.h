/* How the files of this folder talk to SQLite: prepared once, bound by a letter for each value.
 *	i gint64    d double    s const char * (NULL = SQL NULL)    b GBytes * (NULL = SQL NULL)
 * Statements are cached by the address of their text: pass string literals only. */
#ifndef WISMO_STORE_SQL_P_H
#define WISMO_STORE_SQL_P_H

#include "wismo/store/store.h"

#include <sqlite3.h>

sqlite3 *sql_handle(struct store *store);

/* Runs a statement that gives no rows. */
bool sql_run(struct store *store, GError **error, const char *sql, const char *types, ...);

/* The same; gives the number of changed rows, -1 on error. For conditional updates: 0 = somebody was first. */
int sql_change(struct store *store, GError **error, const char *sql, const char *types, ...);

/* Calls `row` for each row until it returns false. */
typedef bool sql_row(sqlite3_stmt *row, void *user);
bool sql_each(struct store *store, GError **error, sql_row *row, void *user, const char *sql, const char *types, ...);

/* First column of the first row as an integer; `fallback` when there is no row, or on error (which is set). */
gint64 sql_int(struct store *store, GError **error, gint64 fallback, const char *sql, const char *types, ...);

/* First column of the first row as text, owned; NULL when there is none, or on error (which is set). */
char *sql_text(struct store *store, GError **error, const char *sql, const char *types, ...);

/* Rowid of the last INSERT of this connection. */
gint64 sql_inserted(struct store *store);

/* Columns of a row, counted from 0. The text ones are owned by the caller; NULL for SQL NULL. */
char *sql_column_text(sqlite3_stmt *row, int column);
GBytes *sql_column_bytes(sqlite3_stmt *row, int column);
gint64 sql_column_int(sqlite3_stmt *row, int column);
double sql_column_double(sqlite3_stmt *row, int column);

#endif
