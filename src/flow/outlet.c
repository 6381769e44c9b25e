/* SMTP server or Maildir. The connections are the one thing here that outlives a pass of the mailer. */
#include "wismo/flow/outlet.h"

#include "wismo/base/error.h"
#include "wismo/mail/maildir.h"

#include <string.h>

static GHashTable *connections;		/* account name -> struct smtp *; the mailer is one thread */
static guint step_wait, answer_wait;

void outlet_set_waits(guint step_wait_s, guint answer_wait_s)
{
	step_wait = step_wait_s;
	answer_wait = answer_wait_s;
}

static void close_one(gpointer smtp)
{
	smtp_free(smtp);
}

void outlet_close_all(void)
{
	g_clear_pointer(&connections, g_hash_table_unref);
}

static struct smtp *connection_of(const struct account *account)
{
	struct smtp *smtp;

	if (!connections)
		connections = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, close_one);
	smtp = g_hash_table_lookup(connections, account->name);
	if (!smtp) {
		smtp = smtp_new();
		g_hash_table_insert(connections, g_strdup(account->name), smtp);
	}
	return smtp;
}

static struct outlet_result into_maildir(const struct account *account, const char *message_id, GBytes *wire,
					 smtp_hand_over *hand_over, void *user)
{
	g_autoptr(GError) error = NULL;

	if (!hand_over(user))
		return (struct outlet_result) { SMTP_LATER, false, g_strdup("the hand-over could not be recorded") };
	if (maildir_deliver(account->outgoing.path, message_id, wire, &error))
		return (struct outlet_result) { SMTP_SENT, false, g_strdup("written to the Maildir") };
	return (struct outlet_result) { SMTP_ACCOUNT, g_error_matches(error, WISMO_ERROR, WISMO_HALT), g_strdup(error->message) };
}

static enum stream_safety safety_of(const struct endpoint *endpoint)
{
	return endpoint->safety == SAFETY_TLS ? STREAM_TLS : endpoint->safety == SAFETY_STARTTLS ? STREAM_STARTTLS : STREAM_PLAIN;
}

static struct outlet_result over_smtp(const struct account *account, const char *to, GBytes *wire, smtp_hand_over *hand_over,
				      void *user)
{
	const struct endpoint *endpoint = &account->outgoing;
	bool bearer = secret_source_set(&endpoint->token);
	bool login = endpoint->user && (bearer || secret_source_set(&endpoint->password));
	g_autoptr(GError) error = NULL;
	scoped(secret) secret = login ? secret_read(bearer ? &endpoint->token : &endpoint->password, &error) : NULL;
	const char *at = strrchr(account->from, '@');
	struct smtp_server server = { .safety = safety_of(endpoint), .host = endpoint->host, .port = endpoint->port,
		.hello = at ? at + 1 : NULL, .user = login ? endpoint->user : NULL, .secret = secret, .bearer = bearer,
		.ca_file = endpoint->ca_file, .step_wait_s = step_wait, .answer_wait_s = answer_wait };
	struct outlet_result result;

	if (error)
		return (struct outlet_result) { SMTP_ACCOUNT, g_error_matches(error, WISMO_ERROR, WISMO_HALT), g_strdup(error->message) };
	scoped(smtp_answer) answer = smtp_send(connection_of(account), &server, account->from, to, wire, hand_over, user);
	result.outcome = smtp_judge(answer);
	result.config_fault = answer->config_fault;
	result.said = g_strdup_printf("%s: %s", endpoint->host, answer->said);
	return result;
}

struct outlet_result outlet_send(const struct account *account, const char *message_id, const char *to, GBytes *wire,
				 smtp_hand_over *hand_over, void *user)
{
	if (account->outgoing.path)
		return into_maildir(account, message_id, wire, hand_over, user);
	return over_smtp(account, to, wire, hand_over, user);
}

bool outlet_knows(const struct account *account, const char *message_id, bool *there)
{
	if (!account->outgoing.path)
		return false;
	*there = maildir_has(account->outgoing.path, message_id);
	return true;
}
