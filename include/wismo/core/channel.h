/* Channels: through which marketplace a mail came, what the marketplace itself says in it, and how one
 * may answer there. All knowledge is data (templates/channels, wismo-channels(5)); conf/channel.c reads it
 * into these structs, and every file's own examples are run by channel_prove. */
#ifndef WISMO_CORE_CHANNEL_H
#define WISMO_CORE_CHANNEL_H

#include "wismo/core/regex.h"
#include "wismo/model/letter.h"
#include "wismo/model/reading.h"

/* Who speaks in a mail. */
enum speaker { SPEAKER_UNKNOWN, SPEAKER_BUYER, SPEAKER_NOTICE, SPEAKER_COUNT };
const char *speaker_name(enum speaker speaker);

struct channel_market {		/* one country's site */
	char *name;		/* "de", "co.uk" */
	char *domain;		/* "amazon.de" */
	char *id;		/* X-Marketplace-ID; NULL: none */
	char *lang;		/* language of most of its buyers */
};

struct channel_sender {
	char *name;
	GPtrArray *domains;	/* char *, lower case; "*" stands for each market's domain: "marketplace.*" */
	struct regex *local;	/* over the whole local part; NULL: any */
	enum speaker speaker;
	enum notice notice;
};

struct channel_typed {		/* a header whose value tells the kind */
	char *value, *header;
	enum speaker speaker;
	enum notice notice;
};

struct channel_topic {		/* what the buyer clicked, as the subject tells it */
	char *name;
	int intent;		/* enum intent; -1: tells nothing */
	enum wish wish;
	GPtrArray *patterns;	/* struct regex over the subject */
};

struct channel_notice {		/* what a notice means, where no header says it */
	char *name;
	enum notice notice;
	GPtrArray *subjects, *bodies;	/* struct regex; one of either is enough */
};

struct channel_order {		/* forms of order numbers */
	char *name;
	struct regex *pattern;	/* group 1, else the whole match, is the number */
	char *joined;		/* normal form of the groups, "$1-$2-$3"; NULL: as written */
};

struct channel_rules {		/* how one may answer; wismo-channels(5) */
	bool reply_by_mail;	/* mails to the sender reach the buyer */
	bool auto_ok;		/* by a machine */
	bool plain_only, keep_subject, quote_original;
	bool links, phones, addresses, emoji;	/* allowed in answers */
	gint64 max_chars;	/* 0: no limit */
	gint64 answer_s;	/* answer wanted within; 0: not said */
};

struct channel_example {
	char *name;
	int line;		/* in the file, for complaints */
	char *from, *subject, *header, *body;	/* header: "Name: value"; all may be NULL */
	bool refuses;		/* must not be recognised as this channel */
	char *market, *speaker, *notice, *topic, *text, *buyer, *wish;	/* expected; NULL: not looked at */
	GPtrArray *orders;	/* expected numbers; empty: not looked at */
	gint64 amount_cents, limit_s;	/* expected; -1: not looked at */
};

struct channel {
	char *name, *file;
	GPtrArray *markets, *senders, *typed, *topics, *notices, *orders, *examples;
	GPtrArray *begins, *ends;	/* struct regex over a line: the buyer's words stand between them */
	GPtrArray *footers;		/* struct regex from a line's start (may look further): from here on it is the wrapper */
	GPtrArray *wrappers;		/* struct regex from a line's start: such lines are the wrapper's */
	char *market_header;		/* header that names a market's id; NULL: none */
	bool any_dashes;		/* two lines of dashes with words between them are markers in any language */
	bool pre;			/* html_amazon_pre where no marker is found */
	bool quotes_are_buyer;		/* "> " lines are the wrapper's way to show the buyer */
	bool reply_to_buyer;		/* the buyer's address is the Reply-To or in the body, not the sender */
	struct regex *buyer_field;	/* over the body: group 1 is the buyer's address; NULL: none */
	struct regex *name_field;	/* over the subject or body: group 1 is the buyer's name; NULL: From's */
	GPtrArray *marks;		/* struct regex over "name <address>" of From: looks like this channel */
	struct channel_rules rules;
};

struct channels {
	GPtrArray *list;	/* struct channel */
};

struct channels *channels_new(void);
void channels_free(struct channels *channels);
const struct channel *channels_find(const struct channels *channels, const char *name);	/* NULL */
struct channel *channel_new(const char *name, const char *file);
void channel_free(gpointer channel);

/* What a channel file says about a letter. Borrowed strings live as long as the channels. */
struct sighting {
	const struct channel *channel;		/* NULL: none recognises it */
	const struct channel_market *market;	/* NULL: unknown */
	enum speaker speaker;
	enum notice notice;
	const struct channel_topic *topic;	/* NULL: none */
	const struct channel *pretends;		/* it looks like this channel, but does not come from it */
	char *alias;				/* buyer's address without +case, lower case */
	char *case_ref;				/* what stood behind the +; NULL */
	char *reply_to;				/* where an answer goes; NULL: nowhere */
	char *buyer_name;			/* NULL: unknown */
};

/* `text`: the letter's text (buyertext's whole), for notices and fields. Clear with sighting_clear. */
void channels_sight(const struct channels *channels, const struct letter *letter, const char *text,
		    struct sighting *sighting);
void sighting_clear(struct sighting *sighting);

/* An address behind which the marketplace hides a buyer: a domain of this channel's own. */
bool channel_relays(const struct channel *channel, const char *address);

/* Runs a channel's examples; WISMO_HALT with file:line of the first that fails. */
bool channel_prove(const struct channels *channels, const struct channel *channel, GError **error);

SCOPE(channels, channels_free)

#endif
