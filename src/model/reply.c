/* Life and names of a reply. */
#include "wismo/model/reply.h"

#include <string.h>

static const char *const states[] = { "draft", "due", "sending", "handed_over", "sent", "later", "refused", "uncertain",
	"rejected", "blocked" };
_Static_assert(G_N_ELEMENTS(states) == REPLY_STATE_COUNT, "one name for each state");

const char *reply_state_name(enum reply_state state)
{
	return states[state];
}

static const char *const rejecters[] = { NULL, "person", "mind", "copy", "buyer" };
_Static_assert(G_N_ELEMENTS(rejecters) == REPLY_REJECTER_COUNT, "one name for each rejecter");

const char *reply_rejecter_name(enum reply_rejecter by)
{
	return rejecters[by];
}

enum reply_rejecter reply_rejecter_find(const char *name)
{
	for (int i = REPLY_BY_PERSON; i < REPLY_REJECTER_COUNT; i++)
		if (g_strcmp0(name, rejecters[i]) == 0)
			return (enum reply_rejecter) i;
	return REPLY_NOT_REJECTED;
}

int reply_state_find(const char *name)
{
	for (int i = 0; i < REPLY_STATE_COUNT; i++)
		if (g_strcmp0(name, states[i]) == 0)
			return i;
	return -1;
}

struct reply *reply_new(void)
{
	struct reply *reply = g_new0(struct reply, 1);

	reply->references = g_ptr_array_new_with_free_func(g_free);
	return reply;
}

void reply_free(gpointer pointer)
{
	struct reply *reply = pointer;

	if (!reply)
		return;
	g_free(reply->cause);
	g_free(reply->account);
	g_free(reply->template);
	g_free(reply->lang);
	g_free(reply->recipient);
	g_free(reply->subject);
	g_free(reply->body);
	g_free(reply->message_id);
	g_free(reply->in_reply_to);
	g_ptr_array_unref(reply->references);
	g_free(reply->why);
	g_clear_pointer(&reply->wire, g_bytes_unref);
	g_free(reply->server_said);
	g_free(reply->approved_by);
	g_free(reply);
}

char *reply_rejected_words(gint64 id, const char *reason)
{
	return g_strdup_printf("you rejected r%" G_GINT64_FORMAT ": %s", id, reason);
}

char *reply_message_id(const char *uuid, const char *cause, const char *from)
{
	g_autofree char *key = g_strdup_printf("%s\n%s", uuid, cause);
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, key, -1);
	const char *at = from ? strrchr(from, '@') : NULL;

	return g_strdup_printf("wismo.%.40s@%s", hash, at && at[1] ? at + 1 : "wismo.invalid");
}
