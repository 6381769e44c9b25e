#include "lines_p.h"

#include "wismo/base/error.h"

#include <string.h>

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
	if (!g_file_get_contents(path, &text, NULL, error))
		return false;
	for (char *line = text, *next; line; line = next, number++) {
		bool good;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (line[0] == '#' || !line[0])
			continue;
		good = g_utf8_validate(line, -1, NULL) ? take(line, data, error) : lines_fail(error, "UTF-8");
		if (!good) {
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
