/* Charsets as mails really use them: labels lie more often than bytes do. */
#include "charset_p.h"

#include <string.h>

/* Labels that mean another charset in practice (WHATWG Encoding, 4.2; Microsoft's supersets of JIS). */
static const struct { const char *label, *charset; } means[] = {
	{ "us-ascii", "WINDOWS-1252" }, { "ascii", "WINDOWS-1252" }, { "ansi_x3.4-1968", "WINDOWS-1252" },
	{ "iso-8859-1", "WINDOWS-1252" }, { "iso8859-1", "WINDOWS-1252" }, { "iso_8859-1", "WINDOWS-1252" },
	{ "latin1", "WINDOWS-1252" }, { "x-unknown", "WINDOWS-1252" }, { "unknown-8bit", "WINDOWS-1252" },
	{ "default", "WINDOWS-1252" }, { "8bit", "WINDOWS-1252" },
	{ "iso-8859-9", "WINDOWS-1254" }, { "iso8859-9", "WINDOWS-1254" }, { "latin5", "WINDOWS-1254" },
	{ "shift_jis", "CP932" }, { "shift-jis", "CP932" }, { "sjis", "CP932" }, { "x-sjis", "CP932" },
	{ "windows-31j", "CP932" }, { "euc-jp", "EUC-JP-MS" }, { "x-euc-jp", "EUC-JP-MS" },
	{ "gb2312", "GB18030" }, { "gbk", "GB18030" }, { "ks_c_5601-1987", "CP949" }, { "euc-kr", "CP949" },
	{ "cp-850", "CP850" }, { "macintosh", "MACINTOSH" }, { "x-mac-roman", "MACINTOSH" },
	{ "utf8", "UTF-8" }, { "unicode-1-1-utf-8", "UTF-8" }, { "unicode-1-1-utf-7", "UTF-7" },
};

/* Seven-bit charsets and those with NULs: valid UTF-8 by accident, so the label must be believed. */
static const char *const always_by_label[] = { "iso-2022-", "utf-7", "unicode-1-1-utf-7", "hz-", "utf-16", "utf-32",
	"ucs-", "csiso2022", NULL };

static char *tidy_label(const char *label)
{
	GString *name = g_string_new(NULL);

	/* iconv would take "//TRANSLIT" and file names from a label; RFC 2231 language tags end at '*'. */
	for (const char *p = label ? label : ""; *p && *p != '*' && name->len < 40; p++)
		if (g_ascii_isalnum(*p) || strchr("._:-", *p))
			g_string_append_c(name, g_ascii_tolower(*p));
	return g_string_free(name, FALSE);
}

static bool by_label_only(const char *label)
{
	for (int i = 0; always_by_label[i]; i++)
		if (g_str_has_prefix(label, always_by_label[i]))
			return true;
	return false;
}

/* Converts, each byte that does not fit becoming U+FFFD; counts those. NULL when iconv knows no such charset. */
static char *convert(const char *bytes, gsize length, const char *charset, gsize *misfits)
{
	GIConv iconv = g_iconv_open("UTF-8", charset);
	g_autoptr(GString) out = g_string_sized_new(length + length / 2 + 16);
	gchar *in = (gchar *) bytes;
	gsize left = length;
	gchar piece[4096];

	*misfits = 0;
	if (iconv == (GIConv) -1)
		return NULL;
	while (left) {
		gchar *to = piece;
		gsize room = sizeof(piece), was = left;
		gsize code = g_iconv(iconv, &in, &left, &to, &room);

		g_string_append_len(out, piece, (gssize) (sizeof(piece) - room));
		/* A stop without progress is a byte that does not fit: step over it. */
		if (code == (gsize) -1 && room == sizeof(piece) && was == left) {
			g_string_append(out, "\xef\xbf\xbd");
			(*misfits)++;
			in++;
			left--;
		}
	}
	g_iconv_close(iconv);
	return g_string_free(g_steal_pointer(&out), FALSE);
}

static bool is_ascii(const char *bytes, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if ((guchar) bytes[i] >= 0x80)
			return false;
	return true;
}

/* Share of kana, in percent of all characters beyond ASCII: Japanese cannot do without them. */
static int kana_percent(const char *text)
{
	int kana = 0, other = 0;

	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c >= 0x3041 && c <= 0x30fe)
			kana++;
		else if (c >= 0x80)
			other++;
	}
	return kana ? kana * 100 / (kana + other) : 0;
}

/* Bytes without a usable label: UTF-8, Japanese by its kana, else the West's windows-1252. */
static char *guess(const char *bytes, gsize length)
{
	static const char *const japanese[] = { "EUC-JP-MS", "CP932" };
	gsize misfits;

	if (g_strstr_len(bytes, (gssize) length, "\033$B") || g_strstr_len(bytes, (gssize) length, "\033$@")) {
		char *text = convert(bytes, length, "ISO-2022-JP", &misfits);

		if (text)
			return text;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(japanese); i++) {
		g_autofree char *text = convert(bytes, length, japanese[i], &misfits);

		if (text && misfits == 0 && kana_percent(text) >= 25)
			return g_steal_pointer(&text);
	}
	return convert(bytes, length, "WINDOWS-1252", &misfits);
}

