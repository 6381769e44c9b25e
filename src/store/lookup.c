/* The tables lookups, budgets and breakers. */
#include "wismo/store/lookup.h"

#include "sql_p.h"

void lookup_free(gpointer pointer)
{
	struct lookup *lookup = pointer;

	if (!lookup)
		return;
	g_free(lookup->carrier);
	g_free(lookup->number);
	g_free(lookup->courier);
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
	wish->case_id = sql_column_int(row, 3);
	g_ptr_array_add(user, wish);
	return true;
}

/* The carrier as shipment s names it. A look-up holds while some shipment of its number says so: an import that corrects the carrier
 * makes it void. */
#define SAID "coalesce(s.carrier, '') || '|' || coalesce(s.carrier_said, '')"
#define SAID_BY_SOME(number) "(SELECT " SAID " FROM shipments AS s WHERE s.number = " number ")"

/* Asked at each wake-up, so both halves begin at the open cases (CROSS JOIN keeps this order) and look at nothing else: mails and
 * shipments of years lie beside them. The second half: numbers in people's own mails, as the reading found them (form and check digit fit, one carrier only), of
 * cases whose order has no shipment or is not known, and that are no other order's; three a case, so that a mail full of
 * numbers does not eat up a budget. */
static const char wishes_sql[] =
	"SELECT DISTINCT s.number, s.carrier, s.carrier_said, 0 FROM cases AS c CROSS JOIN orders AS o ON o.order_no = c.order_no"
	" AND o.channel = c.channel CROSS JOIN shipments AS s ON s.order_id = o.id WHERE c.state <> 'closed' AND c.order_no <> ''"
	" AND NOT EXISTS (SELECT 1 FROM lookups AS l WHERE l.number = s.number AND l.case_id IS NULL AND (l.carrier <> '' OR l.next_at > ?1)"
	" AND l.said IN " SAID_BY_SOME("l.number") ")"
	" UNION ALL SELECT n.value ->> '$.number', n.value ->> '$.carriers[0]', NULL, min(c.id) FROM cases AS c"
	" CROSS JOIN readings AS r ON r.case_id = c.id AND r.machine = 0 AND r.tracking <> '[]', json_each(r.tracking) AS n"
	" WHERE c.state <> 'closed' AND json_array_length(n.value, '$.carriers') = 1"
	" AND NOT EXISTS (SELECT 1 FROM orders AS o JOIN shipments AS s ON s.order_id = o.id WHERE o.order_no = c.order_no AND o.channel = c.channel)"
	" AND NOT EXISTS (SELECT 1 FROM shipments AS s WHERE s.number = n.value ->> '$.number')"
	" AND NOT EXISTS (SELECT 1 FROM lookups AS l WHERE l.number = n.value ->> '$.number' AND (l.carrier <> '' OR l.next_at > ?1))"
	" AND (SELECT count(*) FROM lookups AS l WHERE l.case_id = c.id) < 3 GROUP BY 1, 2 LIMIT ?2";

GPtrArray *lookup_wishes(struct store *store, gint64 now, guint most, GError **error)
{
	g_autoptr(GPtrArray) wishes = g_ptr_array_new_with_free_func(lookup_wish_free);

	if (!sql_each(store, error, take_wish, wishes, wishes_sql, "ii", now, (gint64) most))
		return NULL;
	return g_steal_pointer(&wishes);
}

bool lookup_add(struct store *store, const char *carrier, const char *courier, const struct lookup_wish *wish, gint64 next_at, GError **error)
{
	g_autofree char *said = wish->case_id ? g_strdup("")
		: g_strconcat(wish->carrier ? wish->carrier : "", "|", wish->carrier_said ? wish->carrier_said : "", NULL);

	/* What the seller's list says now takes the place of what only the buyer had said, and of what the list said before. */
	return sql_run(store, error, "DELETE FROM lookups AS l WHERE number = ?1 AND (carrier = '' OR (?2 = 0 AND (case_id IS NOT NULL"
		       " OR (NOT (carrier = ?3 AND courier IS ?4) AND said NOT IN " SAID_BY_SOME("?1") "))))", "siss",
		       wish->number, wish->case_id, carrier, courier)
		&& sql_run(store, error, "INSERT INTO lookups (carrier, courier, number, case_id, next_at, said) SELECT ?1, ?2, ?3, nullif(?4, 0), ?5, ?6"
			   " WHERE ?4 = 0 OR (SELECT count(*) FROM lookups WHERE case_id = ?4) < 3 ON CONFLICT (carrier, number)"
			   " DO UPDATE SET said = excluded.said WHERE excluded.case_id IS NULL", "sssiis", carrier, courier, wish->number, wish->case_id, next_at, said);
}

static bool take_lookup(sqlite3_stmt *row, void *user)
{
	struct lookup *lookup = g_new0(struct lookup, 1);

	lookup->carrier = sql_column_text(row, 0);
	lookup->number = sql_column_text(row, 1);
	lookup->memo = sql_column_text(row, 2);
	lookup->failures = (int) sql_column_int(row, 3);
	lookup->asked_at = sql_column_int(row, 4);
	lookup->next_at = sql_column_int(row, 5);
	lookup->probe = sql_column_int(row, 6);
	lookup->courier = sql_column_text(row, 7);
	g_ptr_array_add(user, lookup);
	return true;
}

