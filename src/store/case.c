/* SQL of `cases`. */
#include "wismo/store/case.h"

#include "sql_p.h"

#include "wismo/base/error.h"

#define COLUMNS "id, account, channel, buyer, order_no, marketplace, lang, buyer_name, state, why, intent, wish, urgency," \
	" claim, marketplace_refunded, cancel_asked, asked_at, answered_at, due_at, due_why, look_at, dirty, attempts," \
	" opened_at, version"

static int known(int found)
{
	return MAX(found, 0);	/* the schema's CHECKs leave no other words */
}

static struct buyer_case *read_row(sqlite3_stmt *row)
{
	struct buyer_case *one = buyer_case_new();
	g_autofree char *state = sql_column_text(row, 8), *intent = sql_column_text(row, 10);
	g_autofree char *wish = sql_column_text(row, 11), *urgency = sql_column_text(row, 12), *claim = sql_column_text(row, 13);

	one->id = sql_column_int(row, 0);
	one->account = sql_column_text(row, 1);
	one->channel = sql_column_text(row, 2);
	one->buyer = sql_column_text(row, 3);
	one->order_no = sql_column_text(row, 4);
	one->marketplace = sql_column_text(row, 5);
	one->lang = sql_column_text(row, 6);
	one->buyer_name = sql_column_text(row, 7);
	one->state = one->stored = (enum case_state) known(case_state_find(state));
	one->why = sql_column_text(row, 9);
	one->intent = (enum intent) (intent_find(intent) < 0 ? INTENT_OTHER : intent_find(intent));
	one->wish = (enum wish) known(wish_find(wish));
	one->urgency = (enum urgency) known(urgency_find(urgency));
	one->claim = (enum claim) known(claim_find(claim));
	one->marketplace_refunded = sql_column_int(row, 14);
	one->cancel_asked = sql_column_int(row, 15);
	one->asked_at = sql_column_int(row, 16);
	one->answered_at = sql_column_int(row, 17);
	one->due_at = sql_column_int(row, 18);
	one->due_why = sql_column_text(row, 19);
	one->look_at = sql_column_int(row, 20);
	one->dirty = sql_column_int(row, 21);
	one->attempts = (int) sql_column_int(row, 22);
	one->opened_at = sql_column_int(row, 23);
	one->version = sql_column_int(row, 24);
	return one;
}

static bool take_first(sqlite3_stmt *row, void *user)
{
	*(struct buyer_case **) user = read_row(row);
	return false;
}

struct buyer_case *case_get(struct store *store, gint64 id, GError **error)
{
	struct buyer_case *found = NULL;

	sql_each(store, error, take_first, &found, "SELECT " COLUMNS " FROM cases WHERE id = ?", "i", id);
	return found;
}

struct buyer_case *case_find(struct store *store, const char *account, const char *channel, const char *buyer,
			     const char *order_no, GError **error)
{
	struct buyer_case *found = NULL;

	sql_each(store, error, take_first, &found, "SELECT " COLUMNS " FROM cases WHERE account = ? AND channel = ?"
		 " AND buyer = ? AND order_no = ?", "ssss", account, channel, buyer, order_no);
	return found;
}

struct buyer_case *case_find_order(struct store *store, const char *account, const char *channel, const char *order_no,
				   GError **error)
{
	struct buyer_case *found = NULL;

	sql_each(store, error, take_first, &found, "SELECT " COLUMNS " FROM cases WHERE account = ? AND channel = ?"
		 " AND order_no = ? AND order_no <> '' ORDER BY id LIMIT 1", "sss", account, channel, order_no);
	return found;
}

struct only {
	struct buyer_case *found;
	int count;
};

static bool take_two(sqlite3_stmt *row, void *user)
{
	struct only *only = user;

	if (only->count++ == 0)
		only->found = read_row(row);
	return only->count < 2;
}

static struct buyer_case *the_only(struct only *only, bool *several)
{
	if (several)
		*several = only->count > 1;
	if (only->count > 1) {
		buyer_case_free(only->found);
		only->found = NULL;
	}
	return only->found;
}

struct buyer_case *case_find_only(struct store *store, const char *account, const char *channel, const char *buyer,
				  bool *several, GError **error)
{
	struct only only = { NULL, 0 };

	sql_each(store, error, take_two, &only, "SELECT " COLUMNS " FROM cases WHERE account = ? AND channel = ?"
		 " AND buyer = ? AND state <> 'closed' ORDER BY id LIMIT 2", "sss", account, channel, buyer);
	return the_only(&only, several);
}

