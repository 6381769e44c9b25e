/* The bounded PCRE2 behind channels and cuts. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "wismo/core/regex.h"

#include "wismo/base/error.h"

#include <pcre2.h>
#include <string.h>

/* About 10 ms at worst on one text; the library's defaults allow seconds (ReDoS). */
#define MATCH_LIMIT 300000
#define DEPTH_LIMIT 5000
#define HEAP_LIMIT_KB 20000

/* Working memory of all: a match is over when regex_find returns, and each could hold 20 KB of frames. */
static pcre2_match_data *found;
static pcre2_match_context *limits;

struct regex {
	pcre2_code *code;
	uint32_t shortest;		/* no shorter text matches */
};

static void prepare(void)
{
	if (found)
		return;
	found = pcre2_match_data_create(REGEX_GROUPS, NULL);
	limits = pcre2_match_context_create(NULL);
	if (!found || !limits)
		g_error("out of memory");
	pcre2_set_match_limit(limits, MATCH_LIMIT);
	pcre2_set_depth_limit(limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(limits, HEAP_LIMIT_KB);
}

struct regex *regex_new(const char *pattern, unsigned flags, GError **error)
{
	uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_NO_UTF_CHECK | PCRE2_NEVER_BACKSLASH_C;
	struct regex *regex;
	pcre2_code *code;
	PCRE2_SIZE offset;
	int number;

	if (!g_utf8_validate(pattern, -1, NULL)) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "pattern is not UTF-8");
		return NULL;
	}
	if (flags & REGEX_ASCII)
		options &= ~(uint32_t) PCRE2_UCP;
	if (flags & REGEX_CASELESS)
		options |= PCRE2_CASELESS;
	if (flags & REGEX_LINES)
		options |= PCRE2_MULTILINE;
	if (flags & REGEX_HERE)
		options |= PCRE2_ANCHORED;
	code = pcre2_compile((PCRE2_SPTR) pattern, PCRE2_ZERO_TERMINATED, options, &number, &offset, NULL);
	if (!code) {
		PCRE2_UCHAR text[160];

		pcre2_get_error_message(number, text, sizeof(text));
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "pattern \"%s\": %s at character %zu", pattern,
			    (const char *) text, offset);
		return NULL;
	}
	if (!(flags & REGEX_RARE))
		pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);	/* without JIT it only takes longer */
	prepare();
	regex = g_new0(struct regex, 1);
	regex->code = code;
	pcre2_pattern_info(code, PCRE2_INFO_MINLENGTH, &regex->shortest);
	return regex;
}

void regex_free(gpointer pointer)
{
	struct regex *regex = pointer;

	if (!regex)
		return;
	pcre2_code_free(regex->code);
	g_free(regex);
}

bool regex_find(const struct regex *regex, const char *text, gsize length, gsize from, struct regex_hit *hit,
		bool *bounded)
{
	const PCRE2_SIZE *where = pcre2_get_ovector_pointer(found);
	int count;

	/* A tracking number is compared with some 400 forms, most of them of another length. */
	if (from > length || length - from < regex->shortest)
		return false;
	count = pcre2_match(regex->code, (PCRE2_SPTR) text, length, from, PCRE2_NO_UTF_CHECK, found, limits);

	if (count < 0) {
		if (count != PCRE2_ERROR_NOMATCH && bounded)
			*bounded = true;
		return false;
	}
	if (count == 0)
		count = REGEX_GROUPS;	/* the pattern has more groups than we tell of */
	for (int i = 0; hit && i < REGEX_GROUPS; i++) {
		hit->start[i] = i < count && where[2 * i] != PCRE2_UNSET ? where[2 * i] : G_MAXSIZE;
		hit->end[i] = i < count && where[2 * i] != PCRE2_UNSET ? where[2 * i + 1] : G_MAXSIZE;
	}
	return true;
}

bool regex_matches(const struct regex *regex, const char *text)
{
	return text && regex_find(regex, text, strlen(text), 0, NULL, NULL);
}

char *regex_group(const char *text, const struct regex_hit *hit, guint group)
{
	if (group >= REGEX_GROUPS || hit->start[group] == G_MAXSIZE || hit->end[group] < hit->start[group])
		return NULL;
	return g_strndup(text + hit->start[group], hit->end[group] - hit->start[group]);
}
