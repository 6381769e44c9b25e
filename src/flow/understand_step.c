/* new mails -> readings and cases, in batches: the attempts are committed before any bytes are looked at, then what was
 * understood. A durable step costs some 200 us on a good disk, as much as understanding a mail. A mail that ends the
 * program takes its batch with it once; from then on each of the batch is met alone (mail_take), and it is parked
 * at the fourth attempt. */
#include "batch_p.h"
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

/* Held in memory as letters until they are written; a commit for 100 mails costs 2 us a mail. */
#define BATCH_MAILS 100
#define BATCH_BYTES (2 * 1024 * 1024)

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

/* One mail of a batch: understood without a transaction, written with the others in one. */
struct item {
	struct mail *mail;
	struct letter *letter;
	struct reading_row *row;	/* NULL: to be parked */
	const char *park;		/* why; NULL */
};

static void item_free(gpointer pointer)
{
	struct item *item = pointer;

	mail_free(item->mail);
	letter_free(item->letter);
	reading_row_free(item->row);
	g_free(item);
}

/* NULL with an error; the mail itself cannot fail, only be parked. */
static struct item *understand(const struct flow *flow, gint64 id, int attempts, gint64 now, GError **error)
{
	struct mail *mail = mail_get(flow->store, id, error);
	struct item *item;

	if (!mail)
		return NULL;
	item = g_new0(struct item, 1);
	item->mail = mail;
	if (attempts > ATTEMPTS)
		item->park = "reading it ended the program three times";
	else if (!mail->raw)
		item->park = "its bytes are not here";
	if (item->park)
		return item;
	item->letter = mime_read(mail->raw);
	g_clear_pointer(&mail->raw, g_bytes_unref);
	item->row = row_of(flow, mail, item->letter, understand_letter(flow->book, settings_account(flow->settings, mail->account),
			   item->letter, flow->settings->min_confidence, NULL), now);
	letter_forget_text(item->letter);	/* a batch waits to be written; threading asks for heads only */
	fault_point("understand.read");
	return item;
}

static bool park(const struct flow *flow, const struct mail *mail, const char *why, gint64 now, GError **error)
{
	g_autofree char *subject = g_strdup_printf("m%" G_GINT64_FORMAT, mail->id);

	if (!mail_settle(flow->store, mail->id, MAIL_PARKED, why, error) ||
	    !store_history(flow->store, now, "mind", subject, "parked", why, error))
		return false;
	log_error("parked mail=%s why=\"%s\"", subject, why);
	return true;
}

/* Within the caller's transaction. */
static bool put(const struct flow *flow, const struct item *item, gint64 now, GError **error)
{
	if (item->park)
		return park(flow, item->mail, item->park, now, error);
	item->row->case_id = 0;
	return write(flow, item->mail, item->letter, item->row, now, error);
}

static void tell(const struct item *item)
{
	const struct reading *reading = item->row->reading;

	log_info("read mail=m%" G_GINT64_FORMAT " case=c%" G_GINT64_FORMAT " channel=%s intent=%s answerable=%d",
		 item->mail->id, item->row->case_id, reading->channel, intent_name(reading->intent), reading->answerable);
}

static GArray *take(struct store *store, gint64 now, int *attempts, GError **error)
{
	(void) now;
	return mail_take(store, BATCH_MAILS, BATCH_BYTES, attempts, error);
}

static void counted(void)
{
	fault_point("understand.counted");
}

static bool work(const struct flow *flow, const struct batch *batch, gint64 now, struct batch *next, GError **error);

static const struct batch_stage stage = { "understand", take, mail_untake, counted, work };

/* Set aside at the third failure; till then it stays new. */
static bool refuse(const struct flow *flow, const struct mail *mail, int attempts, const char *why, gint64 now, GError **error)
{
	log_warning("understand mail=m%" G_GINT64_FORMAT " attempt=%d why=\"%s\"", mail->id, attempts, why);
	return attempts < ATTEMPTS || (store_begin(flow->store, error) && park(flow, mail, why, now, error)
				       && store_commit(flow->store, error));
}

/* One by one, after the batch failed: a mail that the tables do not take fails alone, and the third time it is parked. */
static bool settle_each(const struct flow *flow, const GPtrArray *items, const struct batch *batch, gint64 now, GError **error)
{
	for (guint i = 0; i < items->len; i++) {
		const struct item *item = g_ptr_array_index(items, i);
		g_autoptr(GError) cause = NULL;
		bool fine = store_begin(flow->store, &cause) && put(flow, item, now, &cause) && store_commit(flow->store, &cause);

		if (fine)
			continue;
		store_abandon(flow->store);
		if (g_error_matches(cause, WISMO_ERROR, WISMO_PARK)) {
			g_autofree char *why = g_strdup(cause->message);

			g_clear_error(&cause);
			if (refuse(flow, item->mail, batch->attempts, why, now, &cause))
				continue;
		}
		if (cause)
			return batch_pause(&stage, flow, batch, i, g_steal_pointer(&cause), error);
		store_abandon(flow->store);
		return false;
	}
	return true;
}

/* The results of one batch and the attempts of the next are one commit, and the next is counted before it is looked at all
 * the same. No savepoint parts the mails: SQLite would copy every page that a mail changes, 20 us of 150. */
static bool settle_all(const struct flow *flow, const GPtrArray *items, const struct batch *batch, gint64 now, struct batch *next,
		       GError **error)
{
	g_autoptr(GError) cause = NULL;
	bool fine = store_begin(flow->store, &cause);

	for (guint i = 0; fine && i < items->len; i++)
		fine = put(flow, g_ptr_array_index(items, i), now, &cause);
	fine = fine && batch_next(&stage, flow, now, next, &cause);
	if (fine) {
		fault_point("understand.written");
		fine = store_commit(flow->store, &cause);
	}
	if (!fine) {
		store_abandon(flow->store);
		g_clear_pointer(&next->ids, g_array_unref);
		if (g_error_matches(cause, WISMO_ERROR, WISMO_PARK))
			return settle_each(flow, items, batch, now, error) && batch_first(&stage, flow, now, next, error);
		return cause && batch_pause(&stage, flow, batch, 0, g_steal_pointer(&cause), error);
	}
	fault_point("understand.committed");
	for (guint i = 0; i < items->len; i++)
		if (((struct item *) g_ptr_array_index(items, i))->row)
			tell(g_ptr_array_index(items, i));
	return true;
}

/* False only when the store itself fails. */
static bool work(const struct flow *flow, const struct batch *batch, gint64 now, struct batch *next, GError **error)
{
	g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(item_free);
	g_autoptr(GError) cause = NULL;

	for (guint i = 0; i < batch->ids->len; i++) {
		struct item *item = understand(flow, g_array_index(batch->ids, gint64, i), batch->attempts, now, &cause);

		if (!item)
			return cause && batch_pause(&stage, flow, batch, 0, g_steal_pointer(&cause), error);
		g_ptr_array_add(items, item);
	}
	return settle_all(flow, items, batch, now, next, error);
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

	batch_all(&stage, flow, now, pass, &cause);
	if (!cause)
		adopt(flow, pass, &cause);
	if (!cause)
		return true;
	g_propagate_prefixed_error(error, g_steal_pointer(&cause), "understand: ");
	return false;
}
