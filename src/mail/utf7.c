/* Modified UTF-7 both ways; iconv's UTF-7 is the other, unmodified one. */
#include "wismo/mail/utf7.h"

#include <glib.h>
#include <string.h>

/* RFC 3501: base64 with a comma for the slash, and no padding. */
static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/* Appends "&...-" for UTF-16 code units. */
static void append_shifted(GString *wire, const gunichar2 *units, glong count)
{
	guint32 bits = 0;
	int have = 0;

	g_string_append_c(wire, '&');
	for (glong i = 0; i < count; i++) {
		bits = bits << 16 | units[i];
		for (have += 16; have >= 6; have -= 6)
			g_string_append_c(wire, alphabet[bits >> (have - 6) & 63]);
	}
	if (have)
		g_string_append_c(wire, alphabet[bits << (6 - have) & 63]);
	g_string_append_c(wire, '-');
}

static gsize printable_run(const char *text)
{
	gsize length = 0;

	while (text[length] >= 0x20 && text[length] <= 0x7e)
		length++;
	return length;
}

char *utf7_encode(const char *utf8)
{
	g_autoptr(GString) wire = NULL;

	if (!g_utf8_validate(utf8, -1, NULL))
		return NULL;
	wire = g_string_new(NULL);
	while (*utf8) {
		gsize plain = printable_run(utf8);
		const char *end = utf8 + plain;

		for (; utf8 < end; utf8++)
			g_string_append(wire, *utf8 == '&' ? "&-" : (char []) { *utf8, 0 });
		while (*end && (*end < 0x20 || *end > 0x7e))
			end++;
		if (end > utf8) {
			glong count = 0;
			g_autofree gunichar2 *units = g_utf8_to_utf16(utf8, end - utf8, NULL, &count, NULL);

			append_shifted(wire, units, count);
			utf8 = end;
		}
	}
	return g_string_free(g_steal_pointer(&wire), FALSE);
}

/* Reads "...-" after '&'; gives where it ends, NULL when it is malformed. */
static const char *read_shifted(const char *wire, GString *text)
{
	g_autoptr(GArray) units = g_array_new(FALSE, FALSE, sizeof(gunichar2));
	g_autofree char *part = NULL;
	guint32 bits = 0;
	int have = 0;

	for (; *wire && *wire != '-'; wire++) {
		const char *digit = strchr(alphabet, *wire);

		if (!digit)
			return NULL;
		bits = bits << 6 | (guint32) (digit - alphabet);
		have += 6;
		if (have >= 16) {
			gunichar2 unit = (gunichar2) (bits >> (have - 16));

			have -= 16;
			g_array_append_val(units, unit);
		}
	}
	/* What is left over must be padding: fewer than six bits, all zero. */
	if (*wire != '-' || have >= 6 || (bits & ((1u << have) - 1)))
		return NULL;
	part = g_utf16_to_utf8((const gunichar2 *) (const void *) units->data, units->len, NULL, NULL, NULL);
	if (!part)
		return NULL;
	g_string_append(text, part);
	return wire + 1;
}

char *utf7_decode(const char *wire)
{
	g_autoptr(GString) text = g_string_new(NULL);

	while (*wire) {
		if (*wire < 0x20 || *wire > 0x7e)
			return NULL;
		if (wire[0] == '&' && wire[1] == '-') {
			g_string_append_c(text, '&');
			wire += 2;
		} else if (*wire == '&') {
			wire = read_shifted(wire + 1, text);
			if (!wire)
				return NULL;
		} else {
			g_string_append_c(text, *wire++);
		}
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}
