/* One question to one carrier, what questions share while the tracker runs, and when to ask again. */
#ifndef WISMO_FLOW_TRACK_P_H
#define WISMO_FLOW_TRACK_P_H

#include "wismo/flow/track.h"
#include "wismo/net/http.h"

/* May one more request be made to this carrier? False: not before *free_at. */
typedef bool track_spend(const struct carrier *carrier, gint64 *free_at, void *user);

struct track_session {
	const struct settings *settings;
	struct http *http;
	GHashTable *lanes;		/* carrier name -> struct track_lane */
	int flying;			/* requests under way, of all lanes */
	gint64 now;			/* of questions that are sent from here on */
	track_spend *spend;		/* NULL: every request is allowed (a person asks) */
	void *user;
};

/* All requests to one carrier go through its lane: one after another by its limit per second, so many at once, with one
 * token, whoever asks. */
struct track_lane {
	struct track_session *session;
	const struct carrier *carrier;
	const struct carrier_access *access;
	GHashTable *secrets;		/* name -> struct secret; read when the lane wakes up */
	GError *unread;			/* why they could not be read at unread_at; NULL: they were */
	gint64 unread_at;
	GPtrArray *masks;		/* char *: what of them an answer must not bring into the database */
	GQueue waiting;			/* struct track_question: its next request waits for its turn */
	int flying;			/* requests under way */
	bool held;			/* an answer told nothing: no further request before the caller has thought about it */
	gint64 free_us;			/* monotonic; no request before */
	struct secret *token;		/* NULL: none */
	gint64 token_until_at;
	guint token_no;			/* which token it is: a refusal of an older one is no news */
	bool token_asked;
	struct track_question *asker;	/* on whose behalf; it answers for the failure */
};

struct track_question {
	const struct carrier *carrier;	/* whose parcel it is; the lane's is asked */
	struct track_lane *lane;
	char *number;			/* as it is stored */
	char *normal;			/* as it is asked about */
	GHashTable *keep;
	gint64 now;			/* when its first request left */
	guint step, token_no;
	bool renewed;			/* the token was asked for anew */
	bool put_off;			/* given back: the carrier is paused, or its budget is used up until put_off_at (0: no moment) */
	gint64 put_off_at;
	struct tracking *result;	/* set: done */
	track_trace *trace;
	void *user;
};

struct track_session *track_session_new(const struct settings *settings);
void track_session_free(struct track_session *session);	/* before the questions */

/* Starts what may start, lets requests work for at most `wait_ms`. */
void track_session_turn(struct track_session *session, int wait_ms);

/* Gives the carrier's waiting questions back (put_off); what is under way goes on. */
void track_session_release(struct track_session *session, const char *carrier, gint64 free_at);

struct track_lane *track_session_lane(struct track_session *session, const struct carrier *carrier);
void track_lane_flies(struct track_lane *lane, int change);	/* a request left (1) or was answered (-1) */
bool track_lane_idle_ok(const struct track_lane *lane);
bool track_lane_open(struct track_lane *lane, GError **error);	/* reads the secrets when it was idle */
char *track_lane_mask(const struct track_lane *lane, const char *text);	/* owned */

/* ---- questions ---- */
struct track_question *track_question_new(struct track_session *session, const struct carrier *carrier, const char *number,
					  const char *memo);
void track_question_free(gpointer question);
void track_question_start(struct track_question *question);
void track_question_send(struct track_question *question);	/* the lane says: now */
void track_question_end(struct track_question *question, enum track_outcome outcome, const char *why, gint64 retry_after_s);
bool track_question_over_ok(const struct track_question *question);

/* A request of this question, filled in and shown to its trace; `step` NULL: the token's. NULL after the question was ended. */
struct http_request *track_question_request(struct track_question *question, const struct carrier_step *step);

/* Kept values as JSON for the look-up's memo; NULL: none. */
char *track_memo(const struct track_question *question);

/* ---- when ---- */
/* The next question about a number, from its answer and the need: `failures` in a row with this one, `deadline` of the most urgent
 * case (0: none), `since` the newest order that has the number (0: not known). LOOKUP_ON_NEED, LOOKUP_NEVER when the parcel's story
 * has ended; an end from before that order is another parcel's. */
gint64 track_next_at(const struct tracking *tracking, int failures, gint64 deadline, gint64 since, int cache_s);

/* Until when a carrier is left alone after such an answer, the `failures`th in a row; 0: it is not. */
gint64 track_pause_until(const struct tracking *tracking, int failures);

/* Spreads what was asked together; the same number always by the same share, so that a replay agrees. */
gint64 track_jitter(const char *number, gint64 wait_s);

#endif
