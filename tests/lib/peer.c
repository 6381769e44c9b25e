#include "peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(int fd, const char *says, const char *tag)
{
	g_auto(GStrv) parts = g_strsplit(says, "%T", -1);
	g_autofree char *text = g_strjoinv(tag, parts);

	if (write(fd, text, strlen(text)) < 0)
		return;
}

static bool hears_ok(const char *line, const char *hears)
{
	g_autofree char *low = g_ascii_strdown(line, -1), *want = g_ascii_strdown(hears, -1);

	return strstr(low, want) != NULL;
}

/* False when the connection is over. */
static gboolean answer(const struct peer_row *rows, int fd, const char *line)
{
	g_autofree char *tag = g_strndup(line, strcspn(line, " \r\n"));

	for (; rows->hears; rows++) {
		if (!*rows->hears || !hears_ok(line, rows->hears))
			continue;
		say(fd, rows->says, tag);
		if (rows->then == PEER_FREEZE)
			for (;;)
				pause();
		return rows->then == PEER_ON;
	}
	return TRUE;
}

static void converse(const struct peer_row *rows, int fd, FILE *heard)
{
	FILE *in = fdopen(dup(fd), "r");
	char *line = NULL;
	size_t size = 0;

	for (const struct peer_row *row = rows; row->hears; row++)
		if (!*row->hears)
			say(fd, row->says, "*");
	while (in && getline(&line, &size, in) > 0) {
		fputs(line, heard);
		fflush(heard);
		if (!answer(rows, fd, line))
			break;
	}
	free(line);
	fclose(in);
	close(fd);
}

struct peer *peer_start(const struct peer_row *rows)
{
	struct peer *peer = g_new0(struct peer, 1);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof address;
	int fd = g_file_open_tmp("wismo-peer-XXXXXX", &peer->heard, NULL), listener;

	close(fd);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_assert(bind(listener, (struct sockaddr *) &address, sizeof address) == 0 && listen(listener, 8) == 0);
	g_assert(getsockname(listener, (struct sockaddr *) &address, &length) == 0);
	peer->port = ntohs(address.sin_port);
	peer->pid = fork();
	if (peer->pid == 0) {
		FILE *heard = fopen(peer->heard, "a");

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGPIPE, SIG_IGN);
		for (;;)
			converse(rows, accept(listener, NULL, NULL), heard);
	}
	close(listener);
	return peer;
}

char *peer_heard(const struct peer *peer)
{
	char *text = NULL;

	g_file_get_contents(peer->heard, &text, NULL, NULL);
	return text;
}

void peer_stop(struct peer *peer)
{
	kill(peer->pid, SIGKILL);
	waitpid(peer->pid, NULL, 0);
	g_unlink(peer->heard);
	g_free(peer->heard);
	g_free(peer);
}
