/* Cuts in the order: frame of the channel, its footers, history. Works on lines of the whole text and
 * only ever marks them, so that every kept byte keeps its place. */
#include "wismo/core/buyertext.h"

#include "wismo/core/html.h"

#include "history_p.h"

#include <string.h>

#define WHOLE_CAP (512 * 1024)	/* what a person writes is far below; the rest of a longer text is not read */
#define LINES_CAP 20000

static GArray *split(const char *text, bool *bounded)
{
	GArray *lines = g_array_new(FALSE, FALSE, sizeof(struct line));
	gsize at = 0;

	for (;;) {
		gsize length = strcspn(text + at, "\n");
		struct line line = { at, at + length, true };

		g_array_append_val(lines, line);
		at += length;
		if (!text[at])
			return lines;
		at++;
		if (lines->len >= LINES_CAP) {
			*bounded = true;
			return lines;
		}
	}
}

static struct line *line_at(GArray *lines, guint i)
{
	return &g_array_index(lines, struct line, i);
}

static bool any_here(const GPtrArray *patterns, const char *text, gsize length, gsize from)
{
	for (guint i = 0; i < patterns->len; i++)
		if (regex_find(g_ptr_array_index(patterns, i), text, length, from, NULL, NULL))
			return true;
	return false;
}

/* "------ words ------" in whatever language, but not a row of dashes alone. */
static bool dash_words(const char *text, const struct line *line)
{
	gsize front = line->start, back = line->end;

	while (front < back && text[front] == '-')
		front++;
	while (back > front && (text[back - 1] == '-' || text[back - 1] == ' '))
		back--;
	/* Eight: fewer are what mail programs write before a quoted mail. */
	return front - line->start >= 8 && line->end - back >= 8 && back > front;
}

/* Keeps what stands between the channel's markers. */
static bool cut_frame(const char *text, GArray *lines, const struct channel *channel)
{
	guint begin = G_MAXUINT, end = G_MAXUINT;

	for (guint i = 0; i < lines->len; i++) {
		const struct line *line = line_at(lines, i);

		if (begin == G_MAXUINT) {
			if (any_here(channel->begins, text, line->end, line->start))
				begin = i;
		} else if (any_here(channel->ends, text, line->end, line->start)) {
			end = i;	/* the last one: older ones are quoted */
		}
	}
	for (guint i = 0; channel->any_dashes && (begin == G_MAXUINT || end == G_MAXUINT) && i < lines->len; i++) {
		if (!dash_words(text, line_at(lines, i)))
			continue;
		if (begin == G_MAXUINT)
			begin = i;
		else if (i > begin)
			end = i;
	}
	if (begin == G_MAXUINT)
		return false;
	for (guint i = 0; i < lines->len; i++)
		line_at(lines, i)->keep = i > begin && i < end;
	return true;
}

static void cut_wrapper(const char *text, gsize length, GArray *lines, const struct channel *channel)
{
	bool over = false;

	for (guint i = 0; i < lines->len; i++) {
		struct line *line = line_at(lines, i);

		if (!line->keep)
			continue;
		over = over || any_here(channel->footers, text, length, line->start);
		if (over || any_here(channel->wrappers, text, line->end, line->start))
			line->keep = false;
	}
}

/* Where the wrapper shows the buyer as a quotation, its marks are layout. */
static void strip_quotes(const char *text, GArray *lines)
{
	for (guint i = 0; i < lines->len; i++) {
		struct line *line = line_at(lines, i);

		while (line->start < line->end && (text[line->start] == '>' || text[line->start] == ' '))
			line->start++;
	}
}

static bool nothing_kept(const char *text, GArray *lines)
{
	for (guint i = 0; i < lines->len; i++)
		for (gsize p = line_at(lines, i)->start; line_at(lines, i)->keep && p < line_at(lines, i)->end; p++)
			if (!g_ascii_isspace(text[p]))
				return false;
	return true;
}

static void trim(const char *text, struct line *line)
{
	while (line->start < line->end && g_ascii_isspace(text[line->start]))
		line->start++;
	while (line->end > line->start && g_ascii_isspace(text[line->end - 1]))
		line->end--;
}

/* Joins the kept lines; at most one blank line between two. */
static void join(struct buyertext *result, GArray *lines)
{
	GString *own = g_string_new(NULL);
	int breaks = 0;

	for (guint i = 0; i < lines->len; i++) {
		struct line line = *line_at(lines, i);
		struct buyertext_span span;

		if (!line.keep)
			continue;
		trim(result->whole, &line);
		if (line.start == line.end) {
			breaks = MIN(breaks + 1, 2);
			continue;
		}
		for (int n = 0; own->len && n < MAX(breaks, 1); n++)
			g_string_append_c(own, '\n');
		span.own_at = own->len;
		span.whole_at = line.start;
		span.length = line.end - line.start;
		g_array_append_val(result->spans, span);
		g_string_append_len(own, result->whole + line.start, (gssize) span.length);
		breaks = 1;
	}
	result->own = g_string_free(own, FALSE);
}

