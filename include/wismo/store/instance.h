/* One writer an instance: the lock of its folder, the instance row, and the rule for copies. */
#ifndef WISMO_STORE_INSTANCE_H
#define WISMO_STORE_INSTANCE_H

#include "wismo/base/scope.h"
#include "wismo/store/store.h"

#include <glib.h>
#include <stdbool.h>

struct instance_lock;

/* Takes `state_dir`/lock (flock(2), freed by the kernel when the process ends; children that inherit it keep it).
 * WISMO_HALT: somebody else holds it (the message names pid and boot), the folder is missing, or it lies on a network
 * file system, where neither locks nor WAL's shared memory are to be trusted. Owned. */
struct instance_lock *instance_lock_take(const char *state_dir, GError **error);
void instance_lock_free(struct instance_lock *lock);

/* Writes who runs here. When the row tells of another machine or another file than the last time, this database
 * is a copy, and instance_restored happens: *copied. `store`: ROLE_ALL. */
bool instance_enter(struct store *store, const char *database, gint64 now, bool *copied, GError **error);
bool instance_leave(struct store *store, GError **error);

/* Tells which files count from now on. When they are others than at the last start, what a person waits for is decided again,
 * what nobody could be asked about, or with a key that was refused, is asked, and answers that wait are tried: *woken gets the number of cases, -1 when
 * the files are the same; `again`: as if they were not, for what is mended elsewhere (a password's command). In a transaction of its own. `store`: ROLE_ALL. */
bool instance_follow(struct store *store, const char *files, bool again, gint64 now, int *woken, GError **error);

/* Raises the epoch: what had not surely left becomes `uncertain` until its Message-ID was looked for in Sent,
 * because the lost last moments of the original may contain its sending. Executing tasks become uncertain too. */
bool instance_restored(struct store *store, gint64 now, const char *actor, GError **error);

/* The process that runs the agent: 0 when none does (the row is stale or empty). */
gint64 instance_pid(struct store *store);

/* Liveness rows of workers. `problem` NULL: fine. */
bool instance_worker(struct store *store, const char *role, gint64 pid, gint64 now, const char *problem, GError **error);

SCOPE(instance_lock, instance_lock_free)

#endif
