/* The tracker's stage: asks about what is due, many at once, within each carrier's limits, and keeps every answer. */
#include "track_p.h"

#include "wismo/base/fault.h"
#include "wismo/base/log.h"
#include "wismo/flow/stage.h"
#include "wismo/store/lookup.h"
#include "wismo/store/tracking.h"

#define AT_ONCE 64
#define BREAKER_FAILURES 5	/* so many in a row and the carrier is left alone for a while */
#define BREAKER_S 300
#define HOUR_S 3600
#define DAY_S 86400

/* What to wait after an answer, before jitter: news come soon when the parcel is near its end. */
static const int pace_s[TRACK_STATUS_COUNT] = {
	[TRACK_NONE] = 3 * HOUR_S, [TRACK_ANNOUNCED] = 6 * HOUR_S, [TRACK_IN_TRANSIT] = 6 * HOUR_S, [TRACK_CUSTOMS] = 12 * HOUR_S,
	[TRACK_OUT_FOR_DELIVERY] = 2 * HOUR_S, [TRACK_ATTEMPTED] = 6 * HOUR_S, [TRACK_PICKUP] = 12 * HOUR_S, [TRACK_PROBLEM] = 6 * HOUR_S,
	[TRACK_DELIVERED] = DAY_S, [TRACK_DELIVERED_OTHER] = DAY_S, [TRACK_RETURNING] = DAY_S,
};

static gint64 wait_s(const struct tracking *t, int failures)
{
	switch (t->outcome) {
	case OUTCOME_OK:
		return pace_s[t->status];
	case OUTCOME_PENDING:
		return 600;
	case OUTCOME_UNKNOWN:
		return MIN(3 * HOUR_S << MIN(failures, 4), DAY_S);
	case OUTCOME_LIMITED:
		return HOUR_S;
	case OUTCOME_REFUSED:
		return 6 * HOUR_S;
	default:
		return MIN(300 << MIN(failures, 7), 6 * HOUR_S);
	}
}

/* Spreads numbers that were asked together; the same number always by the same share, so that a replay agrees. */
static gint64 jitter(const char *number, gint64 wait)
{
	return wait / 8 ? (gint64) (g_str_hash(number) % (guint) (wait / 8)) : 0;
}

static gint64 next_at(struct store *store, const struct carrier *carrier, const struct tracking *t, int failures)
{
	gint64 wait = wait_s(t, failures), at, deadline;

	if (t->outcome == OUTCOME_OK && (t->status == TRACK_RETURNED || t->status == TRACK_LOST))
		return LOOKUP_NEVER;
	at = t->asked_at + wait + jitter(t->number, wait);
	deadline = lookup_deadline(store, t->number);
	/* Fresh news before a deadline, but never sooner than the cache lives. */
	if (t->outcome == OUTCOME_OK && deadline > t->asked_at + 2 * HOUR_S)
		at = MIN(at, deadline - HOUR_S);
	return MAX(MAX(at, t->retry_at), t->outcome == OUTCOME_OK ? t->asked_at + carrier->cache_s : 0);
}

static bool seed(const struct flow *flow, gint64 now, GError **error)
{
	g_autoptr(GPtrArray) wishes = lookup_wishes(flow->store, error);

	for (guint i = 0; wishes && i < wishes->len; i++) {
		const struct lookup_wish *wish = wishes->pdata[i];
		g_autofree char *number = carrier_normal(wish->number);
		const struct carrier *carrier = track_carrier(flow->settings, flow->book->carriers, wish->carrier, wish->carrier_said, number);
		bool askable = carrier && !track_unaskable(flow->settings, carrier);

		/* Whoever cannot be asked now is looked at again tomorrow: the configuration may have changed. */
		if (!lookup_add(flow->store, carrier ? carrier->name : "", wish->number, askable ? now : now + DAY_S, error))
			return false;
	}
	return wishes;
}

static bool breaker(struct store *store, const struct tracking *t, GError **error)
{
	int failures;

	lookup_breaker_until(store, t->carrier, &failures);
	if (t->outcome == OUTCOME_OK || t->outcome == OUTCOME_UNKNOWN || t->outcome == OUTCOME_PENDING)
		return lookup_breaker_clear(store, t->carrier, error);
	failures++;
	if (t->outcome == OUTCOME_REFUSED || failures >= BREAKER_FAILURES || t->outcome == OUTCOME_LIMITED) {
		gint64 until = t->outcome == OUTCOME_DOWN ? t->asked_at + MIN(BREAKER_S << MIN(failures - BREAKER_FAILURES, 6), 6 * HOUR_S)
			: t->asked_at + HOUR_S;

		log_warning("carrier.paused carrier=%s outcome=%s why=%s", t->carrier, track_outcome_name(t->outcome), t->why ? t->why : "-");
		return lookup_breaker_set(store, t->carrier, failures, MAX(until, t->retry_at), t->why ? t->why : "", error);
	}
	return lookup_breaker_set(store, t->carrier, failures, 0, t->why ? t->why : "", error);
}

