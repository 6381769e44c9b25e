/* Folds the literal letters of a pattern as fold.c folds text, so that packs are written in plain spelling. */
#include "fold_p.h"

#include <string.h>

#define GAP "[\\s,;:()\"*_/\\-]+"	/* between two words of a sentence, punctuation or not */

static void put_char(GString *out, gunichar letter)
{
	gunichar folded[FOLD_MOST];
	const guint count = fold_letter(letter, folded);

	for (guint i = 0; i < count; i++)
		g_string_append_unichar(out, folded[i]);
}

/* The part from `p` that is copied as it stands: an escape, or the head of a special group. */
static gsize verbatim(const char *p)
{
	if (p[0] == '\\' && p[1]) {
		if (strchr("pPxogkN", p[1]) && p[2] == '{') {
			const char *close = strchr(p, '}');

			return close ? (gsize) (close - p) + 1 : 2;
		}
		return (gsize) (g_utf8_next_char(p + 1) - p);
	}
	if (p[0] == '(' && p[1] == '?' && (p[2] == '<' || p[2] == 'P') && p[3] != '=' && p[3] != '!') {
		const char *close = strchr(p, '>');

		return close ? (gsize) (close - p) + 1 : 2;
	}
	return p[0] == '(' && (p[1] == '?' || p[1] == '*') ? 2 : 0;
}

char *fold_pattern(const char *pattern, enum fold_flags flags)
{
	GString *out = g_string_new(NULL);
	bool in_class = false, after_vowel = false;
	const char *p = pattern;

	while (*p) {
		const gsize same = verbatim(p);

		if (same) {
			g_string_append_len(out, p, (gssize) same);
			p += same;
			after_vowel = false;
			continue;
		}
		if (*p == '\n' || *p == '\r') {
			while (*p == '\n' || *p == '\r' || *p == '\t' || *p == ' ')
				p++;
			continue;
		}
		if (*p == '[')
			in_class = true;
		else if (*p == ']')
			in_class = false;
		if (*p == ' ' && !in_class) {
			while (*p == ' ')
				p++;
			g_string_append(out, *p == '?' ? "(?:" GAP ")" : GAP);
			after_vowel = false;
			continue;
		}
		const char *next = g_utf8_next_char(p);
		/* `e` with a quantifier stays: it is optional already */
		const bool drop = flags & FOLD_UMLAUT && *p == 'e' && !in_class && after_vowel && (!*next || !strchr("?*+{", *next))
			&& fold_drops_e(out->str, out->len);
		if (!drop)
			put_char(out, g_utf8_get_char(p));
		after_vowel = g_ascii_isalpha(*p) && !in_class;
		p = next;
	}
	return g_string_free(out, FALSE);
}
