/* An account: one mailbox to watch and the way out that belongs to it, as configured. */
#ifndef WISMO_MODEL_ACCOUNT_H
#define WISMO_MODEL_ACCOUNT_H

#include "wismo/base/secret.h"
#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

enum safety {
	SAFETY_TLS,		/* implicit TLS: imaps, smtps (submissions) */
	SAFETY_STARTTLS,
	SAFETY_NONE,		/* only to a loopback address; refused elsewhere */
};

/* One server. Maildirs have `path` and nothing else. */
struct endpoint {
	char *path;		/* Maildir folder; NULL for a server */
	enum safety safety;
	char *host;
	int port;		/* 0: the standard port of protocol and safety */
	char *user;
	struct secret_source password;
	struct secret_source token;	/* OAuth 2 bearer token; wins over password */
	char *ca_file;		/* additional authority; NULL: the system's */
};

struct account {
	char *name;
	struct endpoint source;		/* IMAP or Maildir */
	struct endpoint outgoing;	/* SMTP submission or Maildir */
	GPtrArray *folders;		/* char *, UTF-8; default INBOX */
	char *sent_folder;		/* where copies are filed (flow/sent.h); NULL: none (the server files by itself) */
	char *from;			/* address that answers come from */
	char *from_name;		/* NULL: none */
	GPtrArray *own_addresses;	/* char *, `from` included: never answered */
	GPtrArray *authserv_ids;	/* char *: whose Authentication-Results we believe; empty: nobody's */
	gint64 start_at;		/* mails received earlier are archived, not answered; 0: the first sight */
	char *channel;			/* default channel of mails that no channel file recognises: "shop" */
	char *lang;			/* fallback language of answers */
};

struct account *account_new(void);
void account_free(gpointer account);

SCOPE(account, account_free)

#endif
