/* wismo classify: what is understood of raw mails, without configuration or database. */
#include "wismo/cmd/command.h"

#include "classify_p.h"
#include "commands_p.h"

#include "wismo/flow/understand.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STDIN_CAP (64 * 1024 * 1024)
#define PROGRESS_FROM 25	/* fewer files are done before anybody looks */

static json_t *string_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *strings(const GPtrArray *list)
{
	json_t *array = json_array();

	for (guint i = 0; i < list->len; i++)
		json_array_append_new(array, json_string(g_ptr_array_index(list, i)));
	return array;
}

static json_t *tracking(const struct reading *reading)
{
	json_t *array = json_array();

	for (guint i = 0; i < reading->tracking->len; i++) {
		const struct found_number *found = g_ptr_array_index(reading->tracking, i);

		json_array_append_new(array, json_pack("{s:s, s:o}", "number", found->number, "carriers", strings(found->carriers)));
	}
	return array;
}

static json_t *evidence(const struct reading *reading)
{
	json_t *array = json_array();

	for (guint i = 0; i < reading->evidence->len; i++) {
		const struct evidence *one = g_ptr_array_index(reading->evidence, i);

		json_array_append_new(array, json_pack("{s:s, s:s, s:f, s:o}", "rule", one->rule, "intent", intent_name(one->intent),
						       "weight", round(one->weight * 100) / 100, "text", string_or_null(one->text)));
	}
	return array;
}

static void print_json(const char *file, const struct reading *reading)
{
	json_t *line = json_pack("{s:o, s:s, s:b, s:s, s:s, s:b, s:f, s:o, s:s, s:o, s:o, s:s, s:b, s:o, s:o}",
		"file", json_string(file), "channel", reading->channel, "machine", reading->machine, "lang", reading->lang,
		"intent", intent_name(reading->intent), "not_arrived", intent_means_not_arrived(reading->intent),
		"confidence", reading->confidence, "wish", string_or_null(wish_name(reading->wish)),
		"urgency", urgency_name(reading->urgency), "order_ids", strings(reading->order_ids),
		"tracking", tracking(reading), "buyer_text", reading->buyer_text, "answerable", reading->answerable,
		"why_not", string_or_null(reading->why_not), "evidence", evidence(reading));
	char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(4));

	if (!text)
		g_error("out of memory");
	puts(text);
	free(text);
	json_decref(line);
}

static void print_words(const char *file, const struct reading *reading)
{
	printf("%s\t%s\t%s\t%s %.2f\t%s%s%s\n", file, reading->channel, reading->lang, intent_name(reading->intent),
	       reading->confidence, reading->answerable ? "answerable" : "a person: ",
	       reading->answerable ? "" : reading->why_not, reading->machine ? " (machine)" : "");
}

static GBytes *read_stdin(GError **error)
{
	g_autoptr(GByteArray) all = g_byte_array_new();
	guint8 piece[65536];
	size_t length;

	while ((length = fread(piece, 1, sizeof(piece), stdin)) > 0 && all->len < STDIN_CAP)
		g_byte_array_append(all, piece, (guint) length);
	if (ferror(stdin)) {
		g_set_error(error, WISMO_ERROR, WISMO_RETRY, "standard input could not be read");
		return NULL;
	}
	return g_byte_array_free_to_bytes(g_steal_pointer(&all));
}

static GBytes *read_file(const char *file, GError **error)
{
	char *bytes;
	gsize length;

	if (strcmp(file, "-") == 0)
		return read_stdin(error);
	if (!g_file_get_contents(file, &bytes, &length, error))
		return NULL;
	return g_bytes_new_take(bytes, length);
}

static void progress(int done, int all)
{
	if (all >= PROGRESS_FROM && isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO))
		fprintf(stderr, "\r%d of %d mails%s", done, all, done == all ? "\n" : "");
}

static bool classify(const struct rulebook *book, const char *file, const struct command_options *options, bool explain)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) raw = read_file(file, &error);
	g_autofree char *shown = g_utf8_make_valid(file, -1);
	scoped(letter) letter = NULL;
	scoped(buyertext) text = NULL;
	scoped(reading) reading = NULL;

	if (!raw) {
		command_refuse(options, EXIT_NO, "%s", error->message);
		return false;
	}
	letter = understand_bytes(raw);
	reading = understand_letter(book, NULL, letter, UNDERSTAND_CONFIDENCE, &text);
	if (options->json)
		print_json(shown, reading);
	else
		print_words(shown, reading);
	if (explain && !options->json)
		classify_explain(letter, reading, text, command_colour_ok());
	return true;
}

int classify_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	gboolean explain = FALSE;
	const GOptionEntry entries[] = {
		{ "explain", 0, 0, G_OPTION_ARG_NONE, &explain, "show the text with its evidence marked", NULL },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	g_autoptr(GError) error = NULL;
	scoped(overlay) overlay = NULL;
	scoped(rulebook) book = NULL;
	int code = command_options(command_find("classify"), &options, entries, &argc, &argv);

	if (code >= 0)
		return code;
	if (argc < 2)
		return command_refuse(&options, EXIT_USAGE, "no file named; - reads standard input");
	overlay = command_overlay(&options, &code);
	if (!overlay)
		return code;
	book = rulebook_load(overlay, RULEBOOK_READING, &error);
	if (!book)
		return command_fail(&options, EXIT_USAGE, error);
	code = EXIT_DONE;
	for (int i = 1; i < argc; i++) {
		if (!classify(book, argv[i], &options, explain))
			code = EXIT_NO;
		progress(i, argc - 1);
	}
	if (fflush(stdout) != 0) {
		perror("wismo classify: standard output");
		return EXIT_SYSTEM;
	}
	return code;
}
