/* The supervisor: starts workers, starts them again, passes signals on. It parses nothing and talks to nobody. */
#include "config.h"
#include "run_p.h"

#include "wismo/base/clock.h"
#include "wismo/base/confine.h"
#include "wismo/base/error.h"
#include "wismo/base/log.h"
#include "wismo/base/notify.h"
#include "wismo/store/instance.h"
#include "wismo/store/overview.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define STOP_WAIT_US (5 * G_USEC_PER_SEC)
/* The longest honest silence: one mail over SMTP, 300 s to its dot and 600 s for the answer. Killed there it would be uncertain. */
#define HUNG_US (960 * G_USEC_PER_SEC)
#define PROVEN_US (60 * G_USEC_PER_SEC)	/* a worker that lived so long starts again at once */
#define BACKOFF_MOST_S 60
#define CRASHES_TO_SPLIT 3		/* then every mailbox gets a worker to itself */
#define SLOTS 256
#define STATUS_US (60 * G_USEC_PER_SEC)

void run_files_free(struct run_files *files)
{
	if (!files)
		return;
	rulebook_free(files->book);
	columns_free(files->columns);
	settings_free(files->settings);
	g_free(files);
}

static void worker_free(gpointer pointer)
{
	struct run_worker *worker = pointer;

	close(worker->wake[0]);
	close(worker->wake[1]);
	g_free(worker->account);
	g_free(worker);
}

static bool add_worker(struct run_team *team, const struct run_role *role, const char *account, GError **error)
{
	struct run_worker *worker = g_new0(struct run_worker, 1);

	if (team->workers->len >= SLOTS || pipe2(worker->wake, O_NONBLOCK | O_CLOEXEC) < 0) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "worker %s: %s", role->name,
			    team->workers->len >= SLOTS ? "more than 256 workers" : g_strerror(errno));
		g_free(worker);
		return false;
	}
	worker->role = role;
	worker->account = g_strdup(account);
	worker->slot = team->workers->len;
	g_ptr_array_add(team->workers, worker);
	return true;
}

/* `split`: one inbox worker for each account, so that a server that crashes its worker takes no other one along. */
static bool form_team(struct run_team *team, bool split, GError **error)
{
	g_ptr_array_set_size(team->workers, 0);
	for (gsize i = 0; i < RUN_ROLES; i++) {
		const GPtrArray *accounts = team->files->settings->accounts;

		if (run_roles[i].role != ROLE_INBOX || !split) {
			if (!add_worker(team, &run_roles[i], NULL, error))
				return false;
			continue;
		}
		for (guint a = 0; a < accounts->len; a++)
			if (!add_worker(team, &run_roles[i], ((struct account *) g_ptr_array_index(accounts, a))->name, error))
				return false;
	}
	return true;
}

static void start(struct run_team *team, struct run_worker *worker)
{
	pid_t parent = getpid(), pid;

	atomic_store(&team->slots[worker->slot].beat_us, g_get_monotonic_time());
	atomic_store(&team->slots[worker->slot].idle, false);
	worker->started_us = g_get_monotonic_time();
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		_exit(getppid() == parent ? run_worker_main(team, worker) : 0);
	}
	if (pid < 0) {
		log_error("worker %s: fork: %s", worker->role->name, g_strerror(errno));
		worker->start_again_us = g_get_monotonic_time() + G_USEC_PER_SEC;
		return;
	}
	worker->pid = pid;
	log_info("worker role=%s account=%s pid=%d", worker->role->name, worker->account ? worker->account : "-", (int) pid);
}

/* Opened for the moment only: a connection must not live on in children. */
static void tell_problem(const struct run_team *team, const struct run_worker *worker, const char *problem)
{
	scoped(store) store = store_open(team->files->settings->database, ROLE_ALL, false, NULL);

	if (store)
		instance_worker(store, worker->role->name, 0, clock_now(), problem, NULL);
}

static void settle_exit(struct run_team *team, struct run_worker *worker, int status)
{
	gint64 now_us = g_get_monotonic_time();
	g_autofree char *how = WIFSIGNALED(status) ? g_strdup_printf("killed by signal %d", WTERMSIG(status))
		: g_strdup_printf("exit code %d", WEXITSTATUS(status));

	if (now_us - worker->started_us > PROVEN_US)
		worker->crashes = 0;
	worker->pid = 0;
	if (worker->renewed) {
		worker->renewed = false;
		worker->start_again_us = now_us;
		return;
	}
	worker->crashes++;
	worker->start_again_us = now_us + (gint64) MIN(1 << MIN(worker->crashes - 1, 6), BACKOFF_MOST_S) * G_USEC_PER_SEC;
	log_warning("worker role=%s ended (%s), starts again in %d s", worker->role->name, how,
		    (int) ((worker->start_again_us - now_us) / G_USEC_PER_SEC));
	tell_problem(team, worker, how);
}

