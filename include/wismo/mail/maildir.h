/* Maildirs (maildir(5), cr.yp.to/proto/maildir.html). As a source they are only read: no file is moved,
 * flagged or removed, so other mail programs keep their state. As a sink a mail is written at most once. */
#ifndef WISMO_MAIL_MAILDIR_H
#define WISMO_MAIL_MAILDIR_H

#include <glib.h>
#include <stdbool.h>

/* One file of new/ or cur/; all strings are borrowed for the length of the call. */
struct maildir_file {
	const char *path;
	const char *name;	/* unique part: the file name before its flags (":2,...") */
	gint64 uid;		/* 63 bits of the unique part's SHA-256, > 0; a number that moves and flags do not change */
	gint64 size_bytes;
	gint64 received_at;	/* the file's modification time: moves and flags keep it */
};

/* Return false to stop. */
typedef bool maildir_visit(const struct maildir_file *file, void *user);

/* The folder of that name: INBOX is the Maildir itself, others are Maildir++ folders beside it. Owned. */
char *maildir_folder(const char *maildir, const char *name);

/* Visits new/ and then cur/, so that a mail which another program moves meanwhile may be seen twice but
 * never missed. Order within a folder is the file system's. Names that begin with a dot and things that
 * are not regular files are passed over; a file that vanishes is not an error. WISMO_HALT when `folder` is
 * no Maildir or cannot be read. */
bool maildir_each(const char *folder, maildir_visit *visit, void *user, GError **error);

/* The bytes of one file, at most `cap_bytes` (WISMO_PARK when it is larger). When the file was moved or
 * flagged since it was visited it is looked for again by its unique name in cur/. *gone is set, and NULL
 * returned without error, when it is nowhere. Owned by the caller. */
GBytes *maildir_read(const char *folder, const struct maildir_file *file, gsize cap_bytes, bool *gone, GError **error);

/* True when a mail that maildir_deliver wrote under `message_id` is still there, whatever its flags. */
bool maildir_has(const char *folder, const char *message_id);

/* Writes `wire` durably: tmp/, fsync, rename into new/, fsync of the folder. The file's name is derived from
 * `message_id` (without brackets), so that writing twice leaves one file; when it is there already nothing
 * is written and the call succeeds. Makes the Maildir (mode 0700) when it is missing. WISMO_RETRY when the
 * disk is full or fails, WISMO_HALT when the folder cannot be used. */
bool maildir_deliver(const char *folder, const char *message_id, GBytes *wire, GError **error);

#endif
