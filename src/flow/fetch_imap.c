/* Reads one IMAP folder from its cursor on: numbers and sizes first, then bodies in batches, each stored with
 * the cursor before the next is asked for. Flags are neither read nor written: a mail that a person has
 * already read counts like any other. */
#include "fetch_p.h"

#include "wismo/base/digest.h"
#include "wismo/base/error.h"
#include "wismo/base/fault.h"
#include "wismo/base/log.h"
#include "wismo/store/mail.h"
#include "wismo/store/mailbox.h"

#include <string.h>

#define WINDOW_UIDS 5000	/* numbers listed by one command: 120 KB of memory */
#define WINDOW_MOST 50000000	/* sparse folders: windows double while they are empty */
#define OVERLAP_UIDS 50		/* looked at again on each reconnect and refresh, against servers that number late */
#define BLAME_TRIES 3		/* a mail that ended so many attempts alone is parked */
#define REFUSALS 5		/* failures in a row (3 minutes) after which a refused mail is parked; one in each round */
#define SKEW_S 86400		/* servers' clocks, and mails moved in by hand */

struct batch {
	struct sync *sync;
	struct imap *imap;
	struct mailbox *mailbox;
	gint64 careful_until;	/* up to this uid one by one: an earlier attempt died in here */
	const struct imap_entry *entries;
	gsize count;
	bool parked_refused;	/* one in this round: a disturbed server must not have all mails parked */
	GPtrArray *mails;	/* one for each entry; sha256 and raw come with its body */
};

static enum mail_state first_state(const struct batch *batch, const struct imap_entry *entry)
{
	const struct mailbox *mailbox = batch->mailbox;
	bool old = mailbox->start_uid
		? entry->uid < mailbox->start_uid || (entry->received_at && entry->received_at < mailbox->start_at - SKEW_S)
		: entry->received_at && entry->received_at < mailbox->start_at;

	return old ? MAIL_ARCHIVED : MAIL_NEW;
}

static struct mail *make_mail(const struct batch *batch, const struct imap_entry *entry)
{
	struct mail *mail = mail_new();

	mail->account = g_strdup(batch->sync->account->name);
	mail->folder = g_strdup(batch->sync->folder);
	mail->uidvalidity = (guint32) batch->mailbox->uidvalidity;
	mail->uid = entry->uid;
	mail->size_bytes = entry->size_bytes;
	mail->received_at = entry->received_at ? entry->received_at : batch->sync->now;
	mail->state = first_state(batch, entry);
	return mail;
}

static int find_uid(const void *key, const void *entry)
{
	guint32 uid = *(const guint32 *) key, other = ((const struct imap_entry *) entry)->uid;

	return uid < other ? -1 : uid > other;
}

static struct mail *mail_of(const struct batch *batch, guint32 uid)
{
	const struct imap_entry *entry = bsearch(&uid, batch->entries, batch->count, sizeof *entry, find_uid);

	return entry ? batch->mails->pdata[entry - batch->entries] : NULL;
}

static void take_body(guint32 uid, GBytes *bytes, void *user)
{
	struct mail *mail = mail_of(user, uid);

	if (!mail || mail->sha256)
		return;
	mail->raw = g_bytes_ref(bytes);
	mail->size_bytes = (gint64) g_bytes_get_size(bytes);
	mail->sha256 = digest_sha256(bytes);
}

static void take_header(guint32 uid, GBytes *bytes, void *user)
{
	struct mail *mail = mail_of(user, uid);

	if (mail && !mail->sha256)
		mail->sha256 = digest_sha256(bytes);
}

static void begin_batch(struct batch *batch, const struct imap_entry *entries, gsize count)
{
	batch->entries = entries;
	batch->count = count;
	g_ptr_array_set_size(batch->mails, 0);
	for (gsize i = 0; i < count; i++)
		g_ptr_array_add(batch->mails, make_mail(batch, &entries[i]));
}

static bool keep(struct batch *batch, const char *why, GError **error)
{
	bool kept = fetch_keep(batch->sync, batch->mails, why, (gint64) batch->entries[batch->count - 1].uid + 1, error);

	g_ptr_array_set_size(batch->mails, 0);
	return kept;
}

/* A single mail that will not be fetched: a row that a person sees, with the hash of its header or its place. */
static bool park(struct batch *batch, const struct imap_entry *entry, bool ask_header, const char *why, GError **error)
{
	struct mail *mail;

	begin_batch(batch, entry, 1);
	mail = batch->mails->pdata[0];
	if (ask_header && !imap_bodies(batch->imap, entry, 1, true, take_header, batch, error))
		return false;
	if (!mail->sha256)
		mail->sha256 = fetch_place_hash(batch->sync, batch->mailbox->uidvalidity, mail->uid);
	if (mail->state == MAIL_NEW)
		mail->state = MAIL_PARKED;
	return keep(batch, why, error);
}

