/* UID FETCH. Asks for UID, RFC822.SIZE, INTERNALDATE and BODY.PEEK only: libetpan's parsers of ENVELOPE and
 * BODYSTRUCTURE can be crashed by a mail. libetpan hands over each mail as it comes, so memory holds one. */
#include "imap_p.h"

#include "wismo/base/error.h"

#include <string.h>

#define HEADER_CAP_BYTES 262144
#define ENTRY_BYTES 256		/* generous for one line of numbers and a date */

static gint64 moment(const struct mailimap_date_time *when)
{
	g_autoptr(GDateTime) utc = NULL;
	int offset_s;

	if (!when)
		return 0;
	offset_s = (abs(when->dt_zone) / 100 * 60 + abs(when->dt_zone) % 100) * 60 * (when->dt_zone < 0 ? -1 : 1);
	utc = g_date_time_new_utc(when->dt_year, when->dt_month, when->dt_day, when->dt_hour, when->dt_min, when->dt_sec);
	return utc ? g_date_time_to_unix(utc) - offset_s : 0;
}

/* One FETCH answer, whatever order its items have; the body is borrowed from it. */
struct answer {
	struct imap_entry entry;
	const char *body;
	gsize length;
};

static struct answer read_answer(const struct mailimap_msg_att *message)
{
	struct answer answer = { { 0, 0, 0 }, NULL, 0 };

	for (clistiter *at = clist_begin(message->att_list); at; at = clist_next(at)) {
		const struct mailimap_msg_att_item *item = clist_content(at);
		const struct mailimap_msg_att_static *value
			= item->att_type == MAILIMAP_MSG_ATT_ITEM_STATIC ? item->att_data.att_static : NULL;

		if (!value)
			continue;
		switch (value->att_type) {
		case MAILIMAP_MSG_ATT_UID:
			answer.entry.uid = value->att_data.att_uid;
			break;
		case MAILIMAP_MSG_ATT_RFC822_SIZE:
			answer.entry.size_bytes = value->att_data.att_rfc822_size;
			break;
		case MAILIMAP_MSG_ATT_INTERNALDATE:
			answer.entry.received_at = moment(value->att_data.att_internal_date);
			break;
		case MAILIMAP_MSG_ATT_BODY_SECTION:
			if (value->att_data.att_body_section && value->att_data.att_body_section->sec_body_part) {
				answer.body = value->att_data.att_body_section->sec_body_part;
				answer.length = value->att_data.att_body_section->sec_length;
			}
			break;
		}
	}
	return answer;
}

/* libetpan calls the message handler only when a progress callback is set, too. */
static void no_progress(size_t current, size_t maximum, void *context)
{
	(void) current;
	(void) maximum;
	(void) context;
}

static int run(struct imap *imap, const struct mailimap_set *set, struct mailimap_fetch_type *items,
	       mailimap_msg_att_handler *handler, void *user)
{
	clist *rest = NULL;
	int code;

	mailimap_set_progress_callback(imap->session, no_progress, no_progress, NULL);
	mailimap_set_msg_att_handler(imap->session, handler, user);
	code = mailimap_uid_fetch(imap->session, (struct mailimap_set *) set, items, &rest);
	mailimap_set_msg_att_handler(imap->session, NULL, NULL);
	mailimap_set_progress_callback(imap->session, NULL, NULL, NULL);
	/* When the server says NO libetpan frees the list and leaves the pointer to it in our hands. */
	if (rest && code == MAILIMAP_NO_ERROR)
		mailimap_fetch_list_free(rest);
	return code;
}

static struct mailimap_fetch_type *ask_for(struct mailimap_fetch_att *first, struct mailimap_fetch_att *second,
					   struct mailimap_fetch_att *third)
{
	struct mailimap_fetch_type *items = mailimap_fetch_type_new_fetch_att_list_empty();
	struct mailimap_fetch_att *all[] = { first, second, third };

	for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
		if (all[i])
			mailimap_fetch_type_new_fetch_att_list_add(items, all[i]);
	return items;
}

struct listing {
	guint32 first, last;
	GArray *entries;
};

static void list_one(struct mailimap_msg_att *message, void *user)
{
	struct listing *listing = user;
	struct answer answer = read_answer(message);

	if (answer.entry.uid && answer.entry.uid >= listing->first && answer.entry.uid <= listing->last)
		g_array_append_val(listing->entries, answer.entry);
}

