#include "editor_p.h"

bool editor_run(const char *path, GError **error)
{
	const char *editor = g_getenv("VISUAL") ? g_getenv("VISUAL") : g_getenv("EDITOR");
	g_auto(GStrv) words = NULL;
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	int status = 0;

	if (!g_shell_parse_argv(editor ? editor : "vi", NULL, &words, error))
		return false;
	for (char **word = words; *word; word++)
		g_ptr_array_add(argv, *word);
	g_ptr_array_add(argv, (char *) path);
	g_ptr_array_add(argv, NULL);
	return g_spawn_sync(NULL, (char **) argv->pdata, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL, NULL, NULL,
			    &status, error) && g_spawn_check_wait_status(status, error);
}
