/* wismo init: from an address to a configuration whose logins were tried. Every question has an option; without a
 * terminal nothing is asked. Running it again tests and keeps what is there. */
#include "wismo/base/error.h"
#include "wismo/cmd/command.h"
#include "wismo/flow/probe.h"

#include "commands_p.h"
#include "init_p.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct answers {
	char *address, *source, *outgoing, *user, *password_file, *password_command, *token_command, *shop, *lang, *mode, *sent, *ca_file, *state_dir;
	gboolean yes, offline;
};

static void ask(char **answer, const char *question, const char *fallback, bool may_ask)
{
	char line[1000];

	if (*answer)
		return;
	if (may_ask) {
		fprintf(stderr, fallback ? "%s [%s]: " : "%s: ", question, fallback);
		if (fgets(line, sizeof line, stdin) && *g_strstrip(line)) {
			*answer = g_strdup(line);
			return;
		}
	}
	*answer = g_strdup(fallback);
}

static char *quoted(const char *text)
{
	g_autofree char *escaped = g_strescape(text, (const char *) "\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f"
		"\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf"
		"\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf"
		"\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef"
		"\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff");

	return g_strdup_printf("\"%s\"", escaped);
}

static void line(GString *text, const char *indent, const char *key, const char *value)
{
	g_autofree char *q = value && *value ? quoted(value) : NULL;

	if (q)
		g_string_append_printf(text, "%s%s = %s\n", indent, key, q);
}

static char *compose(const struct answers *a)
{
	GString *text = g_string_new("# wismo's configuration; every key is told in wismo.conf(5). Try changes with: wismo check\n");

	line(text, "", "mode", a->mode);
	line(text, "", "lang", a->lang);
	line(text, "", "shop_name", a->shop);
	line(text, "", "state_dir", a->state_dir);
	g_string_append(text, "\naccount \"main\" {\n");
	line(text, "\t", "source", a->source);
	line(text, "\t", "outgoing", a->outgoing);
	line(text, "\t", "user", a->user);
	line(text, "\t", "password_file", a->password_file);
	line(text, "\t", "password_command", a->password_command);
	line(text, "\t", "token_command", a->token_command);
	line(text, "\t", "from", a->address);
	line(text, "\t", "sent_folder", a->sent);
	line(text, "\t", "ca_file", a->ca_file);
	g_string_append(text, "}\n\n# Who is asked about parcels; without a section a carrier's cases go to a person. More: wismo.conf(5), wismo-carriers(5)\n"
			"#carrier \"dhl\" {\n#\tsecret \"key\" { value_file = \"dhl.key\" }\t\t# beside this file, chmod 600\n#}\n"
			"#carrier \"ups\" {\n#\tsecret \"client_id\" { value_file = \"ups.id\" }\n#\tsecret \"client_secret\" { value_file = \"ups.key\" }\n#}\n");
	return g_string_free(text, FALSE);
}

/* An option's file is meant from here, the configuration's from its own folder. */
static void settle_path(char **path)
{
	char *full = *path && g_file_test(*path, G_FILE_TEST_EXISTS) ? g_canonicalize_filename(*path, NULL) : NULL;

	if (!full)
		return;
	g_free(*path);
	*path = full;
}

static bool write_private(const char *path, const char *text, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autoptr(GError) cause = NULL;

	if (g_mkdir_with_parents(folder, 0700) == 0
	    && g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &cause))
		return true;
	g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: %s", path, cause ? cause->message : g_strerror(errno));
	return false;
}

/* Tells what was tried; gives the number of failures. */
static int try_logins(const struct settings *settings)
{
	int failures = 0;

	for (guint i = 0; i < settings->accounts->len; i++) {
		const struct account *account = g_ptr_array_index(settings->accounts, i);

		for (int way = 0; way < 2; way++) {
			g_autoptr(GError) error = NULL;
			g_autofree char *said = NULL;
			bool fine = (way ? probe_outgoing : probe_source)(account, &said, &error);

			failures += !fine;
			fprintf(stderr, "%s %s %s: %s\n", fine ? "ok  " : "FAIL", account->name, way ? "outgoing" : "source",
				fine ? said : error->message);
			if (!fine)
				fprintf(stderr, "     %s\n", probe_mend(error));
		}
	}
	return failures;
}

static int finish(const struct command_options *options, const char *path, gboolean offline)
{
	g_autoptr(GError) error = NULL;
	scoped(settings) settings = settings_load(path, &error);
	scoped(store) store = NULL;
	int failures;

	if (!settings)
		return command_fail(options, EXIT_USAGE, error);
	failures = offline ? 0 : try_logins(settings);
	if (g_mkdir_with_parents(settings->state_dir, 0700) < 0) {
		g_set_error(&error, WISMO_ERROR, WISMO_HALT, "%s: %s", settings->state_dir, g_strerror(errno));
		return command_fail(options, EXIT_SYSTEM, error);
	}
	store = store_open(settings->database, ROLE_ALL, true, &error);
	if (!store)
		return command_fail(options, EXIT_SYSTEM, error);
	printf("configuration %s\ndatabase      %s\n", settings->path, settings->database);
	printf("next: %s\n", failures ? "mend what failed, in that file, then: wismo check" : "wismo run --once, then: wismo status");
	return failures ? EXIT_NO : EXIT_DONE;
}

