/* Streams over libcurl's CONNECT_ONLY. The only file that decides which mail server we trust.
 * Debian's libetpan checks no certificate and no host name and takes TLS 1.0, so it never sees a socket. */
#include "wismo/net/stream.h"

#include "address_p.h"
#include "authorities_p.h"

#include "wismo/base/error.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Idle 20 s, then three probes 8 s apart: 44 s; unacknowledged data or probes: 40 s. Both within a minute. */
#define KEEP_IDLE_S 20
#define KEEP_INTERVAL_S 8
#define KEEP_PROBES 3
#define USER_TIMEOUT_MS 40000

struct stream {
	CURL *curl;
	curl_socket_t fd;
	char complaint[CURL_ERROR_SIZE];
	char said[512];		/* the server's last line before the stream was handed over */
	bool offers_xoauth2, offers_oauthbearer;
	bool took_login;	/* SMTP: 235 was heard */
	bool refused_plain;	/* plain text to an address that is not loopback */
	enum stream_safety safety;
	guint8 ahead[16384];	/* read by stream_ready, not yet taken */
	gsize ahead_from, ahead_to;
	guint wait_s;
	gint64 deadline_us;	/* monotonic */
	guint64 left_bytes;
	char *why;
	bool overrun;
};

/* Asked after the name was resolved: a name in the configuration may mean anything. */
static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct stream *stream = user;
	int idle = KEEP_IDLE_S, interval = KEEP_INTERVAL_S, probes = KEEP_PROBES, on = 1;
	unsigned timeout_ms = USER_TIMEOUT_MS;
	int fd;

	(void) purpose;
	if (stream->safety == STREAM_PLAIN && !address_loopback_ok(&address->addr)) {
		stream->refused_plain = true;
		return CURL_SOCKET_BAD;
	}
	fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
		setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
		setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
		setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
		setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof timeout_ms);
	}
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* The server's lines during greeting and login; its last one says why a login was refused. */
static size_t hear(char *bytes, size_t size, size_t count, void *user)
{
	struct stream *stream = user;
	g_autofree char *line = g_strndup(bytes, size * count);

	g_strchomp(line);
	stream->took_login |= g_str_has_prefix(line, "235");
	stream->offers_xoauth2 |= strstr(line, "AUTH=XOAUTH2") != NULL;
	stream->offers_oauthbearer |= strstr(line, "AUTH=OAUTHBEARER") != NULL;
	if (*line && *line != '+')
		g_strlcpy(stream->said, line, sizeof stream->said);
	return size * count;
}

bool stream_took_login(const struct stream *stream)
{
	return stream->took_login;
}

/* "A003 NO [AUTHENTICATIONFAILED] Authentication failed." -> from "[AUTH...": tag and NO are not for people. */
static const char *words(const struct stream *stream)
{
	const char *text = strstr(stream->said, " NO ");

	return text ? text + strlen(" NO ") : stream->said;
}

/* RFC 5530: the server cannot now, whoever asks. */
static bool passing_ok(const struct stream *stream)
{
	static const char *const codes[] = { "[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[CONTACTADMIN]" };

	for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
		if (strstr(stream->said, codes[i]))
			return true;
	return false;
}