struct buyer_case *case_find_name(struct store *store, const char *account, const char *channel,
				  const char *buyer_name, GError **error)
{
	struct only only = { NULL, 0 };

	sql_each(store, error, take_two, &only, "SELECT " COLUMNS " FROM cases WHERE account = ? AND channel = ?"
		 " AND buyer_name = ? AND state <> 'closed' ORDER BY id LIMIT 2", "sss", account, channel, buyer_name);
	return the_only(&only, NULL);
}

static bool take_word(sqlite3_stmt *row, void *user)
{
	static const enum claim ranks[] = { CLAIM_NONE, CLAIM_CLOSED, CLAIM_OPEN, CLAIM_CHARGEBACK };
	struct case_word *word = user;

	word->claim = ranks[CLAMP(sql_column_int(row, 0), 0, (gint64) G_N_ELEMENTS(ranks) - 1)];
	word->refunded = sql_column_int(row, 1);
	return false;
}

bool case_of_order(struct store *store, const struct buyer_case *one, struct case_word *word, GError **error)
{
	*word = (struct case_word) { CLAIM_NONE, false };
	return sql_each(store, error, take_word, word, "SELECT max(CASE claim WHEN 'chargeback' THEN 3 WHEN 'open' THEN 2"
			" WHEN 'closed' THEN 1 ELSE 0 END), max(marketplace_refunded) FROM cases WHERE id = ?"
			" OR (order_no = ? AND order_no <> '' AND channel = ?)", "iss", one->id, one->order_no, one->channel);
}

bool case_wake_others(struct store *store, const struct buyer_case *one, GError **error)
{
	return sql_run(store, error, "UPDATE cases SET dirty = 1, version = version + 1 WHERE order_no = ? AND order_no <> ''"
		       " AND channel = ? AND id <> ? AND state <> 'closed'", "ssi", one->order_no, one->channel, one->id);
}

bool case_put(struct store *store, struct buyer_case *one, GError **error)
{
	if (!sql_run(store, error, "INSERT INTO cases (account, channel, buyer, order_no, marketplace, lang, buyer_name, state, why,"
		     " intent, wish, urgency, claim, marketplace_refunded, cancel_asked, asked_at, answered_at, due_at, due_why,"
		     " look_at, dirty, attempts, opened_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		     "sssssssssssssiiiiisiiii", one->account, one->channel, one->buyer, one->order_no ? one->order_no : "",
		     one->marketplace, one->lang, one->buyer_name, case_state_name(one->state), one->why,
		     intent_name(one->intent), wish_name(one->wish), urgency_name(one->urgency), claim_name(one->claim),
		     (gint64) one->marketplace_refunded, (gint64) one->cancel_asked, one->asked_at, one->answered_at,
		     one->due_at, one->due_why, one->look_at, (gint64) one->dirty, (gint64) one->attempts, one->opened_at))
		return false;
	one->id = sql_inserted(store);
	one->version = 1;
	one->stored = one->state;
	return true;
}

/* Without the state where it stays: the trigger on its moves makes SQLite keep a journal for each statement that names it. */
#define UPDATE(state) "UPDATE cases SET buyer = ?, order_no = ?, marketplace = ?, lang = ?, buyer_name = ?," state \
	" why = ?, intent = ?, wish = ?, urgency = ?, claim = ?, marketplace_refunded = ?, cancel_asked = ?, asked_at = ?," \
	" answered_at = ?, due_at = ?, due_why = ?, look_at = ?, dirty = ?, attempts = ?, version = version + 1" \
	" WHERE id = ? AND version = ?"
#define UPDATE_TYPES "sssss" "sssss" "iiiii" "s" "iiiii"

static int update(struct store *store, const struct buyer_case *one, GError **error)
{
	if (one->state == one->stored)
		return sql_change(store, error, UPDATE(""), UPDATE_TYPES,
				  one->buyer, one->order_no ? one->order_no : "", one->marketplace, one->lang, one->buyer_name,
				  one->why, intent_name(one->intent), wish_name(one->wish), urgency_name(one->urgency),
				  claim_name(one->claim), (gint64) one->marketplace_refunded, (gint64) one->cancel_asked,
				  one->asked_at, one->answered_at, one->due_at, one->due_why, one->look_at, (gint64) one->dirty,
				  (gint64) one->attempts, one->id, one->version);
	return sql_change(store, error, UPDATE(" state = ?,"), "s" UPDATE_TYPES,
			  one->buyer, one->order_no ? one->order_no : "", one->marketplace, one->lang, one->buyer_name,
			  case_state_name(one->state), one->why, intent_name(one->intent), wish_name(one->wish),
			  urgency_name(one->urgency), claim_name(one->claim), (gint64) one->marketplace_refunded,
			  (gint64) one->cancel_asked, one->asked_at, one->answered_at, one->due_at, one->due_why,
			  one->look_at, (gint64) one->dirty, (gint64) one->attempts, one->id, one->version);
}

