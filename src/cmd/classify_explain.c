/* Shows evidence in place: what was read, what was cut, which words spoke for what. */
#include "classify_p.h"

#include <stdio.h>
#include <string.h>

struct mark {
	gsize at;		/* byte in the whole text */
	bool opens;
	guint number;		/* of the evidence, from 1 */
};

static int by_place(gconstpointer a, gconstpointer b)
{
	const struct mark *left = a, *right = b;

	if (left->at != right->at)
		return left->at < right->at ? -1 : 1;
	return (int) left->opens - (int) right->opens;	/* close before open */
}

/* Learned words stand everywhere in a text: they are named below it, not marked in it. */
static bool is_marked(const struct evidence *evidence, const struct buyertext *text)
{
	return evidence->end > evidence->start && *text->own && !g_str_has_suffix(evidence->rule, "/words") &&
	       !g_str_has_prefix(evidence->rule, "meaning/");
}

static GArray *marks_of(const struct reading *reading, const struct buyertext *text)
{
	GArray *marks = g_array_new(FALSE, FALSE, sizeof(struct mark));

	for (guint i = 0; i < reading->evidence->len; i++) {
		const struct evidence *one = g_ptr_array_index(reading->evidence, i);
		struct mark open = { buyertext_whole_at(text, one->start), true, i + 1 };
		struct mark close = { one->end > one->start ? buyertext_whole_at(text, one->end - 1) + 1 : 0, false, i + 1 };

		if (!is_marked(one, text))
			continue;
		g_array_append_val(marks, open);
		g_array_append_val(marks, close);
	}
	g_array_sort(marks, by_place);
	return marks;
}

static bool is_kept(const struct buyertext *text, gsize start, gsize end)
{
	for (guint i = 0; i < text->spans->len; i++) {
		const struct buyertext_span *span = &g_array_index(text->spans, struct buyertext_span, i);

		if (span->whole_at >= start && span->whole_at < end)
			return true;
	}
	return false;
}

/* Text from mails never speaks to the terminal; letters hold no control characters (mime.h). */
static void print_line(const struct buyertext *text, gsize start, gsize end, const GArray *marks, guint *next, bool colour)
{
	bool kept = is_kept(text, start, MAX(end, start + 1));

	printf("  %s%s", kept ? "| " : "  ", !kept && colour ? "\033[2m" : "");
	for (gsize at = start; at <= end; at++) {
		for (; *next < marks->len && g_array_index(marks, struct mark, *next).at <= at; (*next)++) {
			const struct mark *mark = &g_array_index(marks, struct mark, *next);

			if (mark->opens)
				printf("%s[", colour ? "\033[1;33m" : "");
			else
				printf("]%u%s", mark->number, colour ? "\033[0m" : "");
		}
		if (at < end)
			putchar(text->whole[at]);
	}
	printf("%s\n", !kept && colour ? "\033[0m" : "");
}

void classify_explain(const struct letter *letter, const struct reading *reading, const struct buyertext *text, bool colour)
{
	g_autoptr(GArray) marks = marks_of(reading, text);
	guint next = 0;
	gsize at = 0;

	printf("  Subject: %s\n\n", letter->subject ? letter->subject : "(none)");
	for (;;) {
		gsize length = strcspn(text->whole + at, "\n");

		print_line(text, at, at + length, marks, &next, colour);
		at += length;
		if (!text->whole[at])
			break;
		at++;
	}
	printf("\n");
	for (guint i = 0; i < reading->evidence->len; i++) {
		const struct evidence *one = g_ptr_array_index(reading->evidence, i);

		const bool told = !is_marked(one, text) && one->text;

		printf("  %2u  %+.1f  %-20s %s%s%s\n", i + 1, one->weight, intent_name(one->intent), one->rule,
		       told ? "  " : "", told ? one->text : "");
	}
	for (guint i = 0; i < reading->order_ids->len; i++)
		printf("  order     %s\n", (const char *) g_ptr_array_index(reading->order_ids, i));
	for (guint i = 0; i < reading->tracking->len; i++)
		printf("  tracking  %s\n", ((const struct found_number *) g_ptr_array_index(reading->tracking, i))->number);
	printf("  answer    %s\n\n", reading->answerable ? "a machine may answer" : reading->why_not);
}
