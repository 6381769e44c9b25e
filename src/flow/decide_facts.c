/* Loads what a decision rests on and makes the row of facts of it. What is not known stays unknown. */
#include "decide_p.h"

#include "wismo/store/case.h"
#include "wismo/store/lookup.h"
#include "wismo/store/order.h"
#include "wismo/store/tracking.h"

#include <jansson.h>
#include <stdlib.h>

#define DAY_S 86400

/* What the carrier says about a number that stands only in the buyer's mail: news, and no proof of whose parcel it is. */
static bool load_named(struct decision *d, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autofree char *carrier = NULL;

	d->named = lookup_named(d->flow->store, d->buyer_case->id, &carrier, &cause);
	if (d->named && !cause) {
		d->carrier = carriers_get(d->flow->book->carriers, carrier);
		d->tracking = tracking_latest(d->flow->store, carrier, d->named, &cause);
	}
	if (!cause)
		return true;
	g_propagate_error(error, g_steal_pointer(&cause));
	return false;
}

static bool load_shipment(struct decision *d, GError **error)
{
	if (d->order && !decide_parcels(d, error))
		return false;
	return d->shipment || load_named(d, error);
}

static bool load_stock(struct decision *d, GError **error)
{
	g_autoptr(GError) cause = NULL;

	d->stock = -1;
	for (guint i = 0; d->order && i < d->order->lines->len; i++) {
		const struct order_line *line = g_ptr_array_index(d->order->lines, i);
		gint64 pieces = line->sku ? order_stock(d->flow->store, line->sku, &cause) : -1;

		if (cause) {
			g_propagate_error(error, g_steal_pointer(&cause));
			return false;
		}
		/* One article that nobody has counted makes the whole unknown; more than one piece may be wanted. */
		if (pieces < 0) {
			d->stock = -1;
			return true;
		}
		pieces = pieces / MAX(line->quantity, 1);
		d->stock = i == 0 ? pieces : MIN(d->stock, pieces);
	}
	return true;
}

/* Days are days on the wall of the seller's zone: what arrived last night was delivered yesterday. */
static gint64 days_between(gint64 from, gint64 to, const char *zone_name)
{
	g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(zone_name);
	gint64 marks[2] = { from, to };

	if (!zone)
		zone = g_time_zone_new_utc();
	for (int i = 0; i < 2; i++) {
		g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(marks[i]);
		g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, zone);
		GDate day;

		g_date_set_dmy(&day, (GDateDay) g_date_time_get_day_of_month(local), (GDateMonth) g_date_time_get_month(local),
			       (GDateYear) g_date_time_get_year(local));
		marks[i] = g_date_get_julian(&day);
	}
	return marks[1] - marks[0];
}

static void set_days(struct decision *d, enum fact fact, gint64 from)
{
	if (from)
		facts_set_int(d->facts, fact, days_between(from, d->now, d->flow->settings->zone));
}

static void order_facts(struct decision *d)
{
	gint64 value = d->order ? order_value_cents(d->order) : -1;

	facts_set_int(d->facts, FACT_ORDER_KNOWN, d->order != NULL);
	facts_set_text(d->facts, FACT_SENDER, decide_sender(d));
	facts_set_int(d->facts, FACT_CANCELLED, d->buyer_case->cancel_asked || (d->order && d->order->cancelled));
	if (!d->order)
		return;
	facts_set_int(d->facts, FACT_BY_MARKETPLACE, d->order->by_marketplace);
	facts_set_int(d->facts, FACT_SHIPPED, d->shipment != NULL);
	facts_set_int(d->facts, FACT_PARCELS, d->parcels);
	facts_set_int(d->facts, FACT_PARCELS_OPEN, d->parcels_open);
	facts_set_int(d->facts, FACT_PARCELS_ALIKE, d->parcels_alike);
	facts_set_int(d->facts, FACT_CLAIMS_PROTECTED, d->claims_protected);
	set_days(d, FACT_DAYS_SINCE_ORDER, d->order->ordered_at);
	set_days(d, FACT_DAYS_LATE, d->order->promised_at);
	if (value >= 0)
		facts_set_real(d->facts, FACT_VALUE, (double) value / 100);
	if (d->stock >= 0)
		facts_set_int(d->facts, FACT_STOCK, d->stock);
	if (d->shipment)
		set_days(d, FACT_DAYS_SINCE_SHIP, d->shipment->shipped_at);
}

/* Known, but for an end of which nobody can say that it is this order's. */
static void before_order(struct decision *d)
{
	const struct tracking *t = d->tracking;
	bool ended = t && t->outcome == OUTCOME_OK && (t->status == TRACK_DELIVERED || t->status == TRACK_DELIVERED_OTHER
		|| t->status == TRACK_RETURNING || t->status == TRACK_RETURNED || t->status == TRACK_LOST);
	gint64 since = d->order ? d->order->ordered_at : 0;

	if (!ended || (since && MAX(t->status_at, t->moved_at)))
		facts_set_int(d->facts, FACT_BEFORE_ORDER, t && tracking_before_ok(t, since));
}

