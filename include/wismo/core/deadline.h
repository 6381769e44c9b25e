/* Deadlines: a moment with its arithmetic in words. Pure; what the time limits are comes from templates/policy/deadlines.conf. */
#ifndef WISMO_CORE_DEADLINE_H
#define WISMO_CORE_DEADLINE_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

/* One time limit of a channel, with where it is from. */
struct deadline_rule {
	char *channel;		/* "amazon"; "*": all that have no own */
	char *what;		/* "answer", "protection", "claim", "trace" */
	gint64 hours;		/* calendar hours, or hours of working days when `working` */
	bool working;		/* Saturdays, Sundays and holidays do not count (whole days) */
	char *why;		/* "answer within 24 h, weekends count" */
	char *source, *date;
};

struct deadlines {
	GPtrArray *rules;	/* struct deadline_rule */
	GPtrArray *holidays;	/* char *: "12-25" each year, or "2026-04-03" */
};

struct deadline {
	gint64 at;		/* 0: none */
	char *why;		/* owned: "24.11. 08:12 + 24 h (amazon: answer within 24 h, weekends count)" */
};

struct deadlines *deadlines_new(void);
void deadlines_free(struct deadlines *deadlines);
const struct deadline_rule *deadlines_find(const struct deadlines *deadlines, const char *channel, const char *what);

/* `from` + the rule's hours in `zone` (days, DST and holidays are the seller's). */
struct deadline deadline_count(const struct deadlines *deadlines, const char *channel, const char *what, gint64 from, const char *zone);

/* A claim's or chargeback's, `limit_s` as its notice told; 0: it did not, and three days are assumed. `word`: "claim". */
struct deadline deadline_claim(const char *word, gint64 received_at, gint64 limit_s);

/* The earlier of two that are set; takes both. */
struct deadline deadline_sooner(struct deadline one, struct deadline other);

SCOPE(deadlines, deadlines_free)

#endif
