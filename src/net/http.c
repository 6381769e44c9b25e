/* Requests over libcurl's multi interface. Whoever configures a URL or a carrier file must not be able to
 * make us speak to the machine or the network that we run in, whatever a name resolves to and when: so the
 * check is made on the very address that the socket is opened for. */
#include "wismo/net/http.h"

#include "authorities_p.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <string.h>
#include <sys/socket.h>

#define SLOW_BYTES_S 50
#define HEADERS_CAP_BYTES (64 * 1024)
#define RETRY_AFTER_CAP_S 86400

struct http {
	CURLM *multi;
	GHashTable *runs;	/* CURL * -> struct run * */
};

/* One request under way. */
struct run {
	CURL *easy;
	struct curl_slist *headers;
	struct http_request *request;
	http_done *done;
	void *user;
	GString *body;
	gsize header_bytes;
	bool refused, large;
	char message[CURL_ERROR_SIZE];
};

static void global_once(void)
{
	static gsize made;

	if (g_once_init_enter(&made)) {
		curl_global_init(CURL_GLOBAL_DEFAULT);
		g_once_init_leave(&made, 1);
	}
}

static void wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	g_free(text);
}

static void wipe_item(gpointer text)
{
	wipe(text);
}

struct http_request *http_request_new(const char *method, const char *url)
{
	struct http_request *request = g_new0(struct http_request, 1);

	request->method = g_strdup(method);
	request->url = g_strdup(url);
	request->headers = g_ptr_array_new_with_free_func(wipe_item);
	return request;
}

void http_request_free(gpointer pointer)
{
	struct http_request *request = pointer;

	if (!request)
		return;
	g_ptr_array_unref(request->headers);
	wipe(request->url);	/* some carriers want the key in the query */
	wipe(request->body);
	g_free(request->method);
	g_free(request->ca_file);
	g_free(request);
}

bool http_request_header(struct http_request *request, const char *name, const char *value)
{
	for (const char *p = name; *p; p++)
		if ((guchar) *p <= ' ' || *p == ':' || *p == 0x7f)
			return false;
	for (const char *p = value; *p; p++)
		if (((guchar) *p < ' ' && *p != '\t') || *p == 0x7f)
			return false;
	g_ptr_array_add(request->headers, g_strdup_printf("%s: %s", name, value));
	return true;
}

void http_answer_free(gpointer pointer)
{
	struct http_answer *answer = pointer;

	if (!answer)
		return;
	g_free(answer->body);
	g_free(answer->type);
	g_free(answer->why);
	g_free(answer);
}

static bool within(guint32 address, guint32 net, int bits)
{
	return (address ^ net) >> (32 - bits) == 0;
}

