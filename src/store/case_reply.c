/* What incoming mail does to replies of its case. Only rows that the mailer does not hold are moved. */
#include "wismo/store/case.h"

#include "sql_p.h"

bool case_reply_hold(struct store *store, gint64 case_id, const char *why, GError **error)
{
	return sql_run(store, error, "UPDATE replies SET state = 'draft', why = ?, version = version + 1"
		       " WHERE case_id = ? AND state IN ('due', 'later')", "si", why, case_id);
}

bool case_reply_reject(struct store *store, gint64 case_id, enum reply_rejecter by, const char *why, GError **error)
{
	return sql_run(store, error, "UPDATE replies SET state = 'rejected', rejected_by = ?, why = ?, version = version + 1"
		       " WHERE case_id = ? AND state IN ('draft', 'blocked', 'due', 'later')", "ssi", reply_rejecter_name(by), why, case_id);
}

bool case_reply_confirm(struct store *store, gint64 case_id, gint64 at, bool *ours, GError **error)
{
	gint64 reply = sql_int(store, error, 0, "SELECT id FROM replies WHERE case_id = ? AND confirmed_at = 0"
			       " AND state IN ('sent', 'uncertain', 'handed_over') ORDER BY id DESC LIMIT 1", "i", case_id);

	*ours = reply != 0;
	if (!reply)
		return !error || !*error;
	return sql_run(store, error, "UPDATE replies SET confirmed_at = ?, version = version + 1 WHERE id = ?", "ii", at, reply) &&
		sql_run(store, error, "UPDATE replies SET state = 'sent', sent_at = max(sent_at, ?), why = 'the copy was seen',"
			" version = version + 1 WHERE id = ? AND state = 'uncertain'", "ii", at, reply);
}

bool case_reply_bounced(struct store *store, gint64 case_id, const char *why, GError **error)
{
	return sql_run(store, error, "UPDATE replies SET why = ?, version = version + 1 WHERE id = (SELECT id FROM replies"
		       " WHERE case_id = ? AND state = 'sent' ORDER BY id DESC LIMIT 1)", "si", why, case_id);
}