/* Bodies that did not come: gone meanwhile, or the server will not give them. */
static bool settle_missing(struct batch *batch, GError **error)
{
	for (gsize i = 0; i < batch->count; i++) {
		const struct imap_entry *entry = &batch->entries[i];
		struct mail *mail = batch->mails->pdata[i];
		g_autoptr(GArray) there = NULL;

		if (mail->sha256)
			continue;
		there = g_array_new(FALSE, FALSE, sizeof(struct imap_entry));
		if (!imap_entries(batch->imap, entry->uid, entry->uid, there, error))
			return false;
		if (there->len && !imap_bodies(batch->imap, entry, 1, false, take_body, batch, error))
			return false;
		if (!there->len || mail->sha256)
			continue;
		mail->sha256 = fetch_place_hash(batch->sync, batch->mailbox->uidvalidity, mail->uid);
		mail->state = MAIL_PARKED;
	}
	return true;
}

/* The row says who is to blame before the risk is taken. */
static bool count_attempt(struct batch *batch, const struct imap_entry *entries, gsize count, gint64 *tries, GError **error)
{
	if (mailbox_try(batch->sync->flow->store, batch->sync->account->name, batch->sync->folder, entries[0].uid,
			entries[count - 1].uid, tries, error))
		return true;
	batch->sync->store_failed = true;
	return false;
}

static bool fetch_batch(struct batch *batch, const struct imap_entry *entries, gsize count, GError **error);

/* The server said NO and lives: one of the mails may be damaged on its side. Finds it, and gives it up last. */
static bool after_refusal(struct batch *batch, const struct imap_entry *entries, gsize count, const GError *refusal, GError **error)
{
	if (count == 1 && batch->mailbox->failures >= REFUSALS && !batch->parked_refused) {
		batch->parked_refused = true;
		return park(batch, entries, false, refusal->message, error);
	}
	if (count == 1) {
		g_set_error(error, WISMO_ERROR, WISMO_RETRY, "mail %u: %s", entries[0].uid, refusal->message);
		return false;
	}
	for (gsize i = 0; i < count; i++)
		if (!fetch_batch(batch, &entries[i], 1, error))
			return false;
	return true;
}

static bool fetch_batch(struct batch *batch, const struct imap_entry *entries, gsize count, GError **error)
{
	g_autoptr(GError) refusal = NULL;
	gint64 tries;

	if (!count_attempt(batch, entries, count, &tries, error))
		return false;
	if (count == 1 && tries > BLAME_TRIES)
		return park(batch, entries, false, "the server's answer for this mail could not be read three times", error);
	fault_point("fetch.batch.asked");
	begin_batch(batch, entries, count);
	if (!imap_bodies(batch->imap, entries, count, false, take_body, batch, &refusal)) {
		if (refusal->code == WISMO_PARK && !imap_dead(batch->imap))
			return after_refusal(batch, entries, count, refusal, error);
		g_propagate_error(error, g_steal_pointer(&refusal));
		return false;
	}
	return settle_missing(batch, error) && keep(batch, "the server gave no bytes for this mail", error);
}

/* How many of the entries make the next batch. */
static gsize batch_size(const struct batch *batch, const struct imap_entry *entries, gsize count, guint64 cap_bytes)
{
	guint64 bytes = entries[0].size_bytes;
	gsize size = 1;

	if (entries[0].uid <= batch->careful_until || entries[0].size_bytes > cap_bytes)
		return 1;
	while (size < count && size < BATCH_MAILS && bytes + entries[size].size_bytes <= BATCH_BYTES
	       && entries[size].size_bytes <= cap_bytes)
		bytes += entries[size++].size_bytes;
	return size;
}

static bool fetch_all(struct batch *batch, const struct imap_entry *entries, gsize count, GError **error)
{
	guint64 cap_bytes = (guint64) batch->sync->flow->settings->mail_cap_bytes;

	while (count) {
		gsize size = batch_size(batch, entries, count, cap_bytes);

		if (entries[0].size_bytes > cap_bytes) {
			g_autofree char *why = g_strdup_printf("too large: %u bytes, mail_cap_bytes is %" G_GUINT64_FORMAT,
							       entries[0].size_bytes, cap_bytes);

			if (!park(batch, entries, true, why, error))
				return false;
		} else if (!fetch_batch(batch, entries, size, error)) {
			return false;
		}
		entries += size;
		count -= size;
	}
	return true;
}

/* Drops what the store knows (the overlap, and what a crash left behind the cursor's batch). */
static bool drop_known(struct batch *batch, GArray *entries, GError **error)
{
	g_autoptr(GError) cause = NULL;
	guint kept = 0;

	for (guint i = 0; i < entries->len && !cause; i++) {
		struct imap_entry entry = g_array_index(entries, struct imap_entry, i);

		if (!mail_place_known(batch->sync->flow->store, batch->sync->account->name, batch->sync->folder,
				      batch->mailbox->uidvalidity, entry.uid, &cause))
			g_array_index(entries, struct imap_entry, kept++) = entry;
	}
	g_array_set_size(entries, kept);
	if (!cause)
		return true;
	batch->sync->store_failed = true;
	g_propagate_error(error, g_steal_pointer(&cause));
	return false;
}

