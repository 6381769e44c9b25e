/* The filings table. It reads replies and never writes them. */
#include "wismo/store/filing.h"

#include "sql_p.h"

static const char *const steps[] = { "copy", "answered" };
_Static_assert(G_N_ELEMENTS(steps) == FILING_STEP_COUNT, "one name for each step");
static const char *const states[] = { "due", "done", "given_up" };
_Static_assert(G_N_ELEMENTS(states) == FILING_STATE_COUNT, "one name for each state");

const char *filing_step_name(enum filing_step step)
{
	return steps[step];
}

void filing_free(struct filing *filing)
{
	if (!filing)
		return;
	g_free(filing->message_id);
	g_clear_pointer(&filing->wire, g_bytes_unref);
	g_free(filing);
}

bool filing_add(struct store *store, gint64 reply, gint64 at, GError **error)
{
	for (int step = 0; step < FILING_STEP_COUNT; step++)
		if (!sql_run(store, error, "INSERT INTO filings (reply, step, state, next_at) VALUES (?, ?, 'due', ?)"
			     " ON CONFLICT DO NOTHING", "isi", reply, steps[step], at))
			return false;
	return true;
}

static bool read_row(sqlite3_stmt *row, void *user)
{
	struct filing *filing = g_new0(struct filing, 1);

	filing->reply = sql_column_int(row, 0);
	filing->step = g_strcmp0((const char *) sqlite3_column_text(row, 1), steps[FILING_COPY]) == 0
		? FILING_COPY : FILING_ANSWERED;
	filing->attempts = sql_column_int(row, 2);
	filing->message_id = sql_column_text(row, 3);
	filing->wire = sql_column_bytes(row, 4);
	filing->sent_at = sql_column_int(row, 5);
	filing->mail = sql_column_int(row, 6);
	*(struct filing **) user = filing;
	return false;
}

struct filing *filing_next(struct store *store, const char *account, gint64 now, GError **error)
{
	struct filing *filing = NULL;

	sql_each(store, error, read_row, &filing, "SELECT f.reply, f.step, f.attempts, r.message_id, r.wire, r.sent_at, r.mail"
		 " FROM filings f JOIN replies r ON r.id = f.reply WHERE f.state = 'due' AND f.next_at <= ? AND r.account = ?"
		 " ORDER BY f.next_at, f.reply, f.step DESC LIMIT 1", "is", now, account);
	return filing;
}

gint64 filing_next_at(struct store *store, const char *account, GError **error)
{
	return sql_int(store, error, 0, "SELECT min(f.next_at) FROM filings f JOIN replies r ON r.id = f.reply"
		       " WHERE f.state = 'due' AND r.account = ?", "s", account);
}

bool filing_begin(struct store *store, const struct filing *filing, gint64 again_at, GError **error)
{
	return sql_run(store, error, "UPDATE filings SET attempts = attempts + 1, next_at = ?"
		       " WHERE reply = ? AND step = ? AND state = 'due'", "iis", again_at, filing->reply, steps[filing->step]);
}

bool filing_settle(struct store *store, const struct filing *filing, enum filing_state state, gint64 next_at,
		   const char *why, GError **error)
{
	return sql_run(store, error, "UPDATE filings SET state = ?, next_at = ?, why = ? WHERE reply = ? AND step = ?"
		       " AND state = 'due'", "sisis", states[state], next_at, why, filing->reply, steps[filing->step]);
}
