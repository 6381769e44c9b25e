/* What patterns are said to need, against the patterns themselves: over every rule of the packs and every message that packs
 * are fitted to, none that matches may be passed over. Prints how many tries are saved. */
#include "tests/lib/unit.h"

#include "wismo/conf/overlay.h"
#include "wismo/conf/pack_file.h"
#include "wismo/core/pack.h"

#include <stdio.h>
#include <string.h>

static const char *root;
static guint tried, saved, matched;

static void compare(const struct rule *rule, struct pattern *pattern, struct matcher *matcher, const struct folded *text,
		    const struct held *held)
{
	enum pattern_outcome found;
	bool may;

	if (!pattern || rule->scope == SCOPE_RAW)
		return;
	found = pattern_find(pattern, matcher, text->text, text->length, 0, NULL, NULL);
	may = pattern_may(pattern, held);
	tried++;
	saved += !may;
	matched += found == PATTERN_YES;
	if (found != PATTERN_NO && !may)
		fail_msg("%s matches \"%s\", which does not hold what it needs", rule->name, text->text);
}

static void compare_all(const struct pack *pack, struct matcher *matcher, const char *message)
{
	scoped(folded) text = fold_text(message, pack->fold, pack->words);
	scoped(held) held = held_new(pack->needles, text->text, text->length);

	for (guint i = 0; i < pack->rules->len; i++) {
		const struct rule *rule = g_ptr_array_index(pack->rules, i);

		compare(rule, rule->match, matcher, text, held);
		compare(rule, rule->unless, matcher, text, held);
		compare(rule, rule->veto, matcher, text, held);
		compare(rule, rule->with, matcher, text, held);
	}
}

static void of_language(const struct packs *packs, const struct pack *pack, struct matcher *matcher)
{
	g_autofree char *name = g_strdup_printf("%s/tests/corpus/%s.fit.txt", root, pack->lang);
	g_autofree char *bytes = NULL;

	if (!g_file_get_contents(name, &bytes, NULL, NULL))
		return;
	g_auto(GStrv) records = g_strsplit(bytes, "\n== ", -1);
	for (int i = 1; records[i]; i++) {
		const char *message = strstr(records[i], "\n\n");

		if (!message)
			continue;
		compare_all(pack, matcher, message);
		compare_all(packs_find(packs, "*"), matcher, message);
	}
}

static void no_pattern_that_matches_is_passed_over(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *templates = g_build_filename(root, "templates", NULL);
	scoped(overlay) overlay = overlay_new(templates, &error);
	scoped(packs) packs = overlay ? pack_file_read_all(overlay, &error) : NULL;
	scoped(matcher) matcher = matcher_new();

	(void) state;
	if (!packs)
		fail_msg("%s", error->message);
	for (guint i = 0; i < packs->list->len; i++)
		of_language(packs, g_ptr_array_index(packs->list, i), matcher);
	printf("# %u patterns on texts, %u match, %u need not be tried\n", tried, matched, saved);
	assert_true(matched > 5000);
	assert_true(saved > tried / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(no_pattern_that_matches_is_passed_over) };

	root = g_getenv("WISMO_TEST_SRC") ? g_getenv("WISMO_TEST_SRC") : ".";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