static bool complete(const struct command_options *options, struct answers *a, bool may_ask)
{
	struct init_servers servers = { 0 };
	const char *at;

	ask(&a->address, "Mail address that buyers write to", NULL, may_ask);
	at = a->address ? strrchr(a->address, '@') : NULL;
	if (!at || at == a->address || !at[1] || strpbrk(at, "/?#: %")) {
		command_refuse(options, EXIT_USAGE, "expected a mail address: wismo init anna@example.com");
		return false;
	}
	if (!a->source || !a->outgoing)
		init_servers_find(&servers, a->address, a->offline, may_ask);
	ask(&a->source, "Mailbox (imaps://HOST, imap+starttls://HOST or maildir:PATH)", servers.source, may_ask);
	ask(&a->outgoing, "Way out (smtps://HOST, smtp+starttls://HOST or maildir:PATH)", servers.outgoing, may_ask);
	if (!g_str_has_prefix(a->source, "maildir:") || !g_str_has_prefix(a->outgoing, "maildir:")) {
		ask(&a->user, "Login name", servers.user ? servers.user : a->address, may_ask);
		/* The name is only a wish: the folder that the server marks as sent mails is found, else this one is made. */
		if (!g_str_has_prefix(a->source, "maildir:"))
			ask(&a->sent, "Folder for copies of answers", servers.files_copies ? "" : "Sent", may_ask);
		if (!a->password_command && !a->token_command)
			ask(&a->password_file, "File with the password (mode 0600)", "password", may_ask);
	}
	init_servers_clear(&servers);
	ask(&a->shop, "Name of the shop, for signatures", "", may_ask);
	ask(&a->lang, "Language of answers when the buyer's is not known (de, en ...)", "de", may_ask);
	return true;
}

int init_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	static struct answers a;	/* as long as the program, like all options */
	const GOptionEntry entries[] = {
		{ "address", 0, 0, G_OPTION_ARG_STRING, &a.address, "mail address that buyers write to", "ADDRESS" },
		{ "source", 0, 0, G_OPTION_ARG_STRING, &a.source, "mailbox", "URL" },
		{ "outgoing", 0, 0, G_OPTION_ARG_STRING, &a.outgoing, "way out", "URL" },
		{ "user", 0, 0, G_OPTION_ARG_STRING, &a.user, "login name", "NAME" },
		{ "password-file", 0, 0, G_OPTION_ARG_FILENAME, &a.password_file, "file with the password, mode 0600", "FILE" },
		{ "password-command", 0, 0, G_OPTION_ARG_STRING, &a.password_command, "command that prints the password", "COMMAND" },
		{ "token-command", 0, 0, G_OPTION_ARG_STRING, &a.token_command, "command that prints an OAuth 2 token", "COMMAND" },
		{ "shop", 0, 0, G_OPTION_ARG_STRING, &a.shop, "name of the shop", "NAME" },
		{ "lang", 0, 0, G_OPTION_ARG_STRING, &a.lang, "fallback language of answers", "LANG" },
		{ "mode", 0, 0, G_OPTION_ARG_STRING, &a.mode, "observe, draft (default) or auto", "MODE" },
		{ "sent-folder", 0, 0, G_OPTION_ARG_STRING, &a.sent, "where copies of answers are filed ('' for nowhere)", "FOLDER" },
		{ "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &a.ca_file, "certificate of your own authority", "FILE" },
		{ "state-dir", 0, 0, G_OPTION_ARG_FILENAME, &a.state_dir, "folder of database and exports", "DIR" },
		{ "yes", 'y', 0, G_OPTION_ARG_NONE, &a.yes, "ask nothing, take the proposals", NULL },
		{ "offline", 0, 0, G_OPTION_ARG_NONE, &a.offline, "ask no server and try no login", NULL },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	int code = command_options(command_find("init"), &options, entries, &argc, &argv);
	bool may_ask = !a.yes && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
	g_autofree char *path = NULL, *text = NULL;
	g_autoptr(GError) error = NULL;

	if (code >= 0)
		return code;
	path = options.config ? g_canonicalize_filename(options.config, NULL) : settings_usual_path();
	if (g_file_test(path, G_FILE_TEST_EXISTS)) {
		fprintf(stderr, "%s is there and stays as it is; edit it or remove it to start anew\n", path);
		return finish(&options, path, a.offline);
	}
	settle_path(&a.password_file);
	settle_path(&a.ca_file);
	if (argc > 1 && !a.address)
		a.address = g_strdup(argv[1]);
	if (!complete(&options, &a, may_ask))
		return EXIT_USAGE;
	if (!a.mode)
		a.mode = g_strdup("draft");
	text = compose(&a);
	if (!write_private(path, text, &error))
		return command_fail(&options, EXIT_SYSTEM, error);
	return finish(&options, path, a.offline);
}