/* `inside`: only these bytes of the whole are the frame's (start == G_MAXSIZE: look for markers). */
static struct buyertext *cut(char *whole, const struct channel *channel, gsize start, gsize end)
{
	struct buyertext *result = g_new0(struct buyertext, 1);
	struct history history = { false };
	g_autoptr(GArray) lines = NULL, before = NULL;
	gsize length = strlen(whole);

	if (length > WHOLE_CAP) {
		result->bounded = true;
		length = (gsize) (g_utf8_find_prev_char(whole, whole + WHOLE_CAP) - whole);
		whole[length] = '\0';
	}
	result->whole = whole;
	result->spans = g_array_new(FALSE, FALSE, sizeof(struct buyertext_span));
	lines = split(whole, &result->bounded);
	if (start != G_MAXSIZE) {
		result->framed = true;
		for (guint i = 0; i < lines->len; i++)
			line_at(lines, i)->keep = line_at(lines, i)->start >= start && line_at(lines, i)->start < end;
	} else if (channel) {
		result->framed = cut_frame(whole, lines, channel);
	}
	if (channel) {
		cut_wrapper(whole, length, lines, channel);
		if (channel->quotes_are_buyer)
			strip_quotes(whole, lines);
	}
	before = g_array_copy(lines);
	history_mark(whole, lines, &history);
	result->forwarded = history.forwarded;
	if (nothing_kept(whole, lines) && !nothing_kept(whole, before)) {
		result->kept_all = true;
		join(result, before);
	} else {
		join(result, lines);
	}
	return result;
}

struct buyertext *buyertext_cut_plain(const char *text, const struct channel *channel)
{
	return cut(g_strdup(text), channel, G_MAXSIZE, 0);
}

static gsize words_in(const char *text)
{
	gsize words = 0;

	for (; text && *text; text++)
		words += !g_ascii_isspace(*text);
	return words;
}

/* Some programs leave the plain part empty, or write there only that there is HTML. */
static bool stub(const char *plain, const char *html_text)
{
	gsize words = words_in(plain);

	return words == 0 || (words < 120 && strstr(plain, "HTML") && words_in(html_text) > 2 * words);
}

/* Where Amazon's <pre> stands in the HTML's text, when no marker shows the frame. */
static struct buyertext *cut_pre(const struct letter *letter, char *whole, const struct channel *channel)
{
	g_autofree char *pre = html_amazon_pre(letter->html);
	g_autofree char *flat = NULL;
	const char *at;

	if (!pre)
		return cut(whole, channel, G_MAXSIZE, 0);
	flat = g_strstrip(g_strdup(pre));
	at = *flat ? strstr(whole, flat) : NULL;
	if (at)
		return cut(whole, channel, (gsize) (at - whole), (gsize) (at - whole) + strlen(flat));
	if (!*flat)
		return cut(whole, channel, 0, 0);
	g_free(whole);
	return cut(g_steal_pointer(&flat), channel, 0, G_MAXSIZE - 1);
}

struct buyertext *buyertext_cut(const struct letter *letter, const struct channel *channel)
{
	g_autofree char *html = NULL;
	struct buyertext *plain = NULL, *other;
	bool html_cut = false;

	if (letter->plain)
		plain = buyertext_cut_plain(letter->plain, channel);
	if (!letter->html || (plain && *plain->own && !strstr(letter->plain, "HTML")) || (plain && plain->framed))
		return plain ? plain : buyertext_cut_plain("", channel);
	html = html_to_text(letter->html, &html_cut);
	if (plain && !stub(letter->plain, html))
		return plain;
	buyertext_free(plain);
	other = channel && channel->pre ? cut_pre(letter, g_steal_pointer(&html), channel)
		: cut(g_steal_pointer(&html), channel, G_MAXSIZE, 0);
	other->bounded = other->bounded || html_cut;
	return other;
}

void buyertext_free(struct buyertext *text)
{
	if (!text)
		return;
	g_free(text->whole);
	g_free(text->own);
	g_array_unref(text->spans);
	g_free(text);
}

gsize buyertext_whole_at(const struct buyertext *text, gsize own_at)
{
	for (guint i = text->spans->len; i-- > 0;) {
		const struct buyertext_span *span = &g_array_index(text->spans, struct buyertext_span, i);

		if (own_at >= span->own_at)
			return span->whole_at + MIN(own_at - span->own_at, span->length);
	}
	return 0;
}
