/* Fault points that kill: the crash tests' counterpart of src/base/fault_none.c.
 *	WISMO_FAULT=NAME:N	die (SIGKILL to ourselves) at the N-th passing of the point NAME, over all processes
 *	WISMO_FAULT_LIST=FILE	append each name passed, one a line: how the test learns which points there are
 * The count is kept in the file $WISMO_FAULT_COUNT, so that it goes on in the next process of a resumed run. */
#include "wismo/base/fault.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static void note(const char *path, const char *name)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	char line[128];
	size_t length = strlen(name);

	if (fd < 0 || length > sizeof line - 1)
		abort();
	memcpy(line, name, length);
	line[length] = '\n';
	if (write(fd, line, length + 1) != (ssize_t) (length + 1))
		abort();
	close(fd);
}

/* One byte appended for each passing; the file's length is the count. */
static long passed(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	long count;

	if (fd < 0 || write(fd, ".", 1) != 1)
		abort();
	count = lseek(fd, 0, SEEK_END);
	close(fd);
	return count;
}

void fault_point(const char *name)
{
	const char *list = getenv("WISMO_FAULT_LIST");
	const char *fault = getenv("WISMO_FAULT");
	const char *count = getenv("WISMO_FAULT_COUNT");
	size_t length = strlen(name);

	if (list)
		note(list, name);
	if (!fault || !count || strncmp(fault, name, length) != 0 || fault[length] != ':')
		return;
	if (passed(count) == atol(fault + length + 1))
		kill(getpid(), SIGKILL);
}
