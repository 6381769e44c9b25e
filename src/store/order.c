/* Tables orders, order_lines, shipments, stock. */
#include "wismo/store/order.h"

#include "sql_p.h"

static enum put_result result_of(gint64 was, int changed)
{
	return !was ? PUT_NEW : changed > 0 ? PUT_CHANGED : PUT_SAME;
}

/* A list may come after the buyer's mail: whoever waits for it looks again. */
static bool wake_cases(struct store *store, gint64 order_id, GError **error)
{
	return sql_run(store, error, "UPDATE cases SET dirty = 1, version = version + 1 WHERE dirty = 0 AND state <> 'closed'"
		       " AND order_no <> '' AND order_no = (SELECT order_no FROM orders WHERE id = ?)", "i", order_id);
}

static int put_line(struct store *store, gint64 order_id, const struct order_line *line, GError **error)
{
	return sql_change(store, error,
			  "INSERT INTO order_lines (order_id, line_no, sku, title, quantity, price_cents) VALUES (?, ?, ?, ?, ?, ?)"
			  " ON CONFLICT (order_id, line_no) DO UPDATE SET sku = coalesce(excluded.sku, sku),"
			  " title = coalesce(excluded.title, title), quantity = excluded.quantity,"
			  " price_cents = iif(excluded.price_cents < 0, price_cents, excluded.price_cents)"
			  " WHERE sku IS NOT coalesce(excluded.sku, sku) OR title IS NOT coalesce(excluded.title, title)"
			  " OR quantity <> excluded.quantity"
			  " OR (excluded.price_cents >= 0 AND price_cents <> excluded.price_cents)",
			  "isssii", order_id, line->line_no, line->sku, line->title, line->quantity, line->price_cents);
}

static int put_head(struct store *store, const struct order *order, gint64 now, GError **error)
{
	return sql_change(store, error,
		"INSERT INTO orders (channel, order_no, buyer_name, buyer_address, country, ordered_at, ship_by_at, promised_at,"
		" currency, by_marketplace, cancelled, imported_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (channel, order_no) DO UPDATE SET buyer_name = coalesce(excluded.buyer_name, buyer_name),"
		" buyer_address = coalesce(excluded.buyer_address, buyer_address), country = coalesce(excluded.country, country),"
		" ordered_at = coalesce(nullif(excluded.ordered_at, 0), ordered_at),"
		" ship_by_at = coalesce(nullif(excluded.ship_by_at, 0), ship_by_at),"
		" promised_at = coalesce(nullif(excluded.promised_at, 0), promised_at),"
		" currency = coalesce(excluded.currency, currency),"
		" by_marketplace = max(excluded.by_marketplace, by_marketplace), cancelled = max(excluded.cancelled, cancelled),"
		" imported_at = excluded.imported_at"
		" WHERE buyer_name IS NOT coalesce(excluded.buyer_name, buyer_name)"
		" OR buyer_address IS NOT coalesce(excluded.buyer_address, buyer_address)"
		" OR country IS NOT coalesce(excluded.country, country)"
		" OR (excluded.ordered_at <> 0 AND ordered_at <> excluded.ordered_at)"
		" OR (excluded.ship_by_at <> 0 AND ship_by_at <> excluded.ship_by_at)"
		" OR (excluded.promised_at <> 0 AND promised_at <> excluded.promised_at)"
		" OR currency IS NOT coalesce(excluded.currency, currency)"
		" OR by_marketplace < excluded.by_marketplace OR cancelled < excluded.cancelled",
		"sssssiiisiii", order->channel, order->order_no, order->buyer_name, order->buyer_address, order->country,
		order->ordered_at, order->ship_by_at, order->promised_at, order->currency, (gint64) order->by_marketplace,
		(gint64) order->cancelled, now);
}

static gint64 id_of(struct store *store, const char *channel, const char *order_no, GError **error)
{
	return sql_int(store, error, 0, "SELECT id FROM orders WHERE channel = ? AND order_no = ?", "ss", channel, order_no);
}

bool order_put(struct store *store, const struct order *order, gint64 now, enum put_result *result, gint64 *id,
	       GError **error)
{
	g_autoptr(GError) cause = NULL;
	gint64 was = id_of(store, order->channel, order->order_no, &cause);
	gint64 is = was;
	int changed = cause ? -1 : put_head(store, order, now, &cause);

	if (changed >= 0 && !was)
		is = id_of(store, order->channel, order->order_no, &cause);
	for (guint i = 0; !cause && i < order->lines->len; i++) {
		int one = put_line(store, is, g_ptr_array_index(order->lines, i), &cause);

		changed += MAX(one, 0);
	}
	if (cause || (changed > 0 && !wake_cases(store, is, &cause))) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	*result = result_of(was, changed);
	if (id)
		*id = is;
	return true;
}

