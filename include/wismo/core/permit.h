/* The last look: between a verdict (or a person's approval) and its effect the world goes on. These gates are asked
 * immediately before mail leaves or money moves, with what the database says then. They only weaken. */
#ifndef WISMO_CORE_PERMIT_H
#define WISMO_CORE_PERMIT_H

#include "wismo/model/case.h"
#include "wismo/model/order.h"
#include "wismo/model/reply.h"
#include "wismo/model/task.h"

enum permit {
	PERMIT_GO,
	PERMIT_WAIT,	/* not now: again at until_at (0: when something changes) */
	PERMIT_ASK,	/* a person must look: reply to draft, task to proposed */
	PERMIT_STOP,	/* never: reply blocked */
};

struct permit_answer {
	enum permit permit;
	char *why;		/* owned; NULL for PERMIT_GO */
	gint64 until_at;
};

struct permit_reply {
	const struct reply *reply;
	const struct buyer_case *buyer_case;
	bool auto_mode;		/* the instance's mode is auto now */
	bool overtaken;		/* the buyer wrote again after the answered mail */
	gint64 of_case, of_buyer, of_all;	/* answers that left: of the case and to the recipient in 24 h, of all in 1 h */
	gint64 hour_began_at;	/* the oldest of the latter */
	int case_cap, buyer_cap, hour_cap;
};
struct permit_answer permit_reply(const struct permit_reply *facts, gint64 now);

struct permit_task {
	const struct task *task;
	const struct buyer_case *buyer_case;
	const struct order *order;	/* NULL: none */
	enum claim claim;		/* of the order, in whichever of its cases */
	bool refunded;			/* likewise, by the marketplace */
	bool claims_protected;		/* a shipment of the order is */
};
/* Refunds and reships; traces cost nothing and need only an open case. */
struct permit_answer permit_task(const struct permit_task *facts);

#endif
