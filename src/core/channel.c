/* Recognises the channel of a letter from data; knows no marketplace by itself. */
#include "wismo/core/channel.h"

#include <string.h>

static const char *const speakers[] = { "unknown", "buyer", "notice" };
_Static_assert(G_N_ELEMENTS(speakers) == SPEAKER_COUNT, "one name for each speaker");

const char *speaker_name(enum speaker speaker) { return speakers[speaker]; }

struct parts {
	char *local, *domain;	/* lower case */
};

static bool split(const char *address, struct parts *parts)
{
	const char *at = address ? strrchr(address, '@') : NULL;
	g_autofree char *local = NULL;

	if (!at)
		return false;
	local = g_strndup(address, (gsize) (at - address));
	parts->local = g_utf8_strdown(local, -1);
	parts->domain = g_utf8_strdown(at + 1, -1);
	return true;
}

static void parts_clear(struct parts *parts)
{
	g_free(parts->local);
	g_free(parts->domain);
}

/* Whole labels, end anchored: "marketplace.amazon.de.evil.com" is nobody. `market` is set for a "*". */
static bool domain_matches(const struct channel *channel, const char *pattern, const char *domain,
			   const struct channel_market **market)
{
	const char *star = strchr(pattern, '*');

	if (!star)
		return strcmp(pattern, domain) == 0;
	for (guint i = 0; i < channel->markets->len; i++) {
		const struct channel_market *one = g_ptr_array_index(channel->markets, i);
		gsize prefix = (gsize) (star - pattern);

		if (strncmp(domain, pattern, prefix) == 0 && strcmp(domain + prefix, one->domain) == 0) {
			*market = one;
			return true;
		}
	}
	return false;
}

static const struct channel_sender *find_sender(const struct channel *channel, const struct parts *from,
						const struct channel_market **market)
{
	for (guint i = 0; i < channel->senders->len; i++) {
		const struct channel_sender *sender = g_ptr_array_index(channel->senders, i);

		for (guint d = 0; d < sender->domains->len; d++)
			if (domain_matches(channel, g_ptr_array_index(sender->domains, d), from->domain, market) &&
			    (!sender->local || regex_matches(sender->local, from->local)))
				return sender;
	}
	return NULL;
}

bool channel_relays(const struct channel *channel, const char *address)
{
	const struct channel_market *market = NULL;
	struct parts parts;
	bool found = false;

	if (!split(address, &parts))
		return false;
	for (guint i = 0; !found && i < channel->senders->len; i++) {
		const struct channel_sender *sender = g_ptr_array_index(channel->senders, i);

		for (guint d = 0; !found && d < sender->domains->len; d++)
			found = domain_matches(channel, g_ptr_array_index(sender->domains, d), parts.domain, &market);
	}
	parts_clear(&parts);
	return found;
}

static bool any_matches(const GPtrArray *patterns, const char *text)
{
	for (guint i = 0; text && i < patterns->len; i++)
		if (regex_matches(g_ptr_array_index(patterns, i), text))
			return true;
	return false;
}

static void apply_typed(const struct letter *letter, struct sighting *sighting)
{
	const GPtrArray *list = sighting->channel->typed;
	bool has_type = false;

	for (guint i = 0; i < list->len; i++) {
		const struct channel_typed *typed = g_ptr_array_index(list, i);
		const char *value = letter_header(letter, typed->header);

		has_type = has_type || (value && *value);
		if (value && g_ascii_strcasecmp(value, typed->value) == 0) {
			sighting->speaker = typed->speaker;
			sighting->notice = typed->notice;
			return;
		}
	}
	/* A type that no file knows yet: nobody guesses what it means. */
	if (has_type)
		sighting->speaker = SPEAKER_UNKNOWN;
}

static void apply_notices(const struct letter *letter, const char *text, struct sighting *sighting)
{
	const GPtrArray *list = sighting->channel->notices;
	/* Ticket systems send buyers' words and their own from one address; there only the subject, which the
	 * shop writes, may say which. */
	bool ticket = sighting->speaker == SPEAKER_BUYER && !sighting->channel->rules.reply_by_mail;

	if ((sighting->speaker != SPEAKER_NOTICE && !ticket) ||
	    (sighting->notice != NOTICE_NONE && sighting->notice != NOTICE_OTHER))
		return;
	for (guint i = 0; i < list->len; i++) {
		const struct channel_notice *notice = g_ptr_array_index(list, i);

		if (any_matches(notice->subjects, letter->subject) || (!ticket && any_matches(notice->bodies, text))) {
			sighting->speaker = SPEAKER_NOTICE;
			sighting->notice = notice->notice;
			return;
		}
	}
	if (!ticket)
		sighting->notice = NOTICE_OTHER;
}

static void apply_market(const struct letter *letter, struct sighting *sighting)
{
	const char *header = sighting->channel->market_header;
	const char *id = header ? letter_header(letter, header) : NULL;

	/* The address says it more surely than a header that all sites of one account share. */
	for (guint i = 0; !sighting->market && id && i < sighting->channel->markets->len; i++) {
		const struct channel_market *market = g_ptr_array_index(sighting->channel->markets, i);

		if (g_strcmp0(market->id, id) == 0)
			sighting->market = market;
	}
}