static void explain(const struct stream *stream, const struct stream_target *target, CURLcode code, GError **error)
{
	const char *text = *stream->complaint ? stream->complaint : curl_easy_strerror(code);

	if (stream->refused_plain)
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s is not a loopback address; unencrypted connections leave "
			    "this machine never", target->host);
	else if (code == CURLE_LOGIN_DENIED && passing_ok(stream))
		g_set_error(error, WISMO_ERROR, WISMO_RETRY, "%s: login: %s", target->host, words(stream));
	else if (code == CURLE_LOGIN_DENIED)
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: login refused for %s: %s", target->host, target->user,
			    *stream->said ? words(stream) : text);
	else if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR)
		/* Without libcurl's " CAfile: none CRLfile: none", which is about something else and looks like the fault. */
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: certificate refused: %.*s", target->host,
			    (int) (strstr(text, " CAfile:") ? strstr(text, " CAfile:") - text : (gssize) strlen(text)), text);
	else if (code == CURLE_USE_SSL_FAILED)
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: the server does not do STARTTLS (%s)", target->host, text);
	else if (code == CURLE_SSL_CONNECT_ERROR)
		g_set_error(error, WISMO_ERROR, WISMO_RETRY, "%s: no TLS 1.2 or newer could be agreed: %s", target->host, text);
	else if (code == CURLE_OPERATION_TIMEDOUT)
		g_set_error(error, WISMO_ERROR, WISMO_RETRY, "%s: no connection and login within %u s", target->host, target->wait_s);
	else
		g_set_error(error, WISMO_ERROR, code == CURLE_URL_MALFORMAT ? WISMO_HALT : WISMO_RETRY, "%s: %s", target->host, text);
}

static void set_login(struct stream *stream, const struct stream_target *target)
{
	curl_easy_setopt(stream->curl, CURLOPT_USERNAME, target->user);
	curl_easy_setopt(stream->curl, target->bearer ? CURLOPT_XOAUTH2_BEARER : CURLOPT_PASSWORD, secret_reveal(target->secret));
}

static void set_all(struct stream *stream, const struct stream_target *target)
{
	g_autofree char *port = target->port ? g_strdup_printf(":%d", target->port) : g_strdup("");
	bool v6 = strchr(target->host, ':') != NULL;
	g_autofree char *url = g_strdup_printf("%s%s://%s%s%s%s/", target->protocol, target->safety == STREAM_TLS ? "s" : "",
					       v6 ? "[" : "", target->host, v6 ? "]" : "", port);
	g_autofree char *protocols = g_strdup_printf("%s,%ss", target->protocol, target->protocol);
	CURL *curl = stream->curl;

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
	curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_USE_SSL, (long) (target->safety == STREAM_PLAIN ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	if (target->ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, target->ca_file);	/* beside the system's folder */
	else
		authorities_once(curl);
	if (target->safety == STREAM_PLAIN)
		curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long) target->wait_s);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long) target->wait_s);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, stream);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, stream);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, stream->complaint);
	set_login(stream, target);
}

struct stream *stream_open(const struct stream_target *target, GError **error)
{
	struct stream *stream = g_new0(struct stream, 1);
	CURLcode code = CURLE_FAILED_INIT;

