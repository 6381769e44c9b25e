/* Replies to bytes. Cleaning comes first, GMime encodes, and the check at the end trusts neither. */
#include "wismo/mail/compose.h"

#include "wismo/base/error.h"

#include <gmime/gmime.h>
#include <string.h>

#define SUBJECT_CAP_BYTES 800	/* a subject is echoed from the buyer's; longer ones are no subjects */
#define NAME_CAP_BYTES 200
#define BODY_CAP_BYTES (256 * 1024)
#define ID_CAP_BYTES 250
#define REFERENCES_KEPT 20
#define LINE_CAP_BYTES 998	/* RFC 5322, 2.1.1 */
#define LINE_WISH_BYTES 78
#define NOT_IN_ADDRESS " \"'(),:;<>[]\\`|"

bool compose_address_ok(const char *address)
{
	const char *at = address ? strchr(address, '@') : NULL;

	if (!at || at == address || !at[1] || strchr(at + 1, '@') || strlen(address) > 254)
		return false;
	for (const char *p = address; *p; p++)
		if (*p <= ' ' || *p >= 0x7f || strchr(NOT_IN_ADDRESS, *p))
			return false;
	return at[1] != '.' && at[1] != '-';
}

static bool id_ok(const char *id)
{
	gsize length = id ? strlen(id) : 0;

	if (!length || length > ID_CAP_BYTES)
		return false;
	for (const char *p = id; *p; p++)
		if (*p <= ' ' || *p >= 0x7f || strchr("<>\"(),;\\", *p))
			return false;
	return true;
}

/* One line: whatever breaks lines or steers terminals becomes a blank; blanks are joined; cut at a character. */
static char *one_line(const char *text, gsize cap)
{
	g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
	GString *line = g_string_new(NULL);

	for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		bool blank = g_unichar_iscntrl(c) || g_unichar_isspace(c) || c == 0x2028 || c == 0x2029;

		if (line->len + 4 > cap)
			break;
		if (!blank)
			g_string_append_unichar(line, c);
		else if (line->len && line->str[line->len - 1] != ' ')
			g_string_append_c(line, ' ');
	}
	if (line->len && line->str[line->len - 1] == ' ')
		g_string_truncate(line, line->len - 1);
	return g_string_free(line, FALSE);
}

/* LF line ends, no control characters but tab, ending in one LF. */
static char *clean_body(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
	GString *body = g_string_new(NULL);

	for (const char *p = valid; *p && body->len < BODY_CAP_BYTES; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c == '\r' && p[1] == '\n')
			continue;
		if (c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029)
			c = '\n';
		if (c == '\n' || c == '\t' || !g_unichar_iscntrl(c))
			g_string_append_unichar(body, c);
	}
	while (body->len && body->str[body->len - 1] == '\n')
		g_string_truncate(body, body->len - 1);
	g_string_append_c(body, '\n');
	return g_string_free(body, FALSE);
}

/* 7bit only for what every relay leaves alone: ASCII, short lines, no trailing blanks, no "From " (mbox). */
static GMimeContentEncoding encoding_for(const char *body)
{
	gsize line = 0;

	if (g_str_has_prefix(body, "From ") || strstr(body, "\nFrom "))
		return GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
	for (const char *p = body; *p; p++) {
		if ((guchar) *p >= 0x80 || ((*p == ' ' || *p == '\t') && p[1] == '\n'))
			return GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
		line = *p == '\n' ? 0 : line + 1;
		if (line > LINE_WISH_BYTES)
			return GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
	}
	return GMIME_CONTENT_ENCODING_7BIT;
}

static void set_threading(GMimeObject *object, const struct compose *mail)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GPtrArray) ids = g_ptr_array_new();

	for (guint i = 0; mail->references && i < mail->references->len; i++)
		if (id_ok(g_ptr_array_index(mail->references, i)))
			g_ptr_array_add(ids, g_ptr_array_index(mail->references, i));
	if (id_ok(mail->in_reply_to)) {
		g_autofree char *bracketed = g_strdup_printf("<%s>", mail->in_reply_to);

		g_mime_object_set_header(object, "In-Reply-To", bracketed, NULL);
		if (!ids->len || strcmp(g_ptr_array_index(ids, ids->len - 1), mail->in_reply_to) != 0)
			g_ptr_array_add(ids, (gpointer) mail->in_reply_to);
	}
	if (ids->len > REFERENCES_KEPT + 1)
		g_ptr_array_remove_range(ids, 1, ids->len - 1 - REFERENCES_KEPT);
	for (guint i = 0; i < ids->len; i++)
		g_string_append_printf(text, "%s<%s>", i ? " " : "", (const char *) g_ptr_array_index(ids, i));
	if (text->len)
		g_mime_object_set_header(object, "References", text->str, NULL);
}

static void set_date(GMimeMessage *message, const struct compose *mail)
{
	g_autoptr(GTimeZone) zone = mail->zone ? g_time_zone_new_identifier(mail->zone) : NULL;
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(mail->date_at);
	g_autoptr(GDateTime) local = zone ? g_date_time_to_timezone(utc, zone) : g_date_time_ref(utc);

	g_mime_message_set_date(message, local);
}

