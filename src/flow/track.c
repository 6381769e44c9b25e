/* The tracker's stage: asks about what is due, many at once, within each carrier's limits, and keeps every answer.
 *
 * A pass lasts PASS_S at most: what is under way then goes on in the next one, so that a carrier that hangs keeps neither the
 * others nor the end of the program waiting. Nothing is lost by dropping it: a look-up stays due until its answer is kept. */
#include "track_p.h"

#include "wismo/base/fault.h"
#include "wismo/base/log.h"
#include "wismo/flow/stage.h"
#include "wismo/store/lookup.h"
#include "wismo/store/tracking.h"

#include <string.h>

#define AT_ONCE_EACH 16		/* of one carrier: what its lane sends at once, and as many that wait for their turn */
#define AT_ONCE 256		/* of all; how many requests are under way is the lanes' to say */
#define PASS_S 2
#define TURN_MS 500
#define REFILL_AFTER 8		/* answers: what is due is sorted anew for each look, over all numbers */
#define SEED_MOST 500
#define HOUR_S 3600
#define DAY_S 86400

/* A question under way and the row that it came from. */
struct errand { struct lookup *lookup; struct track_question *question; };

/* Lives as long as the worker: connections, tokens, and what is under way between passes. */
struct tracker {
	const struct flow *flow;	/* of this pass */
	struct track_session *session;
	struct store *store;
	const struct rulebook *book;
	GPtrArray *errands;		/* struct errand */
	gint64 now;
	guint done;
};

static void errand_free(gpointer pointer)
{
	struct errand *errand = pointer;

	lookup_free(errand->lookup);
	track_question_free(errand->question);
	g_free(errand);
}

static void drop(struct tracker *tracker)
{
	g_clear_pointer(&tracker->session, track_session_free);
	g_clear_pointer(&tracker->errands, g_ptr_array_unref);
}

/* ---- what to ask ---- */

/* The carrier that a wish means. What only the buyer says must be one carrier's beyond doubt: one form fits, and its check digit
 * proves it. */
static const struct carrier *meant(const struct flow *flow, const struct lookup_wish *wish, const char *number)
{
	g_autoptr(GArray) candidates = NULL;
	const struct carrier_candidate *first;

	if (!wish->case_id)
		return track_carrier(flow->settings, flow->book->carriers, wish->carrier, wish->carrier_said, number);
	candidates = carriers_recognise(flow->book->carriers, number);
	first = candidates->len ? &g_array_index(candidates, struct carrier_candidate, 0) : NULL;
	return first && first->proven && (candidates->len == 1 || !first[1].valid) ? first->carrier : NULL;
}

static bool add(struct tracker *tracker, const struct lookup_wish *wish, GError **error)
{
	const struct flow *flow = tracker->flow;
	g_autofree char *number = carrier_normal(wish->number);
	const struct carrier *carrier = meant(flow, wish, number);
	const char *why = carrier ? track_unaskable(flow->settings, carrier, number) : "no carrier is known to have such numbers";

	if (why)
		log_info("tracking number=%s carrier=%s not asked: %s", wish->number, carrier ? carrier->name : "-", why);
	/* Whoever cannot be asked now is looked at again tomorrow: the configuration may have changed. */
	return lookup_add(flow->store, carrier ? carrier_asker(carrier)->name : "", carrier && carrier->via ? carrier->name : NULL, wish,
			  why ? tracker->now + DAY_S : tracker->now, error);
}

static bool seed(struct tracker *tracker, GError **error)
{
	struct store *store = tracker->flow->store;
	g_autoptr(GPtrArray) wishes = lookup_wishes(store, tracker->now, SEED_MOST, error);
	bool fine = wishes && (!wishes->len || store_begin(store, error));

	for (guint i = 0; fine && i < wishes->len; i++)
		fine = add(tracker, wishes->pdata[i], error);
	if (fine && wishes->len)
		fine = store_commit(store, error);
	if (!fine)
		store_abandon(store);
	else if (wishes->len == SEED_MOST)
		tracker->done++;	/* there may be more */
	return fine;
}

/* The buyer has written again: no need to wait for the next round, but for the cache. */
static bool hasten(struct tracker *tracker, GError **error)
{
	g_autoptr(GPtrArray) hasty = lookup_hasty(tracker->flow->store, tracker->now, error);

	for (guint i = 0; hasty && i < hasty->len; i++) {
		const struct lookup *lookup = hasty->pdata[i];
		const struct carrier *carrier = carriers_get(tracker->flow->book->carriers, lookup->carrier);
		gint64 at = MAX(tracker->now, lookup->asked_at + (carrier ? carrier->cache_s : HOUR_S));

		if (at < lookup->next_at && !lookup_settle(tracker->flow->store, lookup, at, error))
			return false;
	}
	return hasty;
}

