/* wismo run [--once]; wismo restore. */
#include "wismo/base/clock.h"
#include "wismo/base/log.h"
#include "wismo/cmd/command.h"
#include "wismo/conf/carrier.h"
#include "wismo/flow/run.h"
#include "wismo/store/instance.h"
#include "wismo/store/overview.h"

#include "commands_p.h"

#include <stdio.h>
#include <unistd.h>

static struct run_files *load(void *user, GError **error)
{
	const struct command_options *options = user;
	scoped(run_files) files = g_new0(struct run_files, 1);
	scoped(overlay) overlay = overlay_new(options->data, error);
	g_autofree char *folder = NULL;

	files->settings = overlay ? settings_load(options->config, error) : NULL;
	if (!files->settings)
		return NULL;
	folder = g_path_get_dirname(files->settings->path);
	if (!options->data)
		overlay_add(overlay, folder);
	files->columns = columns_load(overlay, error);
	files->book = files->columns ? rulebook_load(overlay, RULEBOOK_ALL, error) : NULL;
	return files->book && carrier_route(files->book->carriers, files->settings, error) ? g_steal_pointer(&files) : NULL;
}

#define TICK_US 200000

/* A line on a terminal, five times a second. */
static void tick(struct store *store)
{
	static gint64 next_us;
	guint fresh, mails, dirty, cases;

	if (g_get_monotonic_time() < next_us)
		return;
	next_us = g_get_monotonic_time() + TICK_US;
	overview_progress(store, &fresh, &mails, &dirty, &cases);
	fprintf(stderr, "\r%u of %u mails read, %u of %u cases decided \033[K", mails - fresh, mails, cases - dirty, cases);
}

static bool run_here(const struct run_files *files, bool json, GError **error)
{
	bool shown = !json && isatty(STDERR_FILENO);
	bool fine = run_once(files, shown ? tick : NULL, error);

	if (shown)
		fprintf(stderr, "\r\033[K%s", fine ? "nothing more is due; what waits for you: wismo status\n" : "");
	return fine;
}

int run_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	gboolean once = FALSE, verbose = FALSE;
	const GOptionEntry entries[] = {
		{ "once", 0, 0, G_OPTION_ARG_NONE, &once, "work until nothing is due, then exit", NULL },
		{ "verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, "log what only developers need", NULL },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	int code = command_options(command_find("run"), &options, entries, &argc, &argv);
	g_autoptr(GError) error = NULL;
	scoped(run_files) files = NULL;
	bool fine;

	if (code >= 0)
		return code;
	log_set_level(verbose ? LOG_LEVEL_DEBUG : once ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO);
	files = load(&options, &error);
	if (!files)
		return command_fail(&options, EXIT_USAGE, error);
	fine = once ? run_here(files, options.json, &error) : run_supervise(g_steal_pointer(&files), load, &options, &error);
	return fine ? EXIT_DONE : command_fail(&options, EXIT_SYSTEM, error);
}

int restore_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	int code = command_options(command_find("restore"), &options, NULL, &argc, &argv);
	g_autoptr(GError) error = NULL;
	scoped(settings) settings = NULL;
	scoped(instance_lock) lock = NULL;
	scoped(store) store = NULL;

	if (code >= 0)
		return code;
	settings = command_settings(&options, &code);
	if (!settings)
		return code;
	lock = instance_lock_take(settings->state_dir, &error);
	store = lock ? store_open(settings->database, ROLE_ALL, false, &error) : NULL;
	if (!store || !instance_restored(store, clock_now(), "restore", &error))
		return command_fail(&options, EXIT_SYSTEM, error);
	printf("epoch %d: replies that may have left wait until Sent was looked at\nnext: wismo run\n", (int) store_epoch(store));
	return EXIT_DONE;
}
