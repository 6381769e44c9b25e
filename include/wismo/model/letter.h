/* A letter: a mail taken apart into decoded text, before anybody thinks about what it means.
 * All text is valid UTF-8 without NUL; every bound that was hit is told in `bounded`. */
#ifndef WISMO_MODEL_LETTER_H
#define WISMO_MODEL_LETTER_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

struct letter_header {
	char *name;	/* as written */
	char *value;	/* unfolded, RFC 2047 decoded */
};

struct letter {
	GPtrArray *headers;	/* struct letter_header, top first; repeated ones stay repeated */
	char *message_id;	/* without angle brackets; NULL when absent */
	char *in_reply_to;
	GPtrArray *references;	/* char *, oldest first, without brackets */
	char *from;		/* address, lower case domain; NULL when none could be read */
	char *from_name;
	int from_count;		/* several From addresses are suspicious */
	char *reply_to;
	char *return_path;	/* "" for the null path <>, NULL when the header is absent */
	GPtrArray *recipients;	/* char *: To, Cc, Delivered-To, X-Original-To */
	char *subject;
	gint64 sent_at;		/* Date header; 0 when absent or unreadable */
	char *content_type;	/* of the whole mail, "multipart/report" */
	char *plain;		/* text/plain parts joined by a blank line, format=flowed undone; NULL: none */
	char *html;		/* source of text/html parts, UTF-8; NULL: none */
	char *attached;		/* text of an attached message/rfc822 or delivery-status part; NULL: none */
	guint attachments;	/* other parts */
	const char *bounded;	/* static: which bound cut this letter, or NULL */
};

struct letter *letter_new(void);
void letter_free(struct letter *letter);
void letter_forget_text(struct letter *letter);	/* the head stays: plain, html and attached are NULL then */

/* First value of a header, any case; NULL when absent. Borrowed. */
const char *letter_header(const struct letter *letter, const char *name);

SCOPE(letter, letter_free)

#endif
