/* Tries the logins of an account without reading or sending a mail: for `wismo init` and `wismo check`. */
#ifndef WISMO_FLOW_PROBE_H
#define WISMO_FLOW_PROBE_H

#include "wismo/model/account.h"

#include <glib.h>
#include <stdbool.h>

/* Connects, logs in, opens every folder read-only (a Maildir: looks into it). *said: what came back. Owned. */
bool probe_source(const struct account *account, char **said, GError **error);

/* Connects and logs in; sends nothing (a Maildir: its folder can be written). */
bool probe_outgoing(const struct account *account, char **said, GError **error);

/* What a person does about such a failure. Static. */
const char *probe_mend(const GError *error);

#endif
