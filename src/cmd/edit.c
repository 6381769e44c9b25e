/* wismo edit: a reply's text in the seller's editor; the outgoing guard reads it before it counts. */
#include "commands_p.h"
#include "editor_p.h"
#include "ids_p.h"

#include "wismo/base/clock.h"
#include "wismo/base/error.h"
#include "wismo/cmd/command.h"
#include "wismo/conf/channel.h"
#include "wismo/core/lint.h"
#include "wismo/store/case.h"
#include "wismo/store/reading.h"
#include "wismo/store/reply.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT_CAP_BYTES (256 * 1024)

/* The text as the editor left it; NULL: error is set. */
static char *in_editor(const char *body, GError **error)
{
	g_autofree char *path = NULL;
	char *text = NULL;
	int fd = g_file_open_tmp("wismo-reply-XXXXXX.txt", &path, error);

	if (fd < 0)
		return NULL;
	close(fd);	/* mode 0600: it is a buyer's matter */
	if (g_file_set_contents_full(path, body, -1, G_FILE_SET_CONTENTS_NONE, 0600, error) && editor_run(path, error))
		g_file_get_contents(path, &text, NULL, error);
	g_unlink(path);
	return text;
}

/* True when the text may leave; else every finding is printed. */
static bool guard(struct store *store, const struct channels *channels, const struct reply *reply, const char *text)
{
	scoped(buyer_case) buyer_case = case_get(store, reply->case_id, NULL);
	scoped(reading_row) row = reply->mail ? reading_get(store, reply->mail, NULL) : NULL;
	g_autoptr(GPtrArray) exempt = g_ptr_array_new();
	g_autoptr(GPtrArray) findings = NULL;

	if (buyer_case && *buyer_case->order_no)
		g_ptr_array_add(exempt, buyer_case->order_no);
	for (guint i = 0; row && i < row->reading->tracking->len; i++)
		g_ptr_array_add(exempt, ((struct found_number *) g_ptr_array_index(row->reading->tracking, i))->number);
	/* Numbers that stood in the text before are no phone numbers now. */
	g_auto(GStrv) words = g_strsplit_set(reply->body, " \n(),.;:", -1);
	for (char **word = words; *word; word++)
		if (strlen(*word) >= 8)
			g_ptr_array_add(exempt, *word);
	g_ptr_array_add(exempt, NULL);
	findings = lint_text(buyer_case ? channels_find(channels, buyer_case->channel) : NULL, text, (const char *const *) exempt->pdata);
	for (guint i = 0; i < findings->len; i++) {
		const struct lint_finding *finding = g_ptr_array_index(findings, i);

		fprintf(stderr, "wismo edit: line %d, column %d: %s\n", finding->line, finding->column, finding->what);
	}
	return !findings->len;
}

/* Too much: no answer has so many words, and a pipe may never end. */
static char *from_input(GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	char part[4096];
	size_t got;

	while ((got = fread(part, 1, sizeof part, stdin)) > 0 && text->len <= TEXT_CAP_BYTES)
		g_string_append_len(text, part, (gssize) got);
	if (!ferror(stdin) && text->len <= TEXT_CAP_BYTES)
		return g_string_free(g_steal_pointer(&text), FALSE);
	g_set_error_literal(error, WISMO_ERROR, WISMO_PARK, ferror(stdin) ? "standard input cannot be read" : "the text is longer than 256 KB");
	return NULL;
}

static char *from_file(const char *file, GError **error)
{
	g_autoptr(GError) cause = NULL;
	char *text = NULL;

	if (g_file_get_contents(file, &text, NULL, &cause))
		return text;
	if (g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_NOENT) || g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_NAMETOOLONG))
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "--text expects a file that holds the text, and there is none called \"%.60s\"; "
			    "with --text - the text itself comes from standard input", file);
	else
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "--text: %s", cause->message);
	return NULL;
}

static char *new_text(const struct reply *reply, const char *file, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(GString) lines = NULL;

	if (!file)
		text = in_editor(reply->body, error);
	else
		text = strcmp(file, "-") == 0 ? from_input(error) : from_file(file, error);
	if (!text)
		return NULL;
	if (!g_utf8_validate(text, -1, NULL)) {
		g_set_error_literal(error, WISMO_ERROR, WISMO_PARK, "the text is not UTF-8");
		return NULL;
	}
	lines = g_string_new(text);
	g_string_replace(lines, "\r\n", "\n", 0);
	return g_string_free(g_steal_pointer(&lines), FALSE);
}

int edit_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	g_autofree char *file = NULL;
	const GOptionEntry entries[] = {
		{ "text", 0, 0, G_OPTION_ARG_FILENAME, &file, "take the text from this file (-: standard input) instead of opening an editor", "FILE" },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	int code = command_options(command_find("edit"), &options, entries, &argc, &argv);
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	char kind;
	gint64 id;
	scoped(settings) settings = NULL;
	scoped(overlay) overlay = NULL;
	scoped(channels) channels = NULL;
	scoped(store) store = NULL;
	scoped(reply) reply = NULL;

	if (code >= 0)
		return code;
	if (argc != 2)
		return command_refuse(&options, EXIT_USAGE, "usage: wismo edit ID [--text FILE|-]");
	if (!ids_parse(argv[1], "r", &kind, &id))
		return ids_wrong(&options, argv[1], "r");
	overlay = command_overlay(&options, &code);
	settings = overlay ? command_settings(&options, &code) : NULL;
	store = settings ? command_store(&options, settings, ROLE_COMMAND, &code) : NULL;
	if (!store)
		return code;
	channels = channels_load(overlay, &error);
	if (!channels)
		return command_fail(&options, EXIT_USAGE, error);
	reply = reply_get(store, id, &error);
	if (!reply)
		return error ? command_fail(&options, EXIT_SYSTEM, error) : ids_missing(&options, argv[1]);
	text = new_text(reply, file, &error);
	if (!text)
		return command_fail(&options, g_error_matches(error, WISMO_ERROR, WISMO_HALT) ? EXIT_USAGE
				    : g_error_matches(error, WISMO_ERROR, WISMO_PARK) ? EXIT_NO : EXIT_SYSTEM, error);
	if (!guard(store, channels, reply, text))
		return command_refuse(&options, EXIT_NO, "%s is as it was", argv[1]);
	if (!reply_edit(store, reply, text, clock_now(), g_get_user_name(), &error))
		return command_fail(&options, g_error_matches(error, WISMO_ERROR, WISMO_PARK) ? EXIT_NO : EXIT_SYSTEM, error);
	printf("%s is %s; it leaves after: wismo approve %s\n", argv[1], reply_state_name(reply->state), argv[1]);
	return EXIT_DONE;
}
