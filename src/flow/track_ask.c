/* The way of one question through its carrier's steps. The machine is the same for one number and for many; its lane
 * (track_lane.c) says when each request may leave. */
#include "track_p.h"

#include <jansson.h>
#include <string.h>

#define ERROR_BODY_BYTES 4096

static void read_memo(struct track_question *q, const char *memo)
{
	json_t *object = memo ? json_loads(memo, 0, NULL) : NULL, *value;
	const char *name;

	json_object_foreach(object, name, value)
		if (json_is_string(value))
			g_hash_table_replace(q->keep, g_strdup(name), g_strdup(json_string_value(value)));
	json_decref(object);
}

char *track_memo(const struct track_question *q)
{
	GHashTableIter iter;
	gpointer name, value;
	json_t *object;
	char *text, *owned;

	if (!g_hash_table_size(q->keep))
		return NULL;
	object = json_object();
	g_hash_table_iter_init(&iter, q->keep);
	while (g_hash_table_iter_next(&iter, &name, &value))
		json_object_set_new(object, name, json_string(value));
	text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
	owned = track_lane_mask(q->lane, text);
	free(text);
	json_decref(object);
	return owned;
}

struct track_question *track_question_new(struct track_session *session, const struct carrier *carrier, const char *number,
					  const char *memo)
{
	struct track_question *q = g_new0(struct track_question, 1);

	q->carrier = carrier;
	q->lane = track_session_lane(session, carrier_asker(carrier));
	q->number = g_strdup(number);
	q->normal = carrier_asked(carrier, number);
	q->now = session->now;
	q->keep = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	read_memo(q, memo);
	return q;
}

void track_question_free(gpointer pointer)
{
	struct track_question *q = pointer;

	g_free(q->number);
	g_free(q->normal);
	g_hash_table_unref(q->keep);
	tracking_free(q->result);
	g_free(q);
}

static char *courier_of(const struct track_question *q)
{
	return q->carrier == q->lane->carrier ? NULL : g_strdup(q->carrier->name);
}

void track_question_end(struct track_question *q, enum track_outcome outcome, const char *why, gint64 retry_after_s)
{
	q->lane->held = true;
	q->result = tracking_new();
	q->result->carrier = g_strdup(q->lane->carrier->name);
	q->result->courier = courier_of(q);
	q->result->number = g_strdup(q->number);
	q->result->asked_at = q->now;
	q->result->outcome = outcome;
	q->result->why = track_lane_mask(q->lane, why);
	q->result->retry_at = retry_after_s ? q->now + retry_after_s : 0;
}

bool track_question_over_ok(const struct track_question *q)
{
	return q->result || q->put_off;
}

/* Exactly the server that the configuration names: a file's other steps and tokens go to public addresses only. */
static bool own_host_ok(const struct carrier_access *access, const char *url)
{
	gsize length = access && access->host_private ? strlen(access->host) : 0;
	const char *rest = length && g_str_has_prefix(url, "https://") ? url + strlen("https://") : NULL;

	return rest && g_ascii_strncasecmp(rest, access->host, length) == 0 && (rest[length] == '/' || !rest[length]);
}

static struct http_request *to_http(struct track_question *q, const struct carrier_request *from)
{
	struct http_request *request = http_request_new(from->method, from->url);
	const struct carrier_access *access = q->lane->access;

	for (guint i = 0; i < from->headers->len; i++) {
		const char *line = from->headers->pdata[i], *colon = strchr(line, ':');
		g_autofree char *name = colon ? g_strndup(line, (gsize) (colon - line)) : NULL;

		if (!name || !http_request_header(request, name, colon + 1 + strspn(colon + 1, " "))) {
			http_request_free(request);
			return NULL;
		}
	}
	request->body = g_strdup(from->body);
	request->allow_loopback = access && access->allow_loopback;
	request->allow_own = own_host_ok(access, from->url);
	request->ca_file = g_strdup(access ? access->ca_file : NULL);
	return request;
}

static struct carrier_request *fill(struct track_question *q, const struct carrier_step *step, bool masked, GError **error)
{
	const struct track_lane *lane = q->lane;
	const char *base = !masked && lane->access && lane->access->allow_loopback ? lane->access->base : NULL;

	return carrier_fill(q->carrier, step, q->normal, lane->secrets, q->keep, step ? lane->token : NULL, base, masked, error);
}

static void trace_request(struct track_question *q, const struct carrier_step *step)
{
	scoped(carrier_request) shown = q->trace ? fill(q, step, true, NULL) : NULL;
	g_autoptr(GString) text = g_string_new(NULL);

	if (!shown)
		return;
	g_string_printf(text, "%s %s\n", shown->method, shown->url);
	for (guint i = 0; i < shown->headers->len; i++)
		g_string_append_printf(text, "%s\n", (char *) shown->headers->pdata[i]);
	if (shown->body)
		g_string_append_printf(text, "\n%s\n", shown->body);
	q->trace(step ? step->name : "token", text->str, q->user);
}

