/* Sets the clock of a test program. */
#ifndef TESTS_LIB_CLOCK_FAKE_H
#define TESTS_LIB_CLOCK_FAKE_H

#include <glib.h>

extern gint64 clock_fake_at;	/* seconds since 1970; 0: see clock_fake.c */

#endif
