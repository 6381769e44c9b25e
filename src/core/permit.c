/* Gates before an effect; pure. Each says in words what has changed. */
#include "wismo/core/permit.h"

#define HOUR_S 3600

static struct permit_answer say(enum permit permit, const char *why)
{
	return (struct permit_answer) { permit, g_strdup(why), 0 };
}

static struct permit_answer wait_until(gint64 until_at, const char *why)
{
	return (struct permit_answer) { PERMIT_WAIT, g_strdup(why), until_at };
}

/* What holds for answers that no person approved. A person's approval knows these things. */
static struct permit_answer unseen(const struct permit_reply *facts)
{
	const struct buyer_case *buyer_case = facts->buyer_case;

	if (!facts->auto_mode)
		return say(PERMIT_ASK, "the mode is not auto any more");
	if (buyer_case->state == CASE_PERSON)
		return say(PERMIT_ASK, "the case was given to a person");
	if (buyer_case->claim == CLAIM_OPEN || buyer_case->claim == CLAIM_CHARGEBACK)
		return say(PERMIT_ASK, "a claim is open");
	if (facts->of_case >= facts->case_cap)
		return say(PERMIT_ASK, "replies_per_case_day is used up");
	if (facts->of_buyer >= facts->buyer_cap)
		return say(PERMIT_ASK, "replies_per_buyer_day is used up");
	if (buyer_case->dirty)
		return wait_until(0, "the case is about to be decided again");
	return say(PERMIT_GO, NULL);
}

struct permit_answer permit_reply(const struct permit_reply *facts, gint64 now)
{
	const struct reply *reply = facts->reply;
	const struct buyer_case *buyer_case = facts->buyer_case;
	bool rules = g_strcmp0(reply->approved_by, "auto") == 0;
	struct permit_answer answer;

	if (!reply->approved_by)
		return say(PERMIT_ASK, "nobody has approved it");
	if (buyer_case->state == CASE_CLOSED)
		return say(PERMIT_STOP, "the case was closed meanwhile");
	/* By a person in the marketplace's own pages (its copy came), or by another reply. A person who approved
	 * after that knew it. Moments are whole seconds: for the rules, nothing left open counts too. */
	if (buyer_case->answered_at > reply->approved_at
	    || (rules && reply->mail && buyer_case->answered_at && !buyer_case->asked_at))
		return say(PERMIT_STOP, "somebody answered meanwhile");
	if (facts->overtaken && rules)
		return say(PERMIT_ASK, "the buyer wrote again");
	if (rules) {
		answer = unseen(facts);
		if (answer.permit != PERMIT_GO)
			return answer;
	}
	if (facts->of_all >= facts->hour_cap)
		return wait_until(facts->hour_began_at ? facts->hour_began_at + HOUR_S : now + HOUR_S, "replies_per_hour is used up");
	return say(PERMIT_GO, NULL);
}

struct permit_answer permit_task(const struct permit_task *facts)
{
	if (facts->buyer_case->state == CASE_CLOSED)
		return say(PERMIT_ASK, "the case was closed meanwhile");
	if (facts->task->kind == TASK_TRACE)
		return say(PERMIT_GO, NULL);
	if (!facts->order)
		return say(PERMIT_ASK, "the order is not known");
	if (facts->order->by_marketplace)
		return say(PERMIT_ASK, "the marketplace fulfils this order: its delivery is not ours to pay for");
	if (facts->order->cancelled)
		return say(PERMIT_ASK, "the order was cancelled");
	if (facts->refunded)
		return say(PERMIT_ASK, "the marketplace has refunded the buyer already");
	if (facts->claim == CLAIM_OPEN)
		return say(PERMIT_ASK, "a claim is open: the marketplace decides, a payment would be a second one");
	if (facts->claim == CLAIM_CHARGEBACK)
		return say(PERMIT_ASK, "a chargeback is open: the bank decides, a payment would be a second one");
	if (facts->claims_protected)
		return say(PERMIT_ASK, "the shipment is claims-protected: the marketplace pays");
	if (facts->task->kind == TASK_REFUND && facts->task->amount_cents <= 0)
		return say(PERMIT_ASK, "the amount is not known");
	return say(PERMIT_GO, NULL);
}
