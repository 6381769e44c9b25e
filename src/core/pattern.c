/* Apart from core/regex.c because here a limit that was hit is an answer of its own, never "no match", and
 * because working memory is the caller's: a text meets some 200 patterns in a row. */
#include "wismo/core/pattern.h"

#include "wismo/base/error.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#define JIT_STACK_START (32 * 1024)
#define JIT_STACK_CAP (1024 * 1024)	/* JIT obeys neither heap nor depth limit; this bounds it */

#define TRIES_PLAIN 32		/* by the interpreter, before machine code pays: making it takes as long */

struct code {
	pcre2_code *code;
	guint tries;		/* at TRIES_PLAIN JIT is asked for */
};

/* Folded text of most languages is ASCII. There, a pattern that is ASCII itself means the same without UTF and UCP, and
 * takes half the time: each \b and \w is a look into a table, not into Unicode's properties. Machine code is
 * made when a pattern has been tried often: all of eleven languages' take 9 MB, and most of them are hardly ever tried. The other
 * code of such a pattern is for the message in twenty-five with an emoji or a currency sign; the interpreter will do there. */
struct pattern {
	char *source;		/* NULL: not ASCII, `wide` was made at once */
	struct code plain, wide;
	struct need *need;
};

struct matcher {
	pcre2_match_context *context;
	pcre2_match_data *found;
	pcre2_jit_stack *stack;
	bool translates;
};

static pcre2_code *compile(const char *source, uint32_t more, GError **error)
{
	const uint32_t options = PCRE2_MULTILINE | PCRE2_NO_AUTO_CAPTURE;
	char text[256];
	int number;
	PCRE2_SIZE at;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR) source, PCRE2_ZERO_TERMINATED, options | more, &number, &at, NULL);

	if (!code) {
		pcre2_get_error_message(number, (PCRE2_UCHAR *) text, sizeof text);
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s, before \"%.20s\"", text, source + at);
	}
	return code;
}

struct pattern *pattern_new(const char *source, struct needles *needles, GError **error)
{
	struct pattern *pattern = g_new0(struct pattern, 1);

	if (g_str_is_ascii(source)) {
		pattern->source = g_strdup(source);
		pattern->plain.code = compile(source, 0, error);
	} else {
		pattern->wide.code = compile(source, PCRE2_UTF | PCRE2_UCP, error);
	}
	if (!pattern->plain.code && !pattern->wide.code) {
		pattern_free(pattern);
		return NULL;
	}
	pattern->need = needles ? need_new(needles, source) : NULL;
	return pattern;
}

void pattern_free(gpointer pointer)
{
	struct pattern *pattern = pointer;

	if (!pattern)
		return;
	pcre2_code_free(pattern->plain.code);
	pcre2_code_free(pattern->wide.code);
	need_free(pattern->need);
	g_free(pattern->source);
	g_free(pattern);
}

static struct matcher *make(bool translates)
{
	struct matcher *matcher = g_new0(struct matcher, 1);

	matcher->translates = translates;
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

struct matcher *matcher_new(void)
{
	return make(true);
}

struct matcher *matcher_new_prover(void)
{
	return make(false);
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

/* NULL: out of memory. */
static const pcre2_code *code_for(struct pattern *pattern, const struct matcher *matcher, const char *text, gsize length)
{
	struct code *code = pattern->source && ascii_ok(text, length) ? &pattern->plain : &pattern->wide;

	if (!code->code)
		code->code = compile(pattern->source, PCRE2_UTF | PCRE2_UCP, NULL);
	if (code->code && matcher->translates && code->tries < TRIES_PLAIN && (!pattern->source || code == &pattern->plain)
	    && ++code->tries == TRIES_PLAIN)
		(void) pcre2_jit_compile(code->code, PCRE2_JIT_COMPLETE);	/* without JIT the interpreter matches */
	return code->code;
}

enum pattern_outcome pattern_find(struct pattern *pattern, struct matcher *matcher, const char *text,
				  gsize length, gsize from, gsize *start, gsize *end)
{
	const pcre2_code *program = code_for(pattern, matcher, text, length);
	int code;

	if (!program)
		return PATTERN_UNKNOWN;
	code = pcre2_match(program, (PCRE2_SPTR) text, length, from, PCRE2_NO_UTF_CHECK, matcher->found, matcher->context);
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

bool pattern_jit_ok(void)
{
	pcre2_code *code = compile("a+b", 0, NULL);
	bool fine = code && pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0;

	pcre2_code_free(code);
	return fine;
}
