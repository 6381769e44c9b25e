/* All carriers, and which of them a number may belong to. A random number passes a check of mod 10 one time in
 * ten: so recognition only proposes; the order's own carrier wins wherever one is known. */
#include "carrier_p.h"

#include "wismo/core/regex.h"

#include <string.h>

#define LONGEST_NUMBER 40
#define MOST_PARTS 9		/* "00 3404 3416 1094 0159 02" has six */
#define HINT_REACH_BYTES 80	/* "Die Sendungsnummer für Ihr Paket lautet: " */

struct carriers {
	GPtrArray *all;		/* struct carrier */
	struct regex *hint, *not_number;
};

struct carriers *carriers_new(void)
{
	struct carriers *carriers = g_new0(struct carriers, 1);

	carriers->all = g_ptr_array_new_with_free_func(carrier_free);
	/* Words that stand near a tracking number, in the languages that we read. */
	carriers->hint = regex_new("track|sendung|paket|parcel|package|shipment|waybill|consignment|colis|suivi|env[ií]o|seguimiento|"
		"paquete|gu[ií]a|spedizion|pacco|tracciat|zending|pakket|przesy[lł]k|paczk|f[oö]rs[aä]nd|kolli|encomenda|rastre|objeto|"
		"takip|kargo|追跡|伝票|送り状|お問い合わせ|\\b(?:dhl|ups|gls|dpd|hermes|fedex|usps|evri|yodel|inpost|correos|postnl)\\b",
		REGEX_CASELESS, NULL);
	/* Marketplaces' order numbers, e-mail addresses, links' hosts, and phones with a country's prefix. */
	carriers->not_number = regex_new("\\b[0-9]{3}-[0-9]{7}-[0-9]{7}\\b|\\b[0-9]{2}-[0-9]{5}-[0-9]{5}\\b|\\+[0-9][0-9 ()/-]{6,20}[0-9]|"
		"\\S+@\\S+|(?:IBAN\\W*)?\\b[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){3,7}(?: ?[0-9A-Z]{1,3})?(?=\\b.{0,20}\\bBIC\\b)", REGEX_CASELESS, NULL);
	g_assert(carriers->hint && carriers->not_number);
	return carriers;
}

void carriers_free(struct carriers *carriers)
{
	if (!carriers)
		return;
	g_ptr_array_unref(carriers->all);
	regex_free(carriers->hint);
	regex_free(carriers->not_number);
	g_free(carriers);
}

bool carriers_add(struct carriers *carriers, struct carrier *carrier)
{
	if (carriers_get(carriers, carrier->name))
		return false;
	g_ptr_array_add(carriers->all, carrier);
	return true;
}

const struct carrier *carriers_nth(const struct carriers *carriers, guint n)
{
	return n < carriers->all->len ? g_ptr_array_index(carriers->all, n) : NULL;
}

const struct carrier *carriers_get(const struct carriers *carriers, const char *name)
{
	for (guint i = 0; i < carriers->all->len; i++) {
		const struct carrier *carrier = g_ptr_array_index(carriers->all, i);

		if (strcmp(carrier->name, name) == 0)
			return carrier;
	}
	return NULL;
}

const struct carrier *carriers_named(const struct carriers *carriers, const char *said)
{
	g_autofree char *lower = g_utf8_strdown(said, -1);
	const struct carrier *best = NULL;
	gsize reach = 0;

	/* The longest name that stands in it wins: "DHL Express" before "DHL". */
	for (guint i = 0; i < carriers->all->len; i++) {
		const struct carrier *carrier = g_ptr_array_index(carriers->all, i);

		for (guint k = 0; k < carrier->also->len; k++) {
			const char *word = g_ptr_array_index(carrier->also, k);
			const char *hit = strstr(lower, word);
			const char *end = hit ? hit + strlen(word) : NULL;

			if (hit && (hit == lower || !g_ascii_isalnum(hit[-1])) && !g_ascii_isalnum(*end) && strlen(word) > reach) {
				best = carrier;
				reach = strlen(word);
			}
		}
	}
	return best;
}

char *carrier_normal(const char *number)
{
	GString *normal = g_string_new(NULL);

	for (const char *p = number; *p; p++)
		if (g_ascii_isalnum(*p))
			g_string_append_c(normal, g_ascii_toupper(*p));
	return g_string_free(normal, FALSE);
}

/* The best form of one carrier: a valid one before an invalid one, then the likeliest. */
static bool best_form(const struct carrier *carrier, const char *number, struct carrier_candidate *best)
{
	*best = (struct carrier_candidate) { .carrier = carrier };
	for (guint i = 0; i < carrier->forms->len; i++) {
		const struct carrier_form *form = g_ptr_array_index(carrier->forms, i);
		bool valid;

		if (!regex_matches(form->regex, number))
			continue;
		valid = !form->check || check_ok(form->check, number);
		if (!best->form || (valid && !best->valid) || (valid == best->valid && form->likely > best->form->likely)) {
			best->form = form;
			best->valid = valid;
		}
	}
	return best->form;
}

static int likelier(gconstpointer left, gconstpointer right)
{
	const struct carrier_candidate *a = left, *b = right;

	if (a->valid != b->valid)
		return a->valid ? -1 : 1;
	if (a->form->likely != b->form->likely)
		return b->form->likely - a->form->likely;
	return strcmp(a->carrier->name, b->carrier->name);
}

