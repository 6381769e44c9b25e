/* Texts with numbers of all kinds, against the shipped carriers. */
#include "tests/lib/fuzz.h"

#include "wismo/conf/carrier.h"

#include <string.h>

const char fuzz_corpus[] = "numbers";

static struct carriers *shipped(void)
{
	static struct carriers *carriers;

	if (!carriers) {
		const char *source = g_getenv("WISMO_TEST_SRC");
		g_autofree char *folder = g_build_filename(source ? source : ".", "templates", NULL);
		g_autoptr(GError) error = NULL;
		scoped(overlay) overlay = overlay_new(folder, &error);

		carriers = overlay ? carrier_load(overlay, &error) : NULL;
		g_assert_no_error(error);
	}
	return carriers;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	g_autofree char *text = g_strndup((const char *) bytes, MIN(length, 65536));
	g_autofree char *normal = carrier_normal(text);
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(found_number_free);
	g_autoptr(GArray) candidates = carriers_recognise(shipped(), normal);

	g_assert_cmpuint(strspn(normal, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"), ==, strlen(normal));
	for (guint i = 1; i < candidates->len; i++)
		g_assert_true(g_array_index(candidates, struct carrier_candidate, i - 1).valid
			      >= g_array_index(candidates, struct carrier_candidate, i).valid);
	if (!g_utf8_validate(text, -1, NULL))
		return 0;
	carriers_find(shipped(), text, found);
	/* What was found is in normal form, stands once, and is valid as each of the carriers named. */
	for (guint i = 0; i < found->len; i++) {
		const struct found_number *one = g_ptr_array_index(found, i);
		g_autofree char *again = carrier_normal(one->number);

		g_assert_cmpstr(again, ==, one->number);
		g_assert_cmpuint(one->carriers->len, >, 0);
		for (guint k = 0; k < one->carriers->len; k++) {
			struct carrier_candidate own;

			g_assert_true(carrier_form_of(carriers_get(shipped(), one->carriers->pdata[k]), one->number, &own) && own.valid);
		}
		for (guint k = 0; k < i; k++)
			g_assert_cmpstr(((struct found_number *) g_ptr_array_index(found, k))->number, !=, one->number);
	}
	return 0;
}