static bool settle(const struct flow *flow, struct lookup *lookup, struct track_question *q, GError **error)
{
	const struct tracking *t = q->result;
	char *memo = track_memo(q);

	lookup->failures = t->outcome == OUTCOME_OK || t->outcome == OUTCOME_PENDING ? 0 : lookup->failures + 1;
	g_free(lookup->memo);
	lookup->memo = memo;
	fault_point("track.answered");
	if (store_begin(flow->store, error) && tracking_put(flow->store, t, error)
	    && lookup_settle(flow->store, lookup, next_at(flow->store, q->carrier, t, lookup->failures), error)
	    && breaker(flow->store, t, error) && store_commit(flow->store, error)) {
		fault_point("track.kept");
		log_info("tracking number=%s carrier=%s outcome=%s status=%s%s", t->number, t->carrier, track_outcome_name(t->outcome),
			 track_status_name(t->status), t->recorded ? " recorded" : "");
		return true;
	}
	store_abandon(flow->store);
	return false;
}

/* True when the carrier's hour and day allow one more request; else the look-up waits for the next window. */
static bool afford(const struct flow *flow, const struct carrier *carrier, struct lookup *lookup, gint64 now, GError **error)
{
	gint64 free_at = 0;

	if (lookup_spend(flow->store, carrier->name, "day", DAY_S, carrier->per_day, now, &free_at)
	    && lookup_spend(flow->store, carrier->name, "hour", HOUR_S, carrier->per_hour, now, &free_at))
		return true;
	lookup_settle(flow->store, lookup, free_at + jitter(lookup->number, 600), error);
	return false;
}

/* A question under way and the row that it came from. */
struct errand { struct lookup *lookup; struct track_question *question; };

/* Starts are spread by the carrier's limit per second; the wall clock decides, whatever `now` is. */
static void pace(struct track_session *session, GHashTable *last_us, const struct carrier *carrier)
{
	gint64 *last = g_hash_table_lookup(last_us, carrier->name);
	gint64 gap = carrier->per_second ? G_USEC_PER_SEC / carrier->per_second : 0;

	if (!last) {
		last = g_new0(gint64, 1);
		g_hash_table_insert(last_us, (gpointer) carrier->name, last);
	}
	while (*last && g_get_monotonic_time() < *last + gap) {
		gint64 left_ms = (*last + gap - g_get_monotonic_time()) / 1000;

		if (!http_wait(session->http, (int) CLAMP(left_ms, 1, 50)))
			g_usleep((gulong) CLAMP(left_ms, 1, 50) * 1000);
	}
	*last = g_get_monotonic_time();
}

static bool start_all(const struct flow *flow, struct track_session *session, GPtrArray *due, gint64 now, GArray *errands, GError **error)
{
	g_autoptr(GHashTable) last_us = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);

	for (guint i = 0; i < due->len; i++) {
		struct lookup *lookup = due->pdata[i];
		const struct carrier *carrier = carriers_get(flow->book->carriers, lookup->carrier);
		struct errand errand = { lookup, NULL };

		if (!carrier || track_unaskable(flow->settings, carrier)) {
			if (!lookup_settle(flow->store, lookup, now + DAY_S, error))
				return false;
			continue;
		}
		if (!settings_carrier(flow->settings, carrier->name)->recorded) {
			if (!afford(flow, carrier, lookup, now, error))
				continue;
			pace(session, last_us, carrier);
		}
		errand.question = track_question_new(session, carrier, lookup->number, lookup->memo, now);
		g_array_append_val(errands, errand);
		track_question_start(errand.question);
	}
	return true;
}

static bool settle_all(const struct flow *flow, struct track_session *session, GArray *errands, GError **error)
{
	bool fine = true;

	for (guint i = 0; i < errands->len; i++) {
		struct errand *errand = &g_array_index(errands, struct errand, i);

		while (fine && !errand->question->result)
			http_wait(session->http, 1000);
		fine = fine && settle(flow, errand->lookup, errand->question, error);
	}
	return fine;
}

bool track_step(const struct flow *flow, gint64 now, struct pass *pass, GError **error)
{
	/* One session for the life of the worker: connections and tokens are kept between passes. */
	static struct track_session *session;
	g_autoptr(GArray) errands = g_array_new(FALSE, TRUE, sizeof(struct errand));
	g_autoptr(GPtrArray) due = NULL;
	bool fine;

	if (session && session->settings != flow->settings)
		g_clear_pointer(&session, track_session_free);
	if (!session)
		session = track_session_new(flow->settings);
	if (!seed(flow, now, error) || !(due = lookup_due(flow->store, now, AT_ONCE, error)))
		return false;
	fine = start_all(flow, session, due, now, errands, error) && settle_all(flow, session, errands, error);
	/* Dropping the session drops whatever still runs for questions that end here. */
	if (!fine)
		g_clear_pointer(&session, track_session_free);
	for (guint i = 0; i < errands->len; i++)
		track_question_free(g_array_index(errands, struct errand, i).question);
	pass->done = due->len;
	pass->next_at = lookup_next_at(flow->store);
	return fine;
}
