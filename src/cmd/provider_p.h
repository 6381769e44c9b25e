/* Mail providers that sellers use: servers and the one advice that their users need. */
#ifndef WISMO_CMD_PROVIDER_P_H
#define WISMO_CMD_PROVIDER_P_H

#include <stdbool.h>

struct provider {
	const char *name;
	const char *domains;	/* of addresses: words, blank before and after each */
	const char *mx;		/* the same for hosts that take mail for customers' own domains: theirs end so */
	const char *imap, *smtp;	/* as in wismo.conf; "%s" is the MX host */
	bool local_user;	/* login is the part before the @ */
	const char *advice;
	bool files_copies;	/* what its SMTP server takes lies in Sent by itself */
};

/* By the address's domain; NULL: not in the table. */
const struct provider *provider_find(const char *address);

/* By the name of a host that takes its mail (lower case). */
const struct provider *provider_of_mx(const char *host);

#endif
