/* Folders of a mailbox: which there are, which one holds sent mails, and making one. */
#include "imap_p.h"

#include "wismo/base/error.h"
#include "wismo/mail/utf7.h"

static bool has_flag(const struct mailimap_mailbox_list *entry, const char *flag)
{
	for (clistiter *i = entry->mb_flag ? clist_begin(entry->mb_flag->mbf_oflags) : NULL; i; i = clist_next(i)) {
		const struct mailimap_mbx_list_oflag *one = clist_content(i);

		if (one->of_type == MAILIMAP_MBX_LIST_OFLAG_FLAG_EXT && one->of_flag_ext
		    && g_ascii_strcasecmp(one->of_flag_ext + (*one->of_flag_ext == '\\'), flag) == 0)
			return true;
	}
	return false;
}

static bool selectable(const struct mailimap_mailbox_list *entry)
{
	return !entry->mb_flag || entry->mb_flag->mbf_type != MAILIMAP_MBX_LIST_FLAGS_SFLAG
		|| entry->mb_flag->mbf_sflag != MAILIMAP_MBX_LIST_SFLAG_NOSELECT;
}

bool imap_find_folders(struct imap *imap, const char *folder, bool *is_there, char **sent, GError **error)
{
	clist *found = NULL;
	int code;

	*is_there = false;
	*sent = NULL;
	imap_allow(imap, 0);
	code = mailimap_list(imap->session, "", "*", &found);
	for (clistiter *i = code == MAILIMAP_NO_ERROR && found ? clist_begin(found) : NULL; i; i = clist_next(i)) {
		const struct mailimap_mailbox_list *entry = clist_content(i);
		g_autofree char *name = selectable(entry) ? utf7_decode(entry->mb_name) : NULL;

		*is_there |= name && g_strcmp0(name, folder) == 0;
		if (name && !*sent && has_flag(entry, "Sent"))
			*sent = g_steal_pointer(&name);
	}
	if (code == MAILIMAP_NO_ERROR && found)
		mailimap_list_result_free(found);
	return imap_check(imap, code, "LIST", error);
}

bool imap_create(struct imap *imap, const char *folder, GError **error)
{
	g_autofree char *name = utf7_encode(folder);
	g_autoptr(GError) ignored = NULL;

	if (!name) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "folder \"%s\": the name is not UTF-8", folder);
		return false;
	}
	imap_allow(imap, 0);
	if (!imap_check(imap, mailimap_create(imap->session, name), "CREATE", error))
		return false;
	/* A courtesy: without it some mail programs do not show the folder. */
	imap_allow(imap, 0);
	imap_check(imap, mailimap_subscribe(imap->session, name), "SUBSCRIBE", &ignored);
	return true;
}
