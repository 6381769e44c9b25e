/* Lanes: pace, tokens and secrets of one carrier, shared by all questions about it. Secrets stay in here and in requests. */
#include "track_p.h"

#include <string.h>

#define TOTAL_AT_ONCE 32	/* each connection holds 4 MB of authorities (net/http.c) */
#define LANE_AT_ONCE 8		/* at 100 ms an answer 80 a second: more than any carrier allows */
#define TOKEN_SPARE_S 60	/* a token is not used in its last minute */
#define UNREAD_S 60
#define MASK_LEAST 6		/* shorter ones would tear holes into ordinary words */

static void free_secret(gpointer secret)
{
	secret_free(secret);
}

static void free_mask(gpointer mask)
{
	explicit_bzero(mask, strlen(mask));
	g_free(mask);
}

static void lane_free(gpointer pointer)
{
	struct track_lane *lane = pointer;

	g_hash_table_unref(lane->secrets);
	g_clear_error(&lane->unread);
	g_ptr_array_unref(lane->masks);
	g_queue_clear(&lane->waiting);
	secret_free(lane->token);
	g_free(lane);
}

struct track_session *track_session_new(const struct settings *settings)
{
	struct track_session *session = g_new0(struct track_session, 1);

	session->settings = settings;
	session->http = http_new(TOTAL_AT_ONCE);
	session->lanes = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, lane_free);
	return session;
}

void track_session_free(struct track_session *session)
{
	if (!session)
		return;
	http_free(session->http);
	g_hash_table_unref(session->lanes);
	g_free(session);
}

static gint64 gap_us(const struct track_lane *lane)
{
	const struct carrier *carrier = lane->carrier;
	gint64 second = carrier->per_second ? G_USEC_PER_SEC / carrier->per_second : 0;

	return MAX(second, carrier->per_minute ? 60 * G_USEC_PER_SEC / carrier->per_minute : 0);
}

struct track_lane *track_session_lane(struct track_session *session, const struct carrier *carrier)
{
	struct track_lane *lane = g_hash_table_lookup(session->lanes, carrier->name);

	if (lane)
		return lane;
	lane = g_new0(struct track_lane, 1);
	lane->session = session;
	lane->carrier = carrier;
	lane->access = settings_carrier(session->settings, carrier->name);
	lane->secrets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_secret);
	lane->masks = g_ptr_array_new_with_free_func(free_mask);
	g_queue_init(&lane->waiting);
	/* The last request of the process before us may have left just now. */
	lane->free_us = session->spend ? g_get_monotonic_time() + gap_us(lane) : 0;
	g_hash_table_insert(session->lanes, carrier->name, lane);
	return lane;
}

void track_lane_flies(struct track_lane *lane, int change)
{
	lane->flying += change;
	lane->session->flying += change;
}

bool track_lane_idle_ok(const struct track_lane *lane)
{
	return !lane->flying && !lane->token_asked && g_queue_is_empty((GQueue *) &lane->waiting);
}

/* Servers echo: plainly, in URLs, in JSON that escapes slashes. */
static void add_mask(GPtrArray *masks, const char *text)
{
	g_autofree char *escaped = g_uri_escape_string(text, NULL, FALSE);
	g_auto(GStrv) parts = g_strsplit(text, "/", -1);

	if (strlen(text) < MASK_LEAST)
		return;
	g_ptr_array_add(masks, g_strdup(text));
	g_ptr_array_add(masks, g_strjoinv("\\/", parts));
	g_ptr_array_add(masks, g_steal_pointer(&escaped));
}

static void make_masks(struct track_lane *lane)
{
	GHashTableIter outer, inner;
	gpointer first, second;

	g_ptr_array_set_size(lane->masks, 0);
	g_hash_table_iter_init(&outer, lane->secrets);
	while (g_hash_table_iter_next(&outer, NULL, &first)) {
		add_mask(lane->masks, secret_reveal(first));
		g_hash_table_iter_init(&inner, lane->secrets);
		while (g_hash_table_iter_next(&inner, NULL, &second)) {
			g_autofree char *pair = g_strdup_printf("%s:%s", secret_reveal(first), first == second ? "" : secret_reveal(second));
			g_autofree char *basic = g_base64_encode((const guchar *) pair, strlen(pair));

			add_mask(lane->masks, basic);
			explicit_bzero(pair, strlen(pair));
			explicit_bzero(basic, strlen(basic));
		}
	}
}

static bool read_secrets(struct track_lane *lane, GError **error)
{
	g_hash_table_remove_all(lane->secrets);
	for (guint i = 0; i < lane->carrier->secrets->len; i++) {
		const char *name = lane->carrier->secrets->pdata[i];
		struct secret_source *source = lane->access ? g_hash_table_lookup(lane->access->secrets, name) : NULL;
		struct secret *secret = source ? secret_read(source, error) : NULL;

		if (source && !secret)
			return false;
		if (secret)
			g_hash_table_replace(lane->secrets, g_strdup(name), secret);
	}
	make_masks(lane);
	if (lane->access && lane->access->host)
		g_hash_table_replace(lane->secrets, g_strdup("{host}"), secret_new(lane->access->host));
	return true;
}

bool track_lane_open(struct track_lane *lane, GError **error)
{
	gint64 now = lane->session->now;

	if (!track_lane_idle_ok(lane))
		return true;
	/* A command may take 30 s to fail: not for each of the numbers that wait. */
	if (!lane->unread || now >= lane->unread_at + UNREAD_S) {
		g_clear_error(&lane->unread);
		if (!read_secrets(lane, &lane->unread))
			lane->unread_at = now;
	}
	if (lane->unread && error)
		*error = g_error_copy(lane->unread);
	return !lane->unread;
}

