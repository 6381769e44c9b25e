/* The only file that reads mail structure: GMime finds the parts, we bound and decode them. */
#include "wismo/mail/mime.h"

#include "charset_p.h"
#include "flowed_p.h"
#include "mime_head_p.h"

#include <gmime/gmime.h>
#include <string.h>

/* GMime takes 1.4 KB a part before we can count them: lines that could be boundaries are counted first. */
#define BOUNDARY_LINES 10000

struct walk {
	struct letter *letter;
	GString *plain, *html, *attached;
	guint parts;
	bool html_alone;	/* HTML that no plain text stands for */
	bool plain_alone;	/* plain text that no HTML repeats */
};

static void ready(void)
{
	static gsize once;

	if (g_once_init_enter(&once)) {
		g_mime_init();
		g_once_init_leave(&once, 1);
	}
}

static void bound(struct letter *letter, const char *what)
{
	if (!letter->bounded)
		letter->bounded = what;
}

static void add_text(struct walk *walk, GString *to, const char *text)
{
	gsize room = to->len < MIME_TEXT_CAP ? MIME_TEXT_CAP - to->len : 0;
	gsize length = strlen(text);

	if (length > room) {
		bound(walk->letter, "text longer than 2 MB");
		length = (gsize) (g_utf8_find_prev_char(text, text + room + 1) ? g_utf8_find_prev_char(text, text + room + 1) - text : 0);
	}
	if (to->len && length)
		g_string_append(to, "\n\n");
	g_string_append_len(to, text, (gssize) length);
}

/* Decoded bytes of a part; NULL when it has none. */
static GByteArray *part_bytes(GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	GMimeStream *stream;

	if (!content)
		return NULL;
	stream = g_mime_stream_mem_new_with_byte_array(bytes);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	g_mime_data_wrapper_write_to_stream(content, stream);
	g_object_unref(stream);
	return g_steal_pointer(&bytes);
}

static char *part_text(GMimePart *part)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));
	g_autoptr(GByteArray) bytes = part_bytes(part);
	const char *format = g_mime_content_type_get_parameter(type, "format");
	const char *delsp = g_mime_content_type_get_parameter(type, "delsp");
	g_autofree char *text = NULL;

	if (!bytes)
		return g_strdup("");
	text = charset_read((const char *) bytes->data, bytes->len, g_mime_content_type_get_parameter(type, "charset"));
	if (format && g_ascii_strcasecmp(format, "flowed") == 0 && g_mime_content_type_is_type(type, "text", "plain"))
		return flowed_undo(text, delsp && g_ascii_strcasecmp(delsp, "yes") == 0);
	return g_steal_pointer(&text);
}

static bool is_attachment(GMimeObject *part)
{
	const char *disposition = g_mime_object_get_disposition(part);

	return disposition && g_ascii_strcasecmp(disposition, "attachment") == 0;
}

static void walk_part(struct walk *walk, GMimeObject *object, int depth, bool has_plain, bool has_html);

/* An attached mail: its visible headers and its text, for what they quote; it never speaks for the buyer. */
static void walk_message(struct walk *walk, GMimeMessage *message, int depth)
{
	static const char *const shown[] = { "From", "To", "Date", "Subject" };
	struct walk inner = { .letter = walk->letter, .plain = g_string_new(NULL), .html = g_string_new(NULL),
		.attached = walk->attached, .parts = walk->parts };
	GMimeObject *part = message ? g_mime_message_get_mime_part(message) : NULL;
	guint attachments = walk->letter->attachments;

	for (gsize i = 0; message && i < G_N_ELEMENTS(shown); i++) {
		const char *value = g_mime_object_get_header(GMIME_OBJECT(message), shown[i]);
		g_autofree char *decoded = value ? mime_decode_header(value) : NULL;
		g_autofree char *line = decoded ? g_strdup_printf("%s: %s", shown[i], decoded) : NULL;

		if (line)
			add_text(walk, walk->attached, line);
	}
	if (part)
		walk_part(&inner, part, depth + 1, false, false);
	add_text(walk, walk->attached, inner.plain->len ? inner.plain->str : inner.html->str);
	walk->parts = inner.parts;
	walk->letter->attachments = attachments + 1;
	g_string_free(inner.plain, TRUE);
	g_string_free(inner.html, TRUE);
}

