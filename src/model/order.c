/* Life of orders and shipments. */
#include "wismo/model/order.h"

struct order *order_new(void)
{
	struct order *order = g_new0(struct order, 1);

	order->lines = g_ptr_array_new_with_free_func(order_line_free);
	return order;
}

void order_line_free(gpointer pointer)
{
	struct order_line *line = pointer;

	g_free(line->line_no);
	g_free(line->sku);
	g_free(line->title);
	g_free(line);
}

void order_free(gpointer pointer)
{
	struct order *order = pointer;

	if (!order)
		return;
	g_ptr_array_unref(order->lines);
	g_free(order->channel);
	g_free(order->order_no);
	g_free(order->buyer_name);
	g_free(order->buyer_address);
	g_free(order->country);
	g_free(order->currency);
	g_free(order);
}

struct shipment *shipment_new(void)
{
	return g_new0(struct shipment, 1);
}

void shipment_free(gpointer pointer)
{
	struct shipment *shipment = pointer;

	if (!shipment)
		return;
	g_free(shipment->carrier);
	g_free(shipment->carrier_said);
	g_free(shipment->number);
	g_free(shipment);
}

gint64 order_value_cents(const struct order *order)
{
	gint64 sum = 0;

	for (guint i = 0; i < order->lines->len; i++) {
		const struct order_line *line = g_ptr_array_index(order->lines, i);

		if (line->price_cents < 0)
			return -1;
		sum += line->price_cents;
	}
	return order->lines->len ? sum : -1;
}