static GMimeMessage *build(const struct compose *mail)
{
	GMimeMessage *message = g_mime_message_new(FALSE);
	GMimeObject *object = GMIME_OBJECT(message);
	g_autofree char *name = one_line(mail->from_name, NAME_CAP_BYTES);
	g_autofree char *subject = one_line(mail->subject, SUBJECT_CAP_BYTES);
	g_autofree char *body = clean_body(mail->body);
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(body, strlen(body));
	GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
	GMimePart *part = g_mime_part_new_with_type("text", "plain");

	g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_FROM, *name ? name : NULL, mail->from);
	g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_TO, NULL, mail->to);
	g_mime_message_set_subject(message, subject, "utf-8");
	set_date(message, mail);
	g_mime_message_set_message_id(message, mail->message_id);
	set_threading(object, mail);
	if (mail->auto_submitted) {
		g_mime_object_set_header(object, "Auto-Submitted", "auto-replied", NULL);
		g_mime_object_set_header(object, "X-Auto-Response-Suppress", "All", NULL);
	}
	g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
	g_mime_part_set_content(part, content);
	g_mime_part_set_content_encoding(part, encoding_for(body));
	g_mime_message_set_mime_part(message, GMIME_OBJECT(part));
	g_object_unref(part);
	g_object_unref(content);
	g_object_unref(stream);
	return message;
}

/* GMime writes LF and, in 7bit, whatever the content holds; the wire has CRLF. */
static GBytes *to_crlf(GMimeMessage *message)
{
	g_autofree char *text = g_mime_object_to_string(GMIME_OBJECT(message), NULL);
	GByteArray *wire = g_byte_array_new();

	for (const char *p = text; *p; p++) {
		if (*p == '\n' && (p == text || p[-1] != '\r'))
			g_byte_array_append(wire, (const guint8 *) "\r", 1);
		g_byte_array_append(wire, (const guint8 *) p, 1);
	}
	return g_byte_array_free_to_bytes(wire);
}

static bool wrong(GError **error, const char *what, guint line)
{
	g_set_error(error, WISMO_ERROR, WISMO_PARK, "composed mail, line %u: %s", line, what);
	return false;
}

/* Counts known fields once; a bit for each seen. */
static const char *field_wrong(const char *line, gsize length, unsigned *seen)
{
	static const char *const known[] = { "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
		"MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Auto-Submitted", "X-Auto-Response-Suppress" };
	const char *colon = memchr(line, ':', length);

	for (gsize i = 0; colon && i < G_N_ELEMENTS(known); i++) {
		if ((gsize) (colon - line) != strlen(known[i]) || g_ascii_strncasecmp(line, known[i], strlen(known[i])) != 0)
			continue;
		if (*seen & 1u << i)
			return "a header field that is there already";
		*seen |= 1u << i;
		return NULL;
	}
	return "an unexpected header field";
}

bool compose_wire_ok(GBytes *wire, GError **error)
{
	gsize size;
	const char *p = g_bytes_get_data(wire, &size), *end = p + size;
	bool in_header = true;
	unsigned seen = 0;
	guint number = 0;

	while (p < end) {
		const char *stop = memchr(p, '\n', (gsize) (end - p));
		gsize length = stop ? (gsize) (stop - p) : 0;
		const char *complaint;

		number++;
		if (!stop || !length || stop[-1] != '\r' || memchr(p, '\r', length - 1))
			return wrong(error, "a line end that is not CRLF", number);
		if (memchr(p, '\0', length) || length - 1 > LINE_CAP_BYTES)
			return wrong(error, "a NUL, or longer than 998 bytes", number);
		if (in_header && length == 1)
			in_header = false;
		else if (in_header && *p != ' ' && *p != '\t' && (complaint = field_wrong(p, length, &seen)))
			return wrong(error, complaint, number);
		p = stop + 1;
	}
	/* From, To, Subject, Date, Message-ID: without one of them nothing leaves. */
	return (!in_header && (seen & 0x1f) == 0x1f) || wrong(error, "the header is not complete", number);
}

GBytes *compose_wire(const struct compose *mail, GError **error)
{
	static gsize ready;
	GMimeMessage *message;
	g_autoptr(GBytes) wire = NULL;

	if (g_once_init_enter(&ready)) {
		g_mime_init();
		g_once_init_leave(&ready, 1);
	}
	if (!compose_address_ok(mail->from) || !compose_address_ok(mail->to)) {
		bool from = !compose_address_ok(mail->from);
		g_autofree char *shown = one_line(from ? mail->from : mail->to, NAME_CAP_BYTES);

		g_set_error(error, WISMO_ERROR, WISMO_PARK, "%s \"%s\" is not one plain address", from ? "sender" : "recipient", shown);
		return NULL;
	}
	if (!id_ok(mail->message_id)) {
		g_set_error_literal(error, WISMO_ERROR, WISMO_PARK, "the Message-ID is not one");
		return NULL;
	}
	message = build(mail);
	wire = to_crlf(message);
	g_object_unref(message);
	return compose_wire_ok(wire, error) ? g_steal_pointer(&wire) : NULL;
}
