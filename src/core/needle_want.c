/* Reads from a pattern's source which words it cannot do without. The grammar is that of pcre2pattern(3); what is not
 * known here makes the whole pattern "lost", which needs nothing. */
#include "needle_p.h"

#include <string.h>

#define DEPTH_MOST 100

struct reader {
	const char *p;
	int depth;
	bool lost;
	bool bound;		/* a \b was read and nothing since */
};

/* One sequence of a group: the letters that stand together now, and what came before. */
struct run {
	GString *letters;
	gsize last;		/* where the last letter begins: a quantifier is for it alone */
	bool starts;		/* they begin at a \b */
	GPtrArray *parts;
};

struct times {
	bool optional, repeated;
};

void want_free(gpointer pointer)
{
	struct want *want = pointer;

	if (!want)
		return;
	g_free(want->word);
	if (want->parts)
		g_ptr_array_unref(want->parts);
	g_free(want);
}

static struct want *group(struct reader *reader);

/* Takes `parts`; NULL when there are none. */
static struct want *join(int kind, GPtrArray *parts)
{
	struct want *want = NULL;

	if (parts->len == 1) {
		want = g_ptr_array_steal_index(parts, 0);
	} else if (parts->len) {
		want = g_new0(struct want, 1);
		want->kind = kind;
		want->parts = g_ptr_array_ref(parts);
	}
	g_ptr_array_unref(parts);
	return want;
}

static struct want *want_word(const char *text, gsize length)
{
	struct want *want = g_new0(struct want, 1);

	want->kind = WANT_WORD;
	want->word = g_strndup(text, MIN(length, NEEDLE_LONGEST));
	return want;
}

/* Short words are kept until it is known whether they end at a \b. */
static void flush(struct run *run, bool ends, bool open)
{
	const gsize length = run->letters->len;
	const bool letter = length && needle_letter_ok(run->letters->str[length - 1]) && length <= NEEDLE_LONGEST;
	struct want *want;

	if (!length)
		return;
	want = want_word(run->letters->str, length);
	want->starts = run->starts;
	want->ends = ends && letter;
	want->open = open && letter;
	g_ptr_array_add(run->parts, want);
	g_string_truncate(run->letters, 0);
}

/* What follows a group is known now. */
static void settle(struct want *want, bool ends, bool open)
{
	if (want->kind == WANT_WORD) {
		want->ends = want->ends || (want->open && ends);
		want->open = want->open && open;
		return;
	}
	for (guint i = want->kind == WANT_ALL ? want->parts->len - 1 : 0; i < want->parts->len; i++)
		settle(g_ptr_array_index(want->parts, i), ends, open);
}

/* "{2,5}" at p: the number of the lower end; -1: no quantifier that we know. */
static int braces(const char **p)
{
	const char *at = *p + 1;
	int least = 0;

	if (!g_ascii_isdigit(*at))
		return -1;
	while (g_ascii_isdigit(*at) && least < 100000)
		least = least * 10 + (*at++ - '0');
	if (*at == ',')
		for (at++; g_ascii_isdigit(*at); at++)
			;
	if (*at != '}')
		return -1;
	*p = at + 1;
	return least;
}

static struct times quantifier(struct reader *reader)
{
	struct times times = { false, false };
	int least;

	switch (*reader->p) {
	case '?': case '*':
		times.optional = true;
		reader->p++;
		break;
	case '+':
		times.repeated = true;
		reader->p++;
		break;
	case '{':
		least = braces(&reader->p);
		reader->lost = reader->lost || least < 0;
		times.optional = least == 0;
		times.repeated = true;
		break;
	default:
		return times;
	}
	if (*reader->p == '?' || *reader->p == '+')	/* lazy, possessive */
		reader->p++;
	return times;
}

static void letter(struct reader *reader, struct run *run, const char *bytes, gsize length)
{
	struct times times;

	if (!run->letters->len)
		run->starts = reader->bound && needle_letter_ok(*bytes);
	reader->bound = false;
	run->last = run->letters->len;
	g_string_append_len(run->letters, bytes, (gssize) length);
	times = quantifier(reader);
	if (times.optional)
		g_string_truncate(run->letters, run->last);
	if (times.optional || times.repeated)
		flush(run, false, false);
}

/* One sign of the text, whichever. */
static void any(struct reader *reader, struct run *run)
{
	flush(run, false, false);
	reader->bound = false;
	quantifier(reader);
}

static void digit(struct reader *reader, struct run *run)
{
	flush(run, false, false);
	reader->bound = false;
	if (!quantifier(reader).optional)
		g_ptr_array_add(run->parts, want_word(NEEDLE_DIGIT, 1));
}

static void escape(struct reader *reader, struct run *run)
{
	const char *at = ++reader->p;
	const char *next = *at ? g_utf8_next_char(at) : at;

	reader->p = next;
	if (!*at || g_ascii_isdigit(*at) || strchr("QExocgkuULlC", *at)) {
		reader->lost = true;
	} else if (*at == 'p' || *at == 'P') {
		const char *close = *next == '{' ? strchr(next, '}') : next;

		reader->lost = reader->lost || !close || !*close;
		reader->p = reader->lost ? next : close + 1;
		any(reader, run);
	} else if (*at == 'd') {
		digit(reader, run);
	} else if (*at == 'b') {
		flush(run, true, false);
		reader->bound = true;
	} else if (g_ascii_isalpha(*at)) {
		/* classes (\w), places (\A), control signs (\n) */
		reader->lost = reader->lost || (*at == 'N' && *next == '{');
		any(reader, run);
	} else {
		letter(reader, run, at, (gsize) (next - at));
	}
}

