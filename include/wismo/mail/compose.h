/* A reply as the bytes that leave: RFC 5322 with CRLF, one recipient, plain UTF-8 text. No value, however hostile, can
 * add a header line, end the header or smuggle a second mail: values are cleaned, encoded by GMime, and the
 * finished bytes are checked against the exact list of header fields before they are given out. */
#ifndef WISMO_MAIL_COMPOSE_H
#define WISMO_MAIL_COMPOSE_H

#include <glib.h>
#include <stdbool.h>

/* All strings are UTF-8 and borrowed; invalid bytes are replaced. */
struct compose {
	const char *from;		/* address */
	const char *from_name;		/* NULL: none */
	const char *to;			/* exactly one address */
	const char *subject, *body;
	const char *message_id;		/* without brackets, as all ids here */
	const char *in_reply_to;	/* NULL: none */
	const GPtrArray *references;	/* char *, oldest first; NULL: none */
	gint64 date_at;
	const char *zone;		/* IANA name for the Date field; NULL: UTC */
	/* RFC 3834, 5: adds Auto-Submitted and X-Auto-Response-Suppress. Only for answers that no person saw and
	 * whose channel wants it: marketplaces count an auto-responder as no answer. */
	bool auto_submitted;
};

/* The wire bytes, owned. WISMO_PARK when an address is not one address, or when the result is not what it must be.
 * Ids that are not ids are left out; References keep the first and the last 20 (RFC 5537, 3.4.4). */
GBytes *compose_wire(const struct compose *mail, GError **error);

/* True when `wire` is a mail that may leave: CRLF only, no NUL, no line beyond 998 bytes (RFC 5322, 2.1.1), each
 * header field known and there at most once. WISMO_PARK with the line number. */
bool compose_wire_ok(GBytes *wire, GError **error);

/* True for one plain address: printable ASCII, one @, no quotes, brackets, commas, blanks; at most 254 bytes. */
bool compose_address_ok(const char *address);

#endif
