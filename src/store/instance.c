/* Tables instance and workers; the lock file. */
#include "config.h"
#include "wismo/store/instance.h"

#include "sql_p.h"
#include "wismo/base/error.h"
#include "wismo/base/fault.h"
#include "wismo/store/lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

struct instance_lock {
	int fd;
};

/* statfs(2): file systems whose locks live on another machine, or nowhere. */
static const struct { unsigned long magic; const char *name; } network[] = {
	{ 0x6969, "NFS" }, { 0xff534d42, "CIFS" }, { 0xfe534d42, "SMB" }, { 0x517b, "SMB" }, { 0x564c, "NCP" }, { 0x5346414f, "AFS" },
	{ 0x00c36400, "Ceph" }, { 0x01021997, "9P" }, { 0x73757245, "Coda" }, { 0x47504653, "GPFS" }, { 0x0bd00bd0, "Lustre" },
	{ 0x7461636f, "OCFS2" }, { 0x01161970, "GFS2" }, { 0xaad7aaea, "PanFS" }, { 0x786f4256, "VirtualBox shared folder" },
};

static char *boot_id(void)
{
	char *text = NULL;

	if (!g_file_get_contents("/proc/sys/kernel/random/boot_id", &text, NULL, NULL))
		return g_strdup("");
	return g_strstrip(text);
}

static bool local_ok(const char *folder, GError **error)
{
	struct statfs fs;

	if (statfs(folder, &fs) < 0) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: %s; `wismo init` makes it", folder, g_strerror(errno));
		return false;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(network); i++)
		if ((unsigned long) fs.f_type == network[i].magic) {
			g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: lies on a network file system (%s), where neither locks nor the "
				    "database are safe; set state_dir to a local folder", folder, network[i].name);
			return false;
		}
	return true;
}

struct instance_lock *instance_lock_take(const char *state_dir, GError **error)
{
	g_autofree char *path = g_build_filename(state_dir, "lock", NULL);
	g_autofree char *boot = boot_id();
	g_autofree char *line = NULL;
	struct instance_lock *lock;
	char holder[128] = "";
	int fd;

	if (!local_ok(state_dir, error))
		return NULL;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: %s", path, g_strerror(errno));
		return NULL;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		bool held = errno == EWOULDBLOCK;

		if (held && read(fd, holder, sizeof holder - 1) > 0)
			g_strdelimit(g_strchomp(holder), "\n", ' ');
		g_set_error(error, WISMO_ERROR, WISMO_HALT, held ? "%s: another wismo works on this instance (%s); stop it first"
			    : "%s: cannot be locked: %s", path, held ? (*holder ? holder : "unknown") : g_strerror(errno));
		close(fd);
		return NULL;
	}
	line = g_strdup_printf("pid %d, boot %s\n", (int) getpid(), boot);
	if (ftruncate(fd, 0) < 0 || pwrite(fd, line, strlen(line), 0) < 0) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: %s", path, g_strerror(errno));
		close(fd);
		return NULL;
	}
	lock = g_new0(struct instance_lock, 1);
	lock->fd = fd;
	return lock;
}

void instance_lock_free(struct instance_lock *lock)
{
	if (!lock)
		return;
	close(lock->fd);
	g_free(lock);
}

/* This machine and this file. The id is hashed, as machine-id(5) asks; the inode tells a copy on the same machine.
 * A false alarm costs a look into Sent, a missed one a second mail to a buyer. */
static char *machine_of(const char *database)
{
	g_autofree char *id = NULL;
	g_autofree char *hash = NULL;
	struct stat st = { 0 };

	if (!g_file_get_contents("/etc/machine-id", &id, NULL, NULL))
		id = g_strdup(g_get_host_name());
	hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, id, -1);
	if (stat(database, &st) < 0)
		st.st_ino = 0;
	return g_strdup_printf("%.16s:%llu", hash, (unsigned long long) st.st_ino);
}

static bool raise_epoch(struct store *store, gint64 now, const char *actor, GError **error)
{
	return sql_run(store, error, "UPDATE instance SET epoch = epoch + 1", "")
		&& sql_run(store, error, "UPDATE replies SET state = 'uncertain', version = version + 1,"
			   " why = 'the database was restored from a copy: Sent is looked at first'"
			   " WHERE state IN ('due', 'later', 'sending', 'handed_over')", "")
		&& sql_run(store, error, "UPDATE tasks SET state = 'uncertain', version = version + 1, changed_at = ?,"
			   " why = 'the database was restored from a copy: it may have been executed'"
			   " WHERE state = 'executing'", "i", now)
		&& store_history(store, now, actor, "instance", "restored", NULL, error);
}

