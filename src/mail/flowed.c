/* Joins the lines that a mail program broke only for transport. */
#include "flowed_p.h"

#include <string.h>

char *flowed_undo(const char *text, bool delsp)
{
	GString *out = g_string_sized_new(strlen(text) + 1);
	int open_depth = -1;	/* quote depth of the paragraph that the next line may join; -1: none */

	while (*text) {
		gsize length = strcspn(text, "\n");
		const char *line = text, *end = text + length;
		int depth = 0;
		bool soft, signature;

		text = *end ? end + 1 : end;
		for (; line < end && *line == '>'; line++)
			depth++;
		if (line < end && *line == ' ')
			line++;
		signature = end - line == 3 && memcmp(line, "-- ", 3) == 0;
		/* 4.5: a soft break within another quote depth is an error; the paragraph ends there. */
		if (open_depth != depth || signature) {
			if (out->len && open_depth >= 0)
				g_string_append_c(out, '\n');
			for (int i = 0; i < depth; i++)
				g_string_append_c(out, '>');
			if (depth)
				g_string_append_c(out, ' ');
		}
		soft = end > line && end[-1] == ' ' && !signature;
		g_string_append_len(out, line, end - line - (soft && delsp ? 1 : 0));
		open_depth = soft ? depth : -1;
		if (!soft)
			g_string_append_c(out, '\n');
	}
	return g_string_free(out, FALSE);
}
