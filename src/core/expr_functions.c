/* What expressions can do beyond SQLite: PCRE2 and times. Each fails with an error, never with a
 * wrong value; limits of the matcher count as failures ("unknown"), not as "no match". */
#include "expr_p.h"

#include "wismo/core/moment.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define MATCH_LIMIT 100000	/* about 1 ms at worst; the library's default takes 120 ms on the same text */
#define HEAP_LIMIT_KB 1024
#define DEPTH_LIMIT 10000
#define PATTERN_CAP_BYTES 4096
#define KEPT_MOST 500		/* of each; the shipped carriers have some forty */

/* What was made once for a text, as long as the engine lives. Not sqlite3_set_auxdata: that ends with each evaluation, and
 * a carrier's answer has hundreds. Texts may come from answers, so each table is emptied when it has grown to KEPT_MOST. */
struct kept {
	GHashTable *codes;	/* pattern -> pcre2_code */
	GHashTable *zones;	/* identifier -> GTimeZone */
};

static void kept_clear(gpointer data)
{
	const struct kept *kept = data;

	g_hash_table_unref(kept->codes);
	g_hash_table_unref(kept->zones);
}

static void kept_drop(void *kept)
{
	g_rc_box_release_full(kept, kept_clear);
}

static struct kept *kept_new(void)
{
	struct kept *kept = g_rc_box_new(struct kept);

	kept->codes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) pcre2_code_free);
	kept->zones = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_time_zone_unref);
	return kept;
}

static gpointer keep(GHashTable *table, const char *name, gpointer value)
{
	if (g_hash_table_size(table) >= KEPT_MOST)
		g_hash_table_remove_all(table);
	g_hash_table_insert(table, g_strdup(name), value);
	return value;
}

/* The pattern in argument 1; NULL with an error. */
static const pcre2_code *pattern(sqlite3_context *context, sqlite3_value **args)
{
	struct kept *kept = sqlite3_user_data(context);
	const char *source = (const char *) sqlite3_value_text(args[1]);
	pcre2_code *code;
	PCRE2_UCHAR message[120];
	g_autofree char *text = NULL;
	PCRE2_SIZE offset;
	int number;

	if (!source) {
		sqlite3_result_error_nomem(context);
		return NULL;
	}
	code = g_hash_table_lookup(kept->codes, source);
	if (code)
		return code;
	if (sqlite3_value_bytes(args[1]) > PATTERN_CAP_BYTES) {
		sqlite3_result_error(context, "regular expression longer than 4096 bytes", -1);
		return NULL;
	}
	code = pcre2_compile((PCRE2_SPTR) source, PCRE2_ZERO_TERMINATED,
			     PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, &number, &offset, NULL);
	if (!code) {
		pcre2_get_error_message(number, message, sizeof message);
		text = g_strdup_printf("regular expression: %s at character %zu of \"%s\"", (char *) message, offset, source);
		sqlite3_result_error(context, text, -1);
		return NULL;
	}
	pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	return keep(kept->codes, source, code);
}

/* Number of groups set, 0 for no match, -1 when the matcher gave up (the error is set). */
static int match(sqlite3_context *context, const pcre2_code *code, sqlite3_value *text, pcre2_match_data *found)
{
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	int count;

	pcre2_set_match_limit(limits, MATCH_LIMIT);
	pcre2_set_heap_limit(limits, HEAP_LIMIT_KB);
	pcre2_set_depth_limit(limits, DEPTH_LIMIT);
	count = pcre2_match(code, sqlite3_value_text(text), (PCRE2_SIZE) sqlite3_value_bytes(text), 0, 0, found, limits);
	pcre2_match_context_free(limits);
	if (count == PCRE2_ERROR_NOMATCH)
		return 0;
	if (count > 0)
		return count;
	sqlite3_result_error(context, "regular expression: more work than allowed", -1);
	return -1;
}

static bool null_args(sqlite3_value **args)
{
	return sqlite3_value_type(args[0]) == SQLITE_NULL || sqlite3_value_type(args[1]) == SQLITE_NULL;
}