/* Takes in the ended children; *halt: one said that nothing can go on. */
static bool reap(struct run_team *team, bool *halt)
{
	bool split = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (guint i = 0; i < team->workers->len; i++) {
			struct run_worker *worker = g_ptr_array_index(team->workers, i);

			if (worker->pid != pid)
				continue;
			*halt |= WIFEXITED(status) && WEXITSTATUS(status) == RUN_EXIT_HALT;
			settle_exit(team, worker, status);
			split |= worker->role->role == ROLE_INBOX && !worker->account && worker->crashes >= CRASHES_TO_SPLIT
				&& WIFSIGNALED(status);
		}
	return split;
}

static void signal_all(struct run_team *team, int signal)
{
	for (guint i = 0; i < team->workers->len; i++) {
		const struct run_worker *worker = g_ptr_array_index(team->workers, i);

		if (worker->pid > 0)
			kill(worker->pid, signal);
	}
}

static guint count_running(const struct run_team *team)
{
	guint running = 0;

	for (guint i = 0; i < team->workers->len; i++)
		running += ((struct run_worker *) g_ptr_array_index(team->workers, i))->pid > 0;
	return running;
}

/* Asks, waits for the current commits, then does not ask again: starting after that is safe by design. */
static void stop_all(struct run_team *team)
{
	gint64 until_us = g_get_monotonic_time() + STOP_WAIT_US;

	signal_all(team, SIGTERM);
	while (count_running(team)) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		for (guint i = 0; pid > 0 && i < team->workers->len; i++) {
			struct run_worker *worker = g_ptr_array_index(team->workers, i);

			if (worker->pid == pid)
				worker->pid = 0;
		}
		if (pid == 0)
			g_usleep(5000);
		if (g_get_monotonic_time() > until_us) {
			log_warning("stop: %u workers did not end within 5 s, killed", count_running(team));
			signal_all(team, SIGKILL);
			until_us += STOP_WAIT_US;
		}
	}
}

/* Starts what is due, ends what hangs; gives the moment to look again. */
static gint64 tend(struct run_team *team, bool *hung)
{
	gint64 now_us = g_get_monotonic_time(), next_us = now_us + STATUS_US;

	*hung = false;
	for (guint i = 0; i < team->workers->len; i++) {
		struct run_worker *worker = g_ptr_array_index(team->workers, i);
		const struct run_slot *slot = &team->slots[worker->slot];

		if (!worker->pid && worker->start_again_us <= now_us)
			start(team, worker);
		if (!worker->pid)
			next_us = MIN(next_us, worker->start_again_us);
		else if (!atomic_load(&slot->idle) && now_us - atomic_load(&slot->beat_us) > HUNG_US) {
			*hung = true;
			log_error("worker role=%s hangs, killed", worker->role->name);
			kill(worker->pid, SIGKILL);
		}
	}
	return next_us;
}

static void dump(const struct run_team *team)
{
	gint64 now_us = g_get_monotonic_time();

	for (guint i = 0; i < team->workers->len; i++) {
		const struct run_worker *worker = g_ptr_array_index(team->workers, i);
		const struct run_slot *slot = &team->slots[worker->slot];

		log_info("state role=%s pid=%d up_s=%d crashes=%u idle=%d beat_s=%d", worker->role->name, (int) worker->pid,
			 (int) ((now_us - worker->started_us) / G_USEC_PER_SEC), worker->crashes, atomic_load(&slot->idle),
			 (int) ((now_us - atomic_load(&slot->beat_us)) / G_USEC_PER_SEC));
	}
}

static bool follow(const struct run_files *files, bool again, GError **error)
{
	scoped(store) store = store_open(files->settings->database, ROLE_ALL, false, error);

	return store && run_follow(store, files, again, error);
}

static bool reload(struct run_team *team, run_load *load, void *user, GError **error)
{
	g_autoptr(GError) cause = NULL;
	struct run_files *files;

	notify_send("RELOADING=1");
	files = load(user, &cause);
	if (files && strcmp(files->settings->database, team->files->settings->database) != 0) {
		g_set_error(&cause, WISMO_ERROR, WISMO_HALT, "the database cannot change while the agent runs");
		g_clear_pointer(&files, run_files_free);
	}
	if (!files) {
		log_error("reload: %s; the old files stay in use", cause->message);
		notify_send("READY=1");
		return true;
	}
	stop_all(team);
	run_files_free(team->files);
	team->files = files;
	g_clear_pointer(&team->marks, g_free);
	team->marks = settings_marks(files->settings);
	log_info("reload rulebook=%.12s accounts=%u", files->book->hash, files->settings->accounts->len);
	notify_send("READY=1");
	return follow(files, true, error) && form_team(team, false, error);
}

