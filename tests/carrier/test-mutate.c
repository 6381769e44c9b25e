/* Ten thousand spoilt answers of every shipped carrier: no crash, and no "delivered", "returned" or "lost" that does not stand in
 * the spoilt answer.
 *
 * The oracle does not ask the mapping. An answer may say "delivered" only if it holds a witness: the words (code, coarse word,
 * text) of some row of the status map that says so, found anywhere among its values. Moving, losing and nesting values makes no
 * witness; so an answer of a parcel in transit can never be spoilt into a delivered one but by writing that word into it.
 * And where every event's code was replaced by one that no row lists, no witness helps: nothing may end. */
#include "tests/lib/unit.h"

#include "wismo/conf/carrier.h"
#include "wismo/core/regex.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUTANTS 10000
#define SEED 20261124
#define NOW G_GINT64_CONSTANT(4102444800)
#define DAY_S 86400

static struct carriers *carriers;
static GRand *dice;

static guint roll(guint sides)
{
	return sides > 1 ? (guint) g_rand_int_range(dice, 0, (gint32) sides) : 0;
}

/* ---- the words of an answer ---- */

struct words {
	GHashTable *tokens;	/* runs of letters, digits and underscores, lower case, without leading zeros */
	GHashTable *whole;	/* values in lower case, letters and digits but no zeros: "90-5-4" is what a file may make "090005004" of */
	GPtrArray *values;	/* char *, as they are */
	GString *text;		/* all of them, one a line */
};

static char *squeeze(const char *text)
{
	GString *squeezed = g_string_new(NULL);

	for (; *text; text++)
		if (g_ascii_isalnum(*text) && *text != '0')
			g_string_append_c(squeezed, g_ascii_tolower(*text));
	return g_string_free(squeezed, FALSE);
}

static void add_value(struct words *words, const char *value)
{
	g_autofree char *lower = g_ascii_strdown(value, -1);

	g_ptr_array_add(words->values, g_strdup(value));
	g_string_append(words->text, value);
	g_string_append_c(words->text, '\n');
	for (const char *p = lower; *p;) {
		gsize length = 0;

		while (g_ascii_isalnum(p[length]) || p[length] == '_')
			length++;
		if (length)
			g_hash_table_add(words->tokens, g_strndup(p + strspn(p, "0"), length - MIN(strspn(p, "0"), length)));
		p += MAX(length, 1);
	}
	g_hash_table_add(words->whole, squeeze(value));
}

static void add_json(struct words *words, const json_t *value)
{
	g_autofree char *number = NULL;
	const char *key;
	json_t *inner;
	size_t i;

	if (json_is_string(value))
		add_value(words, json_string_value(value));
	else if (json_is_integer(value))
		add_value(words, number = g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value)));
	json_object_foreach((json_t *) value, key, inner)
		add_json(words, inner);
	json_array_foreach(value, i, inner)
		add_json(words, inner);
}

static void words_of(struct words *words, const char *body)
{
	g_autofree char *valid = g_utf8_make_valid(body, -1);
	json_t *root = json_loads(valid, 0, NULL);

	words->tokens = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	words->whole = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	words->values = g_ptr_array_new_with_free_func(g_free);
	words->text = g_string_new(NULL);
	/* What only SQLite reads counts as one long value: the weaker oracle. */
	if (root)
		add_json(words, root);
	else
		add_value(words, valid);
	json_decref(root);
}

static void words_clear(struct words *words)
{
	g_hash_table_unref(words->tokens);
	g_hash_table_unref(words->whole);
	g_ptr_array_unref(words->values);
	g_string_free(words->text, TRUE);
}

static bool prefix_among(GHashTable *set, const char *prefix, gsize length)
{
	GHashTableIter iter;
	gpointer word;

	g_hash_table_iter_init(&iter, set);
	while (g_hash_table_iter_next(&iter, &word, NULL))
		if (strncmp(word, prefix, length) == 0)
			return true;
	return false;
}

