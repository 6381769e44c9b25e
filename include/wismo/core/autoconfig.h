/* A mail domain's own word about its servers: config-v1.1.xml, as Thunderbird reads it
 * (draft-ietf-mailmaint-autoconfig). Pure; the text is a stranger's. */
#ifndef WISMO_CORE_AUTOCONFIG_H
#define WISMO_CORE_AUTOCONFIG_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

#define AUTOCONFIG_CAP_BYTES (64 * 1024)

struct autoconfig {
	char *source, *outgoing;	/* as in wismo.conf: "imaps://imap.example.com", with ":port" where it is not the usual one */
	char *user;			/* login name of the source */
	bool foreign;			/* one of the hosts is not of the address's domain: to be confirmed by a person */
	bool oauth_only;		/* neither takes a password */
};
void autoconfig_free(struct autoconfig *autoconfig);

/* The first IMAP and the first SMTP server of the file that encrypt. NULL with WISMO_PARK: it names none, or is no such file.
 * Owned. */
struct autoconfig *autoconfig_parse(const char *text, gsize length, const char *address, GError **error);

SCOPE(autoconfig, autoconfig_free)

#endif
