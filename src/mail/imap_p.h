/* The inside of an IMAP connection, for imap*.c only. */
#ifndef WISMO_MAIL_IMAP_P_H
#define WISMO_MAIL_IMAP_P_H

#include "wismo/mail/imap.h"
#include "wismo/net/stream.h"

#include <libetpan/libetpan.h>

struct imap {
	char *host;
	struct stream *stream;
	mailimap *session;
	bool dead;
};

/* libetpan's stream over ours. The greeting was read by libcurl, so the first read yields one that says that we are
 * logged in. NULL: out of memory. The stream stays the caller's and must outlive the result. */
mailstream *imap_driver_new(struct stream *stream);

/* Gives the next command its time and bytes. */
void imap_allow(struct imap *imap, guint64 bytes);

/* Turns libetpan's result into ours; true when the command succeeded. `what` begins the message. */
bool imap_check(struct imap *imap, int code, const char *what, GError **error);

/* True when the server's words say that the refusal will pass (RFC 5530). */
bool imap_passing(const GError *refusal);

#endif
