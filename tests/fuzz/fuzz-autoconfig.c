/* What a stranger's file says becomes a line of wismo.conf and the place where a password goes: whatever the file, its words
 * must be plain and its hosts told truly. */
#include "tests/lib/fuzz.h"

#include "wismo/base/error.h"
#include "wismo/core/autoconfig.h"

#include <string.h>

const char fuzz_corpus[] = "autoconfig";

/* "SCHEME://HOST[:PORT]"; gives the host's end, or fails. */
static void check_place(const char *place, const char *tls, const char *starttls, bool *own)
{
	const char *host = g_str_has_prefix(place, tls) ? place + strlen(tls) : place + strlen(starttls);
	const char *end = host + strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789.-");

	g_assert_true(g_str_has_prefix(place, tls) || g_str_has_prefix(place, starttls));
	g_assert_true(end > host && end - host <= 253);
	if (*end) {
		char *rest;
		const gint64 port = *end == ':' && g_ascii_isdigit(end[1]) ? g_ascii_strtoll(end + 1, &rest, 10) : -1;

		g_assert_true(port > 0 && port < 65536 && !*rest);
	}
	g_autofree char *name = g_strndup(host, (gsize) (end - host));
	*own = *own && (strcmp(name, "example.com") == 0 || g_str_has_suffix(name, ".example.com"));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	g_autoptr(GError) error = NULL;
	scoped(autoconfig) found = autoconfig_parse((const char *) bytes, length, "anna@example.com", &error);
	bool own = true;

	g_assert_true(!found == !!error);
	if (!found) {
		g_assert_true(g_error_matches(error, WISMO_ERROR, WISMO_PARK));
		return 0;
	}
	check_place(found->source, "imaps://", "imap+starttls://", &own);
	check_place(found->outgoing, "smtps://", "smtp+starttls://", &own);
	g_assert_true(found->foreign == !own);
	g_assert_true(*found->user && strlen(found->user) <= 253);
	for (const char *p = found->user; *p; p++)
		g_assert_true(g_ascii_isgraph(*p) && !strchr("\"\\", *p));
	return 0;
}
