/* One row of a list -> model structs, without touching the store. */
#ifndef WISMO_FLOW_IMPORT_P_H
#define WISMO_FLOW_IMPORT_P_H

#include "wismo/conf/columns.h"
#include "wismo/core/carrier.h"
#include "wismo/core/cell.h"
#include "wismo/core/table.h"
#include "wismo/flow/import.h"
#include "wismo/model/order.h"

struct row_reader {
	const struct columns *columns;
	const struct table *table;
	struct column_map map;
	struct cell_style styles[FIELD_COUNT];	/* of moments, each column for itself */
	struct cell_style money;	/* of all amounts: a list has one convention */
	struct count_style count;	/* of numbers of pieces */
	bool parcels;		/* shipments are read: an unreadable moment is not worth a number */
	const char *zone;
	const char *channel;	/* fallback, may be NULL */
	const struct carriers *carriers;	/* NULL: check digits are not looked at */
	GHashTable *line_counts;	/* order_no -> rows seen, for lists without line numbers */
};

/* Text of a field; NULL when the column is absent or the cell is empty. Borrowed. */
const char *import_row_text(const struct row_reader *reader, const struct table_row *row, enum field field);

/* Reads the order with its one line. False: *why (owned) tells what is wrong with the row. `notes` (char *) gets what is kept all
 * the same. */
bool import_row_order(const struct row_reader *reader, const struct table_row *row, struct order *order, GPtrArray *notes, char **why);

/* The channel of the row's order; NULL: it has no number. Static or the reader's. */
const char *import_row_channel(const struct row_reader *reader, const struct table_row *row);

/* Appends the row's shipments (struct shipment, order_id unset); none when it has no number. */
bool import_row_shipments(const struct row_reader *reader, const struct table_row *row, GPtrArray *shipments, GPtrArray *notes,
			  char **why);

/* Are the columns there that this kind of list needs? WISMO_HALT with those that were found, or with the right command. */
bool import_columns_ok(const struct column_map *map, enum import_kind kind, const struct table_row *header, GError **error);

/* Names of columns that are not used, "colour, weight"; NULL: all are. Owned. */
char *import_columns_unused(const struct column_map *map, const struct table_row *header);

#endif
