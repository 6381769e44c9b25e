#include "ids_p.h"

#include <string.h>

bool ids_parse(const char *text, const char *kinds, char *kind, gint64 *id)
{
	char *end;

	*kind = text[0];
	if (!*text || !strchr(kinds, text[0]) || !g_ascii_isdigit(text[1]))
		return false;
	*id = g_ascii_strtoll(text + 1, &end, 10);
	return *end == '\0' && *id > 0 && *id < G_MAXINT64;
}

char *ids_expected(const char *kinds)
{
	static const struct { char kind; const char *words; } all[] = {
		{ 'm', "m34 for a mail" }, { 'c', "c12 for a case" }, { 'r', "r5 for a reply" }, { 't', "t7 for a task" },
	};
	GString *text = g_string_new(NULL);

	for (const char *p = kinds; *p; p++)
		for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
			if (all[i].kind == *p)
				g_string_append_printf(text, "%s%s", p == kinds ? "" : p[1] ? ", " : " or ", all[i].words);
	return g_string_free(text, FALSE);
}

int ids_wrong(const struct command_options *options, const char *text, const char *kinds)
{
	g_autofree char *expected = ids_expected(kinds);

	return command_refuse(options, EXIT_USAGE, "\"%s\" is no id; expected %s", text, expected);
}

int ids_missing(const struct command_options *options, const char *text)
{
	return command_refuse(options, EXIT_NO, "there is no %s", text);
}
