/* In which languages buyers have written lately, and whether every answer of the rules can be given in them. */
#include "check_p.h"

#include "wismo/core/policy.h"
#include "wismo/core/render.h"
#include "wismo/store/overview.h"

#include <string.h>

#define MAILS_LAST 500

struct languages {
	struct checks *checks;
	const struct rulebook *book;
	bool any;
};

/* Names that this language lacks, each once: "in_transit, pickup". Owned. */
static char *lacks(const struct rulebook *book, const char *lang)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();

	for (guint i = 0; i < policy_size(book->policy); i++) {
		const struct policy_rule *rule = policy_nth(book->policy, i);

		if (rule->reply && g_strcmp0(replies_lang(book->replies, rule->reply, lang), lang) != 0
		    && !g_ptr_array_find_with_equal_func(names, rule->reply, g_str_equal, NULL))
			g_ptr_array_add(names, rule->reply);
	}
	g_ptr_array_add(names, NULL);
	return g_strjoinv(", ", (char **) names->pdata);
}

static bool look(const char *what, const char *lang, gint64 count, void *user)
{
	struct languages *languages = user;
	g_autofree char *missing = lacks(languages->book, lang);
	g_autofree char *id = g_strdup_printf("language.%s", lang);
	g_autofree char *said = NULL, *mend = NULL;

	(void) what;
	languages->any = true;
	said = g_strdup_printf("%" G_GINT64_FORMAT " of the last %d buyers' mails%s%s", count, MAILS_LAST,
			       *missing ? "; no answer in this language: " : "; every answer is there", missing);
	mend = g_strdup_printf("their drafts wait for a person; translate replies/en into a folder replies/%s, wismo-templates(5)", lang);
	check_tell(languages->checks, *missing ? GRADE_WARN : GRADE_OK, id, said, *missing ? mend : NULL);
	return true;
}

void check_languages(struct checks *checks, struct store *store, const struct rulebook *book)
{
	struct languages languages = { checks, book, false };
	g_autoptr(GError) error = NULL;

	if (!overview_languages(store, MAILS_LAST, look, &languages, &error))
		check_tell(checks, GRADE_FAIL, "language", error->message, NULL);
	else if (!languages.any)
		check_tell(checks, GRADE_OK, "language", "no buyer has written yet", NULL);
}
