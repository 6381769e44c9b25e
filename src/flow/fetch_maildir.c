/* Reads one Maildir. It has no numbers that grow, so each look lists it and asks the store which files it knows. */
#include "fetch_p.h"

#include "wismo/base/digest.h"
#include "wismo/base/error.h"
#include "wismo/base/log.h"
#include "wismo/mail/maildir.h"
#include "wismo/store/mail.h"
#include "wismo/store/mailbox.h"

#include <string.h>

#define MAILDIR_VALIDITY 1

/* A file that the store does not know yet. */
struct unknown {
	char *path, *name;
	gint64 uid, size_bytes, received_at;
};

struct listing {
	struct sync *sync;
	GArray *unknown;
	GError *cause;
};

static void clear_unknown(gpointer pointer)
{
	struct unknown *one = pointer;

	g_free(one->path);
	g_free(one->name);
}

static bool list_one(const struct maildir_file *file, void *user)
{
	struct listing *listing = user;
	struct unknown one = { NULL, NULL, file->uid, file->size_bytes, file->received_at };

	if (mail_place_known(listing->sync->flow->store, listing->sync->account->name, listing->sync->folder,
			     MAILDIR_VALIDITY, file->uid, &listing->cause))
		return true;
	if (listing->cause)
		return false;
	one.path = g_strdup(file->path);
	one.name = g_strdup(file->name);
	g_array_append_val(listing->unknown, one);
	return true;
}

/* In the order in which they came: a buyer's second mail must not be read before the first. */
static int by_time(const void *a, const void *b)
{
	const struct unknown *first = a, *second = b;

	if (first->received_at != second->received_at)
		return first->received_at < second->received_at ? -1 : 1;
	return strcmp(first->name, second->name);
}

static struct mail *make_mail(struct sync *sync, const struct unknown *one, gint64 start_at)
{
	struct mail *mail = mail_new();

	mail->account = g_strdup(sync->account->name);
	mail->folder = g_strdup(sync->folder);
	mail->uidvalidity = MAILDIR_VALIDITY;
	mail->uid = one->uid;
	mail->size_bytes = one->size_bytes;
	mail->received_at = one->received_at;
	mail->state = one->received_at < start_at ? MAIL_ARCHIVED : MAIL_NEW;
	return mail;
}

static void free_mail(gpointer mail)
{
	mail_free(mail);
}

/* A mail that cannot be read is a row that a person sees. */
static bool park(struct sync *sync, struct mail *mail, const char *why, GError **error)
{
	g_autoptr(GPtrArray) one = g_ptr_array_new();

	g_ptr_array_add(one, mail);
	mail->sha256 = fetch_place_hash(sync, MAILDIR_VALIDITY, mail->uid);
	if (mail->state == MAIL_NEW)
		mail->state = MAIL_PARKED;
	return fetch_keep(sync, one, why, 1, error);
}

static bool take(struct sync *sync, const char *folder, const struct unknown *one, gint64 start_at, GPtrArray *mails,
		 gsize *bytes, GError **error)
{
	struct maildir_file file = { one->path, one->name, one->uid, one->size_bytes, one->received_at };
	scoped(mail) mail = make_mail(sync, one, start_at);
	g_autoptr(GError) cause = NULL;
	bool gone;

	mail->raw = maildir_read(folder, &file, (gsize) sync->flow->settings->mail_cap_bytes, &gone, &cause);
	if (gone)
		return true;
	if (cause && cause->code == WISMO_PARK)
		return park(sync, mail, cause->message, error);
	if (cause) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	mail->size_bytes = (gint64) g_bytes_get_size(mail->raw);
	mail->sha256 = digest_sha256(mail->raw);
	*bytes += g_bytes_get_size(mail->raw);
	g_ptr_array_add(mails, g_steal_pointer(&mail));
	return true;
}

static bool take_all(struct sync *sync, const char *folder, GArray *unknown, gint64 start_at, GError **error)
{
	g_autoptr(GPtrArray) mails = g_ptr_array_new_with_free_func(free_mail);
	gsize bytes = 0;

	for (guint i = 0; i < unknown->len; i++) {
		if (!take(sync, folder, &g_array_index(unknown, struct unknown, i), start_at, mails, &bytes, error))
			return false;
		if (mails->len >= BATCH_MAILS || bytes >= BATCH_BYTES || (i + 1 == unknown->len && mails->len)) {
			if (!fetch_keep(sync, mails, NULL, 1, error))
				return false;
			g_ptr_array_set_size(mails, 0);
			bytes = 0;
		}
	}
	return true;
}

bool fetch_maildir_sync(struct sync *sync, GError **error)
{
	g_autofree char *folder = maildir_folder(sync->account->source.path, sync->folder);
	g_autoptr(GArray) unknown = g_array_new(FALSE, FALSE, sizeof(struct unknown));
	struct listing listing = { sync, unknown, NULL };
	struct mailbox mailbox;

	g_array_set_clear_func(unknown, clear_unknown);
	if (!mailbox_open(sync->flow->store, sync->account->name, sync->folder, sync->account->start_at, sync->now, &mailbox, error)
	    || (!mailbox.uidvalidity && !mailbox_first_sight(sync->flow->store, sync->account->name, sync->folder,
							     MAILDIR_VALIDITY, 0, error))) {
		sync->store_failed = true;
		return false;
	}
	if (!maildir_each(folder, list_one, &listing, error))
		return false;
	if (listing.cause) {
		sync->store_failed = true;
		g_propagate_error(error, listing.cause);
		return false;
	}
	if (unknown->len)	/* an empty array has no data, and qsort wants some */
		qsort(unknown->data, unknown->len, sizeof(struct unknown), by_time);
	return take_all(sync, folder, unknown, mailbox.start_at, error) && fetch_synced(sync, mailbox.failures > 0, error);
}
