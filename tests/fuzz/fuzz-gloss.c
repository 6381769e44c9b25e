/* A seller's gloss, and below its first empty line a text of a buyer. Invariants: a gloss is read or refused
 * with a reason; tokens are short, lie in the text, and are bounded in number. */
#include "tests/lib/fuzz.h"

#include "src/conf/gloss_file_p.h"
#include "wismo/base/error.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKENS_MOST 600000	/* PLACES_MOST with GLOSS_SENSES_MOST concepts each */

const char fuzz_corpus[] = "gloss";

static char *folder;

struct seen {
	const struct folded *folded;
	gsize count;
};

static void drop_folder(void)
{
	g_autofree char *file = g_build_filename(folder, "patterns", "xx.gloss", NULL);
	g_autofree char *patterns = g_path_get_dirname(file);

	g_remove(file);
	g_remove(patterns);
	g_remove(folder);
	g_free(folder);
}

static void put_gloss(const char *text)
{
	g_autofree char *patterns = NULL, *file = NULL;

	if (!folder) {
		folder = g_dir_make_tmp("wismo-gloss-XXXXXX", NULL);
		atexit(drop_folder);
	}
	patterns = g_build_filename(folder, "patterns", NULL);
	file = g_build_filename(patterns, "xx.gloss", NULL);
	g_assert_true(g_mkdir_with_parents(patterns, 0700) == 0 && g_file_set_contents(file, text, -1, NULL));
}

static void look_at(const char *token, gsize start, gsize end, void *data)
{
	struct seen *seen = data;

	g_assert_true(*token && strlen(token) < LEXICON_TOKEN_MOST && g_utf8_validate(token, -1, NULL));
	g_assert_true(start <= end && end <= seen->folded->length);
	g_assert_true(++seen->count <= TOKENS_MOST);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const char *const concepts[] = { "parcel", "not", "money", "back", "digits", "arrive" };
	g_autofree char *both = g_strndup((const char *) bytes, length);
	char *gap = strstr(both, "\n\n"), *text = gap ? gap + 2 : both;
	g_autoptr(GError) error = NULL;
	scoped(packs) packs = packs_new();
	scoped(pack) pack = pack_new("xx");

	if (!g_utf8_validate(text, -1, NULL))
		return 0;
	if (gap)
		*gap = '\0';
	put_gloss(both);
	scoped(overlay) overlay = overlay_new(folder, &error);
	for (gsize i = 0; i < G_N_ELEMENTS(concepts); i++)
		g_hash_table_add(packs->concepts, g_strdup(concepts[i]));
	pack->fold = length % 2 ? FOLD_UMLAUT : FOLD_PLAIN;
	g_assert_true(gloss_file_lay(packs, pack, overlay, &error) ? !error : error && *error->message);
	scoped(folded) folded = fold_text(text, pack->fold, NULL);
	struct seen seen = { folded, 0 };
	gloss_tokens(pack->gloss, folded, look_at, &seen);
	return 0;
}