static void regexp_like(sqlite3_context *context, int count, sqlite3_value **args)
{
	pcre2_match_data *found;
	const pcre2_code *code;
	int groups;

	(void) count;
	if (null_args(args))
		return;
	code = pattern(context, args);
	if (!code)
		return;
	found = pcre2_match_data_create_from_pattern(code, NULL);
	groups = match(context, code, args[0], found);
	pcre2_match_data_free(found);
	if (groups >= 0)
		sqlite3_result_int(context, groups > 0);
}

static void regexp_extract(sqlite3_context *context, int count, sqlite3_value **args)
{
	pcre2_match_data *found;
	const pcre2_code *code;
	uint32_t most;
	PCRE2_SIZE *ends;
	int groups, group;

	if (null_args(args))
		return;
	code = pattern(context, args);
	if (!code)
		return;
	pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &most);
	group = count > 2 ? sqlite3_value_int(args[2]) : most > 0;
	found = pcre2_match_data_create_from_pattern(code, NULL);
	groups = match(context, code, args[0], found);
	ends = pcre2_get_ovector_pointer(found);
	if (groups >= 0 && (group < 0 || (uint32_t) group > most))
		sqlite3_result_error(context, "regexp_extract: the pattern has no such group", -1);
	else if (group < groups && ends[2 * group] != PCRE2_UNSET && ends[2 * group] <= ends[2 * group + 1])
		sqlite3_result_text(context, (const char *) sqlite3_value_text(args[0]) + ends[2 * group],
				    (int) (ends[2 * group + 1] - ends[2 * group]), SQLITE_TRANSIENT);
	pcre2_match_data_free(found);
}

/* NULL with an error for a name that is no zone's. */
static GTimeZone *zone_of(sqlite3_context *context, sqlite3_value *value)
{
	struct kept *kept = sqlite3_user_data(context);
	const char *name = (const char *) sqlite3_value_text(value);
	GTimeZone *zone = name ? g_hash_table_lookup(kept->zones, name) : NULL;

	if (zone)
		return zone;
	zone = name ? g_time_zone_new_identifier(name) : NULL;
	if (zone)
		return keep(kept->zones, name, zone);
	sqlite3_result_error(context, "time_parse: no such time zone", -1);
	return NULL;
}

static void time_parse(sqlite3_context *context, int count, sqlite3_value **args)
{
	bool zoned = count > 1 && sqlite3_value_type(args[1]) != SQLITE_NULL;
	GTimeZone *zone = NULL;
	int form = MOMENT_YMD;
	gint64 at;

	if (sqlite3_value_type(args[0]) == SQLITE_NULL)
		return;
	if (count > 2)
		form = moment_form_find((const char *) sqlite3_value_text(args[2]));
	if (form < 0) {
		sqlite3_result_error(context, "time_parse: the form is none of ymd, dmy, mdy, epoch, epoch_ms", -1);
		return;
	}
	zone = zoned ? zone_of(context, args[1]) : NULL;
	if (zoned && !zone)
		return;
	at = moment_parse((const char *) sqlite3_value_text(args[0]), zone, form);
	if (at)
		sqlite3_result_int64(context, at);
}

void expr_functions_install(sqlite3 *db)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;

	static const struct { const char *name; int args; void (*call)(sqlite3_context *, int, sqlite3_value **); } functions[] = {
		{ "regexp_like", 2, regexp_like }, { "regexp_extract", 2, regexp_extract }, { "regexp_extract", 3, regexp_extract },
		{ "time_parse", 1, time_parse }, { "time_parse", 2, time_parse }, { "time_parse", 3, time_parse },
	};
	struct kept *kept = kept_new();

	for (gsize i = 0; i < G_N_ELEMENTS(functions); i++)
		sqlite3_create_function_v2(db, functions[i].name, functions[i].args, flags, g_rc_box_acquire(kept), functions[i].call,
					   NULL, NULL, kept_drop);
	kept_drop(kept);
}
