/* What one SMTP transaction promises: when the hand-over is asked for, what each silence means, how login is done and kept
 * secret, and what stands on the wire. */
#include "tests/lib/unit.h"

#include "tests/lib/peer.h"
#include "wismo/net/smtp.h"

#include <string.h>

#define GREETING { "", "220 mx.example.com ESMTP\r\n", PEER_ON }
#define EHLO { "EHLO", "250-mx.example.com\r\n250 SIZE 1000000\r\n", PEER_ON }
#define EHLO_AUTH(ways) { "EHLO", "250-mx.example.com\r\n250 AUTH " ways "\r\n", PEER_ON }
#define MAIL { "MAIL FROM", "250 ok\r\n", PEER_ON }
#define RCPT { "RCPT TO", "250 ok\r\n", PEER_ON }
#define DATA { "DATA\r\n", "354 go on\r\n", PEER_ON }
#define TAKEN { ".\r\n", "250 queued as 1\r\n", PEER_ON }	/* no line of the mails here ends in a dot */
#define QUIT { "QUIT", "221 bye\r\n", PEER_CLOSE }
#define END { NULL, NULL, PEER_ON }

static const char mail[] = "From: shop@example.com\r\nTo: b@example.org\r\nSubject: re\r\n\r\nsoon, Anna\r\n";

struct asked {
	guint times;
	bool refuse;
	const struct peer *peer;
	bool dot_before;	/* the server had its dot before we said yes */
};

static bool hand_over(void *user)
{
	struct asked *asked = user;
	g_autofree char *heard = peer_heard(asked->peer);

	asked->times++;
	asked->dot_before |= strstr(heard, "\r\n.\r\n") != NULL;
	return !asked->refuse;
}

struct result {
	struct smtp_answer *answer;
	struct asked asked;
	char *heard;
	enum smtp_outcome outcome;
};

static void result_clear(struct result *result)
{
	smtp_answer_free(result->answer);
	g_free(result->heard);
}

static struct smtp_server server_at(const struct peer *peer)
{
	return (struct smtp_server) { .safety = STREAM_PLAIN, .host = "127.0.0.1", .port = peer->port, .hello = "example.com",
		.step_wait_s = 1, .answer_wait_s = 1 };
}

static void send_one(struct smtp *smtp, const struct peer *peer, const struct smtp_server *server, const char *text,
		     struct result *result)
{
	g_autoptr(GBytes) wire = g_bytes_new_static(text, strlen(text));

	result->asked.peer = peer;
	result->answer = smtp_send(smtp, server, "shop@example.com", "b@example.org", wire, hand_over, &result->asked);
	result->outcome = smtp_judge(result->answer);
	result->heard = peer_heard(peer);
}

/* What was said last may still be on its way when we are done. */
static char *heard_until(const struct peer *peer, const char *part)
{
	char *heard = peer_heard(peer);

	for (int i = 0; i < 200 && !strstr(heard, part); i++) {
		g_free(heard);
		g_usleep(10000);
		heard = peer_heard(peer);
	}
	return heard;
}

static void attempt_with(const struct peer_row *rows, const char *text, struct result *result)
{
	struct peer *peer = peer_start(rows);
	struct smtp_server server = server_at(peer);
	struct smtp *smtp = smtp_new();

	send_one(smtp, peer, &server, text, result);
	smtp_free(smtp);
	if (result->outcome == SMTP_SENT) {
		g_free(result->heard);
		result->heard = heard_until(peer, "QUIT\r\n");
	}
	peer_stop(peer);
}

static void the_hand_over_is_asked_for_once_and_before_the_dot(void **state)
{
	static const struct peer_row rows[] = { GREETING, EHLO, MAIL, RCPT, DATA, TAKEN, QUIT, END };
	struct result result = { 0 };

	(void) state;
	attempt_with(rows, mail, &result);
	assert_int_equal(result.outcome, SMTP_SENT);
	assert_int_equal(result.asked.times, 1);
	assert_false(result.asked.dot_before);
	assert_true(result.answer->handed_over);
	assert_int_equal(result.answer->step, SMTP_DOT);
	assert_string_equal(result.answer->said, "final dot: 250 queued as 1");
	assert_non_null(strstr(result.heard, "EHLO example.com\r\n"));
	assert_non_null(strstr(result.heard, "MAIL FROM:<shop@example.com>"));
	assert_non_null(strstr(result.heard, "RCPT TO:<b@example.org>"));
	assert_non_null(strstr(result.heard, "\r\n.\r\nQUIT\r\n"));
	result_clear(&result);
}

