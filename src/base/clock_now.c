/* The real clock, alone in its file so that tests can link another. */
#include "wismo/base/clock.h"

gint64 clock_now(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}