static void class(struct reader *reader, struct run *run)
{
	const char *p = reader->p + 1;

	if (g_str_has_prefix(p, "0-9]")) {
		reader->p = p + 4;
		digit(reader, run);
		return;
	}
	if (*p == '^')
		p++;
	if (*p == ']')
		p++;
	while (*p && *p != ']') {
		if (*p == '[' && p[1] == ':') {
			const char *close = strstr(p, ":]");

			p = close ? close + 2 : p + 1;
		} else if (*p == '\\' && p[1]) {
			reader->lost = reader->lost || p[1] == 'Q' || p[1] == 'E';
			p += 2;
		} else {
			p++;
		}
	}
	reader->lost = reader->lost || !*p;
	reader->p = *p ? p + 1 : p;
	any(reader, run);
}

struct head {
	bool denied;		/* what stands in it must not be there */
	bool around;		/* looks ahead or behind: neither begins nor ends where it stands */
	bool flags;		/* "(?s)": no group at all */
};

/* Behind "(?": moves to the group's pattern. */
static void read_head(struct reader *reader, struct head *head)
{
	const char *p = reader->p, *close;

	if (*p == ':' || *p == '>' || *p == '|' || *p == '=' || *p == '!') {
		head->denied = *p == '!';
		head->around = *p == '!' || *p == '=';
		reader->p++;
	} else if (*p == '<' && (p[1] == '=' || p[1] == '!')) {
		head->denied = p[1] == '!';
		head->around = true;
		reader->p += 2;
	} else if (*p == '<' || (*p == 'P' && p[1] == '<')) {
		close = strchr(p, '>');
		reader->lost = reader->lost || !close;
		reader->p = close ? close + 1 : p;
	} else {
		while (*p && strchr("smUJ-", *p))
			p++;
		reader->lost = reader->lost || (*p != ':' && *p != ')') || p == reader->p;
		head->flags = *p == ')';
		reader->p = *p ? p + 1 : p;
	}
}

static void parenthesis(struct reader *reader, struct run *run)
{
	struct head head = { false, false, false };
	struct times times;
	struct want *inner;

	flush(run, false, false);
	reader->p++;
	if (*reader->p == '*')
		reader->lost = true;	/* verbs */
	if (*reader->p == '?') {
		reader->p++;
		read_head(reader, &head);
	}
	if (head.flags || reader->lost)
		return;
	reader->bound = reader->bound && !head.around;
	inner = group(reader);
	reader->lost = reader->lost || *reader->p != ')';
	if (reader->lost) {
		want_free(inner);
		return;
	}
	reader->p++;
	reader->bound = false;
	times = quantifier(reader);
	if (inner && !times.optional && !head.denied) {
		/* A group that repeats ends with another of its words than it began with. */
		const bool here = !times.repeated && !head.around;

		settle(inner, here && g_str_has_prefix(reader->p, "\\b"), here && (!*reader->p || *reader->p == '|' || *reader->p == ')'));
		g_ptr_array_add(run->parts, inner);
	} else {
		want_free(inner);
	}
}

/* Up to the next "|" or ")". */
static struct want *sequence(struct reader *reader)
{
	struct run run = { .letters = g_string_new(NULL), .parts = g_ptr_array_new_with_free_func(want_free) };

	while (*reader->p && *reader->p != '|' && *reader->p != ')' && !reader->lost) {
		const char *at = reader->p;

		if (*at == '(') {
			parenthesis(reader, &run);
		} else if (*at == '[') {
			class(reader, &run);
		} else if (*at == '\\') {
			escape(reader, &run);
		} else if (*at == '.' || *at == '^' || *at == '$') {
			reader->p++;
			any(reader, &run);
		} else if (strchr("?*+{", *at)) {
			reader->lost = true;
		} else {
			reader->p = g_utf8_next_char(at);
			letter(reader, &run, at, (gsize) (reader->p - at));
		}
	}
	flush(&run, false, true);
	g_string_free(run.letters, TRUE);
	return join(WANT_ALL, run.parts);
}

/* Alternatives: as soon as one needs nothing, nothing is needed. */
static struct want *group(struct reader *reader)
{
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(want_free);
	const bool bound = reader->bound;
	bool free_one = false;

	reader->lost = reader->lost || ++reader->depth > DEPTH_MOST;
	while (!reader->lost) {
		struct want *one;

		reader->bound = bound;
		one = sequence(reader);
		if (one)
			g_ptr_array_add(parts, one);
		else
			free_one = true;
		if (*reader->p != '|')
			break;
		reader->p++;
	}
	reader->depth--;
	return free_one || reader->lost ? NULL : join(WANT_ONE, g_steal_pointer(&parts));
}

struct want *want_read(const char *pattern)
{
	struct reader reader = { .p = pattern };
	struct want *want = group(&reader);

	if (!reader.lost && !*reader.p)
		return want;
	want_free(want);
	return NULL;
}
