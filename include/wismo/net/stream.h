/* A logged-in stream of bytes to a mail server. libcurl makes it: resolver, TLS 1.2 or newer with chain and host
 * name verified, greeting, STARTTLS (which it refuses to do without, also when the server claims to be logged in
 * already or injects answers before the handshake), and login. Then the caller speaks the protocol.
 *
 * Bounded from birth: each command gets a time and a number of bytes (stream_allow); beyond them the stream
 * is dead. A peer that the network has lost is noticed within a minute by keep-alive and TCP_USER_TIMEOUT. */
#ifndef WISMO_NET_STREAM_H
#define WISMO_NET_STREAM_H

#include "wismo/base/scope.h"
#include "wismo/base/secret.h"

#include <glib.h>
#include <stdbool.h>

enum stream_safety {
	STREAM_TLS,		/* from the first byte */
	STREAM_STARTTLS,
	STREAM_PLAIN,		/* refused unless the address that we connect to is loopback */
};

struct stream_target {
	const char *protocol;	/* "imap" */
	enum stream_safety safety;
	const char *host;	/* name or address */
	int port;		/* 0: the protocol's own */
	const char *user;
	const struct secret *secret;
	bool bearer;		/* the secret is an OAuth 2 token (RFC 7628, else XOAUTH2), not a password */
	const char *ca_file;	/* PEM file of further authorities; NULL: the system's only */
	guint wait_s;		/* for name, connection, handshake and login together */
};

struct stream;

/* Errors: WISMO_HALT for what a person must mend (certificate, password, no STARTTLS, plain text to another
 * machine), WISMO_RETRY else; the message carries the server's own words. */
struct stream *stream_open(const struct stream_target *target, GError **error);

/* Closes at once and says nothing to the server. */
void stream_close(struct stream *stream);

/* The next command may take `wait_s` without a byte, `total_s` in all, and be answered by at most `bytes`. */
void stream_allow(struct stream *stream, guint wait_s, guint total_s, guint64 bytes);

/* Waits for at least one byte. -1 when the stream ended, failed, or went beyond what was allowed: then it stays
 * dead and stream_why tells why. Never 0. */
gssize stream_read(struct stream *stream, void *bytes, gsize size);

/* Writes all, or -1 as above. */
gssize stream_write(struct stream *stream, const void *bytes, gsize size);

/* 1: bytes can be read at once (some may wait inside TLS, unseen by poll). 0: none yet. -1: dead. Does not wait. */
int stream_ready(struct stream *stream);

/* For poll, POLLIN; only after stream_ready said 0. */
int stream_fd(const struct stream *stream);

/* Why the stream is dead, in words; NULL while it lives. Borrowed. */
const char *stream_why(const struct stream *stream);

/* True when it died of an answer longer than allowed. */
bool stream_overrun(const struct stream *stream);

/* Whether an SMTP server has taken the login: one that offers none is used without (RFC 4954, 235). */
bool stream_took_login(const struct stream *stream);

SCOPE(stream, stream_close)

#endif
