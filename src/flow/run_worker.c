/* A worker: opens the store with its own role, then steps whenever somebody wrote or something falls due. */
#include "config.h"
#include "run_p.h"

#include "wismo/base/clock.h"
#include "wismo/base/confine.h"
#include "wismo/base/error.h"
#include "wismo/base/log.h"
#include "wismo/flow/fetch.h"
#include "wismo/flow/import.h"
#include "wismo/store/instance.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <unistd.h>

#define WAIT_MOST_S 60
#define WAIT_BLIND_MS 1000	/* without inotify: what a lost wake-up costs at most */
#define FOLDER_LOOK_S 5
#define REST_TIMES 4		/* after a round that moved nothing: so many times as long as it took ... */
#define REST_MOST_MS 1000	/* ... and never longer; a signal ends it */

static volatile sig_atomic_t stopping;
static int stop_fd = -1, null_fd = -1;

/* The wire to fetch_watch ends by end of file; its other ends live on in all processes, so /dev/null takes its place. */
static void on_stop(int signal)
{
	(void) signal;
	stopping = 1;
	if (stop_fd >= 0 && null_fd >= 0)
		dup2(null_fd, stop_fd);
}

static void wake_others(const struct run_team *team, const struct run_worker *self)
{
	for (guint i = 0; i < team->workers->len; i++) {
		const struct run_worker *other = g_ptr_array_index(team->workers, i);

		/* A full pipe wakes just as well. */
		if (other != self && write(other->wake[1], "!", 1) < 0)
			continue;
	}
}

static void beat(const struct run_team *team, const struct run_worker *self, bool idle)
{
	atomic_store(&team->slots[self->slot].beat_us, g_get_monotonic_time());
	atomic_store(&team->slots[self->slot].idle, idle);
}

struct signs {
	const struct run_team *team;
	const struct run_worker *self;
};

static void give_sign(void *user)
{
	const struct signs *signs = user;

	beat(signs->team, signs->self, false);
}

static void give_news(void *user)
{
	const struct signs *signs = user;

	wake_others(signs->team, signs->self);
}

static bool watch_mail(const struct run_team *team, struct run_worker *self, const struct flow *flow, GError **error)
{
	struct signs signs = { team, self };
	const struct fetch_wires wires = { .wake_fd = self->wake[0], .alive = give_sign, .news = give_news, .user = &signs };
	g_autoptr(GPtrArray) accounts = g_ptr_array_new();

	for (guint i = 0; i < flow->settings->accounts->len; i++) {
		struct account *account = g_ptr_array_index(flow->settings->accounts, i);

		if (!self->account || strcmp(self->account, account->name) == 0)
			g_ptr_array_add(accounts, account);
	}
	return fetch_watch(flow, accounts, &wires, error);
}

bool run_import(struct store *store, const struct run_files *files, gint64 now, struct pass *pass, GError **error)
{
	struct import import = { .store = store, .settings = files->settings, .columns = files->columns,
				 .carriers = files->book->carriers };

	pass->done = 0;
	pass->next_at = 0;
	if (!files->settings->import_dir)
		return true;
	pass->next_at = now + FOLDER_LOOK_S;
	return import_folder(&import, files->settings->import_dir, now, &pass->done, error);
}

static void soonest(gint64 *next_at, gint64 at)
{
	if (at && (!*next_at || at < *next_at))
		*next_at = at;
}

/* One round over all steps of the role; *done counts. */
static bool round_of(const struct run_team *team, const struct run_worker *self, const struct flow *flow, guint *done,
		     gint64 *next_at, GError **error)
{
	struct pass pass = { 0 };
	gint64 now = clock_now();

	*done = 0;
	*next_at = 0;
	for (guint i = 0; i < G_N_ELEMENTS(self->role->steps) && self->role->steps[i] && !stopping; i++) {
		pass = (struct pass) { 0 };
		beat(team, self, false);
		if (!self->role->steps[i](flow, now, &pass, error))
			return false;
		*done += pass.done;
		soonest(next_at, pass.next_at);
	}
	if (self->role->role == ROLE_RUNNER && !stopping) {
		if (!run_import(flow->store, team->files, now, &pass, error))
			return false;
		*done += pass.done;
		soonest(next_at, pass.next_at);
	}
	return true;
}

static void drain(int fd)
{
	char bytes[4096] __attribute__((aligned(8)));

	while (read(fd, bytes, sizeof bytes) > 0)
		;
}

