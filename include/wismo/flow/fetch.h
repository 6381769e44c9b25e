/* The inbox stage: from the seller's mailboxes into `mails`, and the courtesies after sending (flow/file.h).
 * fetch_once, for `run --once`, is declared in flow/stage.h. */
#ifndef WISMO_FLOW_FETCH_H
#define WISMO_FLOW_FETCH_H

#include "wismo/flow/stage.h"

/* How the inbox worker hears from and speaks to its supervisor. */
struct fetch_wires {
	int wake_fd;			/* a byte: look at filings again now; end of file: return. -1: none */
	void (*alive)(void *user);	/* called at least every second while waiting, else after each batch and mailbox: a
					 * command to a slow server may take its 45 s before; may be NULL */
	void (*news)(void *user);	/* new mails were committed: wake the mind; may be NULL */
	void *user;
	guint refresh_s;		/* of IDLE; 0: 540, below the 10 minutes after which routers forget a silent connection */
	guint noop_s;			/* between polls of servers without IDLE; 0: 30 */
};

/* Watches all `accounts` (struct account) until wake_fd ends: one connection for each folder, all parked in
 * one poll; IDLE where the server has it, NOOP where not; inotify and a look each
 * 30 s for Maildirs. A mailbox that fails is written into its row, logged, and tried again with back-off
 * (5 s to 5 min for passing trouble, 1 min to 30 min for what a person must mend) while the others go on.
 * Ignores SIGPIPE. True when the supervisor closed the wire; false when the store fails (WISMO_RETRY,
 * WISMO_HALT). libetpan may crash on a hostile server: run it in a process of its own. */
bool fetch_watch(const struct flow *flow, const GPtrArray *accounts, const struct fetch_wires *wires, GError **error);

#endif
