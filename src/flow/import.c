/* Runs an import: rows in batches of one transaction each, so that the agent's workers get their turn. */
#include "wismo/flow/import.h"

#include "import_p.h"
#include "wismo/base/error.h"
#include "wismo/base/fault.h"
#include "wismo/base/log.h"
#include "wismo/store/order.h"

#include <string.h>

#define BATCH_ROWS 500		/* about 15 ms of write lock */

static const char *const kinds[] = { "orders", "shipments", "stock" };
_Static_assert(G_N_ELEMENTS(kinds) == IMPORT_KIND_COUNT, "one name for each kind");

const char *import_kind_name(enum import_kind kind)
{
	return kinds[kind];
}

int import_kind_find(const char *name)
{
	for (int i = 0; i < IMPORT_KIND_COUNT; i++)
		if (strcmp(name, kinds[i]) == 0)
			return i;
	return -1;
}

static void complaint_free(gpointer pointer)
{
	struct import_complaint *complaint = pointer;

	g_free(complaint->text);
	g_free(complaint);
}

void import_result_free(struct import_result *result)
{
	if (!result)
		return;
	g_ptr_array_unref(result->complaints);
	g_ptr_array_unref(result->notes);
	g_free(result->unused);
	g_free(result);
}

static void tell(GPtrArray *list, guint line, const char *text)
{
	struct import_complaint *complaint;

	if (list->len >= IMPORT_COMPLAINTS_MAX)
		return;
	complaint = g_new0(struct import_complaint, 1);
	complaint->line = line;
	complaint->text = g_strdup(text);
	g_ptr_array_add(list, complaint);
}

static void count_bad(struct import_result *result, guint line, const char *why)
{
	result->bad++;
	tell(result->complaints, line, why);
}

/* A shipment list names orders that the order list may bring later, or brought under their channel. */
static bool order_of_shipment(const struct import *import, struct order *order, gint64 now, GPtrArray *notes, gint64 *id,
			      GError **error)
{
	g_autoptr(GError) cause = NULL;
	scoped(order) known = order_find(import->store, NULL, order->order_no, &cause);
	enum put_result ignored;

	if (cause) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	/* One without lines and date was made from such a line before. */
	if (!known || (!known->lines->len && !known->ordered_at && !known->buyer_address))
		g_ptr_array_add(notes, g_strdup_printf("order_no: %.80s is in no list of orders yet", order->order_no));
	if (known) {
		*id = known->id;
		return true;
	}
	g_ptr_array_set_size(order->lines, 0);	/* its quantity is a parcel's, not the order's */
	return order_put(import->store, order, now, &ignored, id, error);
}

static bool put_stock(const struct import *import, const struct row_reader *reader, const struct table_row *row, gint64 now,
		      enum put_result *put, char **why, GError **error)
{
	const char *sku = import_row_text(reader, row, FIELD_SKU);
	const char *text = import_row_text(reader, row, FIELD_QUANTITY);
	const char *expected = "number of pieces";
	gint64 quantity;

	if (!sku || !text || !cell_count(text, &reader->count, &quantity, &expected)) {
		*why = sku ? g_strdup_printf("quantity: \"%.40s\" is no %s", text ? text : "", expected) : g_strdup("sku: empty");
		return true;
	}
	return order_put_stock(import->store, sku, quantity, now, put, error);
}

/* False: the store failed. *why set: the row is bad and nothing was written for it. */
static bool put_row(const struct import *import, enum import_kind kind, const struct row_reader *reader,
		    const struct table_row *row, gint64 now, enum put_result *put, GPtrArray *notes, char **why,
		    GError **error)
{
	scoped(order) order = order_new();
	g_autoptr(GPtrArray) shipments = g_ptr_array_new_with_free_func(shipment_free);
	gint64 id = 0;

	if (kind == IMPORT_STOCK)
		return put_stock(import, reader, row, now, put, why, error);
	if (!import_row_order(reader, row, order, notes, why) || !import_row_shipments(reader, row, shipments, notes, why))
		return true;
	if (kind == IMPORT_SHIPMENTS && !shipments->len) {
		*why = g_strdup("number: empty");
		return true;
	}
	if (kind == IMPORT_ORDERS ? !order_put(import->store, order, now, put, &id, error)
	    : !order_of_shipment(import, order, now, notes, &id, error))
		return false;
	for (guint i = 0; i < shipments->len; i++) {
		struct shipment *shipment = g_ptr_array_index(shipments, i);
		enum put_result one;

		shipment->order_id = id;
		if (!order_put_shipment(import->store, shipment, &one, error))
			return false;
		if (one != PUT_SAME && *put == PUT_SAME)
			*put = kind == IMPORT_ORDERS ? PUT_CHANGED : one;
	}
	return true;
}

static bool put_batch(const struct import *import, enum import_kind kind, const struct row_reader *reader, guint from, guint to,
		      gint64 now, struct import_result *result, GError **error)
{
	if (!store_begin(import->store, error))
		return false;
	for (guint i = from; i < to; i++) {
		const struct table_row *row = g_ptr_array_index(reader->table->rows, i);
		g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
		g_autofree char *why = NULL;
		enum put_result put = PUT_SAME;

		result->rows++;
		if (row->bad) {
			count_bad(result, row->line, row->bad);
			continue;
		}
		if (!put_row(import, kind, reader, row, now, &put, notes, &why, error)) {
			store_abandon(import->store);
			return false;
		}
		if (why)
			count_bad(result, row->line, why);
		for (guint n = 0; !why && n < notes->len; n++) {
			result->noted++;
			tell(result->notes, row->line, notes->pdata[n]);
		}
		if (!why)
			*(put == PUT_NEW ? &result->added : put == PUT_CHANGED ? &result->changed : &result->same) += 1;
	}
	fault_point("import.batch");
	return store_commit(import->store, error);
}

