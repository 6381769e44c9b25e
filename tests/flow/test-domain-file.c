/* A domain's configuration file, fetched over real TLS: two places, what is asked, and what a bad answer or certificate does.
 * The program has no way to ask another port or to trust a test's authority; so the linker puts __wrap_http_ask before
 * http_ask (--wrap), which asks a server on loopback instead and leaves everything else as it is. */
#include "tests/lib/resolver.h"
#include "tests/lib/unit.h"

#include "src/cmd/init_p.h"
#include "wismo/base/error.h"
#include "wismo/flow/discover.h"
#include "wismo/net/http.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ADDRESS "anna.secret@example.com"
#define FIRST "https://autoconfig.example.com/mail/config-v1.1.xml"
#define SECOND "https://example.com/.well-known/autoconfig/mail/config-v1.1.xml"
#define FILE_OF(in, out) "<?xml version=\"1.0\"?><clientConfig version=\"1.1\"><emailProvider id=\"x\">" \
	"<incomingServer type=\"imap\"><hostname>" in "</hostname><port>993</port><socketType>SSL</socketType>" \
	"<username>%EMAILLOCALPART%</username><authentication>password-cleartext</authentication></incomingServer>" \
	"<outgoingServer type=\"smtp\"><hostname>" out "</hostname><port>465</port><socketType>SSL</socketType>" \
	"<authentication>password-cleartext</authentication></outgoingServer></emailProvider></clientConfig>"
#define OK "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n"
#define OWN OK FILE_OF("imap.example.com", "smtp.example.com")
#define OTHERS OK FILE_OF("imap.provider.example", "smtp.provider.example")

static char *folder;		/* certs/, www/ */
static GString *asked;		/* URLs, a line each */
static bool first_silent;

struct server {
	GPid pid;
	int input, port;
} good, stranger;	/* `stranger` shows a certificate that nobody signed */
static const struct server *now;

struct http_answer *__real_http_ask(const struct http_request *request);
struct http_answer *__wrap_http_ask(const struct http_request *request);

struct http_answer *__wrap_http_ask(const struct http_request *request)
{
	struct http_request here = *request;
	const char *path = strchr(request->url + strlen("https://"), '/');
	g_autofree char *url = g_strdup_printf("https://127.0.0.1:%d%s", now->port, path), *ca = g_strconcat(folder, "/certs/ca.pem", NULL);

	g_string_append_printf(asked, "%s\n", request->url);
	here.url = url;
	here.ca_file = ca;
	here.allow_loopback = true;
	assert_int_equal(request->total_s, DISCOVER_FILE_S);
	/* A busy machine may take its time; silence need not be waited out. */
	here.total_s = first_silent && strcmp(request->url, FIRST) == 0 ? 1 : HTTP_TOTAL_S;
	assert_false(request->allow_loopback);
	return __real_http_ask(&here);
}

/* ---- servers ---- */

static bool start(struct server *server, const char *name)
{
	g_autofree char *script = g_strdup_printf("%s/tests/lib/https.py", g_getenv("WISMO_TEST_SRC"));
	g_autofree char *www = g_strconcat(folder, "/www", NULL);
	g_autofree char *certificate = g_strdup_printf("%s/certs/%s.pem", folder, name), *key = g_strdup_printf("%s/certs/%s.key", folder, name);
	char *argv[] = { (char *) "python3", script, www, certificate, key, NULL };
	int output;
	FILE *words;

	if (!g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &server->pid,
				      &server->input, &output, NULL, NULL))
		return false;
	words = fdopen(output, "r");
	if (fscanf(words, "%d", &server->port) != 1)
		server->port = 0;
	fclose(words);
	return server->port > 0;
}

static void stop(const struct server *server)
{
	if (!server->pid)
		return;
	close(server->input);
	waitpid(server->pid, NULL, 0);
	g_spawn_close_pid(server->pid);
}

static int set_up(void **state)
{
	g_autofree char *command = NULL, *certs = NULL, *www = NULL;
	int status;

	(void) state;
	folder = g_dir_make_tmp("wismo-domain-XXXXXX", NULL);
	asked = g_string_new(NULL);
	certs = g_strconcat(folder, "/certs", NULL);
	www = g_strconcat(folder, "/www", NULL);
	command = g_strdup_printf("sh %s/tests/lib/certs.sh %s", g_getenv("WISMO_TEST_SRC"), certs);
	if (g_mkdir(certs, 0700) || g_mkdir(www, 0700) || !g_spawn_command_line_sync(command, NULL, NULL, &status, NULL) || status)
		return -1;
	resolver_install();
	return start(&good, "good") && start(&stranger, "self") ? 0 : -1;
}

static int tear_down(void **state)
{
	char *argv[] = { (char *) "rm", (char *) "-rf", folder, NULL };

	(void) state;
	stop(&good);
	stop(&stranger);
	g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
	g_string_free(asked, TRUE);
	g_free(folder);
	return 0;
}

/* NULL: there is no such page; "": it is never answered. */
static void page(const char *path, const char *answer)
{
	g_autofree char *file = g_strdup_printf("%s/www/%s", folder, path), *parent = g_path_get_dirname(file);

	g_unlink(file);
	if (!answer)
		return;
	assert_int_equal(g_mkdir_with_parents(parent, 0700), 0);
	assert_true(g_file_set_contents(file, answer, -1, NULL));
}

static void pages(const char *first, const char *second)
{
	page("mail/config-v1.1.xml", first);
	page(".well-known/autoconfig/mail/config-v1.1.xml", second);
	now = &good;
	first_silent = first && !*first;
	g_string_truncate(asked, 0);
}

