/* Twenty thousand answers that no carrier would give: the samples of all shipped files, damaged in three ways. The samples prove what a
 * file understands; this proves what it does not. The seed is fixed: a failure comes again. */
#include "tests/lib/unit.h"

#include "wismo/conf/carrier.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define ANSWERS 10000
#define NOW G_GINT64_CONSTANT(4102444800)	/* 2100: all samples lie in the past */

static struct carriers *shipped(void)
{
	g_autofree char *folder = g_build_filename(g_getenv("WISMO_TEST_SRC") ? g_getenv("WISMO_TEST_SRC") : ".", "templates", NULL);
	g_autoptr(GError) error = NULL;
	scoped(overlay) overlay = overlay_new(folder, &error);
	struct carriers *carriers = overlay ? carrier_load(overlay, &error) : NULL;

	if (!carriers)
		fail_msg("%s", error->message);
	return carriers;
}

/* A good answer of a carrier's last step. */
struct good {
	const struct carrier *carrier;
	const struct carrier_sample *sample;
	json_t *answer;
};

static void good_clear(gpointer pointer)
{
	json_decref(((struct good *) pointer)->answer);
}

static const struct carrier_step *last_step(const struct carrier *carrier)
{
	return g_ptr_array_index(carrier->steps, carrier->steps->len - 1);
}

static GArray *good_answers(const struct carriers *carriers)
{
	GArray *good = g_array_new(FALSE, TRUE, sizeof(struct good));
	const struct carrier *carrier;

	g_array_set_clear_func(good, good_clear);
	for (guint i = 0; (carrier = carriers_nth(carriers, i)); i++)
		for (guint k = 0; k < carrier->samples->len; k++) {
			const struct carrier_sample *sample = g_ptr_array_index(carrier->samples, k);
			struct good one = { carrier, sample, NULL };

			if (sample->outcome == OUTCOME_OK && (!sample->step || strcmp(sample->step, last_step(carrier)->name) == 0))
				one.answer = json_loads(sample->body, 0, NULL);
			if (one.answer)
				g_array_append_val(good, one);
		}
	return good;
}

static bool final(enum track_status status)
{
	return status == TRACK_DELIVERED || status == TRACK_DELIVERED_OTHER || status == TRACK_RETURNED || status == TRACK_LOST;
}

/* Does one of the file's rows name this code? */
static bool listed(const struct carrier *carrier, const char *code)
{
	for (guint i = 0; i < carrier->maps->len; i++) {
		const GPtrArray *codes = ((struct carrier_map *) g_ptr_array_index(carrier->maps, i))->codes;

		for (guint k = 0; k < codes->len; k++) {
			const char *item = codes->pdata[k], *star = strchr(item, '*');

			if (star ? g_ascii_strncasecmp(item, code, (gsize) (star - item)) == 0 : g_ascii_strcasecmp(item, code) == 0)
				return true;
		}
	}
	return false;
}

/* A word of the same shape that stands in no row; NULL when there is none at hand. */
static char *stranger_to(const struct carrier *carrier, const char *code)
{
	for (const char *letter = "QXZKWYV", *number = "9863574"; *letter; letter++, number++) {
		char *word = g_strdup(code);

		for (char *p = word; *p; p++)
			*p = g_ascii_isupper(*p) ? *letter : g_ascii_islower(*p) ? g_ascii_tolower(*letter) : g_ascii_isdigit(*p) ? *number : *p;
		if (!listed(carrier, word))
			return word;
		g_free(word);
	}
	return NULL;
}

/* Puts a stranger for every word of the answer that is a listed code; false when one has none. */
static bool estrange(const struct carrier *carrier, json_t *value)
{
	json_t *child;
	const char *key;
	size_t i;

	json_object_foreach(value, key, child) {
		g_autofree char *text = json_is_string(child) ? g_strdup(json_string_value(child))
			: json_is_integer(child) ? g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(child)) : NULL;

		if (text && *text && listed(carrier, text)) {
			g_autofree char *stranger = stranger_to(carrier, text);

			if (!stranger)
				return false;
			json_object_set_new(value, key, json_is_string(child) ? json_string(stranger)
					    : json_integer(g_ascii_strtoll(stranger, NULL, 10)));
		} else if (!estrange(carrier, child)) {
			return false;
		}
	}
	if (json_is_array(value))
		json_array_foreach(value, i, child)
			if (!estrange(carrier, child))
				return false;
	return true;
}

