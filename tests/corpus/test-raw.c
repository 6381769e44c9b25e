/* Whole mails from bytes to answerable, measured against tests/corpus/raw's labels. Figures are printed for both
 * halves; floors hold for each. Single mails are only named for the half that may be fitted to. */
#include "tests/lib/unit.h"

#include "wismo/conf/rulebook.h"
#include "wismo/flow/understand.h"
#include "wismo/mail/mime.h"

#include <stdio.h>
#include <string.h>

struct label {
	char *file;
	GPtrArray *keys, *values;
};

struct score {
	int good, all;
};

struct scores {
	struct score channel, machine, subject, order, tracking, contains, lacks, lang, intent, wish;
	int positives, found, claimed, answerable, answerable_wrong, wrong_machine_answered;
};

static struct rulebook *book;
static struct account *account;
static const char *root;

static void label_free(gpointer pointer)
{
	struct label *label = pointer;

	g_free(label->file);
	g_ptr_array_unref(label->keys);
	g_ptr_array_unref(label->values);
	g_free(label);
}

static GPtrArray *read_labels(const char *half)
{
	g_autofree char *path = g_strdup_printf("%s/tests/corpus/raw/%s.labels.txt", root, half);
	GPtrArray *labels = g_ptr_array_new_with_free_func(label_free);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	struct label *label = NULL;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i]; i++) {
		char *colon = strstr(lines[i], ": ");

		if (g_str_has_prefix(lines[i], "== ")) {
			label = g_new0(struct label, 1);
			label->file = g_strdup(lines[i] + 3);
			label->keys = g_ptr_array_new_with_free_func(g_free);
			label->values = g_ptr_array_new_with_free_func(g_free);
			g_ptr_array_add(labels, label);
		} else if (label && colon) {
			g_ptr_array_add(label->keys, g_strndup(lines[i], (gsize) (colon - lines[i])));
			g_ptr_array_add(label->values, g_strdup(colon + 2));
		}
	}
	return labels;
}

static const char *value_of(const struct label *label, const char *key)
{
	for (guint i = 0; i < label->keys->len; i++)
		if (strcmp(g_ptr_array_index(label->keys, i), key) == 0)
			return g_ptr_array_index(label->values, i);
	return NULL;
}

static char *one_blank(const char *text)
{
	GString *out = g_string_new(NULL);

	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (!g_unichar_isspace(c))
			g_string_append_unichar(out, c);
		else if (out->len && out->str[out->len - 1] != ' ')
			g_string_append_c(out, ' ');
	}
	return g_string_free(out, FALSE);
}

static void count(struct score *score, bool good, const char *half, const struct label *label, const char *what,
		  const char *wanted, const char *got)
{
	score->all++;
	score->good += good;
	if (!good && strcmp(half, "fit") == 0)
		printf("# fit/%s %s: wanted \"%s\", got \"%.200s\"\n", label->file, what, wanted ? wanted : "", got ? got : "");
}

static char *numbers(const GPtrArray *list, bool found)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < list->len; i++)
		g_string_append_printf(out, "%s%s", i ? " " : "", found ? ((struct found_number *) g_ptr_array_index(list, i))->number
				       : (const char *) g_ptr_array_index(list, i));
	return g_string_free(out, FALSE);
}

static void compare_text(struct scores *scores, const char *half, const struct label *label, const struct reading *r)
{
	g_autofree char *flat = one_blank(r->buyer_text);

	for (guint i = 0; i < label->keys->len; i++) {
		const char *key = g_ptr_array_index(label->keys, i), *value = g_ptr_array_index(label->values, i);

		if (strcmp(key, "contains") == 0)
			count(&scores->contains, strstr(flat, value) != NULL, half, label, key, value, flat);
		else if (strcmp(key, "lacks") == 0)
			count(&scores->lacks, strstr(flat, value) == NULL, half, label, key, value, flat);
	}
}

static void compare(struct scores *scores, const char *half, const struct label *label, const struct letter *letter,
		    const struct reading *r)
{
	const char *intent = value_of(label, "intent"), *answerable = value_of(label, "answerable");
	const char *order = value_of(label, "order"), *tracking = value_of(label, "tracking");
	bool machine = value_of(label, "machine") != NULL;
	bool positive = intent_means_not_arrived((enum intent) intent_find(intent));
	bool may = positive && !machine && g_strcmp0(answerable, "no") != 0;
	g_autofree char *orders = numbers(r->order_ids, false), *tracked = numbers(r->tracking, true);

	count(&scores->channel, g_strcmp0(value_of(label, "channel"), r->channel) == 0, half, label, "channel",
	      value_of(label, "channel"), r->channel);
	count(&scores->machine, machine == r->machine, half, label, "machine", machine ? "yes" : "no", r->why_not);
	if (value_of(label, "subject"))
		count(&scores->subject, g_strcmp0(value_of(label, "subject"), letter->subject) == 0, half, label, "subject",
		      value_of(label, "subject"), letter->subject);
	count(&scores->order, g_strcmp0(order ? order : "", orders) == 0, half, label, "order", order, orders);
	if (tracking)
		count(&scores->tracking, strstr(tracked, tracking) != NULL, half, label, "tracking", tracking, tracked);
	compare_text(scores, half, label, r);
	count(&scores->lang, g_strcmp0(value_of(label, "lang"), r->lang) == 0, half, label, "lang", value_of(label, "lang"), r->lang);
	count(&scores->intent, g_strcmp0(intent, intent_name(r->intent)) == 0, half, label, "intent", intent, intent_name(r->intent));
	count(&scores->wish, g_strcmp0(value_of(label, "wish"), wish_name(r->wish)) == 0 || !positive, half, label, "wish",
	      value_of(label, "wish"), wish_name(r->wish));
	scores->positives += positive;
	scores->claimed += intent_means_not_arrived(r->intent);
	scores->found += positive && intent_means_not_arrived(r->intent);
	scores->answerable += r->answerable;
	scores->answerable_wrong += r->answerable && !may;
	scores->wrong_machine_answered += r->answerable && machine;
	if (r->answerable && !may && strcmp(half, "fit") == 0)
		printf("# fit/%s is answerable, but must not be\n", label->file);
}

