/* One mail, one transaction. libcurl's SMTP was chosen over libetpan's because its state is decidable: until the
 * read callback has returned 0 no final dot can leave (measured: RFC 1047's gap is the only one left). */
#include "wismo/net/smtp.h"

#include "address_p.h"
#include "authorities_p.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <string.h>
#include <sys/socket.h>

#define STEP_WAIT_S 300		/* RFC 5321, 4.5.3.2.1-5 */
#define ANSWER_WAIT_S 600	/* RFC 5321, 4.5.3.2.6 */
#define LINES_CAP 200		/* a server that says more than that has nothing to say */

static const char *const steps[] = { "connect", "login", "MAIL", "RCPT", "DATA", "final dot" };
_Static_assert(G_N_ELEMENTS(steps) == SMTP_STEP_COUNT, "one name for each step");

struct smtp {
	CURL *curl;
};

/* One attempt. */
struct attempt {
	struct smtp_answer *answer;
	const char *bytes;
	gsize size, at;
	smtp_hand_over *hand_over;
	void *user;
	bool plain, refused_plain;
	bool lapsed;		/* our own time-out */
	bool over;		/* QUIT was said: what comes now is no answer to the mail */
	guint step_wait_s, answer_wait_s;
	gint64 deadline_us;
};

const char *smtp_step_name(enum smtp_step step)
{
	return steps[step];
}

static CURL *make_handle(void)
{
	CURL *curl = curl_easy_init();

	if (!curl)
		g_error("out of memory");
	return curl;
}

/* libcurl says QUIT over the connection that it has kept, and waits for the answer as long as for that to a dot. It means
 * nothing to us: with nothing to read any more the wait ends at once. */
static void end_handle(CURL *curl)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK && fd != CURL_SOCKET_BAD)
		shutdown(fd, SHUT_RD);
	curl_easy_cleanup(curl);
}

struct smtp *smtp_new(void)
{
	struct smtp *smtp = g_new0(struct smtp, 1);

	smtp->curl = make_handle();
	return smtp;
}

void smtp_free(struct smtp *smtp)
{
	if (!smtp)
		return;
	end_handle(smtp->curl);
	g_free(smtp);
}

void smtp_answer_free(struct smtp_answer *answer)
{
	if (!answer)
		return;
	g_ptr_array_unref(answer->lines);
	g_free(answer->said);
	g_free(answer);
}

static void extend(struct attempt *attempt, guint wait_s)
{
	attempt->deadline_us = g_get_monotonic_time() + (gint64) wait_s * G_USEC_PER_SEC;
}

static size_t give_body(char *buffer, size_t size, size_t count, void *user)
{
	struct attempt *attempt = user;
	gsize length = MIN(size * count, attempt->size - attempt->at);

	if (!length) {
		/* The answer to the dot can only come after this returns 0. */
		if (!attempt->answer->handed_over && !attempt->hand_over(attempt->user))
			return CURL_READFUNC_ABORT;
		attempt->answer->handed_over = true;
		attempt->answer->step = SMTP_DOT;
		extend(attempt, attempt->answer_wait_s);
		return 0;
	}
	memcpy(buffer, attempt->bytes + attempt->at, length);
	attempt->at += length;
	return length;
}

static size_t hear(char *bytes, size_t size, size_t count, void *user)
{
	struct attempt *attempt = user;
	g_autofree char *raw = g_strndup(bytes, size * count);
	char *line = g_utf8_make_valid(g_strchomp(raw), -1);

	/* 334 is a login challenge: no business of logs. */
	if (attempt->answer->lines->len < LINES_CAP && !attempt->over && !g_str_has_prefix(line, "334"))
		g_ptr_array_add(attempt->answer->lines, line);
	else
		g_free(line);
	return size * count;
}

