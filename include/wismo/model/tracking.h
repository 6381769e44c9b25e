/* A tracking: what one carrier said about one number at one moment. */
#ifndef WISMO_MODEL_TRACKING_H
#define WISMO_MODEL_TRACKING_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

enum track_status {
	TRACK_NONE,		/* the carrier knows the number and has nothing yet, or was never asked */
	TRACK_ANNOUNCED, TRACK_IN_TRANSIT, TRACK_CUSTOMS, TRACK_OUT_FOR_DELIVERY, TRACK_ATTEMPTED,
	TRACK_PICKUP, TRACK_PROBLEM, TRACK_DELIVERED,
	TRACK_DELIVERED_OTHER,	/* neighbour, safe place, locker */
	TRACK_RETURNING, TRACK_RETURNED, TRACK_LOST,
	TRACK_STATUS_COUNT
};
const char *track_status_name(enum track_status status);
int track_status_find(const char *name);

/* How the asking went; "unknown number" and "server down" are never confused. */
enum track_outcome {
	OUTCOME_OK,		/* an answer about this number */
	OUTCOME_UNKNOWN,	/* the carrier does not know the number (yet) */
	OUTCOME_PENDING,	/* registered, answer later (aggregators) */
	OUTCOME_DOWN,		/* no answer, or one that makes no sense: ask again later */
	OUTCOME_LIMITED,	/* over the carrier's limit: ask again at retry_at */
	OUTCOME_REFUSED,	/* our credentials are wrong: a person must act */
	OUTCOME_COUNT
};
const char *track_outcome_name(enum track_outcome outcome);
int track_outcome_find(const char *name);

struct track_event {
	gint64 at;
	enum track_status status;
	char *code;		/* the carrier's own; NULL: none */
	char *text;		/* the carrier's own words: shown to people, never put into replies */
	char *place;
	bool moves;		/* false: data only, does not restart the silence clock */
};

struct tracking {
	char *carrier, *number;
	char *courier;		/* whose parcel it is, when another carrier (an aggregator) was asked; NULL: the carrier's own */
	enum track_outcome outcome;
	enum track_status status;
	char *detail;		/* fixed vocabulary of the carrier file: neighbour, address, refused ...; NULL */
	gint64 status_at;	/* when that status began, from its event */
	gint64 moved_at;	/* last event that moves; 0: never seen moving */
	gint64 eta_from, eta_to;
	char *delivered_to;	/* who or where, fixed vocabulary; NULL */
	bool signature;		/* proof of delivery with a signature exists */
	GPtrArray *events;	/* struct track_event, oldest first */
	gint64 asked_at;
	gint64 retry_at;	/* 0: by schedule */
	bool recorded;		/* answer came from a folder of recorded answers, not from the carrier */
	char *why;		/* one line when outcome is not OK */
	char *body;		/* the answer as received (evidence); NULL: none */
};

struct tracking *tracking_new(void);

/* All that the carrier tells is from before `since`, the day of the order (0: not known): numbers are used again, and this is the
 * story of an earlier parcel. A day is allowed for orders that carry a date only and for clocks without a zone. */
bool tracking_before_ok(const struct tracking *tracking, gint64 since);

void tracking_free(gpointer tracking);
void track_event_free(gpointer event);

SCOPE(tracking, tracking_free)

#endif
