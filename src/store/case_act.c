/* What a person does to a case, as one step with its history. */
#include "wismo/store/case.h"

#include "act_p.h"

#include "wismo/base/error.h"

bool case_hand_over(struct store *store, gint64 id, const char *why, gint64 now, const char *actor, GError **error)
{
	bool own, fine;
	int moved;

	if (!act_begin(store, &own, error))
		return false;
	moved = sql_change(store, error, "UPDATE cases SET state = 'person', why = ?, version = version + 1"
			   " WHERE id = ? AND state <> 'closed'", "si", why, id);
	fine = moved == 0 || (moved > 0 && act_tell(store, now, actor, 'c', id, "person", why, error));
	return act_end(store, own, fine, error);
}

/* Of a closed case none is ever permitted: a person's word on each comes first. */
static bool no_task_open(struct store *store, gint64 id, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autofree char *task = sql_text(store, &cause, "SELECT 't' || id || ' is ' || state FROM tasks WHERE case_id = ? AND state IN"
					 " ('proposed', 'approved', 'executing', 'failed', 'uncertain') ORDER BY id LIMIT 1", "i", id);

	if (task)
		g_set_error(&cause, WISMO_ERROR, WISMO_PARK, "%s; reject it or see it done first", task);
	if (!cause)
		return true;
	g_propagate_error(error, g_steal_pointer(&cause));
	return false;
}

static bool finish(struct store *store, struct buyer_case *one, const char *reason, gint64 now, const char *actor, GError **error)
{
	if (one->state == CASE_CLOSED) {
		g_autofree char *subject = g_strdup_printf("c%" G_GINT64_FORMAT, one->id);

		return act_late(store, subject, case_state_name(CASE_CLOSED), error);
	}
	if (!no_task_open(store, one->id, error))
		return false;
	one->state = CASE_CLOSED;
	one->asked_at = one->due_at = one->look_at = 0;
	one->attempts = 0;
	one->dirty = false;
	g_clear_pointer(&one->due_why, g_free);
	g_free(one->why);
	one->why = g_strdup(reason ? reason : "a person closed it");
	return case_update(store, one, error) && case_reply_reject(store, one->id, REPLY_BY_PERSON, "the case was closed", error)
		&& act_tell(store, now, actor, 'c', one->id, case_state_name(CASE_CLOSED), reason, error);
}

bool case_close(struct store *store, gint64 id, const char *reason, gint64 now, const char *actor, GError **error)
{
	scoped(buyer_case) one = NULL;
	g_autoptr(GError) cause = NULL;
	bool own, fine;

	if (!act_begin(store, &own, error))
		return false;
	one = case_get(store, id, &cause);
	if (!one && !cause)
		g_set_error(&cause, WISMO_ERROR, WISMO_PARK, "there is no c%" G_GINT64_FORMAT, id);
	fine = one && finish(store, one, reason, now, actor, &cause);
	if (cause)
		g_propagate_error(error, g_steal_pointer(&cause));
	return act_end(store, own, fine, error);
}
