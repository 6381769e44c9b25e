/* Limits of matching, folding with its way back, and the scoring of small packs. */
#include "tests/lib/unit.h"

#include "wismo/conf/pack_file.h"
#include "wismo/core/classify.h"
#include "wismo/core/language.h"

#include <string.h>
#include <time.h>

static enum pattern_outcome find(const char *source, const char *text)
{
	g_autoptr(GError) error = NULL;
	scoped(pattern) pattern = pattern_new(source, NULL, &error);
	scoped(matcher) matcher = matcher_new();

	if (!pattern)
		fail_msg("%s: %s", source, error->message);
	return pattern_find(pattern, matcher, text, strlen(text), 0, NULL, NULL);
}

static void a_pattern_that_explodes_is_unknown_within_a_bound(void **state)
{
	static const char *const bombs[] = {
		"^(a+)+$", "^(a|aa)+$", "^(a|a?)+$", "(.*a){20}$", "^((a+)*b?)*$",
	};
	g_autofree char *text = g_strnfill(5001, 'a');

	(void) state;
	text[5000] = '!';
	for (gsize i = 0; i < G_N_ELEMENTS(bombs); i++) {
		const clock_t before = clock();

		assert_int_not_equal(find(bombs[i], text), PATTERN_YES);
		assert_true(clock() - before < CLOCKS_PER_SEC / 4);	/* of processor: others may be busy */
	}
	assert_int_equal(find("^(a+)+$", text), PATTERN_UNKNOWN);
}

static void a_broken_pattern_tells_where(void **state)
{
	g_autoptr(GError) error = NULL;

	(void) state;
	assert_null(pattern_new("paket(nicht", NULL, &error));
	assert_non_null(strstr(error->message, "parenthesis"));
}

static void text_is_folded(void **state)
{
	static const struct { const char *from, *to; enum fold_flags flags; } rows[] = {
		{ "Zurück", "zuruck", FOLD_UMLAUT }, { "zurueck", "zuruck", FOLD_UMLAUT }, { "neue Quelle", "neue quelle", FOLD_UMLAUT },
		{ "Straße", "strasse", FOLD_PLAIN }, { "İstanbul ığdır", "istanbul igdir", FOLD_PLAIN },
		{ "żółć Łódź", "zolc lodz", FOLD_PLAIN }, { "bitteeeee", "bitte", FOLD_PLAIN }, { "sooo", "so", FOLD_PLAIN },
		{ "„Paket“ – weg", "\"paket\" - weg", FOLD_PLAIN }, { "a\xC2\xA0\xC2\xA0" "b", "a b", FOLD_PLAIN },
		{ "Am 3.11. bestellt. Nichts da!", "am 3.11. bestellt\nnichts da", FOLD_PLAIN },
		{ "Nr. 2 fehlt. Wo?", "nr. 2 fehlt\nwo?", FOLD_PLAIN }, { "届いていません。いつ？", "届いていません\nいつ?", FOLD_PLAIN },
		{ "", "", FOLD_PLAIN }, { "e\xCC\x81te", "ete", FOLD_PLAIN },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		scoped(folded) folded = fold_text(rows[i].from, rows[i].flags, NULL);

		assert_string_equal(folded->text, rows[i].to);
		assert_int_equal(folded->length, strlen(folded->text));
	}
}

