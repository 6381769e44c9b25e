/* The seller's lists: orders with their lines, shipments, stock. Fed by imports, read by understand and decide.
 * Putting is idempotent: what a list does not tell (NULL, 0, -1) never erases what is known. */
#ifndef WISMO_STORE_ORDER_H
#define WISMO_STORE_ORDER_H

#include "wismo/model/order.h"
#include "wismo/store/store.h"

#include <glib.h>
#include <stdbool.h>

enum put_result { PUT_SAME, PUT_NEW, PUT_CHANGED, PUT_RESULT_COUNT };

/* Within the caller's transaction. `*id` (may be NULL) gets the row's id. Open cases of an order that
 * became known or changed are marked for another look. */
bool order_put(struct store *store, const struct order *order, gint64 now, enum put_result *result, gint64 *id,
	       GError **error);
bool order_put_shipment(struct store *store, const struct shipment *shipment, enum put_result *result, GError **error);
bool order_put_stock(struct store *store, const char *sku, gint64 quantity, gint64 now, enum put_result *result,
		     GError **error);

/* With its lines; NULL without error: no such order. `channel` NULL: in any channel, but only if it is unique. Owned. */
struct order *order_find(struct store *store, const char *channel, const char *order_no, GError **error);
struct order *order_get(struct store *store, gint64 id, GError **error);

/* The order that a tracking number belongs to; NULL without error when none or several do. Owned. */
struct order *order_find_by_number(struct store *store, const char *number, GError **error);

/* Latest orders of a buyer's address in a channel, newest first, at most `limit` (struct order). Owned; NULL on error. */
GPtrArray *order_list_of_buyer(struct store *store, const char *channel, const char *address, guint limit, GError **error);

/* struct shipment, oldest first. Owned; NULL on error. */
GPtrArray *order_shipments(struct store *store, gint64 order_id, GError **error);

/* Calls for each number shipped since `since` (or nobody knows when) of orders that were not cancelled, unless its carrier has told of
 * its end. `carrier` and `said` may be NULL. At most `most`. */
typedef void order_parcel_function(const char *carrier, const char *said, const char *number, void *user);
bool order_each_parcel(struct store *store, gint64 since, guint most, order_parcel_function *call, void *user, GError **error);

/* Pieces in stock; -1: the list does not tell (or on error, which is set). */
gint64 order_stock(struct store *store, const char *sku, GError **error);

#endif
