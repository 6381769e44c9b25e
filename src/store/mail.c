/* The tables mails and places. Raw bytes are written once and never changed here. */
#include "wismo/store/mail.h"

#include "sql_p.h"

bool mail_put(struct store *store, struct mail *mail, const char *why, gint64 now, bool *added, GError **error)
{
	g_autoptr(GError) cause = NULL;
	int made = sql_change(store, error, "INSERT INTO mails (account, sha256, size_bytes, received_at, fetched_at, raw,"
			      " state, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account, sha256) DO NOTHING", "ssiiibss",
			      mail->account, mail->sha256, mail->size_bytes, mail->received_at, now, mail->raw,
			      mail_state_name(mail->state), why);

	*added = made > 0;
	if (made < 0)
		return false;
	mail->id = made ? sql_inserted(store) : sql_int(store, &cause, 0, "SELECT id FROM mails WHERE account = ? AND sha256 = ?",
							"ss", mail->account, mail->sha256);
	if (cause) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
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

struct mail *mail_next_new(struct store *store, GError **error)
{
	struct mail *mail = NULL;

	sql_each(store, error, read_row, &mail, "SELECT id, m.account, sha256, size_bytes, received_at, attempts, state,"
		 " folder, uidvalidity, uid, NULL FROM mails m LEFT JOIN places p ON p.mail = m.id"
		 " WHERE state = 'new' ORDER BY id LIMIT 1", "");
	return mail;
}

struct mail *mail_get(struct store *store, gint64 id, GError **error)
{
	struct mail *mail = NULL;

	sql_each(store, error, read_row, &mail, "SELECT id, m.account, sha256, size_bytes, received_at, attempts, state,"
		 " folder, uidvalidity, uid, raw FROM mails m LEFT JOIN places p ON p.mail = m.id WHERE id = ? LIMIT 1", "i", id);
	return mail;
}

bool mail_attempt(struct store *store, gint64 id, int *attempts, GError **error)
{
	int changed = sql_change(store, error, "UPDATE mails SET attempts = attempts + 1, version = version + 1"
				 " WHERE id = ? AND state = 'new'", "i", id);

	*attempts = changed > 0 ? (int) sql_int(store, error, 0, "SELECT attempts FROM mails WHERE id = ?", "i", id) : 0;
	return changed > 0;
}

bool mail_settle(struct store *store, gint64 id, enum mail_state state, const char *why, GError **error)
{
	return sql_change(store, error, "UPDATE mails SET state = ?, why = ?, version = version + 1"
			  " WHERE id = ? AND state = 'new'", "ssi", mail_state_name(state), why, id) > 0;
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
