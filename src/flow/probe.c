/* Logins, tried once. */
#include "wismo/flow/probe.h"

#include "wismo/base/error.h"
#include "wismo/flow/sent.h"
#include "wismo/mail/imap.h"
#include "wismo/mail/maildir.h"
#include "wismo/net/stream.h"

#include <string.h>
#include <unistd.h>

#define WAIT_S 30

static bool count_file(const struct maildir_file *file, void *user)
{
	(void) file;
	++*(guint *) user;
	return true;
}

/* Where copies will lie, in words. */
static char *say_sent(const struct account *account, struct imap *imap, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autofree char *folder = sent_open(account, imap, false, &cause);

	if (cause)
		g_propagate_error(error, g_steal_pointer(&cause));
	if (!account->sent_folder)
		return folder ? g_strdup_printf("; answers are looked for in \"%s\"", folder) : g_strdup("");
	if (!folder)
		return g_strdup_printf("; \"%s\" will be made for copies", account->sent_folder);
	return g_strcmp0(folder, account->sent_folder) == 0 ? g_strdup("")
		: g_strdup_printf("; copies go to \"%s\", there is no \"%s\"", folder, account->sent_folder);
}

bool probe_source(const struct account *account, char **said, GError **error)
{
	scoped(imap) imap = NULL;
	struct imap_folder folder = { 0 };
	g_autoptr(GError) cause = NULL;
	g_autofree char *sent = NULL;
	guint mails = 0;

	if (account->source.path) {
		for (guint i = 0; i < account->folders->len; i++) {
			g_autofree char *path = maildir_folder(account->source.path, g_ptr_array_index(account->folders, i));

			if (!maildir_each(path, count_file, &mails, error))
				return false;
		}
		*said = g_strdup_printf("%s: %u mails in %u folders", account->source.path, mails, account->folders->len);
		return true;
	}
	imap = imap_open(&account->source, error);
	if (!imap)
		return false;
	for (guint i = 0; i < account->folders->len; i++) {
		if (!imap_select(imap, g_ptr_array_index(account->folders, i), false, &folder, error))
			return false;
		mails += folder.exists;
	}
	sent = say_sent(account, imap, &cause);
	if (cause) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	*said = g_strdup_printf("logged in to %s as %s, %u mails in %u folders, %s%s", account->source.host, account->source.user, mails,
				account->folders->len, imap_has_idle(imap) ? "IDLE" : "no IDLE: asked every 30 s", sent);
	return true;
}

static bool folder_writable(const char *path, char **said, GError **error)
{
	g_autofree char *above = g_path_get_dirname(path);
	const char *tried = access(path, F_OK) == 0 ? path : above;

	if (access(tried, W_OK | X_OK) < 0) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: cannot be written", tried);
		return false;
	}
	*said = g_strdup_printf(tried == path ? "%s: can be written" : "%s: can be made", path);
	return true;
}

bool probe_outgoing(const struct account *account, char **said, GError **error)
{
	const struct endpoint *out = &account->outgoing;
	scoped(secret) secret = NULL;
	struct stream_target target = { .protocol = "smtp", .host = out->host, .port = out->port, .ca_file = out->ca_file, .wait_s = WAIT_S };
	bool bearer = secret_source_set(&out->token);
	struct stream *stream;
	bool login;

	if (out->path)
		return folder_writable(out->path, said, error);
	if (bearer || secret_source_set(&out->password)) {
		secret = secret_read(bearer ? &out->token : &out->password, error);
		if (!secret)
			return false;
		target.user = out->user;
		target.secret = secret;
		target.bearer = bearer;
	}
	target.safety = out->safety == SAFETY_TLS ? STREAM_TLS : out->safety == SAFETY_STARTTLS ? STREAM_STARTTLS : STREAM_PLAIN;
	if (!target.port)
		target.port = out->safety == SAFETY_TLS ? 465 : 587;
	stream = stream_open(&target, error);
	if (!stream)
		return false;
	login = stream_took_login(stream);
	stream_close(stream);
	*said = login ? g_strdup_printf("logged in to %s:%d as %s", out->host, target.port, target.user)
		: g_strdup_printf("%s:%d answers and offers no login: mail goes there without", out->host, target.port);
	return true;
}

const char *probe_mend(const GError *error)
{
	static const struct { const char *says, *mend; } rows[] = {
		{ "certificate refused", "is the host name right, and the certificate not out of date? Only for a server with your own authority: name that one's certificate in ca_file" },
		{ "login refused", "is `user` right, and the password's file? Many providers want an app password: README" },
		{ "resolve host", "the server's name is wrong, or there is no network: `source` and `outgoing`, wismo.conf(5)" },
		{ "does not do STARTTLS", "use imaps:// and smtps://, or another port" },
		{ "mend it with", "then again: wismo check" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		if (strstr(error->message, rows[i].says))
			return rows[i].mend;
	return "wismo.conf(5), account";
}
