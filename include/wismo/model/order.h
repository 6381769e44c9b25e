/* Orders as the seller's lists tell them: what was bought, how it was sent, what is in stock. */
#ifndef WISMO_MODEL_ORDER_H
#define WISMO_MODEL_ORDER_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

struct order_line {
	char *line_no;		/* order-item-id; "1", "2" when the list has none */
	char *sku;		/* NULL: unknown */
	char *title;
	gint64 quantity;
	gint64 price_cents;	/* of the whole line, tax included; -1 unknown */
};

struct order {
	gint64 id;		/* 0: not stored */
	char *channel;		/* as in a reading */
	char *order_no;		/* as the channel writes it */
	char *buyer_name;
	char *buyer_address;	/* mail address or relay alias without +case; NULL: unknown */
	char *country;		/* ISO 3166 alpha-2; NULL: unknown */
	gint64 ordered_at;
	gint64 ship_by_at;
	gint64 promised_at;	/* end of the latest promised delivery day; 0: unknown */
	char *currency;		/* ISO 4217; NULL: unknown */
	bool by_marketplace;	/* fulfilled by the marketplace (FBA): its delivery cases are not ours */
	bool cancelled;
	GPtrArray *lines;	/* struct order_line */
};

struct shipment {
	gint64 id;
	gint64 order_id;
	char *carrier;		/* name of a carrier file; NULL: unknown, guessed from the number */
	char *carrier_said;	/* as the list wrote it */
	char *number;		/* tracking number, normal form */
	gint64 shipped_at;
	bool claims_protected;	/* bought through the marketplace's label service */
};

struct order *order_new(void);
void order_free(gpointer order);
void order_line_free(gpointer line);
struct shipment *shipment_new(void);
void shipment_free(gpointer shipment);

/* Sum of the lines; -1 when any is unknown or there are none. */
gint64 order_value_cents(const struct order *order);

SCOPE(order, order_free)
SCOPE(shipment, shipment_free)

#endif
