/* The replies table: rows in and out. The acts on them are in reply_act.c. */
#include "wismo/store/reply.h"

#include "act_p.h"

#define HOUR_S 3600
#define DAY_S 86400

#define COLUMNS "id, case_id, verdict, coalesce(mail, 0), cause, account, template, lang, recipient, subject, body, message_id," \
	" in_reply_to, reference_ids, state, why, server_said, epoch, not_before, attempts, edited, approved_by, approved_at," \
	" tried_at, confirmed_at, created_at, sent_at, version, rejected_by, handed_at"

static bool add_text(sqlite3_stmt *row, void *user)
{
	char *text = sql_column_text(row, 0);

	if (text)
		g_ptr_array_add(user, text);
	return true;
}

static void read_columns(sqlite3_stmt *row, struct reply *reply)
{
	g_autofree char *state = sql_column_text(row, 14);
	g_autofree char *rejecter = sql_column_text(row, 28);

	reply->id = sql_column_int(row, 0);
	reply->case_id = sql_column_int(row, 1);
	reply->verdict = sql_column_int(row, 2);
	reply->mail = sql_column_int(row, 3);
	reply->cause = sql_column_text(row, 4);
	reply->account = sql_column_text(row, 5);
	reply->template = sql_column_text(row, 6);
	reply->lang = sql_column_text(row, 7);
	reply->recipient = sql_column_text(row, 8);
	reply->subject = sql_column_text(row, 9);
	reply->body = sql_column_text(row, 10);
	reply->message_id = sql_column_text(row, 11);
	reply->in_reply_to = sql_column_text(row, 12);
	reply->state = (enum reply_state) reply_state_find(state);
	reply->why = sql_column_text(row, 15);
	reply->server_said = sql_column_text(row, 16);
	reply->epoch = sql_column_int(row, 17);
	reply->not_before = sql_column_int(row, 18);
	reply->attempts = (int) sql_column_int(row, 19);
	reply->edited = sql_column_int(row, 20) != 0;
	reply->approved_by = sql_column_text(row, 21);
	reply->approved_at = sql_column_int(row, 22);
	reply->tried_at = sql_column_int(row, 23);
	reply->confirmed_at = sql_column_int(row, 24);
	reply->created_at = sql_column_int(row, 25);
	reply->sent_at = sql_column_int(row, 26);
	reply->version = sql_column_int(row, 27);
	reply->handed_at = sql_column_int(row, 29);
	reply->rejected_by = reply_rejecter_find(rejecter);
}

static bool read_list(sqlite3_stmt *row, void *user)
{
	struct reply *reply = reply_new();

	read_columns(row, reply);
	g_ptr_array_add(user, reply);
	return true;
}

static bool read_wire(sqlite3_stmt *row, void *user)
{
	struct reply *reply = user;

	reply->wire = sql_column_bytes(row, 0);
	return false;
}

/* What a list leaves out: the wire and the references. */
static bool complete(struct store *store, struct reply *reply, GError **error)
{
	return sql_each(store, error, add_text, reply->references,
			"SELECT e.value FROM replies r, json_each(r.reference_ids) e WHERE r.id = ? ORDER BY e.key", "i", reply->id)
		&& sql_each(store, error, read_wire, reply, "SELECT wire FROM replies WHERE id = ?", "i", reply->id);
}

static struct reply *first_of(struct store *store, GPtrArray *list, bool fine, GError **error)
{
	struct reply *reply = fine && list->len ? g_ptr_array_steal_index(list, 0) : NULL;

	if (reply && !complete(store, reply, error))
		g_clear_pointer(&reply, reply_free);
	return reply;
}

struct reply *reply_get(struct store *store, gint64 id, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(reply_free);

	return first_of(store, list, sql_each(store, error, read_list, list, "SELECT " COLUMNS " FROM replies WHERE id = ?",
					      "i", id), error);
}

GPtrArray *reply_list(struct store *store, int state, guint limit, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(reply_free);
	const char *name = state < 0 ? NULL : reply_state_name((enum reply_state) state);

	if (!sql_each(store, error, read_list, list, "SELECT " COLUMNS " FROM replies WHERE ?1 IS NULL OR state = ?1"
		      " ORDER BY state NOT IN ('draft', 'blocked', 'uncertain', 'refused'),"
		      " iif(state IN ('draft', 'blocked', 'uncertain', 'refused'), (SELECT coalesce(nullif(due_at, 0), 1 << 62) FROM cases"
		      " WHERE cases.id = replies.case_id), 0), id DESC LIMIT ?2", "si", name, limit ? (gint64) limit : (gint64) -1))
		return NULL;
	return g_steal_pointer(&list);
}

