/* Writes log lines; knows nothing of what they say. */
#include "wismo/base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum log_level threshold = LOG_LEVEL_WARNING;
static const char *role_word;

void log_set_level(enum log_level level)
{
	threshold = level;
}

void log_set_role(const char *role)
{
	role_word = role;
}

static void append_escaped(GString *line, const char *text)
{
	for (const unsigned char *p = (const unsigned char *) text; *p; p++) {
		if (*p < 0x20 || *p == 0x7f)
			g_string_append_printf(line, "\\x%02x", *p);
		else
			g_string_append_c(line, (char) *p);
	}
}

void log_line(enum log_level level, const char *format, ...)
{
	static const char *const priority[] = { "<3>", "<4>", "<6>", "<7>" };
	static const char *const word[] = { "error", "warning", "info", "debug" };
	g_autoptr(GString) line = NULL;
	g_autofree char *text = NULL;
	va_list args;

	if (level > threshold)
		return;
	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	line = g_string_new(getenv("JOURNAL_STREAM") ? priority[level] : "");
	if (!getenv("JOURNAL_STREAM"))
		g_string_append_printf(line, "%s ", word[level]);
	if (role_word)
		g_string_append_printf(line, "%s: ", role_word);
	append_escaped(line, text);
	g_string_append_c(line, '\n');
	/* One write, so that lines of several workers do not mix (pipes: up to PIPE_BUF). */
	if (write(STDERR_FILENO, line->str, line->len) < 0)
		return;
}

char *log_address(const char *address)
{
	const char *at = address ? strrchr(address, '@') : NULL;

	if (!address || !*address)
		return g_strdup("-");
	if (!at)
		return g_strdup_printf("%.*s***", (int) (g_utf8_next_char(address) - address), address);
	return g_strdup_printf("%.*s***%s", (int) (g_utf8_next_char(address) - address), address, at);
}