/* ---- cases ---- */

static void the_file_of_the_domain_is_read(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *url = NULL;

	(void) state;
	pages(OWN, NULL);
	scoped(autoconfig) found = discover_file(ADDRESS, &url, &error);
	if (!found)
		fail_msg("%s", error->message);
	assert_string_equal(found->source, "imaps://imap.example.com");
	assert_string_equal(found->outgoing, "smtps://smtp.example.com");
	assert_string_equal(found->user, "anna.secret");
	assert_false(found->foreign);
	assert_string_equal(url, FIRST);
	/* One question, without the address. */
	assert_string_equal(asked->str, FIRST "\n");
}

/* Whatever the first place says, the second one is asked; where it is that found the file is told. */
static void the_second_place_is_asked_when_the_first_has_none(void **state)
{
	g_autofree char *large = NULL, *padding = g_strnfill(HTTP_CAP_BYTES + 1, ' ');
	const char *firsts[] = {
		NULL, "HTTP/1.1 500 Oops\r\n\r\n", OK "<html><body>Welcome!</body></html>", OK, "HTTP/1.1 404 No\r\n\r\n" FILE_OF("imap.example.com", "smtp.example.com"),
		"HTTP/1.1 301 Moved\r\nLocation: " SECOND "\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<?xml", "nonsense\r\n\r\n", "", NULL,
	};

	(void) state;
	large = g_strconcat(OK, padding, FILE_OF("imap.example.com", "smtp.example.com"), NULL);
	firsts[G_N_ELEMENTS(firsts) - 1] = large;
	for (gsize i = 0; i < G_N_ELEMENTS(firsts); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *url = NULL;

		pages(firsts[i], OWN);
		scoped(autoconfig) found = discover_file(ADDRESS, &url, &error);
		if (!found)
			fail_msg("first answer %d: %s", (int) i, error->message);
		assert_string_equal(url, SECOND);
		assert_string_equal(asked->str, FIRST "\n" SECOND "\n");
	}
}

static void without_a_file_the_message_tells_what_each_place_said(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *url = NULL;

	(void) state;
	pages("HTTP/1.1 410 Gone\r\n\r\n", OK "{}");
	assert_null(discover_file(ADDRESS, &url, &error));
	assert_true(g_error_matches(error, WISMO_ERROR, WISMO_PARK));
	assert_string_equal(error->message, FIRST ": HTTP 410; " SECOND ": the answer is no mail configuration");
	assert_null(url);
}

/* Who is between us and the domain could name servers of his own. */
static void a_file_behind_a_certificate_that_nobody_signed_is_none(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *url = NULL;

	(void) state;
	pages(OWN, OWN);
	now = &stranger;
	assert_null(discover_file(ADDRESS, &url, &error));
	assert_true(g_error_matches(error, WISMO_ERROR, WISMO_RETRY));
	if (!strstr(error->message, "certificate"))
		fail_msg("%s", error->message);
}

static void init_takes_the_servers_that_the_domain_names(void **state)
{
	struct init_servers servers = { 0 };

	(void) state;
	RESOLVER_ANSWER({ 10, "mail.example.com" });
	pages(OWN, NULL);
	init_servers_find(&servers, ADDRESS, false, false);
	assert_string_equal(servers.source, "imaps://imap.example.com");
	assert_string_equal(servers.user, "anna.secret");
	init_servers_clear(&servers);
}

/* The password would go to another domain: only with a person's word; else the guess stays within the domain. */
static void init_leaves_servers_of_another_domain_to_a_person(void **state)
{
	struct init_servers servers = { 0 };

	(void) state;
	RESOLVER_ANSWER({ 10, "mail.example.com" });
	pages(OTHERS, NULL);
	init_servers_find(&servers, ADDRESS, false, false);
	assert_string_equal(servers.source, "imaps://imap.example.com");
	assert_string_equal(servers.user, ADDRESS);
	init_servers_clear(&servers);
	servers = (struct init_servers) { 0 };
	init_servers_find(&servers, ADDRESS, false, true);
	assert_string_equal(servers.source, "imaps://imap.provider.example");
	assert_string_equal(servers.outgoing, "smtps://smtp.provider.example");
	init_servers_clear(&servers);
}

/* The table answers, or --offline forbids it. */
static void nobody_is_asked_who_need_not_be(void **state)
{
	struct init_servers servers = { 0 };

	(void) state;
	pages(OWN, OWN);
	RESOLVER_ANSWER({ 10, "w0123456.kasserver.com" });
	init_servers_find(&servers, ADDRESS, false, false);
	init_servers_clear(&servers);
	servers = (struct init_servers) { 0 };
	RESOLVER_ANSWER({ 10, "mail.example.com" });
	init_servers_find(&servers, ADDRESS, true, false);
	init_servers_clear(&servers);
	assert_string_equal(asked->str, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_file_of_the_domain_is_read),
		cmocka_unit_test(the_second_place_is_asked_when_the_first_has_none),
		cmocka_unit_test(without_a_file_the_message_tells_what_each_place_said),
		cmocka_unit_test(a_file_behind_a_certificate_that_nobody_signed_is_none),
		cmocka_unit_test(init_takes_the_servers_that_the_domain_names),
		cmocka_unit_test(init_leaves_servers_of_another_domain_to_a_person),
		cmocka_unit_test(nobody_is_asked_who_need_not_be),
	};
	g_autofree char *python = g_find_program_in_path("python3"), *openssl = g_find_program_in_path("openssl");

	if (!python || !openssl) {
		printf("1..0 # SKIP no python3 or openssl\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