static void tell_status(const struct run_team *team)
{
	scoped(store) store = store_open(team->files->settings->database, ROLE_READER, false, NULL);
	struct overview overview;
	g_autofree char *line = NULL;

	if (!store || !overview_get(store, clock_now(), &overview, NULL))
		return;
	line = g_strdup_printf("STATUS=%d open cases, oldest unanswered since %d min, %d for a person",
			       (int) overview.cases_open, overview.oldest_asked_at
			       ? (int) ((clock_now() - overview.oldest_asked_at) / 60) : 0, (int) overview.for_person);
	notify_send(line);
}

/* A mended password or key counts without a word to the agent: workers read secrets anew at each login, and what waits out a pause
 * because of the old one need not. */
static bool look_at_secrets(struct run_team *team, GError **error)
{
	g_autofree char *marks = settings_marks(team->files->settings);

	if (g_strcmp0(marks, team->marks) == 0)
		return true;
	g_free(team->marks);
	team->marks = g_steal_pointer(&marks);
	log_info("secrets changed: mailboxes are opened anew");
	for (guint i = 0; i < team->workers->len; i++) {
		struct run_worker *worker = g_ptr_array_index(team->workers, i);

		worker->renewed = worker->role->role == ROLE_INBOX && worker->pid > 0 && kill(worker->pid, SIGTERM) == 0;
	}
	return follow(team->files, false, error);
}

/* Gives the signal that ended it, 0 when `halt` or an error did. */
static int supervise(struct run_team *team, int signals, run_load *load, void *user, GError **error)
{
	guint64 watchdog_us = notify_watchdog_us();
	gint64 status_us = 0, ping_us = 0;

	for (;;) {
		struct signalfd_siginfo info = { 0 };
		struct pollfd wait = { .fd = signals, .events = POLLIN };
		bool halt = false, hung;
		g_autoptr(GError) cause = NULL;
		gint64 next_us = tend(team, &hung), now_us = g_get_monotonic_time();

		if (now_us >= status_us) {
			tell_status(team);
			status_us = now_us + STATUS_US;
			if (!look_at_secrets(team, &cause))
				log_warning("secrets changed, and what waits for them is not woken: %s", cause->message);
		}
		if (watchdog_us && !hung && now_us >= ping_us) {
			notify_send("WATCHDOG=1");
			ping_us = now_us + (gint64) watchdog_us / 3;
		}
		next_us = MIN(next_us, status_us);
		if (watchdog_us)
			next_us = MIN(next_us, ping_us);
		poll(&wait, 1, (int) CLAMP((next_us - g_get_monotonic_time()) / 1000 + 1, 1, 60000));
		while (read(signals, &info, sizeof info) == sizeof info) {
			if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
				return (int) info.ssi_signo;
			if (info.ssi_signo == SIGUSR1)
				dump(team);
			if (info.ssi_signo == SIGHUP && !reload(team, load, user, error))
				return 0;
		}
		if (reap(team, &halt)) {
			log_warning("inbox crashed %d times: every mailbox gets a worker to itself", CRASHES_TO_SPLIT);
			stop_all(team);
			if (!form_team(team, true, error))
				return 0;
		}
		if (halt) {
			g_set_error_literal(error, WISMO_ERROR, WISMO_HALT, "a worker cannot go on; its message stands above");
			return 0;
		}
	}
}

static bool enter(const struct run_files *files, GError **error)
{
	const struct settings *settings = files->settings;
	scoped(store) store = store_open(settings->database, ROLE_ALL, true, error);
	bool copied;

	if (!store || !instance_enter(store, settings->database, clock_now(), &copied, error))
		return false;
	if (copied)
		log_warning("this database is a copy: replies that may have left wait until Sent was looked at");
	return run_follow(store, files, false, error);
}

static void leave(const struct settings *settings)
{
	scoped(store) store = store_open(settings->database, ROLE_ALL, false, NULL);

	if (store)
		instance_leave(store, NULL);
}

static int block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

bool run_supervise(struct run_files *files, run_load *load, void *user, GError **error)
{
	struct run_team team = { .files = files, .workers = g_ptr_array_new_with_free_func(worker_free) };
	scoped(instance_lock) lock = instance_lock_take(files->settings->state_dir, error);
	int signals = -1, ended = 0;

	confine_privacy();
	team.slots = mmap(NULL, SLOTS * sizeof *team.slots, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (team.slots == MAP_FAILED)
		g_error("out of memory");
	if (lock && enter(files, error) && form_team(&team, false, error)) {
		signals = block_signals();
		team.marks = settings_marks(files->settings);
		log_info("run pid=%d rulebook=%.12s accounts=%u mode=%d", (int) getpid(), files->book->hash,
			 files->settings->accounts->len, (int) files->settings->mode);
		notify_send("READY=1");
		ended = supervise(&team, signals, load, user, error);
		notify_send("STOPPING=1");
		stop_all(&team);
		leave(team.files->settings);
		log_info("stop signal=%d", ended);
		close(signals);
	}
	munmap(team.slots, SLOTS * sizeof *team.slots);
	g_ptr_array_unref(team.workers);
	run_files_free(team.files);
	g_free(team.marks);
	return ended > 0;
}
