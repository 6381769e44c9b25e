/* A reply: an answer as rendered, and how far it has come. Rows of `replies`; the legal moves stand in the schema. */
#ifndef WISMO_MODEL_REPLY_H
#define WISMO_MODEL_REPLY_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

enum reply_state {
	REPLY_DRAFT,		/* waits for a person */
	REPLY_DUE,		/* may leave */
	REPLY_SENDING,		/* final bytes committed, not handed over: a retry is safe */
	REPLY_HANDED_OVER,	/* committed just before the last byte left */
	REPLY_SENT, REPLY_LATER, REPLY_REFUSED,
	REPLY_UNCERTAIN,	/* handed over and the server's word was lost: never sent again by itself */
	REPLY_REJECTED, REPLY_BLOCKED,
	REPLY_STATE_COUNT
};
const char *reply_state_name(enum reply_state state);
int reply_state_find(const char *name);		/* -1: no such state */

/* Who rejected a reply: this decides what happens next. Never told from `why`, where a person may write anything. */
enum reply_rejecter {
	REPLY_NOT_REJECTED,
	REPLY_BY_PERSON,	/* final */
	REPLY_BY_MIND,		/* the facts have changed: it comes back when they do */
	REPLY_BY_COPY,		/* a person has answered elsewhere: what it said counts as said */
	REPLY_BY_BUYER,		/* who says that all is well */
	REPLY_REJECTER_COUNT
};
const char *reply_rejecter_name(enum reply_rejecter by);	/* NULL: REPLY_NOT_REJECTED */
enum reply_rejecter reply_rejecter_find(const char *name);	/* NULL, or no such name: REPLY_NOT_REJECTED */

/* "you rejected r5: the buyer called": why its case is a person's then. Owned. */
char *reply_rejected_words(gint64 id, const char *reason);

struct reply {
	gint64 id;		/* r5; 0: not stored */
	gint64 case_id, verdict;
	gint64 mail;		/* answered mail; 0: none */
	char *cause;		/* natural key of what made it */
	char *account, *template, *lang;
	char *recipient;	/* exactly one address */
	char *subject, *body;
	char *message_id;	/* without brackets: reply_message_id */
	char *in_reply_to;	/* NULL: none */
	GPtrArray *references;	/* char *, oldest first, without brackets */
	enum reply_state state;
	enum reply_rejecter rejected_by;
	char *why;
	GBytes *wire;		/* final bytes; NULL: not made yet */
	char *server_said;
	gint64 epoch;
	gint64 not_before;
	int attempts;
	bool edited;
	char *approved_by;	/* NULL: nobody yet; "auto": the rules */
	gint64 approved_at;
	gint64 tried_at;	/* first attempt; 0: none */
	gint64 handed_at;	/* last byte left, whatever the server said then; 0: never */
	gint64 confirmed_at, created_at, sent_at;
	gint64 version;
};

struct reply *reply_new(void);
void reply_free(gpointer reply);

/* The Message-ID, without brackets, that a reply with this cause has in this instance, whichever copy of the database
 * sends it: hash of both, at the domain of `from`. Owned. */
char *reply_message_id(const char *uuid, const char *cause, const char *from);

SCOPE(reply, reply_free)

#endif
