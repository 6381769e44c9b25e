/* A case's story at the desk: the buyer asks, the mind decides, a person approves. Functions that assert fail the test. */
#ifndef TESTS_LIB_STORY_H
#define TESTS_LIB_STORY_H

#include "tests/lib/desk.h"
#include "wismo/model/reply.h"
#include "wismo/model/task.h"
#include "wismo/model/tracking.h"

#include <glib.h>

/* When a story begins, and what passes in it, in seconds. */
#define T0 DESK_NOW
#define HOUR_S 3600
#define DAY_S 86400

/* Replies that may still leave, as SQL. */
#define LIVE "state IN ('draft', 'blocked', 'due', 'later')"

/* The only buyer of a test. */
void story_buyer_asks(gint64 at);

/* An order, the carrier's word, the buyer's question, and the first decision. */
void story_begin(enum track_status status, int silent_days);

/* The case is decided again although nothing has happened. */
void story_decide(gint64 now);

/* The newest reply; the only task. Both owned. */
struct reply *story_reply(void);
struct task *story_task(void);

void story_assert_text(const char *wanted, const char *sql);

/* The live reply is of this template, and the only one. */
void story_assert_open(const char *template);

/* A person approves the newest reply, and it leaves: the only one that ever did. */
void story_send(gint64 now);

/* Begins in transit, is answered, and a day later the parcel waits at a pickup point: a second answer is drafted. */
void story_begin_at_pickup(void);

#endif
