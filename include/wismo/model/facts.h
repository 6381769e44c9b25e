/* The facts: the one row that rules see. The table below is the only place that names its columns; the code, the
 * manual wismo-facts(7), `policy check` and `policy simulate` are made from it. Every column may be unknown (SQL NULL);
 * a condition over an unknown value does not hold.
 *
 * FACT(symbol, column, type, values or unit, value in examples that do not name it, meaning) */
#ifndef WISMO_MODEL_FACTS_H
#define WISMO_MODEL_FACTS_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

#define FACT_INTENTS "not_arrived delivered_missing returned_to_sender partial_missing damaged wrong_item return_request " \
	"cancel refund_status address_change invoice product_question presale_shipping resolved automated spam other"
#define FACT_STATUSES "none announced in_transit customs out_for_delivery attempted pickup problem delivered " \
	"delivered_other returning returned lost"

#define FACTS(FACT) \
	FACT(INTENT, "intent", WORD, FACT_INTENTS, "not_arrived", "what the buyer wants, from the last mail") \
	FACT(CONFIDENCE, "confidence", REAL, "0 to 1", "0.97", "how sure the reading is of it") \
	FACT(ANSWERABLE, "answerable", BOOL, "0 1", "1", "a machine may answer this mail") \
	FACT(WISH, "wish", WORD, "none refund replacement", "none", "what the buyer asks for") \
	FACT(URGENCY, "urgency", WORD, "normal angry legal", "normal", "") \
	FACT(CHANNEL, "channel", WORD, "amazon ebay etsy kaufland otto shopify shop", "amazon", "") \
	FACT(LANG, "lang", TEXT, "ISO 639-1", "de", "language of the buyer's words") \
	FACT(FIRST, "first_contact", BOOL, "0 1", "1", "no answer has been given in this case yet") \
	FACT(ASKED, "asked", BOOL, "0 1", "1", "a mail of the buyer waits for an answer; 0: the case is looked at again by the clock") \
	FACT(ORDER_KNOWN, "order_known", BOOL, "0 1", "1", "the order stands in the seller's lists") \
	FACT(SENDER, "sender", WORD, "buyer other unproven", "buyer", \
	     "whose mail it is, by the address in the seller's lists; unproven: the order has none there, or a relay hides one of the two") \
	FACT(BY_MARKETPLACE, "by_marketplace", BOOL, "0 1", "0", "the marketplace fulfils it (FBA)") \
	FACT(CANCELLED, "cancelled", BOOL, "0 1", "0", "the order was cancelled, or the buyer asked the marketplace to") \
	FACT(SHIPPED, "shipped", BOOL, "0 1", "1", "a shipment is known") \
	FACT(DAYS_SINCE_ORDER, "days_since_order", INT, "days", "6", "") \
	FACT(DAYS_SINCE_SHIP, "days_since_ship", INT, "days", "4", "") \
	FACT(DAYS_LATE, "days_late", INT, "days", "-1", "since the end of the promised day; negative: still to come; unknown without a promise") \
	FACT(TRACKING, "tracking", WORD, FACT_STATUSES, "in_transit", "the carrier's last word") \
	FACT(TRACKING_OUTCOME, "tracking_outcome", WORD, "ok unknown pending down limited refused", "ok", "how the last asking went") \
	FACT(NUMBER_BY, "number_by", WORD, "none order buyer", "order", \
	     "who names the parcel's number; the buyer's word alone leads to information, never to money or an automatic answer") \
	FACT(TRACKING_DETAIL, "tracking_detail", TEXT, "wismo-carriers(5)", "", "why it is a problem or was not delivered") \
	FACT(SILENT_DAYS, "silent_days", INT, "days", "1", "since the parcel last moved") \
	FACT(DELIVERED_DAYS, "delivered_days_ago", INT, "days", "", "since the carrier says that it was delivered") \
	FACT(DELIVERED_AFTER, "delivered_after_mail", BOOL, "0 1", "0", "delivered after the buyer wrote") \
	FACT(BEFORE_ORDER, "tracking_before_order", BOOL, "0 1", "0", \
	     "the carrier's last word is older than the order: an earlier parcel had this number; unknown: an end without a date, or no date of the order") \
	FACT(SIGNATURE, "signature", BOOL, "0 1", "0", "the carrier has a signature") \
	FACT(VALUE, "value", REAL, "in the order's currency", "20", "sum of the order's lines") \
	FACT(STOCK, "stock", INT, "pieces", "4", "least stock of the order's articles") \
	FACT(CLAIMS_PROTECTED, "claims_protected", BOOL, "0 1", "0", "the marketplace pays for losses of this shipment") \
	FACT(CLAIM, "claim", WORD, "none open closed chargeback", "none", "of this order, in whichever case") \
	FACT(MARKETPLACE_REFUNDED, "marketplace_refunded", BOOL, "0 1", "0", "this order, in whichever case") \
	FACT(COMPENSATION, "compensation", WORD, "none rejected proposed approved done", "none", \
	     "refund or reship of this order; rejected: a person has refused the only one") \
	FACT(TRACE, "trace", WORD, "none rejected proposed approved done", "none", "a trace with the carrier") \
	FACT(PARCELS, "parcels", INT, "shipments", "1", "of the order; tracking is that of the one the buyer names, else of the undelivered one with the worst news") \
	FACT(PARCELS_OPEN, "parcels_open", INT, "shipments", "1", "of those: not delivered, as far as is known") \
	FACT(PARCELS_ALIKE, "parcels_alike", BOOL, "0 1", "1", \
	     "what holds for that parcel holds for all of the order: none was delivered, all are lost, back or silent; 1 with a single one") \
	FACT(TRACKING_AGE, "tracking_age_hours", REAL, "hours", "1", "since the carrier was asked") \
	FACT(REPEAT_CLAIMS, "repeat_claims", INT, "cases", "0", "other cases of this buyer within a year; a hint for the person who approves") \
	FACT(EARLIER_REPLIES, "earlier_replies", INT, "replies", "0", "answers that left in this case") \
	FACT(HOURS_LEFT, "hours_to_deadline", REAL, "hours", "20", "until the answer is due; negative: it passed")

