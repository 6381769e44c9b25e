/* Cases by mail. Order of trust: what the mail answers, the marketplace's case id, buyer and order, the
 * buyer's only open case. Two that fit are none: nobody guesses between two orders. */
#include "thread_p.h"

#include "wismo/base/error.h"
#include "wismo/core/deadline.h"
#include "wismo/model/reply.h"
#include "wismo/store/case.h"
#include "wismo/store/order.h"

#include <string.h>

#define SURE 0.6			/* below it a "resolved" does not close a case */

struct thread {
	struct store *store;
	const struct mail *mail;
	const struct letter *letter;
	struct reading_row *row;
	const struct reading *reading;
	const char *channel;	/* of the case */
	char *order_no;		/* "": unknown or several */
	gint64 now;
};

static bool failed(GError **error)
{
	return error && *error;
}

static struct buyer_case *by_message(const struct thread *t, GError **error)
{
	gint64 found = 0;

	if (t->letter->in_reply_to)
		found = reading_case_of_message(t->store, t->mail->account, t->letter->in_reply_to, error);
	for (guint i = t->letter->references->len; !found && !failed(error) && i-- > 0;)
		found = reading_case_of_message(t->store, t->mail->account, g_ptr_array_index(t->letter->references, i), error);
	if (!found && !failed(error) && t->reading->reply_to && strchr(t->reading->reply_to, '+'))
		found = reading_case_of_reply_to(t->store, t->mail->account, t->reading->reply_to, error);
	return found && !failed(error) ? case_get(t->store, found, error) : NULL;
}

/* A forged reference must not lead into another buyer's case. */
static bool fits(const struct thread *t, const struct buyer_case *one)
{
	if (strcmp(one->channel, t->channel) != 0)
		return false;
	if (*t->order_no && *one->order_no && strcmp(t->order_no, one->order_no) != 0)
		return false;
	return t->reading->buyer == NULL || one->buyer[0] == '(' || strcmp(one->buyer, t->reading->buyer) == 0;
}

static struct buyer_case *by_order(const struct thread *t, GError **error)
{
	struct buyer_case *one = NULL;

	if (!*t->order_no)
		return NULL;
	if (t->reading->buyer)
		one = case_find(t->store, t->mail->account, t->channel, t->reading->buyer, t->order_no, error);
	if (one || failed(error))
		return one;
	one = case_find_order(t->store, t->mail->account, t->channel, t->order_no, error);
	if (one && !fits(t, one)) {
		buyer_case_free(one);
		one = NULL;
	}
	return one;
}

static struct buyer_case *by_buyer(const struct thread *t, bool *several, GError **error)
{
	struct buyer_case *one;

	*several = false;
	if (!t->reading->buyer)
		return NULL;
	one = case_find_only(t->store, t->mail->account, t->channel, t->reading->buyer, several, error);
	if (one && *t->order_no && *one->order_no && strcmp(t->order_no, one->order_no) != 0) {
		buyer_case_free(one);
		one = NULL;
	}
	return one;
}

/* Shopify's contact form is another way into the same shop: one customer, one order, one case. */
static const char *case_channel(const struct reading *reading)
{
	return strcmp(reading->channel, "shopify") == 0 ? "shop" : reading->channel;
}

/* "#1001" and "1001" are one order, in mails as in lists. */
static const char *plain_number(const char *order_no)
{
	return order_no + (*order_no == '#');
}

/* The order that the mail is about, if that is certain. */
static char *which_order(const struct thread *t, GError **error)
{
	const GPtrArray *ids = t->reading->order_ids;

	if (ids->len)
		return g_strdup(ids->len == 1 ? plain_number(g_ptr_array_index(ids, 0)) : "");
	if (t->reading->tracking->len == 1) {
		const struct found_number *number = g_ptr_array_index(t->reading->tracking, 0);
		scoped(order) order = order_find_by_number(t->store, number->number, error);

		if (order && strcmp(order->channel, t->channel) == 0)
			return g_strdup(order->order_no);
	}
	if (t->reading->buyer && !failed(error)) {
		g_autoptr(GPtrArray) orders = order_list_of_buyer(t->store, t->channel, t->reading->buyer, 2, error);

		if (orders && orders->len == 1)
			return g_strdup(((struct order *) g_ptr_array_index(orders, 0))->order_no);
	}
	return g_strdup("");
}

static struct buyer_case *open_case(const struct thread *t, const char *buyer)
{
	struct buyer_case *one = buyer_case_new();
	const struct reading *r = t->reading;

	one->account = g_strdup(t->mail->account);
	one->channel = g_strdup(t->channel);
	one->buyer = g_strdup(buyer);
	one->order_no = g_strdup(t->order_no);
	one->marketplace = g_strdup(r->marketplace);
	one->lang = g_strdup(r->lang);
	one->buyer_name = g_strdup(r->buyer_name);
	one->state = CASE_OPEN;
	one->intent = r->intent;
	one->opened_at = t->now;
	return one;
}

