/* A scripted server on loopback, for what no real server does. A process of its own; one connection at a time. */
#ifndef TESTS_LIB_PEER_H
#define TESTS_LIB_PEER_H

#include <glib.h>
#include <sys/types.h>

/* The first row whose `hears` occurs in the line (any case) answers. In `says` "%T" stands for the line's first word
 * (the IMAP tag). After `says`: */
enum peer_then {
	PEER_ON,	/* read the next line */
	PEER_CLOSE,	/* close the connection and wait for the next */
	PEER_FREEZE,	/* read and say nothing any more */
};
struct peer_row {
	const char *hears;	/* NULL ends the table; "" is said on connecting, and is not asked again */
	const char *says;
	enum peer_then then;
};

struct peer {
	pid_t pid;
	int port;
	char *heard;	/* file of all lines that were heard */
};

struct peer *peer_start(const struct peer_row *rows);
char *peer_heard(const struct peer *peer);	/* owned */
void peer_stop(struct peer *peer);

#endif
