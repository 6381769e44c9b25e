/* The tests' clock: stands at clock_fake_at (or $WISMO_TEST_NOW, seconds since 1970); real when both are unset. */
#include "clock_fake.h"

#include "wismo/base/clock.h"

#include <stdlib.h>

gint64 clock_fake_at;

gint64 clock_now(void)
{
	const char *now = getenv("WISMO_TEST_NOW");

	if (clock_fake_at)
		return clock_fake_at;
	return now ? g_ascii_strtoll(now, NULL, 10) : g_get_real_time() / G_USEC_PER_SEC;
}
