/* `wismo template`: the seller's answers, seen, proven, tried and edited. Never sends anything. */
#include "commands_p.h"
#include "editor_p.h"

#include "wismo/base/error.h"
#include "wismo/cmd/command.h"
#include "wismo/cmd/print.h"
#include "wismo/conf/channel.h"
#include "wismo/conf/replies.h"
#include "wismo/core/lint.h"
#include "wismo/core/template.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct listing {
	struct print_table *table;
	bool json;
};

static bool list_one(const char *name, const char *lang, const char *path, const char *about, const json_t *example, void *user)
{
	struct listing *listing = user;

	(void) example;
	if (listing->json)
		print_json("s", "template", name, "s", "lang", lang, "s", "about", about, "s", "file", path, NULL);
	else
		print_table_add(listing->table, name, lang, about, path, NULL);
	return true;
}

static int list(const struct replies *replies, const struct command_options *options)
{
	static const char *const columns[] = { "TEMPLATE", "LANG", "ABOUT", "FILE", NULL };
	struct listing listing = { options->json ? NULL : print_table_new(columns), options->json };

	replies_each(replies, list_one, &listing);
	if (listing.table)
		print_table_free(listing.table);
	return EXIT_DONE;
}

struct wanted {
	const char *name, *lang;
	char *path;
	json_t *example;	/* owned copy */
};

static bool want_one(const char *name, const char *lang, const char *path, const char *about, const json_t *example, void *user)
{
	struct wanted *wanted = user;

	(void) about;
	if (strcmp(name, wanted->name) != 0 || (wanted->lang && strcmp(lang, wanted->lang) != 0))
		return true;
	wanted->path = g_strdup(path);
	wanted->lang = g_intern_string(lang);
	wanted->example = json_deep_copy(example);
	return false;
}

/* "in_transit" or "de/in_transit"; "closing" finds the part _closing. False: there is none; said on standard error. */
static bool find(const struct command_options *options, const struct replies *replies, const char *argument, struct wanted *wanted)
{
	const char *slash = strchr(argument, '/');
	g_autofree char *lang = slash ? g_strndup(argument, (gsize) (slash - argument)) : NULL;

	wanted->name = slash ? slash + 1 : argument;
	wanted->lang = lang ? g_intern_string(lang) : NULL;
	replies_each(replies, want_one, wanted);
	if (!wanted->path) {
		g_autofree char *part = g_strconcat("_", wanted->name, NULL);

		wanted->name = g_intern_string(part);
		replies_each(replies, want_one, wanted);
	}
	if (wanted->path)
		return true;
	command_refuse(options, EXIT_NO, "no template \"%s\"; `wismo template list` names them", argument);
	return false;
}

static int preview(const struct command_options *options, const struct replies *replies, const char *argument)
{
	struct wanted wanted = { NULL, NULL, NULL, NULL };
	g_autoptr(GError) error = NULL;
	scoped(rendered) rendered = NULL;
	int code = EXIT_NO;

	if (!find(options, replies, argument, &wanted))
		return EXIT_NO;
	rendered = render_reply(replies, wanted.name, wanted.lang, wanted.example, &error);
	if (rendered) {
		printf("Subject: %s\n\n%s", rendered->subject, rendered->body);
		code = EXIT_DONE;
	} else {
		command_fail(options, code, error);
	}
	g_free(wanted.path);
	json_decref(wanted.example);
	return code;
}

/* Plain Mustache after the specification, for scripts and conformance tests. */
static int render(const struct command_options *options, const char *path)
{
	const char *view_path = options->data;	/* here --data is Mustache's: the view */
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	scoped(template) template = NULL;
	g_autofree char *out = NULL;
	json_error_t cause;
	json_t *view = view_path ? json_load_file(view_path, JSON_DECODE_ANY, &cause) : json_object();

	if (!view)
		return command_refuse(options, EXIT_USAGE, "%s:%d: expected JSON: %s", view_path, cause.line, cause.text);
	if (g_file_get_contents(path, &text, NULL, &error))
		template = template_new(path, 1, text, &error);
	if (template)
		out = template_render(template, TEMPLATE_SPEC, view, NULL, NULL, &error);
	json_decref(view);
	if (!out)
		return command_fail(options, EXIT_USAGE, error);
	fputs(out, stdout);
	return EXIT_DONE;
}

/* The seller's own copy, there or not: next to the configuration file, which the overlay puts above the shipped folder. */
static char *own_path(const struct command_options *options, const struct wanted *wanted)
{
	g_autofree char *config = options->config ? g_canonicalize_filename(options->config, NULL) : settings_usual_path();
	g_autofree char *home = options->data ? g_strdup(options->data) : g_path_get_dirname(config);
	g_autofree char *file = g_strconcat(wanted->name, ".txt", NULL);

	return g_build_filename(home, "replies", wanted->lang, file, NULL);
}

/* Edited beside the file, which stays as it is until the new text proves itself: a template that does not load stops the agent. */
static bool start_trial(const char *text, const char *trial, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(trial);

	if (g_mkdir_with_parents(folder, 0755) < 0) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: cannot be made: %s", folder, g_strerror(errno));
		return false;
	}
	return g_file_test(trial, G_FILE_TEST_EXISTS) || g_file_set_contents(trial, text, -1, error);
}

