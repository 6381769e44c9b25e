/* The one error domain of the program; see the header for what its codes mean. */
#include "wismo/base/error.h"

GQuark error_quark(void)
{
	return g_quark_from_static_string("wismo-error");
}