/* A listed word stands in the answer: whole, or (codes made of several values) all its parts do; or the file's own expression makes
 * it, which then is the file's claim and not the answer's. */
static bool stands(const struct words *words, const char *listed, const char *made_by)
{
	g_autofree char *lower = g_ascii_strdown(listed, -1), *squeezed = squeeze(listed);
	g_autofree char *quoted = g_strdup_printf("'%s'", listed);
	gsize length = strlen(lower);
	bool all = false;

	if (length && lower[length - 1] == '*')
		return prefix_among(words->whole, squeezed, strlen(squeezed)) || prefix_among(words->tokens, lower, length - 1);
	if (g_hash_table_contains(words->whole, squeezed) || (made_by && strstr(made_by, quoted)))
		return true;
	for (const char *p = lower; *p;) {
		gsize run = 0;

		while (g_ascii_isalnum(p[run]) || p[run] == '_')
			run++;
		if (run) {
			gsize zeros = MIN(strspn(p, "0"), run);
			g_autofree char *part = g_strndup(p + zeros, run - zeros);

			if (!g_hash_table_contains(words->tokens, part))
				return false;
			all = true;
		}
		p += MAX(run, 1);
	}
	return all;
}

static bool any_stands(const struct words *words, const GPtrArray *list, const char *made_by)
{
	for (guint i = 0; i < list->len; i++)
		if (stands(words, list->pdata[i], made_by))
			return true;
	return !list->len;
}

/* Patterns may be anchored at one value's ends, or reach over several. */
static bool says(const struct words *words, const struct regex *regex)
{
	bool said = !regex || regex_matches(regex, words->text->str);

	for (guint i = 0; !said && i < words->values->len; i++)
		said = regex_matches(regex, words->values->pdata[i]);
	return said;
}

static bool witness(const struct carrier *carrier, const struct words *words, enum track_status status)
{
	for (guint i = 0; i < carrier->maps->len; i++) {
		const struct carrier_map *map = g_ptr_array_index(carrier->maps, i);

		if (map->move == MOVE_STATUS && map->status == status && any_stands(words, map->codes, carrier->field_sql[FIELD_CODE])
		    && any_stands(words, map->coarse, carrier->field_sql[FIELD_COARSE]) && says(words, map->regex))
			return true;
	}
	return false;
}

static bool justified(const struct carrier *carrier, const char *body, enum track_status status)
{
	struct words words;
	bool delivered, fine;

	words_of(&words, body);
	delivered = witness(carrier, &words, TRACK_DELIVERED) || witness(carrier, &words, TRACK_DELIVERED_OTHER);
	fine = status == TRACK_LOST ? witness(carrier, &words, TRACK_LOST)
		: status == TRACK_RETURNED ? witness(carrier, &words, TRACK_RETURNED) || (witness(carrier, &words, TRACK_RETURNING) && delivered)
		: delivered;
	words_clear(&words);
	return fine;
}

/* ---- spoiling ---- */

/* Every value of the tree with the place to put another one into. */
struct slot { json_t *parent; const char *key; size_t index; };

static void collect(json_t *node, GArray *slots, bool leaves)
{
	const char *key;
	json_t *inner;
	size_t i;

	json_object_foreach(node, key, inner) {
		struct slot slot = { node, key, 0 };

		if (!leaves || !(json_is_object(inner) || json_is_array(inner)))
			g_array_append_val(slots, slot);
		collect(inner, slots, leaves);
	}
	json_array_foreach(node, i, inner) {
		struct slot slot = { node, NULL, i };

		if (!leaves || !(json_is_object(inner) || json_is_array(inner)))
			g_array_append_val(slots, slot);
		collect(inner, slots, leaves);
	}
}

static json_t *get(const struct slot *slot)
{
	return slot->key ? json_object_get(slot->parent, slot->key) : json_array_get(slot->parent, slot->index);
}

