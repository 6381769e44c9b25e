/* Tracking numbers in what people write. Order numbers, phones, accounts, articles, dates and prices look alike, so a
 * bare number is one only where a word says so: forms that many numbers have (needs_hint) want a word like "parcel"
 * near, shapes that phones and articles have want one directly before, and a word like "customer number" directly
 * before takes all of them away. Forms with letters and a right check digit need no word. */
#include "carrier_p.h"

#include "wismo/core/regex.h"

#include <string.h>

#define SHORTEST_NUMBER 8
#define MOST_PARTS 12		/* "0081 827 0998 0000 0200 45 327 276 N" has nine */
#define HINT_REACH_BYTES 80	/* "Die Sendungsnummer für Ihr Paket lautet: " */
#define LONGEST_IBAN 34
#define DOTTED_DIGITS 14	/* fewer between dots are a date, a price or an address */

struct find_words {
	struct regex *near, *direct, *other, *order, *phone;
};

#define PARCEL_WORDS "track\\w*|sendung\\w*|paket\\w*|päckchen\\w*|parcel\\w*|package\\w*|shipment\\w*|waybill|consignment\\w*|awb|colis|suivi|" \
	"env[ií]os?|seguimiento|paquetes?|gu[ií]a|spedizion\\w*|pacc[oh]\\w*|tracciat\\w*|zending\\w*|pakket\\w*|przesy[lł]\\w*|" \
	"paczk\\w*|f[oö]rs[aä]nd\\w*|kolli\\w*|encomendas?|rastre\\w*|objeto|takip|kargo\\w*|追跡\\w*|伝票\\w*|送り状\\w*|お?問い?合わ?せ\\w*|荷物|" \
	"dhl|ups|gls|dpd|hermes|fedex|usps|evri|yodel|inpost|correos|postnl|tnt|colissimo|chronopost|seur|brt|bartolini"
#define OTHER_WORDS "order|bestell\\w*|auftrag\\w*|commandes?|ordine|ordini|pedidos?|zam[oó]wien\\w*|sipari[sş]\\w*|注文\\w*|" \
	"kunden\\w*|customer|clients?|clientes?|klant\\w*|klient\\w*|kundn\\w*|m[uü][sş]teri\\w*|お客様\\w*|" \
	"rechnung\\w*|invoice|facture|fattura|factura|fatura|factuur\\w*|faktur\\w*|請求\\w*|" \
	"tel|tél|telefon\\w*|telephone|téléphone|tel[eé]fono|fon|phone|mobil\\w*|mobile|handy\\w*|anrufen|call|cell\\w*|fax|whatsapp|" \
	"m[oó]vil|portable|cellulare|kom[oó]rk\\w*|gsm|電話\\w*|携帯\\w*|" \
	"iban|bic|konto\\w*|account|swift|paypal|transaction|transaktion\\w*|zahlung\\w*|verwendungszweck|kreditkarte\\w*|card|" \
	"ean|gtin|isbn|asin|sku|art|artikel\\w*|item|article|articolo|art[ií]culo|artigo|produ[ck]t\\w*|model\\w*|serien\\w*|serial|imei|" \
	"ust\\w*|vat|tva|iva|nip|siret|steuer\\w*|tax|ticket|case|vorgang\\w*|claim|plz|postleitzahl|zip|postcode|datum|date"

struct find_words *find_words_new(void)
{
	struct find_words *words = g_new0(struct find_words, 1);