static void mask_one(GString *text, const char *secret)
{
	if (*secret)
		g_string_replace(text, secret, "***", 0);
}

char *track_lane_mask(const struct track_lane *lane, const char *text)
{
	GString *masked = g_string_new(text);

	for (guint i = 0; i < lane->masks->len; i++)
		mask_one(masked, lane->masks->pdata[i]);
	if (lane->token && strlen(secret_reveal(lane->token)) >= MASK_LEAST)
		mask_one(masked, secret_reveal(lane->token));
	return g_string_free(masked, FALSE);
}

void track_session_release(struct track_session *session, const char *carrier, gint64 free_at)
{
	struct track_lane *lane = g_hash_table_lookup(session->lanes, carrier);
	struct track_question *q;

	while (lane && (q = g_queue_pop_head(&lane->waiting))) {
		q->put_off = true;
		q->put_off_at = free_at;
	}
	if (lane)
		lane->asker = NULL;
}

/* ---- tokens ---- */

static enum track_outcome token_outcome(const struct http_answer *answer)
{
	if (answer->fault != HTTP_FINE)
		return OUTCOME_DOWN;
	if (answer->status == 429)
		return OUTCOME_LIMITED;
	return answer->status >= 400 && answer->status < 500 ? OUTCOME_REFUSED : OUTCOME_DOWN;
}

static void token_answered(struct http_answer *answer, void *user)
{
	struct track_lane *lane = user;
	struct track_question *asker = g_steal_pointer(&lane->asker);
	gint64 life_s = 0;
	struct secret *token = answer->fault == HTTP_FINE ? carrier_token(lane->carrier, answer->status, answer->body, &life_s) : NULL;

	track_lane_flies(lane, -1);
	lane->token_asked = false;
	explicit_bzero(answer->body, answer->length);
	if (token) {
		secret_free(lane->token);
		lane->token = token;
		lane->token_no++;
		lane->token_until_at = lane->session->now + MAX(life_s - MIN(TOKEN_SPARE_S, life_s / 2), 1);
	} else if (asker) {
		g_autofree char *why = answer->why ? g_strdup_printf("token: %s", answer->why)
			: g_strdup_printf("token: HTTP %d", answer->status);

		g_queue_remove(&lane->waiting, asker);
		track_question_end(asker, token_outcome(answer), why, answer->retry_after_s);
	}
	http_answer_free(answer);
}

static bool token_wanted(const struct track_lane *lane)
{
	return lane->carrier->token && (!lane->token || lane->token_until_at <= lane->session->now);
}

static void ask_token(struct track_lane *lane, struct track_question *asker)
{
	struct http_request *request = track_question_request(asker, NULL);

	if (!request) {
		g_queue_remove(&lane->waiting, asker);
		return;
	}
	lane->asker = asker;
	lane->token_asked = true;
	track_lane_flies(lane, 1);
	http_start(lane->session->http, request, token_answered, lane);
}

/* ---- turns ---- */

static bool may_start_ok(const struct track_lane *lane)
{
	/* No more requests than connections: one that waits for a connection would time out unasked. */
	return !lane->held && !g_queue_is_empty((GQueue *) &lane->waiting) && lane->flying < LANE_AT_ONCE && lane->session->flying < TOTAL_AT_ONCE
		&& !(lane->token_asked && token_wanted(lane));
}

static void start_next(struct track_lane *lane)
{
	struct track_session *session = lane->session;
	gint64 free_at = 0;

	/* Counted before it leaves: a crash may waste a request of the budget, never exceed it. */
	if (session->spend && !session->spend(lane->carrier, &free_at, session->user)) {
		track_session_release(session, lane->carrier->name, free_at);
		return;
	}
	lane->free_us = g_get_monotonic_time() + gap_us(lane);
	if (token_wanted(lane))
		ask_token(lane, g_queue_peek_head(&lane->waiting));
	else
		track_question_send(g_queue_pop_head(&lane->waiting));
}

/* The lane whose turn it is: of those that may start now the one with the fewest requests under way, so that few slow
 * carriers do not take all connections. NULL: none. */
static struct track_lane *next_lane(const struct track_session *session)
{
	struct track_lane *best = NULL;
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, session->lanes);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct track_lane *lane = value;

		if (may_start_ok(lane) && lane->free_us <= g_get_monotonic_time() && (!best || lane->flying < best->flying))
			best = lane;
	}
	return best;
}

/* Starts what may. *paced: something waits for its turn only; then at most *wait_ms remain. */
static void start_all(struct track_session *session, int *wait_ms, bool *paced)
{
	struct track_lane *lane;
	GHashTableIter iter;
	gpointer value;

	while ((lane = next_lane(session)))
		start_next(lane);
	g_hash_table_iter_init(&iter, session->lanes);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		lane = value;
		if (!may_start_ok(lane))
			continue;
		*wait_ms = CLAMP((int) ((lane->free_us - g_get_monotonic_time()) / 1000) + 1, 0, *wait_ms);
		*paced = true;
	}
}

void track_session_turn(struct track_session *session, int wait_ms)
{
	gint64 begin_us = g_get_monotonic_time();
	bool paced = false;
	GHashTableIter iter;
	gpointer lane;

	g_hash_table_iter_init(&iter, session->lanes);
	while (g_hash_table_iter_next(&iter, NULL, &lane))
		((struct track_lane *) lane)->held = false;
	start_all(session, &wait_ms, &paced);
	/* With nothing under way http_wait returns at once; the pace is kept all the same. */
	if (!http_wait(session->http, wait_ms) && paced && g_get_monotonic_time() - begin_us < 1000)
		g_usleep((gulong) wait_ms * 1000);
	/* What became free is used at once: the caller's work, and the disk's, come while the carriers think. */
	start_all(session, &wait_ms, &paced);
	http_wait(session->http, 0);
}