static int by_uid(const void *a, const void *b)
{
	const struct imap_entry *first = a, *second = b;

	return first->uid < second->uid ? -1 : first->uid > second->uid;
}

/* A server may answer in any order, and one mail twice or in pieces (flags that change meanwhile). */
static void settle_order(GArray *entries, guint from)
{
	guint kept = from;

	qsort((struct imap_entry *) (void *) entries->data + from, entries->len - from, sizeof(struct imap_entry), by_uid);
	for (guint i = from; i < entries->len; i++) {
		struct imap_entry *entry = &g_array_index(entries, struct imap_entry, i);
		struct imap_entry *last = kept > from ? &g_array_index(entries, struct imap_entry, kept - 1) : NULL;

		if (last && last->uid == entry->uid) {
			last->size_bytes = MAX(last->size_bytes, entry->size_bytes);
			last->received_at = MAX(last->received_at, entry->received_at);
		} else {
			g_array_index(entries, struct imap_entry, kept++) = *entry;
		}
	}
	g_array_set_size(entries, kept);
}

bool imap_entries(struct imap *imap, guint32 first, guint32 last, GArray *entries, GError **error)
{
	struct listing listing = { first, last, entries };
	/* libetpan writes an interval's end 0 as "*". */
	struct mailimap_set *set = mailimap_set_new_interval(first, last == G_MAXUINT32 ? 0 : last);
	struct mailimap_fetch_type *items = ask_for(mailimap_fetch_att_new_uid(), mailimap_fetch_att_new_rfc822_size(),
						    mailimap_fetch_att_new_internaldate());
	const struct mailimap_selection_info *told = imap->session->imap_selection_info;
	guint from = entries->len;
	int code;

	imap_allow(imap, (guint64) ENTRY_BYTES * (told ? told->sel_exists : 0));
	code = run(imap, set, items, list_one, &listing);
	mailimap_fetch_type_free(items);
	mailimap_set_free(set);
	if (entries->len > from)
		settle_order(entries, from);
	return imap_check(imap, code, "FETCH of sizes", error);
}

struct reading {
	imap_body *body;
	void *user;
};

static void read_one(struct mailimap_msg_att *message, void *user)
{
	struct reading *reading = user;
	struct answer answer = read_answer(message);

	/* Unsolicited FETCH answers (flags) have no body, and a UID beyond 32 bits comes as 0. */
	if (answer.entry.uid && answer.body) {
		g_autoptr(GBytes) bytes = g_bytes_new(answer.body, answer.length);

		reading->body(answer.entry.uid, bytes, reading->user);
	}
}

bool imap_bodies(struct imap *imap, const struct imap_entry *entries, gsize count, bool header_only, imap_body *body,
		 void *user, GError **error)
{
	struct reading reading = { body, user };
	struct mailimap_set *set = mailimap_set_new_empty();
	struct mailimap_fetch_att *part = header_only
		? mailimap_fetch_att_new_body_peek_section_partial(mailimap_section_new_header(), 0, HEADER_CAP_BYTES)
		: mailimap_fetch_att_new_body_peek_section(mailimap_section_new(NULL));
	struct mailimap_fetch_type *items = ask_for(mailimap_fetch_att_new_uid(), part, NULL);
	g_autoptr(GError) cause = NULL;
	guint64 bytes = 0;
	int code;

	/* Runs of consecutive UIDs as intervals: the command stays short. */
	for (gsize i = 0; i < count; ) {
		gsize end = i;

		while (end + 1 < count && entries[end + 1].uid == entries[end].uid + 1)
			end++;
		mailimap_set_add_interval(set, entries[i].uid, entries[end].uid);
		i = end + 1;
	}
	/* Twice the size that was told: some servers convert a mail only when it is read, and were wrong before. */
	for (gsize i = 0; i < count; i++)
		bytes += header_only ? HEADER_CAP_BYTES + ENTRY_BYTES : 2 * (guint64) entries[i].size_bytes + ENTRY_BYTES;
	imap_allow(imap, bytes);
	code = run(imap, set, items, read_one, &reading);
	mailimap_fetch_type_free(items);
	mailimap_set_free(set);
	if (imap_check(imap, code, "FETCH of mails", &cause))
		return true;
	if (!imap->dead && !imap_passing(cause))
		cause->code = WISMO_PARK;
	g_propagate_error(error, g_steal_pointer(&cause));
	return false;
}
