/* Transactions and words that acts on replies and tasks share. */
#include "act_p.h"

#include "wismo/base/clock.h"
#include "wismo/base/error.h"

bool act_begin(struct store *store, bool *own, GError **error)
{
	*own = sqlite3_get_autocommit(sql_handle(store));
	return !*own || store_begin(store, error);
}

bool act_end(struct store *store, bool own, bool fine, GError **error)
{
	if (!own)
		return fine;
	if (fine && store_commit(store, error))
		return true;
	store_abandon(store);
	return false;
}

static bool read_last(sqlite3_stmt *row, void *user)
{
	g_autofree char *at = clock_format(sql_column_int(row, 0));
	g_autofree char *actor = sql_column_text(row, 1);

	*(char **) user = g_strdup_printf(" since %s (%s)", at ? at : "?", actor);
	return false;
}

bool act_late(struct store *store, const char *subject, const char *state, GError **error)
{
	g_autofree char *last = NULL;

	sql_each(store, NULL, read_last, &last, "SELECT at, actor FROM history WHERE subject = ? ORDER BY id DESC LIMIT 1",
		 "s", subject);
	g_set_error(error, WISMO_ERROR, WISMO_PARK, "%s is %s%s", subject, state ? state : "gone", last ? last : "");
	return false;
}

bool act_tell(struct store *store, gint64 now, const char *actor, char kind, gint64 id, const char *event,
	      const char *detail, GError **error)
{
	g_autofree char *subject = g_strdup_printf("%c%" G_GINT64_FORMAT, kind, id);

	return store_history(store, now, actor, subject, event, detail, error);
}
