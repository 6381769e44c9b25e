/* Encoded words as programs really write them. GMime's decoder stops at the first padded base64 word of
 * several (3.2.13) and believes labels; ours joins neighbours of one charset before it reads their bytes, so that
 * characters split between words and wrong labels are mended by the same code as bodies. */
#include "words_p.h"

#include "charset_p.h"

#include <string.h>

struct word {
	const char *charset, *payload;	/* not terminated */
	gsize charset_length, payload_length;
	char encoding;			/* 'b' or 'q' */
	const char *end;		/* behind "?=" */
};

/* `at` points to "=?". */
static gboolean read_word(const char *at, struct word *word)
{
	const char *first = strchr(at + 2, '?');
	const char *end;

	if (!first || first == at + 2 || first - at > 60 || !first[1] || first[2] != '?')
		return FALSE;
	word->charset = at + 2;
	word->charset_length = (gsize) (first - word->charset);
	word->encoding = g_ascii_tolower(first[1]);
	word->payload = first + 3;
	end = strstr(word->payload, "?=");
	if (!end || (word->encoding != 'b' && word->encoding != 'q') || memchr(word->charset, ' ', word->charset_length))
		return FALSE;
	word->payload_length = (gsize) (end - word->payload);
	word->end = end + 2;
	return TRUE;
}

static void decode_q(const struct word *word, GString *bytes)
{
	for (gsize i = 0; i < word->payload_length; i++) {
		const char *p = word->payload + i;

		if (*p == '=' && i + 2 < word->payload_length && g_ascii_isxdigit(p[1]) && g_ascii_isxdigit(p[2])) {
			g_string_append_c(bytes, (char) (g_ascii_xdigit_value(p[1]) * 16 + g_ascii_xdigit_value(p[2])));
			i += 2;
		} else {
			g_string_append_c(bytes, *p == '_' ? ' ' : *p);
		}
	}
}

static void decode_b(const struct word *word, GString *bytes)
{
	g_autofree char *text = g_strndup(word->payload, word->payload_length);
	gsize length;
	g_autofree guchar *decoded = *text ? g_base64_decode(text, &length) : NULL;

	if (decoded)
		g_string_append_len(bytes, (const char *) decoded, (gssize) length);
}

static gboolean same_charset(const struct word *one, const struct word *other)
{
	return one->charset_length == other->charset_length &&
		g_ascii_strncasecmp(one->charset, other->charset, one->charset_length) == 0;
}

/* Decodes the word `first` and those that follow it in the same charset; gives what stands behind. */
static const char *decode_run(const struct word *first, GString *out)
{
	g_autoptr(GString) bytes = g_string_new(NULL);
	g_autofree char *label = g_strndup(first->charset, first->charset_length);
	g_autofree char *text = NULL;
	struct word word = *first;
	const char *end;
	gboolean more;

	do {
		const char *next = word.end;

		if (word.encoding == 'q')
			decode_q(&word, bytes);
		else
			decode_b(&word, bytes);
		end = word.end;
		while (g_ascii_isspace(*next))
			next++;
		more = next[0] == '=' && next[1] == '?' && read_word(next, &word);
		/* White space between two words is not text; between a word and other text it is. */
		end = more ? next : end;
	} while (more && same_charset(first, &word));
	text = charset_read(bytes->str, bytes->len, label);
	g_string_append(out, text);
	return end;
}

char *words_decode(const char *text)
{
	GString *out = g_string_sized_new(strlen(text) + 1);

	while (*text) {
		struct word word;

		if (text[0] == '=' && text[1] == '?' && read_word(text, &word)) {
			text = decode_run(&word, out);
		} else {
			g_string_append_c(out, *text);
			text++;
		}
	}
	return g_string_free(out, FALSE);
}
