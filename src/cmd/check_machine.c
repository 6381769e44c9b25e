/* What wismo check tells about the machine: its clock, how far the parser can be confined, and JIT. */
#include "check_p.h"

#include "wismo/base/clock.h"
#include "wismo/base/confine.h"
#include "wismo/core/pattern.h"

#include <string.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

#define DISK_LEAST 20000000	/* the largest mail that is fetched, about */
#define DISK_WARN 500000000	/* some 30,000 mails */
#define CLOCK_LEAST G_GINT64_CONSTANT(1764547200)	/* 2025-12-01: earlier than this program */

/* Deadlines and the archive's border are moments: a clock that nobody sets makes them wrong without a word. */
void check_clock(struct checks *checks, const struct settings *settings)
{
	gint64 now = clock_now();
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(now);
	g_autoptr(GDateTime) local = settings->zone_held ? g_date_time_to_timezone(utc, settings->zone_held) : g_date_time_ref(utc);
	g_autofree char *wall = g_date_time_format(local, "%Y-%m-%d %H:%M %Z");
	g_autofree char *said = g_strdup_printf("%s (%s)", wall, settings->zone);
	struct timex kernel = { 0 };
	bool synced = adjtimex(&kernel) >= 0 && !(kernel.status & STA_UNSYNC);

	if (now < CLOCK_LEAST) {
		check_tell(checks, GRADE_FAIL, "clock", said, "the clock is wrong by years: set it, and switch time synchronisation on");
	} else if (!synced) {
		g_autofree char *unsure = g_strdup_printf("%s; nothing keeps it right, says the kernel", said);

		check_tell(checks, GRADE_WARN, "clock", unsure, "switch time synchronisation on (timedatectl set-ntp true), on the host where this is a container");
	} else {
		check_tell(checks, GRADE_OK, "clock", said, NULL);
	}
}

/* What is not stored is not lost - it is fetched again - but nobody is answered meanwhile. */
void check_disk(struct checks *checks, const struct settings *settings)
{
	g_autofree char *folder = g_path_get_dirname(settings->database);
	struct statvfs fs;
	g_autofree char *said = NULL;
	guint64 left;

	if (statvfs(folder, &fs) < 0)
		return;		/* what is wrong with the folder, the database's line says */
	left = (guint64) fs.f_bavail * fs.f_frsize;
	said = g_strdup_printf("%" G_GUINT64_FORMAT " MB free in %s", left / 1000000, folder);
	check_tell(checks, left < DISK_LEAST ? GRADE_FAIL : left < DISK_WARN ? GRADE_WARN : GRADE_OK, "disk", said,
		   left < DISK_WARN ? "make room: a full disk stops everything" : NULL);
}

/* As the mind does it, in a child, because there is no way back. First word of what it says: how far. */
static char *confined(const char *folder, bool *jit)
{
	char part[512] = { 0 };
	int pipe_fd[2];
	ssize_t got;
	pid_t pid;

	*jit = false;
	if (pipe(pipe_fd) < 0)
		return g_strdup("not tried");
	pid = fork();
	if (pid == 0) {
		g_autofree char *said = confine_parser(folder);
		g_autofree char *line = g_strdup_printf("%c%s", pattern_jit_ok() ? 'y' : 'n', said);

		_exit(write(pipe_fd[1], line, strlen(line)) < 0);
	}
	close(pipe_fd[1]);
	got = pid > 0 ? read(pipe_fd[0], part, sizeof part - 1) : -1;
	close(pipe_fd[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	*jit = got > 0 && part[0] == 'y';
	return g_strdup(got > 1 ? part + 1 : "not tried");
}

void check_confinement(struct checks *checks, const struct settings *settings)
{
	bool jit;
	g_autofree char *said = confined(settings->state_dir, &jit);
	bool open = strstr(said, "open") || g_str_has_prefix(said, "not ");

	check_tell(checks, open ? GRADE_WARN : GRADE_OK, "sandbox", said,
		   open ? "wismo works, with less protection from hostile mail; a kernel with seccomp and Landlock closes it" : NULL);
	check_tell(checks, jit ? GRADE_OK : GRADE_WARN, "jit", jit ? "patterns become machine code" : "patterns are interpreted, which is slower",
		   jit ? NULL : "take MemoryDenyWriteExecute out of the service, or a PCRE2 with JIT");
}
