/* The mailboxes table. Cursors only move forward, except when the server has numbered its mails anew. */
#include "wismo/store/mailbox.h"

#include "sql_p.h"

static bool read_row(sqlite3_stmt *row, void *user)
{
	struct mailbox *mailbox = user;

	*mailbox = (struct mailbox) {
		.uidvalidity = sql_column_int(row, 0), .uid_next = sql_column_int(row, 1),
		.start_at = sql_column_int(row, 2), .start_uid = sql_column_int(row, 3),
		.synced_at = sql_column_int(row, 4), .trying_uid = sql_column_int(row, 5),
		.trying = sql_column_int(row, 6), .failures = sql_column_int(row, 7),
		.trying_last = sql_column_int(row, 8),
	};
	return true;
}

bool mailbox_open(struct store *store, const char *account, const char *folder, gint64 start_at, gint64 now,
		  struct mailbox *mailbox, GError **error)
{
	*mailbox = (struct mailbox) { 0 };
	/* Until its first sight a row may exist only to hold a problem; the start is then still to be set. */
	return sql_run(store, error, "INSERT INTO mailboxes (account, folder, start_at) VALUES (?, ?, ?)"
		       " ON CONFLICT DO UPDATE SET start_at = excluded.start_at WHERE uidvalidity = 0",
		       "ssi", account, folder, start_at ? start_at : now)
		&& sql_each(store, error, read_row, mailbox,
			    "SELECT uidvalidity, uid_next, start_at, start_uid, synced_at, trying_uid, trying, failures, trying_last"
			    " FROM mailboxes WHERE account = ? AND folder = ?", "ss", account, folder);
}

bool mailbox_first_sight(struct store *store, const char *account, const char *folder, gint64 uidvalidity,
			 gint64 start_uid, GError **error)
{
	return sql_run(store, error, "UPDATE mailboxes SET uidvalidity = ?, start_uid = ?, uid_next = 1"
		       " WHERE account = ? AND folder = ? AND uidvalidity = 0", "iiss", uidvalidity, start_uid, account, folder);
}

bool mailbox_renumbered(struct store *store, const char *account, const char *folder, gint64 uidvalidity, gint64 now,
			GError **error)
{
	g_autofree char *detail = g_strdup_printf("%s: UIDVALIDITY is now %" G_GINT64_FORMAT, folder, uidvalidity);

	if (!store_begin(store, error))
		return false;
	if (sql_run(store, error, "UPDATE mailboxes SET uidvalidity = ?, start_uid = 0, uid_next = 1, trying_uid = 0, trying = 0"
		    " WHERE account = ? AND folder = ?", "iss", uidvalidity, account, folder)
	    && store_history(store, now, "inbox", account, "renumbered", detail, error) && store_commit(store, error))
		return true;
	store_abandon(store);
	return false;
}

bool mailbox_try(struct store *store, const char *account, const char *folder, gint64 uid, gint64 last, gint64 *tries,
		 GError **error)
{
	g_autoptr(GError) cause = NULL;

	if (!sql_run(store, error, "UPDATE mailboxes SET trying = iif(trying_uid = ?, trying + 1, 1), trying_uid = ?,"
		     " trying_last = ? WHERE account = ? AND folder = ?", "iiiss", uid, uid, last, account, folder))
		return false;
	*tries = sql_int(store, &cause, 1, "SELECT trying FROM mailboxes WHERE account = ? AND folder = ?", "ss",
			 account, folder);
	if (!cause)
		return true;
	g_propagate_error(error, g_steal_pointer(&cause));
	return false;
}

bool mailbox_untry(struct store *store, const char *account, const char *folder, GError **error)
{
	return sql_run(store, error, "UPDATE mailboxes SET trying = 0, trying_uid = 0 WHERE account = ? AND folder = ?"
		       " AND trying > 0", "ss", account, folder);
}

bool mailbox_advance(struct store *store, const char *account, const char *folder, gint64 uid_next, GError **error)
{
	return sql_run(store, error, "UPDATE mailboxes SET uid_next = max(uid_next, ?), trying = 0, trying_uid = 0"
		       " WHERE account = ? AND folder = ?", "iss", uid_next, account, folder);
}

bool mailbox_synced(struct store *store, const char *account, const char *folder, gint64 now, GError **error)
{
	return sql_run(store, error, "UPDATE mailboxes SET synced_at = ?, problem = NULL, problem_at = 0, failures = 0"
		       " WHERE account = ? AND folder = ?", "iss", now, account, folder);
}

bool mailbox_problem(struct store *store, const char *account, const char *folder, const char *problem, gint64 now,
		     gint64 *failures, GError **error)
{
	g_autoptr(GError) cause = NULL;

	if (!sql_run(store, error, "INSERT INTO mailboxes (account, folder, start_at, problem, problem_at, failures)"
		     " VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET failures = failures + 1, problem = excluded.problem,"
		     " problem_at = iif(problem IS NULL, excluded.problem_at, problem_at)", "ssisi",
		     account, folder, now, problem, now))
		return false;
	*failures = sql_int(store, &cause, 1, "SELECT failures FROM mailboxes WHERE account = ? AND folder = ?", "ss",
			    account, folder);
	if (!cause)
		return true;
	g_propagate_error(error, g_steal_pointer(&cause));
	return false;
}