struct http_request *track_question_request(struct track_question *q, const struct carrier_step *step)
{
	g_autoptr(GError) error = NULL;
	scoped(carrier_request) filled = fill(q, step, false, &error);
	struct http_request *request = filled ? to_http(q, filled) : NULL;

	if (request)
		trace_request(q, step);
	else
		track_question_end(q, OUTCOME_REFUSED, error ? error->message : "a header holds a control character", 0);
	return request;
}

static bool recorded(const struct track_question *q)
{
	return q->lane->access && q->lane->access->recorded;
}

static const struct carrier_step *step_at(const struct track_question *q)
{
	const GPtrArray *steps = q->lane->carrier->steps;

	/* A recorded answer is the last step's. */
	return g_ptr_array_index(steps, recorded(q) ? steps->len - 1 : q->step);
}

/* Past registering that was done for this number before. */
static void skip_done(struct track_question *q)
{
	while (q->step + 1 < q->lane->carrier->steps->len && step_at(q)->once) {
		g_autofree char *done = g_strconcat("done:", step_at(q)->name, NULL);

		if (!g_hash_table_contains(q->keep, done))
			return;
		q->step++;
	}
}

/* What was begun is finished before something new begins. */
static void wait_again(struct track_question *q)
{
	g_queue_push_head(&q->lane->waiting, q);
}

static void go_on(struct track_question *q, const struct carrier_step *step, const char *body)
{
	if (!carrier_keep(q->lane->carrier, step, body, q->keep)) {
		track_question_end(q, OUTCOME_PENDING, "registered; the carrier has nothing to say yet", 0);
		return;
	}
	if (step->once)
		g_hash_table_replace(q->keep, g_strconcat("done:", step->name, NULL), g_strdup("1"));
	q->step++;
	skip_done(q);
	wait_again(q);
}

/* The token may have ended before its time: once a new one, then it is a refusal. Many questions may be told so at once,
 * and the first of them has asked for the new one. */
static bool renewed(struct track_question *q)
{
	struct track_lane *lane = q->lane;

	if (!lane->carrier->token || q->renewed || recorded(q))
		return false;
	q->renewed = true;
	if (q->token_no == lane->token_no)
		lane->token_until_at = 0;
	wait_again(q);
	return true;
}

/* Evidence is what tells of a parcel. Of a refusal or an error page the beginning is enough: it comes again and again. */
static void shorten(struct tracking *tracking, int http)
{
	if (tracking->outcome == OUTCOME_OK || !tracking->body)
		return;
	if (!http)
		g_clear_pointer(&tracking->body, g_free);
	else if (strlen(tracking->body) > ERROR_BODY_BYTES)
		*g_utf8_find_prev_char(tracking->body, tracking->body + ERROR_BODY_BYTES) = '\0';
}

static void take_answer(struct track_question *q, int http, const char *body, gint64 retry_after_s, const char *why)
{
	const struct carrier_step *step = step_at(q);
	g_autofree char *masked = track_lane_mask(q->lane, body);
	scoped(tracking) tracking = carrier_read(q->lane->carrier, step, http, masked, q->normal, q->carrier->courier, q->now);
	g_autofree char *status = g_strdup_printf("HTTP %d\n%s", http, http ? masked : why ? why : "");

	if (q->trace)
		q->trace("answer", status, q->user);
	if (tracking->outcome == OUTCOME_REFUSED && renewed(q))
		return;
	/* Kept values are read from the answer as it came: one may look like a part of a secret. */
	if (tracking->outcome == OUTCOME_OK && !recorded(q) && q->step + 1 < q->lane->carrier->steps->len) {
		go_on(q, step, body);
		return;
	}
	if (!http && why) {
		g_free(tracking->why);
		tracking->why = track_lane_mask(q->lane, why);
	}
	shorten(tracking, http);
	g_free(tracking->number);
	tracking->number = g_strdup(q->number);
	tracking->courier = courier_of(q);
	tracking->recorded = recorded(q);
	tracking->retry_at = retry_after_s ? q->now + retry_after_s : 0;
	q->lane->held = q->lane->held || tracking->outcome != OUTCOME_OK;
	q->result = g_steal_pointer(&tracking);
}

static void answered(struct http_answer *answer, void *user)
{
	struct track_question *q = user;

	track_lane_flies(q->lane, -1);
	take_answer(q, answer->fault == HTTP_FINE ? answer->status : 0, answer->body, answer->retry_after_s, answer->why);
	http_answer_free(answer);
}

