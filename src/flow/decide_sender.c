/* Whether the order that a mail names is its sender's: anybody can write down a number. */
#include "decide_p.h"

#include <string.h>

/* Local part without +tag, lower case, and for direct addresses the domain: a relay's alias is the same on all its sites. */
static char *normal(const char *address, bool relay)
{
	g_autofree char *lower = g_utf8_strdown(address, -1);
	char *at = strrchr(lower, '@'), *plus = strchr(lower, '+');
	char *end = plus && plus < at ? plus : at;

	return g_strdup_printf("%.*s%s", (int) (end - lower), lower, relay ? "" : at);
}

static const char *compare(const struct channel *channel, const char *listed, const char *seen)
{
	bool relay = channel && channel_relays(channel, listed);

	/* An alias hides who is behind it: beside a real address it proves nothing, neither way. */
	if (!seen || !strchr(seen, '@') || relay != (channel && channel_relays(channel, seen)))
		return "unproven";
	g_autofree char *one = normal(listed, relay);
	g_autofree char *two = normal(seen, relay);

	return strcmp(one, two) == 0 ? "buyer" : "other";
}

const char *decide_sender(const struct decision *d)
{
	const char *listed = d->order ? d->order->buyer_address : NULL, *sender, *answered;

	if (!listed || !strchr(listed, '@') || !d->row)
		return "unproven";
	sender = compare(d->channel, listed, d->row->reading->buyer);
	/* A Reply-To of somebody else's must not get the answer to the buyer's own question. */
	answered = compare(d->channel, listed, d->row->reading->reply_to);
	return strcmp(answered, "other") == 0 ? answered : sender;
}
