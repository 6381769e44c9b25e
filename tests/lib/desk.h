/* A seller's desk for tests of the stages: the shipped rulebook, settings of one account "main", a fresh store for each
 * test, and mails of one Amazon buyer. */
#ifndef TESTS_LIB_DESK_H
#define TESTS_LIB_DESK_H

#include "wismo/flow/stage.h"
#include "wismo/model/tracking.h"

#include <glib.h>

#define DESK_ORDER "302-1234567-1234567"
#define DESK_NOW G_GINT64_CONSTANT(1795507200)	/* 2026-11-24 08:00 UTC */
#define DESK_NUMBER "00340434161094015902"
#define DESK_ALIAS "a1b2c3d4e5f6g7@marketplace.amazon.de"

struct desk {
	char *folder;			/* temporary; the account's Maildirs are in and out */
	struct settings *settings;	/* a test may change them; they are read again for the next */
	struct rulebook *book;
	struct flow flow;		/* store opened as ROLE_ALL */
	int uid;			/* of the last mail; 0 when a test begins */
};
extern struct desk desk;

/* cmocka's group: 0, or -1 with the reason on stderr. `config`: more lines of wismo.conf, borrowed for the group's life. */
int desk_open(const char *config, enum rulebook_parts parts);
int desk_load(void **state);	/* the whole rulebook, nothing more in wismo.conf */
int desk_close(void **state);

/* cmocka's set-up and tear-down of one test. */
int desk_fresh(void **state);
int desk_done(void **state);
#define DESK_CASE(name) cmocka_unit_test_setup_teardown(name, desk_fresh, desk_done)

/* A mail as fetched at `at`; gives its id. */
gint64 desk_deliver(const char *text, gint64 at);
gint64 desk_buyer(const char *subject, const char *body, gint64 at);
gint64 desk_notice(const char *type, const char *subject, const char *body, gint64 at);

/* DESK_ORDER: one line that should have come four days before DESK_NOW; gives its id. */
gint64 desk_order(void);

/* Its parcel DESK_NUMBER at DHL, and five more pieces on the shelf. */
void desk_parcel(gint64 order_id);

/* The carrier's word, `silent_days` after the parcel's last move. */
void desk_tracking(enum track_status status, int silent_days, gint64 at);

/* The buyer of DESK_ORDER asks where the parcel is, and is understood. */
void desk_asks(gint64 at);

/* One pass; what cannot go on fails the test. */
guint desk_step(stage_step *stage, gint64 now);

/* Literals only. */
void desk_run(const char *sql);
gint64 desk_int(const char *sql);
char *desk_text(const char *sql);

#endif
