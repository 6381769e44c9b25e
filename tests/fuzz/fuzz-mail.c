/* Bytes -> letter -> reading, with the shipped channel files and no packs. */
#include "tests/lib/fuzz.h"

#include "wismo/core/answerable.h"
#include "wismo/core/numbers.h"
#include "wismo/conf/channel.h"
#include "wismo/mail/mime.h"

#include <string.h>

const char fuzz_corpus[] = "mail";

static struct channels *channels(void)
{
	static struct channels *loaded;

	if (!loaded) {
		g_autoptr(GError) error = NULL;
		g_autofree char *folder = g_build_filename(g_getenv("WISMO_TEST_SRC") ? g_getenv("WISMO_TEST_SRC") : ".", "templates", NULL);
		scoped(overlay) overlay = overlay_new(folder, &error);

		loaded = overlay ? channels_load(overlay, &error) : NULL;
		if (!loaded)
			g_error("%s", error->message);
	}
	return loaded;
}

static void must_be_clean(const char *text)
{
	g_assert_true(!text || g_utf8_validate(text, -1, NULL));
	g_assert_true(!text || !strpbrk(text, "\033\r\a\b"));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	g_autoptr(GBytes) raw = g_bytes_new(bytes, length);
	scoped(letter) letter = mime_read(raw);
	scoped(buyertext) text = NULL;
	g_autoptr(GPtrArray) orders = g_ptr_array_new_with_free_func(g_free);
	struct sighting seen;

	must_be_clean(letter->plain);
	must_be_clean(letter->html);
	must_be_clean(letter->attached);
	must_be_clean(letter->subject);
	must_be_clean(letter->from_name);
	for (guint i = 0; i < letter->headers->len; i++)
		must_be_clean(((struct letter_header *) g_ptr_array_index(letter->headers, i))->value);
	channels_sight(channels(), letter, NULL, &seen);
	text = buyertext_cut(letter, seen.channel);
	must_be_clean(text->own);
	machine_why(letter, NULL, &seen, text->own);
	machine_auth(letter, NULL);
	numbers_orders(channels_find(channels(), "shop"), text->own, orders);
	numbers_amount(text->whole);
	numbers_term(text->whole);
	sighting_clear(&seen);
	return 0;
}
