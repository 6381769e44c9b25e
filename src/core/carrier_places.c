/* The {places} of a carrier file's requests, proven when it is loaded: carrier_fill leaves what it does not know as it stands,
 * and a misspelt {number} would be asked about for ever. */
#include "carrier_p.h"

#include <string.h>

struct request {
	const struct carrier *carrier;
	const char *name;		/* "step \"ask\"", "token" */
	int line;
	guint step;			/* steps before this one have kept their values; of a token 0 */
	bool token;
};

static bool refuse(const struct request *request, const char *place, const char *why, GError **error)
{
	return carrier_fail(request->carrier, request->line, error, "%s: {%s}: %s", request->name, place, why);
}

static bool secret_ok(const struct carrier *carrier, const char *name)
{
	return g_ptr_array_find_with_equal_func(carrier->secrets, name, g_str_equal, NULL);
}

static bool basic_ok(const struct carrier *carrier, const char *pair)
{
	g_auto(GStrv) names = g_strsplit(pair, ":", 2);

	return names[0] && secret_ok(carrier, names[0]) && (!names[1] || !*names[1] || secret_ok(carrier, names[1]));
}

static bool kept_before(const struct request *request, const char *name)
{
	for (guint i = 0; i < request->step; i++) {
		const struct carrier_step *step = g_ptr_array_index(request->carrier->steps, i);

		for (guint k = 0; k < step->keep->len; k++)
			if (strcmp(((struct carrier_keep *) g_ptr_array_index(step->keep, k))->name, name) == 0)
				return true;
	}
	return false;
}

static bool place_ok(const struct request *request, const char *place, bool body, GError **error)
{
	const struct carrier *carrier = request->carrier;

	if (strcmp(place, "number") == 0 || strcmp(place, "host") == 0)
		return true;
	if (strcmp(place, "courier") == 0)
		return carrier->reaches->len || refuse(request, place, "is for aggregators: `reaches` is missing", error);
	if (strcmp(place, "token") == 0)
		return (carrier->token && !request->token) || refuse(request, place, "there is no token section that gives it", error);
	if (g_str_has_prefix(place, "secret:"))
		return secret_ok(carrier, place + strlen("secret:")) || refuse(request, place, "not named in `secrets`", error);
	if (g_str_has_prefix(place, "basic:"))
		return basic_ok(carrier, place + strlen("basic:")) || refuse(request, place, "not named in `secrets`", error);
	if (g_str_has_prefix(place, "keep:"))
		return kept_before(request, place + strlen("keep:")) || refuse(request, place, "no step before this one keeps it", error);
	return body || refuse(request, place, "no such place; there are number, secret:NAME, basic:USER:PASSWORD, token, courier, "
			      "keep:NAME and host", error);
}

/* A body has braces of its own (JSON, GraphQL): there only the known places are looked at. */
static bool text_ok(const struct request *request, const char *text, bool body, GError **error)
{
	for (const char *p = text ? strchr(text, '{') : NULL; p; p = strchr(p + 1, '{')) {
		gsize length = strspn(p + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-:");
		g_autofree char *place = p[1 + length] == '}' ? g_strndup(p + 1, length) : NULL;

		if (place && !place_ok(request, place, body, error))
			return false;
	}
	return true;
}

static bool request_ok(const struct request *request, const char *url, const GPtrArray *headers, const char *body, GError **error)
{
	for (guint i = 0; i < headers->len; i++)
		if (!text_ok(request, headers->pdata[i], false, error))
			return false;
	return text_ok(request, url, false, error) && text_ok(request, body, true, error);
}

bool carrier_places_prove(const struct carrier *carrier, GError **error)
{
	const struct carrier_token *token = carrier->token;

	for (guint i = 0; i < carrier->steps->len; i++) {
		const struct carrier_step *step = g_ptr_array_index(carrier->steps, i);
		g_autofree char *name = g_strdup_printf("step \"%s\"", step->name);
		const struct request request = { carrier, name, step->line, i, false };

		if (!request_ok(&request, step->url, step->headers, step->body, error))
			return false;
	}
	return !token || request_ok(&(const struct request) { carrier, "token", token->line, 0, true }, token->url, token->headers,
				    token->body, error);
}
