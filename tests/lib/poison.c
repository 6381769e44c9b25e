/* A mail that ends the program: in tests/crash/wismo-faults each mime_read goes through here (the linker's --wrap), and one that
 * names the poison dies as a bug in a parser would. */
#define _GNU_SOURCE	/* memmem */
#include "wismo/mail/mime.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define POISON "X-Test-Poison:"

struct letter *__real_mime_read(GBytes *raw);
struct letter *__wrap_mime_read(GBytes *raw);

struct letter *__wrap_mime_read(GBytes *raw)
{
	gsize length;
	const char *bytes = g_bytes_get_data(raw, &length);

	if (memmem(bytes, length, POISON, strlen(POISON)))
		kill(getpid(), SIGKILL);
	return __real_mime_read(raw);
}
