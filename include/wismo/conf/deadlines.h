/* Reads policy/deadlines.conf of the overlay. WISMO_HALT with file:line. Owned. */
#ifndef WISMO_CONF_DEADLINES_H
#define WISMO_CONF_DEADLINES_H

#include "wismo/conf/overlay.h"
#include "wismo/core/deadline.h"

struct deadlines *deadlines_load(const struct overlay *overlay, GError **error);

#endif
