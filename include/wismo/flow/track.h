/* Asking carriers. track_step (flow/stage.h) asks for what is due; track_ask for one number, now. */
#ifndef WISMO_FLOW_TRACK_H
#define WISMO_FLOW_TRACK_H

#include "wismo/conf/settings.h"
#include "wismo/core/carrier.h"

/* One line of what happens ("request", "answer"); secrets are masked. */
typedef void track_trace(const char *what, const char *text, void *user);

/* Asks and waits, at most the carrier's steps times HTTP_TOTAL_S. Budgets and cache do not apply: a person asks. Never
 * NULL; a carrier that cannot be asked gives OUTCOME_REFUSED with the reason. `trace` may be NULL. */
struct tracking *track_ask(const struct settings *settings, const struct carrier *carrier, const char *number, gint64 now,
			   track_trace *trace, void *user);

/* Why a carrier cannot be asked (about this number, unless NULL); NULL: it can. Static. */
const char *track_unaskable(const struct settings *settings, const struct carrier *carrier, const char *number);

/* The carrier to ask about a shipment: what the list says, else the likeliest that can be asked and is no guess; NULL: none. */
const struct carrier *track_carrier(const struct settings *settings, const struct carriers *carriers, const char *name,
				    const char *said, const char *number);

/* The same whether it can be asked or not: to tell whose section is missing. */
const struct carrier *track_likeliest(const struct settings *settings, const struct carriers *carriers, const char *name,
				      const char *said, const char *number);

#endif
