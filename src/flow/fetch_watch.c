/* Many mailboxes in one poll. A link is one folder: an IMAP connection in IDLE (or polled by NOOP), or a Maildir under
 * inotify. Its only states are "up" and "down until a moment"; every failure ends in the second, with the
 * problem written and a pause, so nothing is ever silently idle. News from the server are hints: what is read is
 * always what lies behind the cursor. */
#include "fetch_p.h"

#include "wismo/base/clock.h"
#include "wismo/base/error.h"
#include "wismo/base/log.h"
#include "wismo/flow/file.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define REFRESH_S 540
#define NOOP_S 30
#define MAILDIR_S 30		/* network file systems tell no news */
#define LOOK_S 300		/* replies of unknown fate are looked for so often */
#define TURN_MS 1000		/* the longest wait: a lost wake-up costs no more */

struct link {
	const struct account *account;
	const char *folder;
	struct imap *imap;
	int inotify_fd;		/* Maildirs; -1: none */
	bool up;
	bool idling;
	gint64 next_us;		/* monotonic: up: refresh, NOOP or look; down: try again */
	gint64 synced_at;
};

struct watch {
	const struct flow *flow;
	const struct fetch_wires *wires;
	GArray *links;		/* struct link, those of one account side by side */
	GArray *polls;		/* struct pollfd: the wire, then one for each link */
	GHashTable *looked;	/* account -> gint64 *: when its replies of unknown fate were looked for */
	gint64 data_version;	/* of the store when filings were last looked at */
	gint64 filings_at;	/* clock of that look */
};

static gint64 in_us(gint64 seconds)
{
	return g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
}

static void alive(const struct watch *watch)
{
	if (watch->wires->alive)
		watch->wires->alive(watch->wires->user);
}

static void take_down(struct link *link, gint64 pause_s)
{
	g_clear_pointer(&link->imap, imap_close);
	link->up = link->idling = false;
	link->next_us = in_us(pause_s);
}

/* Ends an attempt: keeps what happened, and on trouble takes the link down. False: the store failed. */
static bool settle(struct watch *watch, struct link *link, struct sync *sync, GError *problem, GError **error)
{
	gint64 failures = 1;

	link->synced_at = sync->synced_at;
	alive(watch);
	if (!problem)
		return true;
	if (sync->store_failed) {
		g_propagate_error(error, g_error_copy(problem));
		return false;
	}
	if (!fetch_broken(sync, problem, &failures, error))
		return false;
	/* An unreadable answer is tried again at once: the mail to blame is found within a few attempts, and parked. */
	take_down(link, problem->code == WISMO_PARK && failures <= 5 ? 0 : fetch_pause_s(problem, failures));
	return true;
}

static struct sync begin(const struct watch *watch, const struct link *link)
{
	return (struct sync) { .flow = watch->flow, .account = link->account, .folder = link->folder, .now = clock_now(),
			       .synced_at = link->synced_at, .wires = watch->wires };
}

static bool park_link(const struct watch *watch, struct link *link, GError **error)
{
	guint refresh_s = watch->wires->refresh_s, noop_s = watch->wires->noop_s;

	link->idling = imap_has_idle(link->imap);
	link->next_us = in_us(link->idling ? refresh_s ? refresh_s : REFRESH_S : noop_s ? noop_s : NOOP_S);
	return !link->idling || imap_idle_begin(link->imap, error);
}

static bool leave_idle(struct link *link, GError **error)
{
	bool was = link->idling;

	link->idling = false;
	return !was || imap_idle_end(link->imap, error);
}

/* Connects when needed and reads everything; also each refresh goes this way. */
static bool imap_up(const struct watch *watch, struct link *link, struct sync *sync, GError **error)
{
	struct imap_folder status;

	if (!link->imap)
		link->imap = imap_open(&link->account->source, error);
	link->up = link->imap && leave_idle(link, error) && imap_select(link->imap, link->folder, false, &status, error)
		&& fetch_imap_sync(sync, link->imap, &status, error) && park_link(watch, link, error);
	return link->up;
}

