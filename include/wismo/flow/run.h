/* `wismo run`: a supervisor and a worker process for each role. Workers share the database and a wake-up byte. */
#ifndef WISMO_FLOW_RUN_H
#define WISMO_FLOW_RUN_H

#include "wismo/base/scope.h"
#include "wismo/conf/columns.h"
#include "wismo/conf/rulebook.h"
#include "wismo/conf/settings.h"
#include "wismo/store/store.h"

#include <glib.h>
#include <stdbool.h>

/* Everything that is read from files, of one moment. */
struct run_files {
	struct settings *settings;
	struct rulebook *book;
	struct columns *columns;
};
void run_files_free(struct run_files *files);

/* Reads all files anew; NULL with WISMO_HALT and file:line. */
typedef struct run_files *run_load(void *user, GError **error);

/* Works until SIGTERM or SIGINT (current commits are finished, at most 5 s). SIGHUP: load again, keep the old files
 * when the new ones are bad. SIGUSR1: state to the log. Takes ownership of `files`.
 * False: WISMO_HALT, it cannot go on. */
bool run_supervise(struct run_files *files, run_load *load, void *user, GError **error);

/* "5 mails that came since start were archived before: ..."; NULL: start is heeded, or not set. Owned. */
char *run_start_ignored(struct store *store, const struct account *account);

/* The same stages in this process until nothing is due at `now` (each round asks the clock again). `tick` (NULL: none) is called
 * between batches, while no transaction is open. */
typedef void run_tick(struct store *store);
bool run_once(const struct run_files *files, run_tick *tick, GError **error);

SCOPE(run_files, run_files_free)

#endif
