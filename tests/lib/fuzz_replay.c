/* Replays a fuzzer's corpus: a crash, a sanitizer's report or a failed invariant ends the program. */
#include "tests/lib/fuzz.h"

#include <glib.h>
#include <stdio.h>

static int replay(const char *path)
{
	g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
	g_autofree char *bytes = NULL;
	const char *name;
	gsize length;
	int count = 0;

	if (!folder) {
		if (!g_file_get_contents(path, &bytes, &length, NULL))
			return 0;
		LLVMFuzzerTestOneInput((const uint8_t *) bytes, length);
		return 1;
	}
	while ((name = g_dir_read_name(folder))) {
		g_autofree char *inner = g_build_filename(path, name, NULL);

		count += replay(inner);
	}
	return count;
}

int main(int argc, char **argv)
{
	const char *root = g_getenv("WISMO_TEST_SRC") ? g_getenv("WISMO_TEST_SRC") : ".";
	g_autofree char *corpus = g_build_filename(root, "tests", "fuzz", "corpus", fuzz_corpus, NULL);
	g_autofree char *raw = g_build_filename(root, "tests", "corpus", "raw", "fit", NULL);
	int count = 0;

	g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL);
	printf("1..1\n");
	for (int i = 1; i < argc; i++)
		count += replay(argv[i]);
	if (argc < 2)
		count = replay(corpus) + replay(raw);
	printf("%sok 1 - %d inputs replayed\n", count ? "" : "not ", count);
	return count == 0;
}
