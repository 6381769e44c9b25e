/* The way of one question through its carrier's steps. The machine is the same for one number and for many. */
#include "track_p.h"

#include "wismo/base/log.h"

#include <jansson.h>
#include <string.h>

#define CONNECTIONS_PER_HOST 16
#define TOKEN_SPARE_S 60	/* a token is not used in its last minute */

struct token { struct secret *secret; gint64 until_at; };

static void token_free(gpointer pointer)
{
	struct token *token = pointer;

	secret_free(token->secret);
	g_free(token);
}

static void free_secret(gpointer secret)
{
	secret_free(secret);
}

struct track_session *track_session_new(const struct settings *settings)
{
	struct track_session *session = g_new0(struct track_session, 1);

	session->settings = settings;
	session->http = http_new(CONNECTIONS_PER_HOST);
	session->tokens = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, token_free);
	return session;
}

void track_session_free(struct track_session *session)
{
	http_free(session->http);
	g_hash_table_unref(session->tokens);
	g_free(session);
}

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
	text = json_dumps(object, JSON_COMPACT);
	owned = g_strdup(text);
	free(text);
	json_decref(object);
	return owned;
}

struct track_question *track_question_new(struct track_session *session, const struct carrier *carrier, const char *number,
					  const char *memo, gint64 now)
{
	struct track_question *q = g_new0(struct track_question, 1);

	q->session = session;
	q->carrier = carrier;
	q->access = settings_carrier(session->settings, carrier->name);
	q->number = g_strdup(number);
	q->now = now;
	q->keep = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	q->secrets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_secret);
	read_memo(q, memo);
	return q;
}

void track_question_free(gpointer pointer)
{
	struct track_question *q = pointer;

	g_free(q->number);
	g_hash_table_unref(q->keep);
	g_hash_table_unref(q->secrets);
	tracking_free(q->result);
	g_free(q);
}

static void end(struct track_question *q, enum track_outcome outcome, const char *why)
{
	q->result = tracking_new();
	q->result->carrier = g_strdup(q->carrier->name);
	q->result->number = g_strdup(q->number);
	q->result->asked_at = q->now;
	q->result->outcome = outcome;
	q->result->why = g_strdup(why);
}

static bool read_secrets(struct track_question *q, GError **error)
{
	if (q->access && q->access->host)
		g_hash_table_replace(q->secrets, g_strdup("{host}"), secret_new(q->access->host));
	for (guint i = 0; i < q->carrier->secrets->len; i++) {
		const char *name = q->carrier->secrets->pdata[i];
		struct secret_source *source = q->access ? g_hash_table_lookup(q->access->secrets, name) : NULL;
		struct secret *secret = source ? secret_read(source, error) : NULL;

		if (source && !secret)
			return false;
		if (secret)
			g_hash_table_replace(q->secrets, g_strdup(name), secret);
	}
	return true;
}

static struct http_request *to_http(struct track_question *q, const struct carrier_request *from)
{
	struct http_request *request = http_request_new(from->method, from->url);

	for (guint i = 0; i < from->headers->len; i++) {
		const char *line = from->headers->pdata[i], *colon = strchr(line, ':');
		g_autofree char *name = colon ? g_strndup(line, (gsize) (colon - line)) : NULL;

		if (!name || !http_request_header(request, name, colon + 1 + strspn(colon + 1, " "))) {
			http_request_free(request);
			return NULL;
		}
	}
	request->body = g_strdup(from->body);
	request->allow_loopback = q->access && q->access->allow_loopback;
	request->ca_file = g_strdup(q->access ? q->access->ca_file : NULL);
	return request;
}

static void trace_request(struct track_question *q, const struct carrier_step *step)
{
	scoped(carrier_request) shown = q->trace ? carrier_fill(q->carrier, step, q->number, q->secrets, q->keep, NULL, NULL, true, NULL) : NULL;
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

static struct http_request *prepare(struct track_question *q, const struct carrier_step *step, const struct secret *token, GError **error)
{
	const char *base = q->access && q->access->allow_loopback ? q->access->base : NULL;
	scoped(carrier_request) filled = carrier_fill(q->carrier, step, q->number, q->secrets, q->keep, token, base, false, error);
	struct http_request *request = filled ? to_http(q, filled) : NULL;

	if (filled && !request)
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: a header holds a control character", q->carrier->name);
	if (request)
		trace_request(q, step);
	return request;
}

/* A valid token, asked for when there is none; NULL after the question was ended. One request an hour may wait. */
static const struct secret *token_of(struct track_question *q)
{
	struct token *token = g_hash_table_lookup(q->session->tokens, q->carrier->name);
	g_autoptr(GError) error = NULL;
	gint64 life_s = 0;

	if (token && token->until_at > q->now)
		return token->secret;
	scoped(http_request) request = prepare(q, NULL, NULL, &error);
	if (!request) {
		end(q, OUTCOME_REFUSED, error->message);
		return NULL;
	}
	scoped(http_answer) answer = http_ask(request);
	struct secret *secret = answer->fault == HTTP_FINE ? carrier_token(q->carrier, answer->status, answer->body, &life_s) : NULL;
	g_autofree char *why = g_strdup_printf("token: %s", answer->why ? answer->why : "refused");

	explicit_bzero(answer->body, answer->length);
	if (!secret) {
		end(q, answer->fault == HTTP_FINE && answer->status >= 400 && answer->status < 500 && answer->status != 429
		    ? OUTCOME_REFUSED : answer->status == 429 ? OUTCOME_LIMITED : OUTCOME_DOWN, why);
		return NULL;
	}
	token = g_new0(struct token, 1);
	token->secret = secret;
	token->until_at = q->now + MAX(life_s - TOKEN_SPARE_S, 0);
	g_hash_table_replace(q->session->tokens, g_strdup(q->carrier->name), token);
	return secret;
}

static void take_answer(struct track_question *q, int http, const char *body, gint64 retry_after_s, const char *why);

static void answered(struct http_answer *answer, void *user)
{
	struct track_question *q = user;

	take_answer(q, answer->fault == HTTP_FINE ? answer->status : 0, answer->body, answer->retry_after_s, answer->why);
	http_answer_free(answer);
}

/* Recorded answers: NUMBER.json, or NUMBER.404.json and so on for another status; none at all is an unknown number. */
static void ask_folder(struct track_question *q)
{
	static const int statuses[] = { 200, 404, 429, 401, 500, 503 };

	for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++) {
		g_autofree char *name = statuses[i] == 200 ? g_strdup_printf("%s.json", q->number)
			: g_strdup_printf("%s.%d.json", q->number, statuses[i]);
		g_autofree char *path = g_build_filename(q->access->recorded, name, NULL);
		g_autofree char *body = NULL;

		if (g_file_get_contents(path, &body, NULL, NULL)) {
			take_answer(q, statuses[i], body, 0, NULL);
			return;
		}
	}
	end(q, OUTCOME_UNKNOWN, "no recorded answer");
	q->result->recorded = true;
}