bool case_update(struct store *store, struct buyer_case *one, GError **error)
{
	g_autoptr(GError) cause = NULL;

	if (update(store, one, &cause) == 1) {
		one->version++;
		one->stored = one->state;
		return true;
	}
	if (cause)
		g_propagate_error(error, g_steal_pointer(&cause));
	else
		g_set_error(error, WISMO_ERROR, WISMO_RETRY, "c%" G_GINT64_FORMAT ": changed by somebody else", one->id);
	return false;
}

struct turn {
	GArray *ids;
	int *attempts;
	bool full;	/* the next one is taken another time */
};

static bool take_turn(sqlite3_stmt *row, void *user)
{
	struct turn *turn = user;
	const gint64 id = sql_column_int(row, 0);
	const int tried = (int) sql_column_int(row, 1);

	turn->full = turn->ids->len && tried;
	if (turn->full)
		return false;
	g_array_append_val(turn->ids, id);
	*turn->attempts = tried + 1;
	turn->full = tried;
	return !tried;
}

/* Two statements, each of which an index answers in order: with an OR, every batch would sort the whole queue. */
static bool take_all(struct store *store, struct turn *turn, gint64 now, guint most, GError **error)
{
	if (!sql_each(store, error, take_turn, turn, "SELECT id, attempts FROM cases WHERE dirty = 1 ORDER BY due_at = 0, due_at, id LIMIT ?",
		      "i", (gint64) most))
		return false;
	return turn->full || turn->ids->len >= most
		|| sql_each(store, error, take_turn, turn, "SELECT id, attempts FROM cases WHERE dirty = 0 AND look_at > 0 AND look_at <= ?"
			    " ORDER BY due_at = 0, due_at, id LIMIT ?", "ii", now, (gint64) most - (gint64) turn->ids->len);
}

GArray *case_take(struct store *store, gint64 now, guint most, int *attempts, GError **error)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	struct turn turn = { ids, attempts, false };

	*attempts = 0;
	if (!take_all(store, &turn, now, most, error))
		return NULL;
	for (guint i = 0; i < ids->len; i++)
		if (!sql_run(store, error, "UPDATE cases SET attempts = attempts + 1, version = version + 1 WHERE id = ?", "i",
			     g_array_index(ids, gint64, i)))
			return NULL;
	return g_steal_pointer(&ids);
}

bool case_untake(struct store *store, const GArray *ids, guint from, GError **error)
{
	for (guint i = from; i < ids->len; i++)
		if (!sql_run(store, error, "UPDATE cases SET attempts = attempts - 1, version = version + 1 WHERE id = ? AND attempts > 0",
			     "i", g_array_index(ids, gint64, i)))
			return false;
	return true;
}

gint64 case_next_look(struct store *store, gint64 now, GError **error)
{
	return sql_int(store, error, 0, "SELECT coalesce(min(look_at), 0) FROM cases WHERE look_at > ?", "i", now);
}

struct each {
	case_each_function *call;
	void *user;
};

static bool hand_over(sqlite3_stmt *row, void *user)
{
	const struct each *each = user;
	scoped(buyer_case) one = read_row(row);

	return each->call(one, each->user);
}

bool case_each(struct store *store, const char *state, case_each_function *call, void *user, GError **error)
{
	struct each each = { call, user };

	return sql_each(store, error, hand_over, &each, "SELECT " COLUMNS " FROM cases WHERE ?1 IS NULL OR state = ?1"
			" ORDER BY due_at = 0, due_at, id", "s", state);
}

int case_adopt_orders(struct store *store, GError **error)
{
	/* Not when the buyer has a case for that order already: two cases of one order are a person's to join. */
	return sql_change(store, error, "UPDATE cases AS c SET order_no = (SELECT min(o.order_no) FROM orders o"
			  " WHERE o.channel = c.channel AND o.buyer_address = c.buyer), dirty = 1, version = version + 1"
			  " WHERE c.order_no = '' AND c.state <> 'closed' AND (SELECT count(*) FROM orders o"
			  " WHERE o.channel = c.channel AND o.buyer_address = c.buyer) = 1 AND NOT EXISTS (SELECT 1 FROM cases d"
			  " JOIN orders o ON o.order_no = d.order_no WHERE d.account = c.account AND d.channel = c.channel"
			  " AND d.buyer = c.buyer AND o.channel = c.channel AND o.buyer_address = c.buyer)", "");
}
