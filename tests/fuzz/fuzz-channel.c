/* Channel files as a seller may break them. */
#include "tests/lib/fuzz.h"

#include "wismo/conf/channel.h"

#include <string.h>

const char fuzz_corpus[] = "channel";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	g_autofree char *text = g_strndup((const char *) bytes, MIN(length, 65536));
	scoped(channels) channels = channels_new();
	g_autoptr(GError) error = NULL;

	if (!g_utf8_validate(text, -1, NULL) || !*text)
		return 0;
	if (channels_load_text(channels, "x", "x.conf", text, &error))
		channel_prove(channels, channels_find(channels, "x"), &error);
	g_assert_true(!error || g_str_has_prefix(error->message, "x.conf"));
	return 0;
}
