/* Counts and lists over several tables, for people. Reads only. */
#include "wismo/store/overview.h"

#include "sql_p.h"

#include "wismo/store/alarm.h"

static gint64 count(struct store *store, GError **cause, const char *sql)
{
	return *cause ? 0 : sql_int(store, cause, 0, sql, "");
}

bool overview_get(struct store *store, gint64 now, struct overview *o, GError **error)
{
	GError *cause = NULL;

	o->mails = count(store, &cause, "SELECT count(*) FROM mails");
	o->mails_new = count(store, &cause, "SELECT count(*) FROM mails WHERE state = 'new'");
	o->mails_archived = count(store, &cause, "SELECT count(*) FROM mails WHERE state = 'archived'");
	o->mails_parked = count(store, &cause, "SELECT count(*) FROM mails WHERE state = 'parked'");
	o->cases_open = count(store, &cause, "SELECT count(*) FROM cases WHERE state <> 'closed'");
	o->unanswered = count(store, &cause, "SELECT count(*) FROM cases WHERE asked_at > 0 AND state <> 'closed'");
	o->oldest_asked_at = count(store, &cause, "SELECT min(asked_at) FROM cases WHERE asked_at > 0 AND state <> 'closed'");
	o->next_due_at = count(store, &cause, "SELECT min(due_at) FROM cases WHERE due_at > 0 AND state <> 'closed'");
	o->overdue = cause ? 0 : sql_int(store, &cause, 0, "SELECT count(*) FROM cases WHERE due_at > 0 AND due_at < ? AND state <> 'closed'",
					 "i", now);
	o->near = cause ? 0 : sql_int(store, &cause, 0, "SELECT count(*) FROM cases WHERE due_at >= ?1 AND due_at <= ?1 + ?2 AND state <> 'closed'",
				      "ii", now, (gint64) ALARM_CASE_S);
	o->drafts = count(store, &cause, "SELECT count(*) FROM replies WHERE state = 'draft'");
	o->due = count(store, &cause, "SELECT count(*) FROM replies WHERE state IN ('due', 'later', 'sending', 'handed_over')");
	o->sent = count(store, &cause, "SELECT count(*) FROM replies WHERE state = 'sent'");
	o->uncertain = count(store, &cause, "SELECT count(*) FROM replies WHERE state = 'uncertain'");
	o->refused = count(store, &cause, "SELECT count(*) FROM replies WHERE state = 'refused'");
	o->blocked = count(store, &cause, "SELECT count(*) FROM replies WHERE state = 'blocked'");
	o->tasks_proposed = count(store, &cause, "SELECT count(*) FROM tasks WHERE state = 'proposed'");
	o->tasks_approved = count(store, &cause, "SELECT count(*) FROM tasks WHERE state IN ('approved', 'executing')");
	o->tasks_executed = count(store, &cause, "SELECT count(*) FROM tasks WHERE state = 'executed'");
	o->tasks_failed = count(store, &cause, "SELECT count(*) FROM tasks WHERE state IN ('failed', 'uncertain')");
	o->for_person = count(store, &cause, "SELECT count(*) FROM cases WHERE state = 'person'")
		+ o->mails_parked + o->drafts + o->uncertain + o->refused + o->blocked + o->tasks_proposed + o->tasks_failed;
	if (!cause)
		return true;
	g_propagate_error(error, cause);
	return false;
}

void overview_progress(struct store *store, guint *mails_new, guint *mails, guint *cases_dirty, guint *cases)
{
	*mails_new = (guint) sql_int(store, NULL, 0, "SELECT count(*) FROM mails WHERE state = 'new'", "");
	*mails = (guint) sql_int(store, NULL, 0, "SELECT count(*) FROM mails", "");
	*cases_dirty = (guint) sql_int(store, NULL, 0, "SELECT count(*) FROM cases WHERE dirty = 1", "");
	*cases = (guint) sql_int(store, NULL, 0, "SELECT count(*) FROM cases", "");
}

static const char *text(sqlite3_stmt *row, int column)
{
	return (const char *) sqlite3_column_text(row, column);
}

struct visit {
	union {
		overview_mailbox_row *mailbox;
		overview_worker_row *worker;
		overview_carrier_row *carrier;
		overview_outgoing_row *outgoing;
		overview_case_row *buyer_case;
		overview_mail_row *mail;
		overview_count_row *count;
	};
	void *user;
};

