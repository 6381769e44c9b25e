/* All stages in one process, until nothing is due: for tests, the demo, and a run by cron. */
#include "run_p.h"

#include "wismo/base/clock.h"
#include "wismo/base/error.h"
#include "wismo/base/log.h"
#include "wismo/store/instance.h"
#include "wismo/store/mail.h"

#define ROUNDS_MAX 1000		/* each round moves something on; more means that two stages feed each other */

static bool round_of(const struct flow *flow, const struct run_files *files, guint *done, GError **error)
{
	gint64 now = clock_now();
	struct pass pass;

	for (guint i = 0; i < flow->settings->accounts->len; i++) {
		struct account *account = g_ptr_array_index(flow->settings->accounts, i);
		g_autoptr(GError) cause = NULL;

		pass = (struct pass) { 0 };
		/* One broken mailbox does not keep the others waiting. */
		if (!fetch_once(flow, account, now, &pass, &cause))
			log_error("account %s: %s", account->name, cause->message);
		*done += pass.done;
		if (flow->alive)
			flow->alive(flow->alive_user);
	}
	if (!run_import(flow->store, files, now, &pass, error))
		return false;
	*done += pass.done;
	for (gsize role = 0; role < RUN_ROLES; role++)
		for (gsize i = 0; i < G_N_ELEMENTS(run_roles[role].steps) && run_roles[role].steps[i]; i++) {
			pass = (struct pass) { 0 };
			if (!run_roles[role].steps[i](flow, now, &pass, error))
				return false;
			*done += pass.done;
		}
	return true;
}

struct ticking {
	struct store *store;
	run_tick *tick;
};

static void pass_on(void *user)
{
	const struct ticking *ticking = user;

	ticking->tick(ticking->store);
}

static bool work(const struct run_files *files, struct store *store, run_tick *tick, GError **error)
{
	struct ticking ticking = { store, tick };
	const struct flow flow = { .store = store, .settings = files->settings, .book = files->book,
		.alive = tick ? pass_on : NULL, .alive_user = &ticking };
	guint done = 1;

	for (guint round = 0; done; round++) {
		if (round == ROUNDS_MAX) {
			g_set_error(error, WISMO_ERROR, WISMO_RETRY, "still busy after %d rounds", ROUNDS_MAX);
			return false;
		}
		done = 0;
		if (!round_of(&flow, files, &done, error))
			return false;
		log_debug("round %u moved %u", round, done);
	}
	return true;
}

char *run_start_ignored(struct store *store, const struct account *account)
{
	gint64 count = account->start_at ? mail_archived_since(store, account->name, account->start_at, NULL) : 0;

	if (count <= 0)
		return NULL;
	return g_strdup_printf("%" G_GINT64_FORMAT " mail%s received since `start` %s archived before and stay%s so: start counts only for "
			       "mailboxes not yet seen", count, count == 1 ? "" : "s", count == 1 ? "was" : "were", count == 1 ? "s" : "");
}

bool run_follow(struct store *store, const struct run_files *files, bool again, GError **error)
{
	g_autofree char *marks = settings_marks(files->settings);
	g_autofree char *hash = g_strdup_printf("%s %s %s", files->settings->hash ? files->settings->hash : "-", files->book->hash, marks);
	int woken;

	if (!instance_follow(store, hash, again, clock_now(), &woken, error))
		return false;
	if (woken > 0)
		log_info("files changed: cases=%d are decided again", woken);
	/* Once for each change: a run by cron would say it all day. `wismo check` goes on saying it. */
	for (guint i = 0; woken >= 0 && i < files->settings->accounts->len; i++) {
		const struct account *account = g_ptr_array_index(files->settings->accounts, i);
		g_autofree char *ignored = run_start_ignored(store, account);

		if (ignored)
			log_warning("account %s: %s", account->name, ignored);
	}
	return true;
}

bool run_once(const struct run_files *files, run_tick *tick, GError **error)
{
	scoped(instance_lock) lock = instance_lock_take(files->settings->state_dir, error);
	scoped(store) store = lock ? store_open(files->settings->database, ROLE_ALL, true, error) : NULL;
	bool copied, fine;

	if (!store || !instance_enter(store, files->settings->database, clock_now(), &copied, error)
	    || !run_follow(store, files, false, error))
		return false;
	fine = work(files, store, tick, error);
	return instance_leave(store, fine ? error : NULL) && fine;
}