/* Only which command was sent is looked at: login data passes here too, and is kept nowhere. */
static int watch(CURL *curl, curl_infotype type, char *bytes, size_t size, void *user)
{
	static const struct { const char *word; enum smtp_step step; } commands[] = {
		{ "MAIL FROM", SMTP_MAIL }, { "RCPT TO", SMTP_RCPT }, { "DATA\r\n", SMTP_DATA }, { "AUTH", SMTP_LOGIN },
	};
	struct attempt *attempt = user;

	(void) curl;
	for (gsize i = 0; type == CURLINFO_HEADER_OUT && i < G_N_ELEMENTS(commands); i++)
		if (size >= strlen(commands[i].word) && memcmp(bytes, commands[i].word, strlen(commands[i].word)) == 0)
			attempt->answer->step = MAX(attempt->answer->step, commands[i].step);
	attempt->over |= type == CURLINFO_HEADER_OUT && size >= 4 && memcmp(bytes, "QUIT", 4) == 0;
	return 0;
}

/* libcurl's own time-outs are for each answer or for all; these are two sums: to the hand-over, and after it. */
static int keep_time(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct attempt *attempt = user;

	(void) a, (void) b, (void) c, (void) d;
	attempt->lapsed |= g_get_monotonic_time() > attempt->deadline_us;
	return attempt->lapsed;
}

/* Asked after the name was resolved: a name in the configuration may mean anything. */
static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct attempt *attempt = user;
	int fd;

	(void) purpose;
	if (attempt->plain && !address_loopback_ok(&address->addr)) {
		attempt->refused_plain = true;
		return CURL_SOCKET_BAD;
	}
	fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static void set_server(CURL *curl, const struct smtp_server *server)
{
	bool v6 = strchr(server->host, ':') != NULL;
	int port = server->port ? server->port : server->safety == STREAM_TLS ? 465 : 587;
	g_autofree char *hello = server->hello ? curl_easy_escape(curl, server->hello, 0) : NULL;
	g_autofree char *url = g_strdup_printf("smtp%s://%s%s%s:%d/%s", server->safety == STREAM_TLS ? "s" : "", v6 ? "[" : "",
					       server->host, v6 ? "]" : "", port, hello ? hello : "");

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_USE_SSL, (long) (server->safety == STREAM_PLAIN ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	if (server->ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, server->ca_file);	/* beside the system's folder */
	else
		authorities_once(curl);
	if (server->safety == STREAM_PLAIN)
		curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	if (server->user && server->secret) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, server->user);
		curl_easy_setopt(curl, server->bearer ? CURLOPT_XOAUTH2_BEARER : CURLOPT_PASSWORD, secret_reveal(server->secret));
	}
}

static void set_attempt(CURL *curl, struct attempt *attempt, const char *from, struct curl_slist *to)
{
	guint longest_s = MAX(attempt->step_wait_s, attempt->answer_wait_s);

	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_body);
	curl_easy_setopt(curl, CURLOPT_READDATA, attempt);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, attempt);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, watch);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, attempt);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, keep_time);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, attempt);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long) MIN(attempt->step_wait_s, 60));
	curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long) longest_s + 5);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, attempt);
	extend(attempt, attempt->step_wait_s);
}

static char *in_words(const struct attempt *attempt, CURLcode code, const char *complaint)
{
	const GPtrArray *lines = attempt->answer->lines;
	const char *last = lines->len ? g_ptr_array_index(lines, lines->len - 1) : NULL;
	const char *step = steps[attempt->answer->step];

	if (attempt->refused_plain)
		return g_strdup("not a loopback address; unencrypted connections never leave this machine");
	if (attempt->lapsed)
		return g_strdup_printf("%s: no answer within %u s", step,
				       attempt->answer->handed_over ? attempt->answer_wait_s : attempt->step_wait_s);
	if (last && (code == CURLE_OK || attempt->answer->code >= 400))
		return g_strdup_printf("%s: %s", step, last);
	if (code == CURLE_ABORTED_BY_CALLBACK)
		return g_strdup("the hand-over could not be recorded");
	if (code == CURLE_RECV_ERROR)	/* libcurl's words for it name an errno of another time */
		return g_strdup_printf("%s: the server ended the connection", step);
	return g_strdup_printf("%s: %s", step, *complaint ? complaint : curl_easy_strerror(code));
}

