/* wismo track: whose number is it, and (with --ask) where is the parcel. */
#include "wismo/cmd/command.h"

#include "commands_p.h"

#include "wismo/base/clock.h"
#include "wismo/conf/carrier.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *time_or_null(gint64 at)
{
	g_autofree char *text = clock_format(at);

	return text ? json_string(text) : json_null();
}

static json_t *candidates_json(const GArray *candidates)
{
	json_t *array = json_array();

	for (guint i = 0; i < candidates->len; i++) {
		const struct carrier_candidate *one = &g_array_index(candidates, struct carrier_candidate, i);

		json_array_append_new(array, json_pack("{s:s, s:s, s:b}", "carrier", one->carrier->name, "format", one->form->name,
						       "valid", one->valid));
	}
	return array;
}

static void print_json(const char *number, const GArray *candidates)
{
	json_t *line = json_pack("{s:s, s:o, s:n, s:o, s:o, s:[]}", "number", number, "candidates", candidates_json(candidates),
				 "status", "status_at", time_or_null(0), "eta", time_or_null(0), "events");
	char *text = json_dumps(line, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);

	puts(text ? text : "{}");
	free(text);
	json_decref(line);
}

static void print_text(const char *number, const GArray *candidates)
{
	printf("%s\n", number);
	for (guint i = 0; i < candidates->len; i++) {
		const struct carrier_candidate *one = &g_array_index(candidates, struct carrier_candidate, i);
		g_autofree char *page = carrier_page(one->carrier, number);

		printf("  %-24s %-18s %s\n", one->carrier->title, one->form->name, !one->valid ? "check digit is wrong: a typing error?"
		       : one->form->check ? "check digit is right" : "form fits, nothing to check");
		if (page && one->valid)
			printf("      %s\n", page);
	}
	if (!candidates->len)
		printf("  no carrier's numbers look so\n");
}

int track_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	g_autoptr(GError) error = NULL;
	scoped(overlay) overlay = NULL;
	scoped(carriers) carriers = NULL;
	int code = command_options(command_find("track"), &options, NULL, &argc, &argv);
	bool all = true;

	if (code >= 0)
		return code;
	if (argc < 2) {
		fprintf(stderr, "wismo track: which number?\nTry: wismo track --help\n");
		return EXIT_USAGE;
	}
	overlay = command_overlay(&options, &code);
	if (!overlay)
		return code;
	carriers = carrier_load(overlay, &error);
	if (!carriers)
		return command_fail(&options, EXIT_USAGE, error);
	for (int i = 1; i < argc; i++) {
		g_autofree char *number = carrier_normal(argv[i]);
		g_autoptr(GArray) candidates = carriers_recognise(carriers, number);

		all = all && candidates->len && g_array_index(candidates, struct carrier_candidate, 0).valid;
		if (options.json)
			print_json(number, candidates);
		else
			print_text(number, candidates);
	}
	return all ? EXIT_DONE : EXIT_NO;
}
