/* The rows, and what all commands share. */
#include "wismo/cmd/command.h"

#include "commands_p.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Alphabetical; the order of `wismo --help`. */
static const struct command commands[] = {
	{ "approve", "[--again] ID...", "lets replies leave and tasks be done", approve_command,
	  "  wismo approve r5 t7" },
	{ "backtest", "", "another rulebook over the stored past: which verdicts would differ", backtest_command,
	  "  wismo backtest --data NEW-RULES" },
	{ "carrier", "check FILE... | try NAME NUMBER", "proves carrier files; tries one look-up step by step", carrier_command,
	  "  wismo carrier check templates/carriers/dhl.conf\n  wismo carrier try dhl 00340434161094015902" },
	{ "cases", "[--state STATE]", "lists cases, the most urgent first", cases_command, NULL },
	{ "check", "", "proves configuration, rule files, logins and permissions", check_command,
	  "  wismo check\n  wismo check --json --offline" },
	{ "classify", "FILE...|-", "reads raw mails and tells what they mean", classify_command,
	  "  wismo classify --json mails/*.eml\n  wismo classify --explain - < mail.eml" },
	{ "close", "CASE... [--reason TEXT]", "ends cases that a person has finished; what was done stays on record", close_command,
	  "  wismo close c12 --reason \"refunded in the marketplace's pages\"" },
	{ "completion", "bash", "prints a completion script for the shell", completion_command,
	  "  wismo completion bash > ~/.local/share/bash-completion/completions/wismo" },
	{ "done", "ID...", "says that a person has done a task, or has seen an uncertain reply in Sent", done_command,
	  "  wismo done t7" },
	{ "edit", "ID", "changes a reply's text, in your editor or from a file", edit_command,
	  "  wismo edit r5                       in $VISUAL, $EDITOR or vi\n  wismo edit r5 --text answer.txt     the text that stands in that file\n"
	  "  echo Hello | wismo edit r5 --text -" },
	{ "erase", "BUYER --confirm BUYER", "forgets a buyer: words, names and addresses", erase_command, NULL },
	{ "explain", "ID|ORDER|BUYER|FILE", "the whole chain of one decision", explain_command,
	  "  wismo explain c12\n  wismo explain --json r5\n  wismo explain mail.eml" },
	{ "export", "CASE", "prints everything that is known of a case, as evidence", export_command,
	  "  wismo export c12 > c12.jsonl" },
	{ "import", "orders|shipments|stock FILE...", "read lists of orders, shipments or stock", import_command,
	  "  wismo import orders amazon-orders.txt\n  wismo import shipments --channel shop dhl.csv" },
	{ "init", "[ADDRESS]", "asks, tests the logins, writes configuration and database", init_command,
	  "  wismo init anna@example.com\n  wismo init --address anna@example.com --password-file ~/.config/wismo/password --yes" },
	{ "mails", "[--limit N]", "lists mails, the newest first", mails_command, NULL },
	{ "policy", "check|simulate [FACT=VALUE...]", "proves the rules; tries them on made-up facts", policy_command,
	  "  wismo policy check\n  wismo policy simulate tracking=lost days_late=9 stock=0" },
	{ "reject", "ID... --reason TEXT", "keeps replies from leaving and tasks from being done", reject_command,
	  "  wismo reject r5 --reason \"the buyer called, all is well\"" },
	{ "replies", "", "answers: drafts, waiting, sent, uncertain", replies_command,
	  "  wismo replies --state draft\n  wismo replies --json" },
	{ "report", "[--days N]", "counts what was done and how fast", report_command, NULL },
	{ "restore", "", "tells that the database is a restored copy: nothing is sent twice", restore_command, NULL },
	{ "run", "[--once]", "the agent: fetches, understands, tracks, decides, sends", run_command,
	  "  wismo run\n  wismo run --once" },
	{ "show", "ID|ORDER|BUYER", "shows everything about a mail, case, reply or task", show_command,
	  "  wismo show c12\n  wismo show --json m34" },
	{ "status", "", "accounts, queues, next deadlines, what needs a person", status_command, NULL },
	{ "tasks", "", "reships, refunds and traces", tasks_command,
	  "  wismo tasks --state proposed\n  wismo tasks --json" },
	{ "template", "list|check|preview|edit|render [NAME|FILE]", "reply templates", template_command,
	  "  wismo template preview de/in_transit\n  wismo template edit de/in_transit\n  wismo template render --data VIEW.json FILE" },
	{ "track", "[--ask] NUMBER...", "whose number it is, and where the parcel is", track_command,
	  "  wismo track 00340434161094015902\n  wismo track --json 1Z5R89390357567127" },
	{ NULL, NULL, NULL, NULL, NULL },
};