	stream->safety = target->safety;
	stream->fd = CURL_SOCKET_BAD;
	stream->curl = curl_easy_init();
	if (stream->curl) {
		set_all(stream, target);
		code = curl_easy_perform(stream->curl);
	}
	/* libcurl prefers OAUTHBEARER; a provider that lists it and takes only XOAUTH2 gets a second chance. */
	if (code == CURLE_LOGIN_DENIED && target->bearer && stream->offers_oauthbearer && stream->offers_xoauth2) {
		curl_easy_setopt(stream->curl, CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2");
		code = curl_easy_perform(stream->curl);
	}
	if (code == CURLE_OK)
		code = curl_easy_getinfo(stream->curl, CURLINFO_ACTIVESOCKET, &stream->fd);
	if (code == CURLE_OK && stream->fd != CURL_SOCKET_BAD) {
		stream_allow(stream, target->wait_s, target->wait_s, sizeof stream->ahead);
		return stream;
	}
	explain(stream, target, code, error);
	stream_close(stream);
	return NULL;
}

void stream_close(struct stream *stream)
{
	if (!stream)
		return;
	/* Without this libcurl would say LOGOUT to a peer that may be dead, and wait for its answer. */
	if (stream->fd != CURL_SOCKET_BAD)
		shutdown(stream->fd, SHUT_RDWR);
	if (stream->curl)
		curl_easy_cleanup(stream->curl);
	g_free(stream->why);
	g_free(stream);
}

void stream_allow(struct stream *stream, guint wait_s, guint total_s, guint64 bytes)
{
	stream->wait_s = wait_s;
	stream->deadline_us = g_get_monotonic_time() + (gint64) total_s * G_USEC_PER_SEC;
	stream->left_bytes = bytes;
}

static gssize die(struct stream *stream, char *why)
{
	g_free(stream->why);
	stream->why = why;
	return -1;
}

/* Waits until the socket can be read or written; false and dead when it takes too long. */
static bool await(struct stream *stream, short events)
{
	gint64 end_us = MIN(g_get_monotonic_time() + (gint64) stream->wait_s * G_USEC_PER_SEC, stream->deadline_us);
	struct pollfd wait = { .fd = stream->fd, .events = events };

	for (;;) {
		gint64 left_us = end_us - g_get_monotonic_time();
		int ready = left_us > 0 ? poll(&wait, 1, (int) (left_us / 1000) + 1) : 0;

		if (ready > 0)
			return true;
		if (ready == 0)
			return die(stream, g_strdup("no answer in time")) > 0;
		if (errno != EINTR)
			return die(stream, g_strdup_printf("poll: %s", g_strerror(errno))) > 0;
	}
}

/* What there is, without waiting: > 0, 0 for nothing yet, -1. */
static gssize take(struct stream *stream, void *bytes, gsize size)
{
	size_t got = 0;
	CURLcode code = curl_easy_recv(stream->curl, bytes, size, &got);

	if (code == CURLE_AGAIN)
		return 0;
	if (code != CURLE_OK)
		return die(stream, g_strdup_printf("connection lost: %s", *stream->complaint ? stream->complaint
						   : curl_easy_strerror(code)));
	return got ? (gssize) got : die(stream, g_strdup("connection closed by the server"));
}

gssize stream_read(struct stream *stream, void *bytes, gsize size)
{
	gssize got = 0;

	if (stream->why)
		return -1;
	if (stream->ahead_from < stream->ahead_to) {
		got = (gssize) MIN(size, stream->ahead_to - stream->ahead_from);
		memcpy(bytes, stream->ahead + stream->ahead_from, (gsize) got);
		stream->ahead_from += (gsize) got;
	}
	/* Only after libcurl said "again" does poll tell the truth: TLS may hold bytes of its own. */
	while (!got && (got = take(stream, bytes, size)) == 0)
		if (!await(stream, POLLIN))
			return -1;
	if (got < 0)
		return -1;
	if ((guint64) got > stream->left_bytes) {
		stream->overrun = true;
		return die(stream, g_strdup("an answer longer than allowed"));
	}
	stream->left_bytes -= (guint64) got;
	return got;
}

gssize stream_write(struct stream *stream, const void *bytes, gsize size)
{
	const char *from = bytes;
	gsize left = size;

	while (left && !stream->why) {
		size_t put = 0;
		CURLcode code = curl_easy_send(stream->curl, from, left, &put);

		if (code != CURLE_OK && code != CURLE_AGAIN)
			return die(stream, g_strdup_printf("connection lost: %s", curl_easy_strerror(code)));
		from += put;
		left -= put;
		if (code == CURLE_AGAIN && !await(stream, POLLOUT))
			return -1;
	}
	return stream->why ? -1 : (gssize) size;
}

int stream_ready(struct stream *stream)
{
	gssize got;

	if (stream->ahead_from < stream->ahead_to)
		return 1;
	if (stream->why)
		return -1;
	got = take(stream, stream->ahead, sizeof stream->ahead);
	if (got > 0) {
		stream->ahead_from = 0;
		stream->ahead_to = (gsize) got;
	}
	return got > 0 ? 1 : (int) got;
}

int stream_fd(const struct stream *stream)
{
	return stream->fd;
}

const char *stream_why(const struct stream *stream)
{
	return stream->why;
}

bool stream_overrun(const struct stream *stream)
{
	return stream->overrun;
}
