/* What the header of a list tells: whether it is the right list at all, and which of its columns are of no use. */
#include "import_p.h"

#include "wismo/base/error.h"

#define TOLD_MOST 40

static char *names_of(const struct table_row *header, const struct column_map *unless)
{
	g_autoptr(GString) names = g_string_new(NULL);
	guint told = 0;

	for (guint i = 0; i < header->count; i++) {
		bool used = false;

		for (int f = 0; unless && f < FIELD_COUNT; f++)
			used |= unless->at[f] == (int) i;
		if (used || !*header->cells[i] || told++ >= TOLD_MOST)
			continue;
		g_string_append_printf(names, "%s%.60s", names->len ? ", " : "", header->cells[i]);
	}
	if (told > TOLD_MOST)
		g_string_append_printf(names, " and %u more", told - TOLD_MOST);
	return names->len ? g_utf8_make_valid(names->str, -1) : NULL;
}

char *import_columns_unused(const struct column_map *map, const struct table_row *header)
{
	return map->header ? names_of(header, map) : NULL;
}

/* Tracking numbers and nothing that only orders have. */
static bool looks_like_shipments(const struct column_map *map)
{
	static const enum field of_orders[] = {
		FIELD_LINE_NO, FIELD_SKU, FIELD_TITLE, FIELD_QUANTITY, FIELD_LINE_PRICE, FIELD_UNIT_PRICE, FIELD_BUYER_NAME,
		FIELD_BUYER_ADDRESS, FIELD_ORDERED, FIELD_SHIP_BY, FIELD_PROMISED, FIELD_STATUS, FIELD_FULFILMENT,
	};

	for (gsize i = 0; i < G_N_ELEMENTS(of_orders); i++)
		if (map->at[of_orders[i]] >= 0)
			return false;
	return map->at[FIELD_NUMBER] >= 0;
}

bool import_columns_ok(const struct column_map *map, enum import_kind kind, const struct table_row *header, GError **error)
{
	static const struct { enum field field[2]; } needed[] = {
		{ { FIELD_ORDER_NO, FIELD_ORDER_NO } }, { { FIELD_ORDER_NO, FIELD_NUMBER } }, { { FIELD_SKU, FIELD_QUANTITY } },
	};

	for (int i = 0; i < 2; i++)
		if (map->at[needed[kind].field[i]] < 0) {
			const char *field = columns_field_name(needed[kind].field[i]);
			g_autofree char *found = names_of(header, NULL);

			g_set_error(error, WISMO_ERROR, WISMO_HALT, "no column for %s; the first line has: %s; name it in wismo.conf: "
				    "column \"NAME\" { field = %s } (a number counts columns from 1, for lists without header)",
				    field, found ? found : "nothing", field);
			return false;
		}
	if (kind == IMPORT_ORDERS && looks_like_shipments(map)) {
		g_set_error_literal(error, WISMO_ERROR, WISMO_HALT, "this is a list of shipments, not of orders (tracking numbers, but no "
				    "article, price, date or buyer); read it with: wismo import shipments FILE");
		return false;
	}
	return true;
}
