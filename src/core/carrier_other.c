/* Whose parcel an answer is about: carriers answer with several, and now and then with another one. */
#include "carrier_p.h"

#include <jansson.h>
#include <string.h>

/* `own` in any writing that the carrier takes for the number that was asked. */
static bool same_number(const struct carrier *carrier, const char *own, const char *number)
{
	g_autofree char *own_normal = carrier_normal(own), *own_asked = carrier_asked(carrier, own);
	g_autofree char *normal = carrier_normal(number), *asked = carrier_asked(carrier, number);

	return strcmp(own_normal, normal) == 0 || strcmp(own_normal, asked) == 0 || strcmp(own_asked, normal) == 0
		|| strcmp(own_asked, asked) == 0;
}

/* One of several, as a JSON array, is enough: abroad a parcel has a second number. What is empty is not told, and an answer
 * that tells no number is believed. */
static bool list_tells_another(const struct carrier *carrier, const json_t *list, const char *number)
{
	bool told = false;
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one) {
		g_autofree char *text = json_is_string(one) ? g_strdup(json_string_value(one))
			: json_is_integer(one) ? g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(one)) : NULL;

		if (text && *text && same_number(carrier, text, number))
			return false;
		told = told || (text ? *text : !json_is_null(one));
	}
	return told;
}

bool carrier_other(const struct carrier *carrier, const char *own, const char *number)
{
	json_t *list = own && *own == '[' ? json_loads(own, 0, NULL) : NULL;
	bool another = list ? list_tells_another(carrier, list, number) : own && *own && !same_number(carrier, own, number);

	json_decref(list);
	return another;
}
