/* Which of an order's parcels a case is about. A buyer who misses something misses what has not been delivered, so one delivered
 * parcel must not answer for another, nor one lost parcel pay for the whole order. */
#include "decide_p.h"

#include "wismo/flow/track.h"
#include "wismo/store/order.h"
#include "wismo/store/tracking.h"

#include <string.h>

struct parcel {
	struct shipment *shipment;
	const struct carrier *carrier;
	struct tracking *tracking;
	bool askable, named;	/* named: in the buyer's last mail */
	bool before;		/* what the carrier tells is of an earlier parcel with that number */
};

static void parcel_free(gpointer pointer)
{
	struct parcel *parcel = pointer;

	shipment_free(parcel->shipment);
	tracking_free(parcel->tracking);
	g_free(parcel);
}

/* The worst news first; what nobody knows after what is known, and what was delivered last. */
static int weight(const struct parcel *parcel)
{
	static const int weights[TRACK_STATUS_COUNT] = {
		[TRACK_DELIVERED] = 0, [TRACK_DELIVERED_OTHER] = 0, [TRACK_OUT_FOR_DELIVERY] = 2, [TRACK_IN_TRANSIT] = 3, [TRACK_NONE] = 4,
		[TRACK_ANNOUNCED] = 4, [TRACK_CUSTOMS] = 5, [TRACK_ATTEMPTED] = 6, [TRACK_PICKUP] = 7, [TRACK_PROBLEM] = 8,
		[TRACK_RETURNING] = 9, [TRACK_RETURNED] = 10, [TRACK_LOST] = 11,
	};
	int known = parcel->tracking && parcel->tracking->outcome == OUTCOME_OK && !parcel->before ? weights[parcel->tracking->status] : 1;

	return known + (parcel->named ? 100 : 0);
}

static bool delivered(const struct parcel *parcel)
{
	const struct tracking *t = parcel->tracking;

	return t && t->outcome == OUTCOME_OK && !parcel->before && (t->status == TRACK_DELIVERED || t->status == TRACK_DELIVERED_OTHER);
}

/* The silence of parcels on their way counts from here. */
static gint64 moved_at(const struct parcel *parcel)
{
	return parcel->tracking && parcel->tracking->moved_at ? parcel->tracking->moved_at : parcel->shipment->shipped_at;
}

/* Of two with the same news the one that moved last: what holds for it, holds for the other. */
static bool before(const struct parcel *one, const struct parcel *other)
{
	if (weight(one) != weight(other))
		return weight(one) > weight(other);
	return moved_at(one) >= moved_at(other);
}

/* lost, back, waiting, or on its way. */
static int fate(enum track_status status)
{
	switch (status) {
	case TRACK_LOST: return 1;
	case TRACK_RETURNING:
	case TRACK_RETURNED: return 2;
	case TRACK_PICKUP: return 3;
	default: return 4;
	}
}

static bool alike(const struct parcel *chosen, const struct parcel *other)
{
	return chosen->tracking && other->tracking && chosen->tracking->outcome == OUTCOME_OK && other->tracking->outcome == OUTCOME_OK
		&& !chosen->before && !other->before && !delivered(chosen) && !delivered(other) && fate(chosen->tracking->status) == fate(other->tracking->status)
		&& moved_at(other) <= moved_at(chosen);
}

static bool named_ok(const struct decision *d, const char *number)
{
	const GPtrArray *found = d->row && d->buyer_case->asked_at ? d->row->reading->tracking : NULL;

	for (guint i = 0; found && i < found->len; i++)
		if (strcmp(((struct found_number *) g_ptr_array_index(found, i))->number, number) == 0)
			return true;
	return false;
}

static struct parcel *look(const struct decision *d, struct shipment *shipment, GError **error)
{
	const struct flow *flow = d->flow;
	struct parcel *parcel = g_new0(struct parcel, 1);
	g_autoptr(GError) cause = NULL;

	parcel->shipment = shipment;
	parcel->named = named_ok(d, shipment->number);
	parcel->carrier = track_carrier(flow->settings, flow->book->carriers, shipment->carrier, shipment->carrier_said, shipment->number);
	parcel->askable = parcel->carrier && !track_unaskable(flow->settings, parcel->carrier, shipment->number);
	/* What another carrier said of that number, before the list was corrected, is of another parcel. */
	if (parcel->carrier)
		parcel->tracking = tracking_latest(flow->store, parcel->carrier->name, shipment->number, &cause);
	parcel->before = parcel->tracking && tracking_before_ok(parcel->tracking, d->order->ordered_at);
	if (!cause)
		return parcel;
	g_propagate_error(error, g_steal_pointer(&cause));
	parcel_free(parcel);
	return NULL;
}

/* "2 parcels: 00340434161094015902 in_transit (this one), 00340434161094015919 delivered" */
static char *tell(const GPtrArray *parcels, const struct parcel *chosen)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "%u parcels: ", parcels->len);
	for (guint i = 0; i < parcels->len; i++) {
		const struct parcel *one = g_ptr_array_index(parcels, i);
		const struct tracking *t = one->tracking;

		g_string_append_printf(text, "%s%s %s%s", i ? ", " : "", one->shipment->number,
				       !t ? "not asked about" : t->outcome == OUTCOME_OK ? track_status_name(t->status) : track_outcome_name(t->outcome),
				       one != chosen ? "" : one->named ? " (this one, which the buyer names)" : " (this one)");
	}
	return g_string_free(text, FALSE);
}

static void choose(struct decision *d, const GPtrArray *parcels)
{
	struct parcel *chosen = g_ptr_array_index(parcels, 0);

	for (guint i = 1; i < parcels->len; i++)
		if (before(g_ptr_array_index(parcels, i), chosen))
			chosen = g_ptr_array_index(parcels, i);
	for (guint i = 0; i < parcels->len; i++) {
		const struct parcel *one = g_ptr_array_index(parcels, i);

		d->claims_protected |= one->shipment->claims_protected;
		d->unasked |= one->askable && !one->tracking;
		d->parcels_open += !delivered(one);
		d->parcels_alike &= one == chosen || alike(chosen, one);
	}
	if (parcels->len > 1)
		d->parcels_told = tell(parcels, chosen);
	d->shipment = g_steal_pointer(&chosen->shipment);
	d->tracking = g_steal_pointer(&chosen->tracking);
	d->carrier = chosen->carrier;
}

bool decide_parcels(struct decision *d, GError **error)
{
	g_autoptr(GPtrArray) shipments = order_shipments(d->flow->store, d->order->id, error);
	g_autoptr(GPtrArray) parcels = g_ptr_array_new_with_free_func(parcel_free);

	if (!shipments)
		return false;
	for (guint i = 0; i < shipments->len; i++) {
		struct parcel *parcel = look(d, g_steal_pointer(&shipments->pdata[i]), error);

		if (!parcel)
			return false;
		g_ptr_array_add(parcels, parcel);
	}
	d->parcels = parcels->len;
	d->parcels_alike = true;
	if (parcels->len)
		choose(d, parcels);
	return true;
}
