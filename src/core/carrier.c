/* All carriers, and which of them a number may belong to. A random number passes a check of mod 10 one time in
 * ten: so recognition only proposes; the order's own carrier wins wherever one is known. */
#include "carrier_p.h"

#include "wismo/core/regex.h"

#include <string.h>

struct carriers *carriers_new(void)
{
	struct carriers *carriers = g_new0(struct carriers, 1);

	carriers->all = g_ptr_array_new_with_free_func(carrier_free);
	carriers->any = g_new0(struct carrier_any, 1);
	carriers->words = carrier_words_new();
	carriers->shapes = carrier_shapes_new();
	return carriers;
}

void carriers_free(struct carriers *carriers)
{
	if (!carriers)
		return;
	g_ptr_array_unref(carriers->all);
	regex_free(carriers->any->forms);
	regex_free(carriers->any->names);
	g_free(carriers->any);
	carrier_words_free(carriers->words);
	carrier_shapes_free(carriers->shapes);
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

const struct carrier *carrier_asker(const struct carrier *carrier)
{
	return carrier->via ? carrier->via : carrier;
}

bool carriers_route(struct carriers *carriers, const char *name, const struct carrier *aggregator)
{
	struct carrier *carrier = (struct carrier *) carriers_get(carriers, name);

	for (guint i = 0; carrier && i < aggregator->reaches->len; i++) {
		const struct carrier_reach *reach = g_ptr_array_index(aggregator->reaches, i);

		if (strcmp(reach->name, name) != 0)
			continue;
		carrier->via = aggregator;
		carrier->courier = reach->code;
		return true;
	}
	return false;
}

void carriers_unroute(struct carriers *carriers)
{
	for (guint i = 0; i < carriers->all->len; i++) {
		struct carrier *carrier = g_ptr_array_index(carriers->all, i);

		carrier->via = NULL;
		carrier->courier = NULL;
	}
}

static void add_forms(GString *all, const struct carrier *carrier)
{
	for (guint i = 0; i < carrier->forms->len; i++)
		g_string_append_printf(all, "%s(?:%s)", all->len ? "|" : "\\A(?:",
				       ((const struct carrier_form *) g_ptr_array_index(carrier->forms, i))->pattern);
}

static void add_names(GString *all, const struct carrier *carrier)
{
	for (guint i = 0; i < carrier->also->len; i++)
		g_string_append_printf(all, "%s\\Q%s\\E", all->len ? "|" : "", (const char *) g_ptr_array_index(carrier->also, i));
}

/* Most of what is asked about are words and dates that fit no form at all, and texts that name no carrier: one look for all
 * together says so, where one look at each of four hundred forms takes 40 us. */
static const struct carrier_any *any_of(const struct carriers *carriers)
{
	struct carrier_any *any = carriers->any;

	if (any->carriers == carriers->all->len)
		return any;
	g_autoptr(GString) forms = g_string_new(NULL), names = g_string_new(NULL);
	for (guint i = 0; i < carriers->all->len; i++) {
		add_forms(forms, g_ptr_array_index(carriers->all, i));
		add_names(names, g_ptr_array_index(carriers->all, i));
	}
	regex_free(any->forms);
	regex_free(any->names);
	any->forms = forms->len ? regex_new(g_string_append(forms, ")\\z")->str, 0, NULL) : NULL;
	any->names = names->len ? regex_new(names->str, 0, NULL) : NULL;
	any->carriers = carriers->all->len;
	return any;
}

const struct carrier *carriers_named(const struct carriers *carriers, const char *said)
{
	g_autofree char *lower = g_utf8_strdown(said, -1);
	const struct carrier *best = NULL;
	gsize reach = 0;
	const struct carrier_any *any = any_of(carriers);

	if (any->names && g_utf8_validate(lower, -1, NULL) && !regex_matches(any->names, lower))
		return NULL;
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

gunichar carrier_ascii(gunichar c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		return c - 0xff01 + '!';
	return c >= 0x80 && g_unichar_isdigit(c) ? (gunichar) ('0' + g_unichar_digit_value(c)) : c;
}

char *carrier_normal(const char *number)
{
	GString *normal = g_string_new(NULL);

	for (const char *p = number; *p;) {
		gunichar c = g_utf8_get_char_validated(p, -1);

		if (c >= (gunichar) -2) {
			p++;
			continue;
		}
		c = carrier_ascii(c);
		if (c < 0x80 && g_ascii_isalnum((char) c))
			g_string_append_c(normal, g_ascii_toupper((char) c));
		p = g_utf8_next_char(p);
	}
	return g_string_free(normal, FALSE);
}

bool carrier_form_fits(const struct carrier_form *form, const char *number, bool *right)
{
	gsize length = strlen(number);
	struct regex_hit hit;
	g_autofree char *part = NULL, *whole = NULL;

	if (!regex_find(form->regex, number, length, 0, &hit, NULL))
		return false;
	part = regex_group(number, &hit, 1);
	whole = g_strconcat(form->before ? form->before : "", part ? part : number, NULL);
	*right = form->check && check_ok(form->check, whole);
	return true;
}

static bool better(const struct carrier_candidate *one, const struct carrier_candidate *best)
{
	bool checked = one->form->check, best_checked = best->form && best->form->check;

	if (!best->form || checked != best_checked)
		return !best->form || checked;
	return one->valid != best->valid ? one->valid : one->likely > best->likely;
}

bool carrier_form_of(const struct carrier *carrier, const char *number, struct carrier_candidate *best)
{
	*best = (struct carrier_candidate) { .carrier = carrier };
	for (guint i = 0; i < carrier->forms->len; i++) {
		struct carrier_candidate one = { .carrier = carrier, .form = g_ptr_array_index(carrier->forms, i) };

		if (!carrier_form_fits(one.form, number, &one.proven))
			continue;
		one.valid = one.proven || !one.form->check || one.form->observed || one.form->proves_only;
		one.guess = !one.proven && one.form->likely <= LIKELY_LEAST;
		one.likely = one.form->check && !one.proven ? MIN(one.form->likely, LIKELY_LEAST) : one.form->likely;
		if (better(&one, best))
			*best = one;
	}
	return best->form;
}

const char *carrier_number_why(const struct carrier *carrier, const char *number)
{
	struct carrier_candidate best;
	gsize length = strlen(number);

	/* Whatever stands in a URL is letters and digits: "..", which no escaping changes, would climb in its path. */
	if (length < 4 || length > LONGEST_NUMBER || strspn(number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != length)
		return "this is no tracking number";
	if (!carrier->forms->len)
		return NULL;
	if (!carrier_form_of(carrier, number, &best))
		return "the number has none of this carrier's forms";
	return best.valid ? NULL : "the number's check digit is wrong: a typing error?";
}

char *carrier_asked(const struct carrier *carrier, const char *number)
{
	char *normal = carrier_normal(number), *part = NULL;
	struct carrier_candidate own;
	struct regex_hit hit;

	if (carrier_form_of(carrier, normal, &own) && regex_find(own.form->regex, normal, strlen(normal), 0, &hit, NULL))
		part = regex_group(normal, &hit, 2);
	if (part)
		g_free(normal);
	return part ? part : normal;
}

static int likelier(gconstpointer left, gconstpointer right)
{
	const struct carrier_candidate *a = left, *b = right;

	if (a->valid != b->valid)
		return a->valid ? -1 : 1;
	if (a->likely != b->likely)
		return b->likely - a->likely;
	return strcmp(a->carrier->name, b->carrier->name);
}

GArray *carriers_recognise(const struct carriers *carriers, const char *number)
{
	g_autofree char *normal = carrier_normal(number);
	GArray *found = g_array_new(FALSE, FALSE, sizeof(struct carrier_candidate));
	const struct carrier_any *any = any_of(carriers);
	struct carrier_candidate candidate;

	if (strlen(normal) > LONGEST_NUMBER || (any->forms && !regex_matches(any->forms, normal)))
		return found;
	for (guint i = 0; i < carriers->all->len; i++)
		if (carrier_form_of(g_ptr_array_index(carriers->all, i), normal, &candidate))
			g_array_append_val(found, candidate);
	g_array_sort(found, likelier);
	return found;
}

char *carrier_page(const struct carrier *carrier, const char *number)
{
	g_autofree char *normal = carrier_normal(number);
	g_autofree char *asked = carrier_asked(carrier, number);
	g_auto(GStrv) parts = NULL;
	struct carrier_candidate own;
	const char *page = carrier->page;

	if (carrier_form_of(carrier, normal, &own) && own.form->page)
		page = own.form->page;
	if (!page)
		return NULL;
	parts = g_strsplit(page, "{number}", -1);
	return g_strjoinv(asked, parts);
}
