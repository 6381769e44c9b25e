/* Finds charset and delimiter of a list and cuts it into cells. Never fails for one bad row: it is marked. */
#include "wismo/core/table.h"

#include "wismo/base/error.h"

#include <string.h>

#define SAMPLE_LINES 20		/* enough to see a pattern; a preamble line or two does not outvote them */

static void row_free(gpointer pointer)
{
	struct table_row *row = pointer;

	g_strfreev(row->cells);
	g_free(row);
}

void table_free(struct table *table)
{
	if (!table)
		return;
	g_ptr_array_unref(table->rows);
	g_free(table);
}

/* More than half of the non-ASCII sequences must be wrong before a file is called windows-1252: one broken
 * line in a UTF-8 file must not turn every umlaut of the others into two letters. */
static bool mostly_utf8(const char *text, gsize length)
{
	gsize right = 0, wrong = 0;

	for (gsize i = 0; i < length;) {
		gunichar c;

		if ((guchar) text[i] < 0x80) {
			i++;
			continue;
		}
		c = g_utf8_get_char_validated(text + i, (gssize) (length - i));
		if (c == (gunichar) -1 || c == (gunichar) -2) {
			wrong++;
			i++;
		} else {
			right++;
			i += (gsize) (g_utf8_next_char(text + i) - (text + i));
		}
	}
	return right >= wrong;
}

static const char *sniff_charset(const guchar *b, gsize length, gsize *skip)
{
	gsize even = 0, odd = 0, n = MIN(length, 4096);

	*skip = 0;
	if (length >= 3 && memcmp(b, "\xEF\xBB\xBF", 3) == 0)
		return *skip = 3, "UTF-8";
	if (length >= 2 && b[0] == 0xFF && b[1] == 0xFE)
		return *skip = 2, "UTF-16LE";
	if (length >= 2 && b[0] == 0xFE && b[1] == 0xFF)
		return *skip = 2, "UTF-16BE";
	for (gsize i = 0; i + 1 < n; i += 2) {
		even += !b[i];
		odd += !b[i + 1];
	}
	if (odd > n / 5)
		return "UTF-16LE";
	if (even > n / 5)
		return "UTF-16BE";
	return mostly_utf8((const char *) b, length) ? "UTF-8" : "windows-1252";
}

/* Bytes that UTF-8 does not know become U+FFFD, and their row is marked later. */
static char *decode(const char *bytes, gsize length, const char *charset, gsize *out, GError **error)
{
	g_autoptr(GError) cause = NULL;
	char *text;

	if (g_ascii_strcasecmp(charset, "UTF-8") == 0) {
		text = g_utf8_make_valid(bytes, (gssize) length);
		*out = strlen(text);
		return text;
	}
	text = g_convert(bytes, (gssize) length, "UTF-8", charset, NULL, out, &cause);
	/* windows-1252 leaves five bytes undefined; ISO 8859-15 maps all. */
	if (!text && strcmp(charset, "windows-1252") == 0)
		return g_convert(bytes, (gssize) length, "UTF-8", "ISO-8859-15", NULL, out, error);
	if (!text)
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "not readable as %s: %s", charset, cause->message);
	return text;
}

/* The delimiter whose count is most often the same in the first lines (quotes respected), and most. */
static char sniff_delimiter(const char *text)
{
	static const char candidates[] = "\t;,|";
	char best = ',';
	guint best_score = 0;

	for (const char *c = candidates; *c; c++) {
		guint counts[SAMPLE_LINES] = { 0 }, lines = 0, agree = 0;
		bool quoted = false;

		for (const char *p = text; *p && lines < SAMPLE_LINES; p++) {
			if (*p == '"')
				quoted = !quoted;
			else if (*p == *c && !quoted)
				counts[lines]++;
			else if (*p == '\n' && (!quoted || *c == '\t'))
				lines++;
		}
		for (guint i = 0; i <= lines && i < SAMPLE_LINES; i++)
			agree += counts[i] == counts[0] && counts[i] > 0;
		/* The header's count breaks ties: "a;b;c" with "1,5;2,5;3" */
		if (counts[0] && agree * 1000 + counts[0] > best_score) {
			best_score = agree * 1000 + counts[0];
			best = *c;
		}
	}
	return best;
}

struct cutter {
	const char *at;
	guint line;
	char delimiter;
};

