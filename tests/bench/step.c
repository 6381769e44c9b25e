/* What one durable step costs: a commit of the store against the disk's own fdatasync, in one run on one file system.
 *	step [FOLDER] [STEPS]	FOLDER: where the files are made, a temporary folder unless given */
#include "src/store/sql_p.h"
#include "wismo/store/store.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct bench {
	struct store *store;
	int fd;
};

typedef void one_step(struct bench *bench, guint i);

static int by_value(const void *a, const void *b)
{
	gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

	return x < y ? -1 : x > y;
}

/* Median in microseconds. */
static double measure(struct bench *bench, const char *name, one_step *step, guint steps)
{
	g_autofree gint64 *times = g_new(gint64, steps);
	double median;

	for (guint i = 0; i < steps; i++) {
		gint64 begun_us = g_get_monotonic_time();

		step(bench, i);
		times[i] = g_get_monotonic_time() - begun_us;
	}
	qsort(times, steps, sizeof *times, by_value);
	median = (double) (times[steps / 2] + times[(steps - 1) / 2]) / 2;
	printf("%-42s median %7.0f us, 99 of 100 below %7.0f us\n", name, median, (double) times[steps * 99 / 100]);
	return median;
}

#define PAGES 1000	/* the log of a database is written over and over, too: no blocks are allocated */

static void write_page(struct bench *bench, guint i)
{
	char page[4096];

	memset(page, (int) i, sizeof page);
	if (pwrite(bench->fd, page, sizeof page, (off_t) (i % PAGES) * (off_t) sizeof page) != sizeof page)
		g_error("the disk failed");
}

static void just_sync(struct bench *bench, guint i)
{
	write_page(bench, i);
	if (fdatasync(bench->fd) < 0)
		g_error("the disk failed");
}

static void history(struct bench *bench, guint i)
{
	if (!store_history(bench->store, i, "bench", "r1", "step", NULL, NULL))
		g_error("the store failed");
}

static void commit_one(struct bench *bench, guint i)
{
	g_assert(store_begin(bench->store, NULL));
	history(bench, i);
	g_assert(store_commit(bench->store, NULL));
}

/* What a state change of a reply writes: the row, two indexes, its line of history. */
static void commit_reply(struct bench *bench, guint i)
{
	g_assert(store_begin(bench->store, NULL));
	g_assert(sql_run(bench->store, NULL, "UPDATE replies SET not_before = ?, version = version + 1 WHERE id = 1", "i", (gint64) i));
	history(bench, i);
	g_assert(store_commit(bench->store, NULL));
}

static void commit_hundred(struct bench *bench, guint i)
{
	g_assert(store_begin(bench->store, NULL));
	for (guint n = 0; n < 100; n++)
		history(bench, i);
	g_assert(store_commit(bench->store, NULL));
}

static void fill(struct store *store)
{
	g_assert(sql_run(store, NULL, "INSERT INTO cases (id, account, channel, buyer, lang, state, intent, opened_at)"
			 " VALUES (1, 'a', 'shop', 'b@example.org', 'en', 'open', 'not_arrived', 1)", ""));
	g_assert(sql_run(store, NULL, "INSERT INTO verdicts (id, case_id, made_at, rulebook, facts, rule, reason, sends)"
			 " VALUES (1, 1, 1, 'h', '{}', 'r', '[]', 'auto')", ""));
	g_assert(sql_run(store, NULL, "INSERT INTO replies (id, case_id, verdict, cause, account, template, lang, recipient, subject, body,"
			 " message_id, state, epoch, created_at) VALUES (1, 1, 1, 'c', 'a', 't', 'en', 'b@example.org', 're', 'text', 'r@x',"
			 " 'due', 1, 1)", ""));
}

int main(int argc, char **argv)
{
	g_autofree char *folder = argc > 1 ? g_build_filename(argv[1], "wismo-step-XXXXXX", NULL) : NULL;
	g_autofree char *made = folder ? g_strdup(g_mkdtemp(folder)) : g_dir_make_tmp("wismo-step-XXXXXX", NULL);
	g_autofree char *database = made ? g_build_filename(made, "store.db", NULL) : NULL;
	g_autofree char *file = made ? g_build_filename(made, "file", NULL) : NULL;
	guint steps = argc > 2 ? (guint) atoi(argv[2]) : 2000;
	const char *argv_rm[] = { "rm", "-rf", made, NULL };
	struct bench bench = { 0 };
	double sync_us, one_us, reply_us, hundred_us;

	if (!made || !steps)
		g_error("usage: step [FOLDER] [STEPS]");
	bench.fd = g_open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	bench.store = store_open(database, ROLE_ALL, true, NULL);
	g_assert(bench.fd >= 0 && bench.store);
	fill(bench.store);
	for (guint i = 0; i < PAGES; i++)
		write_page(&bench, i);
	fsync(bench.fd);
	sync_us = measure(&bench, "4 KB written and fdatasync", just_sync, steps);
	one_us = measure(&bench, "commit of one line", commit_one, steps);
	reply_us = measure(&bench, "commit of a reply's step", commit_reply, steps);
	hundred_us = measure(&bench, "commit of a hundred lines", commit_hundred, steps / 10 + 1);
	printf("a commit is %.1f, a reply's step %.1f times the disk's fdatasync; a line within a batch of a hundred costs %.0f us\n",
	       one_us / sync_us, reply_us / sync_us, hundred_us / 100);
	store_close(bench.store);
	close(bench.fd);
	g_spawn_sync(NULL, (char **) argv_rm, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
	return 0;
}
