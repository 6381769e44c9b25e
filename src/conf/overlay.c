/* Finds editable files; reads none but to hash them. */
#include "wismo/conf/overlay.h"

#include "wismo/base/error.h"

#include <string.h>
#include <unistd.h>

struct overlay {
	GPtrArray *folders;	/* the strongest first */
};

static const char *const kinds[] = { "patterns", "channels", "carriers", "policy", "replies" };

/* The source tree's templates/, when this program lies in a build tree: next to it, or named by the
 * file `.wismo-source` that the build leaves there. */
static char *build_tree_templates(void)
{
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = program ? g_path_get_dirname(program) : NULL;
	g_autofree char *mark = folder ? g_build_filename(folder, ".wismo-source", NULL) : NULL;
	g_autofree char *source = NULL;

	if (!mark || !g_file_get_contents(mark, &source, NULL, NULL))
		return NULL;
	g_strstrip(source);
	return g_path_is_absolute(source) ? g_build_filename(source, "templates", NULL)
		: g_build_filename(folder, source, "templates", NULL);
}

static void add_if_there(struct overlay *overlay, char *folder)
{
	if (folder && g_file_test(folder, G_FILE_TEST_IS_DIR))
		g_ptr_array_add(overlay->folders, folder);
	else
		g_free(folder);
}

struct overlay *overlay_new(const char *data, GError **error)
{
	struct overlay *overlay = g_new0(struct overlay, 1);
	g_autofree char *built = NULL;

	overlay->folders = g_ptr_array_new_with_free_func(g_free);
	if (!data)
		data = g_getenv("WISMO_DATADIR");
	if (data && *data) {
		add_if_there(overlay, g_strdup(data));
	} else {
		built = build_tree_templates();
		add_if_there(overlay, geteuid() == 0 ? g_build_filename(WISMO_SYSCONFDIR, "wismo", NULL)
			     : g_build_filename(g_get_user_config_dir(), "wismo", NULL));
		add_if_there(overlay, built ? g_steal_pointer(&built) : g_strdup(WISMO_PKGDATADIR));
	}
	if (overlay->folders->len)
		return overlay;
	g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: no such data folder", data ? data : WISMO_PKGDATADIR);
	overlay_free(overlay);
	return NULL;
}

void overlay_free(struct overlay *overlay)
{
	if (!overlay)
		return;
	g_ptr_array_unref(overlay->folders);
	g_free(overlay);
}

void overlay_add(struct overlay *overlay, const char *folder)
{
	if (g_file_test(folder, G_FILE_TEST_IS_DIR))
		g_ptr_array_insert(overlay->folders, 0, g_strdup(folder));
}

static int by_name(gconstpointer a, gconstpointer b)
{
	g_autofree char *left = g_path_get_basename(*(char *const *) a);
	g_autofree char *right = g_path_get_basename(*(char *const *) b);

	return strcmp(left, right);
}

GPtrArray *overlay_list(const struct overlay *overlay, const char *folder, const char *ending)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < overlay->folders->len; i++) {
		g_autofree char *where = g_build_filename(g_ptr_array_index(overlay->folders, i), folder, NULL);
		g_autoptr(GDir) dir = g_dir_open(where, 0, NULL);
		const char *name;

		while (dir && (name = g_dir_read_name(dir)))
			if (name[0] != '.' && g_str_has_suffix(name, ending) && g_hash_table_add(seen, g_strdup(name)))
				g_ptr_array_add(paths, g_build_filename(where, name, NULL));
	}
	g_ptr_array_sort(paths, by_name);
	return paths;
}

char *overlay_path(const struct overlay *overlay, const char *name)
{
	for (guint i = 0; i < overlay->folders->len; i++) {
		g_autofree char *path = g_build_filename(g_ptr_array_index(overlay->folders, i), name, NULL);

		if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
			return g_steal_pointer(&path);
	}
	return NULL;
}

static void hash_folder(const struct overlay *overlay, const char *folder, GChecksum *sum)
{
	g_autoptr(GPtrArray) files = overlay_list(overlay, folder, "");

	for (guint i = 0; i < files->len; i++) {
		const char *path = g_ptr_array_index(files, i);
		g_autofree char *name = g_path_get_basename(path);
		g_autofree char *bytes = NULL;
		gsize length;

		if (g_str_has_suffix(name, "~"))
			continue;
		if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
			g_autofree char *below = g_build_filename(folder, name, NULL);

			hash_folder(overlay, below, sum);
		} else if (g_file_get_contents(path, &bytes, &length, NULL)) {
			/* The terminating NULs keep names and bytes of neighbours apart. */
			g_checksum_update(sum, (const guchar *) folder, (gssize) strlen(folder) + 1);
			g_checksum_update(sum, (const guchar *) name, (gssize) strlen(name) + 1);
			g_checksum_update(sum, (const guchar *) bytes, (gssize) length + 1);
		}
	}
}

char *overlay_hash(const struct overlay *overlay)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
		hash_folder(overlay, kinds[i], sum);
	return g_strdup(g_checksum_get_string(sum));
}
