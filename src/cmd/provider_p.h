/* Mail providers that sellers use: servers and the one advice that their users need. */
#ifndef WISMO_CMD_PROVIDER_P_H
#define WISMO_CMD_PROVIDER_P_H

#include <stdbool.h>

struct provider {
	const char *domains;	/* words, blank before and after each */
	const char *imap, *smtp;	/* as in wismo.conf */
	bool local_user;	/* login is the part before the @ */
	const char *advice;
	bool files_copies;	/* what its SMTP server takes lies in Sent by itself */
};

/* By the address's domain; NULL: not in the table. */
const struct provider *provider_find(const char *address);

#endif