static void apply_topic(const struct letter *letter, struct sighting *sighting)
{
	const GPtrArray *list = sighting->channel->topics;

	for (guint i = 0; i < list->len && !sighting->topic; i++) {
		const struct channel_topic *topic = g_ptr_array_index(list, i);

		if (any_matches(topic->patterns, letter->subject))
			sighting->topic = topic;
	}
}

static void take_alias(const char *address, struct sighting *sighting)
{
	struct parts parts;
	char *plus;

	if (!split(address, &parts))
		return;
	plus = strchr(parts.local, '+');
	if (plus) {
		*plus = '\0';
		g_free(sighting->case_ref);
		sighting->case_ref = g_strdup(plus + 1);
	}
	g_free(sighting->alias);
	sighting->alias = g_strdup_printf("%s@%s", parts.local, parts.domain);
	parts_clear(&parts);
}

/* The relay address in its longest form: sources disagree in which header the +case shows. */
static void find_alias(const struct letter *letter, struct sighting *sighting)
{
	const char *others[] = { letter->reply_to, NULL };

	take_alias(letter->from, sighting);
	g_free(sighting->reply_to);
	sighting->reply_to = g_strdup(letter->from);
	for (guint i = 0; !sighting->case_ref && i <= letter->recipients->len; i++) {
		const char *address = i == 0 ? others[0] : g_ptr_array_index(letter->recipients, i - 1);
		const char *plus = address ? strchr(address, '+') : NULL;
		g_autofree char *bare = plus && strchr(plus, '@')
			? g_strdup_printf("%.*s%s", (int) (plus - address), address, strchr(plus, '@')) : NULL;

		if (bare && g_ascii_strcasecmp(bare, sighting->alias) == 0) {
			take_alias(address, sighting);
			g_free(sighting->reply_to);
			sighting->reply_to = g_strdup(address);
		}
	}
}

static char *field(const struct regex *regex, const char *text)
{
	struct regex_hit hit;

	if (!regex || !text || !regex_find(regex, text, strlen(text), 0, &hit, NULL))
		return NULL;
	return regex_group(text, &hit, 1);
}

static void find_buyer(const struct letter *letter, const char *text, struct sighting *sighting)
{
	const struct channel *channel = sighting->channel;
	g_autofree char *in_body = NULL;

	if (channel->name_field) {
		sighting->buyer_name = field(channel->name_field, letter->subject);
		if (!sighting->buyer_name)
			sighting->buyer_name = field(channel->name_field, text);
	}
	if (channel->reply_to_buyer) {
		in_body = field(channel->buyer_field, text);
		sighting->reply_to = g_strdup(letter->reply_to ? letter->reply_to : in_body);
		if (sighting->reply_to)
			take_alias(sighting->reply_to, sighting);
	} else if (channel->rules.reply_by_mail) {
		find_alias(letter, sighting);
	} else if (sighting->buyer_name) {
		/* The shop shows no address: the name is all that tells buyers apart. */
		g_autofree char *low = g_utf8_strdown(sighting->buyer_name, -1);

		sighting->alias = g_strdup_printf("%s (%s)", g_strstrip(low), channel->name);
	}
	if (!sighting->buyer_name)
		sighting->buyer_name = g_strdup(letter->from_name);
}

static const struct channel *find_pretended(const struct channels *channels, const struct letter *letter)
{
	g_autofree char *from = g_strdup_printf("%s <%s>", letter->from_name ? letter->from_name : "",
						letter->from ? letter->from : "");

	for (guint i = 0; i < channels->list->len; i++) {
		const struct channel *channel = g_ptr_array_index(channels->list, i);

		if (letter->from && any_matches(channel->marks, from))
			return channel;
		for (guint t = 0; letter->from && t < channel->typed->len; t++) {
			const struct channel_typed *typed = g_ptr_array_index(channel->typed, t);

			if (letter_header(letter, typed->header))
				return channel;
		}
	}
	return NULL;
}

void channels_sight(const struct channels *channels, const struct letter *letter, const char *text,
		    struct sighting *sighting)
{
	struct parts from;

	memset(sighting, 0, sizeof(*sighting));
	if (letter->from && split(letter->from, &from)) {
		for (guint i = 0; i < channels->list->len && !sighting->channel; i++) {
			const struct channel *channel = g_ptr_array_index(channels->list, i);
			const struct channel_sender *sender = find_sender(channel, &from, &sighting->market);

			if (sender) {
				sighting->channel = channel;
				sighting->speaker = sender->speaker;
				sighting->notice = sender->notice;
			}
		}
		parts_clear(&from);
	}
	if (!sighting->channel) {
		sighting->pretends = find_pretended(channels, letter);
		return;
	}
	apply_typed(letter, sighting);
	apply_notices(letter, text, sighting);
	apply_market(letter, sighting);
	apply_topic(letter, sighting);
	if (sighting->speaker != SPEAKER_NOTICE)
		find_buyer(letter, text, sighting);
}

void sighting_clear(struct sighting *sighting)
{
	g_free(sighting->alias);
	g_free(sighting->case_ref);
	g_free(sighting->reply_to);
	g_free(sighting->buyer_name);
	memset(sighting, 0, sizeof(*sighting));
}

const struct channel *channels_find(const struct channels *channels, const char *name)
{
	for (guint i = 0; i < channels->list->len; i++) {
		const struct channel *channel = g_ptr_array_index(channels->list, i);

		if (g_strcmp0(channel->name, name) == 0)
			return channel;
	}
	return NULL;
}
