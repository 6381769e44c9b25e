/* Carriers as data: which numbers are theirs, how to ask, and what an answer means. Everything here is
 * pure; the file's grammar is wismo-carriers(5), read by conf/carrier.h; asking is flow/track.c. */
#ifndef WISMO_CORE_CARRIER_H
#define WISMO_CORE_CARRIER_H

#include "wismo/base/error.h"
#include "wismo/base/scope.h"
#include "wismo/base/secret.h"
#include "wismo/core/check.h"
#include "wismo/model/reading.h"
#include "wismo/model/tracking.h"

#include <glib.h>
#include <stdbool.h>

/* A form of numbers. */
struct carrier_form {
	char *name;			/* "NVE" */
	char *pattern;			/* PCRE2 over the whole normal form; its first group is what `check` covers, its second
					 * what the carrier is asked for, else all */
	struct regex *regex;
	const struct check_rule *check;	/* NULL: nothing to check */
	char *before;			/* digits counted before the checked part though not written there; NULL: none */
	char *page;			/* instead of the carrier's; NULL: that one */
	bool observed;			/* the carrier has not published the rule: a wrong digit is told, and asked about all the same */
	bool proves_only;		/* nor have enough numbers been seen: a right digit proves, another one says nothing */
	int likely;			/* 0..9: which carrier to name first when several fit */
	bool needs_hint;		/* in free text only near a word like "tracking": too many numbers look so */
	GPtrArray *valid, *invalid;	/* char *: the file's own examples */
	int line;
};

/* An aggregator's own name of a carrier, "canada_post" -> "3041". */
struct carrier_reach { char *name, *code; };

/* One request. {number}, {courier} (the aggregator's name of the carrier whose parcel it is), {keep:NAME}, {secret:NAME},
 * {basic:USER:PASSWORD}, {token}, {host} are filled in. */
struct carrier_step {
	char *name;
	char *method, *url, *body;	/* body NULL: none */
	GPtrArray *headers;		/* char *, "Name: value" */
	bool once;			/* only until it succeeded for this number (registering) */
	GPtrArray *keep;		/* struct carrier_keep: values for later steps */
	int line;
};
struct carrier_keep { char *name, *sql; struct expr *expr; int line; };

struct carrier_token {
	char *method, *url, *body;
	GPtrArray *headers;
	char *value_sql, *life_sql;
	struct expr *value, *life;	/* life in seconds */
	int line;
};

/* "This outcome when one of these holds." */
struct carrier_outcome {
	enum track_outcome outcome;
	GPtrArray *when_sql, *when;	/* char *, struct expr * */
	int line;
};

/* A row of the status map: all parts that are set must fit; the first row that fits wins. */
enum carrier_move { MOVE_STATUS, MOVE_STILL, MOVE_VOID };
struct carrier_map {
	enum carrier_move move;		/* still: data only; void: takes back the event before it */
	enum track_status status;
	GPtrArray *codes;		/* char *, a trailing * fits any rest; empty: any code */
	GPtrArray *coarse;		/* char *; empty: any */
	char *text;			/* PCRE2, caseless, anywhere in the text */
	struct regex *regex;
	char *when_sql;
	struct expr *when;
	char *detail, *to;		/* fixed vocabulary */
	int line;
};

struct carrier_sample {
	char *name, *body, *step, *number, *courier;
	int http;
	enum track_outcome outcome;
	int status;			/* -1: not said */
	char *detail, *to, *at, *eta_to;
	int events;			/* -1: not said */
	int signature;			/* -1: not said */
	int line;
};

/* The answer's expressions, by column order of the two spaces in carrier_map.c. */
enum carrier_field {
	FIELD_RESULT, FIELD_OWN, FIELD_EVENTS, FIELD_CURRENT, FIELD_ETA_FROM, FIELD_ETA_TO, FIELD_SIGNATURE,	/* over the answer */
	FIELD_CODE, FIELD_TEXT, FIELD_COARSE, FIELD_PLACE, FIELD_AT,					/* over one event */
	CARRIER_FIELDS
};
const char *carrier_field_name(enum carrier_field field);

struct carrier {
	char *file;
	int line;
	char *name;			/* "dhl" */
	char *title;			/* "DHL" */
	GPtrArray *also;		/* char *, lower case: how shop lists call it */
	char *zone;			/* of times without one; NULL: UTC */
	char *page;			/* public tracking page with {number}; NULL: none */
	bool unofficial;		/* asked only when the configuration says `unofficial = true` for it */
	GPtrArray *forms;		/* struct carrier_form */
	GPtrArray *secrets;		/* char *: names of credentials that it needs */
	GPtrArray *steps;		/* struct carrier_step; empty: cannot be asked */
	struct carrier_token *token;	/* NULL: none */
	int per_second, per_minute, per_hour, per_day;	/* 0: not limited; the first two are kept by the gap between requests */
	int cache_s;			/* an answer younger than this is not asked again */
	bool newest_first;		/* order of the event list */
	char *field_sql[CARRIER_FIELDS];
	struct expr *field[CARRIER_FIELDS];
	int answer_line;		/* of the section that has them */
	GPtrArray *outcomes;		/* struct carrier_outcome */
	GPtrArray *maps;		/* struct carrier_map */
	GPtrArray *samples;		/* struct carrier_sample */
	GPtrArray *reaches;		/* struct carrier_reach; empty: no aggregator, asked about its own parcels only */
	const struct carrier *via;	/* who is asked instead (carriers_route); borrowed, NULL: itself */
	const char *courier;		/* with `via`: what that one calls this carrier; borrowed */
	struct expr_space *answer, *event;
	struct expr *json;		/* over the answer: it is JSON at all */
	/* Claims; days counted from the last movement; -1 unknown. */
	gint64 liability_cents;
	char *liability_currency;
	int trace_after_days, lost_after_days, lost_abroad_days, claim_within_days;
	char *claim_source, *claim_checked;
};

