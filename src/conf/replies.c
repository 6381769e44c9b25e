/* Reads reply templates from the overlay: replies/<lang>/<name>.txt, words in replies/<lang>/words.conf. */
#include "wismo/conf/replies.h"

#include "confuse_p.h"

#include "wismo/base/error.h"
#include "wismo/core/lint.h"

#include <string.h>

#define TEMPLATE_CAP_KB 64	/* an answer has 4,000 characters at most on Amazon */

static const char *const langs[] = { "de", "en", "fr", "it", "es", "nl", "pl", "sv", "pt", "tr", "ja" };

static char *read_text(const char *path, GError **error)
{
	g_autofree char *text = confuse_text(path, TEMPLATE_CAP_KB, error);
	g_autoptr(GString) lines = NULL;

	if (!text)
		return NULL;
	/* Editors on Windows: a byte order mark and CRLF are no part of the text. */
	lines = g_string_new(g_str_has_prefix(text, "\xef\xbb\xbf") ? text + 3 : text);
	g_string_replace(lines, "\r\n", "\n", 0);
	return g_string_free(g_steal_pointer(&lines), FALSE);
}

static char *name_of(const char *path)
{
	char *name = g_path_get_basename(path);

	if (strrchr(name, '.'))
		*strrchr(name, '.') = '\0';
	return name;
}

static bool look(const char *path, int line, const char *body, void *user, GError **error)
{
	/* Numbers of the examples: what looks like one in them is one. */
	static const char *const exempt[] = { "302-1234567-1234567", "00340434161094015902", NULL };
	g_autoptr(GPtrArray) findings = lint_text(user, body, exempt);
	const struct lint_finding *first;

	if (!findings->len)
		return true;
	first = g_ptr_array_index(findings, 0);
	g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s:%d: the answer made from this example may not leave: its line %d, column %d: %s",
		    path, line, first->line, first->column, first->what);
	return false;
}

static bool load_lang(struct replies *replies, const struct overlay *overlay, const char *lang, GError **error)
{
	g_autofree char *folder = g_build_filename("replies", lang, NULL);
	g_autoptr(GPtrArray) files = overlay_list(overlay, folder, ".txt");
	g_autofree char *words_name = g_build_filename(folder, "words.conf", NULL);
	g_autofree char *words = overlay_path(overlay, words_name);

	for (guint i = 0; i < files->len; i++) {
		const char *path = g_ptr_array_index(files, i);
		g_autofree char *text = read_text(path, error);
		g_autofree char *name = name_of(path);

		if (!text || !replies_add(replies, lang, name, path, text, error))
			return false;
	}
	if (words) {
		g_autofree char *text = read_text(words, error);

		return text && replies_add_words(replies, lang, words, text, error);
	}
	return true;
}

struct replies *replies_load(const struct overlay *overlay, const struct channels *channels, GError **error)
{
	scoped(replies) replies = replies_new();
	const struct channel *strictest = channels ? channels_find(channels, "amazon") : NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(langs); i++)
		if (!load_lang(replies, overlay, langs[i], error))
			return NULL;
	return replies_prove(replies, strictest ? look : NULL, (void *) strictest, error) ? g_steal_pointer(&replies) : NULL;
}

bool replies_check_file(const struct overlay *overlay, const char *path, const struct channels *channels, GError **error)
{
	scoped(replies) replies = replies_new();
	g_autofree char *text = read_text(path, error);
	g_autofree char *name = name_of(path);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *lang = g_path_get_basename(folder);
	g_autofree char *shelf = g_build_filename("replies", lang, NULL);
	g_autoptr(GPtrArray) files = overlay_list(overlay, shelf, ".txt");
	const struct channel *strictest = channels ? channels_find(channels, "amazon") : NULL;

	if (!text || !replies_add(replies, lang, name, path, text, error))
		return false;
	for (guint i = 0; i < files->len; i++) {
		g_autofree char *part = name_of(g_ptr_array_index(files, i));
		g_autofree char *part_text = NULL;

		if (part[0] != '_' || strcmp(part, name) == 0)
			continue;
		part_text = read_text(g_ptr_array_index(files, i), error);
		if (!part_text || !replies_add(replies, lang, part, g_ptr_array_index(files, i), part_text, error))
			return false;
	}
	return replies_prove(replies, strictest ? look : NULL, (void *) strictest, error);
}
