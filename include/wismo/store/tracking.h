/* Trackings: every answer of a carrier, kept as evidence (carriers purge theirs after 90 to 120 days). */
#ifndef WISMO_STORE_TRACKING_H
#define WISMO_STORE_TRACKING_H

#include "wismo/model/tracking.h"
#include "wismo/store/store.h"

/* Keeps one answer; cases of that number's orders, and the case whose buyer named it, become dirty when it says
 * something new. Within the caller's transaction. */
bool tracking_put(struct store *store, const struct tracking *tracking, GError **error);

/* The newest answer about this carrier's parcel of that number, whoever was asked, whose outcome was ok; else the newest of any
 * outcome; NULL: never asked. Owned. */
struct tracking *tracking_latest(struct store *store, const char *carrier, const char *number, GError **error);

/* Whether this carrier has told about the number after `since`; `courier` as in struct tracking. */
bool tracking_fresh_ok(struct store *store, const char *carrier, const char *courier, const char *number, gint64 since);

#endif
