/* Reads over all tables for one case; erases over all tables for one buyer. */
#include "wismo/store/dossier.h"

#include "sql_p.h"
#include "wismo/base/error.h"

gint64 dossier_case_of(struct store *store, char kind, gint64 id, GError **error)
{
	switch (kind) {
	case 'c':
		return sql_int(store, error, 0, "SELECT id FROM cases WHERE id = ?", "i", id);
	case 'm':
		return sql_int(store, error, 0, "SELECT case_id FROM readings WHERE mail = ?", "i", id);
	case 'r':
		return sql_int(store, error, 0, "SELECT case_id FROM replies WHERE id = ?", "i", id);
	case 't':
		return sql_int(store, error, 0, "SELECT case_id FROM tasks WHERE id = ?", "i", id);
	default:
		return 0;
	}
}

static bool take_id(sqlite3_stmt *row, void *user)
{
	gint64 id = sql_column_int(row, 0);

	g_array_append_val((GArray *) user, id);
	return true;
}

GArray *dossier_cases_named(struct store *store, const char *name, GError **error)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));

	/* Both are compared by indexes; a buyer stands there in lower case. */
	if (!sql_each(store, error, take_id, ids, "SELECT id FROM cases WHERE ?1 <> '' AND (order_no = ?1 OR order_no = upper(?1)"
		      " OR buyer = lower(?1)) ORDER BY id", "s", name))
		return NULL;
	return g_steal_pointer(&ids);
}

struct visit {
	dossier_row *row;
	void *user;
	const char *kind;
};

static bool visit_row(sqlite3_stmt *row, void *user)
{
	const struct visit *visit = user;

	return visit->row(visit->kind, (const char *) sqlite3_column_text(row, 0), visit->user);
}

/* As `--json` has it: moments RFC 3339, what is not known null, booleans. */
#define AT(column) "strftime('%Y-%m-%dT%H:%M:%SZ', nullif(" column ", 0), 'unixepoch')"
#define YES(column) "json(iif(" column ", 'true', 'false'))"
#define ID(letter, column) "'" letter "' || " column

#define MAIL "SELECT json_object('id', " ID("m", "m.id") ", 'case', " ID("c", "r.case_id") ", 'account', m.account, 'state', m.state, 'why', m.why," \
	" 'received_at', " AT("m.received_at") ", 'sha256', m.sha256, 'message_id', r.message_id, 'from', r.sender, 'subject', r.subject," \
	" 'channel', r.channel, 'lang', r.lang, 'intent', r.intent, 'confidence', round(r.confidence, 2), 'wish', r.wish, 'urgency', r.urgency," \
	" 'order_ids', json(r.order_ids), 'answerable', json(iif(r.mail IS NULL, 'null', iif(r.answerable, 'true', 'false')))," \
	" 'why_not', r.why_not, 'buyer_text', r.buyer_text, 'evidence', json(iif(r.mail IS NULL, 'null', (SELECT json_group_array(" \
	"json_set(value, '$.weight', round(json_extract(value, '$.weight'), 2))) FROM json_each(r.evidence)))))"
#define REPLY "SELECT json_object('id', " ID("r", "id") ", 'case', " ID("c", "case_id") ", 'mail', " ID("m", "mail") ", 'state', state, 'why', why," \
	" 'template', template, 'lang', lang, 'to', recipient, 'subject', subject, 'body', body, 'message_id', message_id, 'edited', " YES("edited") "," \
	" 'approved_by', approved_by, 'attempts', attempts, 'server_said', server_said, 'not_before', " AT("not_before") ", 'created_at', " \
	AT("created_at") ", 'sent_at', " AT("sent_at") ", 'confirmed_at', " AT("confirmed_at") ", 'version', version) FROM replies"
#define TASK "SELECT json_object('id', " ID("t", "t.id") ", 'case', " ID("c", "t.case_id") ", 'kind', t.kind, 'state', t.state, 'why', t.why, 'order_no'," \
	" o.order_no, 'line_no', nullif(t.line_no, ''), 'amount_cents', nullif(t.amount_cents, -1), 'currency', t.currency, 'quantity', t.quantity," \
	" 'approved_by', t.approved_by, 'result', t.result, 'due_at', " AT("t.due_at") ", 'due_why', t.due_why, 'created_at', " AT("t.created_at") "," \
	" 'changed_at', " AT("t.changed_at") ", 'version', t.version) FROM tasks AS t LEFT JOIN orders AS o ON o.id = t.order_id"