static void put(const struct slot *slot, json_t *value)
{
	g_autofree char *key = g_strdup(slot->key);

	if (key)
		json_object_set_new(slot->parent, key, value);
	else
		json_array_set_new(slot->parent, slot->index, value);
}

static bool listed(const struct carrier *carrier, const char *code)
{
	for (guint i = 0; i < carrier->maps->len; i++) {
		const GPtrArray *codes = ((struct carrier_map *) g_ptr_array_index(carrier->maps, i))->codes;

		for (guint k = 0; k < codes->len; k++) {
			const char *one = codes->pdata[k];
			gsize length = strlen(one);

			if (length && one[length - 1] == '*' ? g_ascii_strncasecmp(one, code, length - 1) == 0 : g_ascii_strcasecmp(one, code) == 0)
				return true;
		}
	}
	return false;
}

/* Looks like the code (digits for digits, letters for letters), and is in no row. */
static char *unlisted(const struct carrier *carrier, const char *code)
{
	for (int tries = 0; tries < 200; tries++) {
		g_autofree char *other = g_strdup(code);

		for (char *p = other; *p; p++)
			if (g_ascii_isdigit(*p))
				*p = (char) ('0' + roll(10));
			else if (g_ascii_isalpha(*p))
				*p = (char) ((g_ascii_isupper(*p) ? 'A' : 'a') + (char) roll(26));
		if (g_ascii_strcasecmp(other, code) != 0 && !listed(carrier, other))
			return g_steal_pointer(&other);
	}
	return NULL;
}

static bool token_of_code(const struct carrier *carrier, const char *value)
{
	if (!*value || strlen(value) > 60 || strchr(value, ' '))
		return false;
	for (guint i = 0; i < carrier->maps->len; i++) {
		const GPtrArray *codes = ((struct carrier_map *) g_ptr_array_index(carrier->maps, i))->codes;

		for (guint k = 0; k < codes->len; k++) {
			g_auto(GStrv) parts = g_strsplit_set(codes->pdata[k], ".-:/|", -1);

			if (listed(carrier, value))
				return true;
			for (char **part = parts; *part; part++)
				if (**part && g_ascii_strcasecmp(*part, value) == 0)
					return true;
		}
	}
	return false;
}

static void no_codes(const struct carrier *carrier, json_t *root)
{
	g_autoptr(GArray) slots = g_array_new(FALSE, FALSE, sizeof(struct slot));

	collect(root, slots, true);
	for (guint i = 0; i < slots->len; i++) {
		const struct slot *slot = &g_array_index(slots, struct slot, i);
		json_t *value = get(slot);
		g_autofree char *text = json_is_string(value) ? g_strdup(json_string_value(value))
			: json_is_integer(value) ? g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value)) : NULL;
		g_autofree char *other = text && token_of_code(carrier, text) ? unlisted(carrier, text) : NULL;

		if (other)
			put(slot, json_is_string(value) ? json_string(other) : json_integer(g_ascii_strtoll(other, NULL, 10)));
	}
}

static json_t *strange(void)
{
	g_autofree char *long_text = NULL;

	switch (roll(9)) {
	case 0: return json_null();
	case 1: return json_integer((json_int_t) g_rand_int(dice) << roll(32));
	case 2: return json_real(1e300);
	case 3: return json_string("");
	case 4: return json_true();
	case 5: return json_string("2026-11-24T25:61:61+99:99");
	case 6: return json_string(long_text = g_strnfill(20000, 'a'));
	case 7: return json_array();
	default: return json_object();
	}
}

static json_t *nested(json_t *inner)
{
	guint depth = 1 + roll(roll(4) ? 8 : 900);

	for (guint i = 0; i < depth; i++) {
		json_t *outer = roll(2) ? json_pack("[o]", inner) : json_pack("{s:o}", "a", inner);

		inner = outer;
	}
	return inner;
}

