/* wismo carrier check FILE...: proves carrier files. wismo carrier try NAME NUMBER: one look-up, step by step. */
#include "wismo/cmd/command.h"

#include "commands_p.h"

#include "wismo/base/clock.h"
#include "wismo/conf/carrier.h"
#include "wismo/flow/track.h"

#include <stdio.h>
#include <string.h>

static int check(const struct command_options *options, int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		g_autoptr(GError) error = NULL;
		scoped(carriers) carriers = carriers_new();

		if (!carrier_load_file(argv[i], carriers, &error))
			return command_fail(options, EXIT_USAGE, error);
		if (!carriers_nth(carriers, 0))
			return command_refuse(options, EXIT_USAGE, "%s: no carrier section", argv[i]);
		for (guint k = 0; carriers_nth(carriers, k); k++) {
			const struct carrier *carrier = carriers_nth(carriers, k);

			printf("%s: %s: proven: %u number forms, %u steps, %u map rows, %u samples%s\n", argv[i], carrier->name,
			       carrier->forms->len, carrier->steps->len, carrier->maps->len, carrier->samples->len,
			       carrier->unofficial ? ", unofficial" : "");
		}
	}
	return EXIT_DONE;
}

static void show(const char *what, const char *text, void *user)
{
	(void) user;
	printf("--- %s\n%s\n", what, text);
}

static void show_result(const struct tracking *t)
{
	g_autofree char *at = clock_format(t->status_at), *moved = clock_format(t->moved_at), *eta = clock_format(t->eta_to);

	printf("--- mapping%s\noutcome %s%s%s\nstatus %s%s%s since %s, last moved %s, expected until %s\n", t->recorded ? " (recorded answer)" : "",
	       track_outcome_name(t->outcome), t->why ? ": " : "", t->why ? t->why : "", track_status_name(t->status), t->detail ? ", " : "",
	       t->detail ? t->detail : "", at ? at : "-", moved ? moved : "-", eta ? eta : "-");
	for (guint i = 0; i < t->events->len; i++) {
		const struct track_event *event = g_ptr_array_index(t->events, i);
		g_autofree char *when = clock_format(event->at);

		printf("  %s  %-16s %-12s %s%s\n", when ? when : "-", track_status_name(event->status), event->code ? event->code : "-",
		       event->text ? event->text : "", event->moves ? "" : "  [no movement]");
	}
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
	scoped(tracking) tracking = track_ask(settings, carriers_get(carriers, name), number, clock_now(), show, NULL);

	show_result(tracking);
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