/* RFC 6890 and its successors: everything that is not a public unicast address. */
static bool public_v4_ok(guint32 a)
{
	static const struct { guint32 net; int bits; } special[] = {
		{ 0x00000000, 8 }, { 0x0a000000, 8 }, { 0x64400000, 10 }, { 0x7f000000, 8 }, { 0xa9fe0000, 16 },
		{ 0xac100000, 12 }, { 0xc0000000, 24 }, { 0xc0000200, 24 }, { 0xc0586300, 24 }, { 0xc0a80000, 16 },
		{ 0xc6120000, 15 }, { 0xc6336400, 24 }, { 0xcb007100, 24 }, { 0xe0000000, 3 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(special); i++)
		if (within(a, special[i].net, special[i].bits))
			return false;
	return true;
}

/* Only 2000::/3, without the ranges that carry IPv4 addresses (6to4, Teredo) or are for documentation. */
static bool public_v6_ok(const guint8 *a)
{
	if ((a[0] & 0xe0) != 0x20)
		return false;
	if (a[0] == 0x20 && a[1] == 0x02)
		return false;
	return !(a[0] == 0x20 && a[1] == 0x01 && (a[2] < 0x02 || (a[2] == 0x0d && a[3] == 0xb8)));
}

/* What a seller's own server may have: not link-local, where clouds keep their machines' keys. */
static bool own_v4_ok(guint32 a)
{
	return within(a, 0x7f000000, 8) || within(a, 0x0a000000, 8) || within(a, 0xac100000, 12) || within(a, 0xc0a80000, 16)
		|| within(a, 0x64400000, 10);
}

static bool own_v6_ok(const struct in6_addr *a)
{
	return IN6_IS_ADDR_LOOPBACK(a) || (a->s6_addr[0] & 0xfe) == 0xfc;
}

static bool address_ok(const struct sockaddr *address, const struct http_request *request)
{
	if (address->sa_family == AF_INET) {
		guint32 a = ntohl(((const struct sockaddr_in *) (const void *) address)->sin_addr.s_addr);

		return public_v4_ok(a) || (request->allow_loopback && within(a, 0x7f000000, 8)) || (request->allow_own && own_v4_ok(a));
	}
	if (address->sa_family == AF_INET6) {
		const struct in6_addr *a = &((const struct sockaddr_in6 *) (const void *) address)->sin6_addr;

		return public_v6_ok(a->s6_addr) || (request->allow_loopback && IN6_IS_ADDR_LOOPBACK(a)) || (request->allow_own && own_v6_ok(a));
	}
	return false;
}

static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct run *run = user;

	(void) purpose;
	if (address_ok(&address->addr, run->request))
		return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	run->refused = true;
	return CURL_SOCKET_BAD;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *user)
{
	struct run *run = user;

	run->large = run->large || run->body->len + size * count > HTTP_CAP_BYTES;
	if (run->large)
		return 0;
	g_string_append_len(run->body, bytes, (gssize) (size * count));
	return size * count;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *user)
{
	struct run *run = user;

	(void) bytes;
	run->header_bytes += size * count;
	run->large = run->large || run->header_bytes > HEADERS_CAP_BYTES;
	return run->large ? 0 : size * count;
}

static void set_options(struct run *run)
{
	const struct http_request *request = run->request;
	CURL *easy = run->easy;

	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");	/* through a proxy the address could not be looked at */
	curl_easy_setopt(easy, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "wismo");
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long) HTTP_CONNECT_S);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long) (request->total_s ? request->total_s : HTTP_TOTAL_S));
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long) SLOW_BYTES_S);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long) HTTP_SILENT_S);
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t) HTTP_CAP_BYTES);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, run);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, run);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, run);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, run->message);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, run);
	/* Eight questions to a server that speaks HTTP/2 are one connection, not eight handshakes at once. */
	curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	if (request->ca_file) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_file);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	} else {
		authorities_once(easy);
	}
	if (request->body) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) strlen(request->body));
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
	}
	for (guint i = 0; i < request->headers->len; i++)
		run->headers = curl_slist_append(run->headers, g_ptr_array_index(request->headers, i));
	run->headers = curl_slist_append(run->headers, "Expect:");	/* no second of waiting for 100 Continue */
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, run->headers);
}

static struct run *run_new(const struct http_request *request)
{
	struct run *run = g_new0(struct run, 1);

	global_once();
	run->request = (struct http_request *) request;
	run->body = g_string_new(NULL);
	run->easy = curl_easy_init();
	if (!run->easy)
		g_error("out of memory");
	set_options(run);
	return run;
}

static void run_free(struct run *run)
{
	curl_easy_cleanup(run->easy);
	for (struct curl_slist *item = run->headers; item; item = item->next)
		explicit_bzero(item->data, strlen(item->data));
	curl_slist_free_all(run->headers);
	if (run->body)
		g_string_free(run->body, TRUE);
	g_free(run);
}