static void without_a_durable_hand_over_no_dot_leaves(void **state)
{
	static const struct peer_row rows[] = { GREETING, EHLO, MAIL, RCPT, DATA, TAKEN, QUIT, END };
	struct result result = { .asked.refuse = true };

	(void) state;
	attempt_with(rows, mail, &result);
	assert_int_equal(result.asked.times, 1);
	assert_false(result.answer->handed_over);
	assert_true(result.outcome == SMTP_LATER || result.outcome == SMTP_ACCOUNT);
	assert_non_null(strstr(result.heard, "DATA"));
	assert_null(strstr(result.heard, "\r\n.\r\n"));
	assert_string_equal(result.answer->said, "the hand-over could not be recorded");
	result_clear(&result);
}

static void a_silence_before_the_dot_is_no_delivery_and_one_after_it_is_doubt(void **state)
{
	static const struct { const char *name; struct peer_row rows[8]; enum smtp_outcome outcome; enum smtp_step step; guint asked; } cases[] = {
		{ "no greeting", { END }, SMTP_ACCOUNT, SMTP_CONNECT, 0 },
		{ "EHLO", { GREETING, { "EHLO", "", PEER_FREEZE }, END }, SMTP_ACCOUNT, SMTP_CONNECT, 0 },
		{ "RCPT", { GREETING, EHLO, MAIL, { "RCPT", "", PEER_FREEZE }, END }, SMTP_LATER, SMTP_RCPT, 0 },
		{ "DATA", { GREETING, EHLO, MAIL, RCPT, { "DATA\r\n", "", PEER_FREEZE }, END }, SMTP_LATER, SMTP_DATA, 0 },
		{ "dot", { GREETING, EHLO, MAIL, RCPT, DATA, { ".\r\n", "", PEER_FREEZE }, END }, SMTP_UNCERTAIN, SMTP_DOT, 1 },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct result result = { 0 };
		gint64 began_us = g_get_monotonic_time(), took_us;

		attempt_with(cases[i].rows, mail, &result);
		took_us = g_get_monotonic_time() - began_us;
		if (result.outcome != cases[i].outcome || result.answer->step != cases[i].step || result.asked.times != cases[i].asked
		    || !strstr(result.answer->said, "within 1 s"))
			fail_msg("%s: outcome %d at %s, asked %u, \"%s\"", cases[i].name, result.outcome,
				 smtp_step_name(result.answer->step), result.asked.times, result.answer->said);
		assert_true(took_us < 20 * G_USEC_PER_SEC);	/* a hang, not a speed */
		result_clear(&result);
	}
}

/* What the server says after that it says no more: half an answer is none. */
static void half_an_answer_to_the_dot_is_doubt(void **state)
{
	static const struct peer_row rows[] = { GREETING, EHLO, MAIL, RCPT, DATA, { ".\r\n", "250-queued\r\n250", PEER_CLOSE }, END };
	struct result result = { 0 };

	(void) state;
	attempt_with(rows, mail, &result);
	assert_int_equal(result.outcome, SMTP_UNCERTAIN);
	result_clear(&result);
}

/* Larger than what sockets hold: the break is seen before the end of the text. */
static void a_long_text_that_is_cut_off_was_not_handed_over(void **state)
{
	static const struct peer_row rows[] = { GREETING, EHLO, MAIL, RCPT, DATA, { "Subject", "", PEER_CLOSE }, END };
	const gsize size = 16 * 1024 * 1024;
	g_autofree char *lines = g_strnfill(size, 'x');
	g_autofree char *text = NULL;
	struct result result = { 0 };

	(void) state;
	for (gsize i = 78; i + 2 < size; i += 80)
		memcpy(&lines[i], "\r\n", 2);
	text = g_strconcat("To: b@example.org\r\nSubject: re\r\n\r\n", lines, "\r\n", NULL);
	attempt_with(rows, text, &result);
	assert_int_equal(result.outcome, SMTP_LATER);
	assert_int_equal(result.asked.times, 0);
	assert_false(result.answer->handed_over);
	result_clear(&result);
}