static bool holds(GMimeMultipart *multipart, const char *subtype, int depth)
{
	int count = MIN(g_mime_multipart_get_count(multipart), MIME_PARTS);

	for (int i = 0; depth < MIME_DEPTH && i < count; i++) {
		GMimeObject *part = g_mime_multipart_get_part(multipart, i);

		if (GMIME_IS_MULTIPART(part) ? holds(GMIME_MULTIPART(part), subtype, depth + 1)
		    : !is_attachment(part) && g_mime_content_type_is_type(g_mime_object_get_content_type(part), "text", subtype))
			return true;
	}
	return false;
}

static void walk_multipart(struct walk *walk, GMimeMultipart *multipart, int depth, bool has_plain, bool has_html)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(multipart));
	int count = g_mime_multipart_get_count(multipart);

	if (g_mime_content_type_is_type(type, "multipart", "alternative")) {
		/* `holds` looks below; at each level of nesting once, so depth is asked for only near the top. */
		has_plain = has_plain || (depth < 10 && holds(multipart, "plain", depth));
		has_html = has_html || (depth < 10 && holds(multipart, "html", depth));
	}
	for (int i = 0; i < count; i++)
		walk_part(walk, g_mime_multipart_get_part(multipart, i), depth + 1, has_plain, has_html);
	/* No boundary, or none that ever comes: all text is the prologue. */
	if (count == 0 && g_mime_multipart_get_prologue(multipart)) {
		const char *prologue = g_mime_multipart_get_prologue(multipart);
		g_autofree char *text = charset_read(prologue, strlen(prologue), NULL);

		add_text(walk, walk->plain, text);
		walk->plain_alone = true;
	}
}

static void walk_leaf(struct walk *walk, GMimePart *part, bool has_plain, bool has_html)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));
	bool attachment = is_attachment(GMIME_OBJECT(part));
	g_autofree char *text = NULL;

	if (g_mime_content_type_is_type(type, "message", "*") || g_mime_content_type_is_type(type, "text", "rfc822-headers")) {
		text = part_text(part);
		add_text(walk, walk->attached, text);
	} else if (attachment || !g_mime_content_type_is_type(type, "text", "*") ||
		   g_mime_content_type_is_type(type, "text", "calendar") || g_mime_content_type_is_type(type, "text", "x-vcard")) {
		walk->letter->attachments++;
	} else if (g_mime_content_type_is_type(type, "text", "html")) {
		text = part_text(part);
		add_text(walk, walk->html, text);
		walk->html_alone = walk->html_alone || !has_plain;
	} else {
		text = part_text(part);
		g_strchomp(text);
		add_text(walk, walk->plain, text);
		walk->plain_alone = walk->plain_alone || (!has_html && *text);
	}
}

static void walk_part(struct walk *walk, GMimeObject *object, int depth, bool has_plain, bool has_html)
{
	if (depth > MIME_DEPTH) {
		bound(walk->letter, "parts nested deeper than 100");
		return;
	}
	if (++walk->parts > MIME_PARTS) {
		bound(walk->letter, "more than 1,000 parts");
		return;
	}
	if (GMIME_IS_MULTIPART(object))
		walk_multipart(walk, GMIME_MULTIPART(object), depth, has_plain, has_html);
	else if (GMIME_IS_MESSAGE_PART(object))
		walk_message(walk, g_mime_message_part_get_message(GMIME_MESSAGE_PART(object)), depth);
	else if (GMIME_IS_PART(object))
		walk_leaf(walk, GMIME_PART(object), has_plain, has_html);
	else
		walk->letter->attachments++;
}

/* Where some text came only plain and other only as HTML, both are needed, in HTML's form. */
static void settle_texts(struct walk *walk)
{
	struct letter *letter = walk->letter;

	if (walk->html_alone && walk->plain_alone && walk->html->len) {
		g_autofree char *escaped = g_markup_escape_text(walk->plain->str, -1);
		g_autofree char *pre = g_strdup_printf("<pre>%s</pre>", escaped);

		g_string_prepend(walk->html, pre);
		g_string_truncate(walk->plain, 0);
	}
	letter->plain = walk->plain->len ? g_string_free(walk->plain, FALSE) : (g_string_free(walk->plain, TRUE), NULL);
	letter->html = walk->html->len ? g_string_free(walk->html, FALSE) : (g_string_free(walk->html, TRUE), NULL);
	letter->attached = walk->attached->len ? g_string_free(walk->attached, FALSE)
		: (g_string_free(walk->attached, TRUE), NULL);
}

