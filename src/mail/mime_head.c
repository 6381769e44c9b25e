/* Headers -> senders, thread, date. Every value is decoded once, from its raw bytes. */
#include "mime_head_p.h"

#include "wismo/mail/mime.h"

#include "charset_p.h"
#include "words_p.h"

#include <string.h>

#define REFERENCES 100	/* the newest are kept: only they can lead to a case */

char *mime_decode_header(const char *value)
{
	g_autofree char *clean = charset_read(value, strlen(value), NULL);
	GString *out;
	char *decoded;

	g_strdelimit(clean, "\n\t", ' ');
	decoded = words_decode(clean);
	out = g_string_sized_new(strlen(decoded) + 1);
	for (const char *p = decoded; *p; p++)
		if (!(g_ascii_isspace(*p) && (out->len == 0 || out->str[out->len - 1] == ' ')))
			g_string_append_c(out, g_ascii_isspace(*p) ? ' ' : *p);
	g_free(decoded);
	if (out->len && out->str[out->len - 1] == ' ')
		g_string_truncate(out, out->len - 1);
	return g_string_free(out, FALSE);
}

static void read_headers(struct letter *letter, GMimeHeaderList *headers)
{
	int count = g_mime_header_list_get_count(headers);

	for (int i = 0; i < count; i++) {
		GMimeHeader *header = g_mime_header_list_get_header_at(headers, i);
		const char *value = g_mime_header_get_raw_value(header);
		struct letter_header *one = g_new0(struct letter_header, 1);

		one->name = g_utf8_make_valid(g_mime_header_get_name(header), -1);
		one->value = mime_decode_header(value ? value : "");
		g_ptr_array_add(letter->headers, one);
	}
}

/* local@domain with the domain in lower case, without what cannot stand in an address; NULL when it is none. */
static char *tidy_address(const char *address)
{
	const char *at = address ? strrchr(address, '@') : NULL;
	g_autofree char *domain = NULL;

	if (!at || at == address || !at[1])
		return NULL;
	for (const char *p = address; *p; p++)
		if (g_ascii_iscntrl(*p) || strchr(" <>,;\"()", *p))
			return NULL;
	domain = g_utf8_strdown(at + 1, -1);
	return g_strdup_printf("%.*s@%s", (int) (at - address), address, domain);
}

/* First words of a value that look like an address, for headers that are beyond a parser. */
static char *any_address(const char *value)
{
	g_auto(GStrv) words = g_strsplit_set(value, " <>,;\"()[]", 200);
	char *found = NULL;

	for (int i = 0; words[i] && !found; i++)
		found = tidy_address(words[i]);
	return found;
}

struct people {
	GPtrArray *addresses;	/* char * */
	char *name;		/* of the first */
};

static void collect(InternetAddressList *list, struct people *people, int depth)
{
	int count = MIN(internet_address_list_length(list), MIME_PARTS);

	for (int i = 0; i < count; i++) {
		InternetAddress *one = internet_address_list_get_address(list, i);
		char *address;

		if (INTERNET_ADDRESS_IS_GROUP(one)) {
			if (depth < 5)
				collect(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(one)), people, depth + 1);
			continue;
		}
		address = tidy_address(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one)));
		if (!address)
			continue;
		if (people->addresses->len == 0 && internet_address_get_name(one))
			people->name = mime_decode_header(internet_address_get_name(one));
		g_ptr_array_add(people->addresses, address);
	}
}

/* Addresses of all headers of this name. */
static void read_people(GMimeHeaderList *headers, const char *name, struct people *people)
{
	int count = g_mime_header_list_get_count(headers);

	for (int i = 0; i < count; i++) {
		GMimeHeader *header = g_mime_header_list_get_header_at(headers, i);
		const char *raw = g_mime_header_get_raw_value(header);
		g_autofree char *value = NULL;
		InternetAddressList *list;

		if (!raw || g_ascii_strcasecmp(g_mime_header_get_name(header), name) != 0)
			continue;
		value = charset_read(raw, strlen(raw), NULL);
		list = internet_address_list_parse(NULL, value);
		if (list) {
			collect(list, people, 0);
			g_object_unref(list);
		}
		if (people->addresses->len == 0) {
			char *address = any_address(value);

			if (address)
				g_ptr_array_add(people->addresses, address);
		}
	}
}

static void read_senders(struct letter *letter, GMimeHeaderList *headers)
{
	static const char *const to[] = { "To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To" };
	struct people from = { g_ptr_array_new_with_free_func(g_free), NULL };
	struct people reply = { g_ptr_array_new_with_free_func(g_free), NULL };
	const char *path = letter_header(letter, "Return-Path");

	read_people(headers, "From", &from);
	read_people(headers, "Reply-To", &reply);
	letter->from_count = (int) from.addresses->len;
	letter->from = from.addresses->len ? g_strdup(g_ptr_array_index(from.addresses, 0)) : NULL;
	letter->from_name = from.name;
	letter->reply_to = reply.addresses->len ? g_strdup(g_ptr_array_index(reply.addresses, 0)) : NULL;
	g_free(reply.name);
	g_ptr_array_unref(from.addresses);
	g_ptr_array_unref(reply.addresses);
	if (path)
		letter->return_path = strstr(path, "<>") || !*path ? g_strdup("") : any_address(path);
	for (gsize i = 0; i < G_N_ELEMENTS(to); i++) {
		struct people people = { letter->recipients, NULL };

		read_people(headers, to[i], &people);
		g_free(people.name);
	}
}

static void read_ids(const char *value, GPtrArray *ids)
{
	GMimeReferences *references = g_mime_references_parse(NULL, value);
	int count = g_mime_references_length(references);

	for (int i = MAX(0, count - REFERENCES); i < count; i++)
		g_ptr_array_add(ids, g_utf8_make_valid(g_mime_references_get_message_id(references, i), -1));
	g_mime_references_free(references);
}

static void read_thread(struct letter *letter)
{
	g_autoptr(GPtrArray) own = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) parent = g_ptr_array_new_with_free_func(g_free);
	const char *id = letter_header(letter, "Message-ID");
	const char *in_reply_to = letter_header(letter, "In-Reply-To");
	const char *references = letter_header(letter, "References");
	const char *date = letter_header(letter, "Date");

	if (id)
		read_ids(id, own);
	if (in_reply_to)
		read_ids(in_reply_to, parent);
	if (references)
		read_ids(references, letter->references);
	letter->message_id = own->len ? g_strdup(g_ptr_array_index(own, 0)) : NULL;
	letter->in_reply_to = parent->len ? g_strdup(g_ptr_array_index(parent, 0)) : NULL;
	if (date) {
		g_autoptr(GDateTime) at = g_mime_utils_header_decode_date(date);
		gint64 unix_at = at ? g_date_time_to_unix(at) : 0;

		/* Dates before mail was spoken of, or after 2100, say nothing. */
		letter->sent_at = unix_at > 0 && unix_at < G_GINT64_CONSTANT(4102444800) ? unix_at : 0;
	}
}

void mime_head_read(struct letter *letter, GMimeHeaderList *headers)
{
	read_headers(letter, headers);
	read_senders(letter, headers);
	read_thread(letter);
	letter->subject = g_strdup(letter_header(letter, "Subject"));
}
