/* libconfuse sections -> struct carrier; meaning and proof are core/carrier's. */
#include "wismo/conf/carrier.h"

#include "confuse_p.h"

#include "wismo/base/clock.h"

#include <string.h>

#define MAIN_FLAGS (CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES)

static cfg_opt_t number_options[] = {
	CFG_STR("form", NULL, CFGF_NONE), CFG_STR("check", NULL, CFGF_NONE), CFG_STR("before", NULL, CFGF_NONE),
	CFG_STR("page", NULL, CFGF_NONE), CFG_INT("likely", 5, CFGF_NONE), CFG_BOOL("needs_hint", cfg_false, CFGF_NONE), CFG_BOOL("observed", cfg_false, CFGF_NONE), CFG_BOOL("proves_only", cfg_false, CFGF_NONE),
	CFG_STR_LIST("valid", (char *) "{}", CFGF_NONE), CFG_STR_LIST("invalid", (char *) "{}", CFGF_NONE), CFG_END()
};
static cfg_opt_t limit_options[] = {
	CFG_INT("second", 0, CFGF_NONE), CFG_INT("minute", 0, CFGF_NONE), CFG_INT("hour", 0, CFGF_NONE), CFG_INT("day", 0, CFGF_NONE), CFG_END()
};
static cfg_opt_t token_options[] = {
	CFG_STR("method", "POST", CFGF_NONE), CFG_STR("url", NULL, CFGF_NONE), CFG_STR("body", NULL, CFGF_NONE),
	CFG_STR_LIST("header", (char *) "{}", CFGF_NONE), CFG_STR("value", "json_extract(body, '$.access_token')", CFGF_NONE),
	CFG_STR("life", "json_extract(body, '$.expires_in')", CFGF_NONE), CFG_END()
};
static cfg_opt_t keep_options[] = { CFG_STR("value", NULL, CFGF_NONE), CFG_END() };
static cfg_opt_t step_options[] = {
	CFG_STR("method", "GET", CFGF_NONE), CFG_STR("url", NULL, CFGF_NONE), CFG_STR("body", NULL, CFGF_NONE),
	CFG_STR_LIST("header", (char *) "{}", CFGF_NONE), CFG_BOOL("once", cfg_false, CFGF_NONE),
	CFG_SEC("keep", keep_options, MAIN_FLAGS), CFG_END()
};
static cfg_opt_t outcome_options[] = { CFG_STR_LIST("when", (char *) "{}", CFGF_NONE), CFG_END() };
static cfg_opt_t answer_options[] = {
	CFG_STR("result", NULL, CFGF_NONE), CFG_STR("own", NULL, CFGF_NONE), CFG_STR("events", NULL, CFGF_NONE), CFG_STR("current", NULL, CFGF_NONE),
	CFG_STR("eta_from", NULL, CFGF_NONE), CFG_STR("eta_to", NULL, CFGF_NONE), CFG_STR("signature", NULL, CFGF_NONE),
	CFG_STR("code", NULL, CFGF_NONE), CFG_STR("text", NULL, CFGF_NONE), CFG_STR("coarse", NULL, CFGF_NONE),
	CFG_STR("place", NULL, CFGF_NONE), CFG_STR("at", NULL, CFGF_NONE), CFG_STR("order", "newest_first", CFGF_NONE),
	CFG_SEC("outcome", outcome_options, MAIN_FLAGS), CFG_END()
};
/* Without a title: libconfuse lets a later section of the same title replace the earlier one. */
static cfg_opt_t map_options[] = {
	CFG_STR("is", NULL, CFGF_NONE),
	CFG_STR_LIST("code", (char *) "{}", CFGF_NONE), CFG_STR_LIST("coarse", (char *) "{}", CFGF_NONE),
	CFG_STR("text", NULL, CFGF_NONE), CFG_STR("when", NULL, CFGF_NONE), CFG_STR("detail", NULL, CFGF_NONE),
	CFG_STR("to", NULL, CFGF_NONE), CFG_END()
};
static cfg_opt_t sample_options[] = {
	CFG_INT("http", 200, CFGF_NONE), CFG_STR("body", "", CFGF_NONE), CFG_STR("step", NULL, CFGF_NONE),
	CFG_STR("number", NULL, CFGF_NONE), CFG_STR("courier", NULL, CFGF_NONE), CFG_STR("outcome", "ok", CFGF_NONE), CFG_STR("status", NULL, CFGF_NONE),
	CFG_STR("detail", NULL, CFGF_NONE), CFG_STR("to", NULL, CFGF_NONE), CFG_STR("at", NULL, CFGF_NONE),
	CFG_STR("eta_to", NULL, CFGF_NONE), CFG_INT("events", -1, CFGF_NONE), CFG_INT("signature", -1, CFGF_NONE), CFG_END()
};
static cfg_opt_t claim_options[] = {
	CFG_INT("liability_cents", -1, CFGF_NONE), CFG_STR("currency", "EUR", CFGF_NONE),
	CFG_INT("trace_after_days", -1, CFGF_NONE), CFG_INT("lost_after_days", -1, CFGF_NONE),
	CFG_INT("lost_abroad_days", -1, CFGF_NONE), CFG_INT("claim_within_days", -1, CFGF_NONE),
	CFG_STR("source", NULL, CFGF_NONE), CFG_STR("checked", NULL, CFGF_NONE), CFG_END()
};
static cfg_opt_t carrier_options[] = {
	CFG_STR("title", NULL, CFGF_NONE), CFG_STR_LIST("also", (char *) "{}", CFGF_NONE), CFG_STR("zone", NULL, CFGF_NONE),
	CFG_STR("page", NULL, CFGF_NONE), CFG_BOOL("unofficial", cfg_false, CFGF_NONE),
	CFG_STR_LIST("secrets", (char *) "{}", CFGF_NONE), CFG_STR_LIST("reaches", (char *) "{}", CFGF_NONE), CFG_INT("cache_minutes", 30, CFGF_NONE),
	CFG_SEC("number", number_options, MAIN_FLAGS), CFG_SEC("limit", limit_options, CFGF_NONE),
	CFG_SEC("token", token_options, CFGF_MULTI), CFG_SEC("step", step_options, MAIN_FLAGS),
	CFG_SEC("answer", answer_options, CFGF_NONE), CFG_SEC("map", map_options, CFGF_MULTI),
	CFG_SEC("sample", sample_options, MAIN_FLAGS), CFG_SEC("claim", claim_options, CFGF_NONE), CFG_END()
};
static cfg_opt_t file_options[] = { CFG_SEC("carrier", carrier_options, MAIN_FLAGS), CFG_END() };

