/* Names of intents, wishes and urgencies. */
#include "wismo/model/intent.h"

#include <glib.h>

static const char *const intents[] = {
	"not_arrived", "delivered_missing", "returned_to_sender", "partial_missing", "damaged",
	"wrong_item", "return_request", "cancel", "refund_status", "address_change", "invoice",
	"product_question", "presale_shipping", "resolved", "automated", "spam", "other",
};
static const char *const wishes[] = { NULL, "refund", "replacement" };
static const char *const urgencies[] = { "normal", "angry", "legal" };
_Static_assert(G_N_ELEMENTS(intents) == INTENT_COUNT, "one name for each intent");
_Static_assert(G_N_ELEMENTS(wishes) == WISH_COUNT, "one name for each wish");
_Static_assert(G_N_ELEMENTS(urgencies) == URGENCY_COUNT, "one name for each urgency");

static int find(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (names[i] && g_strcmp0(names[i], name) == 0)
			return i;
	return -1;
}

const char *intent_name(enum intent intent) { return intents[intent]; }
const char *wish_name(enum wish wish) { return wishes[wish]; }
const char *urgency_name(enum urgency urgency) { return urgencies[urgency]; }
int intent_find(const char *name) { return find(intents, INTENT_COUNT, name); }
int wish_find(const char *name) { return find(wishes, WISH_COUNT, name); }
int urgency_find(const char *name) { return find(urgencies, URGENCY_COUNT, name); }

bool intent_means_not_arrived(enum intent intent)
{
	return intent <= INTENT_RETURNED_TO_SENDER;
}
