/* What looks like a tracking number by its shape and is something else. */
#include "carrier_p.h"

#include "wismo/core/regex.h"

#include <string.h>

#define LONGEST_IBAN 34

/* Phones, one shape a line; the last group must not go on in digits. */
static const char phones[] =
	"\\+\\d[\\d ()./-]{6,20}\\d"								/* +49 171 2345678 */
	"|(?<![\\d-])00[1-9](?=(?:[ /.-]?\\d){7,13}(?![ -]?\\d))\\d{0,2}[ /.-][\\d /.-]+"	/* 0049 171 2345678 */
	"|(?<!\\d)(?<!\\d[ -])(?:"
	"0[1-9](?=(?:[ .-]?\\d){7,9}(?![ .-]?\\d))\\d{0,3}(?:[ .-]\\d{2,4}){2,4}"	/* 06 12 34 56 78, 0555 000 11 22 */
	"|\\(?[2-9]\\d\\d\\)?[ .-]\\d{3}[ .-]?\\d{3,4}"				/* (555) 123-4567, 612 345 678 */
	"|3\\d\\d \\d{6,7}"								/* 333 1234567 */
	"|\\(0\\d{1,4}\\) ?[\\d -]{5,}\\d"						/* (030) 1234567 */
	"|0\\d{1,5} ?[/-] ?\\d{3,}(?:[ -]\\d+)*"					/* 030/1234567, 090-1234-5678 */
	"|0[1-9]\\d{1,4} \\d{5,9}"							/* 0171 2345678 */
	"|01[5-7]\\d{8,9}|0[5-7]\\d{8,9}|0[789]0\\d{8}"					/* mobiles: de; fr, nl, se, tr, uk; jp */
	")(?![ -]?\\d)";

struct carrier_shapes {
	struct regex *barred, *phone, *address;
};

struct carrier_shapes *carrier_shapes_new(void)
{
	struct carrier_shapes *shapes = g_new0(struct carrier_shapes, 1);

	/* Orders of Amazon (3-7-7) and eBay (2-5-5), dates, times, prices. All begin with a digit: PCRE2 leaps from one to the next. */
	shapes->barred = regex_new("(?<!\\d)\\d{3}[ -]\\d{7}[ -]\\d{7}(?!\\d)|(?<!\\d)\\d{2}[ -]\\d{5}[ -]\\d{5}(?![ -]?\\d)|"
		"(?<!\\d)(?:19|20)\\d\\d-\\d\\d-\\d\\d(?!\\d)|(?<!\\d)\\d{1,2}[-.]\\d{1,2}[-.](?:19|20)\\d\\d(?!\\d)|"
		"(?<!\\d)\\d{1,2}:\\d\\d(?!\\d)|\\d[.,]\\d\\d ?(?:€|EUR|USD|GBP|PLN|zł|\\$|£)", REGEX_CASELESS | REGEX_ASCII, NULL);
	shapes->phone = regex_new(phones, REGEX_ASCII, NULL);
	/* From the begin of a word on only: a line of 3,000 signs is looked at once, not 64 times. */
	shapes->address = regex_new("(?<![^\\s@])[^\\s@]{1,320}+@\\S+", REGEX_ASCII, NULL);
	g_assert(shapes->barred && shapes->phone && shapes->address);
	return shapes;
}

void carrier_shapes_free(struct carrier_shapes *shapes)
{
	regex_free(shapes->barred);
	regex_free(shapes->phone);
	regex_free(shapes->address);
	g_free(shapes);
}

static void mark(const struct regex *regex, const char *text, GArray *parts, bool phone)
{
	gsize length = strlen(text), from = 0;
	struct regex_hit hit;
	guint first = 0;

	while (from < length && regex_find(regex, text, length, from, &hit, NULL) && hit.end[0] > from) {
		while (first < parts->len && g_array_index(parts, struct part, first).end <= hit.start[0])
			first++;
		for (guint i = first; i < parts->len && g_array_index(parts, struct part, i).start < hit.end[0]; i++) {
			struct part *part = &g_array_index(parts, struct part, i);

			part->barred = part->barred || !phone;
			part->phone = part->phone || phone;
		}
		from = hit.end[0];
	}
}

/* ISO 13616: the first four signs go to the end, letters count 10 to 35, the rest by 97 is 1. */
static bool iban_ok(const char *iban)
{
	gsize length = strlen(iban);
	unsigned rest = 0;

	if (length < 15 || length > LONGEST_IBAN || !g_ascii_isalpha(iban[0]) || !g_ascii_isalpha(iban[1]) || !g_ascii_isdigit(iban[2])
	    || !g_ascii_isdigit(iban[3]))
		return false;
	for (gsize i = 0; i < length; i++) {
		char c = iban[(i + 4) % length];

		rest = g_ascii_isdigit(c) ? rest * 10 + (unsigned) (c - '0') : rest * 100 + (unsigned) (c - 'A' + 10);
		rest %= 97;
	}
	return rest == 1;
}

/* Two letters and two digits, apart by at most what may stand between parts: saves building a text for every word. */
static bool iban_begins(const char *text, gsize start)
{
	int seen = 0;

	for (const char *p = text + start; *p && seen < 4; p++) {
		if (*p == ' ' || *p == '-')
			continue;
		if (seen < 2 ? !g_ascii_isalpha(*p) : !g_ascii_isdigit(*p))
			return false;
		seen++;
	}
	return seen == 4;
}

static void mark_ibans(const char *text, GArray *parts)
{
	for (guint i = 0; i < parts->len; i++) {
		if (!iban_begins(text, g_array_index(parts, struct part, i).start))
			continue;
		g_autoptr(GString) so_far = g_string_new(NULL);
		for (guint k = i; k < parts->len && so_far->len <= LONGEST_IBAN; k++) {
			struct part *part = &g_array_index(parts, struct part, k);
			g_autofree char *piece = g_strndup(text + part->start, part->end - part->start);
			g_autofree char *normal = carrier_normal(piece);

			if (k > i && !carrier_find_joined_ok(text, part - 1, part))
				break;
			g_string_append(so_far, normal);
			for (guint n = i; n <= k && iban_ok(so_far->str); n++)
				g_array_index(parts, struct part, n).barred = true;
		}
	}
}

void carrier_shapes_mark(const struct carrier_shapes *shapes, const char *text, GArray *parts)
{
	mark(shapes->barred, text, parts, false);
	if (strchr(text, '@'))
		mark(shapes->address, text, parts, false);
	mark(shapes->phone, text, parts, true);
	mark_ibans(text, parts);
}

bool carrier_shapes_article_ok(const char *number)
{
	static const struct check_rule *gs1;

	if (!gs1)
		gs1 = check_find("gs1");
	return strlen(number) == 13 && strspn(number, "0123456789") == 13 && check_ok(gs1, number);
}