bool instance_restored(struct store *store, gint64 now, const char *actor, GError **error)
{
	if (!store_begin(store, error))
		return false;
	if (raise_epoch(store, now, actor, error) && sql_run(store, error, "UPDATE instance SET machine = ''", "")
	    && store_commit(store, error))
		return true;
	store_abandon(store);
	return false;
}

bool instance_enter(struct store *store, const char *database, gint64 now, bool *copied, GError **error)
{
	g_autofree char *boot = boot_id();
	g_autofree char *machine = machine_of(database);
	g_autofree char *was = NULL;
	GError *cause = NULL;

	if (!store_begin(store, error))
		return false;
	was = sql_text(store, &cause, "SELECT machine FROM instance", "");
	*copied = was && *was && strcmp(was, machine) != 0;
	if (!cause && *copied)
		raise_epoch(store, now, "run", &cause);
	if (!cause)
		sql_run(store, &cause, "UPDATE instance SET machine = ?, boot = ?, pid = ?", "ssi", machine, boot, (gint64) getpid());
	if (!cause)
		sql_run(store, &cause, "DELETE FROM workers", "");
	fault_point("instance.enter");
	if (!cause && store_commit(store, &cause))
		return true;
	store_abandon(store);
	g_propagate_error(error, cause);
	return false;
}

#define LAST_WORD(which) "(SELECT outcome FROM trackings AS t WHERE " which " ORDER BY t.id DESC LIMIT 1)"

static int wake(struct store *store, gint64 now, GError **error)
{
	int woken = sql_change(store, error, "UPDATE cases SET dirty = 1, version = version + 1 WHERE state = 'person' AND dirty = 0", "");
	g_autofree char *detail = g_strdup_printf("%d cases are decided again", woken);

	/* Never asked, and put off: whose section was missing may have one now; whose key was refused may have the right one. Answers
	 * that wait for their server: it may have been the password. Limits of carriers stand. */
	if (woken < 0 || !sql_run(store, error, "UPDATE lookups AS l SET next_at = ?1 WHERE next_at > ?1 AND next_at < ?2 AND (asked_at = 0 OR"
				  " " LAST_WORD("t.carrier = l.carrier AND t.number = l.number") " = 'refused')", "ii", now, LOOKUP_ON_NEED)
	    || !sql_run(store, error, "UPDATE breakers AS b SET until_at = ?1 WHERE until_at > ?1 AND " LAST_WORD("t.carrier = b.carrier")
			" = 'refused'", "i", now)
	    || !sql_run(store, error, "UPDATE replies SET not_before = ?1, version = version + 1 WHERE state IN ('due', 'later')"
			" AND not_before > ?1", "i", now)
	    || !store_history(store, now, "run", "instance", "files changed", detail, error))
		return -1;
	return woken;
}

bool instance_follow(struct store *store, const char *files, bool again, gint64 now, int *woken, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autofree char *was = NULL;

	*woken = -1;
	if (!store_begin(store, error))
		return false;
	was = sql_text(store, &cause, "SELECT files FROM instance", "");
	if (!cause && (again || g_strcmp0(was, files) != 0)) {
		sql_run(store, &cause, "UPDATE instance SET files = ?", "s", files);
		if (!cause)
			*woken = was && *was ? wake(store, now, &cause) : 0;
	}
	if (!cause && store_commit(store, &cause))
		return true;
	store_abandon(store);
	g_propagate_error(error, g_steal_pointer(&cause));
	return false;
}

bool instance_leave(struct store *store, GError **error)
{
	return sql_run(store, error, "UPDATE instance SET pid = 0 WHERE pid = ?", "i", (gint64) getpid())
		&& sql_run(store, error, "DELETE FROM workers", "");
}

/* Ended, and not taken in by its parent: in containers nobody may do that. */
static bool zombie_ok(gint64 pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/stat", pid);
	g_autofree char *text = NULL;
	const char *name_end = g_file_get_contents(path, &text, NULL, NULL) ? strrchr(text, ')') : NULL;

	return name_end && g_str_has_prefix(name_end, ") Z");
}

gint64 instance_pid(struct store *store)
{
	g_autofree char *boot = boot_id();
	gint64 pid = sql_int(store, NULL, 0, "SELECT pid FROM instance WHERE boot = ?", "s", boot);

	/* EPERM: it lives, and belongs to somebody else. */
	return pid > 0 && (kill((pid_t) pid, 0) == 0 || errno == EPERM) && !zombie_ok(pid) ? pid : 0;
}

bool instance_worker(struct store *store, const char *role, gint64 pid, gint64 now, const char *problem, GError **error)
{
	return sql_run(store, error, "INSERT INTO workers (role, pid, seen_at, problem) VALUES (?, ?, ?, ?)"
		       " ON CONFLICT (role) DO UPDATE SET pid = excluded.pid, seen_at = excluded.seen_at, problem = excluded.problem",
		       "siis", role, pid, now, problem);
}
