/* wismo check: each line is what was tried, what came back, what to do; ids are stable, for scripts. */
#include "wismo/base/error.h"
#include "wismo/cmd/command.h"
#include "wismo/cmd/print.h"
#include "wismo/conf/carrier.h"
#include "wismo/conf/columns.h"
#include "wismo/flow/probe.h"
#include "wismo/flow/run.h"
#include "wismo/store/instance.h"

#include "check_p.h"
#include "commands_p.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define TOKEN_SLOW_MS 5000

void check_tell(struct checks *checks, enum grade grade, const char *id, const char *said, const char *mend)
{
	static const char *const words[] = { "ok", "warn", "fail" };
	static const char *const colours[] = { "32", "33", "31" };
	g_autofree char *word = print_paint(colours[grade], words[grade]);
	g_autofree char *clean = print_clean(said, 0);

	checks->worst = MAX(checks->worst, grade);
	if (checks->json)
		print_json("s", "id", id, "s", "result", words[grade], "s", "said", said, "s", "mend", mend, NULL);
	else
		printf("%s%*s %-18s %s%s%s\n", word, grade == GRADE_OK ? 2 : 0, "", id, clean, mend ? "; " : "", mend ? mend : "");
}

/* Takes over the error. */
static bool verdict(struct checks *checks, bool fine, const char *id, const char *said, GError *error, const char *mend)
{
	check_tell(checks, fine ? GRADE_OK : GRADE_FAIL, id, fine ? said : error->message, fine ? NULL : mend);
	g_clear_error(&error);
	return fine;
}

/* Owned; NULL: told already. */
static struct rulebook *check_rules(struct checks *checks, const struct command_options *options, const struct settings *settings)
{
	GError *error = NULL;
	g_autofree char *folder = g_path_get_dirname(settings->path);
	scoped(overlay) overlay = overlay_new(options->data, &error);
	scoped(columns) columns = NULL;
	struct rulebook *book;
	g_autofree char *said = NULL;

	if (!verdict(checks, overlay != NULL, "data", "found", error, "reinstall, or name the folder with --data"))
		return NULL;
	if (!options->data)
		overlay_add(overlay, folder);
	error = NULL;
	columns = columns_load(overlay, &error);
	verdict(checks, columns != NULL, "import.columns", "readable", error, "mend that line");
	error = NULL;
	book = rulebook_load(overlay, RULEBOOK_ALL, &error);
	if (book && !carrier_route(book->carriers, settings, &error)) {
		verdict(checks, false, "carriers.for", NULL, error, "mend that line of the configuration");
		error = NULL;
	}
	said = book ? g_strdup_printf("all files load and prove their examples (rulebook %.12s)", book->hash) : NULL;
	verdict(checks, book != NULL, "rules", said, error, "mend that line, or remove your copy to get the shipped file");
	if (book) {
		check_carriers(checks, settings, book->carriers);
		check_names(checks, settings, book);
	}
	return book;
}

static void check_store(struct checks *checks, const struct settings *settings, const struct rulebook *book)
{
	GError *error = NULL;
	struct stat st;
	scoped(store) store = NULL;
	g_autofree char *said = NULL;
	gint64 pid;

	if (stat(settings->state_dir, &st) == 0 && (st.st_mode & 077))
		check_tell(checks, GRADE_WARN, "state.mode", "others can look into the state folder", "chmod 700 it");
	store = store_open(settings->database, ROLE_READER, false, &error);
	said = g_strdup_printf("%s opens", settings->database);
	if (!verdict(checks, store != NULL, "database", said, error, "wismo init"))
		return;
	for (guint i = 0; i < settings->accounts->len; i++) {
		const struct account *account = g_ptr_array_index(settings->accounts, i);
		g_autofree char *id = g_strdup_printf("start.%s", account->name);
		g_autofree char *ignored = run_start_ignored(store, account);

		if (ignored)
			check_tell(checks, GRADE_WARN, id, ignored, "answer them by hand, or begin anew with another state_dir");
	}
	pid = instance_pid(store);
	check_tell(checks, pid ? GRADE_OK : GRADE_WARN, "agent", pid ? "runs" : "does not run", pid ? NULL : "wismo run");
	if (book)
		check_languages(checks, store, book);
}

