/* When to ask again, by need and not by the clock alone: what the parcel does, how long it has been silent, whose deadline is
 * near. Pure arithmetic. */
#include "track_p.h"

#include "wismo/store/lookup.h"

#define MINUTE_S 60
#define HOUR_S 3600
#define DAY_S 86400
#define SETTLED_S (3 * DAY_S)	/* a delivery scan may be taken back in the first days (DHL STORN, GLS, FedEx) */
#define QUIET_S (4 * DAY_S)	/* a parcel that has not moved for so long will not move within hours */
#define PAUSE_FAILURES 5
#define PAUSE_S 300
#define PAUSE_MOST_S (6 * HOUR_S)

/* News come soon when the parcel is near its end. */
static const int pace_s[TRACK_STATUS_COUNT] = {
	[TRACK_NONE] = 3 * HOUR_S, [TRACK_ANNOUNCED] = 6 * HOUR_S, [TRACK_IN_TRANSIT] = 6 * HOUR_S, [TRACK_CUSTOMS] = 12 * HOUR_S,
	[TRACK_OUT_FOR_DELIVERY] = 2 * HOUR_S, [TRACK_ATTEMPTED] = 6 * HOUR_S, [TRACK_PICKUP] = 12 * HOUR_S, [TRACK_PROBLEM] = 6 * HOUR_S,
	[TRACK_DELIVERED] = DAY_S, [TRACK_DELIVERED_OTHER] = DAY_S, [TRACK_RETURNING] = DAY_S,
};

gint64 track_jitter(const char *number, gint64 wait_s)
{
	return wait_s / 8 ? (gint64) (g_str_hash(number) % (guint) (wait_s / 8)) : 0;
}

/* Twice as long for every failure, `most` at most. */
static gint64 doubled(gint64 first, int failures, gint64 most)
{
	return MIN(first << CLAMP(failures - 1, 0, 12), most);
}

static gint64 wait_of(const struct tracking *t, int failures)
{
	gint64 moved = t->moved_at ? t->moved_at : t->status_at;

	switch (t->outcome) {
	case OUTCOME_OK:
		return moved && t->asked_at - moved > QUIET_S ? MAX(pace_s[t->status], 12 * HOUR_S) : pace_s[t->status];
	case OUTCOME_PENDING:
		return doubled(10 * MINUTE_S, failures, 6 * HOUR_S);
	case OUTCOME_UNKNOWN:
		return doubled(3 * HOUR_S, failures, DAY_S);
	case OUTCOME_LIMITED:
		return t->retry_at > t->asked_at ? t->retry_at - t->asked_at : HOUR_S;
	case OUTCOME_REFUSED:
		return HOUR_S;
	default:
		return doubled(PAUSE_S, failures, PAUSE_MOST_S);
	}
}

gint64 track_next_at(const struct tracking *t, int failures, gint64 deadline, gint64 since, int cache_s)
{
	bool before = tracking_before_ok(t, since);
	gint64 wait = before ? pace_s[TRACK_ANNOUNCED] : wait_of(t, failures), at;
	bool delivered = t->status == TRACK_DELIVERED || t->status == TRACK_DELIVERED_OTHER;

	if (t->outcome == OUTCOME_OK && !before && (t->status == TRACK_RETURNED || t->status == TRACK_LOST))
		return LOOKUP_NEVER;
	if (t->outcome == OUTCOME_OK && !before && delivered && t->status_at && t->asked_at - t->status_at > SETTLED_S)
		return LOOKUP_ON_NEED;
	at = t->asked_at + wait + track_jitter(t->number, wait);
	/* Fresh news before a deadline, but never sooner than the cache lives. */
	if (t->outcome == OUTCOME_OK && !delivered && deadline > t->asked_at + 2 * HOUR_S)
		at = MIN(at, deadline - HOUR_S);
	return MAX(MAX(at, t->retry_at), t->outcome == OUTCOME_OK ? t->asked_at + cache_s : 0);
}

gint64 track_pause_until(const struct tracking *t, int failures)
{
	switch (t->outcome) {
	case OUTCOME_LIMITED:
		return t->retry_at > t->asked_at ? t->retry_at : t->asked_at + HOUR_S;
	case OUTCOME_REFUSED:
		return t->asked_at + HOUR_S;
	case OUTCOME_DOWN:
		/* A server that names a time is believed at once; else it takes some failures in a row. */
		if (failures < PAUSE_FAILURES)
			return t->retry_at > t->asked_at ? t->retry_at : 0;
		return MAX(t->asked_at + doubled(PAUSE_S, failures - PAUSE_FAILURES + 1, PAUSE_MOST_S), t->retry_at);
	default:
		return 0;
	}
}
