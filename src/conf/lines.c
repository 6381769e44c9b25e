#include "lines_p.h"

#include "confuse_p.h"
#include "wismo/base/error.h"

#include <string.h>

#define FILE_CAP_KB 8192	/* the largest of ours is concepts.words */

bool lines_fail(GError **error, const char *expected, ...)
{
	va_list arguments;

	va_start(arguments, expected);
	g_autofree char *text = g_strdup_vprintf(expected, arguments);
	va_end(arguments);
	g_set_error(error, WISMO_ERROR, WISMO_HALT, "expected %s", text);
	return false;
}

bool lines_read(const struct overlay *overlay, const char *name, lines_take *take, void *data, GError **error)
{
	g_autofree char *path = overlay_path(overlay, name);
	g_autofree char *text = NULL;
	int number = 1;

	if (!path)
		return true;
	text = confuse_text(path, FILE_CAP_KB, error);
	if (!text)
		return false;
	for (char *line = text, *next; line; line = next, number++) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		g_strchomp(line);	/* editors on Windows */
		if (line[0] == '#' || !line[0])
			continue;
		if (!take(line, data, error)) {
			g_prefix_error(error, "%s:%d: ", path, number);
			return false;
		}
	}
	return true;
}

int lines_cut(char *line, char **words, int most)
{
	int count = 0;

	for (char *blank; line; line = blank) {
		if (count == most)
			return 0;
		blank = strchr(line, ' ');
		if (blank)
			*blank++ = '\0';
		words[count++] = line;
	}
	return count;
}