static bool no_rule(cfg_t *section, const char *check, GError **error)
{
	g_autoptr(GString) rules = g_string_new(NULL);
	const struct check_rule *rule;

	for (unsigned n = 0; (rule = check_nth(n)); n++)
		g_string_append_printf(rules, "%s%s", n ? ", " : "", check_name(rule));
	return confuse_fail(section, error, "check = %s: no such rule; there are %s", check, rules->str);
}

static bool read_number(cfg_t *section, struct carrier *carrier, GError **error)
{
	struct carrier_form *form = carrier_form_new();
	const char *check = cfg_getstr(section, "check");

	g_ptr_array_add(carrier->forms, form);
	form->line = section->line;
	form->name = g_strdup(cfg_title(section));
	form->pattern = g_strdup(cfg_getstr(section, "form"));
	form->before = g_strdup(cfg_getstr(section, "before"));
	form->page = g_strdup(cfg_getstr(section, "page"));
	form->likely = (int) cfg_getint(section, "likely");
	if (form->likely < 0 || form->likely > 9)
		return confuse_fail(section, error, "number \"%s\": likely = %d: expected 0 to 9", form->name, form->likely);
	form->observed = cfg_getbool(section, "observed");
	form->proves_only = cfg_getbool(section, "proves_only");
	form->needs_hint = cfg_getbool(section, "needs_hint");
	g_ptr_array_unref(form->valid);
	g_ptr_array_unref(form->invalid);
	form->valid = confuse_list(section, "valid");
	form->invalid = confuse_list(section, "invalid");
	form->check = check ? check_find(check) : NULL;
	if (!form->pattern)
		return confuse_fail(section, error, "number \"%s\": form is missing", form->name);
	return !check || form->check || no_rule(section, check, error);
}