static bool visit_mailbox(sqlite3_stmt *row, void *user)
{
	const struct visit *visit = user;
	const struct overview_mailbox mailbox = { text(row, 0), text(row, 1), text(row, 2), sql_column_int(row, 3),
						  sql_column_int(row, 4), sql_column_int(row, 5) };

	return visit->mailbox(&mailbox, visit->user);
}

bool overview_mailboxes(struct store *store, overview_mailbox_row *row, void *user, GError **error)
{
	struct visit visit = { .mailbox = row, .user = user };

	return sql_each(store, error, visit_mailbox, &visit, "SELECT account, folder, problem, synced_at, problem_at, failures"
			" FROM mailboxes ORDER BY account, folder", "");
}

static bool visit_worker(sqlite3_stmt *row, void *user)
{
	const struct visit *visit = user;
	const struct overview_worker worker = { text(row, 0), text(row, 1), sql_column_int(row, 2), sql_column_int(row, 3) };

	return visit->worker(&worker, visit->user);
}

bool overview_workers(struct store *store, overview_worker_row *row, void *user, GError **error)
{
	struct visit visit = { .worker = row, .user = user };

	return sql_each(store, error, visit_worker, &visit, "SELECT role, problem, pid, seen_at FROM workers ORDER BY role", "");
}

static bool visit_carrier(sqlite3_stmt *row, void *user)
{
	const struct visit *visit = user;
	const struct overview_carrier carrier = { text(row, 0), text(row, 1), sql_column_int(row, 2), sql_column_int(row, 3),
						  sql_column_int(row, 4) };

	return visit->carrier(&carrier, visit->user);
}

bool overview_carriers(struct store *store, gint64 now, overview_carrier_row *row, void *user, GError **error)
{
	struct visit visit = { .carrier = row, .user = user };

	return sql_each(store, error, visit_carrier, &visit, "SELECT carrier, why, failures, until_at, (SELECT count(*) FROM lookups AS l"
			" WHERE l.carrier = b.carrier AND l.next_at <= ?) FROM breakers AS b ORDER BY carrier", "i", now);
}

static bool visit_outgoing(sqlite3_stmt *row, void *user)
{
	const struct visit *visit = user;
	const struct overview_outgoing outgoing = { text(row, 0), text(row, 1), sql_column_int(row, 2), sql_column_int(row, 3) };

	return visit->outgoing(&outgoing, visit->user);
}

bool overview_outgoing(struct store *store, gint64 now, overview_outgoing_row *row, void *user, GError **error)
{
	struct visit visit = { .outgoing = row, .user = user };

	return sql_each(store, error, visit_outgoing, &visit, "SELECT account, (SELECT why FROM replies AS l WHERE l.account = r.account"
			" AND l.state = 'later' ORDER BY attempts DESC, id LIMIT 1), count(*), min(not_before) FROM replies AS r"
			" WHERE state IN ('due', 'later') AND not_before > ? GROUP BY account ORDER BY account", "i", now);
}

static bool visit_case(sqlite3_stmt *row, void *user)
{
	const struct visit *visit = user;
	const struct overview_case one = {
		.id = sql_column_int(row, 0), .asked_at = sql_column_int(row, 1), .answered_at = sql_column_int(row, 2),
		.due_at = sql_column_int(row, 3), .opened_at = sql_column_int(row, 4), .mails = sql_column_int(row, 5),
		.account = text(row, 6), .channel = text(row, 7), .buyer = text(row, 8), .order_no = text(row, 9), .lang = text(row, 10),
		.state = text(row, 11), .why = text(row, 12), .intent = text(row, 13), .wish = text(row, 14), .urgency = text(row, 15),
		.due_why = text(row, 16),
	};

	return visit->buyer_case(&one, visit->user);
}

bool overview_cases(struct store *store, const char *state, gint64 id, guint limit, overview_case_row *row, void *user,
		    GError **error)
{
	struct visit visit = { .buyer_case = row, .user = user };

	return sql_each(store, error, visit_case, &visit, "SELECT id, asked_at, answered_at, due_at, opened_at,"
			" (SELECT count(*) FROM readings WHERE case_id = cases.id), account, channel, buyer, order_no, lang, state, why,"
			" intent, wish, urgency, due_why FROM cases WHERE (?1 = 0 OR id = ?1)"
			" AND (?1 <> 0 OR state = ?2 OR (?2 IS NULL AND state <> 'closed'))"
			" ORDER BY due_at = 0, due_at, id LIMIT ?3", "isi", id, state, (gint64) limit);
}

