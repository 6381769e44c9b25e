#include "address_p.h"

#include <netinet/in.h>

bool address_loopback_ok(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return (ntohl(((const struct sockaddr_in *) (const void *) address)->sin_addr.s_addr) >> 24) == 127;
	return address->sa_family == AF_INET6
		&& IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *) (const void *) address)->sin6_addr);
}
