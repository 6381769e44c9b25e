/* Where a mail domain's servers are, asked of the domain itself and of nobody else: its MX records, its configuration file over
 * HTTPS. Each question is bounded in time; what comes back is a proposal. */
#ifndef WISMO_FLOW_DISCOVER_H
#define WISMO_FLOW_DISCOVER_H

#include "wismo/core/autoconfig.h"

#include <glib.h>
#include <stdbool.h>

#define DISCOVER_MX_S 5
#define DISCOVER_FILE_S 6

/* Hosts that take the domain's mail, the preferred first, lower case. Owned array of char *, empty when it has none. NULL: no
 * answer within DISCOVER_MX_S (WISMO_RETRY). */
GPtrArray *discover_mx(const char *domain, GError **error);

/* The domain's own config-v1.1.xml from the two usual places; *found_at gets the one that had it. NULL: no (WISMO_PARK), or no
 * answer at all (WISMO_RETRY); the message tells what each said. `address` must have a domain. Both owned. */
struct autoconfig *discover_file(const char *address, char **found_at, GError **error);

#endif
