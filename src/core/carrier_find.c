/* Tracking numbers in what people write. Order numbers, phones, accounts, articles, dates and prices look alike, so a
 * bare number is one only where a word says so (carrier_words.c): forms that many numbers have (needs_hint) want a parcel
 * word near or their carrier's name before them; short ones and shapes that phones and articles have want a parcel word
 * directly before; and where the nearest word is "customer number" or the like, only a right check digit in a form of its
 * own counts. */
#include "carrier_p.h"

#include <string.h>

#define SHORTEST_NUMBER 8
#define SHORT_NUMBER 10		/* of fewer signs: words, sizes and dates are as long */
#define NAME_BYTES 40		/* from a name to its number, at most */
#define MOST_PARTS 12		/* "0081 827 0998 0000 0200 45 327 276 N" has nine */
#define LONGEST_WORD 4		/* "JVGL 0123": longer letters begin no number that is parted */
#define LIKELY_OWN 7		/* from here on a form is its carrier's own */
#define MOST_FOUND 50		/* more in one text is a list, and goes to a person anyway */
#define MOST_LOOKED_AT 20000	/* a third of a second at worst */
#define DOTTED_DIGITS 14	/* fewer between dots are a date, a price or an address */

/* Wide signs as ASCII, every dash as '-', every blank as ' ', invisible signs gone. */
static char *plain(const char *text)
{
	GString *out = g_string_sized_new(strlen(text));

	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		const char *other = p;
		gunichar c;

		while (*other && (guchar) *other < 0x80)
			other++;
		g_string_append_len(out, p, other - p);
		p = other;
		if (!*p)
			break;
		c = carrier_ascii(g_utf8_get_char(p));
		if (c == 0xad || (c >= 0x200b && c <= 0x200f) || c == 0x2060 || c == 0xfeff)
			continue;
		if (c >= 0x80 && (g_unichar_type(c) == G_UNICODE_DASH_PUNCTUATION || c == 0x2212))
			c = '-';
		else if (c >= 0x80 && g_unichar_type(c) == G_UNICODE_SPACE_SEPARATOR)
			c = ' ';
		g_string_append_unichar(out, c);
	}
	return g_string_free(out, FALSE);
}

/* "99.60.132730.02019507": the end of a run of digits between dots, or `end` when it is too short for a number. */
static const char *dotted_end(const char *begin, const char *end)
{
	const char *p = end;
	gsize digits = 0;

	while (*p == '.' && g_ascii_isdigit(p[1]))
		for (p++; g_ascii_isdigit(*p); p++)
			;
	for (const char *q = begin; q < p; q++)
		digits += g_ascii_isdigit(*q);
	return digits >= DOTTED_DIGITS ? p : end;
}

static bool no_digit(const char *begin, const char *end)
{
	while (begin < end && !g_ascii_isdigit(*begin))
		begin++;
	return begin == end;
}

static GArray *split_text(const char *text)
{
	GArray *parts = g_array_new(FALSE, FALSE, sizeof(struct part));

	for (const char *p = text; *p;) {
		struct part part = { .start = (gsize) (p - text) };
		const char *begin = p;

		if (!g_ascii_isalnum(*p)) {
			p++;
			continue;
		}
		while (g_ascii_isalnum(*p))
			p++;
		p = dotted_end(begin, p);
		part.end = (gsize) (p - text);
		part.word = part.end - part.start > LONGEST_WORD && no_digit(begin, p);
		g_array_append_val(parts, part);
	}
	return parts;
}

static bool number_ok(const char *number)
{
	gsize length = strlen(number);

	/* One digit over and over is somebody's example. */
	return length >= SHORTEST_NUMBER && length <= LONGEST_NUMBER && strcspn(number, "0123456789") < length
		&& strspn(number, (const char[]) { *number, '\0' }) < length;
}

/* May this one be taken from here? `doubtful`: split over parts, short, or of a shape that other things have; `said`: its
 * carrier's name stands before it. */
static bool taken_ok(const struct carrier_candidate *one, const struct setting *setting, bool split, bool doubtful, bool said)
{
	if (!one->valid || (one->form->needs_hint && !setting->near && (!said || setting->other)) || (doubtful && !setting->direct))
		return false;
	/* Words run together must not become a number without a check digit. */
	return one->proven || !(setting->other || split);
}

/* One blank, one hyphen or " - " may stand inside a number; commas, dots and slashes make prices and dates. */
bool carrier_find_joined_ok(const char *text, const struct part *left, const struct part *right)
{
	const char *between = text + left->end;
	gsize length = right->start - left->end;

	return (length == 1 && (*between == ' ' || *between == '-')) || (length == 3 && memcmp(between, " - ", 3) == 0);
}

/* One look through a text. */
struct search {
	const struct carriers *carriers;
	const char *text;
	GArray *parts;
	GPtrArray *found;
	guint looked;		/* numbers compared with all forms */
};