static const struct carrier_step *step_at(const struct track_question *q)
{
	return g_ptr_array_index(q->carrier->steps, q->step);
}

static bool recorded(const struct track_question *q)
{
	return q->access && q->access->recorded;
}

static void ask_step(struct track_question *q)
{
	g_autofree char *done = g_strconcat("done:", step_at(q)->name, NULL);
	g_autoptr(GError) error = NULL;
	const struct secret *token = NULL;
	struct http_request *request;

	if (step_at(q)->once && g_hash_table_contains(q->keep, done)) {
		q->step++;
		ask_step(q);
		return;
	}
	if (q->carrier->token && !(token = token_of(q)))
		return;
	request = prepare(q, step_at(q), token, &error);
	if (request)
		http_start(q->session->http, request, answered, q);
	else
		end(q, OUTCOME_REFUSED, error->message);
}

static void take_answer(struct track_question *q, int http, const char *body, gint64 retry_after_s, const char *why)
{
	const struct carrier_step *step = recorded(q) ? g_ptr_array_index(q->carrier->steps, q->carrier->steps->len - 1) : step_at(q);
	scoped(tracking) tracking = carrier_read(q->carrier, step, http, body, q->number, q->now);
	g_autofree char *status = g_strdup_printf("HTTP %d\n%s", http, http ? body : why ? why : "");

	if (q->trace)
		q->trace("answer", status, q->user);
	tracking->recorded = recorded(q);
	tracking->retry_at = retry_after_s ? q->now + retry_after_s : 0;
	if (!http && why) {
		g_free(tracking->why);
		tracking->why = g_strdup(why);
	}
	/* The token may have ended before its time: once a new one, then it is a refusal. */
	if (tracking->outcome == OUTCOME_REFUSED && q->carrier->token && !q->renewed && !tracking->recorded) {
		q->renewed = true;
		g_hash_table_remove(q->session->tokens, q->carrier->name);
		ask_step(q);
		return;
	}
	if (tracking->outcome != OUTCOME_OK || tracking->recorded || q->step + 1 == q->carrier->steps->len) {
		q->result = g_steal_pointer(&tracking);
		return;
	}
	if (!carrier_keep(q->carrier, step, body, q->keep)) {
		end(q, OUTCOME_PENDING, "registered; the carrier has nothing to say yet");
		return;
	}
	if (step->once)
		g_hash_table_replace(q->keep, g_strconcat("done:", step->name, NULL), g_strdup("1"));
	q->step++;
	ask_step(q);
}

const char *track_unaskable(const struct settings *settings, const struct carrier *carrier)
{
	const struct carrier_access *access = settings_carrier(settings, carrier->name);

	if (!carrier->steps->len)
		return "this carrier has no interface here: look at its page";
	if (!access)
		return "the configuration has no credentials for this carrier";
	return NULL;
}

void track_question_start(struct track_question *q)
{
	const char *why = track_unaskable(q->session->settings, q->carrier);
	g_autoptr(GError) error = NULL;

	if (why)
		end(q, OUTCOME_REFUSED, why);
	else if (recorded(q))
		ask_folder(q);
	else if (!read_secrets(q, &error))
		end(q, OUTCOME_REFUSED, error->message);
	else
		ask_step(q);
}

struct tracking *track_ask(const struct settings *settings, const struct carrier *carrier, const char *number, gint64 now,
			   track_trace *trace, void *user)
{
	struct track_session *session = track_session_new(settings);
	struct track_question *q = track_question_new(session, carrier, number, NULL, now);
	struct tracking *result;

	q->trace = trace;
	q->user = user;
	track_question_start(q);
	while (!q->result)
		http_wait(session->http, 1000);
	result = g_steal_pointer(&q->result);
	track_question_free(q);
	track_session_free(session);
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

		if (one->valid && !track_unaskable(settings, one->carrier))
			return one->carrier;
	}
	return NULL;
}
