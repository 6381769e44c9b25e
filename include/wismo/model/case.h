/* A case: one buyer's trouble with one order. Rows of `cases`; legal moves stand in the schema.
 * Variables are called buyer_case, `case` being a C keyword. */
#ifndef WISMO_MODEL_CASE_H
#define WISMO_MODEL_CASE_H

#include "wismo/base/scope.h"
#include "wismo/model/intent.h"

#include <glib.h>
#include <stdbool.h>

enum case_state { CASE_OPEN, CASE_WAITING, CASE_PERSON, CASE_CLOSED, CASE_STATE_COUNT };
enum claim { CLAIM_NONE, CLAIM_OPEN, CLAIM_CLOSED, CLAIM_CHARGEBACK, CLAIM_COUNT };
const char *case_state_name(enum case_state state);
int case_state_find(const char *name);		/* -1: no such state */
const char *claim_name(enum claim claim);
int claim_find(const char *name);

struct buyer_case {
	gint64 id;		/* c12; 0: not stored */
	char *account;
	char *channel;
	char *buyer;		/* address without +case, lower case */
	char *order_no;		/* "": not known (yet) */
	char *marketplace;	/* NULL: unknown */
	char *lang;
	char *buyer_name;	/* NULL: unknown */
	enum case_state state;
	enum case_state stored;	/* the row's, as last read or written: for the store */
	char *why;		/* CASE_PERSON: what a person should look at */
	enum intent intent;
	enum wish wish;
	enum urgency urgency;
	enum claim claim;
	bool marketplace_refunded;
	bool cancel_asked;
	gint64 asked_at;	/* first buyer mail that nobody has answered; 0: nothing open */
	gint64 answered_at;
	gint64 due_at;
	char *due_why;
	gint64 look_at;
	bool dirty;
	int attempts;
	gint64 opened_at;
	gint64 version;
};

struct buyer_case *buyer_case_new(void);
void buyer_case_free(struct buyer_case *buyer_case);

SCOPE(buyer_case, buyer_case_free)

#endif
