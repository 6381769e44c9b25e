/* Fills in requests. Every value is escaped for its place: percent in a URL and a form, JSON in a JSON body, as it
 * is in a header (where control characters are refused by whoever sends it). */
#include "carrier_p.h"

#include "wismo/base/secret.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum place { PLACE_URL, PLACE_FORM, PLACE_JSON, PLACE_HEADER };

struct filling {
	const struct carrier *carrier;
	const char *number;
	GHashTable *secrets, *keep;
	const struct secret *token;
	bool masked;
	GError **error;
};

static void wipe_item(gpointer pointer)
{
	if (pointer)
		explicit_bzero(pointer, strlen(pointer));
	g_free(pointer);
}

void carrier_request_free(gpointer pointer)
{
	struct carrier_request *request = pointer;

	if (!request)
		return;
	g_free(request->method);
	wipe_item(request->url);
	wipe_item(request->body);
	g_ptr_array_unref(request->headers);
	g_free(request);
}

static char *escape(const char *value, enum place place)
{
	json_t *string;
	char *dumped, *inner;

	switch (place) {
	case PLACE_URL: case PLACE_FORM:
		return g_uri_escape_string(value, NULL, FALSE);
	case PLACE_JSON:
		string = json_string(value);
		dumped = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;
		inner = dumped ? g_strndup(dumped + 1, strlen(dumped) - 2) : g_strdup("");
		free(dumped);
		json_decref(string);
		return inner;
	default:
		return g_strdup(value);
	}
}

static const char *secret_of(struct filling *filling, const char *name)
{
	const struct secret *secret = filling->secrets ? g_hash_table_lookup(filling->secrets, name) : NULL;

	if (filling->masked)
		return "***";
	if (secret)
		return secret_reveal(secret);
	if (!*filling->error)
		g_set_error(filling->error, WISMO_ERROR, WISMO_HALT, "%s: the configuration gives no secret \"%s\"; "
			    "carrier \"%s\" { secret \"%s\" { value_file = ... } }", carrier_asker(filling->carrier)->title, name,
			    carrier_asker(filling->carrier)->name, name);
	return "";
}

/* Of a server that the seller runs: a setting, so shown. */
static const char *host_of(struct filling *filling)
{
	const struct secret *host = filling->secrets ? g_hash_table_lookup(filling->secrets, "{host}") : NULL;

	if (!host && !*filling->error)
		g_set_error(filling->error, WISMO_ERROR, WISMO_HALT, "%s: the configuration names no host; carrier \"%s\" { host = \"...\" }",
			    filling->carrier->title, filling->carrier->name);
	return host ? secret_reveal(host) : "";
}

/* Value of one {name}, owned; NULL when there is no such thing. */
static char *value_of(struct filling *filling, const char *name)
{
	if (strcmp(name, "host") == 0)
		return g_strdup(host_of(filling));
	if (strcmp(name, "courier") == 0)
		return g_strdup(filling->carrier->courier ? filling->carrier->courier : "");
	if (strcmp(name, "number") == 0)
		return g_strdup(filling->number);
	if (strcmp(name, "token") == 0)
		return g_strdup(filling->masked ? "***" : filling->token ? secret_reveal(filling->token) : "");
	if (g_str_has_prefix(name, "secret:"))
		return g_strdup(secret_of(filling, name + 7));
	if (g_str_has_prefix(name, "keep:"))
		return g_strdup(filling->keep ? g_hash_table_lookup(filling->keep, name + 5) : "");
	if (g_str_has_prefix(name, "basic:")) {
		g_auto(GStrv) parts = g_strsplit(name + 6, ":", 2);
		g_autofree char *pair = g_strdup_printf("%s:%s", secret_of(filling, parts[0]),
							parts[1] && *parts[1] ? secret_of(filling, parts[1]) : "");
		char *encoded = filling->masked ? g_strdup("***") : g_base64_encode((const guchar *) pair, strlen(pair));

		explicit_bzero(pair, strlen(pair));
		return encoded;
	}
	return NULL;
}

static char *fill(struct filling *filling, const char *template, enum place place)
{
	GString *text = g_string_new(NULL);

	for (const char *p = template; *p;) {
		const char *end = *p == '{' ? strchr(p, '}') : NULL;
		g_autofree char *name = end ? g_strndup(p + 1, (gsize) (end - p - 1)) : NULL;
		char *value = name ? value_of(filling, name) : NULL;
		/* "karrio.example.com:8443": the settings let nothing else through. */
		g_autofree char *escaped = value ? escape(value, strcmp(name, "host") == 0 ? PLACE_HEADER : place) : NULL;

		if (escaped) {
			g_string_append(text, escaped);
			explicit_bzero(escaped, strlen(escaped));
			wipe_item(value);
			p = end + 1;
		} else {
			g_string_append_c(text, *p++);	/* JSON's own braces */
		}
	}
	return g_string_free(text, FALSE);
}

/* https://host/path -> base/path. */
static char *rebase(char *url, const char *base)
{
	char *path = strchr(url + strlen("https://"), '/');
	char *moved = g_strconcat(base, path ? path : "/", NULL);

	g_free(url);
	return moved;
}

struct carrier_request *carrier_fill(const struct carrier *carrier, const struct carrier_step *step, const char *number,
				     GHashTable *secrets, GHashTable *keep, const struct secret *token, const char *base,
				     bool masked, GError **error)
{
	const struct carrier_token *ask = carrier_asker(carrier)->token;
	const GPtrArray *headers = step ? step->headers : ask->headers;
	const char *body = step ? step->body : ask->body;
	g_autoptr(GError) missing = NULL;
	struct filling filling = { carrier, number, secrets, keep, token, masked, &missing };
	struct carrier_request *request = g_new0(struct carrier_request, 1);

	request->method = g_strdup(step ? step->method : ask->method);
	request->url = fill(&filling, step ? step->url : ask->url, PLACE_URL);
	if (base && g_str_has_prefix(request->url, "https://"))
		request->url = rebase(request->url, base);
	request->headers = g_ptr_array_new_with_free_func(wipe_item);
	for (guint i = 0; i < headers->len; i++)
		g_ptr_array_add(request->headers, fill(&filling, headers->pdata[i], PLACE_HEADER));
	if (body)
		request->body = fill(&filling, body, *body == '{' || *body == '[' ? PLACE_JSON : PLACE_FORM);
	if (!missing)
		return request;
	g_propagate_error(error, g_steal_pointer(&missing));
	carrier_request_free(request);
	return NULL;
}