static bool read_step(cfg_t *section, struct carrier *carrier, GError **error)
{
	struct carrier_step *step = carrier_step_new();

	g_ptr_array_add(carrier->steps, step);
	step->line = section->line;
	step->name = g_strdup(cfg_title(section));
	step->method = g_strdup(cfg_getstr(section, "method"));
	step->url = g_strdup(cfg_getstr(section, "url"));
	step->body = g_strdup(cfg_getstr(section, "body"));
	step->headers = confuse_list(section, "header");
	step->once = cfg_getbool(section, "once");
	for (unsigned i = 0; i < cfg_size(section, "keep"); i++) {
		cfg_t *one = cfg_getnsec(section, "keep", i);
		struct carrier_keep *keep = g_new0(struct carrier_keep, 1);

		g_ptr_array_add(step->keep, keep);
		keep->line = one->line;
		keep->name = g_strdup(cfg_title(one));
		keep->sql = g_strdup(cfg_getstr(one, "value"));
		if (!keep->sql)
			return confuse_fail(one, error, "keep \"%s\": value is missing", keep->name);
	}
	return step->url || confuse_fail(section, error, "step \"%s\": url is missing", step->name);
}

static bool read_token(cfg_t *section, struct carrier *carrier, GError **error)
{
	struct carrier_token *token = g_new0(struct carrier_token, 1);

	carrier->token = token;
	token->line = section->line;
	token->method = g_strdup(cfg_getstr(section, "method"));
	token->url = g_strdup(cfg_getstr(section, "url"));
	token->body = g_strdup(cfg_getstr(section, "body"));
	token->headers = confuse_list(section, "header");
	token->value_sql = g_strdup(cfg_getstr(section, "value"));
	token->life_sql = g_strdup(cfg_getstr(section, "life"));
	return token->url || confuse_fail(section, error, "token: url is missing");
}

static bool read_outcome(cfg_t *section, struct carrier *carrier, GError **error)
{
	struct carrier_outcome *outcome = carrier_outcome_new();
	int word = track_outcome_find(cfg_title(section));

	g_ptr_array_add(carrier->outcomes, outcome);
	outcome->line = section->line;
	outcome->when_sql = confuse_list(section, "when");
	outcome->outcome = (enum track_outcome) MAX(word, 0);
	return word >= 0 || confuse_fail(section, error, "outcome \"%s\": none of ok, unknown, pending, down, limited, refused",
					 cfg_title(section));
}

static bool read_answer(cfg_t *section, struct carrier *carrier, GError **error)
{
	const char *order = cfg_getstr(section, "order");

	carrier->answer_line = section->line;
	for (int i = 0; i < CARRIER_FIELDS; i++)
		carrier->field_sql[i] = g_strdup(cfg_getstr(section, carrier_field_name((enum carrier_field) i)));
	carrier->newest_first = strcmp(order, "newest_first") == 0;
	if (!carrier->newest_first && strcmp(order, "oldest_first") != 0)
		return confuse_fail(section, error, "order = %s: expected newest_first or oldest_first", order);
	for (unsigned i = 0; i < cfg_size(section, "outcome"); i++)
		if (!read_outcome(cfg_getnsec(section, "outcome", i), carrier, error))
			return false;
	return true;
}

