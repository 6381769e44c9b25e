/* A carrier file proves itself: its numbers and its sample answers are run whenever it is loaded. */
#include "carrier_p.h"

#include "wismo/base/clock.h"

#include <string.h>

#define SAMPLES_NOW G_GINT64_CONSTANT(4102444800)	/* 2100: samples of any year lie in the past */

static bool prove_numbers(const struct carrier *carrier, const struct carrier_form *form, GError **error)
{
	for (guint i = 0; i < form->valid->len; i++) {
		g_autofree char *number = carrier_normal(form->valid->pdata[i]);
		bool right = false;

		if (!carrier_form_fits(form, number, &right))
			return carrier_fail(carrier, form->line, error, "number \"%s\": %s does not fit the form", form->name, number);
		if (form->check && !right)
			return carrier_fail(carrier, form->line, error, "number \"%s\": %s fails the check %s", form->name, number,
					    check_name(form->check));
	}
	for (guint i = 0; i < form->invalid->len; i++) {
		g_autofree char *number = carrier_normal(form->invalid->pdata[i]);
		bool right = false;

		if (carrier_form_fits(form, number, &right) && (right || !form->check))
			return carrier_fail(carrier, form->line, error, "number \"%s\": %s should be invalid and is not", form->name, number);
	}
	return form->valid->len || carrier_fail(carrier, form->line, error, "number \"%s\": needs an example in valid", form->name);
}

static const struct carrier_step *step_of(const struct carrier *carrier, const char *name)
{
	for (guint i = 0; i < carrier->steps->len; i++) {
		struct carrier_step *step = g_ptr_array_index(carrier->steps, i);

		if (!name ? i + 1 == carrier->steps->len : strcmp(step->name, name) == 0)
			return step;
	}
	return NULL;
}

/* A word that the sample expects (NULL: not said). */
static bool word_is(const struct carrier *carrier, const struct carrier_sample *s, const char *what, const char *expected, const char *got,
		    GError **error)
{
	return !expected || g_strcmp0(expected, got) == 0
		|| carrier_fail(carrier, s->line, error, "sample \"%s\": %s is %s, expected %s", s->name, what, got ? got : "-", expected);
}

static bool time_is(const struct carrier *carrier, const struct carrier_sample *s, const char *what, const char *expected, gint64 got,
		    GError **error)
{
	gint64 wanted = expected ? clock_parse(expected, NULL) : got;
	g_autofree char *text = clock_format(got);

	if (expected && !wanted)
		return carrier_fail(carrier, s->line, error, "sample \"%s\": %s = %s: no time as in RFC 3339", s->name, what, expected);
	return wanted == got
		|| carrier_fail(carrier, s->line, error, "sample \"%s\": %s is %s, expected %s", s->name, what, text ? text : "-", expected);
}

static bool compare(const struct carrier *carrier, const struct carrier_sample *s, const struct tracking *t, GError **error)
{
	if (t->outcome != s->outcome)
		return carrier_fail(carrier, s->line, error, "sample \"%s\": outcome is %s (%s), expected %s", s->name,
				    track_outcome_name(t->outcome), t->why ? t->why : "-", track_outcome_name(s->outcome));
	if (s->status >= 0 && (int) t->status != s->status)
		return carrier_fail(carrier, s->line, error, "sample \"%s\": status is %s, expected %s", s->name,
				    track_status_name(t->status), track_status_name((enum track_status) s->status));
	if (!word_is(carrier, s, "detail", s->detail, t->detail, error) || !word_is(carrier, s, "to", s->to, t->delivered_to, error)
	    || !time_is(carrier, s, "at", s->at, t->status_at, error) || !time_is(carrier, s, "eta_to", s->eta_to, t->eta_to, error))
		return false;
	if (s->events >= 0 && t->events->len != (guint) s->events)
		return carrier_fail(carrier, s->line, error, "sample \"%s\": %u events, expected %d", s->name, t->events->len, s->events);
	if (s->signature >= 0 && t->signature != s->signature)
		return carrier_fail(carrier, s->line, error, "sample \"%s\": signature is %d, expected %d", s->name, t->signature, s->signature);
	return true;
}

/* As the asking does it: a step that keeps less than the next one needs has no answer yet. */
static void keep_of(const struct carrier *carrier, const struct carrier_step *step, const char *body, struct tracking *tracking)
{
	g_autoptr(GHashTable) keep = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	if (tracking->outcome == OUTCOME_OK && step != step_of(carrier, NULL) && !carrier_keep(carrier, step, body, keep))
		tracking->outcome = OUTCOME_PENDING;
}

static bool prove_samples(const struct carrier *carrier, GError **error)
{
	bool unknown = false, ok = false;

	for (guint i = 0; i < carrier->samples->len; i++) {
		const struct carrier_sample *sample = g_ptr_array_index(carrier->samples, i);
		const struct carrier_step *step = step_of(carrier, sample->step);

		if (!step)
			return carrier_fail(carrier, sample->line, error, "sample \"%s\": no such step", sample->name);
		scoped(tracking) tracking = carrier_read(carrier, step, sample->http, sample->body,
							 sample->number ? sample->number : "0", sample->courier, SAMPLES_NOW);
		keep_of(carrier, step, sample->body, tracking);
		if (!compare(carrier, sample, tracking, error))
			return false;
		unknown = unknown || sample->outcome == OUTCOME_UNKNOWN;
		ok = ok || (sample->outcome == OUTCOME_OK && sample->status == TRACK_DELIVERED);
	}
	return !carrier->steps->len || (unknown && ok)
		|| carrier_fail(carrier, carrier->line, error, "needs samples of a delivered parcel and of an unknown number at least");
}

/* The host is fixed by the file, or, where the seller runs the server, by the configuration ({host}). */
static bool url_ok(const char *url)
{
	const char *host = g_str_has_prefix(url, "https://") ? url + 8 : "";
	gsize length = strcspn(host, "/?#");
	bool letters = false;

	if (g_str_has_prefix(host, "{host}/"))
		return true;
	for (gsize i = 0; i < length; i++) {
		if (!g_ascii_isalnum(host[i]) && host[i] != '-' && host[i] != '.')
			return false;
		letters = letters || g_ascii_isalpha(host[i]);
	}
	return letters && memchr(host, '.', length) && host[length] == '/';
}

bool carrier_prove(struct carrier *carrier, GError **error)
{
	if (!carrier_compile(carrier, error))
		return false;
	for (guint i = 0; i < carrier->steps->len; i++) {
		const struct carrier_step *step = g_ptr_array_index(carrier->steps, i);

		if (!url_ok(step->url))
			return carrier_fail(carrier, step->line, error, "step \"%s\": the url must be https:// with a fixed host name", step->name);
	}
	if (carrier->token && !url_ok(carrier->token->url))
		return carrier_fail(carrier, carrier->token->line, error, "token: the url must be https:// with a fixed host name");
	if (!carrier_places_prove(carrier, error))
		return false;
	for (guint i = 0; i < carrier->forms->len; i++)
		if (!prove_numbers(carrier, g_ptr_array_index(carrier->forms, i), error))
			return false;
	return prove_samples(carrier, error);
}