static void print(const char *half, const char *what, struct score score)
{
	printf("# raw/%s %-10s %3d of %3d (%.3f)\n", half, what, score.good, score.all, score.all ? (double) score.good / score.all : 1);
}

static struct scores measure(const char *half)
{
	g_autoptr(GPtrArray) labels = read_labels(half);
	struct scores s = { 0 };

	for (guint i = 0; i < labels->len; i++) {
		const struct label *label = g_ptr_array_index(labels, i);
		g_autofree char *path = g_strdup_printf("%s/tests/corpus/raw/%s/%s", root, half, label->file);
		g_autoptr(GBytes) raw = NULL;
		scoped(letter) letter = NULL;
		scoped(reading) reading = NULL;
		char *bytes;
		gsize length;

		assert_true(g_file_get_contents(path, &bytes, &length, NULL));
		raw = g_bytes_new_take(bytes, length);
		letter = mime_read(raw);
		reading = understand_letter(book, account, letter, UNDERSTAND_CONFIDENCE, NULL);
		compare(&s, half, label, letter, reading);
	}
	print(half, "channel", s.channel);
	print(half, "machine", s.machine);
	print(half, "subject", s.subject);
	print(half, "order", s.order);
	print(half, "tracking", s.tracking);
	print(half, "contains", s.contains);
	print(half, "lacks", s.lacks);
	print(half, "lang", s.lang);
	print(half, "intent", s.intent);
	print(half, "wish", s.wish);
	printf("# raw/%s not_arrived precision %.3f recall %.3f (%d mails); answerable %d, of them wrong %d\n", half,
	       s.claimed ? (double) s.found / s.claimed : 1, s.positives ? (double) s.found / s.positives : 1, s.positives,
	       s.answerable, s.answerable_wrong);
	return s;
}

static void floor_of(const char *what, struct score score, double least)
{
	if (score.good < least * score.all)
		fail_msg("%s: %d of %d is below %.2f", what, score.good, score.all, least);
}

static void floors(struct scores s)
{
	floor_of("channel", s.channel, 0.97);
	floor_of("machine", s.machine, 0.95);
	floor_of("subject", s.subject, 0.97);
	floor_of("order", s.order, 0.93);
	floor_of("contains", s.contains, 0.96);
	floor_of("lacks", s.lacks, 0.96);
	assert_int_equal(s.wrong_machine_answered, 0);
	assert_true(s.answerable_wrong <= 1);
}

static void mails_that_may_be_fitted_to_are_understood(void **state)
{
	(void) state;
	floors(measure("fit"));
}

static void mails_that_nobody_fitted_to_are_understood(void **state)
{
	(void) state;
	floors(measure("held"));
}

static int load(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *templates = NULL;
	scoped(overlay) overlay = NULL;

	(void) state;
	root = g_getenv("WISMO_TEST_SRC") ? g_getenv("WISMO_TEST_SRC") : ".";
	templates = g_build_filename(root, "templates", NULL);
	overlay = overlay_new(templates, &error);
	book = overlay ? rulebook_load(overlay, RULEBOOK_READING, &error) : NULL;
	if (!book) {
		fprintf(stderr, "%s\n", error->message);
		return -1;
	}
	account = account_new();
	g_clear_pointer(&account->own_addresses, g_ptr_array_unref);
	g_clear_pointer(&account->authserv_ids, g_ptr_array_unref);
	account->own_addresses = g_ptr_array_new_with_free_func(g_free);
	account->authserv_ids = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(account->own_addresses, g_strdup("bsm@example.com"));
	g_ptr_array_add(account->own_addresses, g_strdup("shop@example.com"));
	g_ptr_array_add(account->own_addresses, g_strdup("market@example.com"));
	g_ptr_array_add(account->authserv_ids, g_strdup("mx.example.com"));
	return 0;
}

static int unload(void **state)
{
	(void) state;
	rulebook_free(book);
	account_free(account);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mails_that_may_be_fitted_to_are_understood),
		cmocka_unit_test(mails_that_nobody_fitted_to_are_understood),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