	words->near = regex_new("(?<![\\p{Latin}\\d])(?:" PARCEL_WORDS ")(?![\\p{Latin}\\d])", REGEX_CASELESS, NULL);
	/* A sentence that ends between the word and the number parts them; "Nr." does not end one. */
	words->direct = regex_new("(?<![\\p{Latin}\\d])(?:" PARCEL_WORDS ")(?![\\p{Latin}\\d])(?:[^\\d\\n.?!]|(?<=nr|no|id|num)\\.){0,24}\\z",
		REGEX_CASELESS, NULL);
	words->other = regex_new("(?<![\\p{Latin}\\d])(?:" OTHER_WORDS ")(?![\\p{Latin}\\d])[^\\d\\n]{0,24}\\z", REGEX_CASELESS, NULL);
	words->order = regex_new("(?<!\\d)\\d{3}[ -]\\d{7}[ -]\\d{7}(?!\\d)|(?<!\\d)\\d{2}[ -]\\d{5}[ -]\\d{5}(?![ -]?\\d)|\\S+@\\S+|"
		"(?<!\\d)(?:19|20)\\d\\d-\\d\\d-\\d\\d(?!\\d)|(?<!\\d)\\d{1,2}[-.]\\d{1,2}[-.](?:19|20)\\d\\d(?!\\d)|"
		"(?<!\\d)\\d{1,2}:\\d\\d(?!\\d)|\\d[.,]\\d\\d ?(?:€|EUR|USD|GBP|PLN|zł|\\$|£)", REGEX_CASELESS, NULL);
	/* An international prefix, or a national shape: pairs (fr), 3-3-3 and 3-3-4 (es, pl, us), an area code parted by
	 * slash, hyphen or brackets, two groups from 0 on, German mobiles run together. */
	words->phone = regex_new("\\+\\d[\\d ()./-]{6,20}\\d|(?<![\\d-])00[1-9](?=(?:[ /.-]?\\d){7,13}(?![ -]?\\d))\\d{0,2}[ /.-][\\d /.-]+|"
		"(?<!\\d)(?<!\\d[ -])(?:0[1-9](?:[ .-]\\d\\d){4}|\\(?[2-9]\\d\\d\\)?[ .-]\\d{3}[ .-]?\\d{3,4}|3\\d\\d \\d{6,7}|"
		"\\(0\\d{1,4}\\) ?[\\d -]{5,}\\d|0\\d{1,5} ?[/-] ?\\d{3,}(?:[ -]\\d+)*|0[1-9]\\d{1,4} \\d{5,9}|01[5-7]\\d{8,9})(?![ -]?\\d)",
		0, NULL);
	g_assert(words->near && words->direct && words->other && words->order && words->phone);
	return words;
}

void find_words_free(struct find_words *words)
{
	regex_free(words->near);
	regex_free(words->direct);
	regex_free(words->other);
	regex_free(words->order);
	regex_free(words->phone);
	g_free(words);
}

/* Wide signs as ASCII, every dash as '-', every blank as ' ', invisible signs gone. */
static char *plain(const char *text)
{
	GString *out = g_string_sized_new(strlen(text));

	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c >= FULL_WIDTH_FIRST && c <= FULL_WIDTH_LAST)
			c -= FULL_WIDTH_FIRST - '!';
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

/* A stretch of letters and digits. */
struct part {
	gsize start, end;
	bool barred;		/* of an order number, a date, an account, an address */
	bool phone;		/* of a shape that phones have */
};

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
		g_array_append_val(parts, part);
	}
	return parts;
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