static void the_next_mail_goes_over_the_same_connection_or_a_fresh_one(void **state)
{
	static const struct peer_row keeps[] = { GREETING, EHLO, MAIL, RCPT, DATA, TAKEN, QUIT, END };
	static const struct peer_row closes[] = { GREETING, EHLO, MAIL, RCPT, DATA, { ".\r\n", "250 queued\r\n", PEER_CLOSE }, QUIT, END };
	static const struct { const struct peer_row *rows; guint connections; } cases[] = { { keeps, 1 }, { closes, 3 } };

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct peer *peer = peer_start(cases[i].rows);
		struct smtp_server server = server_at(peer);
		struct smtp *smtp = smtp_new();
		g_autofree char *heard = NULL;
		guint mails = 0, greetings = 0;

		for (int n = 0; n < 3; n++) {
			struct result result = { 0 };

			send_one(smtp, peer, &server, mail, &result);
			if (result.outcome != SMTP_SENT || result.asked.times != 1)
				fail_msg("mail %d: %s", n, result.answer->said);
			result_clear(&result);
		}
		smtp_free(smtp);
		heard = peer_heard(peer);
		peer_stop(peer);
		for (const char *at = heard; (at = strstr(at, "\r\n.\r\n")); at++)
			mails++;
		for (const char *at = heard; (at = strstr(at, "EHLO")); at++)
			greetings++;
		assert_int_equal(mails, 3);
		assert_int_equal(greetings, cases[i].connections);
	}
}

/* Its answer may still come, and would be taken for that to the next mail's first command. */
static void a_connection_that_was_waited_for_in_vain_is_not_used_again(void **state)
{
	static const struct peer_row rows[] = { GREETING, EHLO, MAIL, RCPT, DATA, QUIT, END };
	struct peer *peer = peer_start(rows);
	struct smtp_server server = server_at(peer);
	struct smtp *smtp = smtp_new();
	g_autofree char *heard = NULL;
	const char *second;

	(void) state;
	for (int n = 0; n < 2; n++) {
		struct result result = { 0 };

		send_one(smtp, peer, &server, mail, &result);
		assert_int_equal(result.outcome, SMTP_UNCERTAIN);
		result_clear(&result);
	}
	heard = peer_heard(peer);
	smtp_free(smtp);
	peer_stop(peer);
	second = strstr(heard, "EHLO");
	assert_non_null(second);
	second = strstr(second + 1, "EHLO");
	assert_non_null(second);
	assert_non_null(strstr(second, "MAIL"));
}

static void what_a_mail_says_is_what_stands_on_the_wire(void **state)
{
	/* This one hears only: its first row would take a line that ends in a dot for the last. */
	static const struct peer_row listens[] = { GREETING, EHLO, MAIL, RCPT, DATA, END };
	static const struct peer_row takes[] = { GREETING, EHLO, MAIL, RCPT, DATA, TAKEN, QUIT, END };
	static const struct { const struct peer_row *rows; const char *text, *wire; enum smtp_outcome outcome; } rows[] = {
		{ takes, "A: b\r\n\r\ntext\r\n", "DATA\r\nA: b\r\n\r\ntext\r\n.\r\n", SMTP_SENT },
		{ takes, "A: b\r\n\r\nno end of line", "DATA\r\nA: b\r\n\r\nno end of line\r\n.\r\n", SMTP_SENT },
		{ listens, "A: b\r\n\r\n.\r\nQUIT\r\n..\r\n.end\r\nx\r\n", "DATA\r\nA: b\r\n\r\n..\r\nQUIT\r\n...\r\n..end\r\nx\r\n.\r\n",
		  SMTP_UNCERTAIN },
		{ listens, "A: b\r\n\r\nx\r\n.", "DATA\r\nA: b\r\n\r\nx\r\n..\r\n.\r\n", SMTP_UNCERTAIN },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct result result = { 0 };

		attempt_with(rows[i].rows, rows[i].text, &result);
		if (!strstr(result.heard, rows[i].wire) || result.outcome != rows[i].outcome)
			fail_msg("%zu: %s", i, result.heard);
		result_clear(&result);
	}
}

