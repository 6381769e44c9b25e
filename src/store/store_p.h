/* The inside of a store, for store.c, sql.c and migrate.c only. */
#ifndef WISMO_STORE_STORE_P_H
#define WISMO_STORE_STORE_P_H

#include "sql_p.h"

#define STORE_APPLICATION_ID 0x7769736d	/* "wism": file(1) and we recognise our databases by it */
#define STORE_VERSION 1

struct store {
	sqlite3 *db;
	enum store_role role;
	bool in_transaction;
	char *path;
	char *uuid;
	GHashTable *statements;	/* address of the SQL literal -> sqlite3_stmt * */
};

/* Refuses files that are not ours, too new or unreadable, without touching them. */
bool migrate_check(struct store *store, bool create, GError **error);

/* Creates or updates the schema to STORE_VERSION within one transaction. */
bool migrate_run(struct store *store, GError **error);

/* Installs the authorizer of the store's role. */
void authorize_install(struct store *store);

#endif
