/* The tables mails, raws and places. Raw bytes are written once and never changed here. */
#include "wismo/store/mail.h"

#include "sql_p.h"

bool mail_put(struct store *store, struct mail *mail, const char *why, gint64 now, bool *added, GError **error)
{
	g_autoptr(GError) cause = NULL;
	int made = sql_change(store, error, "INSERT INTO mails (account, sha256, size_bytes, received_at, fetched_at,"
			      " state, why) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account, sha256) DO NOTHING", "ssiiiss",
			      mail->account, mail->sha256, mail->size_bytes, mail->received_at, now, mail_state_name(mail->state), why);

	*added = made > 0;
	if (made < 0)
		return false;
	mail->id = made ? sql_inserted(store) : sql_int(store, &cause, 0, "SELECT id FROM mails WHERE account = ? AND sha256 = ?",
							"ss", mail->account, mail->sha256);
	if (cause) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	if (made && mail->raw && !sql_run(store, error, "INSERT INTO raws (mail, raw) VALUES (?, ?)", "ib", mail->id, mail->raw))
		return false;
	return sql_run(store, error, "INSERT INTO places (account, folder, uidvalidity, uid, mail) VALUES (?, ?, ?, ?, ?)"
		       " ON CONFLICT DO NOTHING", "ssiii", mail->account, mail->folder, (gint64) mail->uidvalidity, mail->uid,
		       mail->id);
}

bool mail_place_known(struct store *store, const char *account, const char *folder, gint64 uidvalidity, gint64 uid,
		      GError **error)
{
	return sql_int(store, error, 0, "SELECT 1 FROM places WHERE account = ? AND folder = ? AND uidvalidity = ?"
		       " AND uid = ?", "ssii", account, folder, uidvalidity, uid) == 1;
}

static bool read_row(sqlite3_stmt *row, void *user)
{
	struct mail **mail = user;
	int state;

	*mail = mail_new();
	(*mail)->id = sql_column_int(row, 0);
	(*mail)->account = sql_column_text(row, 1);
	(*mail)->sha256 = sql_column_text(row, 2);
	(*mail)->size_bytes = sql_column_int(row, 3);
	(*mail)->received_at = sql_column_int(row, 4);
	(*mail)->attempts = (int) sql_column_int(row, 5);
	state = mail_state_find((const char *) sqlite3_column_text(row, 6));
	(*mail)->state = state < 0 ? MAIL_PARKED : (enum mail_state) state;
	(*mail)->folder = sql_column_text(row, 7);
	(*mail)->uidvalidity = (guint32) sql_column_int(row, 8);
	(*mail)->uid = sql_column_int(row, 9);
	(*mail)->raw = sql_column_bytes(row, 10);
	return false;
}

struct mail *mail_get(struct store *store, gint64 id, GError **error)
{
	struct mail *mail = NULL;

	sql_each(store, error, read_row, &mail, "SELECT id, m.account, sha256, size_bytes, received_at, attempts, state,"
		 " folder, uidvalidity, uid, (SELECT raw FROM raws WHERE mail = m.id) FROM mails m LEFT JOIN places p ON p.mail = m.id"
		 " WHERE id = ? LIMIT 1", "i", id);
	return mail;
}

struct turn {
	GArray *ids;
	gint64 most_bytes;
	int *attempts;
};

static bool take_turn(sqlite3_stmt *row, void *user)
{
	struct turn *turn = user;
	const gint64 id = sql_column_int(row, 0);
	const int tried = (int) sql_column_int(row, 1);

	turn->most_bytes -= sql_column_int(row, 2);
	if (turn->ids->len && (tried || turn->most_bytes < 0))
		return false;
	g_array_append_val(turn->ids, id);
	*turn->attempts = tried + 1;
	return !tried;
}

GArray *mail_take(struct store *store, guint most, gint64 most_bytes, int *attempts, GError **error)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	struct turn turn = { ids, most_bytes, attempts };

	*attempts = 0;
	if (!sql_each(store, error, take_turn, &turn, "SELECT id, attempts, size_bytes FROM mails WHERE state = 'new' ORDER BY id LIMIT ?",
		      "i", (gint64) most))
		return NULL;
	for (guint i = 0; i < ids->len; i++)
		if (!sql_run(store, error, "UPDATE mails SET attempts = attempts + 1, version = version + 1 WHERE id = ?", "i",
			     g_array_index(ids, gint64, i)))
			return NULL;
	return g_steal_pointer(&ids);
}

bool mail_untake(struct store *store, const GArray *ids, guint from, GError **error)
{
	for (guint i = from; i < ids->len; i++)
		if (!sql_run(store, error, "UPDATE mails SET attempts = attempts - 1, version = version + 1"
			     " WHERE id = ? AND state = 'new' AND attempts > 0", "i", g_array_index(ids, gint64, i)))
			return false;
	return true;
}

bool mail_settle(struct store *store, gint64 id, enum mail_state state, const char *why, GError **error)
{
	return sql_change(store, error, "UPDATE mails SET state = ?, why = ?, version = version + 1"
			  " WHERE id = ? AND state = 'new'", "ssi", mail_state_name(state), why, id) > 0;
}

gint64 mail_archived_since(struct store *store, const char *account, gint64 since, GError **error)
{
	return sql_int(store, error, -1, "SELECT count(*) FROM mails WHERE account = ? AND state = 'archived' AND received_at >= ?", "si",
		       account, since);
}

struct places {
	mail_place *place;
	void *user;
};

static bool read_place(sqlite3_stmt *row, void *user)
{
	struct places *places = user;

	places->place((const char *) sqlite3_column_text(row, 0), sql_column_int(row, 1), sql_column_int(row, 2), places->user);
	return true;
}

bool mail_places_each(struct store *store, gint64 mail, mail_place *place, void *user, GError **error)
{
	struct places places = { place, user };

	return sql_each(store, error, read_place, &places, "SELECT folder, uidvalidity, uid FROM places WHERE mail = ?", "i", mail);
}