static bool word_ok(cfg_t *section, const char *option, char **word, GError **error)
{
	*word = g_strdup(cfg_getstr(section, option));
	return !*word || carrier_detail_ok(*word) || confuse_fail(section, error, "%s = %s: not in the vocabulary", option, *word);
}

static bool read_map(cfg_t *section, struct carrier *carrier, GError **error)
{
	struct carrier_map *map = g_new0(struct carrier_map, 1);
	const char *title = cfg_getstr(section, "is") ? cfg_getstr(section, "is") : "";
	int status = track_status_find(title);

	g_ptr_array_add(carrier->maps, map);
	map->line = section->line;
	map->codes = confuse_list(section, "code");
	map->coarse = confuse_list(section, "coarse");
	map->text = g_strdup(cfg_getstr(section, "text"));
	map->when_sql = g_strdup(cfg_getstr(section, "when"));
	map->move = strcmp(title, "still") == 0 ? MOVE_STILL : strcmp(title, "void") == 0 ? MOVE_VOID : MOVE_STATUS;
	map->status = map->move == MOVE_STATUS ? (enum track_status) MAX(status, 0) : TRACK_NONE;
	if (map->move == MOVE_STATUS && status < 0)
		return confuse_fail(section, error, "map: is = \"%s\": expected a status, still or void", title);
	if (!map->codes->len && !map->coarse->len && !map->text && !map->when_sql)
		return confuse_fail(section, error, "map { is = %s }: needs code, coarse, text or when", title);
	return word_ok(section, "detail", &map->detail, error) && word_ok(section, "to", &map->to, error);
}

static bool read_sample(cfg_t *section, struct carrier *carrier, GError **error)
{
	struct carrier_sample *sample = g_new0(struct carrier_sample, 1);
	const char *status = cfg_getstr(section, "status");
	int outcome = track_outcome_find(cfg_getstr(section, "outcome"));

	g_ptr_array_add(carrier->samples, sample);
	sample->line = section->line;
	sample->name = g_strdup(cfg_title(section));
	sample->http = (int) cfg_getint(section, "http");
	sample->body = g_strdup(cfg_getstr(section, "body"));
	sample->step = g_strdup(cfg_getstr(section, "step"));
	sample->number = g_strdup(cfg_getstr(section, "number"));
	sample->courier = g_strdup(cfg_getstr(section, "courier"));
	sample->detail = g_strdup(cfg_getstr(section, "detail"));
	sample->to = g_strdup(cfg_getstr(section, "to"));
	sample->at = g_strdup(cfg_getstr(section, "at"));
	sample->eta_to = g_strdup(cfg_getstr(section, "eta_to"));
	sample->events = (int) cfg_getint(section, "events");
	sample->signature = (int) cfg_getint(section, "signature");
	sample->status = status ? track_status_find(status) : -1;
	sample->outcome = (enum track_outcome) MAX(outcome, 0);
	if (outcome < 0 || (status && sample->status < 0))
		return confuse_fail(section, error, "sample \"%s\": no such outcome or status", sample->name);
	return true;
}

/* Money and days are told to buyers' sellers: whoever reads them later must find where they stood, and when. */
static bool claim_ok(cfg_t *section, const struct carrier *carrier, GError **error)
{
	bool says = carrier->liability_cents >= 0 || carrier->trace_after_days >= 0 || carrier->lost_after_days >= 0
		|| carrier->lost_abroad_days >= 0 || carrier->claim_within_days >= 0;
	const char *day = carrier->claim_checked;

	if (says && (!carrier->claim_source || !*carrier->claim_source))
		return confuse_fail(section, error, "claim: source is missing");
	if ((says || day) && (!day || strlen(day) != 10 || !clock_parse(day, NULL)))
		return confuse_fail(section, error, "claim: checked = %s: expected the day, as in 2026-11-24", day ? day : "nothing");
	return true;
}