const struct command *command_find(const char *name)
{
	for (const struct command *c = commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

const struct command *command_next(const struct command *after)
{
	const struct command *next = after ? after + 1 : commands;

	return next->name ? next : NULL;
}

/* Options live as long as the program: commands borrow them. */
static char *keep(char *text)
{
	char *kept = (char *) g_intern_string(text);

	g_free(text);
	return kept;
}

/* Is its row nothing but an option, or empty? */
static bool takes_none_ok(const struct command *command)
{
	const char *end = strchr(command->arguments, ']');

	return !*command->arguments || (g_str_has_prefix(command->arguments, "[--") && end && !end[1]);
}

int command_options(const struct command *command, struct command_options *options, const GOptionEntry *entries,
		    int *argc, char ***argv)
{
	const GOptionEntry common[] = {
		{ "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "one JSON object per line", NULL },
		{ "data", 0, 0, G_OPTION_ARG_FILENAME, &options->data, "folder of rule files, instead of the installed one", "DIR" },
		{ "config", 0, 0, G_OPTION_ARG_FILENAME, &options->config, "configuration file", "FILE" },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	g_autofree char *usage = g_strdup_printf("%s - %s", command->arguments, command->summary);
	g_autofree char *program = g_strdup_printf("wismo %s", command->name);
	g_autoptr(GOptionContext) context = g_option_context_new(usage);
	g_autoptr(GError) error = NULL;
	bool asked = g_strv_contains((const char *const *) *argv, "--json");	/* of wrong options none is taken over */

	g_set_prgname(program);
	g_option_context_add_main_entries(context, common, NULL);
	if (entries)
		g_option_context_add_main_entries(context, entries, NULL);
	if (command->examples)
		g_option_context_set_description(context, command->examples);
	if (g_option_context_parse(context, argc, argv, &error)) {
		options->data = keep(options->data);
		options->config = keep(options->config);
		if (*argc > 1 && takes_none_ok(command))
			return command_refuse(options, EXIT_USAGE, "\"%s\" was not expected", (*argv)[1]);
		return -1;
	}
	options->json = options->json || asked;
	return command_refuse(options, EXIT_USAGE, "%s", error->message);
}

static void json_error(const struct command_options *options, int code, const char *message)
{
	json_t *line = options && options->json ? json_pack("{s:s, s:i}", "error", message, "exit", code) : NULL;
	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;

	if (text)
		fprintf(stderr, "%s\n", text);
	free(text);
	json_decref(line);
}

int command_fail(const struct command_options *options, int code, const GError *error)
{
	fprintf(stderr, "wismo: %s\n", error->message);
	json_error(options, code, error->message);
	return code;
}

int command_refuse(const struct command_options *options, int code, const char *format, ...)
{
	const char *program = g_get_prgname() ? g_get_prgname() : "wismo";
	g_autofree char *message = NULL, *valid = NULL;
	va_list args;

	va_start(args, format);
	message = g_strdup_vprintf(format, args);
	va_end(args);
	valid = g_utf8_make_valid(message, -1);
	fprintf(stderr, "%s: %s\n", program, message);
	if (code == EXIT_USAGE)
		fprintf(stderr, "Try: %s --help\n", program);
	json_error(options, code, valid);
	return code;
}

static int code_of(const GError *error)
{
	return g_error_matches(error, WISMO_ERROR, WISMO_HALT) ? EXIT_USAGE : EXIT_SYSTEM;
}

struct overlay *command_overlay(const struct command_options *options, int *code)
{
	g_autoptr(GError) error = NULL;
	struct overlay *overlay = overlay_new(options->data, &error);

	if (!overlay) {
		*code = command_fail(options, EXIT_USAGE, error);
	} else if (!options->data) {
		/* The seller's own files lie beside the configuration; every command sees the same ones as the agent. */
		g_autofree char *config = options->config ? g_canonicalize_filename(options->config, NULL) : settings_usual_path();
		g_autofree char *folder = g_path_get_dirname(config);

		overlay_add(overlay, folder);
	}
	return overlay;
}

struct settings *command_settings(const struct command_options *options, int *code)
{
	g_autoptr(GError) error = NULL;
	struct settings *settings = settings_load(options->config, &error);

	if (!settings)
		*code = command_fail(options, code_of(error), error);
	return settings;
}

struct store *command_store(const struct command_options *options, const struct settings *settings, enum store_role role, int *code)
{
	g_autoptr(GError) error = NULL;
	struct store *store = store_open(settings->database, role, false, &error);

	if (!store)
		*code = command_fail(options, EXIT_SYSTEM, error);
	return store;
}

struct store *command_open(const struct command_options *options, enum store_role role, struct settings **settings, int *code)
{
	*settings = command_settings(options, code);
	return *settings ? command_store(options, *settings, role, code) : NULL;
}

bool command_colour_ok(void)
{
	const char *term = getenv("TERM");
	const char *cli = getenv("CLICOLOR");

	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && term && strcmp(term, "dumb") != 0
		&& !(cli && strcmp(cli, "0") == 0);
}