bool order_put_shipment(struct store *store, const struct shipment *shipment, enum put_result *result, GError **error)
{
	g_autoptr(GError) cause = NULL;
	gint64 was = sql_int(store, &cause, 0, "SELECT id FROM shipments WHERE order_id = ? AND number = ?",
			     "is", shipment->order_id, shipment->number);
	int changed = cause ? -1 : sql_change(store, &cause,
		"INSERT INTO shipments (order_id, carrier, carrier_said, number, shipped_at, claims_protected)"
		" VALUES (?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (order_id, number) DO UPDATE SET carrier = coalesce(excluded.carrier, carrier),"
		" carrier_said = coalesce(excluded.carrier_said, carrier_said),"
		" shipped_at = coalesce(nullif(excluded.shipped_at, 0), shipped_at),"
		" claims_protected = max(excluded.claims_protected, claims_protected)"
		" WHERE carrier IS NOT coalesce(excluded.carrier, carrier)"
		" OR carrier_said IS NOT coalesce(excluded.carrier_said, carrier_said)"
		" OR (excluded.shipped_at <> 0 AND shipped_at <> excluded.shipped_at)"
		" OR claims_protected < excluded.claims_protected",
		"isssii", shipment->order_id, shipment->carrier, shipment->carrier_said, shipment->number,
		shipment->shipped_at, (gint64) shipment->claims_protected);

	if (changed < 0 || (changed > 0 && !wake_cases(store, shipment->order_id, &cause))) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	*result = result_of(was, changed);
	return true;
}

bool order_put_stock(struct store *store, const char *sku, gint64 quantity, gint64 now, enum put_result *result,
		     GError **error)
{
	g_autoptr(GError) cause = NULL;
	gint64 was = sql_int(store, &cause, 0, "SELECT count(*) FROM stock WHERE sku = ?", "s", sku);
	int changed = cause ? -1 : sql_change(store, &cause,
		"INSERT INTO stock (sku, quantity, counted_at) VALUES (?, ?, ?) ON CONFLICT (sku) DO UPDATE"
		" SET quantity = excluded.quantity, counted_at = excluded.counted_at WHERE quantity <> excluded.quantity",
		"sii", sku, quantity, now);

	if (changed < 0) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	*result = result_of(was, changed);
	return changed == 0 || sql_run(store, error, "UPDATE cases SET dirty = 1, version = version + 1 WHERE state <> 'closed' AND dirty = 0"
		" AND order_no IN (SELECT o.order_no FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE l.sku = ? AND o.order_no <> '')",
		"s", sku);
}

static bool add_line(sqlite3_stmt *row, void *user)
{
	struct order_line *line = g_new0(struct order_line, 1);

	line->line_no = sql_column_text(row, 0);
	line->sku = sql_column_text(row, 1);
	line->title = sql_column_text(row, 2);
	line->quantity = sql_column_int(row, 3);
	line->price_cents = sql_column_int(row, 4);
	g_ptr_array_add(user, line);
	return true;
}

static bool take_head(sqlite3_stmt *row, void *user)
{
	struct order *order = user;

	order->id = sql_column_int(row, 0);
	order->channel = sql_column_text(row, 1);
	order->order_no = sql_column_text(row, 2);
	order->buyer_name = sql_column_text(row, 3);
	order->buyer_address = sql_column_text(row, 4);
	order->country = sql_column_text(row, 5);
	order->ordered_at = sql_column_int(row, 6);
	order->ship_by_at = sql_column_int(row, 7);
	order->promised_at = sql_column_int(row, 8);
	order->currency = sql_column_text(row, 9);
	order->by_marketplace = sql_column_int(row, 10);
	order->cancelled = sql_column_int(row, 11);
	return false;
}

struct order *order_get(struct store *store, gint64 id, GError **error)
{
	scoped(order) order = order_new();

	if (!sql_each(store, error, take_head, order, "SELECT id, channel, order_no, buyer_name, buyer_address, country,"
		      " ordered_at, ship_by_at, promised_at, currency, by_marketplace, cancelled FROM orders WHERE id = ?", "i", id)
	    || !sql_each(store, error, add_line, order->lines, "SELECT line_no, sku, title, quantity, price_cents"
			 " FROM order_lines WHERE order_id = ? ORDER BY length(line_no), line_no", "i", id))
		return NULL;
	return order->id ? g_steal_pointer(&order) : NULL;
}

