/* Answers as any server may give them, read by every shipped carrier file. The first line says which: "dhl ask 200"; words that are no
 * carrier or step choose one by their hash. */
#include "tests/lib/fuzz.h"

#include "wismo/conf/carrier.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT(4102444800)

const char fuzz_corpus[] = "answer";

static int by_name(gconstpointer left, gconstpointer right)
{
	return strcmp(*(char *const *) left, *(char *const *) right);
}

static struct carriers *shipped(void)
{
	const char *root = g_getenv("WISMO_TEST_SRC") ? g_getenv("WISMO_TEST_SRC") : ".";
	g_autofree char *path = g_build_filename(root, "templates", "carriers", NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
	struct carriers *carriers = carriers_new();
	const char *name;

	while (folder && (name = g_dir_read_name(folder)))
		if (g_str_has_suffix(name, ".conf"))
			g_ptr_array_add(names, g_build_filename(path, name, NULL));
	g_ptr_array_sort(names, by_name);
	for (guint i = 0; i < names->len; i++)
		g_assert_true(carrier_load_file(names->pdata[i], carriers, NULL));
	return carriers;
}

/* One that can be asked. */
static const struct carrier *choose(const struct carriers *carriers, const char *name)
{
	g_autoptr(GPtrArray) askable = g_ptr_array_new();

	for (guint i = 0; carriers_nth(carriers, i); i++)
		if (carriers_nth(carriers, i)->steps->len) {
			g_ptr_array_add(askable, (gpointer) carriers_nth(carriers, i));
			if (strcmp(carriers_nth(carriers, i)->name, name) == 0)
				return carriers_nth(carriers, i);
		}
	return askable->pdata[g_str_hash(name) % askable->len];
}

static const struct carrier_step *step_of(const struct carrier *carrier, const char *name)
{
	for (guint i = 0; i < carrier->steps->len; i++)
		if (strcmp(((struct carrier_step *) carrier->steps->pdata[i])->name, name) == 0)
			return carrier->steps->pdata[i];
	return carrier->steps->pdata[g_str_hash(name) % carrier->steps->len];
}

static void check(const struct tracking *t)
{
	g_assert_true(t->outcome == OUTCOME_OK || (t->status == TRACK_NONE && !t->events->len && t->why));
	g_assert_true(!t->detail || carrier_detail_ok(t->detail));
	g_assert_true(!t->delivered_to || carrier_detail_ok(t->delivered_to));
	for (guint i = 0; i < t->events->len; i++) {
		const struct track_event *event = g_ptr_array_index(t->events, i);

		g_assert_true(event->at <= NOW + 86400);
		g_assert_true(!event->text || g_utf8_validate(event->text, -1, NULL));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static struct carriers *carriers;
	g_autofree char *text = g_strndup((const char *) bytes, MIN(length, 65536));
	char *line_end = strchr(text, '\n');
	g_autoptr(GHashTable) keep = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	const struct carrier *carrier;
	const struct carrier_step *step;
	gint64 life_s;

	if (!carriers)
		carriers = shipped();
	if (!line_end)
		return 0;
	*line_end = '\0';
	g_auto(GStrv) words = g_strsplit(text, " ", 3);
	guint count = g_strv_length(words);

	carrier = choose(carriers, count ? words[0] : "");
	step = step_of(carrier, count > 1 ? words[1] : "");
	scoped(tracking) tracking = carrier_read(carrier, step, count > 2 ? (int) (g_ascii_strtoull(words[2], NULL, 10) % 600) : 200,
						 line_end + 1, "12345678", NULL, NOW);
	check(tracking);
	carrier_keep(carrier, step, line_end + 1, keep);
	if (carrier->token)
		secret_free(carrier_token(carrier, 200, line_end + 1, &life_s));
	return 0;
}
