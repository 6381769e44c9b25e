#include "ids_p.h"

#include "wismo/store/dossier.h"

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

gint64 ids_case(struct store *store, const struct command_options *options, const char *text, const char *kinds, int *code)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) cases = dossier_cases_named(store, text, &error);
	g_autoptr(GString) list = g_string_new(NULL);
	g_autofree char *expected = ids_expected(kinds);

	if (!cases) {
		*code = command_fail(options, EXIT_SYSTEM, error);
		return 0;
	}
	if (cases->len == 1)
		return g_array_index(cases, gint64, 0);
	for (guint i = 0; i < cases->len; i++)
		g_string_append_printf(list, " c%" G_GINT64_FORMAT, g_array_index(cases, gint64, i));
	*code = cases->len ? command_refuse(options, EXIT_NO, "\"%s\" names several cases:%s", text, list->str)
		: command_refuse(options, EXIT_NO, "\"%s\" is no id, nor order number or buyer of a case; expected %s", text, expected);
	return 0;
}
