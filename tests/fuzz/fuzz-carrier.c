/* Carrier files as a seller may break them: an error with its place, or a carrier that can be asked about. */
#include "tests/lib/fuzz.h"

#include "wismo/conf/carrier.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char fuzz_corpus[] = "carrier";

/* libconfuse reads files: one of our own for each process, gone with it. */
static char *path;

static void remove_file(void)
{
	g_unlink(path);
}

static void use(const struct carriers *carriers)
{
	for (guint i = 0; carriers_nth(carriers, i); i++) {
		const struct carrier *carrier = carriers_nth(carriers, i);
		g_free(carrier_page(carrier, "12345678"));
		carrier_number_why(carrier, "00340434161094015902");
		for (guint k = 0; k < carrier->steps->len; k++) {
			scoped(carrier_request) request = carrier_fill(carrier, carrier->steps->pdata[k], "1/2", NULL, NULL, NULL, NULL, true, NULL);

			tracking_free(carrier_read(carrier, carrier->steps->pdata[k], 200, "{\"events\":[{}]}", "1", NULL, 4102444800));
			g_assert_true(!request || g_str_has_prefix(request->url, "https://"));
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	g_autofree char *text = g_strndup((const char *) bytes, MIN(length, 65536));
	scoped(carriers) carriers = carriers_new();
	g_autoptr(GError) error = NULL;

	if (!path) {
		path = g_strdup_printf("%s/wismo-fuzz-carrier-%d.conf", g_get_tmp_dir(), (int) getpid());
		atexit(remove_file);
	}
	/* include() would read other files: not what is tested here. */
	if (!g_utf8_validate(text, -1, NULL) || strstr(text, "include") || !g_file_set_contents(path, text, -1, NULL))
		return 0;
	if (carrier_load_file(path, carriers, &error))
		use(carriers);
	g_assert_true(!error || strstr(error->message, "wismo-fuzz-carrier"));
	return 0;
}
