/* Time limits from their file; an answer limit for all channels must be among them. */
#include "wismo/conf/deadlines.h"

#include "confuse_p.h"

#include "wismo/base/clock.h"
#include "wismo/base/error.h"

#include <string.h>

static cfg_opt_t limit_options[] = {
	CFG_INT("hours", 0, CFGF_NODEFAULT), CFG_BOOL("working", cfg_false, CFGF_NONE),
	CFG_STR("why", NULL, CFGF_NODEFAULT), CFG_STR("source", NULL, CFGF_NODEFAULT), CFG_STR("date", NULL, CFGF_NODEFAULT), CFG_END()
};
static cfg_opt_t file_options[] = {
	CFG_SEC("limit", limit_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES), CFG_STR_LIST("holidays", (char *) "{}", CFGF_NONE), CFG_END()
};

static bool read_limit(cfg_t *section, struct deadlines *deadlines, GError **error)
{
	static const char *const kinds[] = { "answer", "protection", "claim", "trace", NULL };
	g_auto(GStrv) name = g_strsplit(cfg_title(section), "/", 2);
	struct deadline_rule *rule;

	if (g_strv_length(name) != 2 || !g_strv_contains(kinds, name[0]))
		return confuse_fail(section, error, "limit \"%s\": expected KIND/CHANNEL, the kind answer, protection, claim or trace",
				    cfg_title(section));
	if (!cfg_getstr(section, "why") || !cfg_getstr(section, "source") || !clock_parse(cfg_getstr(section, "date"), NULL))
		return confuse_fail(section, error, "limit \"%s\": why, source and date (2026-11-24) are wanted", cfg_title(section));
	if (cfg_getint(section, "hours") < 1 || cfg_getint(section, "hours") > 8760)
		return confuse_fail(section, error, "limit \"%s\": hours: expected 1 to 8760", cfg_title(section));
	rule = g_new0(struct deadline_rule, 1);
	rule->channel = g_strdup(strcmp(name[1], "all") == 0 ? "*" : name[1]);
	rule->what = g_strdup(name[0]);
	rule->hours = cfg_getint(section, "hours");
	rule->working = cfg_getbool(section, "working");
	rule->why = g_strdup(cfg_getstr(section, "why"));
	rule->source = g_strdup(cfg_getstr(section, "source"));
	rule->date = g_strdup(cfg_getstr(section, "date"));
	g_ptr_array_add(deadlines->rules, rule);
	return true;
}

static bool read_all(cfg_t *cfg, struct deadlines *deadlines, GError **error)
{
	for (unsigned i = 0; i < cfg_size(cfg, "limit"); i++)
		if (!read_limit(cfg_getnsec(cfg, "limit", i), deadlines, error))
			return false;
	g_ptr_array_unref(deadlines->holidays);
	deadlines->holidays = confuse_list(cfg, "holidays");
	for (guint i = 0; i < deadlines->holidays->len; i++) {
		const char *day = g_ptr_array_index(deadlines->holidays, i);
		g_autofree char *full = strlen(day) == 5 ? g_strconcat("2028-", day, NULL) : g_strdup(day);	/* a leap year */

		if (strlen(full) != 10 || !clock_parse(full, NULL))
			return confuse_fail(cfg, error, "holidays: \"%s\": expected 12-25 or 2026-04-03", day);
	}
	if (!deadlines_find(deadlines, "*", "answer"))
		return confuse_fail(cfg, error, "limit \"answer/all\" is missing");
	return true;
}

struct deadlines *deadlines_load(const struct overlay *overlay, GError **error)
{
	g_autofree char *path = overlay_path(overlay, "policy/deadlines.conf");
	scoped(deadlines) deadlines = deadlines_new();
	cfg_t *cfg;
	bool fine;

	if (!path) {
		g_set_error_literal(error, WISMO_ERROR, WISMO_HALT, "policy/deadlines.conf is missing in every data folder");
		return NULL;
	}
	cfg = confuse_read(path, file_options, error);
	if (!cfg)
		return NULL;
	fine = read_all(cfg, deadlines, error);
	cfg_free(cfg);
	return fine ? g_steal_pointer(&deadlines) : NULL;
}