enum fact_type { FACT_WORD, FACT_TEXT, FACT_INT, FACT_REAL, FACT_BOOL };
#define FACT_SYMBOL(symbol, column, type, values, example, meaning) FACT_##symbol,
enum fact { FACTS(FACT_SYMBOL) FACT_COUNT };
#undef FACT_SYMBOL

struct fact_column {
	const char *name;
	enum fact_type type;
	const char *values, *example, *meaning;
};
extern const struct fact_column fact_columns[FACT_COUNT];

struct fact_value {
	bool known;
	gint64 number;	/* INT, BOOL */
	double real;
	char *text;	/* WORD, TEXT */
};

struct facts {
	struct fact_value value[FACT_COUNT];
};

struct facts *facts_new(void);		/* all unknown */
struct facts *facts_example(void);	/* the values of examples */
void facts_free(struct facts *facts);
struct facts *facts_copy(const struct facts *facts);

void facts_set_int(struct facts *facts, enum fact fact, gint64 value);
void facts_set_real(struct facts *facts, enum fact fact, double value);
void facts_set_text(struct facts *facts, enum fact fact, const char *value);	/* NULL: unknown */
void facts_set_unknown(struct facts *facts, enum fact fact);

/* From text ("null": unknown). WISMO_HALT says which columns and values there are. */
bool facts_parse(struct facts *facts, const char *column, const char *text, GError **error);

/* "in_transit", "4", "unknown". Owned. */
char *facts_show(const struct facts *facts, enum fact fact);

/* True when it is known and this word / true. */
bool facts_is(const struct facts *facts, enum fact fact, const char *word);
bool facts_true(const struct facts *facts, enum fact fact);

SCOPE(facts, facts_free)

#endif
