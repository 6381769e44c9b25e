/* Life and names of a case. */
#include "wismo/model/case.h"

static const char *const states[] = { "open", "waiting", "person", "closed" };
static const char *const claims[] = { "none", "open", "closed", "chargeback" };
_Static_assert(G_N_ELEMENTS(states) == CASE_STATE_COUNT, "one name for each state");
_Static_assert(G_N_ELEMENTS(claims) == CLAIM_COUNT, "one name for each claim");

const char *case_state_name(enum case_state state) { return states[state]; }
const char *claim_name(enum claim claim) { return claims[claim]; }

int case_state_find(const char *name)
{
	for (int i = 0; i < CASE_STATE_COUNT; i++)
		if (g_strcmp0(states[i], name) == 0)
			return i;
	return -1;
}

int claim_find(const char *name)
{
	for (int i = 0; i < CLAIM_COUNT; i++)
		if (g_strcmp0(claims[i], name) == 0)
			return i;
	return -1;
}

struct buyer_case *buyer_case_new(void)
{
	return g_new0(struct buyer_case, 1);
}

void buyer_case_free(struct buyer_case *buyer_case)
{
	if (!buyer_case)
		return;
	g_free(buyer_case->account);
	g_free(buyer_case->channel);
	g_free(buyer_case->buyer);
	g_free(buyer_case->order_no);
	g_free(buyer_case->marketplace);
	g_free(buyer_case->lang);
	g_free(buyer_case->buyer_name);
	g_free(buyer_case->why);
	g_free(buyer_case->due_why);
	g_free(buyer_case);
}
