/* Packs as values, and the trying of one rule. */
#include "wismo/core/pack.h"

#include <string.h>

static const char *const scopes[] = { "body", "subject", "any", "raw" };
_Static_assert(G_N_ELEMENTS(scopes) == RULE_SCOPE_COUNT, "one name for each scope");

int rule_scope_find(const char *name)
{
	for (int i = 0; i < RULE_SCOPE_COUNT; i++)
		if (strcmp(scopes[i], name) == 0)
			return i;
	return -1;
}

struct pack *pack_new(const char *lang)
{
	struct pack *pack = g_new0(struct pack, 1);

	pack->lang = g_strdup(lang);
	pack->temper = 1;
	pack->words = g_ptr_array_new_with_free_func(g_free);
	pack->stop = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	pack->needles = needles_new();
	pack->gloss = gloss_new();
	pack->rules = g_ptr_array_new_with_free_func(rule_free);
	return pack;
}

void pack_free(gpointer pointer)
{
	struct pack *pack = pointer;

	if (!pack)
		return;
	g_free(pack->lang);
	g_ptr_array_unref(pack->words);
	g_hash_table_unref(pack->stop);
	g_ptr_array_unref(pack->rules);
	needles_free(pack->needles);
	lexicon_free(pack->lexicon);
	gloss_free(pack->gloss);
	g_free(pack);
}

void rule_free(gpointer pointer)
{
	struct rule *rule = pointer;

	if (!rule)
		return;
	pattern_free(rule->match);
	pattern_free(rule->unless);
	pattern_free(rule->veto);
	pattern_free(rule->with);
	g_free(rule->name);
	g_free(rule->never);
	g_free(rule->doubt);
	g_free(rule);
}

struct packs *packs_new(void)
{
	struct packs *packs = g_new0(struct packs, 1);

	packs->matcher = matcher_new();
	packs->list = g_ptr_array_new_with_free_func(pack_free);
	packs->concepts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	packs->meanings = lexicon_new();
	return packs;
}

void packs_free(struct packs *packs)
{
	if (!packs)
		return;
	g_clear_pointer(&packs->vocabulary, g_hash_table_unref);
	g_ptr_array_unref(packs->list);
	g_hash_table_unref(packs->concepts);
	lexicon_free(packs->meanings);
	matcher_free(packs->matcher);
	g_free(packs);
}

const struct pack *packs_find(const struct packs *packs, const char *lang)
{
	for (guint i = 0; i < packs->list->len; i++) {
		const struct pack *pack = g_ptr_array_index(packs->list, i);

		if (g_strcmp0(pack->lang, lang) == 0)
			return pack;
	}
	return NULL;
}

/* Is `pattern` found in the line (sentence) of [start, end)? */
static enum pattern_outcome in_sentence(struct pattern *pattern, struct matcher *matcher, const char *text,
					gsize length, gsize start, gsize end)
{
	while (start > 0 && text[start - 1] != '\n')
		start--;
	while (end < length && text[end] != '\n')
		end++;
	return pattern_find(pattern, matcher, text + start, end - start, 0, NULL, NULL);
}

#define TRIES 8		/* matches of one rule that are looked at: the first may stand in a sentence that excuses it */

static void try_text(const struct rule *rule, struct matcher *matcher, const char *text, gsize length,
		     const struct held *holds, struct rule_hit *hit)
{
	gsize from = 0;

	if (!pattern_may(rule->match, holds))
		return;
	for (int i = 0; i < TRIES && from <= length; i++) {
		hit->outcome = pattern_find(rule->match, matcher, text, length, from, &hit->start, &hit->end);
		if (hit->outcome != PATTERN_YES || !rule->unless || !pattern_may(rule->unless, holds))
			return;
		enum pattern_outcome excuse = in_sentence(rule->unless, matcher, text, length, hit->start, hit->end);
		if (excuse != PATTERN_YES) {
			hit->outcome = excuse == PATTERN_NO ? PATTERN_YES : PATTERN_UNKNOWN;
			return;
		}
		hit->outcome = PATTERN_NO;
		from = MAX(hit->end, hit->start + 1);
		while (from < length && (text[from] & 0xC0) == 0x80)
			from++;
	}
}

/* Looks for a side condition in everything that the buyer wrote. */
static enum pattern_outcome anywhere(struct pattern *pattern, struct matcher *matcher,
				     const struct rule_view *view)
{
	enum pattern_outcome found = PATTERN_NO;

	if (pattern_may(pattern, view->body_holds))
		found = pattern_find(pattern, matcher, view->body->text, view->body->length, 0, NULL, NULL);
	if (found == PATTERN_NO && view->subject && pattern_may(pattern, view->subject_holds))
		found = pattern_find(pattern, matcher, view->subject->text, view->subject->length, 0, NULL, NULL);
	return found;
}

void rule_try(const struct rule *rule, struct matcher *matcher, const struct rule_view *view, struct rule_hit *hit)
{
	*hit = (struct rule_hit) { .outcome = PATTERN_NO };
	if (rule->scope == SCOPE_RAW)
		try_text(rule, matcher, view->raw, MIN(strlen(view->raw), view->body->at[view->body->length]), NULL, hit);
	else if (rule->scope != SCOPE_SUBJECT)
		try_text(rule, matcher, view->body->text, view->body->length, view->body_holds, hit);
	if (hit->outcome == PATTERN_NO && view->subject && (rule->scope == SCOPE_SUBJECT || rule->scope == SCOPE_ANY)) {
		hit->in_subject = true;
		try_text(rule, matcher, view->subject->text, view->subject->length, view->subject_holds, hit);
	}
	if (hit->outcome == PATTERN_YES && rule->veto) {
		enum pattern_outcome found = anywhere(rule->veto, matcher, view);

		hit->outcome = found == PATTERN_NO ? PATTERN_YES : found == PATTERN_YES ? PATTERN_NO : PATTERN_UNKNOWN;
	}
	if (hit->outcome == PATTERN_YES && rule->with)
		hit->outcome = anywhere(rule->with, matcher, view);
}
