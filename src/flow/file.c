/* Courtesies after sending. A copy is appended only when our Message-ID is not in Sent yet: providers that file by
 * themselves, and a crash between APPEND and its row, would else make two. */
#include "wismo/flow/file.h"

#include "wismo/base/error.h"
#include "wismo/base/fault.h"
#include "wismo/base/log.h"
#include "wismo/flow/sent.h"
#include "wismo/mail/maildir.h"
#include "wismo/store/filing.h"
#include "wismo/store/mail.h"
#include "wismo/store/reply_look.h"

#define TRIES 8
#define FIRST_PAUSE_S 60	/* then four times longer each: 1 min, 4 min, 17 min, 1.1 h, 4.5 h, 6 h ... */
#define LONGEST_PAUSE_S 21600

struct work {
	const struct flow *flow;
	const struct account *account;
	struct imap *imap;
	gint64 now;
};

static gint64 pause_s(gint64 attempts)
{
	return MIN(FIRST_PAUSE_S << MIN(2 * attempts, 20), LONGEST_PAUSE_S);
}

/* The steps give true when done, false with WISMO_PARK when it can never be done, or with the trouble of this attempt. */
static bool copy(struct work *work, const struct filing *filing, GError **error)
{
	g_autofree char *folder = NULL;
	guint count = 0;

	if (!work->account->sent_folder) {
		g_set_error(error, WISMO_ERROR, WISMO_PARK, "no sent_folder is configured");
		return false;
	}
	if (!filing->wire) {
		g_set_error(error, WISMO_ERROR, WISMO_PARK, "the text of the reply was erased");
		return false;
	}
	folder = sent_open(work->account, work->imap, true, error);
	if (!folder || !imap_count_message_id(work->imap, filing->message_id, &count, error))
		return false;
	if (count)
		return true;
	fault_point("file.copy.append");
	if (!imap_append(work->imap, folder, filing->wire, filing->sent_at ? filing->sent_at : work->now, error))
		return false;
	fault_point("file.copy.appended");
	return true;
}

struct place {
	char *folder;
	gint64 uidvalidity, uid;
};

static void keep_place(const char *folder, gint64 uidvalidity, gint64 uid, void *user)
{
	struct place place = { g_strdup(folder), uidvalidity, uid };

	g_array_append_val(user, place);
}

static void clear_place(gpointer place)
{
	g_free(((struct place *) place)->folder);
}

static bool mark_answered(struct work *work, const struct filing *filing, GError **error)
{
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(struct place));
	bool marked = false;

	g_array_set_clear_func(places, clear_place);
	if (!mail_places_each(work->flow->store, filing->mail, keep_place, places, error))
		return false;
	for (guint i = 0; i < places->len; i++) {
		const struct place *place = &g_array_index(places, struct place, i);
		struct imap_folder status;

		if (place->uid > G_MAXUINT32)
			continue;
		if (!imap_select(work->imap, place->folder, true, &status, error))
			return false;
		/* Under another UIDVALIDITY the number is that of another mail. */
		if (status.uidvalidity != place->uidvalidity)
			continue;
		if (!imap_mark_answered(work->imap, (guint32) place->uid, error))
			return false;
		marked = true;
	}
	if (!marked)
		g_set_error(error, WISMO_ERROR, WISMO_PARK, "the answered mail is no longer where it was");
	return marked;
}

static bool attempt(struct work *work, const struct filing *filing, GError **error)
{
	if (!work->imap) {
		g_set_error(error, WISMO_ERROR, WISMO_PARK, "a Maildir that is watched is never written to");
		return false;
	}
	return filing->step == FILING_COPY ? copy(work, filing, error) : mark_answered(work, filing, error);
}

/* The seller wanted it so: nothing to warn about at each reply. */
static bool by_design(const struct work *work, const struct filing *filing)
{
	return !work->imap || (filing->step == FILING_COPY && !work->account->sent_folder);
}

