/* The table `verdicts`, and counts over replies and tasks that facts need. */
#include "wismo/store/verdict.h"

#include "sql_p.h"

#define YEAR_S (365 * 86400)
#define COLUMNS "id, case_id, coalesce(mail, 0), made_at, rulebook, facts, rule, reason, template, task, sends, look_at"

struct verdict_row *verdict_row_new(void)
{
	return g_new0(struct verdict_row, 1);
}

void verdict_row_free(struct verdict_row *row)
{
	if (!row)
		return;
	g_free(row->rulebook);
	g_free(row->facts);
	g_free(row->rule);
	g_free(row->reason);
	g_free(row->template);
	g_free(row->task);
	g_free(row->sends);
	g_free(row);
}

bool verdict_put(struct store *store, struct verdict_row *row, GError **error)
{
	if (!sql_run(store, error, "INSERT INTO verdicts (case_id, mail, made_at, rulebook, facts, rule, reason, template, task, sends, look_at)"
		     " VALUES (?, nullif(?, 0), ?, ?, ?, ?, ?, ?, ?, ?, ?)", "iiisssssssi",
		     row->case_id, row->mail, row->made_at, row->rulebook, row->facts, row->rule, row->reason, row->template, row->task,
		     row->sends, row->look_at))
		return false;
	row->id = sql_inserted(store);
	return true;
}

bool verdict_reason(struct store *store, const struct verdict_row *row, GError **error)
{
	return sql_run(store, error, "UPDATE verdicts SET reason = ?, sends = ? WHERE id = ?", "ssi", row->reason, row->sends, row->id);
}

static struct verdict_row *read_row(sqlite3_stmt *from)
{
	struct verdict_row *row = verdict_row_new();

	row->id = sql_column_int(from, 0);
	row->case_id = sql_column_int(from, 1);
	row->mail = sql_column_int(from, 2);
	row->made_at = sql_column_int(from, 3);
	row->rulebook = sql_column_text(from, 4);
	row->facts = sql_column_text(from, 5);
	row->rule = sql_column_text(from, 6);
	row->reason = sql_column_text(from, 7);
	row->template = sql_column_text(from, 8);
	row->task = sql_column_text(from, 9);
	row->sends = sql_column_text(from, 10);
	row->look_at = sql_column_int(from, 11);
	return row;
}

static bool take_one(sqlite3_stmt *from, void *user)
{
	*(struct verdict_row **) user = read_row(from);
	return false;
}

struct verdict_row *verdict_latest(struct store *store, gint64 case_id, GError **error)
{
	struct verdict_row *row = NULL;

	sql_each(store, error, take_one, &row, "SELECT " COLUMNS " FROM verdicts WHERE case_id = ? ORDER BY id DESC LIMIT 1", "i", case_id);
	return row;
}

gint64 verdict_of_mail(struct store *store, gint64 case_id, gint64 mail, GError **error)
{
	return sql_int(store, error, 0, "SELECT max(id) FROM verdicts WHERE case_id = ? AND mail = ?", "ii", case_id, mail);
}

struct verdict_row *verdict_get(struct store *store, gint64 id, GError **error)
{
	struct verdict_row *row = NULL;

	sql_each(store, error, take_one, &row, "SELECT " COLUMNS " FROM verdicts WHERE id = ?", "i", id);
	return row;
}

struct visit {
	verdict_each_function *each;
	void *user;
};

static bool visit_one(sqlite3_stmt *from, void *user)
{
	const struct visit *visit = user;
	scoped(verdict_row) row = read_row(from);

	return visit->each(row, visit->user);
}

bool verdict_each(struct store *store, guint limit, verdict_each_function *each, void *user, GError **error)
{
	struct visit visit = { each, user };

	return sql_each(store, error, visit_one, &visit, "SELECT " COLUMNS " FROM verdicts ORDER BY id DESC LIMIT ?", "i",
			limit ? (gint64) limit : G_MAXINT64);
}

/* 0 none, 1 rejected, 2 proposed, 3 approved (or in doubt: it may be paid), 4 done; the furthest of all counts */
static const char *progress(gint64 rank)
{
	static const char *const words[] = { "none", "rejected", "proposed", "approved", "done" };

	return words[CLAMP(rank, 0, 4)];
}

#define RANK "coalesce(max(CASE state WHEN 'rejected' THEN iif(rejected_by IS 'mind', 0, 1) WHEN 'proposed' THEN 2 WHEN 'executed' THEN 4 WHEN 'done' THEN 4 ELSE 3 END), 0)"

