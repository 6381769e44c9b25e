/* What a decision would have needed and nobody could tell it. */
#include "decide_p.h"

#include "wismo/flow/track.h"
#include "wismo/store/order.h"

static char *not_asked(const struct decision *d)
{
	const struct settings *settings = d->flow->settings;
	const struct carrier *carrier = track_likeliest(settings, d->flow->book->carriers, d->shipment->carrier, d->shipment->carrier_said,
							d->shipment->number);
	const struct carrier *asker = carrier ? carrier_asker(carrier) : NULL;
	const char *why = carrier ? track_unaskable(settings, carrier, d->shipment->number) : NULL;

	if (!carrier)
		return g_strdup_printf("nobody was asked: no carrier is known to have numbers like %s", d->shipment->number);
	if (asker->steps->len && !settings_carrier(settings, asker->name))
		return g_strdup_printf("nobody was asked: no carrier section for %s in the configuration", asker->name);
	return why ? g_strdup_printf("nobody was asked: %s: %s", carrier->title, why) : NULL;
}

/* A number of a marketplace's list in a mail that did not come through the marketplace proves nothing, and is told as what it is. */
static char *not_listed(const struct decision *d)
{
	const char *order_no = d->buyer_case->order_no;
	scoped(order) elsewhere = order_find(d->flow->store, NULL, order_no, NULL);

	if (elsewhere)
		return g_strdup_printf("order %s is in your lists as one of %s, and this mail did not come by way of %s", order_no, elsewhere->channel,
				       elsewhere->channel);
	return g_strdup_printf("order %s is not in your lists", order_no);
}

char *decide_missing(const struct decision *d)
{
	const char *order_no = d->buyer_case->order_no;

	if (!d->order)
		return *order_no ? not_listed(d)
			: g_strdup("it names no order and none is known for this address");
	if (d->shipment && !d->tracking)
		return not_asked(d);
	if (d->shipment && d->tracking->outcome != OUTCOME_OK && d->tracking->why)
		return g_strdup_printf("%s did not tell: %s", d->carrier ? d->carrier->title : d->tracking->carrier, d->tracking->why);
	return NULL;
}