/* Until a byte comes, another connection commits, `next_at`, or the end. */
static void wait_for_work(const struct run_worker *self, struct store *store, int notes, gint64 version, gint64 next_at)
{
	struct pollfd fds[] = { { .fd = self->wake[0], .events = POLLIN }, { .fd = notes, .events = POLLIN } };
	gint64 until_us = g_get_monotonic_time() + WAIT_MOST_S * G_USEC_PER_SEC;

	if (next_at)
		until_us = MIN(until_us, g_get_monotonic_time() + MAX(next_at - clock_now(), 0) * G_USEC_PER_SEC);
	while (!stopping && store_data_version(store) == version) {
		gint64 left_ms = (until_us - g_get_monotonic_time() + 999) / 1000;

		if (left_ms <= 0)
			return;
		poll(fds, 2, (int) (notes >= 0 ? left_ms : MIN(left_ms, WAIT_BLIND_MS)));
		if (fds[1].revents)
			drain(notes);	/* our own commits are among them: data_version tells */
		if (fds[0].revents) {
			drain(self->wake[0]);
			return;
		}
	}
}

/* Each commit of a busy worker wakes the others. Who looks in vain looks again after a rest, and so takes a fifth of a
 * processor at most. */
static void rest(gint64 round_us)
{
	poll(NULL, 0, (int) MIN(REST_TIMES * round_us / 1000, REST_MOST_MS));
}

static bool work(const struct run_team *team, struct run_worker *self, const struct flow *flow, int notes, GError **error)
{
	guint failures = 0;

	while (!stopping) {
		g_autoptr(GError) cause = NULL;
		gint64 version = store_data_version(flow->store), begin_us = g_get_monotonic_time(), next_at;
		guint done;

		if (!round_of(team, self, flow, &done, &next_at, &cause)) {
			if (g_error_matches(cause, WISMO_ERROR, WISMO_HALT)) {
				g_propagate_error(error, g_steal_pointer(&cause));
				return false;
			}
			log_warning("pause: %s", cause->message);
			next_at = clock_now() + MIN(1 << MIN(failures++, 6), WAIT_MOST_S);
		} else {
			failures = 0;
		}
		if (done)
			wake_others(team, self);
		else {
			beat(team, self, true);
			rest(g_get_monotonic_time() - begin_us);
			wait_for_work(self, flow->store, notes, version, next_at);
		}
	}
	return true;
}

static void take_signals(struct run_worker *self)
{
	struct sigaction stop = { .sa_handler = on_stop };
	sigset_t none;

	null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	stop_fd = self->wake[0];
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Commits of others show as writes to the write-ahead log. */
static int watch_database(const char *database)
{
	g_autofree char *wal = g_strconcat(database, "-wal", NULL);
	int notes = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	if (notes >= 0 && inotify_add_watch(notes, wal, IN_MODIFY) < 0) {
		close(notes);
		return -1;
	}
	return notes;
}

static void confine(const struct run_team *team)
{
	g_autofree char *folder = g_path_get_dirname(team->files->settings->database);
	g_autofree char *said = confine_parser(folder);

	log_info("confined %s", said);
}

int run_worker_main(const struct run_team *team, struct run_worker *self)
{
	struct signs signs = { team, self };
	struct flow flow = { .settings = team->files->settings, .book = team->files->book, .alive = give_sign, .alive_user = &signs };
	g_autofree char *name = self->account ? g_strdup_printf("%s:%s", self->role->name, self->account) : g_strdup(self->role->name);
	g_autoptr(GError) error = NULL;
	int notes;
	bool fine;

	log_set_role(name);
	take_signals(self);
	confine_privacy();
	flow.store = store_open(flow.settings->database, self->role->role, false, &error);
	if (flow.store && instance_worker(flow.store, name, getpid(), clock_now(), NULL, &error)) {
		notes = watch_database(flow.settings->database);
		if (self->role->role == ROLE_MIND)
			confine(team);
		fine = self->role->role == ROLE_INBOX ? watch_mail(team, self, &flow, &error) : work(team, self, &flow, notes, &error);
		if (!fine)
			instance_worker(flow.store, name, getpid(), clock_now(), error->message, NULL);
	}
	if (error)
		log_error("%s", error->message);
	store_close(flow.store);
	return !error ? 0 : g_error_matches(error, WISMO_ERROR, WISMO_HALT) ? RUN_EXIT_HALT : 1;
}