void track_question_send(struct track_question *q)
{
	struct http_request *request;

	if (!q->step)
		q->now = q->lane->session->now;
	q->token_no = q->lane->token_no;
	request = track_question_request(q, step_at(q));
	if (!request)
		return;
	track_lane_flies(q->lane, 1);
	http_start(q->lane->session->http, request, answered, q);
}

/* Recorded answers: NUMBER.json, or NUMBER.404.json and so on for another status; none at all is an unknown number. */
static void ask_folder(struct track_question *q)
{
	static const int statuses[] = { 200, 404, 429, 401, 500, 503 };

	for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++) {
		g_autofree char *name = statuses[i] == 200 ? g_strdup_printf("%s.json", q->normal)
			: g_strdup_printf("%s.%d.json", q->normal, statuses[i]);
		g_autofree char *path = g_build_filename(q->lane->access->recorded, name, NULL);
		g_autofree char *body = NULL;

		if (g_file_get_contents(path, &body, NULL, NULL)) {
			take_answer(q, statuses[i], body, 0, NULL);
			return;
		}
	}
	track_question_end(q, OUTCOME_UNKNOWN, "no recorded answer", 0);
	q->result->recorded = true;
}

const char *track_unaskable(const struct settings *settings, const struct carrier *carrier, const char *number)
{
	const struct carrier *asker = carrier_asker(carrier);
	const struct carrier_access *access = settings_carrier(settings, asker->name);
	g_autofree char *normal = number ? carrier_normal(number) : NULL;

	if (!asker->steps->len)
		return "this carrier has no interface here: look at its page";
	if (!access)
		return "the configuration has no credentials for this carrier";
	if (asker->reaches->len && asker == carrier)
		return "it is asked about other carriers' parcels: `for` in its section of wismo.conf says whose";
	if (asker->unofficial && !access->unofficial && !access->recorded)
		return "this interface is not an official one: `unofficial = true` in the carrier's section of wismo.conf lets it be used";
	return normal ? carrier_number_why(carrier, normal) : NULL;
}

void track_question_start(struct track_question *q)
{
	const char *why = track_unaskable(q->lane->session->settings, q->carrier, q->number);
	g_autoptr(GError) error = NULL;

	if (why) {
		track_question_end(q, OUTCOME_REFUSED, why, 0);
	} else if (recorded(q)) {
		ask_folder(q);
	} else if (!track_lane_open(q->lane, &error)) {
		track_question_end(q, g_error_matches(error, WISMO_ERROR, WISMO_RETRY) ? OUTCOME_DOWN : OUTCOME_REFUSED, error->message, 0);
	} else {
		skip_done(q);
		g_queue_push_tail(&q->lane->waiting, q);
	}
}

struct tracking *track_ask(const struct settings *settings, const struct carrier *carrier, const char *number, gint64 now,
			   track_trace *trace, void *user)
{
	struct track_session *session = track_session_new(settings);
	struct track_question *q;
	struct tracking *result;

	session->now = now;
	q = track_question_new(session, carrier, number, NULL);
	q->trace = trace;
	q->user = user;
	track_question_start(q);
	while (!q->result)
		track_session_turn(session, 1000);
	result = g_steal_pointer(&q->result);
	track_session_free(session);
	track_question_free(q);
	return result;
}

const struct carrier *track_carrier(const struct settings *settings, const struct carriers *carriers, const char *name,
				    const char *said, const char *number)
{
	const struct carrier *carrier = name ? carriers_get(carriers, name) : NULL;
	g_autoptr(GArray) candidates = NULL;

	if (!carrier && said)
		carrier = carriers_named(carriers, said);
	if (carrier)
		return carrier;
	candidates = carriers_recognise(carriers, number);
	for (guint i = 0; i < candidates->len; i++) {
		const struct carrier_candidate *one = &g_array_index(candidates, struct carrier_candidate, i);

		if (one->valid && !one->guess && !track_unaskable(settings, one->carrier, NULL))
			return one->carrier;
	}
	return NULL;
}

const struct carrier *track_likeliest(const struct settings *settings, const struct carriers *carriers, const char *name,
				      const char *said, const char *number)
{
	const struct carrier *carrier = track_carrier(settings, carriers, name, said, number);
	g_autoptr(GArray) candidates = NULL;
	const struct carrier_candidate *first;

	if (carrier)
		return carrier;
	candidates = carriers_recognise(carriers, number);
	first = candidates->len ? &g_array_index(candidates, struct carrier_candidate, 0) : NULL;
	return first && first->valid && !first->guess ? first->carrier : NULL;
}