/* Rows with more cells than the header were cut in the wrong places; those with less than half are torn, or no rows at all:
 * "2, records downloaded, from ..." stands below eBay's lists. */
static void mark_ragged(const struct table *table, const struct column_map *map)
{
	const struct table_row *first = g_ptr_array_index(table->rows, 0);

	for (guint i = 1; map->header && i < table->rows->len; i++) {
		struct table_row *row = g_ptr_array_index(table->rows, i);

		for (guint cell = first->count; !row->bad && cell < row->count; cell++)
			if (*row->cells[cell])
				row->bad = "more cells than the header has";
		if (!row->bad && row->count * 2 < first->count)
			row->bad = "less than half of the header's cells: torn, or no row of this list";
	}
}

/* A column is looked at as a whole before a cell of it is read. */
static void learn(struct row_reader *reader)
{
	static const enum field amounts[] = { FIELD_LINE_PRICE, FIELD_UNIT_PRICE, FIELD_TAX };
	static const enum field moments[] = { FIELD_ORDERED, FIELD_SHIP_BY, FIELD_PROMISED, FIELD_SHIPPED };

	for (guint i = reader->map.header; i < reader->table->rows->len; i++) {
		const struct table_row *row = g_ptr_array_index(reader->table->rows, i);
		const char *text;

		for (gsize f = 0; !row->bad && f < G_N_ELEMENTS(amounts); f++)
			if ((text = import_row_text(reader, row, amounts[f])))
				cell_learn_money(&reader->money, text);
		for (gsize f = 0; !row->bad && f < G_N_ELEMENTS(moments); f++)
			if ((text = import_row_text(reader, row, moments[f])))
				cell_learn_day(&reader->styles[moments[f]], text);
		if (!row->bad && (text = import_row_text(reader, row, FIELD_QUANTITY)))
			cell_learn_count(&reader->count, text);
	}
}

/* A list of the own shop without addresses, by its first row. */
static bool anonymous(const struct row_reader *reader)
{
	const GPtrArray *rows = reader->table->rows;
	const char *channel = rows->len > (guint) reader->map.header
		? import_row_channel(reader, g_ptr_array_index(rows, (guint) reader->map.header)) : NULL;

	return reader->map.at[FIELD_BUYER_ADDRESS] < 0 && g_strcmp0(channel, "shop") == 0;
}

static bool run(const struct import *import, enum import_kind kind, const struct table *table, gint64 now,
		struct import_result *result, GError **error)
{
	struct row_reader reader = { .columns = import->columns, .table = table, .zone = import->settings->zone,
				     .channel = import->channel, .carriers = import->carriers,
				     .parcels = kind == IMPORT_SHIPMENTS };
	g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const struct table_row *first = table->rows->len ? g_ptr_array_index(table->rows, 0) : NULL;

	reader.line_counts = counts;
	if (!first) {
		g_set_error_literal(error, WISMO_ERROR, WISMO_HALT, "the file is empty");
		return false;
	}
	if (!columns_map(import->columns, import->settings->columns, first->cells, &reader.map, error)
	    || !import_columns_ok(&reader.map, kind, first, error))
		return false;
	mark_ragged(table, &reader.map);
	if (kind == IMPORT_ORDERS && anonymous(&reader)) {
		result->noted++;
		tell(result->notes, first->line, "no column has the buyers' addresses: nothing will prove that a sender is an order's buyer, so "
		     "answers wait for a person");
	}
	result->unused = import_columns_unused(&reader.map, first);
	learn(&reader);
	for (guint from = reader.map.header; from < table->rows->len; from += BATCH_ROWS) {
		guint to = MIN(from + BATCH_ROWS, table->rows->len);

		if (!put_batch(import, kind, &reader, from, to, now, result, error))
			return false;
		if (import->progress)
			import->progress(import->user, to, table->rows->len);
	}
	return true;
}

struct import_result *import_file(const struct import *import, enum import_kind kind, const char *path, gint64 now,
				  GError **error)
{
	scoped(import_result) result = g_new0(struct import_result, 1);
	g_autoptr(GError) cause = NULL;
	g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, &cause);
	g_autoptr(GBytes) bytes = file ? g_mapped_file_get_bytes(file) : NULL;
	scoped(table) table = NULL;

	result->complaints = g_ptr_array_new_with_free_func(complaint_free);
	result->notes = g_ptr_array_new_with_free_func(complaint_free);
	if (!file) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s", cause->message);
		return NULL;
	}
	table = table_read(bytes, import->charset, error);
	if (!table || !run(import, kind, table, now, result, error)) {
		g_prefix_error(error, "%s: ", path);
		return NULL;
	}
	result->charset = table->charset == import->charset ? g_intern_string(table->charset) : table->charset;
	result->delimiter = table->delimiter;
	log_info("import kind=%s rows=%u added=%u changed=%u same=%u bad=%u noted=%u", kinds[kind], result->rows,
		 result->added, result->changed, result->same, result->bad, result->noted);
	return g_steal_pointer(&result);
}
