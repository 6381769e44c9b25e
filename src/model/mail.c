/* Life and names of a mail. */
#include "wismo/model/mail.h"

static const char *const states[] = { "new", "read", "archived", "parked" };
_Static_assert(G_N_ELEMENTS(states) == MAIL_STATE_COUNT, "one name for each state");

const char *mail_state_name(enum mail_state state)
{
	return states[state];
}

int mail_state_find(const char *name)
{
	for (int i = 0; i < MAIL_STATE_COUNT; i++)
		if (g_strcmp0(states[i], name) == 0)
			return i;
	return -1;
}

struct mail *mail_new(void)
{
	return g_new0(struct mail, 1);
}

void mail_free(struct mail *mail)
{
	if (!mail)
		return;
	g_free(mail->account);
	g_free(mail->folder);
	g_free(mail->sha256);
	g_clear_pointer(&mail->raw, g_bytes_unref);
	g_free(mail);
}
