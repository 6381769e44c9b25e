/* The words that a reading is made of, each with its one name table (INTERFACE: exact). */
#ifndef WISMO_MODEL_INTENT_H
#define WISMO_MODEL_INTENT_H

#include <stdbool.h>

enum intent {
	INTENT_NOT_ARRIVED, INTENT_DELIVERED_MISSING, INTENT_RETURNED_TO_SENDER, INTENT_PARTIAL_MISSING,
	INTENT_DAMAGED, INTENT_WRONG_ITEM, INTENT_RETURN_REQUEST, INTENT_CANCEL, INTENT_REFUND_STATUS,
	INTENT_ADDRESS_CHANGE, INTENT_INVOICE, INTENT_PRODUCT_QUESTION, INTENT_PRESALE_SHIPPING,
	INTENT_RESOLVED, INTENT_AUTOMATED, INTENT_SPAM, INTENT_OTHER,
	INTENT_COUNT
};
enum wish { WISH_NONE, WISH_REFUND, WISH_REPLACEMENT, WISH_COUNT };
enum urgency { URGENCY_NORMAL, URGENCY_ANGRY, URGENCY_LEGAL, URGENCY_COUNT };

/* Static strings. wish_name(WISH_NONE) is NULL: JSON null. */
const char *intent_name(enum intent intent);
const char *wish_name(enum wish wish);
const char *urgency_name(enum urgency urgency);

/* -1 when the word is none of the table's. */
int intent_find(const char *name);
int wish_find(const char *name);
int urgency_find(const char *name);

/* True for the three intents that mean "the buyer's parcel is not there". */
bool intent_means_not_arrived(enum intent intent);

#endif