struct carrier *carrier_new(void);
struct carrier_form *carrier_form_new(void);
struct carrier_step *carrier_step_new(void);	/* headers are the caller's to set */
struct carrier_outcome *carrier_outcome_new(void);	/* when_sql is the caller's to set */
void carrier_free(gpointer carrier);

/* Compiles patterns and expressions, runs the file's own numbers and samples. WISMO_HALT, "file:line: ...". */
bool carrier_prove(struct carrier *carrier, GError **error);

/* The words that `detail` and `to` may be. */
bool carrier_detail_ok(const char *word);

/* ---- numbers ---- */
struct carriers;
struct carriers *carriers_new(void);
void carriers_free(struct carriers *carriers);
/* Takes the carrier. False when the name is taken (the caller frees). */
bool carriers_add(struct carriers *carriers, struct carrier *carrier);
const struct carrier *carriers_get(const struct carriers *carriers, const char *name);	/* borrowed, NULL */
const struct carrier *carriers_nth(const struct carriers *carriers, guint n);		/* borrowed, NULL */

/* From now on `aggregator` is asked about the parcels of carrier `name`. False: there is no such carrier, or the aggregator does
 * not reach it. carriers_unroute takes all routes back. */
bool carriers_route(struct carriers *carriers, const char *name, const struct carrier *aggregator);
void carriers_unroute(struct carriers *carriers);

/* Who is asked about this carrier's parcels: itself, or its aggregator. */
const struct carrier *carrier_asker(const struct carrier *carrier);

/* The carrier that a shop list means by `said` ("DHL Paket", "Deutsche Post"); NULL: none. */
const struct carrier *carriers_named(const struct carriers *carriers, const char *said);

struct carrier_candidate {
	const struct carrier *carrier;
	const struct carrier_form *form;
	bool valid;			/* the check digit is right, or there is none that could be wrong */
	bool proven;			/* a check digit is right */
	bool guess;			/* so many numbers have this form that it says next to nothing */
	int likely;
};

/* Normal form: upper case letters and digits, of full-width ones too. Owned. */
char *carrier_normal(const char *number);

/* The form that a number in normal form has; false: not this carrier's. A form with a check digit decides before
 * those without: a number that fails its check is never valid by a looser form of the same carrier. */
bool carrier_form_of(const struct carrier *carrier, const char *number, struct carrier_candidate *best);

/* The form alone: does it fit, and is the check digit right (false without one)? */
bool carrier_form_fits(const struct carrier_form *form, const char *number, bool *right);

/* The number that the carrier knows: without the routing of a barcode (420 and ZIP), without DPD's check sign. Owned. */
char *carrier_asked(const struct carrier *carrier, const char *number);

/* Every carrier whose form fits, valid ones first, likeliest first. Owned array of struct carrier_candidate. */
GArray *carriers_recognise(const struct carriers *carriers, const char *number);

/* Why this carrier is not to be asked about a number in normal form (a typing error, another carrier's); NULL: it may be.
 * Static. A carrier without forms is asked about any. */
const char *carrier_number_why(const struct carrier *carrier, const char *number);

/* Numbers in free text (struct found_number, appended in order, no doubles): blanks, hyphens, lower case; only those
 * that a form and its check accept. Order numbers, phones, dates and prices are none. */
void carriers_find(const struct carriers *carriers, const char *text, GPtrArray *found);

/* ---- asking ---- */
struct carrier_request {
	char *method, *url, *body;	/* body NULL: none */
	GPtrArray *headers;
};
void carrier_request_free(gpointer request);

/* Fills in a request about a parcel of `carrier`: a step (or, with step NULL, the token) of whoever is asked. `secrets`: name -> struct secret *, and "{host}" -> the server
 * that the seller runs; `keep`: name -> text; `base` replaces scheme and host (tests). With `masked` secrets are shown as
 * "***". WISMO_HALT: a credential or the host is missing. */
struct carrier_request *carrier_fill(const struct carrier *carrier, const struct carrier_step *step, const char *number,
				     GHashTable *secrets, GHashTable *keep, const struct secret *token, const char *base,
				     bool masked, GError **error);

/* What an answer to `step` means. `courier`: what an aggregator calls the carrier whose parcel it is; NULL: it is the carrier's
 * own, or not said. `http` 0: nobody answered. Never fails: nonsense is OUTCOME_DOWN with `why`.
 * Sets outcome and why, and for the last step everything else. `now` bounds times: an event of the future is no event. */
struct tracking *carrier_read(const struct carrier *carrier, const struct carrier_step *step, int http, const char *body,
			      const char *number, const char *courier, gint64 now);

/* Values that a step keeps, name -> text; false when one is missing. */
bool carrier_keep(const struct carrier *carrier, const struct carrier_step *step, const char *body, GHashTable *keep);

/* Token and its life (0 to a day, in seconds) from the token answer; NULL when there is none in it. */
struct secret *carrier_token(const struct carrier *carrier, int http, const char *body, gint64 *life_s);

/* The public page for a number; NULL when there is none. Owned. */
char *carrier_page(const struct carrier *carrier, const char *number);

SCOPE(carrier, carrier_free)
SCOPE(carriers, carriers_free)
SCOPE(carrier_request, carrier_request_free)

#endif
