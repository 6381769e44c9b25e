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
 *	late		true when the promised date has passed	just_shipped	true within three days of shipped_date
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

/* Building up: one template file's text (head and body), one word list. Names are copied. WISMO_HALT, file:line. */
struct replies *replies_new(void);
void replies_free(struct replies *replies);
bool replies_add(struct replies *replies, const char *lang, const char *name, const char *path, const char *text,
		 GError **error);

/* Words of the replies in a language: lines `kind.word = text` ("status.in_transit = unterwegs"). */
bool replies_add_words(struct replies *replies, const char *lang, const char *path, const char *text, GError **error);

/* Renders every example of every template; `each` sees the result and may refuse it. */
typedef bool replies_look(const char *path, int line, const char *body, void *user, GError **error);
bool replies_prove(const struct replies *replies, replies_look *each, void *user, GError **error);

/* Every template once: name, language, path, about line, variables of its first example. Stops when `each` gives false. */
typedef bool replies_visit(const char *name, const char *lang, const char *path, const char *about,
			   const json_t *example, void *user);
void replies_each(const struct replies *replies, replies_visit *each, void *user);

struct rendered {
	char *subject;	/* one line, for a mail without subject; never NULL */
	char *body;	/* LF lines */
	char *lang;	/* that it was found in: the wished one, else English, else German */
	char *file;	/* path of the template */
};
void rendered_free(struct rendered *rendered);

bool replies_has(const struct replies *replies, const char *template);

/* In which language it would be rendered for this one: the same, else English, else German; NULL: there is none. Borrowed. */
const char *replies_lang(const struct replies *replies, const char *template, const char *lang);

/* NULL with WISMO_PARK when a variable is missing (the message names it) or the template does not exist. */
struct rendered *render_reply(const struct replies *replies, const char *template, const char *lang,
			      const json_t *variables, GError **error);

/* Words of a fixed vocabulary in a language: status of trackings, delivered_to. NULL when there is none. Borrowed. */
const char *render_word(const struct replies *replies, const char *lang, const char *kind, const char *word);

SCOPE(rendered, rendered_free)
SCOPE(replies, replies_free)

#endif
