/* What anybody may write, read with the shipped packs. Invariants: evidence lies in the text at character
 * borders and is what it says; confidence is a share. */
#include "tests/lib/fuzz.h"

#include "wismo/conf/pack_file.h"
#include "wismo/core/classify.h"

#include <string.h>

const char fuzz_corpus[] = "classify";

static struct packs *shipped(void)
{
	static struct packs *packs;
	const char *source = g_getenv("WISMO_TEST_SRC");
	g_autofree char *data = g_build_filename(source ? source : ".", "templates", NULL);
	g_autoptr(GError) error = NULL;

	if (!packs) {
		scoped(overlay) overlay = overlay_new(data, &error);

		packs = overlay ? pack_file_read_all(overlay, &error) : NULL;
		if (!packs)
			g_error("%s", error->message);
	}
	return packs;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	g_autofree char *text = g_strndup((const char *) bytes, length);
	scoped(reading) reading = reading_new();
	const struct classify_input input = { .text = text, .subject = text, .topic_intent = -1 };

	if (!g_utf8_validate(text, -1, NULL))
		return 0;
	classify_text(shipped(), &input, reading);
	g_assert_true(reading->confidence >= 0 && reading->confidence <= 1 && reading->lang);
	for (guint i = 0; i < reading->evidence->len; i++) {
		const struct evidence *evidence = g_ptr_array_index(reading->evidence, i);

		g_assert_true(evidence->start <= evidence->end && evidence->end <= strlen(text));
		g_assert_true((text[evidence->start] & 0xC0) != 0x80 && (text[evidence->end] & 0xC0) != 0x80);
		g_assert_true(g_utf8_validate(evidence->text, -1, NULL));
		if (evidence->start < evidence->end)
			g_assert_true(strncmp(text + evidence->start, evidence->text, evidence->end - evidence->start) == 0);
	}
	return 0;
}