/* In both windows or in none: the hour first, so that a full hour does not eat up the day. */
static bool spend(const struct carrier *carrier, gint64 *free_at, void *user)
{
	struct tracker *tracker = user;
	const char *window = "hour";

	if (lookup_spend(tracker->store, carrier->name, window, HOUR_S, carrier->per_hour, tracker->now, free_at)
	    && lookup_spend(tracker->store, carrier->name, window = "day", DAY_S, carrier->per_day, tracker->now, free_at))
		return true;
	log_warning("carrier.budget carrier=%s window=%s free_at=%" G_GINT64_FORMAT, carrier->name, window, *free_at);
	return false;
}

/* Not what is under way, nor more than a carrier's share: a slow one leaves room for others. */
static bool may_start_ok(const struct tracker *tracker, const struct lookup *lookup)
{
	guint same = 0;

	for (guint i = 0; i < tracker->errands->len; i++) {
		const struct errand *errand = tracker->errands->pdata[i];

		if (strcmp(errand->lookup->carrier, lookup->carrier) != 0)
			continue;
		if (++same == AT_ONCE_EACH || strcmp(errand->lookup->number, lookup->number) == 0)
			return false;
	}
	/* A carrier on probation is asked one question, whatever else is due. */
	return !(lookup->probe && same);
}

/* Takes the look-up. */
static bool start(struct tracker *tracker, struct lookup *lookup, GError **error)
{
	const struct flow *flow = tracker->flow;
	const struct carrier *carrier = carriers_get(flow->book->carriers, lookup->courier ? lookup->courier : lookup->carrier);
	const char *why = carrier ? track_unaskable(flow->settings, carrier, lookup->number) : "no carrier file tells of it";
	const struct carrier *asker = carrier ? carrier_asker(carrier) : NULL;
	struct errand *errand;
	bool fine;

	/* The configuration names another one to ask than when the look-up was made. */
	if (!why && strcmp(asker->name, lookup->carrier) != 0) {
		fine = lookup_reroute(flow->store, lookup, asker->name, carrier->via ? carrier->name : NULL, tracker->now, error);
		lookup_free(lookup);
		tracker->done++;
		return fine;
	}
	if (why || tracking_fresh_ok(flow->store, lookup->carrier, lookup->courier, lookup->number, tracker->now - asker->cache_s)) {
		if (why)
			log_info("tracking number=%s carrier=%s not asked: %s", lookup->number, lookup->carrier, why);
		fine = lookup_settle(flow->store, lookup, tracker->now + (why ? DAY_S : asker->cache_s), error);
		lookup_free(lookup);
		tracker->done++;
		return fine;
	}
	if (lookup->probe)
		log_info("carrier.probe carrier=%s number=%s", lookup->carrier, lookup->number);
	errand = g_new0(struct errand, 1);
	errand->lookup = lookup;
	errand->question = track_question_new(tracker->session, carrier, lookup->number, lookup->memo);
	g_ptr_array_add(tracker->errands, errand);
	track_question_start(errand->question);
	return true;
}

static bool refill(struct tracker *tracker, GError **error)
{
	/* What is under way is due as well. */
	g_autoptr(GPtrArray) due = lookup_due(tracker->flow->store, tracker->now, 2 * AT_ONCE_EACH, 2 * AT_ONCE, error);

	for (guint i = 0; due && i < due->len && tracker->errands->len < AT_ONCE; i++)
		if (may_start_ok(tracker, due->pdata[i]) && !start(tracker, g_steal_pointer(&due->pdata[i]), error))
			return false;
	return due;
}

/* ---- what came back ---- */

static bool breaker(struct tracker *tracker, const struct tracking *t, GError **error)
{
	struct store *store = tracker->flow->store;
	const char *why = t->why ? t->why : "";
	int failures;
	gint64 until = lookup_breaker_until(store, t->carrier, &failures), pause;

	if (t->outcome == OUTCOME_OK || t->outcome == OUTCOME_UNKNOWN || t->outcome == OUTCOME_PENDING) {
		if (until)
			log_info("carrier.back carrier=%s", t->carrier);
		return !failures || lookup_breaker_clear(store, t->carrier, error);
	}
	/* Of what was under way when it opened, only a longer wait is news. */
	if (until > t->asked_at && t->retry_at <= until)
		return true;
	failures += until <= t->asked_at;
	pause = MAX(track_pause_until(t, failures), until);
	if (pause > t->asked_at) {
		log_warning("carrier.paused carrier=%s outcome=%s until=%" G_GINT64_FORMAT " why=%s", t->carrier, track_outcome_name(t->outcome),
			    pause, why);
		track_session_release(tracker->session, t->carrier, 0);
	}
	return lookup_breaker_set(store, t->carrier, failures, pause, why, error);
}

