/* Apart from core/regex.c because here a limit that was hit is an answer of its own, never "no match", and
 * because working memory is the caller's: a text meets some 200 patterns in a row. */
#include "wismo/core/pattern.h"

#include "wismo/base/error.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#define JIT_STACK_START (32 * 1024)
#define JIT_STACK_CAP (1024 * 1024)	/* JIT obeys neither heap nor depth limit; this bounds it */

/* Folded text of most languages is ASCII. There, a pattern that is ASCII itself means the same without UTF and UCP, and
 * takes half the time: each \b and \w is a look into a table, not into Unicode's properties. */
struct pattern {
	pcre2_code *plain;	/* for ASCII text; NULL: the pattern is not ASCII */
	pcre2_code *code;
	struct need *need;
};

struct matcher {
	pcre2_match_context *context;
	pcre2_match_data *found;
	pcre2_jit_stack *stack;
};

static const pcre2_code *jit(pcre2_code *code)
{
	(void) pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);	/* without JIT the interpreter matches */
	return code;
}

struct pattern *pattern_new(const char *source, struct needles *needles, GError **error)
{
	const uint32_t options = PCRE2_MULTILINE | PCRE2_NO_AUTO_CAPTURE;
	int code;
	PCRE2_SIZE at;
	struct pattern *pattern = g_new0(struct pattern, 1);

	pattern->code = pcre2_compile((PCRE2_SPTR) source, PCRE2_ZERO_TERMINATED, options | PCRE2_UTF | PCRE2_UCP, &code, &at, NULL);
	if (!pattern->code) {
		char text[256];

		pcre2_get_error_message(code, (PCRE2_UCHAR *) text, sizeof text);
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s, before \"%.20s\"", text, source + at);
		g_free(pattern);
		return NULL;
	}
	pattern->need = needles ? need_new(needles, source) : NULL;
	if (g_str_is_ascii(source))
		pattern->plain = pcre2_compile((PCRE2_SPTR) source, PCRE2_ZERO_TERMINATED, options, &code, &at, NULL);
	jit(pattern->plain ? pattern->plain : pattern->code);
	return pattern;
}

void pattern_free(gpointer pointer)
{
	struct pattern *pattern = pointer;

	if (!pattern)
		return;
	pcre2_code_free(pattern->plain);
	pcre2_code_free(pattern->code);
	need_free(pattern->need);
	g_free(pattern);
}

struct matcher *matcher_new(void)
{
	struct matcher *matcher = g_new0(struct matcher, 1);

	matcher->context = pcre2_match_context_create(NULL);
	matcher->found = pcre2_match_data_create(1, NULL);
	matcher->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_CAP, NULL);
	if (!matcher->context || !matcher->found)
		g_error("out of memory");
	pcre2_set_match_limit(matcher->context, PATTERN_MATCH_LIMIT);
	pcre2_set_heap_limit(matcher->context, PATTERN_HEAP_LIMIT_KB);
	pcre2_set_depth_limit(matcher->context, PATTERN_DEPTH_LIMIT);
	if (matcher->stack)
		pcre2_jit_stack_assign(matcher->context, NULL, matcher->stack);
	return matcher;
}

void matcher_free(struct matcher *matcher)
{
	if (!matcher)
		return;
	pcre2_jit_stack_free(matcher->stack);
	pcre2_match_data_free(matcher->found);
	pcre2_match_context_free(matcher->context);
	g_free(matcher);
}

bool pattern_may(const struct pattern *pattern, const struct held *held)
{
	return need_met(pattern->need, held);
}

static bool ascii_ok(const char *text, gsize length)
{
	guint64 eight, any = 0;

	for (; length >= sizeof eight; text += sizeof eight, length -= sizeof eight) {
		memcpy(&eight, text, sizeof eight);
		any |= eight;
	}
	while (length--)
		any |= (guint8) *text++;
	return !(any & G_GUINT64_CONSTANT(0x8080808080808080));
}

/* The other code is translated when a text first needs it: in most languages none ever does. */
static const pcre2_code *code_for(const struct pattern *pattern, const char *text, gsize length)
{
	size_t translated = 0;

	if (pattern->plain && ascii_ok(text, length))
		return pattern->plain;
	if (pattern->plain && pcre2_pattern_info(pattern->code, PCRE2_INFO_JITSIZE, &translated) == 0 && !translated)
		return jit(pattern->code);
	return pattern->code;
}

enum pattern_outcome pattern_find(const struct pattern *pattern, struct matcher *matcher, const char *text,
				  gsize length, gsize from, gsize *start, gsize *end)
{
	int code = pcre2_match(code_for(pattern, text, length), (PCRE2_SPTR) text, length, from, PCRE2_NO_UTF_CHECK,
			       matcher->found, matcher->context);

	if (code == PCRE2_ERROR_NOMATCH)
		return PATTERN_NO;
	if (code < 0)
		return PATTERN_UNKNOWN;	/* match, depth, heap or JIT stack limit */
	PCRE2_SIZE *ends = pcre2_get_ovector_pointer(matcher->found);

	if (start)
		*start = ends[0];
	if (end)
		*end = ends[1];
	return PATTERN_YES;
}
