/* HTTPS by libcurl: many requests at once over kept connections. HTTPS only, TLS 1.2 or newer, chain and
 * name verified; redirects are not followed; no proxy; the address is looked at after it was resolved, and (but for a server
 * that the request says is the seller's own) private, loopback, link-local, shared (CGNAT) and v4-mapped ones are refused. Every answer is bounded in bytes
 * (after decompression) and in time. Nothing here logs a URL, a header or a body. */
#ifndef WISMO_NET_HTTP_H
#define WISMO_NET_HTTP_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

#define HTTP_CAP_BYTES (1024 * 1024)
#define HTTP_TOTAL_S 30
#define HTTP_CONNECT_S 10
#define HTTP_SILENT_S 10	/* slower than 50 bytes/s for so long is dead */

/* What to ask. All strings are owned by the request; header values and the body are wiped when it is freed. */
struct http_request {
	char *method;		/* "GET", "POST" */
	char *url;		/* https://... */
	GPtrArray *headers;	/* char *, "Name: value" */
	char *body;		/* NULL: none */
	char *ca_file;		/* PEM file of authorities in place of the system's; NULL: those */
	bool allow_loopback;	/* tests only */
	bool allow_own;		/* a server of the seller's: its network's addresses (RFC 1918, 6598, 4193) and this machine's; no others */
	guint total_s;		/* 0: HTTP_TOTAL_S */
};

struct http_request *http_request_new(const char *method, const char *url);
void http_request_free(gpointer request);

/* False (nothing is added) when the name or value holds a control character. */
bool http_request_header(struct http_request *request, const char *name, const char *value);

enum http_fault {
	HTTP_FINE,		/* an answer of any status came in whole */
	HTTP_UNREACHABLE,	/* resolver, connection, time-out, broken off: may work later */
	HTTP_UNTRUSTED,		/* certificate or TLS version: a person must look */
	HTTP_FORBIDDEN,		/* not https, or the address is one that we never ask */
	HTTP_TOO_LARGE,
};

struct http_answer {
	enum http_fault fault;
	int status;		/* 0 without an answer */
	char *body;		/* NUL-terminated, never NULL */
	gsize length;
	char *type;		/* Content-Type, NULL: none */
	gint64 retry_after_s;	/* Retry-After, 0: none; at most a day */
	char *why;		/* one line, no secrets; NULL when fine */
};
void http_answer_free(gpointer answer);

/* One request, waiting for it. Never NULL. */
struct http_answer *http_ask(const struct http_request *request);

/* Many at once. */
struct http;
typedef void http_done(struct http_answer *answer, void *user);	/* takes the answer */

struct http *http_new(guint at_once_per_host);
void http_free(struct http *http);	/* drops what still runs, without calling back */

/* Takes the request. `done` is called from http_wait, never from here. */
void http_start(struct http *http, struct http_request *request, http_done *done, void *user);

/* Lets them work for at most `wait_ms`; gives the number that still run. */
guint http_wait(struct http *http, int wait_ms);

SCOPE(http, http_free)
SCOPE(http_request, http_request_free)
SCOPE(http_answer, http_answer_free)

#endif