/* One blank, one hyphen or " - " may stand inside a number; commas, dots and slashes make prices and dates. */
static bool joined_ok(const char *text, const struct part *left, const struct part *right)
{
	const char *between = text + left->end;
	gsize length = right->start - left->end;

	return (length == 1 && (*between == ' ' || *between == '-')) || (length == 3 && memcmp(between, " - ", 3) == 0);
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

static void mark_ibans(const char *text, GArray *parts)
{
	for (guint i = 0; i < parts->len; i++) {
		g_autoptr(GString) so_far = g_string_new(NULL);

		if (!g_ascii_isalpha(text[g_array_index(parts, struct part, i).start]))
			continue;
		for (guint k = i; k < parts->len && so_far->len <= LONGEST_IBAN; k++) {
			struct part *part = &g_array_index(parts, struct part, k);
			g_autofree char *piece = g_strndup(text + part->start, part->end - part->start);
			g_autofree char *normal = carrier_normal(piece);

			if (k > i && !joined_ok(text, part - 1, part))
				break;
			g_string_append(so_far, normal);
			for (guint n = i; n <= k && iban_ok(so_far->str); n++)
				g_array_index(parts, struct part, n).barred = true;
		}
	}
}

/* What stands before a number. */
struct setting {
	bool near, direct, other;
	const struct carrier *named;
};

static struct setting setting_of(const struct carriers *carriers, const char *text, gsize start)
{
	const struct find_words *words = carriers->words;
	gsize from = start > HINT_REACH_BYTES ? start - HINT_REACH_BYTES : 0, said = 0, at;
	struct setting setting = { 0 };
	g_autofree char *before = NULL;
	struct regex_hit hit;

	while (from < start && (text[from] & 0xc0) == 0x80)
		from++;
	before = g_strndup(text + from, start - from);
	for (at = from; at < start && regex_find(words->near, text, start, at, &hit, NULL); at = hit.end[0]) {
		setting.near = true;
		said = hit.end[0];
	}
	setting.direct = setting.near && regex_find(words->direct, text, start, from, &hit, NULL);
	/* "Order tracking number": the word nearer to the number counts. */
	setting.other = regex_find(words->other, text, start, from, &hit, NULL) && hit.end[0] > said
		&& (!setting.direct || hit.start[0] > said);
	setting.near = setting.near && !setting.other;
	setting.direct = setting.direct && !setting.other;
	setting.named = carriers_named(carriers, before);
	return setting;
}

/* May this one be taken here? */
static bool taken_ok(const struct carrier_candidate *one, const struct setting *setting, bool split)
{
	if (!one->valid || (one->form->needs_hint && !setting->near))
		return false;
	/* Words run together must not become a number without a check digit. */
	return one->proven || !(setting->other || split);
}

/* Puts the names of valid carriers into a found number; NULL when none may be taken from free text. */
static struct found_number *judge(const struct carriers *carriers, const char *number, const struct setting *setting, bool split)
{
	g_autoptr(GArray) candidates = carriers_recognise(carriers, number);
	struct found_number *found = NULL;

	for (guint i = 0; i < candidates->len; i++) {
		const struct carrier_candidate *one = &g_array_index(candidates, struct carrier_candidate, i);

		if (!taken_ok(one, setting, split))
			continue;
		if (!found) {
			found = g_new0(struct found_number, 1);
			found->number = g_strdup(number);
			found->carriers = g_ptr_array_new_with_free_func(g_free);
		}
		/* The one that the text names comes first. */
		g_ptr_array_insert(found->carriers, one->carrier == setting->named ? 0 : -1, g_strdup(one->carrier->name));
	}
	return found;
}

/* An article's number: 13 digits and the check digit that EANs have. */
static bool article_ok(const char *number)
{
	static const struct check_rule *gs1;

	if (!gs1)
		gs1 = check_find("gs1");
	return strlen(number) == 13 && strspn(number, "0123456789") == 13 && check_ok(gs1, number);
}

static bool number_ok(const char *number)
{
	gsize length = strlen(number);

	/* One digit over and over is somebody's example. */
	return length >= SHORTEST_NUMBER && length <= LONGEST_NUMBER && strcspn(number, "0123456789") < length
		&& strspn(number, (const char[]) { *number, '\0' }) < length;
}

static bool known(const GPtrArray *found, const char *number)
{
	for (guint i = 0; i < found->len; i++)
		if (strcmp(((struct found_number *) g_ptr_array_index(found, i))->number, number) == 0)
			return true;
	return false;
}

/* How many parts from `first` on may make one number. */
static guint reach(const char *text, const GArray *parts, guint first)
{
	guint count = 0;

	for (guint i = first; i < parts->len && count < MOST_PARTS; i++, count++) {
		struct part *part = &g_array_index(parts, struct part, i);

		if (part->barred || part->end - g_array_index(parts, struct part, first).start > 2 * LONGEST_NUMBER
		    || (i > first && !joined_ok(text, part - 1, part)))
			break;
	}
	return count;
}

/* The longest number that begins at part `first`; gives the part after it, or first + 1. */
static guint take(const struct carriers *carriers, const char *text, GArray *parts, guint first, GPtrArray *found)
{
	const struct part *begin = &g_array_index(parts, struct part, first);
	guint count = reach(text, parts, first);
	struct setting setting = { 0 };
	bool set = false;

	for (; count > 0; count--) {
		g_autofree char *piece = g_strndup(text + begin->start, begin[count - 1].end - begin->start);
		g_autofree char *number = carrier_normal(piece);
		struct found_number *one = NULL;

		if (!number_ok(number))
			continue;
		if (!set)
			setting = setting_of(carriers, text, begin->start);
		set = true;
		if (setting.direct || !(begin->phone || article_ok(number)))
			one = judge(carriers, number, &setting, count > 1);
		if (!one)
			continue;
		if (known(found, number))
			found_number_free(one);
		else
			g_ptr_array_add(found, one);
		return first + count;
	}
	return first + 1;
}

void carriers_find(const struct carriers *carriers, const char *text, GPtrArray *found)
{
	g_autofree char *clean = plain(text);
	g_autoptr(GArray) parts = split_text(clean);

	mark(carriers->words->order, clean, parts, false);
	mark(carriers->words->phone, clean, parts, true);
	mark_ibans(clean, parts);
	for (guint i = 0; i < parts->len;)
		i = take(carriers, clean, parts, i, found);
}
