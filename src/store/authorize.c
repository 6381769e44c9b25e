/* Which role may write which table: the mailer cannot create a refund.
 * Reading is free, except that nobody attaches, changes the schema or loads extensions. */
#include "store_p.h"

#include <string.h>

/* Tables that each role may INSERT into, UPDATE or DELETE from; history is for all but readers. */
static const char *const writes[ROLE_COUNT] = {
	[ROLE_COMMAND] = " instance mailboxes cases orders order_lines shipments stock lookups replies tasks filings trackings budgets breakers mails raws verdicts ",
	[ROLE_INBOX] = " mailboxes mails raws places filings replies cases workers ",
	[ROLE_MIND] = " mails readings cases verdicts replies tasks lookups filings workers ",
	[ROLE_TRACKER] = " lookups budgets breakers trackings cases workers ",
	[ROLE_MAILER] = " replies filings cases workers ",
	[ROLE_RUNNER] = " tasks cases workers orders order_lines shipments stock ",
	[ROLE_READER] = " ",
};

static bool may_write(enum store_role role, const char *table)
{
	const char *hit = strstr(writes[role], table);

	if (strcmp(table, "history") == 0 || strcmp(table, "sqlite_sequence") == 0)
		return role != ROLE_READER;
	/* Whole words: every name stands between blanks. */
	for (; hit; hit = strstr(hit + 1, table))
		if (hit[-1] == ' ' && hit[strlen(table)] == ' ')
			return true;
	return false;
}

static int authorize(void *user, int action, const char *first, const char *second, const char *database, const char *trigger)
{
	const struct store *store = user;

	(void) second;
	(void) database;
	(void) trigger;
	switch (action) {
	case SQLITE_INSERT: case SQLITE_UPDATE: case SQLITE_DELETE:
		return may_write(store->role, first) ? SQLITE_OK : SQLITE_DENY;
	case SQLITE_READ: case SQLITE_SELECT: case SQLITE_FUNCTION: case SQLITE_TRANSACTION: case SQLITE_RECURSIVE:
	case SQLITE_SAVEPOINT:
		return SQLITE_OK;
	case SQLITE_PRAGMA:
		/* data_version: how a worker sees that another one has written. */
		return g_strcmp0(first, "data_version") == 0 ? SQLITE_OK : SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

void authorize_install(struct store *store)
{
	if (store->role == ROLE_ALL)
		return;
	/* The first use of a table-valued function in a connection "updates" sqlite_master, which nobody may: done before. */
	sqlite3_exec(store->db, "SELECT 1 FROM json_each('[]'), json_tree('[]')", NULL, NULL, NULL);
	sqlite3_set_authorizer(store->db, authorize, store);
}