/* The earliest deadline among the open cases that want the number of look-up l; NULL: nobody wants it. Without `order_no <> ''`, here
 * and below, SQLite would not use the index cases_order but make one of its own, each time. */
#define URGENCY "coalesce((SELECT min(CASE WHEN c.due_at > 0 THEN c.due_at ELSE 253402300799 END) FROM shipments AS s JOIN orders AS o" \
	" ON o.id = s.order_id JOIN cases AS c ON c.order_no = o.order_no AND c.order_no <> '' AND c.channel = o.channel WHERE s.number = l.number" \
	" AND c.state <> 'closed'), (SELECT CASE WHEN c.due_at > 0 THEN c.due_at ELSE 253402300799 END FROM cases AS c" \
	" WHERE c.id = l.case_id AND c.state <> 'closed'))"

GPtrArray *lookup_due(struct store *store, gint64 now, guint most_each, guint most, GError **error)
{
	g_autoptr(GPtrArray) due = g_ptr_array_new_with_free_func(lookup_free);

	if (!sql_each(store, error, take_lookup, due,
		      "SELECT carrier, number, memo, failures, asked_at, next_at, probe, courier FROM (SELECT *, row_number() OVER (PARTITION BY carrier"
		      " ORDER BY urgency, asked_at, next_at) AS turn FROM (SELECT l.*, coalesce(b.until_at, 0) > 0 AS probe, " URGENCY " AS urgency"
		      " FROM lookups AS l LEFT JOIN breakers AS b ON b.carrier = l.carrier WHERE l.next_at <= ?1 AND coalesce(b.until_at, 0) <= ?1)"
		      " WHERE urgency IS NOT NULL) WHERE turn <= iif(probe, 1, ?2) ORDER BY turn, urgency, asked_at, next_at LIMIT ?3",
		      "iii", now, (gint64) most_each, (gint64) most))
		return NULL;
	return g_steal_pointer(&due);
}

GPtrArray *lookup_hasty(struct store *store, gint64 now, GError **error)
{
	g_autoptr(GPtrArray) hasty = g_ptr_array_new_with_free_func(lookup_free);

	if (!sql_each(store, error, take_lookup, hasty,
		      "SELECT l.carrier, l.number, l.memo, l.failures, l.asked_at, l.next_at, 0, l.courier FROM lookups AS l WHERE l.next_at > ?1"
		      " AND l.next_at < ?2 AND l.failures = 0 AND l.asked_at > 0 AND (EXISTS (SELECT 1 FROM shipments AS s JOIN orders AS o"
		      " ON o.id = s.order_id JOIN cases AS c ON c.order_no = o.order_no AND c.order_no <> '' AND c.channel = o.channel WHERE s.number = l.number"
		      " AND c.state <> 'closed' AND c.asked_at > l.asked_at) OR EXISTS (SELECT 1 FROM cases AS c WHERE c.id = l.case_id"
		      " AND c.state <> 'closed' AND c.asked_at > l.asked_at))", "ii", now, LOOKUP_NEVER))
		return NULL;
	return g_steal_pointer(&hasty);
}

gint64 lookup_next_at(struct store *store)
{
	return sql_int(store, NULL, 0, "SELECT min(max(l.next_at, coalesce(b.until_at, 0))) FROM lookups AS l LEFT JOIN breakers AS b"
		       " ON b.carrier = l.carrier WHERE l.next_at < ? AND " URGENCY " IS NOT NULL", "i", LOOKUP_ON_NEED);
}

bool lookup_settle(struct store *store, const struct lookup *lookup, gint64 next_at, GError **error)
{
	return sql_run(store, error, "UPDATE lookups SET next_at = ?, asked_at = ?, failures = ?, memo = ? WHERE carrier = ? AND number = ?",
		       "iiisss", next_at, lookup->asked_at, (gint64) lookup->failures, lookup->memo, lookup->carrier, lookup->number);
}

bool lookup_reroute(struct store *store, const struct lookup *lookup, const char *carrier, const char *courier, gint64 now, GError **error)
{
	return sql_run(store, error, "UPDATE OR REPLACE lookups SET carrier = ?, courier = ?, memo = NULL, failures = 0, next_at = ?"
		       " WHERE carrier = ? AND number = ?", "ssiss", carrier, courier, now, lookup->carrier, lookup->number);
}

gint64 lookup_deadline(struct store *store, const char *number)
{
	gint64 at = sql_int(store, NULL, 0, "SELECT min(" URGENCY ") FROM lookups AS l WHERE l.number = ?", "s", number);

	return at >= LOOKUP_ON_NEED ? 0 : at;
}

gint64 lookup_since(struct store *store, const char *number)
{
	return sql_int(store, NULL, 0, "SELECT max(o.ordered_at) FROM shipments AS s JOIN orders AS o ON o.id = s.order_id WHERE s.number = ?", "s", number);
}

char *lookup_named(struct store *store, gint64 case_id, char **carrier, GError **error)
{
	g_autoptr(GError) cause = NULL;
	char *number = sql_text(store, &cause, "SELECT number FROM lookups WHERE case_id = ? AND carrier <> '' ORDER BY asked_at DESC, number LIMIT 1",
				"i", case_id);

	*carrier = number ? sql_text(store, &cause, "SELECT coalesce(courier, carrier) FROM lookups WHERE case_id = ? AND number = ?", "is", case_id, number) : NULL;
	if (cause)
		g_propagate_error(error, g_steal_pointer(&cause));
	return number;
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
