/* Look-ups: which numbers to ask about and when; the carriers' budgets and breakers. Role tracker writes. */
#ifndef WISMO_STORE_LOOKUP_H
#define WISMO_STORE_LOOKUP_H

#include "wismo/store/store.h"

#define LOOKUP_NEVER G_GINT64_CONSTANT(253402300799)	/* 9999: nothing more will be asked */

struct lookup {
	char *carrier, *number;
	char *memo;		/* JSON object of kept values; NULL: none */
	int failures;		/* in a row */
};
void lookup_free(gpointer lookup);

/* A shipment of an order with an open case whose number nobody asks about yet. */
struct lookup_wish { char *number, *carrier, *carrier_said; };
void lookup_wish_free(gpointer wish);
GPtrArray *lookup_wishes(struct store *store, GError **error);

/* Adds one unless it is there. */
bool lookup_add(struct store *store, const char *carrier, const char *number, gint64 next_at, GError **error);

/* At most `most` that are due, of carriers whose breaker is closed at `now`. Owned array of struct lookup. */
GPtrArray *lookup_due(struct store *store, gint64 now, guint most, GError **error);
gint64 lookup_next_at(struct store *store);	/* 0: none */
bool lookup_settle(struct store *store, const struct lookup *lookup, gint64 next_at, GError **error);

/* Earliest deadline of an open case that waits for this number; 0: none. */
gint64 lookup_deadline(struct store *store, const char *number);

/* Counts one request in the window that `now` lies in; false, with *free_at, when `limit` is used up. */
bool lookup_spend(struct store *store, const char *carrier, const char *window, int window_s, int limit, gint64 now, gint64 *free_at);

/* Breakers. lookup_breaker_until gives 0 when closed. */
gint64 lookup_breaker_until(struct store *store, const char *carrier, int *failures);
bool lookup_breaker_set(struct store *store, const char *carrier, int failures, gint64 until_at, const char *why, GError **error);
bool lookup_breaker_clear(struct store *store, const char *carrier, GError **error);

#endif
