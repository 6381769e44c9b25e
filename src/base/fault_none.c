/* The product's fault points: nothing happens. Alone in its file so that crash tests can link another. */
#include "wismo/base/fault.h"

void fault_point(const char *name)
{
	(void) name;
}