static bool keep(struct tracker *tracker, struct lookup *lookup, const struct track_question *q, GError **error)
{
	struct store *store = tracker->flow->store;
	const struct tracking *t = q->result;

	lookup->failures = t->outcome == OUTCOME_OK ? 0 : lookup->failures + 1;
	lookup->asked_at = t->asked_at;
	log_info("tracking number=%s carrier=%s outcome=%s status=%s%s", t->number, t->carrier, track_outcome_name(t->outcome),
		 track_status_name(t->status), t->recorded ? " recorded" : "");
	return tracking_put(store, t, error)
		&& lookup_settle(store, lookup, track_next_at(t, lookup->failures, lookup_deadline(store, t->number), lookup_since(store, t->number),
							      q->lane->carrier->cache_s), error)
		&& breaker(tracker, t, error);
}

static bool settle(struct tracker *tracker, struct errand *errand, GError **error)
{
	const struct track_question *q = errand->question;
	struct lookup *lookup = errand->lookup;

	g_free(lookup->memo);
	lookup->memo = track_memo(q);
	if (q->result)
		return keep(tracker, lookup, q, error);
	/* Given back by its lane. Without a moment it stays due, and its carrier's breaker holds it. */
	return lookup_settle(tracker->flow->store, lookup, q->put_off_at ? q->put_off_at + track_jitter(lookup->number, 600) : lookup->next_at, error);
}

static GPtrArray *take_over(struct tracker *tracker)
{
	GPtrArray *over = g_ptr_array_new_with_free_func(errand_free);

	for (guint i = 0; i < tracker->errands->len;) {
		struct errand *errand = tracker->errands->pdata[i];

		if (track_question_over_ok(errand->question))
			g_ptr_array_add(over, g_ptr_array_steal_index(tracker->errands, i));
		else
			i++;
	}
	return over;
}

/* All that is over, in one transaction: a disk that syncs a hundred times a second would else be the slowest carrier. What a
 * crash takes is asked again. *count: so many. */
static bool settle_over(struct tracker *tracker, guint *count, GError **error)
{
	struct store *store = tracker->flow->store;
	g_autoptr(GPtrArray) over = take_over(tracker);
	bool fine = !over->len || store_begin(store, error);

	*count = over->len;
	if (over->len)
		fault_point("track.answered");
	for (guint i = 0; fine && i < over->len; i++)
		fine = settle(tracker, over->pdata[i], error);
	if (fine && over->len)
		fine = store_commit(store, error);
	if (!fine) {
		store_abandon(store);
		return false;
	}
	if (over->len)
		fault_point("track.kept");
	tracker->done += over->len;
	return true;
}

static bool work(struct tracker *tracker, GError **error)
{
	gint64 until_us = g_get_monotonic_time() + PASS_S * G_USEC_PER_SEC;
	guint settled = REFILL_AFTER, over;

	if (!seed(tracker, error) || !hasten(tracker, error))
		return false;
	do {
		bool refills = settled >= REFILL_AFTER || (settled && !tracker->errands->len);

		if (refills && !refill(tracker, error))
			return false;
		settled = refills ? 0 : settled;
		if (!settle_over(tracker, &over, error))
			return false;
		settled += over;
		if (!over && tracker->errands->len)
			track_session_turn(tracker->session, TURN_MS);
	} while ((settled || tracker->errands->len) && g_get_monotonic_time() < until_us);
	return true;
}

bool track_step(const struct flow *flow, gint64 now, struct pass *pass, GError **error)
{
	static struct tracker tracker;
	bool fine;

	if (tracker.session && (tracker.session->settings != flow->settings || tracker.book != flow->book || tracker.store != flow->store))
		drop(&tracker);
	if (!tracker.session) {
		tracker.session = track_session_new(flow->settings);
		tracker.session->spend = spend;
		tracker.session->user = &tracker;
		tracker.errands = g_ptr_array_new_with_free_func(errand_free);
		tracker.book = flow->book;
		tracker.store = flow->store;
	}
	tracker.flow = flow;
	tracker.now = tracker.session->now = now;
	tracker.done = 0;
	fine = work(&tracker, error);
	pass->done = tracker.done + tracker.errands->len;
	pass->next_at = lookup_next_at(flow->store);
	if (!fine)
		drop(&tracker);
	return fine;
}
