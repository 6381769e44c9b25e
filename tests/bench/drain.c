/* The yardstick of the fetch bench: drains one mailbox as fast as a client can that thinks of nothing. All UID FETCH
 * commands are written ahead (pipelined), the answers read and counted by their literals, nothing is parsed further,
 * kept or stored. Loopback and plain text only.
 *
 *	drain PORT USER PASSWORD [FOLDER]		prints: mails bytes seconds
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define RANGE 200	/* UIDs asked for by one command */

static char buffer[1 << 18];
static size_t filled, used;
static int fd;

static void die(const char *what)
{
	fprintf(stderr, "drain: %s\n", what);
	exit(1);
}

static void fill(void)
{
	ssize_t got;

	if (used == filled)
		used = filled = 0;
	else if (filled == sizeof buffer) {
		memmove(buffer, buffer + used, filled - used);
		filled -= used;
		used = 0;
	}
	got = read(fd, buffer + filled, sizeof buffer - filled);
	if (got <= 0)
		die("the server closed the connection");
	filled += (size_t) got;
}

/* The next line without its end; valid until the next call. */
static char *line(void)
{
	for (size_t seen = used;;) {
		char *end = memchr(buffer + seen, '\n', filled - seen);

		if (end) {
			char *start = buffer + used;

			*end = '\0';
			used = (size_t) (end - buffer) + 1;
			return start;
		}
		/* fill may move what is there to the front. */
		size_t length = filled - used;

		if (length == sizeof buffer)
			die("a line without end");
		fill();
		seen = used + length;
	}
}

static void skip(size_t bytes)
{
	while (bytes) {
		size_t there = filled - used < bytes ? filled - used : bytes;

		used += there;
		bytes -= there;
		if (bytes)
			fill();
	}
}

static void say(const char *text, size_t length)
{
	while (length) {
		ssize_t put = write(fd, text, length);

		if (put <= 0)
			die("cannot write");
		text += put;
		length -= (size_t) put;
	}
}

/* Reads up to the tagged answer; gives the UIDNEXT that passed by, and counts literals. */
static unsigned long until(const char *tag, unsigned long *mails, unsigned long *bytes)
{
	unsigned long uid_next = 0;

	for (;;) {
		char *text = line(), *found = strstr(text, "[UIDNEXT "), *brace = strrchr(text, '{');

		if (found)
			uid_next = strtoul(found + 9, NULL, 10);
		if (strncmp(text, tag, strlen(tag)) == 0 && text[strlen(tag)] == ' ') {
			if (strncmp(text + strlen(tag) + 1, "OK", 2) != 0)
				die(text);
			return uid_next;
		}
		if (brace && strstr(text, "BODY[]")) {
			size_t length = strtoul(brace + 1, NULL, 10);

			skip(length);
			*mails += 1;
			*bytes += length;
		}
	}
}

static void connect_to(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((unsigned short) port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof address) < 0)
		die("cannot connect");
}

int main(int argc, char **argv)
{
	unsigned long mails = 0, bytes = 0, uid_next, last = 0;
	struct timespec began, ended;
	char command[512], tag[32] = "";

	if (argc < 4) {
		fprintf(stderr, "usage: drain PORT USER PASSWORD [FOLDER]\n");
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &began);
	connect_to(atoi(argv[1]));
	line();
	say(command, (size_t) snprintf(command, sizeof command, "a LOGIN \"%s\" \"%s\"\r\nb EXAMINE \"%s\"\r\n", argv[2], argv[3],
				       argc > 4 ? argv[4] : "INBOX"));
	until("a", &mails, &bytes);
	uid_next = until("b", &mails, &bytes);
	for (unsigned long uid = 1; uid < uid_next; uid += RANGE) {
		last = uid;
		say(command, (size_t) snprintf(command, sizeof command, "f%lu UID FETCH %lu:%lu BODY.PEEK[]\r\n", uid, uid, uid + RANGE - 1));
	}
	if (last) {
		snprintf(tag, sizeof tag, "f%lu", last);
		until(tag, &mails, &bytes);
	}
	clock_gettime(CLOCK_MONOTONIC, &ended);
	printf("%lu %lu %.3f\n", mails, bytes,
	       (double) (ended.tv_sec - began.tv_sec) + (double) (ended.tv_nsec - began.tv_nsec) / 1e9);
	return 0;
}
