#include "tests/lib/fuzz.h"

#include "wismo/core/html.h"

#include <string.h>

const char fuzz_corpus[] = "html";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	/* The contract asks for UTF-8, which the mail reader gives. */
	g_autofree char *html = g_utf8_make_valid((const char *) bytes, (gssize) length);
	bool cut;
	g_autofree char *text = html_to_text(html, &cut);
	g_autofree char *pre = html_amazon_pre(html);

	g_assert_true(g_utf8_validate(text, -1, NULL));
	g_assert_true(!pre || g_utf8_validate(pre, -1, NULL));
	g_assert_true(strlen(text) <= HTML_TEXT_CAP + 65536);
	return 0;
}
