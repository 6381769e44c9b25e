/* One IMAP connection, with the few commands that we need (RFC 9051, 2177). libetpan speaks the grammar over our
 * stream; whatever it does, time and memory are bounded, but a hostile server may crash it: only the inbox
 * worker, a process of its own, calls this. After an error imap_dead tells whether the connection is still in step.
 *
 * Errors: WISMO_RETRY connection or server trouble; WISMO_HALT what a person must mend (login, certificate,
 * no such folder); WISMO_PARK an answer that cannot be read: reconnect, and blame what was asked for.
 * Folder names are UTF-8. */
#ifndef WISMO_MAIL_IMAP_H
#define WISMO_MAIL_IMAP_H

#include "wismo/base/scope.h"
#include "wismo/model/account.h"

#include <glib.h>
#include <stdbool.h>

struct imap;

/* Connects and logs in; reads the secret anew, since tokens expire. */
struct imap *imap_open(const struct endpoint *endpoint, GError **error);

/* Closes at once, never waits for the server. */
void imap_close(struct imap *imap);

/* True when nothing more can be said over this connection. */
bool imap_dead(const struct imap *imap);
bool imap_has_idle(const struct imap *imap);

/* What the server said of the folder that is open. */
struct imap_folder {
	guint32 uidvalidity;
	guint32 uid_next;	/* 0: the server did not tell */
	guint32 exists;
};

/* EXAMINE, or SELECT when `writable`. WISMO_HALT when there is no such folder. */
bool imap_select(struct imap *imap, const char *folder, bool writable, struct imap_folder *status, GError **error);

/* One LIST of all folders. *is_there: one is called `folder` (NULL: not asked); *sent: owned name of the one that the server
 * marks as \Sent (RFC 6154), NULL: none is marked. */
bool imap_find_folders(struct imap *imap, const char *folder, bool *is_there, char **sent, GError **error);

/* Makes a folder and subscribes to it. WISMO_RETRY when the server refuses. */
bool imap_create(struct imap *imap, const char *folder, GError **error);

/* What is known of a mail before its body is asked for. */
struct imap_entry {
	guint32 uid;
	guint32 size_bytes;
	gint64 received_at;	/* INTERNALDATE; 0: not told */
};

/* Appends an imap_entry for each mail from `first` to `last` (G_MAXUINT32: the end) to `entries`, ascending, each
 * UID once. With an open end RFC 9051 makes servers answer the last mail even below `first`; it is left out. */
bool imap_entries(struct imap *imap, guint32 first, guint32 last, GArray *entries, GError **error);

/* Called for each body as it comes; `bytes` is borrowed and freed after the call. */
typedef void imap_body(guint32 uid, GBytes *bytes, void *user);

/* BODY.PEEK[] of `count` mails in one command, or of their headers only. Mails that are gone meanwhile, or for which
 * the server gave nothing, are not called for. Memory: one mail. WISMO_PARK on a living connection: the server refused (NO),
 * as some do when one of the mails is damaged. */
bool imap_bodies(struct imap *imap, const struct imap_entry *entries, gsize count, bool header_only, imap_body *body,
		 void *user, GError **error);

/* IDLE: begin, wait with poll for imap_fd once imap_ready said 0, end. imap_ready: 1 news (or the end of the
 * connection) waits already, 0 not. */
bool imap_idle_begin(struct imap *imap, GError **error);
int imap_ready(struct imap *imap);
int imap_fd(const struct imap *imap);
bool imap_idle_end(struct imap *imap, GError **error);

bool imap_noop(struct imap *imap, GError **error);

/* Appends a mail with the flag \Seen. WISMO_HALT when there is no such folder. */
bool imap_append(struct imap *imap, const char *folder, GBytes *wire, gint64 at, GError **error);

/* UID STORE +FLAGS.SILENT (\Answered) in the open, writable folder. A UID that is gone is no error (RFC 9051, 6.4.9). */
bool imap_mark_answered(struct imap *imap, guint32 uid, GError **error);

/* How many mails of the open folder have this Message-ID (without brackets). */
bool imap_count_message_id(struct imap *imap, const char *message_id, guint *count, GError **error);

SCOPE(imap, imap_close)

#endif