static struct order *get_found(struct store *store, gint64 id, GError *cause, GError **error)
{
	if (cause)
		g_propagate_error(error, cause);
	return cause || !id ? NULL : order_get(store, id, error);
}

struct order *order_find(struct store *store, const char *channel, const char *order_no, GError **error)
{
	GError *cause = NULL;
	gint64 id = channel ? id_of(store, channel, order_no, &cause)
		: sql_int(store, &cause, 0, "SELECT iif(count(*) = 1, max(id), 0) FROM orders WHERE order_no = ?", "s", order_no);

	return get_found(store, id, cause, error);
}

struct order *order_find_by_number(struct store *store, const char *number, GError **error)
{
	GError *cause = NULL;
	gint64 id = sql_int(store, &cause, 0, "SELECT iif(count(DISTINCT order_id) = 1, max(order_id), 0) FROM shipments"
			    " WHERE number = ?", "s", number);

	return get_found(store, id, cause, error);
}

static bool add_id(sqlite3_stmt *row, void *user)
{
	gint64 id = sql_column_int(row, 0);

	g_array_append_val(user, id);
	return true;
}

GPtrArray *order_list_of_buyer(struct store *store, const char *channel, const char *address, guint limit, GError **error)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	g_autoptr(GPtrArray) orders = g_ptr_array_new_with_free_func(order_free);

	if (!sql_each(store, error, add_id, ids, "SELECT id FROM orders WHERE channel = ? AND buyer_address = ?"
		      " ORDER BY ordered_at DESC, id DESC LIMIT ?", "ssi", channel, address, (gint64) limit))
		return NULL;
	for (guint i = 0; i < ids->len; i++) {
		GError *cause = NULL;
		struct order *order = order_get(store, g_array_index(ids, gint64, i), &cause);

		if (cause) {
			g_propagate_error(error, cause);
			return NULL;
		}
		if (order)
			g_ptr_array_add(orders, order);
	}
	return g_steal_pointer(&orders);
}

static bool add_shipment(sqlite3_stmt *row, void *user)
{
	struct shipment *shipment = shipment_new();

	shipment->id = sql_column_int(row, 0);
	shipment->order_id = sql_column_int(row, 1);
	shipment->carrier = sql_column_text(row, 2);
	shipment->carrier_said = sql_column_text(row, 3);
	shipment->number = sql_column_text(row, 4);
	shipment->shipped_at = sql_column_int(row, 5);
	shipment->claims_protected = sql_column_int(row, 6);
	g_ptr_array_add(user, shipment);
	return true;
}

GPtrArray *order_shipments(struct store *store, gint64 order_id, GError **error)
{
	g_autoptr(GPtrArray) shipments = g_ptr_array_new_with_free_func(shipment_free);

	if (!sql_each(store, error, add_shipment, shipments, "SELECT id, order_id, carrier, carrier_said, number, shipped_at,"
		      " claims_protected FROM shipments WHERE order_id = ? ORDER BY shipped_at, id", "i", order_id))
		return NULL;
	return g_steal_pointer(&shipments);
}

gint64 order_stock(struct store *store, const char *sku, GError **error)
{
	return sql_int(store, error, -1, "SELECT quantity FROM stock WHERE sku = ?", "s", sku);
}

struct parcel_each {
	order_parcel_function *call;
	void *user;
};

static bool hand_over(sqlite3_stmt *row, void *user)
{
	const struct parcel_each *each = user;
	g_autofree char *carrier = sql_column_text(row, 0), *said = sql_column_text(row, 1), *number = sql_column_text(row, 2);

	each->call(carrier, said, number, each->user);
	return true;
}

bool order_each_parcel(struct store *store, gint64 since, guint most, order_parcel_function *call, void *user, GError **error)
{
	struct parcel_each each = { call, user };

	return sql_each(store, error, hand_over, &each, "SELECT s.carrier, s.carrier_said, s.number FROM shipments AS s JOIN orders AS o"
			" ON o.id = s.order_id WHERE (s.shipped_at = 0 OR s.shipped_at >= ?) AND o.cancelled = 0 AND o.by_marketplace = 0 AND NOT EXISTS"
			" (SELECT 1 FROM trackings AS t WHERE t.number = s.number AND coalesce(t.courier, t.carrier) = coalesce(s.carrier, t.courier, t.carrier) AND t.status IN ('delivered', 'delivered_other', 'returned', 'lost'))"
			" ORDER BY s.id DESC LIMIT ?", "ii", since, (gint64) most);
}
