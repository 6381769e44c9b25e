/* A database with one open case (c1, order 1 of two) and its verdict, for the tests of what may be done to replies and tasks. */
#ifndef TESTS_LIB_LEDGER_H
#define TESTS_LIB_LEDGER_H

#include "wismo/store/store.h"

#include <glib.h>

#define LEDGER_NOW 1000000

/* A new database in a temporary folder that goes with ledger_close; opened as `role`. */
struct store *ledger_open(enum store_role role);
void ledger_close(void);

/* The same database for another role; the caller closes it. */
struct store *ledger_as(enum store_role role);

/* Literals only, past the authorizer of any role. */
void ledger_run(const char *sql);
gint64 ledger_int(const char *sql);
char *ledger_text(const char *sql);

#endif
