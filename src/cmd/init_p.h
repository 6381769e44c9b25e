#ifndef WISMO_CMD_INIT_P_H
#define WISMO_CMD_INIT_P_H

#include <glib.h>
#include <stdbool.h>

/* A proposal; all strings as in wismo.conf. */
struct init_servers {
	char *source, *outgoing, *user;
	bool files_copies;	/* what its SMTP server takes lies in Sent by itself */
};
void init_servers_clear(struct init_servers *servers);

/* Fills an empty one for an address with a domain; says on standard error what was asked, and what came back. `offline`: nobody is
 * asked. `may_ask`: a person sees the proposal before it counts. */
void init_servers_find(struct init_servers *servers, const char *address, bool offline, bool may_ask);

#endif
