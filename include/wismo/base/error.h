/* Errors: the code of a GError of ours is the caller's next move, not the cause.
 * The cause stands in the message, written where the fault is seen and prefixed (g_prefix_error)
 * as it rises, so that one line tells the whole way:
 *	send r1412: smtp mx.example: 451 try later */
#ifndef WISMO_BASE_ERROR_H
#define WISMO_BASE_ERROR_H

#include <glib.h>

#define WISMO_ERROR (error_quark())
GQuark error_quark(void);

enum wismo_error {
	WISMO_RETRY,	/* come back later: the same call may succeed */
	WISMO_PARK,	/* this item cannot be handled: set it aside, go on with the next */
	WISMO_HALT,	/* account, configuration or database broken: stop and tell the operator */
};

/* Exit codes of every command. */
enum wismo_exit {
	EXIT_DONE = 0,
	EXIT_NO = 1,		/* the answer is no, or something asked for was not found */
	EXIT_USAGE = 2,		/* wrong usage or configuration */
	EXIT_SYSTEM = 3,	/* the system failed */
};

#endif
