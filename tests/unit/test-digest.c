/* SHA-256 against GLib's, for texts around the ends of blocks. */
#include "tests/lib/unit.h"

#include "wismo/base/digest.h"

static void a_digest_is_what_glib_says(void **state)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(20261124);

	(void) state;
	for (gsize length = 0; length < 300; length++) {
		g_autofree guint8 *data = g_malloc(length + 1);

		for (gsize i = 0; i < length; i++)
			data[i] = (guint8) g_rand_int(rand);
		g_autoptr(GBytes) bytes = g_bytes_new(data, length);
		g_autofree char *wanted = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
		g_autofree char *got = digest_sha256(bytes);

		assert_string_equal(got, wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_digest_is_what_glib_says) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
