/* Who takes a domain's mail, asked of a resolver of our own; and whether the table knows them. */
#include "tests/lib/resolver.h"
#include "tests/lib/unit.h"

#include "src/cmd/init_p.h"
#include "src/cmd/provider_p.h"
#include "wismo/base/error.h"
#include "wismo/flow/discover.h"

#include <gio/gio.h>
#include <string.h>

static void the_preferred_host_comes_first(void **state)
{
	g_autoptr(GPtrArray) hosts = NULL;

	(void) state;
	RESOLVER_ANSWER({ 30, "c.example.net" }, { 10, "A.Example.NET." }, { 20, "b.example.net" });
	hosts = discover_mx("example.com", NULL);
	assert_int_equal(hosts->len, 3);
	assert_string_equal(hosts->pdata[0], "a.example.net");
	assert_string_equal(hosts->pdata[2], "c.example.net");
}

static void no_record_is_an_answer_and_no_server_is_none(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) hosts = NULL;

	(void) state;
	resolver_fail(G_RESOLVER_ERROR_NOT_FOUND);
	hosts = discover_mx("example.com", &error);
	assert_non_null(hosts);
	assert_int_equal(hosts->len, 0);
	resolver_fail(G_RESOLVER_ERROR_TEMPORARY_FAILURE);
	assert_null(discover_mx("example.com", &error));
	assert_true(g_error_matches(error, WISMO_ERROR, WISMO_RETRY));
}

static void a_name_server_that_is_silent_is_given_up(void **state)
{
	gint64 began = g_get_monotonic_time();
	g_autoptr(GError) error = NULL;

	(void) state;
	resolver_fail(RESOLVER_SILENT);
	assert_null(discover_mx("example.com", &error));
	assert_string_equal(error->message, "no answer from the name server");
	assert_in_range((g_get_monotonic_time() - began) / G_USEC_PER_SEC, DISCOVER_MX_S - 1, DISCOVER_MX_S + 20);
}

static void the_table_knows_who_takes_mail_for_others(void **state)
{
	static const struct { const char *host, *name; } rows[] = {
		{ "aspmx.l.google.com", "Google" }, { "smtp.google.com", "Google" }, { "mx00.kundenserver.de", "IONOS" }, { "mx01.ionos.de", "IONOS" },
		{ "example-com.mail.protection.outlook.com", "Microsoft 365" }, { "hotmail-com.olc.protection.outlook.com", "Outlook.com" },
		{ "mx00.emig.gmx.net", "GMX" }, { "smtpin.rzone.de", "STRATO" }, { "w0123456.kasserver.com", "ALL-INKL" },
		{ "mx1.mailbox.org", "mailbox.org" }, { "in1-smtp.messagingengine.com", "Fastmail" }, { "mx1.mail.ovh.net", "OVH" },
		{ "evilgoogle.com", NULL }, { "google.com.evil.example", NULL }, { "mail.example.com", NULL }, { "", NULL }, { "com", NULL },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct provider *provider = provider_of_mx(rows[i].host);

		if (g_strcmp0(provider ? provider->name : NULL, rows[i].name) != 0)
			fail_msg("%s: %s", rows[i].host, provider ? provider->name : "unknown");
	}
}

static void a_domain_of_ones_own_finds_its_provider(void **state)
{
	struct init_servers servers = { 0 };

	(void) state;
	RESOLVER_ANSWER({ 10, "w0123456.kasserver.com" });
	init_servers_find(&servers, "anna@Example.com", false, false);
	assert_string_equal(servers.source, "imaps://w0123456.kasserver.com");
	assert_string_equal(servers.outgoing, "smtps://w0123456.kasserver.com");
	assert_string_equal(servers.user, "anna@Example.com");
	init_servers_clear(&servers);
	servers = (struct init_servers) { 0 };
	RESOLVER_ANSWER({ 10, "aspmx.l.google.com" });
	init_servers_find(&servers, "anna@example.com", false, false);
	assert_string_equal(servers.source, "imaps://imap.gmail.com");
	assert_true(servers.files_copies);
	init_servers_clear(&servers);
}

/* No network: no file is asked for, and a guess is said to be one. */
static void without_a_network_servers_are_guessed(void **state)
{
	struct init_servers servers = { 0 };

	(void) state;
	resolver_fail(G_RESOLVER_ERROR_TEMPORARY_FAILURE);
	init_servers_find(&servers, "anna@example.com", false, false);
	assert_string_equal(servers.source, "imaps://imap.example.com");
	assert_string_equal(servers.outgoing, "smtps://smtp.example.com");
	init_servers_clear(&servers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_preferred_host_comes_first),
		cmocka_unit_test(no_record_is_an_answer_and_no_server_is_none),
		cmocka_unit_test(a_name_server_that_is_silent_is_given_up),
		cmocka_unit_test(the_table_knows_who_takes_mail_for_others),
		cmocka_unit_test(a_domain_of_ones_own_finds_its_provider),
		cmocka_unit_test(without_a_network_servers_are_guessed),
	};

	resolver_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