bool dossier_each(struct store *store, gint64 case_id, dossier_row *row, void *user, GError **error)
{
	static const struct { const char *kind, *sql; } parts[] = {
		{ "case", "SELECT json_object('id', " ID("c", "id") ", 'account', account, 'channel', channel, 'buyer', buyer, 'buyer_name', buyer_name,"
			" 'order_no', nullif(order_no, ''), 'state', state, 'why', why, 'intent', intent, 'wish', wish, 'urgency', urgency,"
			" 'claim', claim, 'lang', lang, 'asked_at', " AT("asked_at") ", 'answered_at', " AT("answered_at") ", 'due_at', " AT("due_at") ","
			" 'due_why', due_why, 'opened_at', " AT("opened_at") ") FROM cases WHERE id = ?" },
		{ "mail", MAIL " FROM readings AS r JOIN mails AS m ON m.id = r.mail WHERE r.case_id = ? ORDER BY m.received_at, m.id" },
		{ "order", "SELECT json_object('order_no', o.order_no, 'channel', o.channel, 'buyer_name', o.buyer_name, 'country', o.country,"
			" 'ordered_at', " AT("o.ordered_at") ", 'promised_at', " AT("o.promised_at") ", 'currency', o.currency, 'by_marketplace', "
			YES("o.by_marketplace") ", 'cancelled', " YES("o.cancelled") ", 'lines', (SELECT json_group_array(json_object('line_no', line_no,"
			" 'sku', sku, 'title', title, 'quantity', quantity, 'price_cents', nullif(price_cents, -1))) FROM order_lines"
			" WHERE order_id = o.id)) FROM orders AS o JOIN cases AS c ON c.order_no = o.order_no AND c.channel = o.channel WHERE c.id = ?" },
		{ "shipment", "SELECT json_object('carrier', coalesce(s.carrier, s.carrier_said), 'number', s.number, 'shipped_at', "
			AT("s.shipped_at") ", 'claims_protected', " YES("s.claims_protected") ") FROM shipments AS s JOIN orders AS o ON o.id = s.order_id"
			" JOIN cases AS c ON c.order_no = o.order_no AND c.channel = o.channel WHERE c.id = ? ORDER BY s.shipped_at, s.id" },
		{ "tracking", "SELECT json_object('carrier', t.carrier, 'number', t.number, 'asked_at', " AT("t.asked_at") ", 'outcome', t.outcome,"
			" 'status', t.status, 'detail', t.detail, 'status_at', " AT("t.status_at") ", 'delivered_to', t.delivered_to, 'signature', "
			YES("t.signature") ", 'recorded', " YES("t.recorded") ", 'why', t.why, 'events', json(t.events)) FROM trackings AS t WHERE t.number IN"
			" (SELECT s.number FROM shipments AS s JOIN orders AS o ON o.id = s.order_id JOIN cases AS c"
			" ON c.order_no = o.order_no AND c.channel = o.channel WHERE c.id = ?1 UNION SELECT number FROM lookups WHERE case_id = ?1)"
			" ORDER BY t.asked_at, t.id" },
		{ "verdict", "SELECT json_object('made_at', " AT("made_at") ", 'mail', " ID("m", "mail") ", 'rule', rule, 'sends', sends, 'template', template,"
			" 'task', task, 'rulebook', rulebook, 'facts', json(facts), 'reason', json(reason)) FROM verdicts WHERE case_id = ? ORDER BY id" },
		{ "reply", REPLY " WHERE case_id = ? ORDER BY id" },
		{ "task", TASK " WHERE t.case_id = ? ORDER BY t.id" },
		{ "history", "SELECT json_object('at', " AT("at") ", 'actor', actor, 'subject', subject, 'event', event, 'detail', detail) FROM history"
			" WHERE subject IN (SELECT 'c' || ?1 UNION SELECT 'm' || mail FROM readings WHERE case_id = ?1"
			" UNION SELECT 'r' || id FROM replies WHERE case_id = ?1 UNION SELECT 't' || id FROM tasks WHERE case_id = ?1) ORDER BY id" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
		struct visit visit = { row, user, parts[i].kind };

		if (!sql_each(store, error, visit_row, &visit, parts[i].sql, "i", case_id))
			return false;
	}
	return true;
}

bool dossier_one(struct store *store, char kind, gint64 id, dossier_row *row, void *user, GError **error)
{
	struct visit visit = { row, user, "mail" };

	switch (kind) {
	case 'r':
		visit.kind = "reply";
		return sql_each(store, error, visit_row, &visit, REPLY " WHERE id = ?", "i", id);
	case 't':
		visit.kind = "task";
		return sql_each(store, error, visit_row, &visit, TASK " WHERE t.id = ?", "i", id);
	default:
		return sql_each(store, error, visit_row, &visit, MAIL " FROM mails AS m LEFT JOIN readings AS r ON r.mail = m.id WHERE m.id = ?", "i", id);
	}
}

static bool erase_rows(struct store *store, const char *buyer, gint64 now, guint *mails, guint *cases, GError **error)
{
	static const char *const statements[] = {
		"DELETE FROM raws WHERE mail IN (SELECT mail FROM readings WHERE buyer = ?1)",
		"UPDATE replies SET body = '', subject = '', wire = NULL, recipient = 'erased', in_reply_to = NULL, reference_ids = '[]',"
			" version = version + 1 WHERE case_id IN (SELECT id FROM cases WHERE buyer = ?1)",
		/* Carriers' answers hold names and addresses too; what was found out stays. */
		"UPDATE trackings SET body = NULL, events = '[]' WHERE number IN (SELECT s.number FROM shipments AS s JOIN orders AS o ON o.id = s.order_id"
			" WHERE o.buyer_address = ?1 OR EXISTS (SELECT 1 FROM cases AS c WHERE c.buyer = ?1 AND c.order_no = o.order_no"
			" AND c.channel = o.channel) UNION SELECT number FROM lookups WHERE case_id IN (SELECT id FROM cases WHERE buyer = ?1))",
		"DELETE FROM lookups WHERE case_id IN (SELECT id FROM cases WHERE buyer = ?1)",
		"UPDATE verdicts SET facts = '{}' WHERE case_id IN (SELECT id FROM cases WHERE buyer = ?1)",
		"UPDATE orders SET buyer_name = NULL, buyer_address = NULL WHERE buyer_address = ?1 OR id IN (SELECT o.id FROM orders AS o"
			" JOIN cases AS c ON c.order_no = o.order_no AND c.channel = o.channel WHERE c.buyer = ?1 AND c.order_no <> '')",
		"UPDATE readings SET buyer_text = '', evidence = '[]', tracking = '[]', subject = NULL, sender = NULL, buyer_name = NULL, reply_to = NULL,"
			" buyer = NULL WHERE buyer = ?1",
		/* UNIQUE (account, channel, buyer, order_no): each keeps a name of its own. */
		"UPDATE cases SET buyer = 'erased-' || id, buyer_name = NULL, dirty = 0, look_at = 0, due_at = 0, due_why = NULL, asked_at = 0,"
			" state = 'closed', version = version + 1 WHERE buyer = ?1",
	};
	GError *cause = NULL;

	*mails = (guint) sql_int(store, &cause, 0, "SELECT count(*) FROM readings WHERE buyer = ?", "s", buyer);
	*cases = cause ? 0 : (guint) sql_int(store, &cause, 0, "SELECT count(*) FROM cases WHERE buyer = ?", "s", buyer);
	for (gsize i = 0; !cause && i < G_N_ELEMENTS(statements); i++)
		sql_run(store, &cause, statements[i], "s", buyer);
	if (!cause)
		store_history(store, now, "command", "buyer", "erased", NULL, &cause);
	if (cause)
		g_propagate_error(error, cause);
	return !cause;
}

bool dossier_erase(struct store *store, const char *buyer, gint64 now, guint *mails, guint *cases, GError **error)
{
	gint64 leaving;

	if (!store_begin(store, error))
		return false;
	leaving = sql_int(store, NULL, 0, "SELECT count(*) FROM replies WHERE state IN ('due', 'later', 'sending', 'handed_over', 'uncertain')"
			  " AND case_id IN (SELECT id FROM cases WHERE buyer = ?)", "s", buyer);
	if (leaving)
		g_set_error(error, WISMO_ERROR, WISMO_PARK, "%d answers to this buyer are on their way or uncertain; settle them first "
			    "(wismo replies)", (int) leaving);
	else if (erase_rows(store, buyer, now, mails, cases, error) && store_commit(store, error))
		return true;
	store_abandon(store);
	return false;
}
