/* pattern pack files -> core/pack.h. Building blocks are put in textually, so that PCRE2 sees one flat pattern
 * and can still start a search at its first letters. */
#include "wismo/conf/pack_file.h"

#include "confuse_p.h"
#include "gloss_file_p.h"
#include "pack_weights_p.h"
#include "wismo/base/error.h"

#include <stdlib.h>
#include <string.h>

#define EXPANDED_CAP 65536	/* bytes of a pattern with its blocks; ours stay below 4,000 */

struct reader {
	struct pack *pack;
	GHashTable *blocks;	/* name -> expanded, folded pattern */
	const char *label;	/* before rule names: the language, or the file's for "*" */
	struct matcher *matcher;
};

static cfg_opt_t block_options[] = {
	CFG_STR_LIST((char *) "match", NULL, CFGF_NODEFAULT),
	CFG_END()
};

static cfg_opt_t rule_options[] = {
	CFG_STR_LIST((char *) "match", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST((char *) "unless", NULL, CFGF_NONE),
	CFG_STR_LIST((char *) "veto", NULL, CFGF_NONE),
	CFG_STR_LIST((char *) "with", NULL, CFGF_NONE),
	CFG_STR((char *) "scope", (char *) "body", CFGF_NONE),
	CFG_STR_LIST((char *) "score", NULL, CFGF_NONE),
	CFG_STR((char *) "wish", NULL, CFGF_NONE),
	CFG_STR((char *) "urgency", NULL, CFGF_NONE),
	CFG_STR((char *) "never", NULL, CFGF_NONE),
	CFG_STR((char *) "doubt", NULL, CFGF_NONE),
	CFG_STR_LIST((char *) "yes", NULL, CFGF_NONE),
	CFG_STR_LIST((char *) "no", NULL, CFGF_NONE),
	CFG_END()
};

static cfg_opt_t pack_options[] = {
	CFG_STR((char *) "lang", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST((char *) "fold", NULL, CFGF_NONE),
	CFG_STR((char *) "stop", (char *) "", CFGF_NONE),
	CFG_STR((char *) "words", (char *) "", CFGF_NONE),
	CFG_STR_LIST((char *) "bias", NULL, CFGF_NONE),
	CFG_SEC((char *) "define", block_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_SEC((char *) "rule", rule_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_END()
};

/* Replaces each (?&name) by its block; NULL with an error for an unknown one. */
static char *expand(const struct reader *reader, cfg_t *section, const char *folded, GError **error)
{
	g_autoptr(GString) out = g_string_new(NULL);

	for (const char *p = folded, *at; ; p = strchr(at, ')') + 1) {
		at = strstr(p, "(?&");
		const char *close = at ? strchr(at, ')') : NULL;

		if (!close) {
			g_string_append(out, p);
			break;
		}
		g_autofree char *name = g_strndup(at + 3, (gsize) (close - at) - 3);
		const char *block = g_hash_table_lookup(reader->blocks, name);

		g_string_append_len(out, p, at - p);
		if (!block) {
			confuse_fail(section, error, "no block \"%s\" is defined above", name);
			return NULL;
		}
		g_string_append(out, block);
		if (out->len > EXPANDED_CAP) {
			confuse_fail(section, error, "the pattern with its blocks is longer than %d bytes", EXPANDED_CAP);
			return NULL;
		}
	}
	return g_strdup(out->str);
}

/* A list of patterns as one group of alternatives. Owned; NULL with an error, or without one when empty. */
static char *join(const struct reader *reader, cfg_t *section, const char *option, enum rule_scope scope,
		  GError **error)
{
	g_autoptr(GString) all = g_string_new("(?:");
	const unsigned count = cfg_size(section, option);

	for (unsigned i = 0; i < count; i++)
		g_string_append_printf(all, "%s%s", i ? "|" : "", cfg_getnstr(section, option, i));
	if (!count)
		return NULL;
	g_string_append_c(all, ')');
	if (scope == SCOPE_RAW)
		return g_strdup(all->str);
	g_autofree char *folded = fold_pattern(all->str, reader->pack->fold);
	return expand(reader, section, folded, error);
}

static bool compile(const struct reader *reader, cfg_t *section, const char *option, enum rule_scope scope,
		    struct pattern **pattern, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autofree char *source = join(reader, section, option, scope, &cause);

	if (cause) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	if (!source)
		return true;
	/* What is matched as typed, capitals and all, is not what needles are looked for in. */
	*pattern = pattern_new(source, scope == SCOPE_RAW ? NULL : reader->pack->needles, &cause);
	if (*pattern)
		return true;
	return confuse_fail(section, error, "%s: %s", option, cause->message);
}

static const struct { const char *name; enum intent of[3]; int count; } groups[] = {
	{ "missing", { INTENT_NOT_ARRIVED, INTENT_DELIVERED_MISSING, INTENT_RETURNED_TO_SENDER }, 3 },
};

/* "not_arrived +3" -> weight; sets *first to the intent. */
static bool read_score(cfg_t *section, const char *text, double weight[INTENT_COUNT], enum intent *first, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(text, " ", 2);
	char *end = NULL;
	const double value = parts[0] && parts[1] ? g_ascii_strtod(parts[1], &end) : 0;
	const int intent = parts[0] ? intent_find(parts[0]) : -1;

	if (!end || *end || end == parts[1] || value < -20 || value > 20)
		return confuse_fail(section, error, "score \"%s\": expected \"INTENT WEIGHT\", weight from -20 to 20", text);
	for (gsize g = 0; g < G_N_ELEMENTS(groups); g++)
		if (strcmp(parts[0], groups[g].name) == 0) {
			for (int i = 0; i < groups[g].count; i++)
				weight[groups[g].of[i]] += value;
			*first = groups[g].of[0];
			return true;
		}
	if (intent < 0)
		return confuse_fail(section, error, "score \"%s\": no such intent", text);
	weight[intent] += value;
	*first = (enum intent) intent;
	return true;
}

static bool read_scores(cfg_t *section, const char *option, double weight[INTENT_COUNT], enum intent *first,
			GError **error)
{
	for (unsigned i = 0; i < cfg_size(section, option); i++) {
		enum intent intent = INTENT_OTHER;

		if (!read_score(section, cfg_getnstr(section, option, i), weight, &intent, error))
			return false;
		if (i == 0)
			*first = intent;
	}
	return true;
}

static bool prove_one(const struct reader *reader, cfg_t *section, const struct rule *rule, const char *text,
		      enum pattern_outcome wanted, GError **error)
{
	scoped(folded) body = fold_text(text, reader->pack->fold, reader->pack->words);
	scoped(held) holds = held_new(reader->pack->needles, body->text, body->length);
	const struct rule_view view = { text, body, rule->scope == SCOPE_SUBJECT ? body : NULL, holds, holds };
	struct rule_hit hit;

	rule_try(rule, reader->matcher, &view, &hit);
	if (hit.outcome == wanted)
		return true;
	return confuse_fail(section, error, "rule %s: %s example \"%s\" (folded: \"%s\") %s", rule->name,
			    wanted == PATTERN_YES ? "yes" : "no", text, body->text,
			    hit.outcome == PATTERN_YES ? "matches" : hit.outcome == PATTERN_NO ? "does not match"
			    : "runs into a match limit");
}

static bool prove(const struct reader *reader, cfg_t *section, const struct rule *rule, GError **error)
{
	for (unsigned i = 0; i < cfg_size(section, "yes"); i++)
		if (!prove_one(reader, section, rule, cfg_getnstr(section, "yes", i), PATTERN_YES, error))
			return false;
	for (unsigned i = 0; i < cfg_size(section, "no"); i++)
		if (!prove_one(reader, section, rule, cfg_getnstr(section, "no", i), PATTERN_NO, error))
			return false;
	return true;
}

static bool read_words(cfg_t *section, struct rule *rule, GError **error)
{
	const char *wish = cfg_getstr(section, "wish"), *urgency = cfg_getstr(section, "urgency");
	const int scope = rule_scope_find(cfg_getstr(section, "scope"));
	const int wish_no = wish ? wish_find(wish) : WISH_NONE;
	const int urgency_no = urgency ? urgency_find(urgency) : URGENCY_NORMAL;

	if (scope < 0)
		return confuse_fail(section, error, "scope is body, subject, any or raw");
	if (wish_no < 0)
		return confuse_fail(section, error, "wish is refund or replacement");
	if (urgency_no < 0)
		return confuse_fail(section, error, "urgency is angry or legal");
	rule->scope = (enum rule_scope) scope;
	rule->wish = (enum wish) wish_no;
	rule->urgency = (enum urgency) urgency_no;
	rule->never = g_strdup(cfg_getstr(section, "never"));
	rule->doubt = g_strdup(cfg_getstr(section, "doubt"));
	rule->intent = INTENT_OTHER;
	return read_scores(section, "score", rule->weight, &rule->intent, error);
}

static bool read_rule(const struct reader *reader, cfg_t *section, GError **error)
{
	scoped(rule) rule = g_new0(struct rule, 1);

	rule->name = g_strdup_printf("%s/%s", reader->label, cfg_title(section));
	if (!read_words(section, rule, error)
	    || !compile(reader, section, "match", rule->scope, &rule->match, error)
	    || !compile(reader, section, "unless", rule->scope, &rule->unless, error)
	    || !compile(reader, section, "veto", SCOPE_BODY, &rule->veto, error)
	    || !compile(reader, section, "with", SCOPE_BODY, &rule->with, error))
		return false;
	if (!rule->match)
		return confuse_fail(section, error, "rule %s has no match", rule->name);
	if (!prove(reader, section, rule, error))
		return false;
	g_ptr_array_add(reader->pack->rules, g_steal_pointer(&rule));
	return true;
}

static bool read_block(const struct reader *reader, cfg_t *section, GError **error)
{
	g_autofree char *source = join(reader, section, "match", SCOPE_BODY, error);

	if (!source)
		return error && *error ? false : confuse_fail(section, error, "define %s has no match", cfg_title(section));
	g_autoptr(GError) cause = NULL;
	scoped(pattern) proof = pattern_new(source, NULL, &cause);
	if (!proof)
		return confuse_fail(section, error, "define %s: %s", cfg_title(section), cause->message);
	g_hash_table_replace(reader->blocks, g_strdup(cfg_title(section)), g_steal_pointer(&source));
	return true;
}

static void read_vocabulary(struct reader *reader, cfg_t *cfg)
{
	g_auto(GStrv) stop = g_strsplit_set(cfg_getstr(cfg, "stop"), " \t\r\n", -1);
	g_auto(GStrv) words = g_strsplit_set(cfg_getstr(cfg, "words"), " \t\r\n", -1);

	for (char **word = stop; *word; word++) {
		scoped(folded) folded = fold_text(*word, FOLD_PLAIN, NULL);

		if (folded->length)
			g_hash_table_add(reader->pack->stop, g_strdup(folded->text));
	}
	for (char **word = words; *word; word++) {
		scoped(folded) folded = fold_text(*word, reader->pack->fold, NULL);

		if (folded->length)
			g_ptr_array_add(reader->pack->words, g_strdup(folded->text));
	}
}

/* Blocks that every pack has. */
static void add_own_blocks(GHashTable *blocks)
{
	static const char *const own[][2] = {
		{ "gap", "(?:[^\\n]{0,30}?)" },	/* a few words of the same sentence */
		{ "far", "(?:[^\\n]{0,80}?)" },	/* more of them */
		{ "text", "(?s:.{0,400}?)" },	/* across sentences */
	};

	for (gsize i = 0; i < G_N_ELEMENTS(own); i++)
		g_hash_table_insert(blocks, g_strdup(own[i][0]), g_strdup(own[i][1]));
}

static bool read_pack(struct reader *reader, cfg_t *cfg, GError **error)
{
	enum intent first;

	for (unsigned i = 0; i < cfg_size(cfg, "fold"); i++) {
		if (strcmp(cfg_getnstr(cfg, "fold", i), "umlaut") != 0)
			return confuse_fail(cfg, error, "fold: \"umlaut\" is the only word known");
		reader->pack->fold |= FOLD_UMLAUT;
	}
	read_vocabulary(reader, cfg);
	add_own_blocks(reader->blocks);
	if (!read_scores(cfg, "bias", reader->pack->bias, &first, error))
		return false;
	for (unsigned i = 0; i < cfg_size(cfg, "define"); i++)
		if (!read_block(reader, cfg_getnsec(cfg, "define", i), error))
			return false;
	for (unsigned i = 0; i < cfg_size(cfg, "rule"); i++)
		if (!read_rule(reader, cfg_getnsec(cfg, "rule", i), error))
			return false;
	return true;
}

/* Takes cfg. */
static struct pack *from_cfg(cfg_t *cfg, const char *name, GError **error)
{
	if (!cfg)
		return NULL;
	const char *lang = cfg_getstr(cfg, "lang");
	g_autofree char *base = g_path_get_basename(name);
	g_autoptr(GHashTable) blocks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	scoped(matcher) matcher = matcher_new_prover();
	scoped(pack) pack = pack_new(lang ? lang : "");
	struct reader reader = { pack, blocks, NULL, matcher };
	bool good;

	if (g_str_has_suffix(base, ".conf"))
		base[strlen(base) - 5] = '\0';
	reader.label = lang && lang[0] == '*' ? base : pack->lang;
	if (!lang || (strcmp(lang, "*") != 0 && strlen(lang) != 2))
		good = confuse_fail(cfg, error, "lang is missing: two letters, or \"*\"");
	else
		good = read_pack(&reader, cfg, error);
	cfg_free(cfg);
	needles_seal(pack->needles);
	return good ? g_steal_pointer(&pack) : NULL;
}

struct pack *pack_file_read(const char *path, GError **error)
{
	return from_cfg(confuse_read(path, pack_options, error), path, error);
}

struct pack *pack_file_parse(const char *name, const char *text, GError **error)
{
	return from_cfg(confuse_read_text(name, text, pack_options, error), name, error);
}

struct packs *pack_file_read_all(const struct overlay *overlay, GError **error)
{
	g_autoptr(GPtrArray) files = overlay_list(overlay, "patterns", ".conf");
	scoped(packs) packs = packs_new();

	if (!gloss_file_lay_concepts(packs, overlay, error))
		return NULL;
	for (guint i = 0; i < files->len; i++) {
		struct pack *pack = pack_file_read(g_ptr_array_index(files, i), error);

		if (!pack)
			return NULL;
		g_ptr_array_add(packs->list, pack);
		if (!pack_weights_lay(pack, overlay, error) || !gloss_file_lay(packs, pack, overlay, error))
			return NULL;
	}
	return g_steal_pointer(&packs);
}