enum way { FLIP, CUT, SPLICE, SWAP, NULLED, NEST, DROP, STRANGE, REPEAT, NO_CODES, WAYS };

static void spoil_tree(const struct carrier *carrier, json_t *root, enum way way)
{
	g_autoptr(GArray) slots = g_array_new(FALSE, FALSE, sizeof(struct slot));
	const struct slot *one, *two;

	if (way == NO_CODES) {
		no_codes(carrier, root);
		return;
	}
	collect(root, slots, way == SWAP || (way == STRANGE && roll(2)));
	if (!slots->len)
		return;
	one = &g_array_index(slots, struct slot, roll(slots->len));
	two = &g_array_index(slots, struct slot, roll(slots->len));
	if (way == SWAP) {
		json_t *first = json_incref(get(one)), *second = json_incref(get(two));

		put(one, second);
		put(two, first);
	} else if (way == NEST) {
		put(one, nested(json_incref(get(one))));
	} else if (way == DROP) {
		if (one->key)
			json_object_del(one->parent, one->key);
		else
			json_array_remove(one->parent, one->index);
	} else if (way == REPEAT && json_is_array(get(one))) {
		json_t *copy = json_deep_copy(get(one));

		for (guint i = roll(5); i > 0; i--)
			json_array_extend(get(one), copy);
		json_decref(copy);
	} else {
		put(one, way == NULLED ? json_null() : strange());
	}
}

static char *spoil_text(const char *body, enum way way)
{
	GString *text = g_string_new(body);
	guint times = 1 + roll(4);

	if (!text->len)
		g_string_append(text, "{}");
	if (way == CUT) {
		g_string_truncate(text, roll((guint) text->len));
	} else {
		for (guint i = 0; i < times; i++) {
			guint at = roll((guint) text->len);

			if (way == FLIP)
				text->str[at] = (char) (text->str[at] ^ (1 << roll(8)));
			else
				g_string_insert_c(text, at, (char) (1 + roll(255)));
		}
	}
	return g_string_free(text, FALSE);
}

/* Owned; *way may become another one where the answer is no JSON. */
static char *spoil(const struct carrier *carrier, const char *body, enum way *way)
{
	json_t *root = *way >= SWAP ? json_loads(body, 0, NULL) : NULL;
	char *text, *owned;

	if (!root) {
		*way = *way >= SWAP ? (enum way) roll(SWAP) : *way;
		return spoil_text(body, *way);
	}
	for (guint i = *way == NO_CODES ? 1 : 1 + roll(3); i > 0; i--)
		spoil_tree(carrier, root, *way);
	text = json_dumps(root, JSON_COMPACT | JSON_ENCODE_ANY);
	owned = g_strdup(text ? text : "");
	free(text);
	json_decref(root);
	return owned;
}

/* ---- judging ---- */

static bool final(enum track_status status)
{
	return status == TRACK_DELIVERED || status == TRACK_DELIVERED_OTHER || status == TRACK_RETURNED || status == TRACK_LOST;
}

/* Every event has a code, and none is in any row. */
static bool all_unlisted(const struct carrier *carrier, const struct tracking *t)
{
	for (guint i = 0; i < t->events->len; i++) {
		const struct track_event *event = g_ptr_array_index(t->events, i);

		if (!event->code || listed(carrier, event->code))
			return false;
	}
	return t->events->len;
}

static const struct carrier_step *step_of(const struct carrier *carrier, const char *name)
{
	for (guint i = 0; name && i < carrier->steps->len; i++)
		if (strcmp(((struct carrier_step *) carrier->steps->pdata[i])->name, name) == 0)
			return carrier->steps->pdata[i];
	return carrier->steps->pdata[carrier->steps->len - 1];
}

