/* The buyer's own words: what is left of a text without the channel's frame, quoted history, signatures
 * and footers. Cutting is reversible: every kept byte knows where it stood. Quoted history never decides
 * what a buyer wants, so when in doubt whether a line is history, the line goes; but if everything would
 * go, everything stays. */
#ifndef WISMO_CORE_BUYERTEXT_H
#define WISMO_CORE_BUYERTEXT_H

#include "wismo/core/channel.h"
#include "wismo/model/letter.h"

struct buyertext_span {
	gsize own_at;		/* byte in `own` */
	gsize whole_at;		/* byte in `whole` */
	gsize length;
};

struct buyertext {
	char *whole;		/* text that it was cut from: the plain part, or the HTML as text */
	char *own;		/* never NULL, trimmed */
	GArray *spans;		/* struct buyertext_span, ascending; line ends between spans belong to none */
	bool framed;		/* the channel's markers were found */
	bool forwarded;		/* somebody else's mail was forwarded (inline) below or without own words */
	bool kept_all;		/* cutting left nothing, so nothing was cut */
	bool bounded;		/* the text was longer than we read */
};

/* `channel` may be NULL. Owned. */
struct buyertext *buyertext_cut(const struct letter *letter, const struct channel *channel);
struct buyertext *buyertext_cut_plain(const char *text, const struct channel *channel);
void buyertext_free(struct buyertext *text);

/* Where byte `own_at` of the own words stands in the whole text. */
gsize buyertext_whole_at(const struct buyertext *text, gsize own_at);

SCOPE(buyertext, buyertext_free)

#endif
