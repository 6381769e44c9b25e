/* The connection and its commands, except for fetching (imap_fetch.c). */
#include "imap_p.h"

#include "wismo/base/error.h"
#include "wismo/mail/utf7.h"

#include <stdlib.h>
#include <string.h>

#define LOGIN_WAIT_S 45		/* Dovecot delays a login after failed ones by up to 15 s */
#define READ_WAIT_S 30		/* without one byte */
#define TOTAL_WAIT_S 60		/* a command without much to carry */
#define SLOWEST_BYTES_S 65536	/* what a line must carry at least: a mail of 25 MB then takes 7 minutes */
#define ANSWER_CAP_BYTES (4 * 1024 * 1024)	/* commands that carry no mail */

void imap_allow(struct imap *imap, guint64 bytes)
{
	stream_allow(imap->stream, READ_WAIT_S, TOTAL_WAIT_S + (guint) MIN(bytes / SLOWEST_BYTES_S, G_MAXINT), bytes + ANSWER_CAP_BYTES);
}

bool imap_check(struct imap *imap, int code, const char *what, GError **error)
{
	const char *said = imap->session->imap_response;
	const char *why = stream_why(imap->stream);

	if (code == MAILIMAP_NO_ERROR || code == MAILIMAP_NO_ERROR_AUTHENTICATED || code == MAILIMAP_NO_ERROR_NON_AUTHENTICATED)
		return true;
	if (why || code == MAILIMAP_ERROR_STREAM) {
		imap->dead = true;
		g_set_error(error, WISMO_ERROR, stream_overrun(imap->stream) ? WISMO_PARK : WISMO_RETRY, "%s: %s: %s",
			    imap->host, what, why ? why : "the server ended the session");
		return false;
	}
	switch (code) {
	case MAILIMAP_ERROR_PARSE: case MAILIMAP_ERROR_PROTOCOL: case MAILIMAP_ERROR_FATAL: case MAILIMAP_ERROR_MEMORY:
	case MAILIMAP_ERROR_BAD_STATE: case MAILIMAP_ERROR_NEEDS_MORE_DATA:
		/* Out of step: the next answer would be taken for that of another command. */
		imap->dead = true;
		g_set_error(error, WISMO_ERROR, WISMO_PARK, "%s: %s: the server's answer cannot be read (%d)", imap->host, what, code);
		return false;
	default:
		g_set_error(error, WISMO_ERROR, WISMO_RETRY, "%s: %s: %s", imap->host, what, said && *said ? said : "refused");
		return false;
	}
}

static struct secret *read_secret(const struct endpoint *endpoint, bool *bearer, GError **error)
{
	*bearer = secret_source_set(&endpoint->token);
	return secret_read(*bearer ? &endpoint->token : &endpoint->password, error);
}

static struct stream *connect_stream(const struct endpoint *endpoint, GError **error)
{
	bool bearer;
	scoped(secret) secret = read_secret(endpoint, &bearer, error);
	struct stream_target target = {
		.protocol = "imap", .host = endpoint->host, .port = endpoint->port, .user = endpoint->user,
		.secret = secret, .bearer = bearer, .ca_file = endpoint->ca_file, .wait_s = LOGIN_WAIT_S,
		.safety = endpoint->safety == SAFETY_TLS ? STREAM_TLS
			: endpoint->safety == SAFETY_STARTTLS ? STREAM_STARTTLS : STREAM_PLAIN,
	};

	return secret ? stream_open(&target, error) : NULL;
}

struct imap *imap_open(const struct endpoint *endpoint, GError **error)
{
	struct mailimap_capability_data *capability = NULL;
	struct imap *imap = g_new0(struct imap, 1);
	mailstream *stream;
	bool ok;

	imap->host = g_strdup(endpoint->host);
	imap->stream = connect_stream(endpoint, error);
	imap->session = imap->stream ? mailimap_new(0, NULL) : NULL;
	if (!imap->session) {
		imap_close(imap);
		return NULL;
	}
	stream = imap_driver_new(imap->stream);
	g_assert(stream);
	imap_allow(imap, 0);
	ok = imap_check(imap, mailimap_connect(imap->session, stream), "greeting", error)
		&& imap_check(imap, mailimap_capability(imap->session, &capability), "CAPABILITY", error);
	if (ok && capability)
		mailimap_capability_data_free(capability);
	if (ok)
		return imap;
	imap_close(imap);
	return NULL;
}

void imap_close(struct imap *imap)
{
	if (!imap)
		return;
	/* mailimap_free says LOGOUT and waits for the answer: the stream is made to refuse both. */
	if (imap->stream)
		stream_allow(imap->stream, 0, 0, 0);
	if (imap->session && imap->session->imap_stream) {
		mailstream_close(imap->session->imap_stream);
		imap->session->imap_stream = NULL;
	}
	if (imap->session)
		mailimap_free(imap->session);
	stream_close(imap->stream);
	g_free(imap->host);
	g_free(imap);
}

bool imap_dead(const struct imap *imap)
{
	return imap->dead;
}

bool imap_has_idle(const struct imap *imap)
{
	return mailimap_has_idle(imap->session);
}

static char *wire_name(const char *folder, GError **error)
{
	char *name = utf7_encode(folder);

	if (!name)
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "folder \"%s\": the name is not UTF-8", folder);
	return name;
}

