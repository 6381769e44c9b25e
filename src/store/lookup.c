/* The tables lookups, budgets and breakers. */
#include "wismo/store/lookup.h"

#include "sql_p.h"

void lookup_free(gpointer pointer)
{
	struct lookup *lookup = pointer;

	g_free(lookup->carrier);
	g_free(lookup->number);
	g_free(lookup->memo);
	g_free(lookup);
}

void lookup_wish_free(gpointer pointer)
{
	struct lookup_wish *wish = pointer;

	g_free(wish->number);
	g_free(wish->carrier);
	g_free(wish->carrier_said);
	g_free(wish);
}

static bool take_wish(sqlite3_stmt *row, void *user)
{
	struct lookup_wish *wish = g_new0(struct lookup_wish, 1);

	wish->number = sql_column_text(row, 0);
	wish->carrier = sql_column_text(row, 1);
	wish->carrier_said = sql_column_text(row, 2);
	g_ptr_array_add(user, wish);
	return true;
}

GPtrArray *lookup_wishes(struct store *store, GError **error)
{
	g_autoptr(GPtrArray) wishes = g_ptr_array_new_with_free_func(lookup_wish_free);

	if (!sql_each(store, error, take_wish, wishes,
		      "SELECT DISTINCT s.number, s.carrier, s.carrier_said FROM cases AS c JOIN orders AS o ON o.order_no = c.order_no"
		      " AND o.channel = c.channel JOIN shipments AS s ON s.order_id = o.id WHERE c.state <> 'closed' AND c.order_no <> ''"
		      " AND NOT EXISTS (SELECT 1 FROM lookups AS l WHERE l.number = s.number)", ""))
		return NULL;
	return g_steal_pointer(&wishes);
}

bool lookup_add(struct store *store, const char *carrier, const char *number, gint64 next_at, GError **error)
{
	return sql_run(store, error, "INSERT INTO lookups (carrier, number, next_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		       "ssi", carrier, number, next_at);
}

static bool take_lookup(sqlite3_stmt *row, void *user)
{
	struct lookup *lookup = g_new0(struct lookup, 1);

	lookup->carrier = sql_column_text(row, 0);
	lookup->number = sql_column_text(row, 1);
	lookup->memo = sql_column_text(row, 2);
	lookup->failures = (int) sql_column_int(row, 3);
	g_ptr_array_add(user, lookup);
	return true;
}

GPtrArray *lookup_due(struct store *store, gint64 now, guint most, GError **error)
{
	g_autoptr(GPtrArray) due = g_ptr_array_new_with_free_func(lookup_free);

	if (!sql_each(store, error, take_lookup, due,
		      "SELECT carrier, number, memo, failures FROM lookups AS l WHERE next_at <= ?1 AND NOT EXISTS"
		      " (SELECT 1 FROM breakers AS b WHERE b.carrier = l.carrier AND b.until_at > ?1) ORDER BY next_at LIMIT ?2",
		      "ii", now, (gint64) most))
		return NULL;
	return g_steal_pointer(&due);
}

gint64 lookup_next_at(struct store *store)
{
	gint64 at = sql_int(store, NULL, 0, "SELECT min(max(l.next_at, coalesce(b.until_at, 0))) FROM lookups AS l"
			    " LEFT JOIN breakers AS b ON b.carrier = l.carrier", "");

	return at >= LOOKUP_NEVER ? 0 : at;
}

bool lookup_settle(struct store *store, const struct lookup *lookup, gint64 next_at, GError **error)
{
	return sql_run(store, error, "UPDATE lookups SET next_at = ?, failures = ?, memo = ? WHERE carrier = ? AND number = ?", "iisss",
		       next_at, (gint64) lookup->failures, lookup->memo, lookup->carrier, lookup->number);
}

gint64 lookup_deadline(struct store *store, const char *number)
{
	return sql_int(store, NULL, 0, "SELECT min(c.due_at) FROM cases AS c JOIN orders AS o ON o.order_no = c.order_no"
		       " AND o.channel = c.channel JOIN shipments AS s ON s.order_id = o.id WHERE s.number = ? AND c.due_at > 0"
		       " AND c.state <> 'closed'", "s", number);
}

bool lookup_spend(struct store *store, const char *carrier, const char *window, int window_s, int limit, gint64 now, gint64 *free_at)
{
	/* Windows begin at whole hours and days of UTC, as carriers count theirs. */
	gint64 began = now - now % window_s;

	if (limit <= 0)
		return true;
	if (sql_change(store, NULL, "INSERT INTO budgets (carrier, window, began_at, used) VALUES (?1, ?2, ?3, 1) ON CONFLICT (carrier, window)"
		       " DO UPDATE SET used = CASE WHEN began_at = ?3 THEN used + 1 ELSE 1 END, began_at = ?3"
		       " WHERE began_at <> ?3 OR used < ?4", "ssii", carrier, window, began, (gint64) limit) > 0)
		return true;
	*free_at = began + window_s;
	return false;
}

gint64 lookup_breaker_until(struct store *store, const char *carrier, int *failures)
{
	*failures = (int) sql_int(store, NULL, 0, "SELECT failures FROM breakers WHERE carrier = ?", "s", carrier);
	return sql_int(store, NULL, 0, "SELECT until_at FROM breakers WHERE carrier = ?", "s", carrier);
}

bool lookup_breaker_set(struct store *store, const char *carrier, int failures, gint64 until_at, const char *why, GError **error)
{
	return sql_run(store, error, "INSERT INTO breakers (carrier, failures, until_at, why) VALUES (?, ?, ?, ?) ON CONFLICT (carrier)"
		       " DO UPDATE SET failures = excluded.failures, until_at = excluded.until_at, why = excluded.why", "siis",
		       carrier, (gint64) failures, until_at, why);
}

bool lookup_breaker_clear(struct store *store, const char *carrier, GError **error)
{
	return sql_run(store, error, "DELETE FROM breakers WHERE carrier = ?", "s", carrier);
}
