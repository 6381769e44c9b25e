#include "tests/lib/fuzz.h"

#include "wismo/core/buyertext.h"

#include <string.h>

const char fuzz_corpus[] = "buyertext";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	g_autofree char *whole = g_utf8_make_valid((const char *) bytes, (gssize) length);
	scoped(buyertext) text = buyertext_cut_plain(whole, NULL);

	g_assert_true(g_utf8_validate(text->own, -1, NULL));
	for (gsize i = 0; text->own[i]; i++)
		if (text->own[i] != '\n')
			g_assert_true(text->own[i] == text->whole[buyertext_whole_at(text, i)]);
	return 0;
}