bool imap_passing(const GError *refusal)
{
	static const char *const codes[] = { "[UNAVAILABLE]", "[INUSE]", "[SERVERBUG]", "[LIMIT]", "[OVERQUOTA]" };

	for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
		if (strstr(refusal->message, codes[i]))
			return true;
	return false;
}

/* A folder that is refused is a matter for a person, unless the server says that it will pass (RFC 5530). */
static bool check_folder(struct imap *imap, int code, const char *what, const char *folder, GError **error)
{
	g_autofree char *label = g_strdup_printf("%s \"%s\"", what, folder);
	g_autoptr(GError) cause = NULL;

	if (imap_check(imap, code, label, &cause))
		return true;
	if (!imap->dead && !imap_passing(cause))
		cause->code = WISMO_HALT;
	g_propagate_error(error, g_steal_pointer(&cause));
	return false;
}

bool imap_select(struct imap *imap, const char *folder, bool writable, struct imap_folder *status, GError **error)
{
	g_autofree char *name = wire_name(folder, error);
	const struct mailimap_selection_info *told;
	int code;

	if (!name)
		return false;
	imap_allow(imap, 0);
	code = writable ? mailimap_select(imap->session, name) : mailimap_examine(imap->session, name);
	if (!check_folder(imap, code, writable ? "SELECT" : "EXAMINE", folder, error))
		return false;
	told = imap->session->imap_selection_info;
	if (!told || !told->sel_uidvalidity) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: folder \"%s\" has no UIDVALIDITY: its mails have no lasting numbers",
			    imap->host, folder);
		return false;
	}
	*status = (struct imap_folder) { told->sel_uidvalidity, told->sel_uidnext, told->sel_exists };
	return true;
}

bool imap_idle_begin(struct imap *imap, GError **error)
{
	imap_allow(imap, 0);
	return imap_check(imap, mailimap_idle(imap->session), "IDLE", error);
}

int imap_ready(struct imap *imap)
{
	/* News in the same segment as "+ idling" lies in libetpan's buffer, where poll cannot see it. */
	return imap->session->imap_stream->read_buffer_len > 0 || stream_ready(imap->stream) != 0;
}

int imap_fd(const struct imap *imap)
{
	return stream_fd(imap->stream);
}

bool imap_idle_end(struct imap *imap, GError **error)
{
	imap_allow(imap, 0);
	return imap_check(imap, mailimap_idle_done(imap->session), "IDLE", error);
}

bool imap_noop(struct imap *imap, GError **error)
{
	imap_allow(imap, 0);
	return imap_check(imap, mailimap_noop(imap->session), "NOOP", error);
}

static struct mailimap_flag_list *one_flag(struct mailimap_flag *flag)
{
	struct mailimap_flag_list *list = mailimap_flag_list_new_empty();

	g_assert(flag && list && mailimap_flag_list_add(list, flag) == MAILIMAP_NO_ERROR);
	return list;
}

static struct mailimap_date_time *date_time(gint64 at)
{
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(at);

	return mailimap_date_time_new(g_date_time_get_day_of_month(when), g_date_time_get_month(when), g_date_time_get_year(when),
				      g_date_time_get_hour(when), g_date_time_get_minute(when), g_date_time_get_second(when), 0);
}

bool imap_append(struct imap *imap, const char *folder, GBytes *wire, gint64 at, GError **error)
{
	g_autofree char *name = wire_name(folder, error);
	struct mailimap_flag_list *flags;
	struct mailimap_date_time *when;
	gsize size;
	const char *bytes = g_bytes_get_data(wire, &size);
	int code;

	if (!name)
		return false;
	flags = one_flag(mailimap_flag_new_seen());
	when = date_time(at);
	imap_allow(imap, size);
	code = mailimap_append(imap->session, name, flags, when, bytes, size);
	mailimap_flag_list_free(flags);
	mailimap_date_time_free(when);
	return check_folder(imap, code, "APPEND", folder, error);
}

bool imap_mark_answered(struct imap *imap, guint32 uid, GError **error)
{
	struct mailimap_set *set = mailimap_set_new_single(uid);
	struct mailimap_store_att_flags *change
		= mailimap_store_att_flags_new_add_flags_silent(one_flag(mailimap_flag_new_answered()));
	int code;

	imap_allow(imap, 0);
	code = mailimap_uid_store(imap->session, set, change);
	mailimap_store_att_flags_free(change);
	mailimap_set_free(set);
	return imap_check(imap, code, "STORE", error);
}

bool imap_count_message_id(struct imap *imap, const char *message_id, guint *count, GError **error)
{
	g_autofree char *value = g_strdup_printf("<%s>", message_id);
	struct mailimap_search_key *key = mailimap_search_key_new_header(strdup("Message-ID"), strdup(value));
	clist *found = NULL;
	int code;

	imap_allow(imap, 0);
	code = mailimap_uid_search(imap->session, NULL, key, &found);
	/* On NO libetpan has freed the list already. */
	*count = code == MAILIMAP_NO_ERROR && found ? (guint) clist_count(found) : 0;
	if (code == MAILIMAP_NO_ERROR && found)
		mailimap_search_result_free(found);
	mailimap_search_key_free(key);
	return imap_check(imap, code, "SEARCH", error);
}