static enum http_fault fault_of(const struct run *run, CURLcode code)
{
	if (run->refused && code != CURLE_OK)
		return HTTP_FORBIDDEN;
	if (run->large)
		return HTTP_TOO_LARGE;
	switch (code) {
	case CURLE_OK:
		return HTTP_FINE;
	case CURLE_UNSUPPORTED_PROTOCOL: case CURLE_URL_MALFORMAT:
		return HTTP_FORBIDDEN;
	case CURLE_FILESIZE_EXCEEDED:
		return HTTP_TOO_LARGE;
	case CURLE_PEER_FAILED_VERIFICATION: case CURLE_SSL_CONNECT_ERROR: case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR: case CURLE_SSL_CIPHER: case CURLE_SSL_INVALIDCERTSTATUS:
		return HTTP_UNTRUSTED;
	default:
		return HTTP_UNREACHABLE;
	}
}

/* libcurl's message may quote the URL's host, never its query: keys stay unsaid. */
static char *why_of(const struct run *run, enum http_fault fault, CURLcode code)
{
	switch (fault) {
	case HTTP_FINE:
		return NULL;
	case HTTP_FORBIDDEN:
		return g_strdup(run->refused ? "the host resolves to an address that is not public: not asked"
				: "only https is spoken");
	case HTTP_TOO_LARGE:
		return g_strdup("the answer is larger than 1 MB");
	default:
		return g_strdup(*run->message ? run->message : curl_easy_strerror(code));
	}
}

static struct http_answer *answer_of(struct run *run, CURLcode code)
{
	struct http_answer *answer = g_new0(struct http_answer, 1);
	const char *type = NULL;
	curl_off_t wait_s = 0;
	long status = 0;

	curl_easy_getinfo(run->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(run->easy, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(run->easy, CURLINFO_RETRY_AFTER, &wait_s);
	answer->fault = fault_of(run, code);
	answer->status = answer->fault == HTTP_FINE ? (int) status : 0;
	answer->type = g_strdup(type);
	answer->retry_after_s = CLAMP(wait_s, 0, RETRY_AFTER_CAP_S);
	answer->why = why_of(run, answer->fault, code);
	answer->length = run->body->len;
	answer->body = g_string_free(run->body, FALSE);
	run->body = NULL;
	return answer;
}

struct http_answer *http_ask(const struct http_request *request)
{
	struct run *run = run_new(request);
	struct http_answer *answer = answer_of(run, curl_easy_perform(run->easy));

	run_free(run);
	return answer;
}

struct http *http_new(guint at_once_per_host)
{
	struct http *http = g_new0(struct http, 1);

	global_once();
	http->multi = curl_multi_init();
	http->runs = g_hash_table_new(NULL, NULL);
	curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long) at_once_per_host);
	curl_multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, 64L);
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, 32L);
	return http;
}

static void drop(struct http *http, struct run *run)
{
	curl_multi_remove_handle(http->multi, run->easy);
	g_hash_table_remove(http->runs, run->easy);
	http_request_free(g_steal_pointer(&run->request));
	run_free(run);
}

void http_free(struct http *http)
{
	GHashTableIter iter;
	gpointer run;

	if (!http)
		return;
	for (g_hash_table_iter_init(&iter, http->runs); g_hash_table_iter_next(&iter, NULL, &run);
	     g_hash_table_iter_init(&iter, http->runs))
		drop(http, run);
	g_hash_table_unref(http->runs);
	curl_multi_cleanup(http->multi);
	g_free(http);
}

void http_start(struct http *http, struct http_request *request, http_done *done, void *user)
{
	struct run *run = run_new(request);

	run->done = done;
	run->user = user;
	g_hash_table_insert(http->runs, run->easy, run);
	curl_multi_add_handle(http->multi, run->easy);
}

static void reap(struct http *http)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left))) {
		struct run *run = g_hash_table_lookup(http->runs, message->easy_handle);
		struct http_answer *answer = answer_of(run, message->data.result);
		http_done *done = run->done;
		void *user = run->user;

		drop(http, run);
		done(answer, user);
	}
}

guint http_wait(struct http *http, int wait_ms)
{
	int running = 0;

	curl_multi_perform(http->multi, &running);
	if (running && wait_ms > 0) {
		curl_multi_poll(http->multi, NULL, 0, wait_ms, NULL);
		curl_multi_perform(http->multi, &running);
	}
	reap(http);
	return g_hash_table_size(http->runs);
}