static void what_is_called_folded_stays_as_it_is(void **state)
{
	static const struct { const char *word; bool plain, umlaut; } rows[] = {
		{ "paket", true, true }, { "neue", true, true }, { "quelle", true, true }, { "24", true, true },
		{ "zurueck", true, false }, { "aerger", true, false }, { "oe", true, false },
		{ "Paket", false, false }, { "für", false, false }, { "biitte", true, true }, { "biiitte", false, false },
		{ "l'avis", false, false }, { "nr.", false, false }, { "a b", false, false }, { "荷物", false, false },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		for (int flags = FOLD_PLAIN; flags <= FOLD_UMLAUT; flags++) {
			const bool done = fold_done_ok(rows[i].word, (enum fold_flags) flags);
			scoped(folded) folded = fold_text(rows[i].word, (enum fold_flags) flags, NULL);

			if (done != (flags ? rows[i].umlaut : rows[i].plain) || (done && strcmp(folded->text, rows[i].word) != 0))
				fail_msg("\"%s\", %d: \"%s\"", rows[i].word, flags, folded->text);
		}
}

static void every_folded_byte_knows_its_original(void **state)
{
	static const char text[] = "Ärger!!! Mein Pakeeeet  (Größe ﬃ) ist „weg“…\n\nWo?";
	scoped(folded) folded = fold_text(text, FOLD_UMLAUT, NULL);

	(void) state;
	for (gsize i = 0; i < folded->length; i++) {
		assert_true(folded->at[i] <= folded->at[i + 1]);
		assert_true(folded->at[i] < strlen(text));
		assert_true((text[folded->at[i]] & 0xC0) != 0x80);
	}
	assert_int_equal(folded->at[folded->length], strlen(text));
}

static void slips_in_key_words_are_mended_and_inflections_left(void **state)
{
	static const struct { const char *from, *to; } rows[] = {
		{ "mein pakte", "mein paket" }, { "die leiferung", "die lieferung" }, { "pakete", "pakete" },
		{ "lieferungen", "lieferungen" }, { "sendungverfolgung", "sendungsverfolgung" }, { "poket", "paket" },
		{ "raket", "raket" }, { "lieferant", "lieferant" }, { "lieferug", "lieferung" },
	};
	g_autoptr(GPtrArray) words = g_ptr_array_new();

	(void) state;
	g_ptr_array_add(words, (char *) "paket");
	g_ptr_array_add(words, (char *) "lieferung");
	g_ptr_array_add(words, (char *) "sendungsverfolgung");
	g_ptr_array_add(words, (char *) "=lieferant");	/* right as it is, though near a key word */
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		scoped(folded) folded = fold_text(rows[i].from, FOLD_PLAIN, words);

		assert_string_equal(folded->text, rows[i].to);
		assert_int_equal(folded->at[folded->length], strlen(rows[i].from));
	}
}

static const char small[] =
	"lang = \"de\"\nfold = { \"umlaut\" }\nstop = \"das ist nicht mein ich\"\n"
	"define paket { match = { 'paket', 'päckchen' } }\n"
	"rule weg { match = { '(?&paket)(?&gap)nicht da' }\n unless = { 'rechnung' }\n score = { \"not_arrived 5\" }\n"
	" yes = { 'Mein Paeckchen ist nicht da' }\n no = { 'Rechnung zum Paket nicht da' } }\n"
	"rule da { match = { 'ist angekommen' }\n score = { \"resolved 6\", \"missing -3\" } }\n"
	"rule recht { match = { 'anwalt' }\n urgency = \"legal\"\n never = \"law\" }\n"
	"rule geld { match = { 'geld zurück' }\n wish = \"refund\" }\n"
	"rule bombe { match = { '^((ab)+)+$' }\n score = { \"spam 3\" } }\n";

static struct packs *small_packs(void)
{
	g_autoptr(GError) error = NULL;
	struct packs *packs = packs_new();
	struct pack *pack = pack_file_parse("small.conf", small, &error);

	if (!pack)
		fail_msg("%s", error->message);
	g_ptr_array_add(packs->list, pack);
	return packs;
}

static void messages_are_read_with_exact_evidence(void **state)
{
	static const struct { const char *text; enum intent intent; enum wish wish; enum urgency urgency; const char *seen; } rows[] = {
		{ "Hallo, mein Päckchen ist nicht da.", INTENT_NOT_ARRIVED, WISH_NONE, URGENCY_NORMAL, "Päckchen ist nicht da" },
		{ "Das Paket ist nicht da, Geld zurück!", INTENT_NOT_ARRIVED, WISH_REFUND, URGENCY_NORMAL, "Paket ist nicht da" },
		{ "Paket nicht da? Doch, es ist angekommen.", INTENT_RESOLVED, WISH_NONE, URGENCY_NORMAL, "ist angekommen" },
		{ "Paket nicht da. Mein Anwalt meldet sich.", INTENT_NOT_ARRIVED, WISH_NONE, URGENCY_LEGAL, "Paket nicht da" },
	};
	scoped(packs) packs = small_packs();

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		scoped(reading) reading = reading_new();
		const struct classify_input input = { .text = rows[i].text, .topic_intent = -1 };

		classify_text(packs, &input, reading);
		assert_string_equal(reading->lang, "de");
		assert_int_equal(reading->intent, rows[i].intent);
		assert_int_equal(reading->wish, rows[i].wish);
		assert_int_equal(reading->urgency, rows[i].urgency);
		const struct evidence *first = g_ptr_array_index(reading->evidence, 0);
		assert_string_equal(first->text, rows[i].seen);
		assert_memory_equal(rows[i].text + first->start, rows[i].seen, first->end - first->start);
		assert_int_equal(reading->never != NULL, rows[i].urgency == URGENCY_LEGAL);
	}
}

