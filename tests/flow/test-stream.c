/* What the stream promises, against servers that break the rules. */
#include "tests/lib/unit.h"

#include "tests/lib/peer.h"
#include "wismo/base/error.h"
#include "wismo/net/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define GREETING { "", "* OK [CAPABILITY IMAP4rev1 STARTTLS] hello\r\n", PEER_ON }
#define CAPABILITY { "CAPABILITY", "* CAPABILITY IMAP4rev1\r\n%T OK done\r\n", PEER_ON }
#define END { NULL, NULL, PEER_ON }

static struct stream *open_to(const struct peer *peer, enum stream_safety safety, bool bearer, GError **error)
{
	scoped(secret) secret = secret_new("secret");
	struct stream_target target = { .protocol = "imap", .safety = safety, .host = "127.0.0.1", .port = peer->port, .user = "u",
		.secret = secret, .bearer = bearer, .wait_s = 1 };

	return stream_open(&target, error);
}

static void assert_refused(const struct peer_row *rows, enum stream_safety safety, int code, const char *part)
{
	struct peer *peer = peer_start(rows);
	g_autoptr(GError) error = NULL;
	gint64 began_us = g_get_monotonic_time();
	g_autofree char *heard = NULL;

	assert_null(open_to(peer, safety, false, &error));
	heard = peer_heard(peer);
	peer_stop(peer);
	if (error->code != code || !strstr(error->message, part))
		fail_msg("code %d, \"%s\"; should be %d, \"%s\"", error->code, error->message, code, part);
	assert_true(g_get_monotonic_time() - began_us < 20 * G_USEC_PER_SEC);	/* a hang, not a speed */
	if (safety == STREAM_STARTTLS)
		assert_null(strstr(heard, "secret"));
}

static void a_server_that_does_not_greet_is_given_up_in_time(void **state)
{
	static const struct peer_row rows[] = { END };

	(void) state;
	assert_refused(rows, STREAM_PLAIN, WISMO_RETRY, "within 1 s");
}

static void a_server_that_freezes_at_login_is_given_up_in_time(void **state)
{
	static const struct peer_row rows[] = { GREETING, CAPABILITY, { "LOGIN", "", PEER_FREEZE }, END };

	(void) state;
	assert_refused(rows, STREAM_PLAIN, WISMO_RETRY, "within 1 s");
}

static void without_starttls_nothing_secret_is_said(void **state)
{
	static const struct peer_row rows[] = { GREETING, CAPABILITY, { "STARTTLS", "%T NO not today\r\n", PEER_ON },
		{ "LOGIN", "%T OK done\r\n", PEER_ON }, END };

	(void) state;
	assert_refused(rows, STREAM_STARTTLS, WISMO_HALT, "does not do STARTTLS");
}

static void a_claim_to_be_logged_in_does_not_avoid_starttls(void **state)
{
	static const struct peer_row rows[] = { { "", "* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome\r\n", PEER_ON }, CAPABILITY,
		{ "STARTTLS", "%T NO\r\n", PEER_ON }, { "LOGIN", "%T OK done\r\n", PEER_ON }, END };

	(void) state;
	assert_refused(rows, STREAM_STARTTLS, WISMO_HALT, "does not do STARTTLS");
}

static void answers_injected_before_the_handshake_end_the_connection(void **state)
{
	static const struct peer_row rows[] = { GREETING, { "CAPABILITY", "* CAPABILITY IMAP4rev1 STARTTLS\r\n%T OK done\r\n", PEER_ON },
		{ "STARTTLS", "%T OK go\r\n* CAPABILITY IMAP4rev1\r\n", PEER_ON }, { "LOGIN", "%T OK done\r\n", PEER_ON }, END };

	(void) state;
	assert_refused(rows, STREAM_STARTTLS, WISMO_RETRY, "");
}

static void a_passing_refusal_is_no_wrong_password(void **state)
{
	static const struct peer_row rows[] = { GREETING, CAPABILITY,
		{ "LOGIN", "%T NO [UNAVAILABLE] user backend is down\r\n", PEER_ON }, END };

	(void) state;
	assert_refused(rows, STREAM_PLAIN, WISMO_RETRY, "user backend is down");
}

static void a_wrong_password_stops_with_the_servers_words(void **state)
{
	static const struct peer_row rows[] = { GREETING, CAPABILITY,
		{ "LOGIN", "%T NO [AUTHENTICATIONFAILED] app password needed\r\n", PEER_ON }, END };

	(void) state;
	assert_refused(rows, STREAM_PLAIN, WISMO_HALT, "app password needed");
}

static const struct peer_row echo[] = { GREETING, CAPABILITY, { "LOGIN", "%T OK in\r\n", PEER_ON },
	{ "FREEZE", "", PEER_FREEZE }, { "CLOSE", "* BYE\r\n", PEER_CLOSE }, { "FLOOD", "0123456789", PEER_ON }, END };

static void a_frozen_server_is_noticed_by_the_deadline_of_the_command(void **state)
{
	struct peer *peer = peer_start(echo);
	scoped(stream) stream = open_to(peer, STREAM_PLAIN, false, NULL);
	gint64 began_us = g_get_monotonic_time();
	char byte;

	(void) state;
	assert_non_null(stream);
	stream_allow(stream, 1, 10, 1000);
	assert_int_equal(stream_write(stream, "x FREEZE\r\n", 10), 10);
	assert_int_equal(stream_read(stream, &byte, 1), -1);
	assert_true(g_get_monotonic_time() - began_us < 20 * G_USEC_PER_SEC);	/* a hang, not a speed */
	assert_string_equal(stream_why(stream), "no answer in time");
	/* Dead stays dead: the next command must not read the answer of this one. */
	stream_allow(stream, 10, 10, 1000);
	assert_int_equal(stream_write(stream, "y NOOP\r\n", 8), -1);
	peer_stop(peer);
}