static bool read_claim(cfg_t *section, struct carrier *carrier, GError **error)
{
	carrier->liability_cents = cfg_getint(section, "liability_cents");
	carrier->liability_currency = g_strdup(cfg_getstr(section, "currency"));
	carrier->trace_after_days = (int) cfg_getint(section, "trace_after_days");
	carrier->lost_after_days = (int) cfg_getint(section, "lost_after_days");
	carrier->lost_abroad_days = (int) cfg_getint(section, "lost_abroad_days");
	carrier->claim_within_days = (int) cfg_getint(section, "claim_within_days");
	carrier->claim_source = g_strdup(cfg_getstr(section, "source"));
	carrier->claim_checked = g_strdup(cfg_getstr(section, "checked"));
	return claim_ok(section, carrier, error);
}

/* "canada_post = 3041" */
static bool read_reaches(cfg_t *section, struct carrier *carrier, GError **error)
{
	for (unsigned i = 0; i < cfg_size(section, "reaches"); i++) {
		const char *pair = cfg_getnstr(section, "reaches", i);
		g_auto(GStrv) sides = g_strsplit(pair, "=", 2);
		struct carrier_reach *reach;

		if (g_strv_length(sides) != 2 || !*g_strstrip(sides[0]) || !*g_strstrip(sides[1]))
			return confuse_fail(section, error, "reaches: \"%s\": expected \"carrier = its name there\"", pair);
		reach = g_new0(struct carrier_reach, 1);
		reach->name = g_strdup(sides[0]);
		reach->code = g_strdup(sides[1]);
		g_ptr_array_add(carrier->reaches, reach);
	}
	return true;
}

typedef bool read_section(cfg_t *section, struct carrier *carrier, GError **error);

static bool each(cfg_t *section, const char *name, read_section *read, struct carrier *carrier, GError **error)
{
	for (unsigned i = 0; i < cfg_size(section, name); i++)
		if (!read(cfg_getnsec(section, name, i), carrier, error))
			return false;
	return true;
}

/* The name is a word of the configuration, of lists and of the database. */
static bool head_ok(cfg_t *section, const struct carrier *carrier, GError **error)
{
	g_autoptr(GTimeZone) zone = carrier->zone ? g_time_zone_new_identifier(carrier->zone) : NULL;

	if (!*carrier->name || carrier->name[strspn(carrier->name, "abcdefghijklmnopqrstuvwxyz0123456789_.-")])
		return confuse_fail(section, error, "carrier \"%s\": a name has lower-case letters, digits, _ . and -", carrier->name);
	if (carrier->zone && !zone)
		return confuse_fail(section, error, "zone = %s: no such time zone", carrier->zone);
	if (carrier->cache_s < 0)
		return confuse_fail(section, error, "cache_minutes is negative");
	if (carrier->per_second < 0 || carrier->per_minute < 0 || carrier->per_hour < 0 || carrier->per_day < 0)
		return confuse_fail(section, error, "limit: a number is negative");
	return true;
}

static bool read_carrier(cfg_t *section, struct carrier *carrier, GError **error)
{
	cfg_t *limit = cfg_getsec(section, "limit");

	carrier->line = section->line;
	carrier->file = g_strdup(section->filename);
	carrier->name = g_strdup(cfg_title(section));
	carrier->title = g_strdup(cfg_getstr(section, "title") ? cfg_getstr(section, "title") : carrier->name);
	carrier->also = confuse_list(section, "also");
	carrier->secrets = confuse_list(section, "secrets");
	carrier->zone = g_strdup(cfg_getstr(section, "zone"));
	carrier->page = g_strdup(cfg_getstr(section, "page"));
	carrier->unofficial = cfg_getbool(section, "unofficial");
	carrier->cache_s = (int) cfg_getint(section, "cache_minutes") * 60;
	carrier->per_second = (int) cfg_getint(limit, "second");
	carrier->per_minute = (int) cfg_getint(limit, "minute");
	carrier->per_hour = (int) cfg_getint(limit, "hour");
	carrier->per_day = (int) cfg_getint(limit, "day");
	return head_ok(section, carrier, error) && read_claim(cfg_getsec(section, "claim"), carrier, error)
		&& read_reaches(section, carrier, error) && each(section, "number", read_number, carrier, error) && each(section, "token", read_token, carrier, error)
		&& each(section, "step", read_step, carrier, error) && each(section, "answer", read_answer, carrier, error)
		&& each(section, "map", read_map, carrier, error) && each(section, "sample", read_sample, carrier, error)
		&& carrier_prove(carrier, error);
}