GArray *carriers_recognise(const struct carriers *carriers, const char *number)
{
	g_autofree char *normal = carrier_normal(number);
	GArray *found = g_array_new(FALSE, FALSE, sizeof(struct carrier_candidate));
	struct carrier_candidate candidate;

	if (strlen(normal) > LONGEST_NUMBER)
		return found;
	for (guint i = 0; i < carriers->all->len; i++)
		if (best_form(g_ptr_array_index(carriers->all, i), normal, &candidate))
			g_array_append_val(found, candidate);
	g_array_sort(found, likelier);
	return found;
}

/* A stretch of letters and digits in free text. */
struct part {
	gsize start, end;
	bool barred;		/* inside an order number, a phone, an address */
};

static GArray *parts_of(const struct carriers *carriers, const char *text)
{
	GArray *parts = g_array_new(FALSE, FALSE, sizeof(struct part));
	gsize length = strlen(text), from = 0;
	struct regex_hit hit;

	for (const char *p = text; *p;) {
		struct part part = { .start = (gsize) (p - text) };

		if (!g_ascii_isalnum(*p)) {
			p++;
			continue;
		}
		while (g_ascii_isalnum(*p))
			p++;
		part.end = (gsize) (p - text);
		g_array_append_val(parts, part);
	}
	while (from < length && regex_find(carriers->not_number, text, length, from, &hit, NULL) && hit.end[0] > from) {
		for (guint i = 0; i < parts->len; i++) {
			struct part *part = &g_array_index(parts, struct part, i);

			part->barred = part->barred || (part->start < hit.end[0] && part->end > hit.start[0]);
		}
		from = hit.end[0];
	}
	return parts;
}

/* One blank, one hyphen or " - " may stand inside a number; commas, dots and slashes make prices and dates. */
static bool joined_ok(const char *text, const struct part *left, const struct part *right)
{
	const char *between = text + left->end;
	gsize length = right->start - left->end;

	return (length == 1 && (*between == ' ' || *between == '-')) || (length == 2 && memcmp(between, "\xc2\xa0", 2) == 0)
		|| (length == 3 && memcmp(between, " - ", 3) == 0);
}

/* Words like "track" shortly before the number. */
static bool hinted_ok(const struct carriers *carriers, const char *text, gsize start)
{
	gsize from = start > HINT_REACH_BYTES ? start - HINT_REACH_BYTES : 0;
	struct regex_hit hit;

	while (from < start && (text[from] & 0xc0) == 0x80)
		from++;
	return regex_find(carriers->hint, text, start, from, &hit, NULL);
}

/* Puts the names of valid carriers into a found number; NULL when none may be taken from free text. */
static struct found_number *judge(const struct carriers *carriers, const char *number, bool hinted, bool split)
{
	g_autoptr(GArray) candidates = carriers_recognise(carriers, number);
	struct found_number *found = NULL;

	for (guint i = 0; i < candidates->len; i++) {
		const struct carrier_candidate *one = &g_array_index(candidates, struct carrier_candidate, i);

		/* Words run together must not become a number without a check digit. */
		if (!one->valid || (!hinted && one->form->needs_hint) || (split && !one->form->check))
			continue;
		if (!found) {
			found = g_new0(struct found_number, 1);
			found->number = g_strdup(number);
			found->carriers = g_ptr_array_new_with_free_func(g_free);
		}
		g_ptr_array_add(found->carriers, g_strdup(one->carrier->name));
	}
	return found;
}

static bool known(const GPtrArray *found, const char *number)
{
	for (guint i = 0; i < found->len; i++)
		if (strcmp(((struct found_number *) g_ptr_array_index(found, i))->number, number) == 0)
			return true;
	return false;
}

/* The longest number that begins at part `first`; gives the part after it, or first + 1. */
static guint take(const struct carriers *carriers, const char *text, GArray *parts, guint first, GPtrArray *found)
{
	guint ends[MOST_PARTS], count = 0;
	struct part *begin = &g_array_index(parts, struct part, first);
	bool hinted = hinted_ok(carriers, text, begin->start);

	for (guint i = first; i < parts->len && count < MOST_PARTS; i++) {
		struct part *part = &g_array_index(parts, struct part, i);

		if (part->barred || part->end - begin->start > 2 * LONGEST_NUMBER
		    || (i > first && !joined_ok(text, part - 1, part)))
			break;
		ends[count++] = i;
	}
	while (count > 0) {
		guint last = ends[--count];
		g_autofree char *piece = g_strndup(text + begin->start, g_array_index(parts, struct part, last).end - begin->start);
		g_autofree char *number = carrier_normal(piece);
		struct found_number *one = NULL;

		if (strlen(number) >= 8 && strlen(number) <= LONGEST_NUMBER && strcspn(number, "0123456789") < strlen(number))
			one = judge(carriers, number, hinted, last > first);
		if (!one)
			continue;
		if (known(found, number))
			found_number_free(one);
		else
			g_ptr_array_add(found, one);
		return last + 1;
	}
	return first + 1;
}

void carriers_find(const struct carriers *carriers, const char *text, GPtrArray *found)
{
	g_autoptr(GArray) parts = parts_of(carriers, text);

	for (guint i = 0; i < parts->len;)
		i = take(carriers, text, parts, i, found);
}

char *carrier_page(const struct carrier *carrier, const char *number)
{
	g_autofree char *escaped = g_uri_escape_string(number, NULL, FALSE);
	g_auto(GStrv) parts = NULL;

	if (!carrier->page)
		return NULL;
	parts = g_strsplit(carrier->page, "{number}", -1);
	return g_strjoinv(escaped, parts);
}