static bool config_fault(CURLcode code)
{
	return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR
		|| code == CURLE_USE_SSL_FAILED || code == CURLE_LOGIN_DENIED || code == CURLE_URL_MALFORMAT;
}

static CURLcode perform(struct smtp *smtp, const struct smtp_server *server, struct attempt *attempt, const char *from,
			struct curl_slist *to, bool fresh, char *complaint)
{
	CURLcode code;

	curl_easy_reset(smtp->curl);	/* keeps the connections */
	set_server(smtp->curl, server);
	set_attempt(smtp->curl, attempt, from, to);
	curl_easy_setopt(smtp->curl, CURLOPT_ERRORBUFFER, complaint);
	curl_easy_setopt(smtp->curl, CURLOPT_FRESH_CONNECT, (long) fresh);
	*complaint = '\0';
	code = curl_easy_perform(smtp->curl);
	curl_easy_setopt(smtp->curl, CURLOPT_ERRORBUFFER, NULL);
	return code;
}

struct smtp_answer *smtp_send(struct smtp *smtp, const struct smtp_server *server, const char *from, const char *to,
			      GBytes *wire, smtp_hand_over *hand_over, void *user)
{
	struct smtp_answer *answer = g_new0(struct smtp_answer, 1);
	struct attempt attempt = { .answer = answer, .hand_over = hand_over, .user = user,
		.plain = server->safety == STREAM_PLAIN,
		.step_wait_s = server->step_wait_s ? server->step_wait_s : STEP_WAIT_S,
		.answer_wait_s = server->answer_wait_s ? server->answer_wait_s : ANSWER_WAIT_S };
	struct curl_slist *recipients = curl_slist_append(NULL, to);
	char complaint[CURL_ERROR_SIZE];
	long connects = 1, response = 0;
	CURLcode code;

	answer->lines = g_ptr_array_new_with_free_func(g_free);
	attempt.bytes = g_bytes_get_data(wire, &attempt.size);
	code = perform(smtp, server, &attempt, from, recipients, false, complaint);
	curl_easy_getinfo(smtp->curl, CURLINFO_NUM_CONNECTS, &connects);
	curl_easy_getinfo(smtp->curl, CURLINFO_RESPONSE_CODE, &response);
	/* A connection that was kept may have been closed by the server long ago, or is closed now (421: so many mails, so long
	 * idle). Nothing of the mail was said, and no word about it: say it over a fresh one. */
	if (code != CURLE_OK && !connects && (!answer->lines->len || response == 421) && !attempt.at && !answer->handed_over) {
		answer->step = SMTP_CONNECT;
		g_ptr_array_set_size(answer->lines, 0);
		attempt.over = false;
		code = perform(smtp, server, &attempt, from, recipients, true, complaint);
		curl_easy_getinfo(smtp->curl, CURLINFO_RESPONSE_CODE, &response);
	}
	answer->code = (int) response;
	/* libcurl keeps the connection even when we stopped waiting for the dot's answer: it would be taken for the next mail's. */
	if (attempt.lapsed) {
		end_handle(smtp->curl);
		smtp->curl = make_handle();
	}
	answer->config_fault = config_fault(code) || attempt.refused_plain;
	answer->said = in_words(&attempt, code, complaint);
	curl_slist_free_all(recipients);
	return answer;
}

enum smtp_outcome smtp_judge(const struct smtp_answer *answer)
{
	int kind = answer->code / 100;

	if (answer->handed_over)
		return kind == 2 ? SMTP_SENT : kind == 4 ? SMTP_LATER : kind == 5 ? SMTP_REFUSED : SMTP_UNCERTAIN;
	/* 530, 534, 535, 538 (RFC 4954): who we are, not what we send. */
	if (answer->config_fault || answer->step < SMTP_MAIL || answer->code == 421 || answer->code == 530
	    || answer->code == 534 || answer->code == 535 || answer->code == 538)
		return SMTP_ACCOUNT;
	return kind == 5 ? SMTP_REFUSED : SMTP_LATER;
}
