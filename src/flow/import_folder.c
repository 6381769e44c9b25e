/* The watched folder: whatever list is laid there is read once, and put away with a report of its lines. */
#include "wismo/flow/import.h"

#include "wismo/base/error.h"
#include "wismo/base/fault.h"
#include "wismo/base/log.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define SETTLE_S 2		/* a file that was written to within it may not be complete yet */

static void write_report(const char *folder, const char *name, const struct import_result *result, const char *failure)
{
	g_autofree char *file = g_strconcat(name, ".report", NULL);
	g_autofree char *path = g_build_filename(folder, file, NULL);
	g_autoptr(GString) text = g_string_new(failure);
	g_autoptr(GError) error = NULL;

	for (guint i = 0; result && i < result->complaints->len; i++) {
		const struct import_complaint *complaint = g_ptr_array_index(result->complaints, i);

		g_string_append_printf(text, "line %u: %s; skipped\n", complaint->line, complaint->text);
	}
	for (guint i = 0; result && i < result->notes->len; i++) {
		const struct import_complaint *note = g_ptr_array_index(result->notes, i);

		g_string_append_printf(text, "line %u: note: %s\n", note->line, note->text);
	}
	/* A report is about lines; what is of no use here belongs to it only then. */
	if (text->len && result && result->unused)
		g_string_append_printf(text, "not used: %s\n", result->unused);
	if (text->len && !g_file_set_contents_full(path, text->str, (gssize) text->len, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
		log_warning("import report: %s", error->message);
}

static bool settled(const char *path, gint64 now)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (now - st.st_mtime >= SETTLE_S || st.st_mtime > now);
}

static bool import_one(const struct import *import, const char *folder, const char *name, enum import_kind kind, gint64 now,
		       GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autoptr(GError) cause = NULL;
	scoped(import_result) result = import_file(import, kind, path, now, &cause);
	g_autofree char *below = g_build_filename(folder, result ? "done" : "failed", NULL);
	g_autofree char *to = g_build_filename(below, name, NULL);

	if (cause && !g_error_matches(cause, WISMO_ERROR, WISMO_HALT)) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	if (cause)
		log_error("import file=%s: %s", name, cause->message);
	else if (result->bad || result->noted)
		log_warning("import file=%s bad=%u noted=%u: the lines are listed in done/%s.report", name, result->bad,
			    result->noted, name);
	g_mkdir_with_parents(below, 0700);
	write_report(below, name, result, cause ? cause->message : NULL);
	/* Dying before this rename imports the file once more, which changes nothing. */
	fault_point("import.rename");
	if (g_rename(path, to) < 0)
		log_warning("import file=%s: cannot move it to %s: %s", name, below, g_strerror(errno));
	return true;
}

static int by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

bool import_folder(const struct import *import, const char *folder, gint64 now, guint *imported, GError **error)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	*imported = 0;
	while (dir && (name = g_dir_read_name(dir)))
		g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, by_text);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *path = g_build_filename(folder, g_ptr_array_index(names, i), NULL);

		for (int kind = 0; kind < IMPORT_KIND_COUNT; kind++)
			if (g_str_has_prefix(g_ptr_array_index(names, i), import_kind_name((enum import_kind) kind)) && settled(path, now)) {
				if (!import_one(import, folder, g_ptr_array_index(names, i), (enum import_kind) kind, now, error))
					return false;
				++*imported;
				break;
			}
	}
	return true;
}
