/* new mails -> readings and cases. One transaction a mail; the attempt is counted and committed before the
 * bytes are looked at, so that a mail that kills us three times is parked. */
#include "wismo/flow/stage.h"

#include "wismo/base/error.h"
#include "wismo/base/fault.h"
#include "wismo/base/log.h"
#include "wismo/core/machine.h"
#include "wismo/flow/understand.h"
#include "wismo/mail/mime.h"
#include "wismo/store/case.h"
#include "wismo/store/mail.h"
#include "wismo/store/order.h"
#include "wismo/store/reading.h"

#include "thread_p.h"

#define ATTEMPTS 3

static struct reading_row *row_of(const struct flow *flow, const struct mail *mail, const struct letter *letter,
				  struct reading *reading, gint64 now)
{
	struct reading_row *row = reading_row_new();

	row->mail = mail->id;
	row->rulebook = g_strdup(flow->book->hash);
	row->message_id = g_strdup(letter->message_id);
	row->in_reply_to = g_strdup(letter->in_reply_to);
	row->subject = g_strdup(letter->subject);
	row->sender = g_strdup(letter->from);
	for (guint i = 0; i < letter->references->len; i++)
		g_ptr_array_add(row->references, g_strdup(g_ptr_array_index(letter->references, i)));
	row->sent_at = letter->sent_at;
	row->read_at = now;
	row->reading = reading;
	return row;
}

/* Everything that this mail changes, within the caller's transaction. */
static bool write(const struct flow *flow, const struct mail *mail, const struct letter *letter, struct reading_row *row,
		  gint64 now, GError **error)
{
	g_autofree char *subject = g_strdup_printf("m%" G_GINT64_FORMAT, mail->id);
	const struct reading *reading = row->reading;
	g_autofree char *detail = g_strdup_printf("%s %s %s %.2f %s", reading->channel,
		reading->notice ? notice_name(reading->notice) : "message", intent_name(reading->intent), reading->confidence,
		reading->answerable ? "answerable" : reading->why_not);

	return thread_attach(flow->store, mail, letter, row, now, error) &&
		reading_put(flow->store, row, error) &&
		mail_settle(flow->store, mail->id, MAIL_READ, NULL, error) &&
		store_history(flow->store, now, "mind", subject, "read", detail, error);
}

static bool read_one(const struct flow *flow, const struct mail *mail, gint64 now, GError **error)
{
	const struct account *account = settings_account(flow->settings, mail->account);
	scoped(letter) letter = mime_read(mail->raw);
	struct reading *reading = understand_letter(flow->book, account, letter, flow->settings->min_confidence, NULL);
	scoped(reading_row) row = row_of(flow, mail, letter, reading, now);

	fault_point("understand.read");
	if (!store_begin(flow->store, error))
		return false;
	if (!write(flow, mail, letter, row, now, error)) {
		store_abandon(flow->store);
		return false;
	}
	fault_point("understand.written");
	if (!store_commit(flow->store, error))
		return false;
	fault_point("understand.committed");
	log_info("read mail=m%" G_GINT64_FORMAT " case=c%" G_GINT64_FORMAT " channel=%s intent=%s answerable=%d",
		 mail->id, row->case_id, reading->channel, intent_name(reading->intent), reading->answerable);
	return true;
}

static bool park(const struct flow *flow, const struct mail *mail, const char *why, gint64 now, GError **error)
{
	g_autofree char *subject = g_strdup_printf("m%" G_GINT64_FORMAT, mail->id);

	if (!store_begin(flow->store, error))
		return false;
	if (!mail_settle(flow->store, mail->id, MAIL_PARKED, why, error) ||
	    !store_history(flow->store, now, "mind", subject, "parked", why, error)) {
		store_abandon(flow->store);
		return false;
	}
	log_error("parked mail=%s why=\"%s\"", subject, why);
	return store_commit(flow->store, error);
}

/* One mail; *done counts it. False only when the store itself fails. */
static bool take(const struct flow *flow, gint64 id, gint64 now, struct pass *pass, GError **error)
{
	g_autoptr(GError) cause = NULL;
	int attempts = 0;
	scoped(mail) mail = NULL;

	if (!mail_attempt(flow->store, id, &attempts, &cause)) {
		if (cause)
			g_propagate_error(error, g_steal_pointer(&cause));
		return error == NULL || *error == NULL;
	}
	fault_point("understand.counted");
	mail = mail_get(flow->store, id, error);
	if (!mail)
		return error == NULL || *error == NULL;
	pass->done++;
	if (attempts > ATTEMPTS)
		return park(flow, mail, "reading it ended the program three times", now, error);
	if (!mail->raw)
		return park(flow, mail, "its bytes are not here", now, error);
	if (read_one(flow, mail, now, &cause))
		return true;
	if (cause && attempts >= ATTEMPTS && !g_error_matches(cause, WISMO_ERROR, WISMO_HALT))
		return park(flow, mail, cause->message, now, error);
	if (cause)
		g_propagate_error(error, g_steal_pointer(&cause));
	return error == NULL || *error == NULL;
}

/* Orders are often imported after the buyer's mail (at one seller nearly always). */
static void adopt(const struct flow *flow, struct pass *pass, GError **error)
{
	int adopted = case_adopt_orders(flow->store, error);

	if (adopted <= 0)
		return;
	pass->done += (guint) adopted;
	log_info("adopted orders cases=%d", adopted);
}

bool understand_step(const struct flow *flow, gint64 now, struct pass *pass, GError **error)
{
	g_autoptr(GError) cause = NULL;

	for (;;) {
		scoped(mail) next = mail_next_new(flow->store, &cause);

		if (!next)
			break;
		if (!take(flow, next->id, now, pass, &cause))
			break;
	}
	if (!cause)
		adopt(flow, pass, &cause);
	if (!cause)
		return true;
	g_propagate_prefixed_error(error, g_steal_pointer(&cause), "understand: ");
	return false;
}
