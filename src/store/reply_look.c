/* The replies table, seen from the mailbox. No statement here makes a reply of this epoch leave again. */
#include "wismo/store/reply_look.h"

#include "wismo/store/reply.h"
#include "sql_p.h"

void reply_look_free(gpointer pointer)
{
	struct reply_look *look = pointer;

	if (!look)
		return;
	g_free(look->state);
	g_free(look->message_id);
	g_free(look);
}

static bool read_row(sqlite3_stmt *row, void *user)
{
	struct reply_look *look = g_new0(struct reply_look, 1);

	look->id = sql_column_int(row, 0);
	look->version = sql_column_int(row, 1);
	look->state = sql_column_text(row, 2);
	look->message_id = sql_column_text(row, 3);
	look->older = sql_column_int(row, 4);
	g_ptr_array_add(user, look);
	return true;
}

GPtrArray *reply_look_list(struct store *store, const char *account, GError **error)
{
	g_autoptr(GPtrArray) looks = g_ptr_array_new_with_free_func(reply_look_free);

	if (!sql_each(store, error, read_row, looks, "SELECT r.id, r.version, r.state, r.message_id, r.epoch < i.epoch"
		      " FROM replies r, instance i WHERE r.account = ? AND (r.state = 'uncertain' AND r.epoch >= i.epoch OR r.epoch < i.epoch"
		      " AND r.state IN ('due', 'later', 'sending', 'handed_over', 'uncertain')) ORDER BY r.id", "s", account))
		return NULL;
	return g_steal_pointer(&looks);
}

/* One conditional step: 1 moved, 0 somebody was first, -1 error. *version follows. */
static int move(struct store *store, gint64 id, gint64 *version, const char *was, const char *will, const char *why, GError **error)
{
	int moved = sql_change(store, error, "UPDATE replies SET state = ?, why = ?, version = version + 1,"
			       " epoch = (SELECT epoch FROM instance) WHERE id = ? AND state = ? AND version = ?", "ssisi",
			       will, why, id, was, *version);

	*version += moved > 0;
	return moved;
}

static bool tell(struct store *store, const struct reply_look *look, gint64 now, const char *event, GError **error)
{
	g_autofree char *subject = g_strdup_printf("r%" G_GINT64_FORMAT, look->id);

	return store_history(store, now, "inbox", subject, event, NULL, error);
}

static bool found(struct store *store, const struct reply_look *look, gint64 now, GError **error)
{
	gint64 version = look->version;
	bool before_handover = g_strcmp0(look->state, "uncertain") != 0 && g_strcmp0(look->state, "handed_over") != 0;
	g_autoptr(GError) cause = NULL;
	scoped(reply) reply = NULL;

	if (before_handover) {
		int moved = move(store, look->id, &version, look->state, "uncertain", "seen in Sent", error);

		if (moved <= 0)
			return moved == 0;
	}
	reply = reply_get(store, look->id, &cause);
	if (cause) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	/* Somebody was first: within our transaction nobody can be second. */
	if (!reply || reply->version != version)
		return true;
	return reply_settle_sent(store, reply, now, "inbox", "found in Sent", error)
		&& sql_run(store, error, "UPDATE replies SET confirmed_at = ?, epoch = (SELECT epoch FROM instance) WHERE id = ?",
			   "ii", now, look->id);
}

static bool absent(struct store *store, const struct reply_look *look, gint64 now, GError **error)
{
	gint64 version = look->version;
	int moved;

	if (!look->older)
		return true;
	if (g_strcmp0(look->state, "sending") == 0)
		moved = move(store, look->id, &version, "sending", "later", NULL, error);
	else if (g_strcmp0(look->state, "handed_over") == 0)
		moved = move(store, look->id, &version, "handed_over", "uncertain",
			     "handed over before this database was restored; not found in Sent", error);
	else
		moved = sql_change(store, error, "UPDATE replies SET epoch = (SELECT epoch FROM instance), version = version + 1"
				   " WHERE id = ? AND version = ?", "ii", look->id, look->version);
	return moved == 0 || (moved > 0 && tell(store, look, now, "not found in Sent", error));
}

static bool impossible(struct store *store, const struct reply_look *look, gint64 now, GError **error)
{
	static const char why[] = "of a database that was restored, and there is no Sent folder to look in";
	gint64 version = look->version;
	int moved;

	if (!look->older)
		return true;
	moved = g_strcmp0(look->state, "uncertain") == 0
		? sql_change(store, error, "UPDATE replies SET epoch = (SELECT epoch FROM instance), version = version + 1"
			     " WHERE id = ? AND version = ?", "ii", look->id, look->version)
		: move(store, look->id, &version, look->state, "uncertain", why, error);
	return moved == 0 || (moved > 0 && tell(store, look, now, "cannot be looked for", error));
}

typedef bool look_act(struct store *store, const struct reply_look *look, gint64 now, GError **error);

static bool alone(struct store *store, look_act *act, const struct reply_look *look, gint64 now, GError **error)
{
	if (!store_begin(store, error))
		return false;
	if (act(store, look, now, error) && store_commit(store, error))
		return true;
	store_abandon(store);
	return false;
}

bool reply_look_found(struct store *store, const struct reply_look *look, gint64 now, GError **error)
{
	return alone(store, found, look, now, error);
}

bool reply_look_absent(struct store *store, const struct reply_look *look, gint64 now, GError **error)
{
	return alone(store, absent, look, now, error);
}

bool reply_look_impossible(struct store *store, const struct reply_look *look, gint64 now, GError **error)
{
	return alone(store, impossible, look, now, error);
}
