/* Measures the packs on the labelled corpus.
 *	measure [--errors] [--time] LANG|all fit|fit2|fit3|say|held|exam|exam2
 * prints precision and recall of "not arrived", accuracy of intents, wishes and languages, and how often what
 * would be answered is right. --errors lists wrong messages with their evidence, but never of
 * held, exam and exam2, which must stay unseen by those who write packs. --floors makes the program fail below floors.txt. */
#include "wismo/conf/pack_file.h"
#include "wismo/core/buyertext.h"
#include "wismo/core/classify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct record {
	char *id, *subject, *text;
	int intent, wish, urgency;
	bool answerable;
};

struct score {
	int count, hit, false_alarm, missed, intent_right, wish_right, lang_right;
	int answered, answered_right, must_not;		/* must_not: answered although labelled "answerable: no" */
	int of[INTENT_COUNT], right[INTENT_COUNT];
};

static const char *const langs[] = { "de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "sv", "tr" };
static const char *const parts[] = { "fit", "fit2", "fit3", "say", "held", "exam", "exam2", NULL };
static bool show_errors, show_time, show_features;
static gint64 spent_us;

static void record_free(gpointer pointer)
{
	struct record *record = pointer;

	g_free(record->id);
	g_free(record->subject);
	g_free(record->text);
	g_free(record);
}

static void read_key(struct record *record, const char *line)
{
	const char *value = strchr(line, ':');

	if (!value)
		return;
	value += strspn(value, ": ");
	if (g_str_has_prefix(line, "intent:"))
		record->intent = intent_find(value);
	else if (g_str_has_prefix(line, "wish:"))
		record->wish = wish_find(value);
	else if (g_str_has_prefix(line, "urgency:"))
		record->urgency = urgency_find(value);
	else if (g_str_has_prefix(line, "subject:"))
		record->subject = g_strdup(value);
	else if (g_str_has_prefix(line, "answerable: no"))
		record->answerable = false;
}

/* Phrases: a line "== INTENT", then one phrase a line. */
static void read_phrases(const char *all, GPtrArray *records)
{
	g_auto(GStrv) lines = g_strsplit(all, "\n", -1);
	int intent = -1;

	for (int i = 0; lines[i]; i++) {
		if (g_str_has_prefix(lines[i], "== ")) {
			intent = intent_find(lines[i] + 3);
			if (intent < 0) {
				fprintf(stderr, "line %d: no such intent: %s\n", i + 1, lines[i] + 3);
				exit(2);
			}
		} else if (*lines[i] && *lines[i] != '#' && intent >= 0) {
			struct record *record = g_new0(struct record, 1);

			record->answerable = true;
			record->intent = intent;
			record->id = g_strdup_printf("line %d", i + 1);
			record->text = g_strdup(lines[i]);
			g_ptr_array_add(records, record);
		}
	}
}

/* Records of one file; exits when it cannot be read. */
static GPtrArray *read_corpus(const char *lang, const char *part)
{
	const char *source = g_getenv("WISMO_TEST_SRC");
	g_autofree char *path = g_strdup_printf("%s/tests/corpus/%s.%s.txt", source ? source : ".", lang, part);
	g_autofree char *all = NULL;
	GPtrArray *records = g_ptr_array_new_with_free_func(record_free);

	if (!g_file_get_contents(path, &all, NULL, NULL)) {
		fprintf(stderr, "%s: cannot be read\n", path);
		exit(2);
	}
	if (strcmp(part, "say") == 0) {
		read_phrases(all, records);
		return records;
	}
	g_auto(GStrv) pieces = g_strsplit(all + (g_str_has_prefix(all, "== ") ? 3 : 0), "\n== ", -1);
	for (char **piece = pieces; *piece; piece++) {
		g_auto(GStrv) halves = g_strsplit(*piece, "\n\n", 2);
		if (!halves[0] || !halves[1])
			continue;
		g_auto(GStrv) lines = g_strsplit(halves[0], "\n", -1);
		struct record *record = g_new0(struct record, 1);

		record->answerable = true;
		record->id = g_strdup(lines[0]);
		for (char **line = lines + 1; *line; line++)
			read_key(record, *line);
		record->text = g_strstrip(g_strdup(halves[1]));
		g_ptr_array_add(records, record);
	}
	return records;
}

static void tell(const struct record *record, const struct reading *reading)
{
	printf("\n%s: %s, not %s (%.2f) lang %s%s%s\n  %s%s%s\n", record->id, intent_name((enum intent) record->intent),
	       intent_name(reading->intent), reading->confidence, reading->lang, reading->never ? " never: " : "",
	       reading->never ? reading->never : "", record->subject ? record->subject : "", record->subject ? " | " : "",
	       record->text);
	for (guint i = 0; i < reading->evidence->len; i++) {
		const struct evidence *evidence = g_ptr_array_index(reading->evidence, i);

		printf("    %+.1f %s (%s) \"%s\"\n", evidence->weight, intent_name(evidence->intent), evidence->rule,
		       evidence->text);
	}
}

static void count(const struct record *record, const struct reading *reading, const char *lang, struct score *score)
{
	const bool wanted = intent_means_not_arrived((enum intent) record->intent);
	const bool said = intent_means_not_arrived(reading->intent);

	score->count++;
	score->of[record->intent]++;
	score->right[record->intent] += (int) reading->intent == record->intent;
	score->hit += wanted && said;
	score->missed += wanted && !said;
	score->false_alarm += !wanted && said;
	score->intent_right += (int) reading->intent == record->intent;
	score->wish_right += (int) reading->wish == record->wish;
	score->lang_right += strcmp(reading->lang, lang) == 0;
	if (said && reading->confidence >= CLASSIFY_SURE && !reading->never && reading->urgency != URGENCY_LEGAL) {
		score->answered++;
		score->answered_right += wanted && record->answerable;
		score->must_not += !record->answerable;
	}
	if (show_errors && ((int) reading->intent != record->intent || strcmp(reading->lang, lang) != 0))
		tell(record, reading);
}

/* What contrib/fit-weights.py starts from: the intents, then each rule with its weights. */
static void tell_rule(const char *name, const double weight[INTENT_COUNT])
{
	printf("rule %s", name);
	for (int i = 0; i < INTENT_COUNT; i++)
		printf(" %.3f", weight[i]);
	putchar('\n');
}

static void tell_packs(struct packs *packs, const char *lang)
{
	printf("intents");
	for (int i = 0; i < INTENT_COUNT; i++)
		printf(" %s", intent_name((enum intent) i));
	putchar('\n');
	for (guint p = 0; p < packs->list->len; p++) {
		const struct pack *pack = g_ptr_array_index(packs->list, p);

		if (strcmp(pack->lang, lang) == 0)
			tell_rule("bias", pack->bias);
		for (guint i = 0; i < pack->rules->len; i++) {
			const struct rule *rule = g_ptr_array_index(pack->rules, i);

			tell_rule(rule->name, rule->weight);
		}
	}
}

static void tell_token(const char *token, gsize start, gsize end, void *data)
{
	(void) start;
	(void) end;
	printf(" %s", token);
	(void) data;
}

/* A rule whose words stand in the subject only counts half: its name ends in @. */
static bool is_half(const struct pack *pack, const struct evidence *evidence)
{
	for (guint i = 0; i < pack->rules->len; i++) {
		const struct rule *rule = g_ptr_array_index(pack->rules, i);

		if (strcmp(rule->name, evidence->rule) == 0)
			return rule->scope == SCOPE_ANY && evidence->start == evidence->end;
	}
	return false;
}

/* Five lines a message: its intent and the rules that fired, the tokens of its text, those of its subject, and what
 * both mean. */
static void tell_features(struct packs *packs, const char *lang, const struct record *record, const char *text,
			  const struct reading *reading)
{
	const struct pack *pack = packs_find(packs, lang);
	scoped(folded) body = fold_text(text, pack->fold, pack->words);
	scoped(folded) subject = fold_text(record->subject ? record->subject : "", pack->fold, pack->words);

	printf("message %s", intent_name((enum intent) record->intent));
	for (guint i = 0; i < reading->evidence->len; i++) {
		const struct evidence *evidence = g_ptr_array_index(reading->evidence, i);

		if (!g_str_has_suffix(evidence->rule, "/words") && !g_str_has_prefix(evidence->rule, "meaning/"))
			printf(" %s%s", evidence->rule, is_half(pack, evidence) ? "@" : "");
	}
	printf("\nbody");
	lexicon_tokens(body, tell_token, NULL);
	printf("\nsubject");
	lexicon_tokens(subject, tell_token, NULL);
	printf("\nmeaning");
	gloss_tokens(pack->gloss, body, tell_token, NULL);
	printf("\nsubject_meaning");
	gloss_tokens(pack->gloss, subject, tell_token, NULL);
	putchar('\n');
}

static void measure(struct packs *packs, const char *lang, const char *part, struct score *score)
{
	g_autoptr(GPtrArray) records = read_corpus(lang, part);

	for (guint i = 0; i < records->len; i++) {
		const struct record *record = g_ptr_array_index(records, i);
		scoped(buyertext) own = buyertext_cut_plain(record->text, NULL);
		const struct classify_input input = {
			.text = own->own, .subject = record->subject, .topic_intent = -1,
		};
		scoped(reading) reading = reading_new();
		const gint64 before = g_get_monotonic_time();

		classify_text(packs, &input, reading);
		spent_us += g_get_monotonic_time() - before;
		if (show_features)
			tell_features(packs, lang, record, input.text, reading);
		else
			count(record, reading, lang, score);
	}
}

static double ratio(int part, int whole)
{
	return whole ? (double) part / whole : 1;
}

static void print(const char *lang, const struct score *score)
{
	printf("%-4s n %4d  precision %.3f  recall %.3f  intent %.3f  wish %.3f  lang %.3f  answered %4d right %.3f "
	       "must-not %d\n", lang, score->count, ratio(score->hit, score->hit + score->false_alarm),
	       ratio(score->hit, score->hit + score->missed), ratio(score->intent_right, score->count),
	       ratio(score->wish_right, score->count), ratio(score->lang_right, score->count), score->answered,
	       ratio(score->answered_right, score->answered), score->must_not);
}

static void print_intents(const struct score *score)
{
	for (int i = 0; i < INTENT_COUNT; i++)
		if (score->of[i])
			printf("  %-20s %3d of %3d\n", intent_name((enum intent) i), score->right[i], score->of[i]);
}

static void add(struct score *all, const struct score *one)
{
	const int *from = (const int *) one;
	int *to = (int *) all;

	for (gsize i = 0; i < sizeof *one / sizeof(int); i++)
		to[i] += from[i];
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	const char *lang = NULL, *part = NULL;
	struct score all = { 0 };

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--errors") == 0)
			show_errors = true;
		else if (strcmp(argv[i], "--time") == 0)
			show_time = true;
		else if (strcmp(argv[i], "--features") == 0)
			show_features = true;
		else if (!lang)
			lang = argv[i];
		else
			part = argv[i];
	}
	if (!part || !g_strv_contains(parts, part)) {
		fprintf(stderr, "usage: measure [--errors] [--time] [--features] LANG|all fit|fit2|fit3|say|held|exam|exam2\n");
		return 2;
	}
	if (strcmp(part, "held") == 0 || g_str_has_prefix(part, "exam"))
		show_errors = show_features = false;
	const char *source = g_getenv("WISMO_TEST_SRC");
	g_autofree char *data = g_build_filename(source ? source : ".", "templates", NULL);
	scoped(overlay) overlay = overlay_new(data, &error);
	scoped(packs) packs = overlay ? pack_file_read_all(overlay, &error) : NULL;
	if (!packs) {
		fprintf(stderr, "%s\n", error->message);
		return 2;
	}
	if (show_features)
		tell_packs(packs, lang);
	for (gsize i = 0; i < G_N_ELEMENTS(langs); i++) {
		struct score one = { 0 };

		if (strcmp(lang, "all") != 0 && strcmp(lang, langs[i]) != 0)
			continue;
		measure(packs, langs[i], part, &one);
		if (!show_features)
			print(langs[i], &one);
		add(&all, &one);
	}
	if (show_features)
		return 0;
	if (strcmp(lang, "all") == 0)
		print("all", &all);
	print_intents(&all);
	if (show_time)
		printf("%.1f us a text\n", (double) spent_us / MAX(1, all.count));
	return 0;
}
