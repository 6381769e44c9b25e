/* wismo import orders|shipments|stock FILE... */
#include "wismo/base/clock.h"
#include "wismo/cmd/command.h"
#include "wismo/cmd/print.h"
#include "wismo/conf/carrier.h"
#include "wismo/flow/import.h"

#include "commands_p.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 20	/* complaints on a terminal; --json tells all */

static void progress(void *user, guint done, guint all)
{
	(void) user;
	print_progress("import: row", done, all);
}

static void tell(const struct import_result *result, enum import_kind kind, const char *path)
{
	const char *delimiter = result->delimiter == '\t' ? "tabs" : result->delimiter == ';' ? "semicolons"
		: result->delimiter == '|' ? "bars" : "commas";

	for (guint i = 0; i < result->complaints->len && i < SHOWN_MAX; i++) {
		const struct import_complaint *complaint = g_ptr_array_index(result->complaints, i);
		g_autofree char *text = print_clean(complaint->text, 0);

		fprintf(stderr, "%s:%u: %s; line skipped\n", path, complaint->line, text);
	}
	if (result->bad > SHOWN_MAX)
		fprintf(stderr, "%s: %u more bad lines; --json lists them\n", path, result->bad - SHOWN_MAX);
	for (guint i = 0; i < result->notes->len && i < SHOWN_MAX; i++) {
		const struct import_complaint *note = g_ptr_array_index(result->notes, i);
		g_autofree char *text = print_clean(note->text, 0);

		fprintf(stderr, "%s:%u: note: %s\n", path, note->line, text);
	}
	if (result->noted > SHOWN_MAX)
		fprintf(stderr, "%s: %u more notes; --json lists them\n", path, result->noted - SHOWN_MAX);
	printf("%s: %s, %s, %s: %u rows, %u new, %u changed, %u as before, %u bad", path, import_kind_name(kind),
	       result->charset, delimiter, result->rows, result->added, result->changed, result->same, result->bad);
	if (result->noted)
		printf(", %u noted", result->noted);
	putchar('\n');
	if (result->unused) {
		g_autofree char *unused = print_clean(result->unused, 0);

		printf("%s: not used: %s\n", path, unused);
	}
}

static char *lines_json(const GPtrArray *list)
{
	json_t *lines = json_array();
	char *text, *copy;

	for (guint i = 0; i < list->len; i++) {
		const struct import_complaint *complaint = g_ptr_array_index(list, i);

		json_array_append_new(lines, json_pack("{s:i, s:s}", "line", complaint->line, "why", complaint->text));
	}
	text = json_dumps(lines, JSON_COMPACT);
	copy = g_strdup(text);
	free(text);
	json_decref(lines);
	return copy;
}

static void tell_json(const struct import_result *result, enum import_kind kind, const char *path)
{
	g_autofree char *bad = lines_json(result->complaints), *notes = lines_json(result->notes);

	print_json("s", "file", path, "s", "kind", import_kind_name(kind), "s", "charset", result->charset,
		   "i", "rows", (gint64) result->rows, "i", "new", (gint64) result->added, "i", "changed", (gint64) result->changed,
		   "i", "same", (gint64) result->same, "i", "bad", (gint64) result->bad, "r", "bad_lines", bad,
		   "i", "noted", (gint64) result->noted, "r", "notes", notes, "s", "unused", result->unused, NULL);
}

static int import_all(const struct import *import, enum import_kind kind, char **paths, const struct command_options *options)
{
	int worst = EXIT_DONE;

	for (; *paths; paths++) {
		g_autoptr(GError) error = NULL;
		scoped(import_result) result = import_file(import, kind, *paths, clock_now(), &error);

		if (!result) {
			int code = !g_file_test(*paths, G_FILE_TEST_EXISTS) ? EXIT_NO
				: g_error_matches(error, WISMO_ERROR, WISMO_HALT) ? EXIT_USAGE : EXIT_SYSTEM;

			command_fail(options, code, error);
			worst = MAX(worst, code);
			continue;
		}
		(options->json ? tell_json : tell)(result, kind, *paths);
		if (result->bad)
			worst = MAX(worst, EXIT_NO);
	}
	return worst;
}

int import_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	g_autofree char *channel = NULL, *charset = NULL;
	const GOptionEntry entries[] = {
		{ "channel", 0, 0, G_OPTION_ARG_STRING, &channel, "channel of orders whose list does not tell", "NAME" },
		{ "charset", 0, 0, G_OPTION_ARG_STRING, &charset, "charset of the files, when the guess is wrong (CP932 ...)", "NAME" },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	int code = command_options(command_find("import"), &options, entries, &argc, &argv);
	int kind = code < 0 && argc > 1 ? import_kind_find(argv[1]) : -1;
	struct import import = { .channel = channel, .charset = charset, .progress = options.json ? NULL : progress };
	g_autoptr(GError) error = NULL;
	scoped(overlay) overlay = NULL;
	scoped(columns) columns = NULL;
	scoped(carriers) carriers = NULL;
	scoped(settings) settings = NULL;
	scoped(store) store = NULL;

	if (code >= 0)
		return code;
	if (kind < 0 || argc < 3)
		return command_refuse(&options, EXIT_USAGE, "usage: wismo import orders|shipments|stock FILE...");
	overlay = command_overlay(&options, &code);
	settings = overlay ? command_settings(&options, &code) : NULL;
	store = settings ? command_store(&options, settings, ROLE_COMMAND, &code) : NULL;
	if (!store)
		return code;
	columns = columns_load(overlay, &error);
	carriers = columns ? carrier_load(overlay, &error) : NULL;
	if (!carriers)
		return command_fail(&options, EXIT_USAGE, error);
	import.store = store;
	import.settings = settings;
	import.columns = columns;
	import.carriers = carriers;
	return import_all(&import, (enum import_kind) kind, argv + 2, &options);
}