/* UTF-8 with damage: keeps it as UTF-8 when more sequences are whole than broken. */
static char *damaged_utf8(const char *bytes, gsize length)
{
	const char *p = bytes, *end = bytes + length;
	gsize whole = 0, broken = 0;

	while (p < end) {
		gunichar c = g_utf8_get_char_validated(p, end - p);

		if (c == (gunichar) -1 || c == (gunichar) -2) {
			broken++;
			p++;
		} else {
			whole += c >= 0x80;
			p = g_utf8_next_char(p);
		}
	}
	return whole > broken ? g_utf8_make_valid(bytes, (gssize) length) : NULL;
}

/* UTF-8 that somebody read as windows-1252 and encoded again ("dÃ©but"): undone when all of it fits back
 * and makes valid UTF-8, which other text does not do by accident. Takes `text`. */
static char *undouble(char *text)
{
	g_autoptr(GString) back = NULL;
	GIConv iconv;

	if (!strstr(text, "\xc3\x83\xc2") && !strstr(text, "\xc3\x83\xc5") && !strstr(text, "\xc3\x83\xe2") &&
	    !strstr(text, "\xc3\xa2\xe2\x82\xac"))
		return text;
	iconv = g_iconv_open("WINDOWS-1252", "UTF-8");
	back = g_string_new(NULL);
	for (gchar *p = text; iconv != (GIConv) -1 && *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		gchar byte = (gchar) c, *in = p, *to = &byte;
		gsize left = (gsize) (g_utf8_next_char(p) - p), room = 1;

		/* Latin 1 readers leave the holes of windows-1252 as control characters. */
		if (c > 0xff && g_iconv(iconv, &in, &left, &to, &room) == (gsize) -1)
			break;
		g_string_append_c(back, byte);
	}
	if (iconv != (GIConv) -1)
		g_iconv_close(iconv);
	if (back->len == 0 || !g_utf8_validate(back->str, (gssize) back->len, NULL) ||
	    (glong) back->len != g_utf8_strlen(text, -1))
		return text;
	g_free(text);
	return g_string_free(g_steal_pointer(&back), FALSE);
}

static bool invisible(gunichar c)
{
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x2064) ||
		(c >= 0x2066 && c <= 0x2069) || c == 0xfeff || c == 0xad || c == 0x034f;
}

char *charset_clean(char *text)
{
	GString *out = g_string_sized_new(strlen(text) + 1);
	bool composed = true;
	char *clean, *normal;

	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		gsize plain = 0;
		gunichar c;

		while (p[plain] >= ' ' && p[plain] < 0x7f)
			plain++;
		g_string_append_len(out, p, (gssize) plain);
		p += plain;
		if (!*p)
			break;
		c = g_utf8_get_char(p);
		if (c == '\r') {
			if (p[1] != '\n')
				g_string_append_c(out, '\n');
		} else if (c == 0x2028 || c == 0x2029 || c == '\f' || c == '\v' || c == 0x85) {
			g_string_append_c(out, '\n');
		} else if ((c >= 0x20 && c != 0x7f && (c < 0x80 || c > 0x9f) && !invisible(c)) || c == '\n' || c == '\t') {
			g_string_append_len(out, p, g_utf8_next_char(p) - p);
			composed = composed && !(c >= 0x300 && c <= 0x36f) && !(c >= 0x3099 && c <= 0x309a);
		}
	}
	g_free(text);
	clean = g_string_free(out, FALSE);
	if (composed)
		return clean;
	normal = g_utf8_normalize(clean, -1, G_NORMALIZE_DEFAULT_COMPOSE);
	if (!normal)
		return clean;
	g_free(clean);
	return normal;
}

char *charset_read(const char *bytes, gsize length, const char *label)
{
	g_autofree char *name = tidy_label(label);
	const char *charset = name;
	char *text = NULL;
	gsize misfits;

	if (length == 0)
		return g_strdup("");
	for (gsize i = 0; i < G_N_ELEMENTS(means); i++)
		if (strcmp(name, means[i].label) == 0)
			charset = means[i].charset;
	if (*name && by_label_only(name)) {
		text = convert(bytes, length, charset, &misfits);
	} else if (memchr(bytes, 0, length) && length % 2 == 0 && length >= 4 &&
		   (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0)) {
		text = convert(bytes, length, "UTF-16", &misfits);
	} else if (is_ascii(bytes, length) ? !memchr(bytes, '\033', length) && !memchr(bytes, 0, length)
		   : g_utf8_validate(bytes, (gssize) length, NULL)) {
		text = g_strndup(bytes, length);
	} else if (strcmp(charset, "UTF-8") == 0 || strcmp(charset, "utf-8") == 0) {
		text = damaged_utf8(bytes, length);
	} else if (*name && strcmp(charset, "WINDOWS-1252") != 0) {
		text = convert(bytes, length, charset, &misfits);
	}
	if (!text)
		text = guess(bytes, length);
	if (!text)
		text = g_utf8_make_valid(bytes, (gssize) length);
	return charset_clean(undouble(text));
}
