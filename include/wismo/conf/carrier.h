/* Carrier files, templates/carriers/<name>.conf: the grammar is wismo-carriers(5). One file may hold several carriers. */
#ifndef WISMO_CONF_CARRIER_H
#define WISMO_CONF_CARRIER_H

#include "wismo/conf/overlay.h"
#include "wismo/conf/settings.h"
#include "wismo/core/carrier.h"

/* Reads and proves one file into `carriers`. WISMO_HALT with file:line. */
bool carrier_load_file(const char *path, struct carriers *carriers, GError **error);

/* All of the overlay. Owned. */
struct carriers *carrier_load(const struct overlay *overlay, GError **error);

/* Sets who is asked about whom, as `for` in the settings says. WISMO_HALT: an aggregator does not reach a carrier. */
bool carrier_route(struct carriers *carriers, const struct settings *settings, GError **error);

#endif
