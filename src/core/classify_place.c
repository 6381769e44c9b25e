/* Where evidence stands in the text that the buyer wrote. */
#include "classify_p.h"

/* Where the original of folded byte `end` ends: behind the letter that the byte before it stands for, so that
 * a dropped mark after it is not part of the evidence. */
static gsize end_in(const struct rule_view *view, gsize start, gsize end)
{
	if (end <= start)
		return view->body->at[start];
	return (gsize) (g_utf8_next_char(view->raw + view->body->at[end - 1]) - view->raw);
}

void classify_place(struct evidence *evidence, const struct rule_view *view, enum rule_scope scope, bool in_subject,
		    gsize start, gsize end)
{
	if (in_subject) {
		evidence->text = g_strndup(view->subject->text + start, end - start);
		return;
	}
	evidence->start = scope == SCOPE_RAW ? start : view->body->at[start];
	evidence->end = scope == SCOPE_RAW ? end : end_in(view, start, end);
	evidence->text = g_strndup(view->raw + evidence->start, evidence->end - evidence->start);
}
