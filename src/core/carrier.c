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
	g_clear_pointer(&carriers->any->names, g_array_unref);
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

struct carrier_alias {
	const char *word;
	gsize length;
	guint carrier;
};

static void add_names(GArray *names, const struct carriers *carriers, guint number)
{
	const struct carrier *carrier = g_ptr_array_index(carriers->all, number);

	for (guint i = 0; i < carrier->also->len; i++) {
		const char *word = g_ptr_array_index(carrier->also, i);
		const struct carrier_alias alias = { word, strlen(word), number };

		if (alias.length)
			g_array_append_val(names, alias);
	}
}

static int by_begin(gconstpointer a, gconstpointer b)
{
	const struct carrier_alias *left = a, *right = b;
	const guchar first = (guchar) *left->word, second = (guchar) *right->word;

	if (first != second)
		return first < second ? -1 : 1;
	if (left->length != right->length)
		return left->length > right->length ? -1 : 1;
	return (left->carrier > right->carrier) - (left->carrier < right->carrier);
}

static void index_names(struct carrier_any *any)
{
	guint at = 0;

	g_array_sort(any->names, by_begin);
	for (guint byte = 0; byte < 256; byte++) {
		any->begins[byte] = at;
		while (at < any->names->len && (guchar) *g_array_index(any->names, struct carrier_alias, at).word == byte)
			at++;
	}
	any->begins[256] = at;
}

/* Most of what is asked about are words and dates that fit no form at all: one look for all together says so, where one look at
 * each of four hundred forms takes 40 us. Names begin at words, so their first byte leads to the few that can stand there: one
 * regex of all names tries each of them at every letter. */
static const struct carrier_any *any_of(const struct carriers *carriers)
{
	struct carrier_any *any = carriers->any;

	if (any->carriers == carriers->all->len)
		return any;
	g_autoptr(GString) forms = g_string_new(NULL);
	g_clear_pointer(&any->names, g_array_unref);
	any->names = g_array_new(FALSE, FALSE, sizeof(struct carrier_alias));
	for (guint i = 0; i < carriers->all->len; i++) {
		add_forms(forms, g_ptr_array_index(carriers->all, i));
		add_names(any->names, carriers, i);
	}
	regex_free(any->forms);
	any->forms = forms->len ? regex_new(g_string_append(forms, ")\\z")->str, 0, NULL) : NULL;
	index_names(any);
	any->carriers = carriers->all->len;
	return any;
}

/* The name that begins at `text` and ends with a word; NULL: none. */
static const struct carrier_alias *name_at(const struct carrier_any *any, const char *text)
{
	for (guint i = any->begins[(guchar) *text]; i < any->begins[(guchar) *text + 1]; i++) {
		const struct carrier_alias *alias = &g_array_index(any->names, struct carrier_alias, i);

		if (strncmp(text, alias->word, alias->length) == 0 && !g_ascii_isalnum(text[alias->length]))
			return alias;
	}
	return NULL;
}

const struct carrier *carriers_named(const struct carriers *carriers, const char *said)
{
	g_autofree char *lower = g_utf8_strdown(said, -1);
	const struct carrier_any *any = any_of(carriers);
	const struct carrier_alias *best = NULL;

	if (!carriers->all->len)
		return NULL;
	/* The longest name that stands in it wins: "DHL Express" before "DHL". */
	for (const char *p = lower; *p; p++) {
		const struct carrier_alias *one = p == lower || !g_ascii_isalnum(p[-1]) ? name_at(any, p) : NULL;

		if (one && (!best || one->length > best->length || (one->length == best->length && one->carrier < best->carrier)))
			best = one;
	}
	return best ? g_ptr_array_index(carriers->all, best->carrier) : NULL;
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
