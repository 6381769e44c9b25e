/* Mail submission over libcurl: TLS 1.2 or newer from the first byte or by STARTTLS, chain and host name verified;
 * one recipient a transaction, connections are used again. What may have happened is always decidable:
 * the caller is asked (smtp_hand_over) immediately before the end of the body is given to libcurl, and only after
 * that the final dot can leave. */
#ifndef WISMO_NET_SMTP_H
#define WISMO_NET_SMTP_H

#include "wismo/base/scope.h"
#include "wismo/base/secret.h"
#include "wismo/net/stream.h"

#include <glib.h>
#include <stdbool.h>

struct smtp_server {
	enum stream_safety safety;	/* STREAM_PLAIN only to a loopback address */
	const char *host;
	int port;			/* 0: 465 for TLS, 587 else */
	const char *hello;		/* name for EHLO: the domain of the sender */
	const char *user;		/* NULL: no login */
	const struct secret *secret;
	bool bearer;			/* the secret is an OAuth 2 token */
	const char *ca_file;
	guint step_wait_s;		/* for connection, login, envelope and body together; 0: 300 (RFC 5321, 4.5.3.2) */
	guint answer_wait_s;		/* for the answer to the final dot; 0: 600 */
};

enum smtp_step { SMTP_CONNECT, SMTP_LOGIN, SMTP_MAIL, SMTP_RCPT, SMTP_DATA, SMTP_DOT, SMTP_STEP_COUNT };
const char *smtp_step_name(enum smtp_step step);

enum smtp_outcome {
	SMTP_SENT,		/* 2xx to the final dot */
	SMTP_LATER,		/* not delivered, may be tried again */
	SMTP_REFUSED,		/* not delivered, 5xx to this mail */
	SMTP_ACCOUNT,		/* not delivered; server, certificate or login are at fault, other mails would fare the same */
	SMTP_UNCERTAIN,		/* handed over, and no final answer */
};

struct smtp_answer {
	enum smtp_step step;	/* the last that was begun */
	int code;		/* of the server's last line; 0: none */
	bool handed_over;
	GPtrArray *lines;	/* char *: every line of the server but login challenges, in order */
	char *said;		/* the last answer in one line, or libcurl's words; never NULL */
	bool config_fault;	/* certificate, STARTTLS, login: a person must mend it */
};

struct smtp;

struct smtp *smtp_new(void);
void smtp_free(struct smtp *smtp);	/* says QUIT */

/* Called once before the last byte: returns true when "handed over" is durable; false: nothing is sent. */
typedef bool smtp_hand_over(void *user);

/* One attempt. The answer is owned by the caller (smtp_answer_free). No GError: every end is an answer. */
struct smtp_answer *smtp_send(struct smtp *smtp, const struct smtp_server *server, const char *from, const char *to,
			      GBytes *wire, smtp_hand_over *hand_over, void *user);
void smtp_answer_free(struct smtp_answer *answer);

/* What an answer means. The server's code is the authority, libcurl's never. */
enum smtp_outcome smtp_judge(const struct smtp_answer *answer);

SCOPE(smtp, smtp_free)
SCOPE(smtp_answer, smtp_answer_free)

#endif
