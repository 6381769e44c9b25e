/* Tells the service manager; libsystemd would be a large dependency for one datagram. */
#include "wismo/base/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void notify_send(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	gsize length = path ? strlen(path) : 0;
	int fd;

	if (length < 2 || length >= sizeof to.sun_path || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(to.sun_path, path, length);
	if (path[0] == '@')
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *) &to,
		   (socklen_t) (offsetof(struct sockaddr_un, sun_path) + length)) < 0)
		g_debug("notify: not sent");
	close(fd);
}

guint64 notify_watchdog_us(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

	if (!usec || (pid && g_ascii_strtoll(pid, NULL, 10) != getpid()))
		return 0;
	return g_ascii_strtoull(usec, NULL, 10);
}
