/* What supervisor and workers share. */
#ifndef WISMO_FLOW_RUN_P_H
#define WISMO_FLOW_RUN_P_H

#include "wismo/flow/run.h"
#include "wismo/flow/stage.h"

#include <stdatomic.h>
#include <sys/types.h>

/* One in shared memory for each worker; the supervisor only reads. */
struct run_slot {
	_Atomic gint64 beat_us;		/* monotonic: last sign of life */
	atomic_bool idle;		/* waits for a wake-up; may do so for ever */
};

struct run_role {
	const char *name;
	enum store_role role;
	stage_step *steps[3];		/* NULL-padded; none: the inbox */
};

/* In the order of a mail's way. */
#define RUN_ROLES 5
extern const struct run_role run_roles[RUN_ROLES];

struct run_worker {
	const struct run_role *role;
	char *account;			/* inbox of one account; NULL: of all */
	int wake[2];			/* pipe, both ends kept by all: a byte means "look again" */
	pid_t pid;			/* 0: not running */
	guint slot;
	guint crashes;			/* in a row */
	gint64 started_us, start_again_us;
	bool renewed;			/* asked to end, for another one that logs in anew */
};

struct run_team {
	struct run_files *files;
	GPtrArray *workers;		/* struct run_worker */
	struct run_slot *slots;
	char *marks;			/* of the secrets' files, as last seen */
};

/* The life of a worker process; gives its exit code. */
int run_worker_main(const struct run_team *team, struct run_worker *self);

#define RUN_EXIT_HALT 3		/* the program must stop */

/* Takes the files for what counts from now on; before any worker starts. `store`: ROLE_ALL. */
bool run_follow(struct store *store, const struct run_files *files, bool again, GError **error);

/* Imports what lies in the watched folder. */
bool run_import(struct store *store, const struct run_files *files, gint64 now, struct pass *pass, GError **error);

#endif
