/* Reply templates: the folder replies/<lang>/, and one reply made from them.
 *
 * A template file is a head of `key: value` lines, one empty line, the text. Keys:
 *	about		one line for the seller
 *	subject		used when the answered mail has none ("Re: " is put before the buyer's own otherwise)
 *	example		a JSON object of variables, on one line; repeatable; each is rendered and linted at load
 *
 * Variables (text unless said otherwise; absent when unknown, so test with a section):
 *	buyer_name	as to be greeted, "Anna Schmidt"; absent when unknown
 *	order_no	item (title of the line or first line)	items_more (true when there are several)
 *	carrier		display name		tracking_no
 *	status		the carrier's status in the buyer's words, lower case ("unterwegs", "in transit")
 *	status_date	shipped_date		moved_date (last movement)	promised_date
 *	late		true when the promised date has passed
 *	pickup		true when it waits at a pickup point	delivered_to	fixed vocabulary in the buyer's language
 *	next_date	date of the next news: always there
 *	value		"24,90 EUR"		shop_name	angry (true)
 * Dates are days in the seller's zone, written as in the reply's language. */
#ifndef WISMO_CORE_RENDER_H
#define WISMO_CORE_RENDER_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

struct replies;		/* all templates of all languages, proven by their examples */

struct rendered {
	char *subject;	/* one line, for a mail without subject; never NULL */
	char *body;	/* LF lines */
	char *lang;	/* that it was found in: the wished one, else English, else German */
	char *file;	/* path of the template */
};
void rendered_free(struct rendered *rendered);

bool replies_has(const struct replies *replies, const char *template);

/* NULL with WISMO_PARK when a variable is missing (the message names it) or the template does not exist. */
struct rendered *render_reply(const struct replies *replies, const char *template, const char *lang,
			      const json_t *variables, GError **error);

/* Words of a fixed vocabulary in a language: status of trackings, delivered_to. NULL when there is none. Borrowed. */
const char *render_word(const struct replies *replies, const char *lang, const char *kind, const char *word);

SCOPE(rendered, rendered_free)

#endif
