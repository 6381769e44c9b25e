/* seccomp and Landlock by raw calls: libseccomp would be a dependency for twenty instructions, and glibc 2.36
 * has no Landlock. A deny list, because GLib, SQLite and iconv need some hundred calls that differ by version;
 * what a parser that was taken over would want is denied: sockets, programs, other processes, kernel entrances. */
#include "config.h"
#include "wismo/base/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

static const int denied[] = {
	SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_execve, SYS_execveat,
	SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_bpf, SYS_perf_event_open, SYS_keyctl, SYS_add_key,
	SYS_request_key, SYS_userfaultfd, SYS_io_uring_setup, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_setns,
	SYS_unshare, SYS_init_module, SYS_finit_module, SYS_kexec_load, SYS_open_by_handle_at, SYS_memfd_create,
	SYS_pidfd_getfd, SYS_symlinkat, SYS_linkat,
};

static const char *seccomp(void)
{
#ifdef ARCHITECTURE
	struct sock_filter code[G_N_ELEMENTS(denied) + 8];
	struct sock_fprog program = { .filter = code };
	guint n = 0;

	code[n++] = (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	code[n++] = (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
	code[n++] = (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	code[n++] = (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	/* x32 numbers would walk around the list. */
	code[n++] = (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, (guchar) (G_N_ELEMENTS(denied) + 1), 0);
	for (gsize i = 0; i < G_N_ELEMENTS(denied); i++)
		code[n++] = (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (guint) denied[i],
							  (guchar) (G_N_ELEMENTS(denied) - i), 0);
	code[n++] = (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[n++] = (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	program.len = (gushort) n;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? NULL : g_strerror(errno);
#else
	return "not known for this processor";
#endif
}

static void allow(int rules, const char *path, guint64 rights)
{
	struct landlock_path_beneath_attr below = { .allowed_access = rights };
	struct stat st;

	below.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (below.parent_fd < 0)
		return;
	if (fstat(below.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		below.allowed_access &= LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
	syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
	close(below.parent_fd);
}

static const char *landlock(const char *folder)
{
	static const char *const readable[] = {
		"/usr/share/zoneinfo", "/etc/localtime", "/etc/ld.so.cache", "/dev/null", "/dev/urandom", "/proc/self",
		"/usr/lib/x86_64-linux-gnu/gconv", "/usr/lib/aarch64-linux-gnu/gconv", "/usr/lib/gconv", "/usr/lib64/gconv",
	};
	/* Version 1 of the interface (Linux 5.13): later rights are left to seccomp and the lack of sockets. */
	guint64 all = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
	guint64 read_rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
	struct landlock_ruleset_attr attr = { .handled_access_fs = all };
	int rules = (int) syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	const char *problem;

	if (rules < 0)
		return g_strerror(errno);
	for (gsize i = 0; i < G_N_ELEMENTS(readable); i++)
		allow(rules, readable[i], read_rights);
	allow(rules, folder, read_rights | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE);
	problem = syscall(SYS_landlock_restrict_self, rules, 0) == 0 ? NULL : g_strerror(errno);
	close(rules);
	return problem;
}

char *confine_parser(const char *folder)
{
	const char *files, *calls;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return g_strdup_printf("not confined: %s", g_strerror(errno));
	files = landlock(folder);
	calls = seccomp();
	return g_strdup_printf("network and programs: %s%s; files: %s%s", calls ? "open, seccomp: " : "closed", calls ? calls : "",
			       files ? "open, landlock: " : "closed", files ? files : "");
}

void confine_privacy(void)
{
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
