/* sd_notify(3) by hand: a datagram to $NOTIFY_SOCKET. Nothing happens without one. */
#ifndef WISMO_BASE_NOTIFY_H
#define WISMO_BASE_NOTIFY_H

#include <glib.h>

/* "READY=1", "RELOADING=1", "STOPPING=1", "WATCHDOG=1", "STATUS=..."; several by line ends. */
void notify_send(const char *state);

/* Microseconds of the watchdog, 0: none is expected of this process. */
guint64 notify_watchdog_us(void);

#endif
