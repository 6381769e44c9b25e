/* Pattern packs as a seller may break them: an error with its place, or a pack; never a crash. */
#include "tests/lib/fuzz.h"

#include "wismo/conf/pack_file.h"

const char fuzz_corpus[] = "pack";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	g_autofree char *text = g_strndup((const char *) bytes, MIN(length, 65536));
	g_autoptr(GError) error = NULL;

	if (!g_utf8_validate(text, -1, NULL) || !*text)
		return 0;
	scoped(pack) pack = pack_file_parse("x.conf", text, &error);
	g_assert_true(pack ? !error : error != NULL);
	return 0;
}
