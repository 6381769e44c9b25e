/* Fetch and store alone against the drain, on one mailbox of a private Dovecot.
 *	fetch MAILS DRAIN	fills a mailbox, fetches it, prints both times and their ratio, and peak memory */
#include "tests/lib/inbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void deliver_all(struct inbox *inbox, int mails)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(20261124);

	for (int i = 0; i < mails; i++) {
		/* Mixed sizes: most short, some with a picture; 8.2 KB on average. */
		gsize size = (gsize) (i % 20 == 0 ? g_rand_int_range(rand, 40000, 120000) : g_rand_int_range(rand, 500, 8000));
		g_autofree char *body = g_strnfill(size, (char) ('a' + i % 26));
		g_autofree char *name = g_strdup_printf("%d", i);
		g_autofree char *text = g_strdup_printf("From: buyer%d@example.org\r\nMessage-ID: <%d@x>\r\nSubject: s\r\n\r\n%s\r\n", i, i, body);

		inbox_deliver(inbox, "bench", "", name, "", text);
	}
}

static double drain(struct inbox *inbox, const char *program)
{
	g_autofree char *port = g_strdup_printf("%d", inbox->imap);
	const char *argv[] = { program, port, "bench", "secret", NULL };
	g_autofree char *said = NULL;
	unsigned long mails = 0, bytes = 0;
	double seconds = 0;

	if (!g_spawn_sync(NULL, (char **) argv, NULL, 0, NULL, NULL, &said, NULL, NULL, NULL)
	    || sscanf(said, "%lu %lu %lf", &mails, &bytes, &seconds) != 3)
		g_error("the drain failed");
	printf("drain: %lu mails, %.1f MB, %.3f s\n", mails, (double) bytes / 1e6, seconds);
	return seconds;
}

int main(int argc, char **argv)
{
	struct inbox *inbox = inbox_new();
	g_autofree char *status = NULL;
	struct account *account;
	gint64 began_us;
	double drained, fetched;
	guint done;

	if (argc < 3 || !inbox) {
		fprintf(stderr, argc < 3 ? "usage: fetch MAILS DRAIN-PROGRAM\n" : "Dovecot is not installed\n");
		return 2;
	}
	deliver_all(inbox, atoi(argv[1]));
	inbox_fresh_store(inbox);
	account = inbox_account(inbox, "bench", SAFETY_NONE, 1);
	drain(inbox, argv[2]);	/* Dovecot builds its index */
	drained = drain(inbox, argv[2]);
	began_us = g_get_monotonic_time();
	done = inbox_fetch(inbox, account).done;
	fetched = (double) (g_get_monotonic_time() - began_us) / G_USEC_PER_SEC;
	g_file_get_contents("/proc/self/status", &status, NULL, NULL);
	printf("fetch and store: %u mails, %.3f s, %.2f times the drain, peak %ld KB\n", done, fetched, fetched / drained,
	       strtol(strstr(status, "VmHWM:") + 6, NULL, 10));
	account_free(account);
	inbox_free(inbox);
	return 0;
}
