/* The store: the one database of an instance, and the only bus between stages.
 * WAL, synchronous=FULL, foreign keys, STRICT tables; each role may write only its own tables.
 * The SQL of a table lives in the file named after it; callers see functions and model structs.
 *
 * Errors: WISMO_RETRY when the database stayed locked longer than the busy time-out or the disk is
 * full, WISMO_HALT when it is corrupt, newer than this program, not ours or not ours to read;
 * such a file is left exactly as it is. */
#ifndef WISMO_STORE_STORE_H
#define WISMO_STORE_STORE_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

struct store;

enum store_role {
	ROLE_ALL,	/* `run --once`, init, migrations, tests */
	ROLE_COMMAND,	/* command line: decisions of a person and imports */
	ROLE_INBOX, ROLE_MIND, ROLE_TRACKER, ROLE_MAILER, ROLE_RUNNER,
	ROLE_READER,	/* looks only: status, lists, explain */
	ROLE_COUNT
};
const char *store_role_name(enum store_role role);

/* Opens the database `path`; creates it (mode 0600) with an instance row when `create`; brings an
 * older schema up to date in one transaction. */
struct store *store_open(const char *path, enum store_role role, bool create, GError **error);
void store_close(struct store *store);

/* Transactions. store_begin takes the write lock at once (BEGIN IMMEDIATE). Nesting is an error of ours.
 * No network call may run between begin and commit. */
bool store_begin(struct store *store, GError **error);
bool store_commit(struct store *store, GError **error);
void store_abandon(struct store *store);	/* rolls back; harmless without a transaction */

/* Appends to the history; `detail` may be NULL. Within the caller's transaction. */
bool store_history(struct store *store, gint64 at, const char *actor, const char *subject, const char *event,
		   const char *detail, GError **error);

/* PRAGMA data_version: changes when another connection committed. */
gint64 store_data_version(struct store *store);

/* The instance row. */
gint64 store_epoch(struct store *store);
const char *store_uuid(struct store *store);	/* borrowed */

SCOPE(store, store_close)

#endif