static void a_rule_at_its_limit_or_unread_text_makes_a_message_unsure(void **state)
{
	scoped(packs) packs = small_packs();
	g_autofree char *rest = g_strnfill(FOLD_CAP_BYTES, 'x');
	g_autoptr(GString) bomb = g_string_new("mein paket ist nicht da. ");
	g_autofree char *big = g_strconcat("mein paket ist nicht da. ", rest, NULL);

	(void) state;
	/* letters three of a kind are folded, so the bomb is laid of pairs */
	for (int i = 0; i < 300; i++)
		g_string_append(bomb, "ab");
	g_string_append(bomb, "c");
	const struct { const char *text; bool sure; } rows[] = {
		{ "mein paket ist nicht da", true }, { bomb->str, false }, { big, false },
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		scoped(reading) reading = reading_new();
		const struct classify_input input = { .text = rows[i].text, .topic_intent = -1 };

		classify_text(packs, &input, reading);
		assert_int_equal(reading->intent, INTENT_NOT_ARRIVED);
		assert_int_equal(reading->confidence > 0.5, rows[i].sure);
	}
}

static void the_topic_is_a_hint_that_the_body_overrules(void **state)
{
	scoped(packs) packs = small_packs();
	scoped(reading) mute = reading_new();
	scoped(reading) body = reading_new();
	struct classify_input input = { .text = "siehe oben", .topic_intent = INTENT_NOT_ARRIVED, .topic_wish = WISH_REFUND };

	(void) state;
	input.topic_intent = INTENT_DAMAGED;
	classify_text(packs, &input, mute);
	assert_int_equal(mute->intent, INTENT_DAMAGED);
	assert_int_equal(mute->wish, WISH_REFUND);
	input.text = "das ist angekommen";
	classify_text(packs, &input, body);
	assert_int_equal(body->intent, INTENT_RESOLVED);
}

static void mistakes_in_packs_are_told_with_their_place(void **state)
{
	static const struct { const char *text, *message; } rows[] = {
		{ "rule a { match = { 'x' } }\n", "lang is missing" },
		{ "lang = \"de\"\nrule a { match = { '(x' } }\n", "parenthesis" },
		{ "lang = \"de\"\nrule a { match = { '(?&y)' } }\n", "no block \"y\"" },
		{ "lang = \"de\"\nrule a { match = { 'x' }\n score = { \"lost 3\" } }\n", "no such intent" },
		{ "lang = \"de\"\nrule a { match = { 'x' }\n score = { \"spam\" } }\n", "INTENT WEIGHT" },
		{ "lang = \"de\"\nrule a { match = { 'x' }\n scope = \"head\" }\n", "scope is" },
		{ "lang = \"de\"\nrule a { match = { 'x' }\n yes = { 'y' } }\n", "does not match" },
		{ "lang = \"de\"\nrule a { match = { 'x' }\n no = { 'x' } }\n", "matches" },
		{ "lang = \"de\"\nrule a { score = { \"spam 1\" } }\n", "no match" },
		{ "lang = \"de\"\nrule a { match = { 'x' } }\nrule a { match = { 'y' } }\n", "p.conf:3" },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(pack_file_parse("p.conf", rows[i].text, &error));
		assert_true(g_str_has_prefix(error->message, "p.conf:"));
		if (!strstr(error->message, rows[i].message))
			fail_msg("row %u: %s", (guint) i, error->message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pattern_that_explodes_is_unknown_within_a_bound),
		cmocka_unit_test(a_broken_pattern_tells_where),
		cmocka_unit_test(text_is_folded),
		cmocka_unit_test(what_is_called_folded_stays_as_it_is),
		cmocka_unit_test(every_folded_byte_knows_its_original),
		cmocka_unit_test(slips_in_key_words_are_mended_and_inflections_left),
		cmocka_unit_test(messages_are_read_with_exact_evidence),
		cmocka_unit_test(a_rule_at_its_limit_or_unread_text_makes_a_message_unsure),
		cmocka_unit_test(the_topic_is_a_hint_that_the_body_overrules),
		cmocka_unit_test(mistakes_in_packs_are_told_with_their_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