/* A token command is a program of the seller's: what it gives, how fast, and for how long, where the token tells. */
static void check_token(struct checks *checks, const struct account *account)
{
	g_autofree char *id = g_strdup_printf("token.%s", account->name);
	g_autofree char *said = NULL;
	GError *error = NULL;
	gint64 began = g_get_monotonic_time();
	scoped(secret) secret = secret_read(&account->source.token, &error);
	gint64 took_ms = (g_get_monotonic_time() - began) / 1000;
	gsize length = secret ? strlen(secret_reveal(secret)) : 0;

	if (!secret) {
		verdict(checks, false, id, NULL, error, "run token_command by hand; it has to print one access token and nothing else");
		return;
	}
	said = g_strdup_printf("a token of %d characters in %.1f s", (int) length, (double) took_ms / 1000);
	/* RFC 6750, 2.1: b64token. A message of the tool in its place is refused by servers without a reason. */
	if (!length || strspn(secret_reveal(secret), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=") != length)
		check_tell(checks, GRADE_FAIL, id, "what it prints is no access token", "run token_command by hand; it has to print the token and nothing else");
	else if (took_ms > TOKEN_SLOW_MS)
		check_tell(checks, GRADE_WARN, id, said, "it is run at every connection: let it keep the token until it expires");
	else
		check_tell(checks, GRADE_OK, id, said, NULL);
}

static void check_accounts(struct checks *checks, const struct settings *settings)
{
	for (guint i = 0; i < settings->accounts->len; i++) {
		const struct account *account = g_ptr_array_index(settings->accounts, i);
		g_autofree char *source_id = g_strdup_printf("source.%s", account->name);
		g_autofree char *outgoing_id = g_strdup_printf("outgoing.%s", account->name);
		g_autofree char *source = NULL, *outgoing = NULL;
		GError *error = NULL;
		bool fine;

		if (secret_source_set(&account->source.token))
			check_token(checks, account);
		fine = probe_source(account, &source, &error);

		verdict(checks, fine, source_id, source, error, fine ? NULL : probe_mend(error));
		error = NULL;
		fine = probe_outgoing(account, &outgoing, &error);
		verdict(checks, fine, outgoing_id, outgoing, error, fine ? NULL : probe_mend(error));
		if (!account->sent_folder && !account->outgoing.path)
			check_tell(checks, GRADE_WARN, "sent_folder", "not set: copies are filed only where the provider does it",
			     "set sent_folder, unless the provider files copies by itself");
	}
	if (!settings->accounts->len)
		check_tell(checks, GRADE_FAIL, "accounts", "none is configured", "wismo.conf(5), account");
}

int check_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	gboolean offline = FALSE;
	const GOptionEntry entries[] = {
		{ "offline", 0, 0, G_OPTION_ARG_NONE, &offline, "do not try the logins", NULL },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	int code = command_options(command_find("check"), &options, entries, &argc, &argv);
	struct checks checks = { 0 };
	GError *error = NULL;
	scoped(settings) settings = NULL;
	scoped(rulebook) book = NULL;

	if (code >= 0)
		return code;
	checks.json = options.json;
	settings = settings_load(options.config, &error);
	if (!verdict(&checks, settings != NULL, "config", settings ? settings->path : NULL, error, "wismo.conf(5)"))
		return EXIT_USAGE;
	check_clock(&checks, settings);
	check_disk(&checks, settings);
	check_confinement(&checks, settings);
	book = check_rules(&checks, &options, settings);
	check_places(&checks, settings, offline);
	check_store(&checks, settings, book);
	if (!offline)
		check_accounts(&checks, settings);
	return checks.worst == GRADE_FAIL ? EXIT_NO : EXIT_DONE;
}
