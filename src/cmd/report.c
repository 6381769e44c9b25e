/* wismo report: what was done, in counts; wismo erase: forgetting a buyer. */
#include "wismo/base/clock.h"
#include "wismo/cmd/command.h"
#include "wismo/cmd/print.h"
#include "wismo/store/dossier.h"
#include "wismo/store/overview.h"

#include "commands_p.h"

#include <stdio.h>
#include <string.h>

struct view {
	bool json;
	char *last;
	gint64 in_time, late;
};

static bool show_count(const char *what, const char *key, gint64 count, void *user)
{
	struct view *view = user;

	if (strcmp(what, "answers") == 0)
		*(strcmp(key, "later") == 0 ? &view->late : &view->in_time) += count;
	if (view->json) {
		print_json("s", "what", what, "s", "key", key, "i", "count", count, NULL);
		return true;
	}
	if (g_strcmp0(view->last, what) != 0) {
		printf("%s%s\n", view->last ? "\n" : "", what);
		g_free(view->last);
		view->last = g_strdup(what);
	}
	printf("  %-28s %6d\n", key, (int) count);
	return true;
}

int report_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	int days = 30;
	const GOptionEntry entries[] = {
		{ "days", 0, 0, G_OPTION_ARG_INT, &days, "the last N days (30)", "N" },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	int code = command_options(command_find("report"), &options, entries, &argc, &argv);
	struct view view = { 0 };
	struct overview overview;
	g_autoptr(GError) error = NULL;
	scoped(settings) settings = NULL;
	scoped(store) store = NULL;
	gint64 now = clock_now();

	if (code >= 0)
		return code;
	store = command_open(&options, ROLE_READER, &settings, &code);
	if (!store)
		return code;
	view.json = options.json;
	if (!overview_report(store, now - (gint64) days * 86400, show_count, &view, &error) || !overview_get(store, now, &overview, &error))
		return command_fail(&options, EXIT_SYSTEM, error);
	g_free(view.last);
	if (options.json)
		return EXIT_DONE;
	if (view.in_time + view.late)
		printf("\nanswered within 24 h: %d of %d (%.1f %%)\n", (int) view.in_time, (int) (view.in_time + view.late),
		       100.0 * (double) view.in_time / (double) (view.in_time + view.late));
	if (overview.oldest_asked_at) {
		g_autofree char *when = print_when(overview.oldest_asked_at, now);

		printf("oldest unanswered: %s\n", when);
	}
	return EXIT_DONE;
}

int erase_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	g_autofree char *confirmed = NULL;
	const GOptionEntry entries[] = {
		{ "confirm", 0, 0, G_OPTION_ARG_STRING, &confirmed, "the buyer once more: this cannot be undone", "BUYER" },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	int code = command_options(command_find("erase"), &options, entries, &argc, &argv);
	g_autoptr(GError) error = NULL;
	scoped(settings) settings = NULL;
	scoped(store) store = NULL;
	guint mails, cases;

	if (code >= 0)
		return code;
	if (argc != 2 || !confirmed || strcmp(confirmed, argv[1]) != 0)
		return command_refuse(&options, EXIT_USAGE, "usage: wismo erase BUYER --confirm BUYER     (the address as in wismo cases; it "
				      "cannot be undone)");
	store = command_open(&options, ROLE_ALL, &settings, &code);
	if (!store)
		return code;
	if (!dossier_erase(store, argv[1], clock_now(), &mails, &cases, &error))
		return command_fail(&options, g_error_matches(error, WISMO_ERROR, WISMO_PARK) ? EXIT_NO : EXIT_SYSTEM, error);
	if (options.json)
		print_json("i", "mails", (gint64) mails, "i", "cases", (gint64) cases, NULL);
	else
		printf("erased: %u mails, %u cases. The mailbox itself still has its mails.\n", mails, cases);
	return mails + cases ? EXIT_DONE : EXIT_NO;
}
