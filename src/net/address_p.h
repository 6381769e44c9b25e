/* What a name turned out to be, asked when its socket is opened. */
#ifndef WISMO_NET_ADDRESS_P_H
#define WISMO_NET_ADDRESS_P_H

#include <stdbool.h>
#include <sys/socket.h>

/* 127.0.0.0/8 or ::1: only there may a mail server be spoken to without TLS. */
bool address_loopback_ok(const struct sockaddr *address);

#endif