static void logins_are_made_and_kept_out_of_what_is_told(void **state)
{
	/* base64 of "\0anna\0geheim" and of "geheim"; XOAUTH2 has the token inside. */
	static const struct { const char *name; struct peer_row rows[9]; bool bearer; const char *said; enum smtp_outcome outcome; } cases[] = {
		{ "PLAIN", { GREETING, EHLO_AUTH("PLAIN"), { "AUTH PLAIN", "334 \r\n", PEER_ON }, { "AGFubmEAZ2VoZWlt", "235 in\r\n", PEER_ON },
			MAIL, RCPT, DATA, TAKEN, END }, false, "AGFubmEAZ2VoZWlt", SMTP_SENT },
		{ "LOGIN", { GREETING, EHLO_AUTH("LOGIN"), { "AUTH LOGIN", "334 VXNlcm5hbWU6\r\n", PEER_ON }, { "YW5uYQ==", "334 UGFzc3dvcmQ6\r\n", PEER_ON },
			{ "Z2VoZWlt", "535 5.7.8 wrong\r\n", PEER_ON }, QUIT, END }, false, "Z2VoZWlt", SMTP_ACCOUNT },
		{ "XOAUTH2", { GREETING, EHLO_AUTH("XOAUTH2"), { "AUTH XOAUTH2", "334 \r\n", PEER_ON }, { "dXNlcj1hbm5h", "235 in\r\n", PEER_ON },
			MAIL, RCPT, DATA, TAKEN, END }, true, "dXNlcj1hbm5h", SMTP_SENT },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct peer *peer = peer_start(cases[i].rows);
		struct smtp_server server = server_at(peer);
		struct smtp *smtp = smtp_new();
		scoped(secret) secret = secret_new("geheim");
		struct result result = { 0 };
		g_autofree char *lines = NULL;

		server.user = "anna";
		server.secret = secret;
		server.bearer = cases[i].bearer;
		send_one(smtp, peer, &server, mail, &result);
		smtp_free(smtp);
		peer_stop(peer);
		g_ptr_array_add(result.answer->lines, NULL);
		lines = g_strjoinv("\n", (char **) result.answer->lines->pdata);
		if (result.outcome != cases[i].outcome || !strstr(result.heard, cases[i].said))
			fail_msg("%s: \"%s\" after %s", cases[i].name, result.answer->said, result.heard);
		assert_null(strstr(lines, "334"));
		assert_null(strstr(lines, "geheim"));
		assert_null(strstr(result.answer->said, "geheim"));
		if (cases[i].outcome == SMTP_ACCOUNT) {
			assert_true(result.answer->config_fault);
			assert_non_null(strstr(result.answer->said, "535 5.7.8 wrong"));
		}
		result_clear(&result);
	}
}

/* A way out is often named with the user of the mailbox; a relay on this machine then offers no login, and wants none. */
static void a_server_that_offers_no_login_is_used_without_one(void **state)
{
	static const struct peer_row rows[] = { GREETING, EHLO, MAIL, RCPT, DATA, TAKEN, QUIT, END };
	struct peer *peer = peer_start(rows);
	struct smtp_server server = server_at(peer);
	struct smtp *smtp = smtp_new();
	scoped(secret) secret = secret_new("geheim");
	struct result result = { 0 };

	(void) state;
	server.user = "anna";
	server.secret = secret;
	send_one(smtp, peer, &server, mail, &result);
	smtp_free(smtp);
	peer_stop(peer);
	assert_int_equal(result.outcome, SMTP_SENT);
	assert_null(strstr(result.heard, "AUTH"));
	result_clear(&result);
}

static void unencrypted_mail_never_leaves_this_machine(void **state)
{
	struct smtp_server server = { .safety = STREAM_PLAIN, .host = "192.0.2.1", .port = 25, .step_wait_s = 1, .answer_wait_s = 1 };
	struct peer peer = { .heard = (char *) "/dev/null" };
	struct smtp *smtp = smtp_new();
	struct result result = { 0 };

	(void) state;
	send_one(smtp, &peer, &server, mail, &result);
	smtp_free(smtp);
	assert_int_equal(result.outcome, SMTP_ACCOUNT);
	assert_true(result.answer->config_fault);
	assert_non_null(strstr(result.answer->said, "not a loopback address"));
	assert_int_equal(result.asked.times, 0);
	result_clear(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hand_over_is_asked_for_once_and_before_the_dot),
		cmocka_unit_test(without_a_durable_hand_over_no_dot_leaves),
		cmocka_unit_test(a_silence_before_the_dot_is_no_delivery_and_one_after_it_is_doubt),
		cmocka_unit_test(half_an_answer_to_the_dot_is_doubt),
		cmocka_unit_test(a_long_text_that_is_cut_off_was_not_handed_over),
		cmocka_unit_test(the_next_mail_goes_over_the_same_connection_or_a_fresh_one),
		cmocka_unit_test(a_connection_that_was_waited_for_in_vain_is_not_used_again),
		cmocka_unit_test(what_a_mail_says_is_what_stands_on_the_wire),
		cmocka_unit_test(logins_are_made_and_kept_out_of_what_is_told),
		cmocka_unit_test(a_server_that_offers_no_login_is_used_without_one),
		cmocka_unit_test(unencrypted_mail_never_leaves_this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
