/* Look-ups: which numbers to ask about and when; the carriers' budgets and breakers. Role tracker writes. A number is
 * wanted while a case that is not closed belongs to its shipment, or named it. */
#ifndef WISMO_STORE_LOOKUP_H
#define WISMO_STORE_LOOKUP_H

#include "wismo/store/store.h"

#define LOOKUP_NEVER G_GINT64_CONSTANT(253402300799)	/* 9999: nothing more will be asked */
#define LOOKUP_ON_NEED (LOOKUP_NEVER - 1)		/* only when the buyer writes again */

struct lookup {
	char *carrier, *number;
	char *courier;		/* whose parcel it is, when another carrier (an aggregator) is asked; NULL: the carrier's own */
	char *memo;		/* JSON object of kept values; NULL: none */
	int failures;		/* in a row */
	gint64 asked_at, next_at;
	bool probe;		/* the carrier's breaker is half open: only this one question may try it */
};
void lookup_free(gpointer lookup);

/* A number of an open case that nobody asks about yet: of a shipment, or (case_id > 0) named by the buyer of a case whose
 * order has no shipment, and of one carrier only. A look-up without a carrier is wished for again once it is due. */
struct lookup_wish { char *number, *carrier, *carrier_said; gint64 case_id; };
void lookup_wish_free(gpointer wish);
GPtrArray *lookup_wishes(struct store *store, gint64 now, guint most, GError **error);

/* Adds one unless it is there; one of that number without a carrier gives way. `carrier` "": nobody to ask. `courier` as in struct
 * lookup. */
bool lookup_add(struct store *store, const char *carrier, const char *courier, const struct lookup_wish *wish, gint64 next_at, GError **error);

/* Wanted ones that are due, of carriers whose breaker is not open at `now`: each carrier's most urgent first (deadline, then
 * the oldest answer), then each one's second; at most `most_each` of one carrier and `most` in all. Owned array of struct lookup. */
GPtrArray *lookup_due(struct store *store, gint64 now, guint most_each, guint most, GError **error);

/* Wanted ones that are not due, although their buyer has written since the last answer. Not those that are NEVER asked or that
 * failed: a carrier's back-off is not the buyer's to shorten. Owned array of struct lookup. */
GPtrArray *lookup_hasty(struct store *store, gint64 now, GError **error);

gint64 lookup_next_at(struct store *store);	/* of the wanted ones; 0: none */

/* Writes asked_at, failures, memo and the moment of the next question. */
bool lookup_settle(struct store *store, const struct lookup *lookup, gint64 next_at, GError **error);

/* Another carrier is to be asked from now on: at once, and from the start. */
bool lookup_reroute(struct store *store, const struct lookup *lookup, const char *carrier, const char *courier, gint64 now, GError **error);

/* When the newest order with this number was placed; 0: not known. */
gint64 lookup_since(struct store *store, const char *number);

/* Earliest deadline of an open case that waits for this number; 0: none. */
gint64 lookup_deadline(struct store *store, const char *number);

/* The number that only this case's buyer named, and whose it is; NULL: none. Both owned. */
char *lookup_named(struct store *store, gint64 case_id, char **carrier, GError **error);

/* Counts one request in the window that `now` lies in; false, with *free_at, when `limit` is used up. */
bool lookup_spend(struct store *store, const char *carrier, const char *window, int window_s, int limit, gint64 now, gint64 *free_at);

/* Breakers. lookup_breaker_until gives 0 when closed. */
gint64 lookup_breaker_until(struct store *store, const char *carrier, int *failures);
bool lookup_breaker_set(struct store *store, const char *carrier, int failures, gint64 until_at, const char *why, GError **error);
bool lookup_breaker_clear(struct store *store, const char *carrier, GError **error);

#endif
