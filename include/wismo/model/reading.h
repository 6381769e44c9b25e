/* A reading: what we understood of one mail, and why. */
#ifndef WISMO_MODEL_READING_H
#define WISMO_MODEL_READING_H

#include "wismo/model/intent.h"
#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

/* What a marketplace's notice means; they change the facts. NOTICE_NONE for people's mail. */
enum notice {
	NOTICE_NONE, NOTICE_COPY_ACCEPTED,	/* copy of an answer that went to the buyer, ours or a person's */
	NOTICE_NOT_DELIVERED,			/* our answer did not reach the buyer: opt-out, bounce */
	NOTICE_CLAIM_OPENED, NOTICE_CLAIM_CLOSED, NOTICE_CHARGEBACK, NOTICE_REFUND_ISSUED,
	NOTICE_CANCEL_REQUEST, NOTICE_RETURN_REQUEST, NOTICE_OTHER,
	NOTICE_COUNT
};
const char *notice_name(enum notice notice);	/* NULL for NOTICE_NONE */
int notice_find(const char *name);

struct evidence {
	char *rule;		/* "de/paket_nicht_da" */
	enum intent intent;	/* that it speaks for */
	double weight;
	char *text;		/* the matched words */
	gsize start, end;	/* bytes in buyer_text; start == end: not in the text (a header, a topic) */
};

struct found_number {
	char *number;		/* normal form: no blanks, upper case */
	GPtrArray *carriers;	/* char *, names of carrier files whose form and check fit, likeliest first */
};

struct reading {
	char *channel;		/* amazon ebay etsy kaufland otto shopify shop */
	char *marketplace;	/* country domain "de", "co.uk"; NULL when unknown */
	bool machine;		/* no person wrote this */
	enum notice notice;
	char *lang;		/* of the buyer's own words, ISO 639-1; never NULL: "und" when unknown */
	enum intent intent;
	double confidence;	/* 0..1 that `intent` is right */
	enum wish wish;
	enum urgency urgency;
	GPtrArray *order_ids;	/* char *, as the channel writes them, in order of appearance, no doubles */
	GPtrArray *tracking;	/* struct found_number */
	char *buyer_text;	/* the buyer's own words; never NULL */
	char *buyer;		/* who it is: address without +case, lower case; NULL for notices */
	char *buyer_name;
	char *reply_to;		/* where an answer goes; NULL: nowhere */
	bool answerable;
	char *why_not;		/* NULL when answerable */
	char *never;		/* why no machine may answer this whatever else holds (law, danger to life ...); NULL */
	char *doubt;		/* what else it may be about, why a person should look although it reads clearly; NULL */
	GPtrArray *evidence;	/* struct evidence, strongest first */
	gint64 amount_cents;	/* of a notice; -1 unknown */
	gint64 limit_s;		/* "within N days/hours" of a notice; 0 unknown */
};

struct reading *reading_new(void);
void reading_free(struct reading *reading);
void evidence_free(gpointer evidence);
void found_number_free(gpointer number);

SCOPE(reading, reading_free)

#endif