/* Does this line begin a header block? */
static bool header_line(const char *line, gsize length)
{
	gsize i = 0;

	while (i < length && line[i] > ' ' && line[i] != ':' && (guchar) line[i] < 0x7f)
		i++;
	return i > 0 && i < length && line[i] == ':';
}

/* The mail proper: without an mbox line, a BOM or blank lines before it. `*headers` tells whether it has any. */
static void trim_front(const char **bytes, gsize *length, bool *headers)
{
	const char *p = *bytes, *end = p + *length, *line;

	if (end - p >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	while (p < end && (*p == '\r' || *p == '\n'))
		p++;
	if ((end - p >= 5 && memcmp(p, "From ", 5) == 0) || (end - p >= 6 && memcmp(p, ">From ", 6) == 0)) {
		line = memchr(p, '\n', (gsize) (end - p));
		p = line ? line + 1 : end;
	}
	*headers = header_line(p, (gsize) (end - p));
	if (*headers) {
		*length -= (gsize) (p - *bytes);
		*bytes = p;
	}
}

/* Cuts hostile bulk before GMime allocates for it. Gives the bytes to parse, owned. */
static GByteArray *tame(struct letter *letter, const char *bytes, gsize length)
{
	GByteArray *tame = g_byte_array_sized_new((guint) length);
	const char *end = bytes + length, *body = end, *stop = end;
	guint boundaries = 0;

	for (const char *p = bytes; p < end; p++) {
		const char *next = memchr(p, '\n', (gsize) (end - p));

		if (!next)
			break;
		if (body == end && (next == p || (next == p + 1 && *p == '\r')))
			body = p;
		if (next + 2 < end && next[1] == '-' && next[2] == '-' && ++boundaries > BOUNDARY_LINES) {
			bound(letter, "more than 1,000 parts");
			stop = next;
			break;
		}
		p = next;
	}
	if (body - bytes > MIME_HEADER_CAP) {
		const char *cut = g_strrstr_len(bytes, MIME_HEADER_CAP, "\n");

		bound(letter, "headers longer than 256 KB");
		g_byte_array_append(tame, (const guint8 *) bytes, (guint) (cut ? cut + 1 - bytes : 0));
		if (!cut)
			g_byte_array_append(tame, (const guint8 *) "\n", 1);
		bytes = body;
	}
	if (stop > bytes)
		g_byte_array_append(tame, (const guint8 *) bytes, (guint) (stop - bytes));
	return tame;
}

static void read_message(struct walk *walk, const char *bytes, gsize length)
{
	struct letter *letter = walk->letter;
	GByteArray *array = tame(letter, bytes, length);
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(array);	/* owns the array */
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message;

	g_mime_parser_set_persist_stream(parser, TRUE);
	message = g_mime_parser_construct_message(parser, NULL);
	if (message) {
		GMimeHeaderList *headers = g_mime_object_get_header_list(GMIME_OBJECT(message));
		GMimeObject *part = g_mime_message_get_mime_part(message);

		mime_head_read(letter, headers);
		if (part) {
			g_autofree char *type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(part));

			letter->content_type = g_ascii_strdown(type, -1);
			walk_part(walk, part, 0, false, false);
		}
		g_object_unref(message);
	}
	g_object_unref(parser);
	g_object_unref(stream);
}

struct letter *mime_read(GBytes *raw)
{
	struct letter *letter = letter_new();
	struct walk walk = { .letter = letter, .plain = g_string_new(NULL), .html = g_string_new(NULL),
		.attached = g_string_new(NULL) };
	gsize length;
	const char *bytes = g_bytes_get_data(raw, &length);
	bool headers = false;

	ready();
	if (length)
		trim_front(&bytes, &length, &headers);
	if (headers) {
		read_message(&walk, bytes, length);
	} else if (length) {
		g_autofree char *text = charset_read(bytes, MIN(length, MIME_TEXT_CAP), NULL);

		if (length > MIME_TEXT_CAP)
			bound(letter, "text longer than 2 MB");
		add_text(&walk, walk.plain, text);
	}
	settle_texts(&walk);
	return letter;
}