static void watch_maildir(struct link *link)
{
	static const char *const subs[] = { "new", "cur" };
	const char *path = link->account->source.path;
	bool inbox = g_ascii_strcasecmp(link->folder, "INBOX") == 0;

	if (link->inotify_fd >= 0)
		return;
	link->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	for (gsize i = 0; i < G_N_ELEMENTS(subs) && link->inotify_fd >= 0; i++) {
		g_autofree char *sub = inbox ? g_strdup_printf("%s/%s", path, subs[i])
			: g_strdup_printf("%s/.%s/%s", path, link->folder, subs[i]);

		/* Without it the look every 30 s remains. */
		inotify_add_watch(link->inotify_fd, sub, IN_MOVED_TO | IN_CLOSE_WRITE | IN_CREATE);
	}
}

static bool link_up(struct watch *watch, struct link *link, GError **error)
{
	struct sync sync = begin(watch, link);
	g_autoptr(GError) problem = NULL;

	sync.synced_at = 0;
	if (link->account->source.path) {
		watch_maildir(link);
		link->up = fetch_maildir_sync(&sync, &problem);
		link->next_us = in_us(MAILDIR_S);
	} else {
		imap_up(watch, link, &sync, &problem);
	}
	return settle(watch, link, &sync, problem, error);
}

/* The server said something, or its NOOP is due. */
static bool link_news(struct watch *watch, struct link *link, GError **error)
{
	struct sync sync = begin(watch, link);
	g_autoptr(GError) problem = NULL;
	bool idling = link->idling;

	if ((idling ? leave_idle(link, &problem) : imap_noop(link->imap, &problem))
	    && fetch_imap_sync(&sync, link->imap, NULL, &problem))
		park_link(watch, link, &problem);
	return settle(watch, link, &sync, problem, error);
}

static bool turn_link(struct watch *watch, struct link *link, const struct pollfd *poll, GError **error)
{
	bool due = g_get_monotonic_time() >= link->next_us;
	char events[4096];

	if (!link->up)
		return !due || link_up(watch, link, error);
	if (link->account->source.path) {
		bool told = false;

		while (link->inotify_fd >= 0 && read(link->inotify_fd, events, sizeof events) > 0)
			told = true;
		return !(told || due) || link_up(watch, link, error);
	}
	if (link->idling && (poll->revents || imap_ready(link->imap)))
		return link_news(watch, link, error);
	if (due)
		return link->idling ? link_up(watch, link, error) : link_news(watch, link, error);
	return true;
}

/* The account's filings go over its first living connection, which then opens its own folder again. */
static bool file_account(struct watch *watch, struct link *link, GError **error)
{
	gint64 now = clock_now(), *looked = g_hash_table_lookup(watch->looked, link->account->name);
	bool look = !looked || now - *looked >= LOOK_S, due;
	g_autoptr(GError) problem = NULL;
	guint done = 0;

	if (!file_due(watch->flow, link->account, now, look, &due, error))
		return false;
	if (look) {
		looked = g_new(gint64, 1);
		*looked = now;
		g_hash_table_insert(watch->looked, link->account->name, looked);
	}
	if (!due)
		return true;
	if (link->imap && !leave_idle(link, &problem)) {
		struct sync sync = begin(watch, link);

		return settle(watch, link, &sync, problem, error);
	}
	if (!file_step(watch->flow, link->account, link->imap, now, &done, error))
		return false;
	if (link->imap && imap_dead(link->imap))
		g_clear_pointer(&link->imap, imap_close);
	return !link->imap || link_up(watch, link, error);
}