static const char *wrong(const struct carrier *carrier, const struct carrier_sample *sample, enum way way, const char *body,
			 const struct tracking *t, guint *proven)
{
	if (t->outcome != OUTCOME_OK && (t->status != TRACK_NONE || t->events->len))
		return "an answer that tells nothing has a status";
	if (sample->http >= 500 && t->outcome == OUTCOME_OK)
		return "a server's failure counts as an answer";
	if ((t->detail && !carrier_detail_ok(t->detail)) || (t->delivered_to && !carrier_detail_ok(t->delivered_to)))
		return "a word outside the vocabulary";
	for (guint i = 0; i < t->events->len; i++)
		if (((struct track_event *) t->events->pdata[i])->at > NOW + DAY_S)
			return "an event of the future";
	if (way == NO_CODES && all_unlisted(carrier, t)) {
		++*proven;
		if (final(t->status))
			return "unlisted codes ended the story";
	}
	if (final(t->status) && !justified(carrier, body, t->status))
		return "no word of the answer says so";
	return NULL;
}

static void spoilt_answers_end_no_story(void **state)
{
	guint samples = 0, made = 0, ok = 0, ends = 0, unlisted_made = 0, proven = 0, bad = 0, each;

	(void) state;
	for (guint c = 0; carriers_nth(carriers, c); c++)
		samples += carriers_nth(carriers, c)->samples->len;
	assert_true(samples > 20);
	each = MAX(MUTANTS / samples + 1, 2 * WAYS);
	for (guint c = 0; carriers_nth(carriers, c); c++) {
		const struct carrier *carrier = carriers_nth(carriers, c);

		for (guint s = 0; s < carrier->samples->len; s++) {
			const struct carrier_sample *sample = carrier->samples->pdata[s];

			for (guint i = 0; i < each; i++) {
				enum way way = (enum way) (i % WAYS);
				g_autofree char *body = spoil(carrier, sample->body, &way);
				scoped(tracking) t = carrier_read(carrier, step_of(carrier, sample->step), sample->http, body,
								  sample->number ? sample->number : "0", sample->courier, NOW);
				const char *why = wrong(carrier, sample, way, body, t, &proven);

				made++;
				ok += t->outcome == OUTCOME_OK;
				ends += final(t->status);
				unlisted_made += way == NO_CODES && t->outcome == OUTCOME_OK && t->events->len;
				if (why && bad++ < 10)
					print_message("# %s \"%s\", mutant %u (way %d): %s: %s %s: %.1500s\n", carrier->name, sample->name, i, way, why,
						      track_outcome_name(t->outcome), track_status_name(t->status), body);
			}
		}
	}
	print_message("# %u mutants of %u samples: %u are answers, %u of them end a story; codes replaced in %u, all unlisted in %u\n", made, samples,
		      ok, ends, unlisted_made, proven);
	assert_int_equal(bad, 0);
	assert_true(made >= MUTANTS);
	/* A test that spoils everything into nonsense would prove nothing. */
	assert_true(ok > made / 10 && ends > made / 50 && proven > unlisted_made / 2);
}

static int load(void **state)
{
	g_autofree char *path = g_build_filename(g_getenv("WISMO_TEST_SRC") ? g_getenv("WISMO_TEST_SRC") : ".", "templates", "carriers", NULL);
	g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
	const char *name;

	(void) state;
	carriers = carriers_new();
	dice = g_rand_new_with_seed(SEED);
	while (folder && (name = g_dir_read_name(folder))) {
		g_autofree char *file = g_build_filename(path, name, NULL);
		g_autoptr(GError) error = NULL;

		if (g_str_has_suffix(name, ".conf") && !carrier_load_file(file, carriers, &error)) {
			fprintf(stderr, "%s\n", error->message);
			return 1;
		}
	}
	return 0;
}

static int unload(void **state)
{
	(void) state;
	carriers_free(carriers);
	g_rand_free(dice);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(spoilt_answers_end_no_story) };

	return cmocka_run_group_tests(tests, load, unload);
}
