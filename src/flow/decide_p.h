/* What one decision works with: everything loaded before the pure part, everything made by it. */
#ifndef WISMO_FLOW_DECIDE_P_H
#define WISMO_FLOW_DECIDE_P_H

#include "wismo/flow/stage.h"

#include "wismo/core/channel.h"
#include "wismo/core/carrier.h"
#include "wismo/core/gate.h"
#include "wismo/core/policy.h"
#include "wismo/core/render.h"
#include "wismo/model/case.h"
#include "wismo/model/facts.h"
#include "wismo/model/order.h"
#include "wismo/model/reply.h"
#include "wismo/model/tracking.h"
#include "wismo/store/case.h"
#include "wismo/store/reading.h"
#include "wismo/store/verdict.h"

struct decision {
	const struct flow *flow;
	gint64 now;
	/* loaded */
	struct buyer_case *buyer_case;
	struct reading_row *row;	/* of the last mail that a person wrote; NULL: none */
	struct order *order;		/* NULL: unknown */
	struct shipment *shipment;	/* the parcel that the case is about (decide_parcels); NULL: none */
	char *named;			/* a number that only the buyer gave, where no shipment is known; NULL: none */
	const struct carrier *carrier;	/* that the parcel is with; NULL: unknown */
	bool unasked;			/* the tracker will ask about a parcel of the order for the first time */
	struct tracking *tracking;	/* NULL: never asked */
	gint64 stock;			/* -1: unknown */
	bool claims_protected;
	gint64 parcels, parcels_open;	/* shipments of the order; those that nobody has told to be delivered */
	bool parcels_alike;		/* what holds for the parcel holds for all of the order */
	char *parcels_told;		/* where each of several stands, for people; NULL: there are not several */
	struct verdict_ledger ledger;
	struct case_word word;		/* of the marketplace, on the order */
	const struct account *account;	/* NULL: not configured any more */
	const struct channel *channel;
	/* made */
	struct facts *facts;
};

/* Loads the case and all that belongs to it; facts too. False: error. */
bool decide_load(struct decision *d, gint64 case_id, GError **error);
void decide_clear(struct decision *d);

/* Looks at all parcels of the order: the one that the buyer names, else the one with the worst news that was not delivered, else
 * the newest is the case's (shipment, carrier, tracking). Needs order, buyer_case and row. */
bool decide_parcels(struct decision *d, GError **error);

/* buyer, other, unproven: the fact `sender`. Static. */
const char *decide_sender(const struct decision *d);

/* The answer as a reply row ready to be inserted, state draft; NULL with WISMO_PARK: it cannot be made, the message says why.
 * *lint gets the findings of the outgoing guard as one text; NULL when it may leave. */
struct reply *decide_reply(const struct decision *d, const struct policy_rule *rule, gint64 next_news_at, char **lint, GError **error);

/* The language that the buyer is answered in, if there is such a template. Borrowed. */
const char *decide_lang(const struct decision *d);

/* Whatever of this case could still leave and is not the answer with this cause (NULL: none is) gives way to it. */
bool decide_make_room(const struct decision *d, const char *cause, GError **error);

/* The reply of a verdict: made, or brought up to date; *state: where it stands then. What cannot be made is noted, and is no error. */
bool decide_put_reply(const struct decision *d, const struct policy_rule *rule, gint64 verdict, enum gate_reach reach, gint64 next_at,
		      const GArray *gates, GPtrArray *notes, enum reply_state *state, GError **error);

/* What to note when an answer in a person's words stays though the facts have another (`template`; NULL: none). Owned. */
char *decide_edited(const struct decision *d, const char *template);

/* The tasks of a verdict, if it has any; proposals that it does not make any more are withdrawn. */
bool decide_put_tasks(const struct decision *d, const struct policy_rule *rule, gint64 verdict, GPtrArray *notes, GError **error);
bool decide_pays(const struct policy_rule *rule);	/* proposes a reship or refund */

/* Why too little is known for a decision ("order 2026-9999 is not in your lists"); NULL: nothing like that. Owned. */
char *decide_missing(const struct decision *d);

/* {"rule":..., "misses":[...], "gates":[...], "deadline":..., "notes":[...]}. Owned. */
char *decide_reason(const struct decision *d, const struct policy_decision *policy, const GArray *gates, GPtrArray *notes);
char *decide_facts_json(const struct facts *facts);

#endif