/* When somebody wrote to the database, and each 10 s for what became due by the clock. */
static bool file_all(struct watch *watch, GError **error)
{
	gint64 version = store_data_version(watch->flow->store), now = clock_now();
	const struct account *last = NULL;

	if (version == watch->data_version && now - watch->filings_at < 10)
		return true;
	watch->data_version = version;
	watch->filings_at = now;
	for (guint i = 0; i < watch->links->len; i++) {
		struct link *link = &g_array_index(watch->links, struct link, i);

		if (link->account == last || !link->up)
			continue;
		last = link->account;
		if (!file_account(watch, link, error))
			return false;
		/* Our connection went with it: up again at once, by the same way as ever. */
		if (link->up && !link->imap && link->account->source.host)
			take_down(link, 0);
	}
	return true;
}

static void prepare_polls(struct watch *watch)
{
	struct pollfd *polls = (struct pollfd *) (void *) watch->polls->data;

	polls[0] = (struct pollfd) { .fd = watch->wires->wake_fd, .events = POLLIN };
	for (guint i = 0; i < watch->links->len; i++) {
		const struct link *link = &g_array_index(watch->links, struct link, i);
		int fd = link->idling ? imap_fd(link->imap) : link->up ? link->inotify_fd : -1;

		polls[i + 1] = (struct pollfd) { .fd = fd, .events = POLLIN };
	}
}

static int wait_ms(struct watch *watch)
{
	gint64 now_us = g_get_monotonic_time(), wait_us = TURN_MS * 1000;

	for (guint i = 0; i < watch->links->len; i++) {
		const struct link *link = &g_array_index(watch->links, struct link, i);

		wait_us = MIN(wait_us, MAX(link->next_us - now_us, 0));
		if (link->idling && imap_ready(link->imap))
			return 0;
	}
	return (int) ((wait_us + 999) / 1000);
}

/* True when the supervisor closed the wire. */
static bool wire_ended(const struct watch *watch, const struct pollfd *wire)
{
	char bytes[256];

	return wire->revents && read(watch->wires->wake_fd, bytes, sizeof bytes) == 0;
}

static bool turn(struct watch *watch, bool *ended, GError **error)
{
	struct pollfd *polls = (struct pollfd *) (void *) watch->polls->data;

	prepare_polls(watch);
	if (poll(polls, watch->polls->len, wait_ms(watch)) < 0) {
		if (errno == EINTR)
			return true;
		g_set_error(error, WISMO_ERROR, WISMO_RETRY, "poll: %s", g_strerror(errno));
		return false;
	}
	alive(watch);
	*ended = wire_ended(watch, &polls[0]);
	for (guint i = 0; i < watch->links->len && !*ended; i++)
		if (!turn_link(watch, &g_array_index(watch->links, struct link, i), &polls[i + 1], error))
			return false;
	return *ended || file_all(watch, error);
}

static void clear_link(gpointer pointer)
{
	struct link *link = pointer;

	imap_close(link->imap);
	if (link->inotify_fd >= 0)
		close(link->inotify_fd);
}

bool fetch_watch(const struct flow *flow, const GPtrArray *accounts, const struct fetch_wires *wires, GError **error)
{
	g_autoptr(GArray) links = g_array_new(FALSE, TRUE, sizeof(struct link));
	g_autoptr(GArray) polls = g_array_new(FALSE, TRUE, sizeof(struct pollfd));
	g_autoptr(GHashTable) looked = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	struct watch watch = { .flow = flow, .wires = wires, .links = links, .polls = polls, .looked = looked, .data_version = -1 };
	bool ended = false;

	signal(SIGPIPE, SIG_IGN);
	g_array_set_clear_func(links, clear_link);
	for (guint i = 0; i < accounts->len; i++) {
		const struct account *account = accounts->pdata[i];

		for (guint j = 0; j < account->folders->len; j++) {
			struct link link = { .account = account, .folder = account->folders->pdata[j], .inotify_fd = -1 };

			g_array_append_val(links, link);
		}
	}
	g_array_set_size(polls, links->len + 1);
	while (!ended)
		if (!turn(&watch, &ended, error))
			return false;
	return true;
}
