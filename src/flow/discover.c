#include "wismo/flow/discover.h"

#include "wismo/base/error.h"
#include "wismo/net/http.h"

#include <gio/gio.h>
#include <string.h>

struct question {
	GMainLoop *loop;
	GList *records;
	GError *error;
};

static void answered(GObject *resolver, GAsyncResult *result, void *user)
{
	struct question *question = user;

	question->records = g_resolver_lookup_records_finish(G_RESOLVER(resolver), result, &question->error);
	g_main_loop_quit(question->loop);
}

static gboolean too_late(void *user)
{
	g_cancellable_cancel(user);
	return G_SOURCE_REMOVE;
}

static gint by_preference(gconstpointer one, gconstpointer other)
{
	guint16 a, b;

	g_variant_get((GVariant *) one, "(qs)", &a, NULL);
	g_variant_get((GVariant *) other, "(qs)", &b, NULL);
	return a < b ? -1 : a > b;
}

/* libresolv has no time limit of its own that is short enough for somebody who waits at a prompt. */
static void ask(const char *domain, struct question *question)
{
	g_autoptr(GMainContext) context = g_main_context_new();
	g_autoptr(GMainLoop) loop = g_main_loop_new(context, FALSE);
	g_autoptr(GResolver) resolver = g_resolver_get_default();
	g_autoptr(GCancellable) cancel = g_cancellable_new();
	g_autoptr(GSource) timer = g_timeout_source_new_seconds(DISCOVER_MX_S);

	question->loop = loop;
	g_main_context_push_thread_default(context);
	g_source_set_callback(timer, too_late, cancel, NULL);
	g_source_attach(timer, context);
	g_resolver_lookup_records_async(resolver, domain, G_RESOLVER_RECORD_MX, cancel, answered, question);
	g_main_loop_run(loop);
	g_source_destroy(timer);
	g_main_context_pop_thread_default(context);
}

GPtrArray *discover_mx(const char *domain, GError **error)
{
	struct question question = { 0 };
	g_autoptr(GPtrArray) hosts = g_ptr_array_new_with_free_func(g_free);

	ask(domain, &question);
	if (question.error && !g_error_matches(question.error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND)) {
		g_set_error(error, WISMO_ERROR, WISMO_RETRY, "%s", g_error_matches(question.error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
			    ? "no answer from the name server" : question.error->message);
		g_error_free(question.error);
		return NULL;
	}
	g_clear_error(&question.error);
	question.records = g_list_sort(question.records, by_preference);
	for (GList *one = question.records; one; one = one->next) {
		const char *host;
		char *lower;

		g_variant_get(one->data, "(q&s)", NULL, &host);
		lower = g_ascii_strdown(host, -1);
		if (g_str_has_suffix(lower, "."))
			lower[strlen(lower) - 1] = '\0';
		g_ptr_array_add(hosts, lower);
	}
	g_list_free_full(question.records, (GDestroyNotify) g_variant_unref);
	return g_steal_pointer(&hosts);
}

/* The address itself stays here: few servers want it, and the file has a place for it. */
static struct autoconfig *ask_at(const char *url, const char *address, bool *silent, GError **error)
{
	scoped(http_request) request = http_request_new("GET", url);
	scoped(http_answer) answer = NULL;

	request->total_s = DISCOVER_FILE_S;
	answer = http_ask(request);
	*silent = answer->fault != HTTP_FINE;
	if (answer->fault == HTTP_FINE && answer->status == 200)
		return autoconfig_parse(answer->body, answer->length, address, error);
	if (answer->fault == HTTP_FINE)
		g_set_error(error, WISMO_ERROR, WISMO_PARK, "HTTP %d", answer->status);
	else
		g_set_error(error, WISMO_ERROR, WISMO_RETRY, "%s", answer->why);
	return NULL;
}

struct autoconfig *discover_file(const char *address, char **found_at, GError **error)
{
	static const char *const places[] = { "https://autoconfig.%s/mail/config-v1.1.xml", "https://%s/.well-known/autoconfig/mail/config-v1.1.xml" };
	const char *domain = strrchr(address, '@') + 1;
	g_autoptr(GString) said = g_string_new(NULL);
	bool silent, none = true;

	for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
		g_auto(GStrv) halves = g_strsplit(places[i], "%s", 2);
		g_autofree char *url = g_strconcat(halves[0], domain, halves[1], NULL);
		g_autoptr(GError) cause = NULL;
		struct autoconfig *found = ask_at(url, address, &silent, &cause);

		if (found) {
			*found_at = g_steal_pointer(&url);
			return found;
		}
		none &= silent;
		g_string_append_printf(said, "%s%s: %s", said->len ? "; " : "", url, cause->message);
	}
	g_set_error(error, WISMO_ERROR, none ? WISMO_RETRY : WISMO_PARK, "%s", said->str);
	return NULL;
}
