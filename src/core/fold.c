/* Folding of text, byte by byte with its way back. Patterns are folded in fold_pattern.c by the same letters. */
#include "fold_p.h"

#include <string.h>

struct writer {
	GString *out;
	GArray *at;	/* guint32 */
};

static void put(struct writer *writer, const char *bytes, gsize length, gsize at)
{
	const guint32 place = (guint32) at;

	if (length == 1)
		g_string_append_c(writer->out, *bytes);
	else
		g_string_append_len(writer->out, bytes, (gssize) length);
	for (gsize i = 0; i < length; i++)
		g_array_append_val(writer->at, place);
}

guint fold_letter(gunichar letter, gunichar folded[static FOLD_MOST])
{
	gunichar parts[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
	gsize count;

	if (letter < 0x80) {	/* nearly all of them */
		folded[0] = letter == '`' ? '\'' : (gunichar) g_ascii_tolower((char) letter);
		return 1;
	}
	letter = g_unichar_tolower(letter);
	switch (letter) {
	case 0xDF: folded[0] = folded[1] = 's'; return 2;	/* ß */
	case 0x131: folded[0] = 'i'; return 1;			/* ı */
	case 0x142: folded[0] = 'l'; return 1;			/* ł */
	case 0xF8: folded[0] = 'o'; return 1;			/* ø */
	case 0x111: folded[0] = 'd'; return 1;			/* đ */
	case 0xE6: folded[0] = 'a'; folded[1] = 'e'; return 2;
	case 0x153: folded[0] = 'o'; folded[1] = 'e'; return 2;
	case 0x2018: case 0x2019: case 0x201A: case 0x2032: case 0xB4: folded[0] = '\''; return 1;
	case 0x201C: case 0x201D: case 0x201E: case 0xAB: case 0xBB: case 0x2033: folded[0] = '"'; return 1;
	case 0x2010: case 0x2011: case 0x2012: case 0x2013: case 0x2014: case 0x2015: case 0x2212:
		folded[0] = '-'; return 1;
	case 0xAD: case 0x200B: case 0x200C: case 0x200D: case 0x2060: case 0xFEFF: case 0xFE0F: return 0;
	default: break;
	}
	if (letter >= 0x300 && letter <= 0x36F)
		return 0;	/* a free-standing accent */
	if (letter < 0x80 || (letter >= 0x2E80 && letter < 0xFF00)) {
		folded[0] = letter == 0x3000 ? ' ' : letter;
		return 1;
	}
	count = g_unichar_fully_decompose(letter, TRUE, parts, G_N_ELEMENTS(parts));
	guint kept = 0;
	for (gsize i = 0; i < count && kept < FOLD_MOST; i++)
		if (parts[i] < 0x300 || parts[i] > 0x36F)
			folded[kept++] = g_unichar_tolower(parts[i]);
	return kept;
}

bool fold_drops_e(const char *out, gsize length)
{
	if (length < 1 || !strchr("aou", out[length - 1]))
		return false;
	return length < 2 || !strchr("aeq", out[length - 2]);
}

/* Short forms whose dot ends no sentence. */
static bool ends_short_form(const char *word, gsize length)
{
	static const char *const forms[] = {
		"nr", "no", "dr", "mr", "mrs", "ms", "st", "ca", "bzw", "inkl", "evtl", "ggf", "lt", "art", "str",
		"tel", "approx", "est", "vgl", "zzgl", "best", "best.nr", "sr", "sra", "sig", "dott", "ul", "np", "dhr",
		"mevr", "jl", "bl", "sn", "feb", "jan", "nov", "okt", "oct", "dez", "dec", "sept", "aug", "num", "z.b", "d.h", "u.a",
	};

	if (length == 1)
		return true;
	for (gsize i = 0; i < G_N_ELEMENTS(forms); i++)
		if (strlen(forms[i]) == length && memcmp(forms[i], word, length) == 0)
			return true;
	return false;
}

/* Whether the dot at `dot` (original) ends a sentence, the folded text so far being `out`. */
static bool dot_ends(const GString *out, const char *after)
{
	gsize begin = out->len;

	if (*after && !g_ascii_isspace(*after))
		return false;
	if (out->len && g_ascii_isdigit(out->str[out->len - 1])) {
		while (*after == ' ')
			after++;
		/* "am 3. Dezember": a day; a number that ends a sentence is followed by a new line or nothing */
		return !*after || *after == '\n' || *after == '\r';
	}
	while (begin && out->str[begin - 1] != ' ' && out->str[begin - 1] != '\n')
		begin--;
	return !ends_short_form(out->str + begin, out->len - begin);
}

static void put_gap(struct writer *writer, char gap, gsize at)
{
	GString *out = writer->out;

	while (out->len && gap == '\n' && out->str[out->len - 1] == ' ') {
		g_string_truncate(out, out->len - 1);
		g_array_set_size(writer->at, writer->at->len - 1);
	}
	if (out->len && out->str[out->len - 1] != ' ' && out->str[out->len - 1] != '\n')
		put(writer, &gap, 1, at);
}

/* A line break within a paragraph is a blank, unless the line before it is short, as in lists and verses. */
static bool break_ends(const char *text, gsize at)
{
	gsize length = 0;

	for (const char *p = text + at; p > text && p[-1] != '\n'; p--)
		length++;
	return length < 50 || text[at + 1] == '\n' || (text[at + 1] == '\r' && text[at + 2] == '\n');
}

static void put_letter(struct writer *writer, gunichar letter, gsize at, enum fold_flags flags)
{
	gunichar folded[FOLD_MOST];
	guint count = fold_letter(letter, folded);
	GString *out = writer->out;

	for (guint i = 0; i < count; i++) {
		char bytes[6];
		gsize length = 1;

		if (folded[i] < 0x80)
			bytes[0] = (char) folded[i];
		else
			length = (gsize) g_unichar_to_utf8(folded[i], bytes);

		if (flags & FOLD_UMLAUT && folded[i] == 'e' && letter < 0x80 && fold_drops_e(out->str, out->len))
			continue;
		if (g_ascii_isalpha(bytes[0]) && out->len >= 2 && out->str[out->len - 1] == bytes[0]
		    && out->str[out->len - 2] == bytes[0]) {
			/* the third of a kind: leave one, and swallow what follows of it */
			g_string_truncate(out, out->len - 1);
			g_array_set_size(writer->at, writer->at->len - 1);
			continue;
		}
		if (g_ascii_isalpha(bytes[0]) && out->len >= 1 && at >= 2 && out->str[out->len - 1] == bytes[0]
		    && writer->at->len && at - g_array_index(writer->at, guint32, writer->at->len - 1) >= 3)
			continue;	/* the fourth and later ones */
		put(writer, bytes, length, at);
	}
}

static bool blank_ok(gunichar letter)
{
	if (letter < 0x80)
		return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\f' || letter == '\n';
	return g_unichar_isspace(letter);
}

static void fold_into(struct writer *writer, const char *text, gsize length, enum fold_flags flags)
{
	for (const char *p = text, *next; p < text + length; p = next) {
		const gunichar letter = (guchar) *p < 0x80 ? (gunichar) *p : g_utf8_get_char(p);
		const gsize at = (gsize) (p - text);

		next = g_utf8_next_char(p);
		if (letter == '\n')
			put_gap(writer, break_ends(text, at) ? '\n' : ' ', at);
		else if (blank_ok(letter))
			put_gap(writer, ' ', at);
		else if (letter == '!' || letter == '?' || letter == 0x2026 || letter == 0x3002 || letter == 0xFF01
			 || letter == 0xFF1F) {
			if (letter == '?' || letter == 0xFF1F)
				put(writer, "?", 1, at);	/* questions are seen by patterns */
			put_gap(writer, '\n', at);
		} else if (letter == '.' && dot_ends(writer->out, next))
			put_gap(writer, '\n', at);
		else
			put_letter(writer, letter, at, flags);
	}
}

struct folded *fold_text(const char *text, enum fold_flags flags, const GPtrArray *words)
{
	struct folded *folded = g_new0(struct folded, 1);
	struct writer writer;
	gsize length = strlen(text);

	if (length > FOLD_CAP_BYTES)
		length = (gsize) (g_utf8_find_prev_char(text, text + FOLD_CAP_BYTES + 1) - text);
	writer.out = g_string_sized_new(length + 1);
	writer.at = g_array_sized_new(FALSE, FALSE, sizeof(guint32), (guint) length + 1);
	fold_into(&writer, text, length, flags);
	while (writer.out->len && strchr(" \n", writer.out->str[writer.out->len - 1])) {
		g_string_truncate(writer.out, writer.out->len - 1);
		g_array_set_size(writer.at, writer.at->len - 1);
	}
	if (words && words->len)
		fold_mend(writer.out, writer.at, words);
	const guint32 end = (guint32) length;
	g_array_append_val(writer.at, end);
	folded->length = writer.out->len;
	folded->text = g_string_free(writer.out, FALSE);
	folded->at = (guint32 *) (void *) g_array_free(writer.at, FALSE);
	return folded;
}

bool fold_done_ok(const char *word, enum fold_flags flags)
{
	for (gsize i = 0; word[i]; i++) {
		if (!g_ascii_islower(word[i]) && !g_ascii_isdigit(word[i]))
			return false;
		if (i >= 2 && word[i] == word[i - 1] && word[i] == word[i - 2])
			return false;
		if (flags & FOLD_UMLAUT && word[i] == 'e' && fold_drops_e(word, i))
			return false;
	}
	return true;
}

void fold_free(struct folded *folded)
{
	if (!folded)
		return;
	g_free(folded->text);
	g_free(folded->at);
	g_free(folded);
}
