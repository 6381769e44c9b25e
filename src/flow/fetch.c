/* What all mailboxes have in common: keeping mails, telling problems, and one round over an account. */
#include "fetch_p.h"

#include "wismo/base/error.h"
#include "wismo/base/fault.h"
#include "wismo/base/log.h"
#include "wismo/flow/file.h"
#include "wismo/store/mail.h"
#include "wismo/store/mailbox.h"

#include <signal.h>

#define SYNCED_EVERY_S 30

char *fetch_place_hash(const struct sync *sync, gint64 uidvalidity, gint64 uid)
{
	g_autofree char *place = g_strdup_printf("%s\n%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT, sync->account->name,
						 sync->folder, uidvalidity, uid);

	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, place, -1);
}

static bool put_all(struct sync *sync, GPtrArray *mails, const char *why, guint *news, GError **error)
{
	for (guint i = 0; i < mails->len; i++) {
		struct mail *mail = mails->pdata[i];
		bool added;

		if (!mail->sha256)
			continue;
		if (!mail_put(sync->flow->store, mail, mail->state == MAIL_PARKED ? why : NULL, sync->now, &added, error))
			return false;
		sync->kept++;
		*news += added && mail->state != MAIL_ARCHIVED;
		if (added)
			log_debug("fetch.mail id=m%" G_GINT64_FORMAT " account=%s folder=%s uid=%" G_GINT64_FORMAT
				  " bytes=%" G_GINT64_FORMAT " state=%s", mail->id, mail->account, mail->folder, mail->uid,
				  mail->size_bytes, mail_state_name(mail->state));
		if (added && mail->state == MAIL_PARKED)
			log_error("fetch.parked id=m%" G_GINT64_FORMAT " account=%s folder=%s uid=%" G_GINT64_FORMAT " why=\"%s\"",
				  mail->id, mail->account, mail->folder, mail->uid, why);
	}
	return true;
}

bool fetch_keep(struct sync *sync, GPtrArray *mails, const char *why, gint64 uid_next, GError **error)
{
	struct store *store = sync->flow->store;
	guint kept = sync->kept, news = 0;

	fault_point("fetch.keep.begin");
	sync->store_failed = true;
	if (!store_begin(store, error))
		return false;
	if (!put_all(sync, mails, why, &news, error)
	    || !mailbox_advance(store, sync->account->name, sync->folder, uid_next, error)) {
		store_abandon(store);
		return false;
	}
	fault_point("fetch.keep.written");
	if (!store_commit(store, error)) {
		store_abandon(store);
		return false;
	}
	fault_point("fetch.keep.committed");
	sync->store_failed = false;
	if (sync->wires && sync->wires->alive)
		sync->wires->alive(sync->wires->user);
	else if (sync->flow->alive)
		sync->flow->alive(sync->flow->alive_user);
	if (sync->wires && sync->wires->news && news)
		sync->wires->news(sync->wires->user);
	if (sync->kept > kept)
		log_info("fetch.kept account=%s folder=%s mails=%u new=%u", sync->account->name, sync->folder,
			 sync->kept - kept, news);
	return true;
}

bool fetch_synced(struct sync *sync, bool was_broken, GError **error)
{
	if (!was_broken && sync->now - sync->synced_at < SYNCED_EVERY_S)
		return true;
	if (!mailbox_synced(sync->flow->store, sync->account->name, sync->folder, sync->now, error)) {
		sync->store_failed = true;
		return false;
	}
	sync->synced_at = sync->now;
	if (was_broken)
		log_info("fetch.mended account=%s folder=%s", sync->account->name, sync->folder);
	return true;
}

bool fetch_broken(struct sync *sync, const GError *problem, gint64 *failures, GError **error)
{
	if (!mailbox_problem(sync->flow->store, sync->account->name, sync->folder, problem->message, sync->now, failures, error))
		return false;
	/* An unreadable answer leaves the count of its batch as it is: that is how the mail to blame is found. */
	if (problem->code != WISMO_PARK && !mailbox_untry(sync->flow->store, sync->account->name, sync->folder, error))
		return false;
	if (problem->code == WISMO_HALT)
		log_error("fetch.problem account=%s folder=%s failures=%" G_GINT64_FORMAT " problem=\"%s\"",
			  sync->account->name, sync->folder, *failures, problem->message);
	else
		log_warning("fetch.problem account=%s folder=%s failures=%" G_GINT64_FORMAT " problem=\"%s\"",
			    sync->account->name, sync->folder, *failures, problem->message);
	return true;
}

guint fetch_pause_s(const GError *problem, gint64 failures)
{
	bool person = problem->code == WISMO_HALT;
	gint64 base_s = person ? 60 : 5, most_s = person ? 1800 : 300;
	gint64 pause_s = MIN(base_s << CLAMP(failures - 1, 0, 10), most_s);

	/* Jitter of a quarter: many mailboxes of one server must not come back at one moment. */
	return (guint) (pause_s - pause_s / 4 + g_random_int_range(0, (gint32) (pause_s / 2 + 1)));
}

static bool sync_folder(struct sync *sync, struct imap **imap, GError **error)
{
	struct imap_folder status;

	if (sync->account->source.path)
		return fetch_maildir_sync(sync, error);
	if (*imap && imap_dead(*imap))
		g_clear_pointer(imap, imap_close);
	if (!*imap)
		*imap = imap_open(&sync->account->source, error);
	return *imap && imap_select(*imap, sync->folder, false, &status, error)
		&& fetch_imap_sync(sync, *imap, &status, error);
}

bool fetch_once(const struct flow *flow, const struct account *account, gint64 now, struct pass *pass, GError **error)
{
	scoped(imap) imap = NULL;
	guint filed = 0;

	signal(SIGPIPE, SIG_IGN);
	pass->next_at = 0;
	for (guint i = 0; i < account->folders->len; i++) {
		struct sync sync = { .flow = flow, .account = account, .folder = account->folders->pdata[i], .now = now };
		g_autoptr(GError) problem = NULL;
		gint64 failures;

		if (!sync_folder(&sync, &imap, &problem)) {
			if (sync.store_failed) {
				g_propagate_error(error, g_steal_pointer(&problem));
				return false;
			}
			if (!fetch_broken(&sync, problem, &failures, error))
				return false;
			pass->next_at = now + fetch_pause_s(problem, failures);
		}
		pass->done += sync.kept;
		/* Without a login the next folder would only wait for the same refusal. */
		if (problem && !imap && account->source.host)
			break;
	}
	if (!account->source.path && (!imap || imap_dead(imap)))
		return true;
	if (!file_step(flow, account, imap, now, &filed, error))
		return false;
	pass->done += filed;
	return true;
}
