/* Order numbers by the channel's forms; amounts and terms of notices. */
#include "wismo/core/numbers.h"

#include <string.h>

#define NUMBERS 50		/* more in one text is a list or an attack, and goes to a person anyway */

struct place {
	gsize at;
	char *number;
};

static void place_clear(gpointer pointer)
{
	g_free(((struct place *) pointer)->number);
}

static int by_place(gconstpointer a, gconstpointer b)
{
	gsize left = ((const struct place *) a)->at, right = ((const struct place *) b)->at;

	return left < right ? -1 : left > right;
}

/* Digits of any script as ASCII ones, capitals, dashes as '-'. */
static char *tidy(const char *text)
{
	GString *out = g_string_new(NULL);

	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (g_unichar_isdigit(c))
			g_string_append_c(out, (char) ('0' + g_unichar_digit_value(c)));
		else if (g_unichar_type(c) == G_UNICODE_DASH_PUNCTUATION || c == 0x2212)
			g_string_append_c(out, '-');
		else
			g_string_append_unichar(out, g_unichar_toupper(c));
	}
	return g_string_free(out, FALSE);
}

static char *normal_form(const struct channel_order *form, const char *text, const struct regex_hit *hit)
{
	g_autofree char *first = regex_group(text, hit, hit->start[1] != G_MAXSIZE ? 1 : 0);
	g_autoptr(GString) out = NULL;

	if (!form->joined)
		return tidy(first);
	out = g_string_new(NULL);
	for (const char *p = form->joined; *p; p++) {
		if (p[0] == '$' && g_ascii_isdigit(p[1])) {
			g_autofree char *group = regex_group(text, hit, (guint) (p[1] - '0'));

			g_string_append(out, group ? group : "");
			p++;
		} else {
			g_string_append_c(out, *p);
		}
	}
	return tidy(out->str);
}

/* "#1203" and "1203" are one order; the first form stays. */
static bool has(const GPtrArray *list, const char *number)
{
	number += *number == '#';
	for (guint i = 0; i < list->len; i++) {
		const char *one = g_ptr_array_index(list, i);

		if (strcmp(one + (*one == '#'), number) == 0)
			return true;
	}
	return false;
}

void numbers_orders(const struct channel *channel, const char *text, GPtrArray *found)
{
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(struct place));
	gsize length = text ? strlen(text) : 0;

	g_array_set_clear_func(places, place_clear);
	for (guint i = 0; channel && text && i < channel->orders->len; i++) {
		const struct channel_order *form = g_ptr_array_index(channel->orders, i);
		struct regex_hit hit;
		gsize from = 0;

		while (places->len < NUMBERS && from <= length && regex_find(form->pattern, text, length, from, &hit, NULL)) {
			struct place place = { hit.start[1] != G_MAXSIZE ? hit.start[1] : hit.start[0], normal_form(form, text, &hit) };

			g_array_append_val(places, place);
			from = hit.end[0] > from ? hit.end[0] : from + 1;
			while (from < length && (text[from] & 0xc0) == 0x80)
				from++;
		}
	}
	g_array_sort(places, by_place);
	for (guint i = 0; i < places->len; i++) {
		const struct place *place = &g_array_index(places, struct place, i);

		if (!has(found, place->number))
			g_ptr_array_add(found, g_strdup(place->number));
	}
}

/* "1.249,00", "1,249.00", "39.9", "64": the last mark with one or two digits behind it parts the cents. */
static gint64 cents(const char *text)
{
	gsize length = strlen(text);
	gsize point = length;
	gint64 whole = 0, part = 0;
	int digits = 0;

	for (gsize i = 0; i < length; i++)
		if ((text[i] == ',' || text[i] == '.') && length - i - 1 <= 2 && length - i - 1 >= 1)
			point = i;
	for (gsize i = 0; i < point; i++)
		if (g_ascii_isdigit(text[i]) && whole < G_GINT64_CONSTANT(100000000000))
			whole = whole * 10 + (text[i] - '0');
	for (gsize i = point + 1; i < length; i++, digits++)
		part = part * 10 + (text[i] - '0');
	return whole * 100 + (digits == 1 ? part * 10 : part);
}

#define NUMBER "(\\d{1,3}(?:[.,' \\x{a0}]\\d{3})+(?:[.,]\\d{1,2})?|\\d{1,9}(?:[.,]\\d{1,2})?)(?![\\d])"
#define MONEY "(?:€|EUR|\\$|USD|£|GBP|zł|PLN|kr|SEK|₺|TL|TRY|R\\$|BRL|¥|JPY|CHF|CAD|C\\$|MXN|AUD|A\\$|INR|₹)"

gint64 numbers_amount(const char *text)
{
	static struct regex *regex;
	struct regex_hit hit;
	g_autofree char *number = NULL;

	if (!regex)
		regex = regex_new("(?:" MONEY "\\s?" NUMBER "|(?<![\\d.,-])" NUMBER "\\s?" MONEY ")", REGEX_CASELESS, NULL);
	if (!text || !regex_find(regex, text, strlen(text), 0, &hit, NULL))
		return -1;
	number = regex_group(text, &hit, hit.start[1] != G_MAXSIZE ? 1 : 2);
	return number ? cents(number) : -1;
}

gint64 numbers_term(const char *text)
{
	static struct regex *regex;
	struct regex_hit hit;
	g_autofree char *number = NULL, *hours = NULL;

	if (!regex)
		regex = regex_new("(?<![\\d.,:/-])(\\d{1,3})[\\s-]?(?:(hours?|hrs?|Stunden?|heures?|ore|horas?|uur|uren|godzin\\w*|timmar|"
				  "saat\\w*|時間)|(?:business |calendar |working |Kalender|Werk|Arbeits)?(?:days?|tage?n?|jours?|giorn[oi]|"
				  "d[ií]as?|dagen|dni|dagar|dias?|gün\\w*|日))(?![\\p{Latin}\\d])", REGEX_CASELESS, NULL);
	if (!text || !regex_find(regex, text, strlen(text), 0, &hit, NULL))
		return 0;
	number = regex_group(text, &hit, 1);
	hours = regex_group(text, &hit, 2);
	return g_ascii_strtoll(number, NULL, 10) * (hours ? 3600 : 86400);
}