/* Closed cases open before they move on; the schema allows no other way. */
static bool save(const struct thread *t, struct buyer_case *one, enum case_state state, GError **error)
{
	enum case_state was = one->state;

	one->dirty = true;
	if (one->id == 0) {
		one->state = state;
		return case_put(t->store, one, error);
	}
	if (was == CASE_CLOSED && state != CASE_CLOSED && state != CASE_OPEN) {
		one->state = CASE_OPEN;
		if (!case_update(t->store, one, error))
			return false;
	}
	one->state = state;
	return case_update(t->store, one, error);
}

static void set(char **field, const char *value)
{
	g_free(*field);
	*field = g_strdup(value);
}

static void take_over(const struct thread *t, struct buyer_case *one)
{
	const struct reading *r = t->reading;

	if (r->intent != INTENT_OTHER || one->intent == INTENT_AUTOMATED)
		one->intent = r->intent;
	if (r->wish != WISH_NONE)
		one->wish = r->wish;
	one->urgency = MAX(one->urgency, r->urgency);
	if (strcmp(r->lang, "und") != 0)
		set(&one->lang, r->lang);
	if (!*one->order_no && *t->order_no)
		set(&one->order_no, t->order_no);
	if (one->buyer[0] == '(' && r->buyer && r->buyer[0] != '(')
		set(&one->buyer, r->buyer);
	if (!one->buyer_name && r->buyer_name)
		one->buyer_name = g_strdup(r->buyer_name);
	if (!one->marketplace && r->marketplace)
		one->marketplace = g_strdup(r->marketplace);
}

/* The buyer says that all is well: nothing may be sent any more, if we are sure. */
static bool resolve(const struct thread *t, struct buyer_case *one, GError **error)
{
	bool sure = t->reading->confidence >= SURE;

	one->asked_at = sure ? 0 : one->asked_at;
	set(&one->why, sure ? "the buyer says that it has come; mark the message as needing no answer"
	    : "the buyer may say that it has come");
	if (!save(t, one, sure ? CASE_CLOSED : CASE_PERSON, error))
		return false;
	return sure ? case_reply_reject(t->store, one->id, REPLY_BY_BUYER, "the buyer says that it has come", error)
		: case_reply_hold(t->store, one->id, "the buyer may say that it has come", error);
}

static bool attach_person(const struct thread *t, GError **error)
{
	scoped(buyer_case) one = by_message(t, error);
	bool several = false, resolved = t->reading->intent == INTENT_RESOLVED;

	if (one && !fits(t, one))
		g_clear_pointer(&one, buyer_case_free);
	if (!one && !failed(error))
		one = by_order(t, error);
	if (!one && !failed(error))
		one = by_buyer(t, &several, error);
	if (failed(error))
		return false;
	if (!one && (t->reading->intent == INTENT_SPAM || !t->reading->buyer))
		return true;
	/* The schema knows one case without an order for each buyer; it takes what fits nowhere else. */
	if (!one)
		one = case_find(t->store, t->mail->account, t->channel, t->reading->buyer, t->order_no, error);
	if (failed(error))
		return false;
	if (!one)
		one = open_case(t, t->reading->buyer);
	take_over(t, one);
	if (several)
		set(&one->why, "the buyer has several open cases and names no order");
	if (resolved && !(one->id == 0)) {
		if (!resolve(t, one, error))
			return false;
	} else {
		enum case_state state = several || one->state == CASE_PERSON ? CASE_PERSON : CASE_OPEN;

		if (one->asked_at == 0 && !resolved)
			one->asked_at = t->mail->received_at;
		if (!save(t, one, resolved && one->id == 0 ? CASE_CLOSED : state, error) ||
		    !case_reply_hold(t->store, one->id, "the buyer wrote again", error))
			return false;
	}
	t->row->case_id = one->id;
	return true;
}

/* "Your email to Luciana", in any language: what stands behind the last short word is the name. */
static struct buyer_case *by_copied_name(const struct thread *t, GError **error)
{
	static const char *const before[] = { " to ", " para ", " an ", " à ", " al ", " a ", " aan ", " do ", " till " };
	struct buyer_case *one = NULL;

	for (gsize i = 0; t->letter->subject && !one && !failed(error) && i < G_N_ELEMENTS(before); i++) {
		const char *at = g_strrstr(t->letter->subject, before[i]);

		if (at)
			one = case_find_name(t->store, t->mail->account, t->channel, at + strlen(before[i]), error);
	}
	return one;
}

static bool accepted(const struct thread *t, struct buyer_case *one, GError **error)
{
	bool ours = false;

	if (!case_reply_confirm(t->store, one->id, t->mail->received_at, &ours, error))
		return false;
	if (!ours && !case_reply_reject(t->store, one->id, REPLY_BY_COPY, "a person has answered", error))
		return false;
	one->answered_at = MAX(one->answered_at, t->mail->received_at);
	/* A question that came after this answer is still open. */
	if (one->asked_at <= t->mail->received_at)
		one->asked_at = 0;
	return save(t, one, one->state == CASE_OPEN ? CASE_WAITING : one->state, error);
}