/* True when the trial is as the file was: it goes, with the folders that only it lay in. A copy that differs in nothing
 * would hide every later text of ours. */
static bool drop_unchanged(const char *text, const char *trial)
{
	g_autofree char *now = NULL;
	g_autofree char *folder = g_path_get_dirname(trial);
	g_autofree char *above = g_path_get_dirname(folder);

	if (!g_file_get_contents(trial, &now, NULL, NULL) || strcmp(now, text) != 0)
		return false;
	g_unlink(trial);
	if (g_rmdir(folder) == 0)
		g_rmdir(above);
	return true;
}

static bool keep(const char *trial, const char *path, const struct wanted *wanted, GError **error)
{
	if (g_rename(trial, path) < 0) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: %s", path, g_strerror(errno));
		return false;
	}
	printf("%s: fine. See it: wismo template preview %s/%s\nIt counts from the agent's next start or reload (kill -HUP).",
	       path, wanted->lang, wanted->name);
	if (strcmp(path, wanted->path) != 0)
		printf(" What has changed: diff %s %s", wanted->path, path);
	putchar('\n');
	return true;
}

static int edit(const struct overlay *overlay, const struct replies *replies, const struct channels *channels, const char *argument,
		const struct command_options *options)
{
	struct wanted wanted = { NULL, NULL, NULL, NULL };
	g_autoptr(GError) error = NULL;
	g_autofree char *path = NULL, *trial = NULL, *text = NULL;
	int code = EXIT_USAGE;
	bool fine;

	if (!find(options, replies, argument, &wanted))
		return EXIT_NO;
	json_decref(wanted.example);
	path = own_path(options, &wanted);
	trial = g_strconcat(path, ".new", NULL);
	fine = g_file_get_contents(g_file_test(path, G_FILE_TEST_EXISTS) ? path : wanted.path, &text, NULL, &error)
		&& start_trial(text, trial, &error) && editor_run(trial, &error);
	if (text && drop_unchanged(text, trial)) {
		if (fine)
			printf("%s/%s: nothing has changed\n", wanted.lang, wanted.name);
		code = fine ? EXIT_DONE : EXIT_USAGE;
	} else if (fine && replies_check_file(overlay, trial, channels, &error) && keep(trial, path, &wanted, &error)) {
		code = EXIT_DONE;
	}
	if (code != EXIT_DONE && g_file_test(trial, G_FILE_TEST_EXISTS)) {
		g_autofree char *why = g_strdup(error->message);

		g_clear_error(&error);
		g_set_error(&error, WISMO_ERROR, WISMO_HALT, "%s\nNothing has changed. Your text is kept: wismo template edit %s/%s goes on with it; "
			    "rm %s gives it up.", why, wanted.lang, wanted.name, trial);
	}
	if (code != EXIT_DONE)
		command_fail(options, code, error);
	g_free(wanted.path);
	return code;
}

static int check(const struct command_options *options, const struct overlay *overlay, const struct channels *channels, int files,
		 char **paths)
{
	g_autoptr(GError) error = NULL;
	scoped(replies) replies = NULL;
	int code = EXIT_DONE;

	if (!files) {
		replies = replies_load(overlay, channels, &error);
		if (replies) {
			printf("all reply templates are fine\n");
			return EXIT_DONE;
		}
		return command_fail(options, EXIT_USAGE, error);
	}
	for (int i = 0; i < files; i++) {
		if (replies_check_file(overlay, paths[i], channels, &error)) {
			printf("%s: fine\n", paths[i]);
			continue;
		}
		code = command_fail(options, EXIT_USAGE, error);
		g_clear_error(&error);
	}
	return code;
}

static int usage(const struct command_options *options)
{
	return command_refuse(options, EXIT_USAGE, "expected list, check [FILE...], preview [LANG/]NAME, edit [LANG/]NAME, "
			      "or render [--data FILE.json] FILE");
}

int template_command(int argc, char **argv)
{
	struct command_options options = { NULL, NULL, FALSE };
	int code = command_options(command_find("template"), &options, NULL, &argc, &argv);
	scoped(overlay) overlay = NULL;
	scoped(channels) channels = NULL;
	scoped(replies) replies = NULL;
	g_autoptr(GError) error = NULL;

	if (code >= 0)
		return code;
	if (argc < 2)
		return usage(&options);
	if (strcmp(argv[1], "render") == 0)
		return argc == 3 ? render(&options, argv[2]) : usage(&options);
	overlay = command_overlay(&options, &code);
	if (!overlay)
		return code;
	channels = channels_load(overlay, &error);
	if (!channels)
		return command_fail(&options, EXIT_USAGE, error);
	if (strcmp(argv[1], "check") == 0)
		return check(&options, overlay, channels, argc - 2, argv + 2);
	replies = replies_load(overlay, channels, &error);
	if (!replies)
		return command_fail(&options, EXIT_USAGE, error);
	if (strcmp(argv[1], "list") == 0 && argc == 2)
		return list(replies, &options);
	if (strcmp(argv[1], "preview") == 0 && argc == 3)
		return preview(&options, replies, argv[2]);
	if (strcmp(argv[1], "edit") == 0 && argc == 3)
		return edit(overlay, replies, channels, argv[2], &options);
	return usage(&options);
}
