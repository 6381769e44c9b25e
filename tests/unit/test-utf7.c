#include "tests/lib/unit.h"

#include "wismo/mail/utf7.h"

#include <glib.h>

static const struct { const char *utf8, *wire; } names[] = {
	{ "INBOX", "INBOX" },
	{ "Entwürfe", "Entw&APw-rfe" },
	{ "Gesendete Objekte", "Gesendete Objekte" },
	{ "A&B", "A&-B" },
	{ "&", "&-" },
	{ "台北", "&U,BTFw-" },			/* RFC 3501, 5.1.3 */
	{ "~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-" },	/* likewise */
	{ "Отправленные", "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-" },
	{ "📦", "&2D3c5g-" },
	{ "ä&ö", "&AOQ-&-&APY-" },
	{ "", "" },
};

static void names_go_both_ways(void **state)
{
	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *wire = utf7_encode(names[i].utf8);
		g_autofree char *utf8 = utf7_decode(names[i].wire);

		assert_string_equal(wire, names[i].wire);
		assert_string_equal(utf8, names[i].utf8);
	}
}

static void what_is_no_modified_utf7_is_refused(void **state)
{
	static const char *const bad[] = { "&", "&AP", "&APw", "caf\xc3\xa9", "&A-", "&AP!-", "&APx-", "&2D0-", "a\tb" };

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *utf8 = utf7_decode(bad[i]);

		if (utf8)
			fail_msg("\"%s\" was read as \"%s\"", bad[i], utf8);
	}
	assert_null(utf7_encode("caf\xe9"));
}

/* Every length and mixture up to a bound, from a fixed seed. */
static void any_name_survives_the_way_there_and_back(void **state)
{
	static const gunichar letters[] = { 'a', '&', '-', '/', 0xe4, 0x20ac, 0x53f0, 0x1f4e6, '~', '+' };
	g_autoptr(GRand) rand = g_rand_new_with_seed(20261124);

	(void) state;
	for (int round = 0; round < 5000; round++) {
		g_autoptr(GString) name = g_string_new(NULL);
		int length = g_rand_int_range(rand, 0, 12);

		for (int i = 0; i < length; i++)
			g_string_append_unichar(name, letters[g_rand_int_range(rand, 0, G_N_ELEMENTS(letters))]);
		g_autofree char *wire = utf7_encode(name->str);
		g_autofree char *back = utf7_decode(wire);

		assert_true(g_str_is_ascii(wire));
		assert_string_equal(back, name->str);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(what_is_no_modified_utf7_is_refused),
		cmocka_unit_test(any_name_survives_the_way_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
