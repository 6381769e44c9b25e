/* templates/import/columns.conf: what lists call our fields, which columns mark whose list, what they call carriers. */
#ifndef WISMO_CONF_COLUMNS_H
#define WISMO_CONF_COLUMNS_H

#include "wismo/base/scope.h"
#include "wismo/conf/overlay.h"

#include <glib.h>
#include <stdbool.h>

enum field {
	FIELD_ORDER_NO, FIELD_CHANNEL, FIELD_LINE_NO, FIELD_SKU, FIELD_TITLE, FIELD_QUANTITY, FIELD_LINE_PRICE, FIELD_UNIT_PRICE,
	FIELD_TAX, FIELD_CURRENCY, FIELD_BUYER_NAME, FIELD_BUYER_ADDRESS, FIELD_COUNTRY, FIELD_ORDERED, FIELD_SHIP_BY,
	FIELD_PROMISED, FIELD_FULFILMENT, FIELD_STATUS, FIELD_CANCELLED, FIELD_CARRIER, FIELD_NUMBER, FIELD_SHIPPED,
	FIELD_CLAIMS_PROTECTED,
	FIELD_COUNT
};
const char *columns_field_name(enum field field);
int columns_field_find(const char *name);	/* -1: no such field */

struct columns;

/* WISMO_HALT with file:line. */
struct columns *columns_load(const struct overlay *overlay, GError **error);
void columns_free(struct columns *columns);

/* Where each field stands in the list: column by field, -1 absent. */
struct column_map {
	int at[FIELD_COUNT];
	bool header;		/* the first row is one */
	const char *channel;	/* whose list it is, borrowed; NULL: nobody's own */
};

/* `own` (may be NULL): the seller's names, lower case -> field name; a number names a column counted from 1.
 * WISMO_HALT when a field of `own` is unknown. */
bool columns_map(const struct columns *columns, GHashTable *own, char *const *first, struct column_map *map, GError **error);

/* Carrier file's name for what a list says; NULL: not known. Borrowed. */
const char *columns_carrier(const struct columns *columns, const char *said);

SCOPE(columns, columns_free)

#endif
