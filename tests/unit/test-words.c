/* Learned words beside rules: what they add, what keeps a message from looking sure, and files that are wrong. */
#include "tests/lib/unit.h"

#include "wismo/conf/pack_file.h"
#include "wismo/core/classify.h"

#include <glib/gstdio.h>
#include <string.h>

static const char pack_text[] =
	"lang = \"de\"\n"
	"stop = \"ist das mein nicht ein und\"\n"
	"rule nicht_da { match = 'paket ist nicht da' score = { \"not_arrived 4\" } }\n"
	"rule kaputt { match = 'scherben' score = { \"damaged 2.5\" } }\n"
	"rule doubt_money { scope = \"any\" match = '\\b(geld|konto)\\b' doubt = \"it speaks of money\" }\n";
static const char words_text[] =
	"# learned\n"
	"mein not_arrived 0.1\npaket not_arrived 1 resolved -0.5\nist not_arrived 0.1\nnicht not_arrived 0.1\nda not_arrived 0.1\n"
	"geld refund_status 0.5\nauf other 0.1\ndem other 0.1\nkonto refund_status 0.5\nscherben damaged 0.5\nin other 0.1\n"
	"welk- damaged 3\n";

static char *folder;

static void put(const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(folder, "patterns", name, NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static struct packs *load(GError **error)
{
	scoped(overlay) overlay = overlay_new(folder, error);

	return overlay ? pack_file_read_all(overlay, error) : NULL;
}

static int make_folder(void **state)
{
	g_autofree char *patterns = NULL;

	(void) state;
	folder = g_dir_make_tmp("wismo-words-XXXXXX", NULL);
	patterns = g_build_filename(folder, "patterns", NULL);
	if (!folder || g_mkdir(patterns, 0700) != 0)
		return 1;
	put("de.conf", pack_text);
	put("de.words", words_text);
	return 0;
}

static int drop_folder(void **state)
{
	static const char *const names[] = { "patterns/de.conf", "patterns/de.words", "patterns/de.gloss",
		"patterns/concepts.list", "patterns/concepts.words", "patterns", "" };

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(folder, names[i], NULL);

		g_remove(path);
	}
	g_clear_pointer(&folder, g_free);
	return 0;
}

static void read_text(const char *text, struct reading *reading)
{
	g_autoptr(GError) error = NULL;
	scoped(packs) packs = load(&error);
	const struct classify_input input = { .text = text, .topic_intent = -1, .lang_hint = "de" };

	if (!packs)
		fail_msg("%s", error->message);
	classify_text(packs, &input, reading);
}

static void only_plain_speech_looks_sure(void **state)
{
	static const struct { const char *text; bool sure; const char *doubt; } rows[] = {
		{ "mein Paket ist nicht da", true, NULL },
		{ "mein Paket ist nicht da, Quastenflosser schwimmen vorbei", false, NULL },	/* words never seen */
		{ "mein Paket ist nicht da, Geld ist auf dem Konto", false, "it speaks of money" },
		{ "mein Paket ist nicht da, ist in Scherben", false, NULL },			/* a rival */
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		scoped(reading) reading = reading_new();

		read_text(rows[i].text, reading);
		assert_int_equal(reading->intent, INTENT_NOT_ARRIVED);
		if ((reading->confidence > 0.75) != rows[i].sure)
			fail_msg("\"%s\": %.2f", rows[i].text, reading->confidence);
		assert_true(g_strcmp0(reading->doubt, rows[i].doubt) == 0);
	}
}

static void words_say_what_no_rule_says(void **state)
{
	scoped(reading) reading = reading_new();
	const struct evidence *first;

	(void) state;
	read_text("die Blume ist welkend", reading);
	assert_int_equal(reading->intent, INTENT_DAMAGED);
	first = g_ptr_array_index(reading->evidence, 0);
	assert_string_equal(first->rule, "de/words");
	assert_string_equal(first->text, "welkend");
	assert_true(first->weight == 3);
}

static void a_pack_that_learned_nothing_is_never_sure(void **state)
{
	scoped(reading) reading = reading_new();

	(void) state;
	put("de.words", "");
	read_text("mein Paket ist nicht da", reading);
	assert_int_equal(reading->intent, INTENT_NOT_ARRIVED);
	assert_true(reading->confidence <= 0.75);
}

static void wrong_lines_are_told_with_their_place(void **state)
{
	static const char *const rows[] = {
		"ok damaged 1\nkaputt damaged\n", "ok damaged 1\nkaputt broken 1\n", "ok damaged 1\nkaputt damaged 9\n",
		"ok damaged 1\nkaputt damaged x\n", "ok damaged 1\nkaputt damaged 1 other\n",
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		scoped(packs) packs = NULL;

		put("de.words", rows[i]);
		packs = load(&error);
		assert_null(packs);
		assert_non_null(strstr(error->message, "patterns/de.words:2: expected \"TOKEN INTENT WEIGHT"));
	}
}

/* What two languages mean alike is learned once. */
static void what_words_mean_weighs_in_every_language(void **state)
{
	scoped(reading) reading = reading_new();
	const struct evidence *first;

	(void) state;
	put("de.conf", pack_text);
	put("concepts.list", "money what one pays with\nback   again to the sender\n");
	put("concepts.words", "back+money refund_status 3\n");
	put("de.gloss", "money: Moneten*\nback: zurück retour\n");
	read_text("ist mein Moneten bald retour?", reading);
	assert_int_equal(reading->intent, INTENT_REFUND_STATUS);
	first = g_ptr_array_index(reading->evidence, 0);
	assert_string_equal(first->rule, "meaning/back+money");
	assert_string_equal(first->text, "Moneten bald retour");
	assert_true(first->weight == 3);
}

static void a_language_with_a_gloss_alone_is_read_but_never_sure(void **state)
{
	scoped(reading) asks = reading_new();
	scoped(reading) misses = reading_new();

	(void) state;
	put("de.conf", pack_text);
	put("de.words", "");
	put("concepts.list", "money what one pays with\nback again to the sender\nparcel goods\nnot not\n");
	put("concepts.words", "back+money refund_status 3\nnot+parcel not_arrived 3.9\n");
	put("de.gloss", "money: Moneten*\nback: zurück retour\nparcel: mein Paket ist da\nnot: nicht\n");
	read_text("ist mein Moneten bald retour?", asks);
	assert_int_equal(asks->intent, INTENT_REFUND_STATUS);
	read_text("mein Paket ist nicht da", misses);
	assert_int_equal(misses->intent, INTENT_NOT_ARRIVED);
	assert_true(misses->confidence <= 0.75);
}

static void a_gloss_is_read_as_an_editor_on_windows_leaves_it(void **state)
{
	scoped(reading) reading = reading_new();

	(void) state;
	put("de.conf", pack_text);
	put("concepts.list", "\xEF\xBB\xBFmoney what one pays with\r\nback again to the sender\r\n");
	put("concepts.words", "back+money refund_status 3\r\n");
	put("de.gloss", "\xEF\xBB\xBF# mine\r\n\r\n money : Moneten*\tKohle\r\nback:retour\r\n");
	read_text("ist die Kohle bald retour?", reading);
	assert_int_equal(reading->intent, INTENT_REFUND_STATUS);
}

static void wrong_glosses_are_told_with_their_place(void **state)
{
	static const struct { const char *name, *text, *told; } rows[] = {
		{ "concepts.list", "money coins\nback\n", "concepts.list:2: expected \"CONCEPT DESCRIPTION\"" },
		{ "concepts.list", "money coins\nBack home\n", "concepts.list:2: expected \"CONCEPT DESCRIPTION\"" },
		{ "concepts.list", "money coins\nmoney coins\n", "concepts.list:2: expected each concept once" },
		{ "de.gloss", "money: Geld\nback zurück\n", "de.gloss:2: expected \"CONCEPT: ENTRY" },
		{ "de.gloss", "money: Geld\nfront: vorne\n", "de.gloss:2: expected a concept of concepts.list before the colon, "
							       "not \"front\"" },
		{ "de.gloss", "money: Geld _ Kohle\n", "de.gloss:1: entry \"_\": a word of it is empty" },
		{ "de.gloss", "money: Geld*, Kohle\n", "de.gloss:1: entry \"Geld*,\": expected letters and digits" },
		{ "de.gloss", "money: Geld # Kohle\n", "de.gloss:1: entry \"#\": expected letters and digits" },
		{ "de.gloss", "\xff: Geld\n", "de.gloss:1: not UTF-8" },
		{ "concepts.words", "money damaged\n", "concepts.words:1: expected \"TOKEN INTENT WEIGHT" },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		scoped(packs) packs = NULL;

		put("concepts.list", "money what one pays with\nback   again to the sender\n");
		put("concepts.words", "");
		put("de.gloss", "");
		put(rows[i].name, rows[i].text);
		packs = load(&error);
		assert_null(packs);
		if (!strstr(error->message, rows[i].told))
			fail_msg("%s", error->message);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_folder, drop_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(only_plain_speech_looks_sure),
		CASE(words_say_what_no_rule_says),
		CASE(a_pack_that_learned_nothing_is_never_sure),
		CASE(wrong_lines_are_told_with_their_place),
		CASE(what_words_mean_weighs_in_every_language),
		CASE(a_language_with_a_gloss_alone_is_read_but_never_sure),
		CASE(a_gloss_is_read_as_an_editor_on_windows_leaves_it),
		CASE(wrong_glosses_are_told_with_their_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