static json_t *nonsense(GRand *chance)
{
	static const char *const values[] = {
		"null", "\"\"", "0", "-1", "1e300", "true", "[]", "{}", "[[]]", "{\"a\":1}", "\"x\"", "\"delivered\"", "\"Delivered to a neighbour\"",
		"\"lost, verloren, missing, vernichtet, destroyed\"", "\"returned to sender\"", "\"31-02-2026 99:99:99\"", "\"\\u0000\"",
	};

	return json_loads(values[g_rand_int_range(chance, 0, G_N_ELEMENTS(values))], JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}

/* Goes down a random way and leaves nonsense, or nothing, at its end. */
static void spoil(GRand *chance, json_t *value)
{
	bool stop = g_rand_int_range(chance, 0, 4) == 0, drop = g_rand_boolean(chance);
	size_t size = json_is_array(value) ? json_array_size(value) : json_object_size(value);
	size_t which = size ? (size_t) g_rand_int_range(chance, 0, (gint32) size) : 0;
	json_t *child = NULL;
	const char *key = NULL;

	if (!size)
		return;
	if (json_is_array(value)) {
		child = json_array_get(value, which);
	} else {
		void *iter = json_object_iter(value);

		while (which--)
			iter = json_object_iter_next(value, iter);
		key = json_object_iter_key(iter);
		child = json_object_iter_value(iter);
	}
	if (!stop && (json_is_object(child) || json_is_array(child))) {
		spoil(chance, child);
	} else if (key) {
		g_autofree char *name = g_strdup(key);

		if (drop)
			json_object_del(value, name);
		else
			json_object_set_new(value, name, nonsense(chance));
	} else if (drop) {
		json_array_remove(value, which);
	} else {
		json_array_set_new(value, which, nonsense(chance));
	}
}

static struct tracking *read_answer(const struct good *good, const char *body)
{
	return carrier_read(good->carrier, last_step(good->carrier), good->sample->http, body,
			    good->sample->number ? good->sample->number : "0", good->sample->courier, NOW);
}

static void wrong(const struct good *good, const struct tracking *t, const char *what, const char *body)
{
	fail_msg("%s:%d, sample \"%s\", %s: %s, %s\n%s", good->carrier->file, good->sample->line, good->sample->name, what,
		 track_outcome_name(t->outcome), track_status_name(t->status), body);
}

/* An end of the story is told by an event whose code the file lists, or that has none. */
static bool told_ok(const struct good *good, const struct tracking *t)
{
	for (guint i = 0; i < t->events->len; i++) {
		const struct track_event *event = g_ptr_array_index(t->events, i);

		if (final(event->status) && (!event->code || listed(good->carrier, event->code)))
			return true;
	}
	return !final(t->status);
}

static void try_strangers(const struct good *good, guint *tried)
{
	json_t *answer = json_deep_copy(good->answer);
	bool all = good->carrier->field_sql[FIELD_CODE] && estrange(good->carrier, answer);
	char *body = json_dumps(answer, 0);

	if (all) {
		scoped(tracking) t = read_answer(good, body);
		bool strange = t->events->len;

		/* A file may make its codes out of others, or find none: that says nothing about strangers. */
		for (guint i = 0; i < t->events->len; i++) {
			const char *code = ((struct track_event *) g_ptr_array_index(t->events, i))->code;

			strange = strange && code && !listed(good->carrier, code);
		}
		if (strange && final(t->status))
			wrong(good, t, "codes that nobody lists", body);
		*tried += strange;
	}
	free(body);
	json_decref(answer);
}

static void nobody_ends_a_story_by_a_code_that_no_row_lists(void **state)
{
	scoped(carriers) carriers = shipped();
	g_autoptr(GArray) good = good_answers(carriers);
	guint tried = 0;

	for (guint i = 0; i < good->len; i++)
		try_strangers(&g_array_index(good, struct good, i), &tried);
	print_message("# %u answers with strange codes\n", tried);
	assert_true(tried > 100);
	(void) state;
}

static void half_an_answer_is_down(void **state)
{
	scoped(carriers) carriers = shipped();
	g_autoptr(GArray) good = good_answers(carriers);
	g_autoptr(GRand) chance = g_rand_new_with_seed(20261124);

	for (guint i = 0; i < ANSWERS; i++) {
		const struct good *one = &g_array_index(good, struct good, i % good->len);
		g_autofree char *body = g_strchomp(g_strdup(one->sample->body));

		body[g_rand_int_range(chance, 0, (gint32) strlen(body))] = '\0';
		scoped(tracking) t = read_answer(one, body);
		if (t->outcome != OUTCOME_DOWN)
			wrong(one, t, "cut", body);
	}
	(void) state;
}

static void nonsense_ends_no_story(void **state)
{
	scoped(carriers) carriers = shipped();
	g_autoptr(GArray) good = good_answers(carriers);
	g_autoptr(GRand) chance = g_rand_new_with_seed(20261124);
	guint outcomes[OUTCOME_REFUSED + 1] = { 0 };

	for (guint i = 0; i < ANSWERS; i++) {
		const struct good *one = &g_array_index(good, struct good, i % good->len);
		json_t *answer = json_deep_copy(one->answer);
		char *body;

		for (int k = g_rand_int_range(chance, 1, 4); k; k--)
			spoil(chance, answer);
		body = json_dumps(answer, JSON_COMPACT);
		scoped(tracking) t = read_answer(one, body);
		if (!told_ok(one, t))
			wrong(one, t, "an end that no event tells", body);
		if (t->outcome != OUTCOME_OK && (t->status != TRACK_NONE || t->events->len))
			wrong(one, t, "a status without an answer", body);
		outcomes[t->outcome]++;
		free(body);
		json_decref(answer);
	}
	print_message("# %u answers spoilt: %u understood, %u unknown, %u pending, %u down, %u limited, %u refused\n", ANSWERS,
		      outcomes[OUTCOME_OK], outcomes[OUTCOME_UNKNOWN], outcomes[OUTCOME_PENDING], outcomes[OUTCOME_DOWN],
		      outcomes[OUTCOME_LIMITED], outcomes[OUTCOME_REFUSED]);
	(void) state;
}

/* Of the same shape. Owned. */
static char *other_number(const char *number)
{
	char *other = g_strdup(number);

	for (char *p = other; *p; p++)
		*p = g_ascii_isdigit(*p) ? (char) ('0' + ('9' - *p + 4) % 10) : *p;
	return other;
}

/* True when the answer has the number that was asked about, and so another one can stand in its place. Of a list of which
 * nothing is ours, the reason is that nothing is there. */
static bool try_other_number(const struct good *good, guint *words)
{
	const char *number = good->sample->number;
	g_autofree char *other = number ? other_number(number) : NULL;
	g_auto(GStrv) parts = number && strpbrk(number, "0123456789") ? g_strsplit(good->sample->body, number, -1) : NULL;
	g_autofree char *body = parts && parts[1] ? g_strjoinv(other, parts) : NULL;

	if (!body || !good->carrier->field_sql[FIELD_OWN])
		return false;
	scoped(tracking) mine = carrier_read(good->carrier, last_step(good->carrier), good->sample->http, body, other, good->sample->courier, NOW);
	scoped(tracking) t = read_answer(good, body);
	if (mine->outcome != OUTCOME_OK)
		wrong(good, mine, "its number and the asked one changed together", body);
	if (t->outcome != OUTCOME_DOWN || t->status != TRACK_NONE)
		wrong(good, t, "the number of another parcel", body);
	*words += strcmp(t->why, "the answer is about another number") == 0;
	return true;
}

/* Who tells no number with the parcel: Evri asks by a name of its own that the number was exchanged for. */
static bool tells_number(const struct carrier *carrier)
{
	return carrier->steps->len && strcmp(carrier->name, "evri") != 0;
}

static void the_answer_about_another_number_is_down(void **state)
{
	scoped(carriers) carriers = shipped();
	g_autoptr(GArray) good = good_answers(carriers);
	g_autoptr(GHashTable) tried = g_hash_table_new(g_direct_hash, g_direct_equal);
	const struct carrier *carrier;
	guint count = 0, words = 0;

	for (guint i = 0; i < good->len; i++) {
		const struct good *one = &g_array_index(good, struct good, i);

		if (try_other_number(one, &words)) {
			g_hash_table_add(tried, (gpointer) one->carrier);
			count++;
		}
	}
	for (guint i = 0; (carrier = carriers_nth(carriers, i)); i++)
		if (tells_number(carrier) && !g_hash_table_contains(tried, carrier))
			fail_msg("%s: no sample has the number", carrier->name);
	print_message("# %u answers of %u carriers with another number, %u told so\n", count, g_hash_table_size(tried), words);
	assert_true(count > 100 && words > count * 9 / 10);
	(void) state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_ends_a_story_by_a_code_that_no_row_lists),
		cmocka_unit_test(half_an_answer_is_down),
		cmocka_unit_test(nonsense_ends_no_story),
		cmocka_unit_test(the_answer_about_another_number_is_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