bool verdict_ledger(struct store *store, const struct buyer_case *c, gint64 order_id, gint64 mail, gint64 now,
		    struct verdict_ledger *ledger, GError **error)
{
	g_autoptr(GError) cause = NULL;

	*ledger = (struct verdict_ledger) { 0 };
	ledger->sent = sql_int(store, &cause, 0, "SELECT count(*) FROM replies WHERE case_id = ? AND state IN"
			       " ('handed_over', 'sent', 'uncertain')", "i", c->id);
	if (!cause)
		ledger->mail_answered = sql_int(store, &cause, 0, "SELECT count(*) FROM replies WHERE mail = ? AND (state IN"
						" ('sending', 'handed_over', 'sent', 'uncertain')"
						" OR (state IN ('due', 'later') AND approved_by <> 'auto'))", "i", mail) > 0;
	if (!cause)
		ledger->edited = sql_int(store, &cause, 0, "SELECT max(id) FROM replies WHERE mail = ? AND case_id = ? AND edited = 1"
					 " AND state IN ('draft', 'blocked')", "ii", mail, c->id);
	if (!cause)
		ledger->refused = sql_text(store, &cause, "SELECT 'r' || r.id || ' was refused: ' || coalesce(r.why, 'without a word') FROM replies r"
					   " WHERE r.mail = ? AND r.case_id = ? AND r.state = 'refused' AND NOT EXISTS (SELECT 1 FROM replies l"
					   "  WHERE l.mail = r.mail AND l.id > r.id AND (l.state IN ('sending', 'handed_over', 'sent', 'uncertain')"
					   "   OR (l.state IN ('due', 'later') AND l.approved_by <> 'auto'))) ORDER BY r.id DESC LIMIT 1", "ii", mail, c->id);
	if (!cause)
		ledger->compensation = progress(sql_int(store, &cause, 0, "SELECT " RANK " FROM tasks WHERE kind IN ('reship', 'refund') AND"
							" (order_id = ? OR case_id = ?)", "ii", order_id, c->id));
	if (!cause)
		ledger->trace = progress(sql_int(store, &cause, 0, "SELECT " RANK " FROM tasks WHERE kind = 'trace' AND case_id = ?", "i", c->id));
	if (!cause)
		ledger->repeat_claims = sql_int(store, &cause, 0, "SELECT count(*) FROM cases WHERE account = ? AND channel = ? AND buyer = ?"
						" AND id <> ? AND opened_at > ? AND intent IN ('not_arrived', 'delivered_missing')",
						"sssii", c->account, c->channel, c->buyer, c->id, now - YEAR_S);
	if (!cause)
		ledger->last_template = sql_text(store, &cause, "SELECT template FROM replies WHERE case_id = ? AND (state IN"
						 " ('handed_over', 'sent', 'uncertain') OR rejected_by = 'copy')"
						 " ORDER BY id DESC LIMIT 1", "i", c->id);
	if (!cause) {
		g_autofree char *said = sql_text(store, &cause, "SELECT group_concat(DISTINCT template) FROM replies WHERE case_id = ?"
						 " AND state IN ('sending', 'handed_over', 'sent', 'uncertain')", "i", c->id);

		ledger->said = g_strsplit(said ? said : "", ",", -1);
	}
	if (!cause)
		return true;
	g_propagate_error(error, g_steal_pointer(&cause));
	return false;
}

void verdict_ledger_clear(struct verdict_ledger *ledger)
{
	g_clear_pointer(&ledger->refused, g_free);
	g_clear_pointer(&ledger->said, g_strfreev);
	g_clear_pointer(&ledger->last_template, g_free);
}

struct live {
	gint64 id;
	char **cause;
};

static bool take_live(sqlite3_stmt *row, void *user)
{
	struct live *live = user;

	live->id = sql_column_int(row, 0);
	*live->cause = sql_column_text(row, 1);
	return false;
}

gint64 verdict_live_reply(struct store *store, gint64 case_id, char **cause, GError **error)
{
	struct live live = { 0, cause };

	*cause = NULL;
	sql_each(store, error, take_live, &live, "SELECT id, cause FROM replies WHERE case_id = ? AND edited = 0 AND (state IN ('draft', 'blocked')"
		 " OR (state IN ('due', 'later') AND approved_by = 'auto')) ORDER BY id DESC LIMIT 1", "i", case_id);
	return live.id;
}
