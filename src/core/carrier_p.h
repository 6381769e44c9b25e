/* What the files of a carrier share. */
#ifndef WISMO_CORE_CARRIER_P_H
#define WISMO_CORE_CARRIER_P_H

#include "wismo/core/carrier.h"

/* Compiles everything; false with file:line. */
bool carrier_compile(struct carrier *carrier, GError **error);

bool carrier_fail(const struct carrier *carrier, int line, GError **error, const char *format, ...) G_GNUC_PRINTF(4, 5);

#endif