static const char *cut_quoted(struct cutter *cut, GString *cell)
{
	const char *bad = NULL;
	guint began = cut->line;
	const char *begin = cut->at;

	for (cut->at++; *cut->at; cut->at++) {
		if (*cut->at == '"' && cut->at[1] == '"') {
			g_string_append_c(cell, '"');
			cut->at++;
		} else if (*cut->at == '"') {
			cut->at++;
			if (*cut->at && *cut->at != cut->delimiter && *cut->at != '\n' && *cut->at != '\r')
				bad = "text after a closing quote";
			return bad;
		} else {
			cut->line += *cut->at == '\n';
			g_string_append_c(cell, *cut->at);
		}
		if (cell->len > TABLE_CELL_CAP_BYTES)
			break;
	}
	/* Nobody closed it: take the quote as a character, so that only this line is lost and not the rest of the file. */
	cut->at = begin + 1;
	cut->line = began;
	g_string_truncate(cell, 0);
	return "a quote is opened and never closed";
}

static struct table_row *cut_row(struct cutter *cut)
{
	struct table_row *row = g_new0(struct table_row, 1);
	g_autoptr(GPtrArray) cells = g_ptr_array_new();
	g_autoptr(GString) cell = g_string_new(NULL);
	bool more = true;

	row->line = cut->line;
	while (more) {
		const char *plain;

		g_string_truncate(cell, 0);
		if (*cut->at == '"') {
			const char *bad = cut_quoted(cut, cell);

			/* Exports of tab files do not quote; a lone quote (24" monitor) is text there. */
			if (bad && cut->delimiter != '\t')
				row->bad = bad;
			else if (bad && cell->len == 0)
				g_string_append_c(cell, '"');
		}
		plain = cut->at;
		while (*cut->at && *cut->at != cut->delimiter && *cut->at != '\n')
			cut->at++;
		g_string_append_len(cell, plain, cut->at - plain);
		if (strstr(cell->str, "\357\277\275"))
			row->bad = "characters that are not UTF-8";
		g_ptr_array_add(cells, g_strstrip(g_strdup(cell->str)));
		more = *cut->at == cut->delimiter;
		cut->at += more;
	}
	if (*cut->at == '\n') {
		cut->at++;
		cut->line++;
	}
	row->count = cells->len;
	g_ptr_array_add(cells, NULL);
	row->cells = (char **) g_ptr_array_steal(cells, NULL);
	return row;
}

static bool blank(const struct table_row *row)
{
	for (guint i = 0; i < row->count; i++)
		if (*row->cells[i])
			return false;
	return true;
}

/* "a\r\n" and the old Macintosh's "a\r" become "a\n". */
static void unify_line_ends(char *text)
{
	char *to = text;

	for (const char *p = text; *p; p++) {
		if (*p == '\r' && p[1] == '\n')
			continue;
		*to++ = *p == '\r' ? '\n' : *p;
	}
	*to = '\0';
}

/* "sep=;" as first line: how files tell spreadsheets their delimiter. */
static void read_sep(struct cutter *cut, char *delimiter)
{
	if (g_ascii_strncasecmp(cut->at, "sep=", 4) != 0 || !cut->at[4] || cut->at[5] != '\n')
		return;
	*delimiter = cut->at[4];
	cut->at += 6;
	cut->line++;
}

struct table *table_read(GBytes *bytes, const char *charset, GError **error)
{
	gsize length, skip, out = 0;
	const char *raw = g_bytes_get_data(bytes, &length);
	const char *found = length ? sniff_charset((const guchar *) raw, length, &skip) : "UTF-8";
	g_autofree char *text = NULL;
	struct table *table;
	struct cutter cut;

	if (!length || length > TABLE_CAP_BYTES) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, length ? "larger than 256 MB" : "the file is empty");
		return NULL;
	}
	if (length >= 4 && memcmp(raw, "PK\003\004", 4) == 0) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "this is a spreadsheet or ZIP file; save it as CSV and import that");
		return NULL;
	}
	text = decode(raw + skip, length - skip, charset ? charset : found, &out, error);
	if (!text)
		return NULL;
	if (memchr(text, '\0', out)) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "this is not a text table (it holds NUL bytes)");
		return NULL;
	}
	unify_line_ends(text);
	table = g_new0(struct table, 1);
	table->charset = charset ? charset : found;
	table->delimiter = sniff_delimiter(text);
	table->rows = g_ptr_array_new_with_free_func(row_free);
	cut = (struct cutter) { .at = text, .line = 1 };
	read_sep(&cut, &table->delimiter);
	cut.delimiter = table->delimiter;
	while (*cut.at) {
		struct table_row *row = cut_row(&cut);

		if (blank(row))
			row_free(row);
		else
			g_ptr_array_add(table->rows, row);
	}
	return table;
}