static void tracking_facts(struct decision *d)
{
	const struct tracking *t = d->tracking;
	bool delivered;

	facts_set_text(d->facts, FACT_NUMBER_BY, d->shipment ? "order" : d->named ? "buyer" : "none");
	before_order(d);
	if (!t)
		return;
	facts_set_text(d->facts, FACT_TRACKING_OUTCOME, track_outcome_name(t->outcome));
	facts_set_real(d->facts, FACT_TRACKING_AGE, (double) (d->now - t->asked_at) / 3600);
	if (t->outcome != OUTCOME_OK)
		return;
	delivered = t->status == TRACK_DELIVERED || t->status == TRACK_DELIVERED_OTHER;
	facts_set_text(d->facts, FACT_TRACKING, track_status_name(t->status));
	facts_set_text(d->facts, FACT_TRACKING_DETAIL, t->detail);
	facts_set_int(d->facts, FACT_SIGNATURE, t->signature);
	set_days(d, FACT_SILENT_DAYS, t->moved_at ? t->moved_at : t->status_at);
	if (delivered && t->status_at) {
		set_days(d, FACT_DELIVERED_DAYS, t->status_at);
		facts_set_int(d->facts, FACT_DELIVERED_AFTER, d->buyer_case->asked_at && t->status_at > d->buyer_case->asked_at);
	}
}

static void case_facts(struct decision *d)
{
	const struct buyer_case *c = d->buyer_case;
	const char *wish = wish_name(c->wish);

	facts_set_text(d->facts, FACT_INTENT, intent_name(c->intent));
	facts_set_text(d->facts, FACT_WISH, wish ? wish : "none");
	facts_set_text(d->facts, FACT_URGENCY, urgency_name(c->urgency));
	facts_set_text(d->facts, FACT_CHANNEL, d->channel ? c->channel : NULL);
	facts_set_text(d->facts, FACT_LANG, c->lang);
	facts_set_text(d->facts, FACT_CLAIM, claim_name(d->word.claim));
	facts_set_int(d->facts, FACT_MARKETPLACE_REFUNDED, d->word.refunded);
	facts_set_int(d->facts, FACT_ASKED, c->asked_at != 0);
	facts_set_int(d->facts, FACT_FIRST, c->answered_at == 0 && d->ledger.sent == 0);
	facts_set_int(d->facts, FACT_EARLIER_REPLIES, d->ledger.sent);
	facts_set_int(d->facts, FACT_REPEAT_CLAIMS, d->ledger.repeat_claims);
	facts_set_text(d->facts, FACT_COMPENSATION, d->ledger.compensation);
	facts_set_text(d->facts, FACT_TRACE, d->ledger.trace);
	if (c->asked_at && c->due_at)
		facts_set_real(d->facts, FACT_HOURS_LEFT, (double) (c->due_at - d->now) / 3600);
	if (d->row) {
		facts_set_text(d->facts, FACT_INTENT, intent_name(d->row->reading->intent));
		facts_set_real(d->facts, FACT_CONFIDENCE, d->row->reading->confidence);
		facts_set_int(d->facts, FACT_ANSWERABLE, d->row->reading->answerable);
	}
}

bool decide_load(struct decision *d, gint64 case_id, GError **error)
{
	struct store *store = d->flow->store;
	g_autoptr(GError) cause = NULL;
	gint64 mail = 0;

	d->buyer_case = case_get(store, case_id, error);
	if (!d->buyer_case)
		return false;
	d->account = settings_account(d->flow->settings, d->buyer_case->account);
	d->channel = channels_find(d->flow->book->channels, d->buyer_case->channel);
	mail = reading_last_mail(store, case_id, &cause);
	if (!cause && mail)
		d->row = reading_get_result(store, mail, &cause);
	if (!cause && *d->buyer_case->order_no)
		d->order = order_find(store, d->buyer_case->channel, d->buyer_case->order_no, &cause);
	if (cause) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	if (!case_of_order(store, d->buyer_case, &d->word, error) || !load_shipment(d, error) || !load_stock(d, error)
	    || !verdict_ledger(store, d->buyer_case, d->order ? d->order->id : 0, mail, d->now, &d->ledger, error))
		return false;
	d->facts = facts_new();
	case_facts(d);
	order_facts(d);
	tracking_facts(d);
	return true;
}

void decide_clear(struct decision *d)
{
	buyer_case_free(d->buyer_case);
	reading_row_free(d->row);
	order_free(d->order);
	shipment_free(d->shipment);
	g_free(d->named);
	g_free(d->parcels_told);
	tracking_free(d->tracking);
	facts_free(d->facts);
	verdict_ledger_clear(&d->ledger);
}

char *decide_facts_json(const struct facts *facts)
{
	json_t *object = json_object();
	char *dumped, *text;

	for (int i = 0; i < FACT_COUNT; i++) {
		const struct fact_value *value = &facts->value[i];
		json_t *item = json_null();

		if (value->known && (fact_columns[i].type == FACT_WORD || fact_columns[i].type == FACT_TEXT))
			item = json_string(value->text);
		else if (value->known && fact_columns[i].type == FACT_REAL)
			item = json_real(value->real);
		else if (value->known && fact_columns[i].type == FACT_BOOL)
			item = json_boolean(value->number);
		else if (value->known)
			item = json_integer(value->number);
		json_object_set_new(object, fact_columns[i].name, item);
	}
	dumped = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(6));
	text = g_strdup(dumped);
	free(dumped);
	json_decref(object);
	return text;
}
