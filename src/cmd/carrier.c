/* wismo carrier check FILE...: proves carrier files. wismo carrier try NAME NUMBER: one look-up, step by step. */
#include "wismo/cmd/command.h"

#include "answer_p.h"
#include "commands_p.h"

#include "wismo/base/clock.h"
#include "wismo/cmd/print.h"
#include "wismo/conf/carrier.h"
#include "wismo/flow/track.h"

#include <stdio.h>
#include <string.h>

static void proven(const struct command_options *options, const char *file, const struct carrier *carrier)
{
	if (options->json)
		print_json("s", "file", file, "s", "carrier", carrier->name, "i", "forms", (gint64) carrier->forms->len,
			   "i", "steps", (gint64) carrier->steps->len, "i", "map_rows", (gint64) carrier->maps->len,
			   "i", "samples", (gint64) carrier->samples->len, "b", "unofficial", (int) carrier->unofficial, NULL);
	else
		printf("%s: %s: proven: %u number forms, %u steps, %u map rows, %u samples%s\n", file, carrier->name, carrier->forms->len,
		       carrier->steps->len, carrier->maps->len, carrier->samples->len, carrier->unofficial ? ", unofficial" : "");
}

static int check(const struct command_options *options, int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		g_autoptr(GError) error = NULL;
		scoped(carriers) carriers = carriers_new();

		if (!carrier_load_file(argv[i], carriers, &error))
			return command_fail(options, EXIT_USAGE, error);
		if (!carriers_nth(carriers, 0))
			return command_refuse(options, EXIT_USAGE, "%s: no carrier section", argv[i]);
		for (guint k = 0; carriers_nth(carriers, k); k++)
			proven(options, argv[i], carriers_nth(carriers, k));
	}
	return EXIT_DONE;
}

/* An error page may be anything: line by line, without what speaks to terminals. */
static void show(const char *what, const char *text, void *user)
{
	const struct command_options *options = user;
	g_auto(GStrv) lines = options->json ? NULL : g_strsplit(text, "\n", -1);

	if (options->json) {
		print_json("s", "step", what, "s", "text", text, NULL);
		return;
	}
	printf("--- %s\n", what);
	for (char **line = lines; *line; line++) {
		g_autofree char *clean = print_clean(*line, 0);

		puts(clean);
	}
}

static void show_result(const struct command_options *options, const struct tracking *t, const char *title)
{
	g_autofree char *moved = clock_format(t->moved_at), *events = NULL;
	json_t *list;

	if (!options->json) {
		puts("--- mapping");
		answer_print(t, title);
		printf("  last moved %s\n", moved ? moved : "-");
		return;
	}
	list = answer_events(t);
	events = json_dumps(list, JSON_COMPACT);
	print_json("s", "step", "mapping", "s", "number", t->number, "s", "carrier", t->carrier, "s", "outcome",
		   track_outcome_name(t->outcome), "s", "why", t->why, "s", "status", t->outcome == OUTCOME_OK ? track_status_name(t->status) : NULL,
		   "s", "detail", t->detail, "s", "to", t->delivered_to, "t", "status_at", t->status_at, "t", "moved_at", t->moved_at,
		   "t", "eta", t->eta_to, "b", "recorded", (int) t->recorded, "r", "events", events, NULL);
	json_decref(list);
}

static int try(const struct command_options *options, const char *name, const char *said)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *number = carrier_normal(said);
	scoped(settings) settings = NULL;
	scoped(overlay) overlay = NULL;
	scoped(carriers) carriers = NULL;
	int code = EXIT_DONE;

	settings = command_settings(options, &code);
	overlay = settings ? command_overlay(options, &code) : NULL;
	if (!overlay)
		return code;
	carriers = carrier_load(overlay, &error);
	if (!carriers || !carrier_route(carriers, settings, &error))
		return command_fail(options, EXIT_USAGE, error);
	if (!carriers_get(carriers, name))
		return command_refuse(options, EXIT_NO, "no carrier file tells of \"%s\"", name);
	scoped(tracking) tracking = track_ask(settings, carriers_get(carriers, name), number, clock_now(), show, (void *) options);

	show_result(options, tracking, carriers_get(carriers, name)->title);
	return tracking->outcome == OUTCOME_OK ? EXIT_DONE : EXIT_NO;
}

int carrier_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	int code = command_options(command_find("carrier"), &options, NULL, &argc, &argv);

	if (code >= 0)
		return code;
	if (argc > 2 && strcmp(argv[1], "check") == 0)
		return check(&options, argc, argv);
	if (argc == 4 && strcmp(argv[1], "try") == 0)
		return try(&options, argv[2], argv[3]);
	return command_refuse(&options, EXIT_USAGE, "expected check FILE... or try NAME NUMBER");
}