/* Has a form that few other numbers have, and the check digit is wrong. */
static bool looks_mistyped(const GArray *candidates)
{
	for (guint i = 0; i < candidates->len; i++) {
		const struct carrier_candidate *one = &g_array_index(candidates, struct carrier_candidate, i);

		if (!one->valid && one->form->likely >= LIKELY_OWN)
			return true;
	}
	return false;
}

/* The carrier whose name stands before the number on its line, with no other number between; NULL: none. */
static const struct carrier *named_before(const struct search *search, gsize start)
{
	const char *end = search->text + start, *begin = end;
	g_autofree char *before = NULL;

	while (begin > search->text && end - begin < NAME_BYTES && begin[-1] != '\n' && !g_ascii_isdigit(begin[-1]))
		begin--;
	while (((guchar) *begin & 0xc0) == 0x80)
		begin++;
	before = g_strndup(begin, end - begin);
	return carriers_named(search->carriers, before);
}

/* Names the carriers of a number that may be taken; NULL: of none. */
static struct found_number *judge(const struct search *search, const char *number, const GArray *candidates, gsize start, gsize end,
				  bool split, bool phone)
{
	struct found_number *found = NULL;
	struct setting setting = { 0 };
	const struct carrier *named, *said;
	bool mistyped = looks_mistyped(candidates);

	carrier_words_around(search->carriers->words, search->text, start, end, &setting);
	named = carriers_named(search->carriers, setting.around);
	said = named_before(search, start);
	for (guint i = 0; i < candidates->len; i++) {
		const struct carrier_candidate *one = &g_array_index(candidates, struct carrier_candidate, i);
		bool doubtful = phone || carrier_shapes_article_ok(number) || (!one->proven && strlen(number) < SHORT_NUMBER);

		/* Guesses only where nothing better fits, and where it is no other carrier's number mistyped. */
		if (!taken_ok(one, &setting, split, doubtful, one->carrier == said)
		    || (one->guess && one->carrier != named && (found || mistyped)))
			continue;
		if (!found) {
			found = g_new0(struct found_number, 1);
			found->number = g_strdup(number);
			found->carriers = g_ptr_array_new_with_free_func(g_free);
		}
		/* The one that the text names comes first. */
		g_ptr_array_insert(found->carriers, one->carrier == named ? 0 : -1, g_strdup(one->carrier->name));
	}
	g_free(setting.around);
	return found;
}

static bool known(const GPtrArray *found, const char *number)
{
	for (guint i = 0; i < found->len; i++)
		if (strcmp(((struct found_number *) g_ptr_array_index(found, i))->number, number) == 0)
			return true;
	return false;
}

/* Do `count` parts from `first` on make a number that may be taken? Then it is put among those found. */
static bool number_here(struct search *search, guint first, guint count)
{
	const struct part *begin = &g_array_index(search->parts, struct part, first);
	gsize start = begin->start, end = begin[count - 1].end;
	g_autofree char *number = NULL;
	g_autoptr(GArray) candidates = NULL;
	struct found_number *one;

	/* Most of what is asked about is words. */
	if (end - start < SHORTEST_NUMBER || no_digit(search->text + start, search->text + end))
		return false;
	g_autofree char *piece = g_strndup(search->text + start, end - start);
	number = carrier_normal(piece);
	if (!number_ok(number))
		return false;
	search->looked++;
	candidates = carriers_recognise(search->carriers, number);
	if (!candidates->len || !g_array_index(candidates, struct carrier_candidate, 0).valid)
		return false;
	one = judge(search, number, candidates, start, end, count > 1, begin->phone);
	if (!one)
		return false;
	if (known(search->found, number))
		found_number_free(one);
	else
		g_ptr_array_add(search->found, one);
	return true;
}

/* How many parts from `first` on may make one number. */
static guint reach(const struct search *search, guint first)
{
	const struct part *begin = &g_array_index(search->parts, struct part, first);
	guint count = 0;

	for (guint i = first; i < search->parts->len && count < MOST_PARTS; i++, count++) {
		const struct part *part = &g_array_index(search->parts, struct part, i);

		if (part->barred || part->word || part->end - begin->start > 2 * LONGEST_NUMBER
		    || (i > first && !carrier_find_joined_ok(search->text, part - 1, part)))
			break;
	}
	return count;
}

void carriers_find(const struct carriers *carriers, const char *text, GPtrArray *found)
{
	g_autofree char *clean = plain(text);

	if (no_digit(clean, clean + strlen(clean)))
		return;
	g_autoptr(GArray) parts = split_text(clean);
	struct search search = { carriers, clean, parts, found, 0 };
	guint count;

	carrier_shapes_mark(carriers->shapes, clean, parts);
	for (guint i = 0; i < parts->len && search.looked < MOST_LOOKED_AT && found->len < MOST_FOUND; i += MAX(count, 1))
		/* The longest number that begins here. */
		for (count = reach(&search, i); count > 0 && !number_here(&search, i, count); count--)
			;
}
