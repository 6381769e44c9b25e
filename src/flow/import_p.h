/* One row of a list -> model structs, without touching the store. */
#ifndef WISMO_FLOW_IMPORT_P_H
#define WISMO_FLOW_IMPORT_P_H

#include "wismo/conf/columns.h"
#include "wismo/core/cell.h"
#include "wismo/core/table.h"
#include "wismo/model/order.h"

struct row_reader {
	const struct columns *columns;
	const struct table *table;
	struct column_map map;
	struct cell_style styles[FIELD_COUNT];
	const char *zone;
	const char *channel;	/* fallback, may be NULL */
	GHashTable *line_counts;	/* order_no -> rows seen, for lists without line numbers */
};

/* Text of a field; NULL when the column is absent or the cell is empty. Borrowed. */
const char *import_row_text(const struct row_reader *reader, const struct table_row *row, enum field field);

/* Reads the order with its one line. False: *why (owned) tells what is wrong with the row. */
bool import_row_order(const struct row_reader *reader, const struct table_row *row, struct order *order, char **why);

/* Appends the row's shipments (struct shipment, order_id unset); none when it has no number. */
bool import_row_shipments(const struct row_reader *reader, const struct table_row *row, GPtrArray *shipments, char **why);

#endif