struct reply *reply_next_due(struct store *store, gint64 after, gint64 now, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(reply_free);

	return first_of(store, list, sql_each(store, error, read_list, list, "SELECT " COLUMNS " FROM replies"
		" WHERE state IN ('due', 'later') AND not_before <= ? AND id > ? AND epoch >= (SELECT epoch FROM instance)"
		" ORDER BY id LIMIT 1", "ii", now, after), error);
}

gint64 reply_next_at(struct store *store, gint64 now, GError **error)
{
	return sql_int(store, error, 0, "SELECT min(not_before) FROM replies WHERE state IN ('due', 'later')"
		       " AND not_before > ? AND epoch >= (SELECT epoch FROM instance)", "i", now);
}

static char *references_json(struct store *store, const struct reply *reply, GError **error)
{
	g_autofree char *json = g_strdup("[]");

	for (guint i = 0; i < reply->references->len; i++) {
		char *longer = sql_text(store, error, "SELECT json_insert(?, '$[#]', ?)", "ss", json,
					(const char *) g_ptr_array_index(reply->references, i));

		if (!longer)
			return NULL;
		g_free(json);
		json = longer;
	}
	return g_steal_pointer(&json);
}

static int insert(struct store *store, const struct reply *reply, const char *references, gint64 now, GError **error)
{
	g_autofree char *mail = reply->mail ? g_strdup_printf("%" G_GINT64_FORMAT, reply->mail) : NULL;

	return sql_change(store, error, "INSERT INTO replies (case_id, verdict, cause, mail, account, template, lang, recipient,"
			  " subject, body, message_id, in_reply_to, reference_ids, state, why, epoch, not_before, approved_by,"
			  " approved_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
			  " (SELECT epoch FROM instance), ?, ?, ?, ?) ON CONFLICT (cause) DO NOTHING", "iisssssssssssssisii",
			  reply->case_id, reply->verdict, reply->cause, mail, reply->account, reply->template, reply->lang,
			  reply->recipient, reply->subject, reply->body, reply->message_id, reply->in_reply_to, references,
			  reply_state_name(reply->state), reply->why, reply->not_before, reply->approved_by,
			  reply->approved_by ? now : (gint64) 0, now);
}

bool reply_put(struct store *store, struct reply *reply, gint64 now, const char *actor, bool *added, GError **error)
{
	g_autofree char *references = references_json(store, reply, error);
	int changed;
	bool own, fine;

	*added = false;
	g_assert(reply->state == REPLY_DRAFT || reply->state == REPLY_DUE || reply->state == REPLY_BLOCKED);
	if (!references || !act_begin(store, &own, error))
		return false;
	changed = insert(store, reply, references, now, error);
	fine = changed >= 0;
	if (changed > 0) {
		reply->id = sql_inserted(store);
		reply->epoch = store_epoch(store);
		reply->created_at = now;
		reply->approved_at = reply->approved_by ? now : 0;
		reply->version = 1;
		fine = act_tell(store, now, actor, 'r', reply->id, reply_state_name(reply->state), reply->why, error);
	}
	*added = changed > 0;
	return act_end(store, own, fine, error);
}

static bool read_counts(sqlite3_stmt *row, void *user)
{
	struct reply_counts *counts = user;

	counts->of_case = sql_column_int(row, 0);
	counts->of_buyer = sql_column_int(row, 1);
	counts->of_all = sql_column_int(row, 2);
	counts->hour_began_at = sql_column_int(row, 3);
	return false;
}

/* The moment of leaving is sent_at, or the first attempt's when the server's word was lost. */
bool reply_count(struct store *store, const struct reply *reply, gint64 now, struct reply_counts *counts, GError **error)
{
	return sql_each(store, error, read_counts, counts,
			"WITH left_us AS (SELECT case_id, recipient, max(sent_at, tried_at) AS at FROM replies"
			"  WHERE state IN ('sent', 'uncertain', 'handed_over') AND max(sent_at, tried_at) > ?1 AND id <> ?2)"
			" SELECT coalesce(sum(case_id = ?3), 0), coalesce(sum(recipient = ?4 COLLATE NOCASE), 0),"
			" coalesce(sum(at > ?5), 0), coalesce(min(iif(at > ?5, at, NULL)), 0) FROM left_us", "iiisi",
			now - DAY_S, reply->id, reply->case_id, reply->recipient, now - HOUR_S);
}

bool reply_overtaken(struct store *store, const struct reply *reply, GError **error)
{
	g_autoptr(GError) cause = NULL;
	bool newer = reply->mail && sql_int(store, &cause, 0, "SELECT EXISTS (SELECT 1 FROM readings"
		" WHERE case_id = ? AND mail > ? AND notice IS NULL AND machine = 0)", "ii", reply->case_id, reply->mail);

	if (!cause)
		return newer;
	g_propagate_error(error, g_steal_pointer(&cause));
	return true;
}
