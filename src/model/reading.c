/* Life of a reading and names of notices. */
#include "wismo/model/reading.h"

static const char *const notices[] = {
	NULL, "copy_accepted", "not_delivered", "claim_opened", "claim_closed", "chargeback",
	"refund_issued", "cancel_request", "return_request", "other",
};
_Static_assert(G_N_ELEMENTS(notices) == NOTICE_COUNT, "one name for each notice");

const char *notice_name(enum notice notice)
{
	return notices[notice];
}

int notice_find(const char *name)
{
	for (int i = 0; i < NOTICE_COUNT; i++)
		if (notices[i] && g_strcmp0(notices[i], name) == 0)
			return i;
	return -1;
}

void evidence_free(gpointer pointer)
{
	struct evidence *evidence = pointer;

	g_free(evidence->rule);
	g_free(evidence->text);
	g_free(evidence);
}

void found_number_free(gpointer pointer)
{
	struct found_number *found = pointer;

	g_free(found->number);
	g_ptr_array_unref(found->carriers);
	g_free(found);
}

struct reading *reading_new(void)
{
	struct reading *reading = g_new0(struct reading, 1);

	reading->order_ids = g_ptr_array_new_with_free_func(g_free);
	reading->tracking = g_ptr_array_new_with_free_func(found_number_free);
	reading->evidence = g_ptr_array_new_with_free_func(evidence_free);
	reading->intent = INTENT_OTHER;
	reading->amount_cents = -1;
	return reading;
}

void reading_free(struct reading *reading)
{
	if (!reading)
		return;
	g_ptr_array_unref(reading->order_ids);
	g_ptr_array_unref(reading->tracking);
	g_ptr_array_unref(reading->evidence);
	g_free(reading->channel);
	g_free(reading->marketplace);
	g_free(reading->lang);
	g_free(reading->buyer_text);
	g_free(reading->buyer);
	g_free(reading->buyer_name);
	g_free(reading->reply_to);
	g_free(reading->why_not);
	g_free(reading->never);
	g_free(reading->doubt);
	g_free(reading);
}
