/* Addresses that must never be asked, in all their spellings; nothing here leaves the machine. */
#include "tests/lib/unit.h"

#include "wismo/net/http.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

static enum http_fault fault_of(const char *url, char **why)
{
	scoped(http_request) request = http_request_new("GET", url);

	request->total_s = 3;
	scoped(http_answer) answer = http_ask(request);
	*why = g_strdup(answer->why);
	return answer->fault;
}

/* Loopback, private, link-local (the cloud's metadata), shared, unspecified, multicast, documentation; in the spellings that
 * resolvers and libcurl understand: short, octal, hexadecimal, one number, v4 in v6, and names. */
static void what_is_not_public_is_not_asked(void **state)
{
	static const char *const hosts[] = {
		"127.0.0.1", "127.0.0.2", "127.1", "127.0.1", "0177.0.0.1", "0x7f.1", "0x7f000001", "2130706433", "017700000001", "0", "0.0.0.0",
		"10.0.0.1", "10.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.1", "0xc0a80001", "3232235521",
		"169.254.169.254", "0xa9fea9fe", "2852039166", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1",
		"198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.88.99.1",
		"[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[::127.0.0.1]",
		"[64:ff9b::127.0.0.1]", "[fe80::1]", "[fc00::1]", "[fd12:3456::1]", "[ff02::1]", "[2001:db8::1]", "[2002:7f00:1::]", "[2002:a00:1::1]",
		"[2001:0:1::1]", "[100::1]", "localhost", "LOCALHOST", "x.localhost", "127.0.0.1.", "user@127.0.0.1", "api.example.com@127.0.0.1",
		"api.example.com:443@127.0.0.1", "a%2eb@127.0.0.1", "127.0.0.1#@api.example.com", "127.0.0.1?@api.example.com", "127.0.0.1:8443",
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(hosts); i++) {
		g_autofree char *url = g_strdup_printf("https://%s/track", hosts[i]), *why = NULL;
		enum http_fault fault = fault_of(url, &why);

		/* A spelling that nothing understands is not asked either; but it must not be understood as somebody. */
		if (fault != HTTP_FORBIDDEN && !(fault == HTTP_UNREACHABLE && strstr(why, "resolve")))
			fail_msg("%s: fault %d, %s", hosts[i], fault, why);
		/* Families that the machine does not speak are passed over before a socket is asked for. */
	}
}

static void only_https_is_spoken(void **state)
{
	static const char *const urls[] = {
		"http://api.example.com/", "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "dict://127.0.0.1/", "smtp://127.0.0.1/",
		"ldap://127.0.0.1/", "telnet://127.0.0.1/", "HTTP://127.0.0.1/", "https:///etc/passwd", "//127.0.0.1/", "\\\\127.0.0.1\\x",
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(urls); i++) {
		g_autofree char *why = NULL;
		enum http_fault fault = fault_of(urls[i], &why);

		if (fault != HTTP_FORBIDDEN && !(fault == HTTP_UNREACHABLE && strstr(why, "resolve")))
			fail_msg("%s: fault %d, %s", urls[i], fault, why);
	}
}

static void loopback_is_asked_only_when_a_test_says_so(void **state)
{
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof address;
	g_autofree char *url = NULL, *why = NULL;

	(void) state;
	assert_int_equal(bind(listener, (struct sockaddr *) &address, sizeof address), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *) &address, &length), 0);
	/* Bound and not listening: a connection is refused, which is no refusal of ours. */
	url = g_strdup_printf("https://127.0.0.1:%d/", ntohs(address.sin_port));
	assert_int_equal(fault_of(url, &why), HTTP_FORBIDDEN);
	scoped(http_request) request = http_request_new("GET", url);
	request->allow_loopback = true;
	scoped(http_answer) answer = http_ask(request);
	assert_int_equal(answer->fault, HTTP_UNREACHABLE);
	close(listener);
}

/* No bytes leave: an address that is let through has nobody on a port below 1024 of this machine, or no road to it. */
static void a_sellers_own_server_may_be_in_his_network_and_nowhere_else(void **state)
{
	static const char *const never[] = {
		"169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "[fe80::1]", "[ff02::1]",
		"[2002:7f00:1::]", "[64:ff9b::a00:1]",
	};
	static const char *const own[] = { "127.0.0.1:1", "localhost:1" };

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(never) + G_N_ELEMENTS(own); i++) {
		bool refused = i < G_N_ELEMENTS(never);
		const char *host = refused ? never[i] : own[i - G_N_ELEMENTS(never)];
		g_autofree char *url = g_strdup_printf("https://%s/v1", host);
		scoped(http_request) request = http_request_new("GET", url);

		request->allow_own = true;
		request->total_s = 3;
		scoped(http_answer) answer = http_ask(request);
		if (answer->fault != (refused ? HTTP_FORBIDDEN : HTTP_UNREACHABLE))
			fail_msg("%s: fault %d, %s", host, answer->fault, answer->why);
	}
}

static void a_header_cannot_bring_a_second_one(void **state)
{
	scoped(http_request) request = http_request_new("GET", "https://a.example/");

	(void) state;
	assert_true(http_request_header(request, "X-Key", "a b=c/+"));
	assert_false(http_request_header(request, "X-Key", "a\r\nX-Evil: 1"));
	assert_false(http_request_header(request, "X-Key", "a\nb"));
	assert_false(http_request_header(request, "X:Key", "a"));
	assert_false(http_request_header(request, "X Key", "a"));
	assert_int_equal(request->headers->len, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_public_is_not_asked),
		cmocka_unit_test(only_https_is_spoken),
		cmocka_unit_test(loopback_is_asked_only_when_a_test_says_so),
		cmocka_unit_test(a_sellers_own_server_may_be_in_his_network_and_nowhere_else),
		cmocka_unit_test(a_header_cannot_bring_a_second_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
