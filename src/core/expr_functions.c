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

static void forget_pattern(void *code)
{
	pcre2_code_free(code);
}

/* The pattern in argument 1, compiled once for each place in an expression where it is constant. */
static pcre2_code *pattern(sqlite3_context *context, sqlite3_value **args)
{
	pcre2_code *code = sqlite3_get_auxdata(context, 1);
	PCRE2_UCHAR message[120];
	g_autofree char *text = NULL;
	PCRE2_SIZE offset;
	int number;

	if (code)
		return code;
	if (sqlite3_value_bytes(args[1]) > PATTERN_CAP_BYTES) {
		sqlite3_result_error(context, "regular expression longer than 4096 bytes", -1);
		return NULL;
	}
	code = pcre2_compile(sqlite3_value_text(args[1]), PCRE2_ZERO_TERMINATED,
			     PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, &number, &offset, NULL);
	if (!code) {
		pcre2_get_error_message(number, message, sizeof message);
		text = g_strdup_printf("regular expression: %s at character %zu of \"%s\"", (char *) message, offset,
				       (const char *) sqlite3_value_text(args[1]));
		sqlite3_result_error(context, text, -1);
		return NULL;
	}
	pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	sqlite3_set_auxdata(context, 1, code, forget_pattern);
	/* SQLite may free it at once when the pattern is not constant. */
	code = sqlite3_get_auxdata(context, 1);
	if (!code)
		sqlite3_result_error_nomem(context);
	return code;
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
	pcre2_code *code;
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
	pcre2_code *code;
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

static void forget_zone(void *zone)
{
	g_time_zone_unref(zone);
}

/* NULL without an error when no zone is given. */
static GTimeZone *zone_of(sqlite3_context *context, sqlite3_value *name)
{
	GTimeZone *zone = sqlite3_get_auxdata(context, 1);

	if (zone)
		return g_time_zone_ref(zone);
	zone = g_time_zone_new_identifier((const char *) sqlite3_value_text(name));
	if (!zone) {
		sqlite3_result_error(context, "time_parse: no such time zone", -1);
		return NULL;
	}
	sqlite3_set_auxdata(context, 1, g_time_zone_ref(zone), forget_zone);
	return zone;
}

static void time_parse(sqlite3_context *context, int count, sqlite3_value **args)
{
	bool zoned = count > 1 && sqlite3_value_type(args[1]) != SQLITE_NULL;
	g_autoptr(GTimeZone) zone = NULL;
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

	sqlite3_create_function_v2(db, "regexp_like", 2, flags, NULL, regexp_like, NULL, NULL, NULL);
	sqlite3_create_function_v2(db, "regexp_extract", 2, flags, NULL, regexp_extract, NULL, NULL, NULL);
	sqlite3_create_function_v2(db, "regexp_extract", 3, flags, NULL, regexp_extract, NULL, NULL, NULL);
	for (int args = 1; args <= 3; args++)
		sqlite3_create_function_v2(db, "time_parse", args, flags, NULL, time_parse, NULL, NULL, NULL);
}