static void a_closed_connection_is_an_end_and_never_zero_bytes(void **state)
{
	struct peer *peer = peer_start(echo);
	scoped(stream) stream = open_to(peer, STREAM_PLAIN, false, NULL);
	char bytes[64];

	(void) state;
	assert_int_equal(stream_write(stream, "x CLOSE\r\n", 9), 9);
	assert_int_equal(stream_read(stream, bytes, sizeof bytes), 7);
	assert_int_equal(stream_read(stream, bytes, sizeof bytes), -1);
	assert_int_equal(stream_read(stream, bytes, sizeof bytes), -1);
	assert_int_equal(stream_ready(stream), -1);
	peer_stop(peer);
}

static void an_answer_beyond_what_was_allowed_ends_the_stream(void **state)
{
	struct peer *peer = peer_start(echo);
	scoped(stream) stream = open_to(peer, STREAM_PLAIN, false, NULL);
	char bytes[64];

	(void) state;
	stream_allow(stream, 5, 5, 9);
	assert_int_equal(stream_write(stream, "x FLOOD\r\n", 9), 9);
	assert_int_equal(stream_read(stream, bytes, sizeof bytes), -1);
	assert_true(stream_overrun(stream));
	peer_stop(peer);
}

static void the_kernel_notices_a_lost_peer_within_a_minute(void **state)
{
	struct peer *peer = peer_start(echo);
	scoped(stream) stream = open_to(peer, STREAM_PLAIN, false, NULL);
	int on = 0, idle = 0, interval = 0, probes = 0;
	unsigned timeout_ms = 0;
	socklen_t length = sizeof on;

	(void) state;
	assert_int_equal(getsockopt(stream_fd(stream), SOL_SOCKET, SO_KEEPALIVE, &on, &length), 0);
	assert_int_equal(getsockopt(stream_fd(stream), IPPROTO_TCP, TCP_KEEPIDLE, &idle, &length), 0);
	assert_int_equal(getsockopt(stream_fd(stream), IPPROTO_TCP, TCP_KEEPINTVL, &interval, &length), 0);
	assert_int_equal(getsockopt(stream_fd(stream), IPPROTO_TCP, TCP_KEEPCNT, &probes, &length), 0);
	assert_int_equal(getsockopt(stream_fd(stream), IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, &length), 0);
	assert_true(on && idle + interval * probes <= 60);
	assert_true(timeout_ms > 0 && timeout_ms + 1000u * (unsigned) (idle > interval ? interval : idle) <= 60000);
	peer_stop(peer);
}

static void a_token_goes_by_oauthbearer_and_by_xoauth2_when_that_fails(void **state)
{
	static const struct peer_row rows[] = {
		{ "", "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=OAUTHBEARER AUTH=XOAUTH2] hello\r\n", PEER_ON },
		{ "CAPABILITY", "* CAPABILITY IMAP4rev1 SASL-IR AUTH=OAUTHBEARER AUTH=XOAUTH2\r\n%T OK done\r\n", PEER_ON },
		{ "AUTHENTICATE OAUTHBEARER", "%T NO [AUTHENTICATIONFAILED] no\r\n", PEER_ON },
		{ "AUTHENTICATE XOAUTH2", "%T OK in\r\n", PEER_ON }, END };
	struct peer *peer = peer_start(rows);
	g_autoptr(GError) error = NULL;
	scoped(stream) stream = open_to(peer, STREAM_PLAIN, true, &error);
	g_autofree char *heard = peer_heard(peer);
	/* As Google and Microsoft document it; there is no RFC. */
	static const char plain[] = "user=u\001auth=Bearer secret\001\001";
	g_autofree char *token = g_base64_encode((const guchar *) plain, sizeof plain - 1);

	(void) state;
	peer_stop(peer);
	assert_null(error);
	assert_non_null(stream);
	assert_non_null(strstr(heard, "AUTHENTICATE OAUTHBEARER"));
	assert_non_null(strstr(heard, token));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_that_does_not_greet_is_given_up_in_time),
		cmocka_unit_test(a_server_that_freezes_at_login_is_given_up_in_time),
		cmocka_unit_test(without_starttls_nothing_secret_is_said),
		cmocka_unit_test(a_claim_to_be_logged_in_does_not_avoid_starttls),
		cmocka_unit_test(answers_injected_before_the_handshake_end_the_connection),
		cmocka_unit_test(a_passing_refusal_is_no_wrong_password),
		cmocka_unit_test(a_wrong_password_stops_with_the_servers_words),
		cmocka_unit_test(a_frozen_server_is_noticed_by_the_deadline_of_the_command),
		cmocka_unit_test(a_closed_connection_is_an_end_and_never_zero_bytes),
		cmocka_unit_test(an_answer_beyond_what_was_allowed_ends_the_stream),
		cmocka_unit_test(the_kernel_notices_a_lost_peer_within_a_minute),
		cmocka_unit_test(a_token_goes_by_oauthbearer_and_by_xoauth2_when_that_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
