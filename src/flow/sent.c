/* People name the folder as their mail program shows it ("Gesendet"), and servers as they please ("INBOX.Sent"): so a
 * name that the server does not know is first taken for the folder that it marks as \Sent, and only then made. */
#include "wismo/flow/sent.h"

#include "wismo/base/error.h"
#include "wismo/base/log.h"

static bool make(const struct account *account, struct imap *imap, GError **error)
{
	if (!imap_create(imap, account->sent_folder, error)) {
		g_prefix_error(error, "sent_folder \"%s\" is not on the server and cannot be made there: ", account->sent_folder);
		if (error && !imap_dead(imap)) {
			char *whole = g_strdup_printf("%s; name one that it has in wismo.conf, account \"%s\"", (*error)->message,
						      account->name);

			g_free((*error)->message);
			(*error)->message = whole;
			(*error)->code = WISMO_HALT;
		}
		return false;
	}
	log_info("sent.created account=%s folder=\"%s\"", account->name, account->sent_folder);
	return true;
}

char *sent_open(const struct account *account, struct imap *imap, bool create, GError **error)
{
	g_autoptr(GError) refusal = NULL;
	g_autofree char *marked = NULL;
	struct imap_folder status;
	const char *name = account->sent_folder;
	bool is_there;

	if (name && imap_select(imap, name, false, &status, &refusal))
		return g_strdup(name);
	/* Anything but a refusal for good says nothing about the folder. */
	if (refusal && (imap_dead(imap) || refusal->code != WISMO_HALT)) {
		g_propagate_error(error, g_steal_pointer(&refusal));
		return NULL;
	}
	if (!imap_find_folders(imap, name, &is_there, &marked, error))
		return NULL;
	if (is_there) {
		g_propagate_error(error, g_steal_pointer(&refusal));
		return NULL;
	}
	if (name && marked)
		log_info("sent.instead account=%s folder=\"%s\" sent_folder=\"%s\"", account->name, marked, name);
	if (!marked && (!name || !create || !make(account, imap, error)))
		return NULL;
	if (!marked)
		marked = g_strdup(name);
	return imap_select(imap, marked, false, &status, error) ? g_steal_pointer(&marked) : NULL;
}