static bool do_filing(struct work *work, const struct filing *filing, GError **error)
{
	g_autoptr(GError) problem = NULL;
	enum filing_state state;
	gint64 again_at = work->now + pause_s(filing->attempts);

	if (!filing_begin(work->flow->store, filing, again_at, error))
		return false;
	fault_point("file.begun");
	if (attempt(work, filing, &problem))
		state = FILING_DONE;
	else if ((problem->code == WISMO_PARK && !(work->imap && imap_dead(work->imap))) || filing->attempts + 1 >= TRIES)
		state = FILING_GIVEN_UP;
	else
		state = FILING_DUE;
	if (!filing_settle(work->flow->store, filing, state, state == FILING_DUE ? again_at : 0,
			   problem ? problem->message : NULL, error))
		return false;
	fault_point("file.settled");
	if (problem && by_design(work, filing))
		log_debug("file.none reply=r%" G_GINT64_FORMAT " step=%s why=\"%s\"", filing->reply, filing_step_name(filing->step),
			  problem->message);
	else if (!problem)
		log_info("file.done reply=r%" G_GINT64_FORMAT " step=%s", filing->reply, filing_step_name(filing->step));
	else
		log_warning("file.problem reply=r%" G_GINT64_FORMAT " step=%s%s problem=\"%s\"", filing->reply,
			    filing_step_name(filing->step), state == FILING_GIVEN_UP ? " given_up" : "", problem->message);
	return true;
}

/* Whether our Message-ID is where sent mails lie. *can: its absence would mean something. Where no copies are filed (no
 * sent_folder), the provider may do it, and what it files counts; that it files nothing proves nothing. */
static bool seen(struct work *work, const char *message_id, bool *can, bool *is_there, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autofree char *folder = NULL;
	guint count = 0;

	*can = true;
	*is_there = false;
	if (work->account->outgoing.path) {
		*is_there = maildir_has(work->account->outgoing.path, message_id);
		return true;
	}
	folder = work->imap ? sent_open(work->account, work->imap, false, &cause) : NULL;
	if (cause) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	if (folder && !imap_count_message_id(work->imap, message_id, &count, error))
		return false;
	*is_there = count > 0;
	*can = folder && work->account->sent_folder;
	return true;
}

static bool look_for(struct work *work, const struct reply_look *look, guint *done, GError **error)
{
	g_autoptr(GError) problem = NULL;
	bool can, is_there;

	if (!seen(work, look->message_id, &can, &is_there, &problem)) {
		log_warning("file.look reply=r%" G_GINT64_FORMAT " problem=\"%s\"", look->id, problem->message);
		return true;
	}
	fault_point("file.looked");
	if (!is_there && !look->older)
		return true;
	log_info("file.look reply=r%" G_GINT64_FORMAT " was=%s found=%s", look->id, look->state,
		 is_there ? "yes" : can ? "no" : "nowhere to look");
	*done += 1;
	if (is_there)
		return reply_look_found(work->flow->store, look, work->now, error);
	return can ? reply_look_absent(work->flow->store, look, work->now, error)
		: reply_look_impossible(work->flow->store, look, work->now, error);
}

bool file_step(const struct flow *flow, const struct account *account, struct imap *imap, gint64 now, guint *done,
	       GError **error)
{
	struct work work = { flow, account, imap, now };
	g_autoptr(GPtrArray) looks = reply_look_list(flow->store, account->name, error);

	if (!looks)
		return false;
	for (guint i = 0; i < looks->len && !(imap && imap_dead(imap)); i++)
		if (!look_for(&work, looks->pdata[i], done, error))
			return false;
	while (!(imap && imap_dead(imap))) {
		g_autoptr(GError) cause = NULL;
		scoped(filing) filing = filing_next(flow->store, account->name, now, &cause);

		if (cause) {
			g_propagate_error(error, g_steal_pointer(&cause));
			return false;
		}
		if (!filing)
			break;
		if (!do_filing(&work, filing, error))
			return false;
		*done += 1;
	}
	return true;
}

bool file_due(const struct flow *flow, const struct account *account, gint64 now, bool look, bool *due, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autoptr(GPtrArray) looks = NULL;
	gint64 next_at = filing_next_at(flow->store, account->name, &cause);

	*due = next_at && next_at <= now;
	if (!cause && !*due && look) {
		looks = reply_look_list(flow->store, account->name, &cause);
		*due = looks && looks->len;
	}
	if (!cause)
		return true;
	g_propagate_error(error, g_steal_pointer(&cause));
	return false;
}
