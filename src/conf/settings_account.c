/* The account sections of wismo.conf: places, secrets, addresses. */
#include "settings_p.h"

#include "wismo/base/clock.h"
#include "wismo/base/error.h"

#include <string.h>

/* Relative paths in the file are meant from the file's folder. */
char *settings_resolve(const char *file, const char *path)
{
	g_autofree char *folder = g_path_get_dirname(file);

	if (!path)
		return NULL;
	if (path[0] == '~' && path[1] == '/')
		return g_build_filename(g_get_home_dir(), path + 2, NULL);
	return g_path_is_absolute(path) ? g_strdup(path) : g_build_filename(folder, path, NULL);
}

bool settings_secret(cfg_t *section, const char *name, const char *file, struct secret_source *source, GError **error)
{
	g_autofree char *file_key = g_strconcat(name, "_file", NULL);
	g_autofree char *command_key = g_strconcat(name, "_command", NULL);
	g_autofree char *credential_key = g_strconcat(name, "_credential", NULL);
	int set;

	source->file = settings_resolve(file, cfg_getstr(section, file_key));
	source->command = g_strdup(cfg_getstr(section, command_key));
	source->credential = g_strdup(cfg_getstr(section, credential_key));
	set = !!source->file + !!source->command + !!source->credential;
	return set <= 1 || confuse_fail(section, error, "%s_file, %s_command and %s_credential exclude each other; "
					"keep one", name, name, name);
}

/* "imaps://host:993", "imap+starttls://host", "smtps://", "smtp+starttls://", "imap://127.0.0.1:1143",
 * "maildir:/path". */
static bool read_endpoint(cfg_t *section, const char *key, const char *protocol, const char *file,
			  struct endpoint *endpoint, GError **error)
{
	const char *text = cfg_getstr(section, key);
	g_autofree char *scheme = NULL;
	g_autofree char *secure = g_strconcat(protocol, "s", NULL);
	g_autofree char *upgrade = g_strconcat(protocol, "+starttls", NULL);
	g_autoptr(GUri) uri = NULL;
	g_autoptr(GError) cause = NULL;

	if (!text)
		return confuse_fail(section, error, "account \"%s\": %s is missing; expected %s://HOST, %s://HOST or maildir:PATH",
				    cfg_title(section), key, secure, upgrade);
	if (g_str_has_prefix(text, "maildir:")) {
		endpoint->path = settings_resolve(file, text + strlen("maildir:"));
		return true;
	}
	uri = g_uri_parse(text, G_URI_FLAGS_NONE, &cause);
	if (!uri || !g_uri_get_host(uri) || !*g_uri_get_host(uri))
		return confuse_fail(section, error, "%s: \"%s\" is no address of a server; expected %s://HOST[:PORT] or maildir:PATH",
				    key, text, secure);
	scheme = g_ascii_strdown(g_uri_get_scheme(uri), -1);
	if (strcmp(scheme, secure) == 0)
		endpoint->safety = SAFETY_TLS;
	else if (strcmp(scheme, upgrade) == 0)
		endpoint->safety = SAFETY_STARTTLS;
	else if (strcmp(scheme, protocol) == 0)
		endpoint->safety = SAFETY_NONE;
	else
		return confuse_fail(section, error, "%s: \"%s://\" is not known here; expected %s, %s or maildir:",
				    key, scheme, secure, upgrade);
	if (g_uri_get_userinfo(uri))
		return confuse_fail(section, error, "%s: name and password do not belong into the address; use user and password_file",
				    key);
	endpoint->host = g_strdup(g_uri_get_host(uri));
	endpoint->port = MAX(g_uri_get_port(uri), 0);
	if (endpoint->safety == SAFETY_NONE && strcmp(endpoint->host, "127.0.0.1") != 0
	    && strcmp(endpoint->host, "::1") != 0 && strcmp(endpoint->host, "localhost") != 0)
		return confuse_fail(section, error, "%s: %s:// is not encrypted and only allowed to a loopback address; "
				    "expected %s://%s or %s://%s", key, protocol, secure, endpoint->host, upgrade, endpoint->host);
	return true;
}

bool settings_read_account(cfg_t *section, const char *file, struct account *account, GError **error)
{
	const char *start = cfg_getstr(section, "start");
	const char *user = cfg_getstr(section, "user");
	const char *outgoing_user = cfg_getstr(section, "outgoing_user");

	account->name = g_strdup(cfg_title(section));
	if (!read_endpoint(section, "source", "imap", file, &account->source, error)
	    || !read_endpoint(section, "outgoing", "smtp", file, &account->outgoing, error)
	    || !settings_secret(section, "password", file, &account->source.password, error)
	    || !settings_secret(section, "token", file, &account->source.token, error)
	    || !settings_secret(section, "outgoing_password", file, &account->outgoing.password, error)
	    || !settings_secret(section, "outgoing_token", file, &account->outgoing.token, error))
		return false;
	account->source.user = g_strdup(user);
	account->outgoing.user = g_strdup(outgoing_user ? outgoing_user : user);
	account->source.ca_file = settings_resolve(file, cfg_getstr(section, "ca_file"));
	account->outgoing.ca_file = g_strdup(account->source.ca_file);
	/* One provider, one sign-in: what is said once holds for both ways. */
	if (!secret_source_set(&account->outgoing.password) && !secret_source_set(&account->outgoing.token)
	    && (!settings_secret(section, "password", file, &account->outgoing.password, error)
		|| !settings_secret(section, "token", file, &account->outgoing.token, error)))
		return false;
	if (account->source.host && (!user || !(secret_source_set(&account->source.password)
						 || secret_source_set(&account->source.token))))
		return confuse_fail(section, error, "account \"%s\": an IMAP source needs user and one of password_file, "
				    "password_command, password_credential, token_command", account->name);
	account->from = g_strdup(cfg_getstr(section, "from"));
	if (!account->from)
		return confuse_fail(section, error, "account \"%s\": from is missing; expected the mail address that answers come from",
				    account->name);
	if (!strchr(account->from, '@'))
		return confuse_fail(section, error, "from: \"%s\" is no mail address; an address with @ is expected, like shop@example.com",
				    account->from);
	account->from_name = g_strdup(cfg_getstr(section, "from_name"));
	g_ptr_array_unref(account->folders);
	account->folders = confuse_list(section, "folders");
	g_ptr_array_unref(account->own_addresses);
	account->own_addresses = confuse_list(section, "own_addresses");
	g_ptr_array_add(account->own_addresses, g_strdup(account->from));
	g_ptr_array_unref(account->authserv_ids);
	account->authserv_ids = confuse_list(section, "authserv_ids");
	account->sent_folder = g_strdup(cfg_getstr(section, "sent_folder"));
	account->channel = g_strdup(cfg_getstr(section, "channel"));
	account->lang = g_strdup(cfg_getstr(section, "lang"));
	account->start_at = clock_parse(start, NULL);
	if (start && strcmp(start, "all") == 0)
		account->start_at = 1;
	else if (start && !account->start_at)
		return confuse_fail(section, error, "start: \"%s\" is no moment; expected \"2026-11-24\", "
				    "\"2026-11-24T08:00:00Z\" or \"all\"", start);
	if (!account->folders->len)
		return confuse_fail(section, error, "account \"%s\": folders is empty; expected at least {\"INBOX\"}", account->name);
	return true;
}