/* Reads the window from `first` to `last`; the cursor ends behind it, or behind the last mail when it has no end.
 * *listed: how many mails the server named in it. */
static bool read_window(struct batch *batch, guint32 first, guint32 last, guint *listed, GError **error)
{
	g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(struct imap_entry));
	gint64 uid_next = batch->mailbox->uid_next;

	if (!imap_entries(batch->imap, first, last, entries, error))
		return false;
	*listed = entries->len;
	if (last != G_MAXUINT32)
		uid_next = MAX(uid_next, (gint64) last + 1);
	else if (entries->len)
		uid_next = MAX(uid_next, (gint64) g_array_index(entries, struct imap_entry, entries->len - 1).uid + 1);
	if (!drop_known(batch, entries, error)
	    || !fetch_all(batch, (struct imap_entry *) (void *) entries->data, entries->len, error))
		return false;
	if (uid_next > batch->mailbox->uid_next) {
		g_autoptr(GPtrArray) none = g_ptr_array_new();
		bool covered = entries->len && g_array_index(entries, struct imap_entry, entries->len - 1).uid + 1 == uid_next;

		if (!covered && !fetch_keep(batch->sync, none, NULL, uid_next, error))
			return false;
		batch->mailbox->uid_next = uid_next;
	}
	return true;
}

/* First sight and new numbering; afterwards `mailbox` fits the folder that is open. */
static bool settle_numbers(struct sync *sync, struct imap *imap, const struct imap_folder *status, struct mailbox *mailbox,
			   GError **error)
{
	struct store *store = sync->flow->store;
	gint64 start_uid = sync->account->start_at ? 0 : status->uid_next;
	bool ok;

	if (mailbox->uidvalidity == status->uidvalidity)
		return true;
	if (!mailbox->uidvalidity && !start_uid && !sync->account->start_at) {
		/* The rare server that does not tell UIDNEXT: its last mail does. */
		g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(struct imap_entry));

		if (!imap_entries(imap, 1, G_MAXUINT32, entries, error))
			return false;
		start_uid = entries->len ? (gint64) g_array_index(entries, struct imap_entry, entries->len - 1).uid + 1 : 1;
	}
	if (!mailbox->uidvalidity) {
		ok = mailbox_first_sight(store, sync->account->name, sync->folder, status->uidvalidity, start_uid, error);
		log_info("fetch.first_sight account=%s folder=%s mails=%u", sync->account->name, sync->folder, status->exists);
	} else {
		ok = mailbox_renumbered(store, sync->account->name, sync->folder, status->uidvalidity, sync->now, error);
		log_warning("fetch.renumbered account=%s folder=%s was=%" G_GINT64_FORMAT " is=%u", sync->account->name,
			    sync->folder, mailbox->uidvalidity, status->uidvalidity);
	}
	ok = ok && mailbox_open(store, sync->account->name, sync->folder, sync->account->start_at, sync->now, mailbox, error);
	sync->store_failed = !ok;
	return ok;
}

static bool read_windows(struct batch *batch, const struct imap_folder *status, GError **error)
{
	gint64 from = batch->mailbox->uid_next, width = WINDOW_UIDS;
	guint listed;

	if (status)
		from = MAX(1, from - OVERLAP_UIDS);
	while (status && status->uid_next && from + width < status->uid_next) {
		if (!read_window(batch, (guint32) from, (guint32) (from + width - 1), &listed, error))
			return false;
		from += width;
		width = listed ? WINDOW_UIDS : MIN(width * 2, WINDOW_MOST);
	}
	return from > (gint64) G_MAXUINT32 || read_window(batch, (guint32) from, G_MAXUINT32, &listed, error);
}

static void free_mail(gpointer mail)
{
	mail_free(mail);
}

bool fetch_imap_sync(struct sync *sync, struct imap *imap, const struct imap_folder *status, GError **error)
{
	g_autoptr(GPtrArray) mails = g_ptr_array_new_with_free_func(free_mail);
	struct mailbox mailbox;
	struct batch batch = { .sync = sync, .imap = imap, .mailbox = &mailbox, .mails = mails };

	if (!mailbox_open(sync->flow->store, sync->account->name, sync->folder, sync->account->start_at, sync->now, &mailbox, error)) {
		sync->store_failed = true;
		return false;
	}
	if (status && !settle_numbers(sync, imap, status, &mailbox, error))
		return false;
	if (mailbox.trying > 0)
		batch.careful_until = mailbox.trying_last;
	return read_windows(&batch, status, error) && fetch_synced(sync, mailbox.failures > 0, error);
}