static bool visit_mail(sqlite3_stmt *row, void *user)
{
	const struct visit *visit = user;
	const struct overview_mail mail = {
		.id = sql_column_int(row, 0), .received_at = sql_column_int(row, 1), .case_id = sql_column_int(row, 2),
		.account = text(row, 3), .state = text(row, 4), .sender = text(row, 5), .subject = text(row, 6), .channel = text(row, 7),
		.intent = text(row, 8), .lang = text(row, 9), .why_not = text(row, 10), .why = text(row, 11),
		.confidence = sql_column_double(row, 12), .answerable = sql_column_int(row, 13),
	};

	return visit->mail(&mail, visit->user);
}

bool overview_mails(struct store *store, gint64 id, gint64 case_id, guint limit, overview_mail_row *row, void *user, GError **error)
{
	struct visit visit = { .mail = row, .user = user };

	return sql_each(store, error, visit_mail, &visit, "SELECT m.id, m.received_at, coalesce(r.case_id, 0), m.account, m.state,"
			" r.sender, r.subject, r.channel, r.intent, r.lang, r.why_not, m.why, coalesce(r.confidence, 0),"
			" coalesce(r.answerable, 0) FROM mails AS m LEFT JOIN readings AS r ON r.mail = m.id"
			" WHERE (?1 = 0 OR m.id = ?1) AND (?2 = 0 OR r.case_id = ?2) ORDER BY m.id DESC LIMIT ?3",
			"iii", id, case_id, (gint64) limit);
}

static bool visit_count(sqlite3_stmt *row, void *user)
{
	const struct visit *visit = user;

	return visit->count(text(row, 0), text(row, 1), sql_column_int(row, 2), visit->user);
}

bool overview_report(struct store *store, gint64 since, overview_count_row *row, void *user, GError **error)
{
	struct visit visit = { .count = row, .user = user };

	return sql_each(store, error, visit_count, &visit,
		"SELECT 'mails by intent', intent, count(*) FROM readings WHERE read_at >= ?1 GROUP BY intent"
		" UNION ALL SELECT 'mails by language', lang, count(*) FROM readings WHERE read_at >= ?1 GROUP BY lang"
		" UNION ALL SELECT 'cases by state', state, count(*) FROM cases WHERE opened_at >= ?1 GROUP BY state"
		" UNION ALL SELECT 'cases by channel', channel, count(*) FROM cases WHERE opened_at >= ?1 GROUP BY channel"
		" UNION ALL SELECT 'replies by state', state, count(*) FROM replies WHERE created_at >= ?1 GROUP BY state"
		/* The first answer counts from the mail that it answers; only answers that left are known. */
		" UNION ALL SELECT 'answers', CASE WHEN r.sent_at - m.received_at <= 86400 THEN 'within 24 h' ELSE 'later' END, count(*)"
		"  FROM replies AS r JOIN mails AS m ON m.id = r.mail WHERE r.state = 'sent' AND r.sent_at >= ?1"
		"  GROUP BY r.sent_at - m.received_at <= 86400"
		" UNION ALL SELECT 'tasks by kind and state', kind || ' ' || state, count(*) FROM tasks WHERE created_at >= ?1 GROUP BY kind, state"
		" UNION ALL SELECT 'trackings by carrier and outcome', carrier || ' ' || outcome, count(*) FROM trackings WHERE asked_at >= ?1"
		"  GROUP BY carrier, outcome", "i", since);
}

bool overview_languages(struct store *store, guint most, overview_count_row *row, void *user, GError **error)
{
	struct visit visit = { .count = row, .user = user };

	return sql_each(store, error, visit_count, &visit, "SELECT 'languages', lang, count(*) FROM (SELECT lang FROM readings"
			" WHERE case_id IS NOT NULL AND machine = 0 AND notice IS NULL ORDER BY mail DESC LIMIT ?) WHERE lang <> 'und'"
			" GROUP BY lang ORDER BY count(*) DESC, lang", "i", (gint64) most);
}
