/* Reads and writes Maildirs. Must never change, move or remove a file that it did not write itself. */
#include "wismo/mail/maildir.h"

#include "wismo/base/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(int code, const char *path, const char *what, GError **error)
{
	g_set_error(error, WISMO_ERROR, code, "maildir %s: %s%s%s", path, what, errno ? ": " : "",
		    errno ? g_strerror(errno) : "");
	return false;
}

static int reach(int cause)
{
	return cause == ENOSPC || cause == EDQUOT || cause == EIO || cause == EMFILE || cause == ENFILE
		? WISMO_RETRY : WISMO_HALT;
}

static gint64 name_uid(const char *name)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	guint8 digest[32];
	gsize length = sizeof digest;
	guint64 uid = 0;

	g_checksum_update(sum, (const guchar *) name, -1);
	g_checksum_get_digest(sum, digest, &length);
	for (int i = 0; i < 8; i++)
		uid = uid << 8 | digest[i];
	uid >>= 1;
	return uid ? (gint64) uid : 1;
}

static char *unique_part(const char *file_name)
{
	return g_strndup(file_name, strcspn(file_name, ":"));
}

/* One of new/ and cur/. *go_on turns false when the visitor has seen enough. */
static bool each_in(const char *folder, const char *sub, maildir_visit *visit, void *user, bool *go_on, GError **error)
{
	g_autofree char *path = g_build_filename(folder, sub, NULL);
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return fail(reach(errno), path, "cannot be read", error);
	while (*go_on && (errno = 0, entry = readdir(dir))) {
		struct maildir_file file;
		struct stat st;

		if (entry->d_name[0] == '.' || fstatat(dirfd(dir), entry->d_name, &st, 0) < 0 || !S_ISREG(st.st_mode))
			continue;
		g_autofree char *name = unique_part(entry->d_name);
		g_autofree char *full = g_build_filename(path, entry->d_name, NULL);

		file = (struct maildir_file) { .path = full, .name = name, .uid = name_uid(name),
			.size_bytes = st.st_size, .received_at = st.st_mtime };
		*go_on = visit(&file, user);
	}
	if (*go_on && errno) {
		fail(reach(errno), path, "cannot be read", error);
		closedir(dir);
		return false;
	}
	closedir(dir);
	return true;
}

char *maildir_folder(const char *maildir, const char *name)
{
	return g_ascii_strcasecmp(name, "INBOX") == 0 ? g_strdup(maildir) : g_strdup_printf("%s/.%s", maildir, name);
}

bool maildir_each(const char *folder, maildir_visit *visit, void *user, GError **error)
{
	bool go_on = true;

	return each_in(folder, "new", visit, user, &go_on, error)
		&& (!go_on || each_in(folder, "cur", visit, user, &go_on, error));
}

struct search {
	const char *name;
	char *path;
};

static bool match(const struct maildir_file *file, void *user)
{
	struct search *search = user;

	if (strcmp(file->name, search->name) != 0)
		return true;
	search->path = g_strdup(file->path);
	return false;
}

static char *find(const char *folder, const char *name)
{
	struct search search = { .name = name };

	maildir_each(folder, match, &search, NULL);
	return search.path;
}

static GBytes *read_all(int fd, const char *path, gsize cap_bytes, GError **error)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	guint8 block[65536];
	ssize_t got;

	while ((got = read(fd, block, sizeof block)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			fail(WISMO_RETRY, path, "cannot be read", error);
			return NULL;
		}
		g_byte_array_append(bytes, block, (guint) got);
		if (bytes->len > cap_bytes) {
			errno = 0;
			fail(WISMO_PARK, path, "larger than the cap", error);
			return NULL;
		}
	}
	return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

GBytes *maildir_read(const char *folder, const struct maildir_file *file, gsize cap_bytes, bool *gone, GError **error)
{
	int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	GBytes *bytes;

	*gone = false;
	if (fd < 0 && errno == ENOENT) {
		g_autofree char *moved = find(folder, file->name);

		fd = moved ? open(moved, O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;
		if (fd < 0 && (!moved || errno == ENOENT)) {
			*gone = true;
			return NULL;
		}
	}
	if (fd < 0) {
		fail(WISMO_PARK, file->path, "cannot be opened", error);
		return NULL;
	}
	bytes = read_all(fd, file->path, cap_bytes, error);
	close(fd);
	return bytes;
}

/* The Message-ID itself may hold slashes and colons and be of any length; its digest may not. */
static char *sink_name(const char *message_id)
{
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, message_id, -1);

	return g_strdup_printf("%.40s.wismo", sum);
}

bool maildir_has(const char *folder, const char *message_id)
{
	g_autofree char *name = sink_name(message_id);
	g_autofree char *path = find(folder, name);

	return path != NULL;
}

static bool make_folders(const char *folder, GError **error)
{
	static const char *const subs[] = { "tmp", "new", "cur" };

	for (gsize i = 0; i < G_N_ELEMENTS(subs); i++) {
		g_autofree char *path = g_build_filename(folder, subs[i], NULL);

		if (g_mkdir_with_parents(path, 0700) < 0)
			return fail(reach(errno), path, "cannot be made", error);
	}
	return true;
}

static bool write_all(int fd, GBytes *wire)
{
	gsize left;
	const char *bytes = g_bytes_get_data(wire, &left);

	while (left) {
		ssize_t put = write(fd, bytes, left);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		bytes += put;
		left -= (gsize) put;
	}
	return fsync(fd) == 0;
}

static bool sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

bool maildir_deliver(const char *folder, const char *message_id, GBytes *wire, GError **error)
{
	g_autofree char *name = sink_name(message_id);
	g_autofree char *temporary = g_strdup_printf("%s/tmp/%s.%ld", folder, name, (long) getpid());
	g_autofree char *new_folder = g_build_filename(folder, "new", NULL);
	g_autofree char *final = g_build_filename(new_folder, name, NULL);
	g_autofree char *present = NULL;
	bool written;
	int cause, fd;

	if (!make_folders(folder, error))
		return false;
	present = find(folder, name);
	/* Found, but perhaps renamed just before a crash: the name is made durable before we call it delivered. */
	if (present)
		return sync_folder(new_folder) || fail(reach(errno), new_folder, "cannot be synced", error);
	/* A half-written file of a process that had our number and died; nobody else writes this name. */
	unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(reach(errno), temporary, "cannot be made", error);
	written = write_all(fd, wire);
	cause = errno;
	if (close(fd) < 0 && written) {
		written = false;
		cause = errno;
	}
	/* rename replaces atomically: two writers of one Message-ID still leave one file. */
	if (written && rename(temporary, final) == 0 && sync_folder(new_folder))
		return true;
	if (written)
		cause = errno;
	unlink(temporary);
	errno = cause;
	return fail(reach(cause), final, "cannot be written", error);
}
