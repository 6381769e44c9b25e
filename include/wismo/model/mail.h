/* A mail as received: raw bytes and where they lay. Nothing here is parsed. */
#ifndef WISMO_MODEL_MAIL_H
#define WISMO_MODEL_MAIL_H

#include "wismo/base/scope.h"

#include <glib.h>

/* Rows of `mails`; the legal moves stand in the schema. */
enum mail_state {
	MAIL_NEW,	/* to be read by the mind */
	MAIL_READ,	/* has a reading */
	MAIL_ARCHIVED,	/* older than the account's start: kept, never answered */
	MAIL_PARKED,	/* could not be handled (too large, killed the worker three times): a person looks */
	MAIL_STATE_COUNT
};
const char *mail_state_name(enum mail_state state);
int mail_state_find(const char *name);

struct mail {
	gint64 id;		/* m34 */
	char *account;		/* name in the configuration */
	char *folder;		/* UTF-8 */
	guint32 uidvalidity;	/* Maildir: 1 */
	gint64 uid;		/* IMAP: 32 bits; Maildir: 63 bits of the hash of the file's unique name */
	char *sha256;		/* hex, of the raw bytes; of the header when the body was left out */
	gint64 size_bytes;	/* as the server said */
	gint64 received_at;	/* INTERNALDATE; Maildir: file time */
	GBytes *raw;		/* NULL when the mail was too large to fetch */
	enum mail_state state;
	int attempts;
};

struct mail *mail_new(void);
void mail_free(struct mail *mail);

SCOPE(mail, mail_free)

#endif
