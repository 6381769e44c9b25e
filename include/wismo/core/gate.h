/* Gates: reasons to weaken a verdict. Each sees the facts and says at most how far the verdict may go; the weakest word
 * counts, so a further gate can never strengthen one. What may have changed by the time of the effect is asked again by core/permit. */
#ifndef WISMO_CORE_GATE_H
#define WISMO_CORE_GATE_H

#include "wismo/core/channel.h"
#include "wismo/model/facts.h"

enum gate_reach {
	REACH_NOTHING,	/* neither a reply nor a task */
	REACH_DRAFT,	/* a person approves the reply */
	REACH_AUTO,	/* the reply may leave by itself */
	REACH_COUNT
};
const char *gate_reach_name(enum gate_reach reach);	/* nothing draft auto */

struct gate_input {
	const struct facts *facts;
	const struct channel_rules *rules;	/* NULL: channel unknown */
	enum gate_reach mode;			/* observe, draft, auto */
	double min_confidence;
	double auto_value;		/* in the order's currency */
	bool pays;			/* the verdict proposes a reship or refund */
	bool person;			/* the rule wants a person to look */
	bool reachable;			/* there is an address to answer to */
	bool recorded;			/* the tracking is recorded and that is not what the seller configured */
	const char *lacks_lang;		/* the buyer's language, when the template is not there in it; NULL: it is */
	bool refused;			/* an answer to this mail was refused by the mail server */
	bool said;			/* the same template has left in this case */
	gint64 repeats;			/* answers that left in this case so far */
	int case_cap;			/* from so many on a person answers */
};

struct gate_word {
	const char *gate;	/* static */
	enum gate_reach reach;
	const char *why;	/* static or interned */
};

/* Asks all gates; appends a word for each that weakens (GArray of struct gate_word), gives the weakest reach. */
enum gate_reach gate_ask(const struct gate_input *input, GArray *words);

#define GATE_STRANGER "the sender is not this order's buyer"
#define GATE_UNPROVEN "nothing proves that the sender is this order's buyer"

/* Whether a reship or refund may be proposed at all; NULL: yes, else why not. Static. */
const char *gate_pay(const struct facts *facts);

/* What whoever approves a payment must know beside its reason; NULL: nothing. Static. */
const char *gate_pay_doubt(const struct facts *facts);

#endif