bool carrier_load_file(const char *path, struct carriers *carriers, GError **error)
{
	cfg_t *cfg = confuse_read(path, file_options, error);
	bool fine = cfg;

	for (unsigned i = 0; fine && i < cfg_size(cfg, "carrier"); i++) {
		cfg_t *section = cfg_getnsec(cfg, "carrier", i);
		scoped(carrier) carrier = carrier_new();

		fine = read_carrier(section, carrier, error);
		if (fine && !carriers_add(carriers, carrier))
			fine = confuse_fail(section, error, "carrier \"%s\" stands in another file already", carrier->name);
		else if (fine)
			carrier = NULL;
	}
	if (cfg)
		cfg_free(cfg);
	return fine;
}

struct carriers *carrier_load(const struct overlay *overlay, GError **error)
{
	g_autoptr(GPtrArray) paths = overlay_list(overlay, "carriers", ".conf");
	scoped(carriers) carriers = carriers_new();

	for (guint i = 0; i < paths->len; i++)
		if (!carrier_load_file(paths->pdata[i], carriers, error))
			return NULL;
	return g_steal_pointer(&carriers);
}

/* Everybody whom this aggregator reaches, who has no other way and no credentials of its own. */
static void route_rest(struct carriers *carriers, const struct settings *settings, const struct carrier *aggregator)
{
	for (guint i = 0; i < aggregator->reaches->len; i++) {
		const struct carrier_reach *reach = g_ptr_array_index(aggregator->reaches, i);
		const struct carrier *carrier = carriers_get(carriers, reach->name);

		if (carrier && !carrier->via && !settings_carrier(settings, carrier->name))
			carriers_route(carriers, reach->name, aggregator);
	}
}

static bool route_named(struct carriers *carriers, const struct settings *settings, const char *name, const struct carrier *aggregator, GError **error)
{
	const struct carrier *carrier = carriers_get(carriers, name);

	if (carrier && carrier->via)
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: carrier \"%s\": for = \"%s\": carrier \"%s\" has it already", settings->path,
			    aggregator->name, name, carrier->via->name);
	else if (!carriers_route(carriers, name, aggregator))
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: carrier \"%s\": for = \"%s\": the carrier file does not reach it; add it to `reaches` there",
			    settings->path, aggregator->name, name);
	else
		return true;
	return false;
}

bool carrier_route(struct carriers *carriers, const struct settings *settings, GError **error)
{
	carriers_unroute(carriers);
	/* Names before stars, whatever their order in the file. */
	for (guint star = 0; star < 2; star++)
		for (guint i = 0; i < settings->carriers->len; i++) {
			const struct carrier_access *access = g_ptr_array_index(settings->carriers, i);
			const struct carrier *aggregator = carriers_get(carriers, access->name);

			for (guint k = 0; aggregator && k < access->serves->len; k++) {
				const char *name = access->serves->pdata[k];
				bool any = strcmp(name, "*") == 0;

				if (any && star)
					route_rest(carriers, settings, aggregator);
				else if (!any && !star && !route_named(carriers, settings, name, aggregator, error))
					return false;
			}
		}
	return true;
}