static bool not_delivered(const struct thread *t, struct buyer_case *one, GError **error)
{
	const char *why = "our answer did not reach the buyer";

	/* The old deadline holds: for the buyer nobody has answered. */
	if (one->asked_at == 0)
		one->asked_at = reading_last_received(t->store, one->id, error);
	if (failed(error))
		return false;
	set(&one->why, why);
	return save(t, one, CASE_PERSON, error) && case_reply_bounced(t->store, one->id, why, error) &&
		case_reply_hold(t->store, one->id, why, error);
}

static bool claimed(const struct thread *t, struct buyer_case *one, enum claim claim, GError **error)
{
	struct deadline deadline;

	one->claim = claim;
	if (claim == CLAIM_CLOSED)
		return save(t, one, one->state, error);
	deadline = deadline_claim(claim == CLAIM_OPEN ? "claim" : "chargeback", t->mail->received_at, t->reading->limit_s);
	one->due_at = deadline.at;
	g_free(one->due_why);
	one->due_why = deadline.why;
	set(&one->why, claim == CLAIM_OPEN ? "the buyer opened a claim" : "the buyer's bank takes the payment back");
	return save(t, one, CASE_PERSON, error) && case_reply_hold(t->store, one->id, one->why, error);
}

static bool apply_notice(const struct thread *t, struct buyer_case *one, GError **error)
{
	switch (t->reading->notice) {
	case NOTICE_COPY_ACCEPTED: return accepted(t, one, error);
	case NOTICE_NOT_DELIVERED: return not_delivered(t, one, error);
	case NOTICE_CLAIM_OPENED: return claimed(t, one, CLAIM_OPEN, error) && case_wake_others(t->store, one, error);
	case NOTICE_CHARGEBACK: return claimed(t, one, CLAIM_CHARGEBACK, error) && case_wake_others(t->store, one, error);
	case NOTICE_CLAIM_CLOSED: return claimed(t, one, CLAIM_CLOSED, error) && case_wake_others(t->store, one, error);
	case NOTICE_REFUND_ISSUED:
		one->marketplace_refunded = true;
		return save(t, one, one->state, error) &&
			case_reply_hold(t->store, one->id, "the marketplace has refunded", error) &&
			case_wake_others(t->store, one, error);
	case NOTICE_CANCEL_REQUEST:
		one->cancel_asked = true;
		return save(t, one, one->state, error) &&
			case_reply_hold(t->store, one->id, "the buyer wants to cancel", error);
	default:
		return true;
	}
}

/* Facts that must not be lost although no buyer has written yet. */
static bool opens_case(enum notice notice)
{
	return notice == NOTICE_CLAIM_OPENED || notice == NOTICE_CHARGEBACK || notice == NOTICE_REFUND_ISSUED ||
		notice == NOTICE_CANCEL_REQUEST;
}

static bool attach_notice(const struct thread *t, GError **error)
{
	scoped(buyer_case) one = by_order(t, error);

	if (!one && !failed(error))
		one = by_message(t, error);
	if (!one && !failed(error) && t->reading->notice == NOTICE_COPY_ACCEPTED)
		one = by_copied_name(t, error);
	if (failed(error))
		return false;
	if (!one && *t->order_no && opens_case(t->reading->notice)) {
		one = open_case(t, "(unknown)");
		if (!save(t, one, t->reading->notice == NOTICE_CLAIM_OPENED || t->reading->notice == NOTICE_CHARGEBACK
			  ? CASE_PERSON : CASE_WAITING, error))
			return false;
	}
	if (!one)
		return true;
	t->row->case_id = one->id;
	return apply_notice(t, one, error);
}

/* Machine mail changes a case only when it says that our own answer came back. */
static bool attach_machine(const struct thread *t, GError **error)
{
	scoped(buyer_case) one = by_message(t, error);
	bool report = g_strcmp0(t->letter->content_type, "multipart/report") == 0;

	if (!one && !failed(error) && report)
		one = by_order(t, error);
	if (failed(error))
		return false;
	if (!one)
		return true;
	t->row->case_id = one->id;
	return !report || not_delivered(t, one, error);
}

bool thread_attach(struct store *store, const struct mail *mail, const struct letter *letter, struct reading_row *row,
		   gint64 now, GError **error)
{
	g_autoptr(GError) cause = NULL;
	struct thread t = { .store = store, .mail = mail, .letter = letter, .row = row, .reading = row->reading,
		.channel = case_channel(row->reading), .now = now };
	g_autofree char *order_no = which_order(&t, &cause);
	bool good;

	t.order_no = order_no;
	if (cause)
		good = false;
	else if (t.reading->notice != NOTICE_NONE)
		good = attach_notice(&t, &cause);
	else if (t.reading->machine)
		good = attach_machine(&t, &cause);
	else
		good = attach_person(&t, &cause);
	if (cause)
		g_propagate_error(error, g_steal_pointer(&cause));
	return good;
}
