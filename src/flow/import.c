/* Runs an import: rows in batches of one transaction each, so that the agent's workers get their turn. */
#include "wismo/flow/import.h"

#include "import_p.h"
#include "wismo/base/error.h"
#include "wismo/base/fault.h"
#include "wismo/base/log.h"
#include "wismo/store/order.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define BATCH_ROWS 500		/* about 15 ms of write lock */
#define SETTLE_S 2		/* a file that was written to within it may not be complete yet */

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
	g_free(result);
}

static void count_bad(struct import_result *result, guint line, const char *why)
{
	struct import_complaint *complaint;

	result->bad++;
	if (result->complaints->len >= IMPORT_COMPLAINTS_MAX)
		return;
	complaint = g_new0(struct import_complaint, 1);
	complaint->line = line;
	complaint->text = g_strdup(why);
	g_ptr_array_add(result->complaints, complaint);
}

/* A shipment list names orders that the order list may bring later, or brought under their channel. */
static bool order_of_shipment(const struct import *import, struct order *order, gint64 now, gint64 *id, GError **error)
{
	g_autoptr(GError) cause = NULL;
	scoped(order) known = order_find(import->store, NULL, order->order_no, &cause);
	enum put_result ignored;

	if (cause) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
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
	gint64 quantity;

	if (!sku || !text || !cell_count(text, &quantity)) {
		*why = sku ? g_strdup_printf("quantity: \"%.40s\" is no number of pieces", text ? text : "") : g_strdup("sku: empty");
		return true;
	}
	return order_put_stock(import->store, sku, quantity, now, put, error);
}

/* False: the store failed. *why set: the row is bad and nothing was written for it. */
static bool put_row(const struct import *import, enum import_kind kind, const struct row_reader *reader,
		    const struct table_row *row, gint64 now, enum put_result *put, char **why, GError **error)
{
	scoped(order) order = order_new();
	g_autoptr(GPtrArray) shipments = g_ptr_array_new_with_free_func(shipment_free);
	gint64 id = 0;

	if (kind == IMPORT_STOCK)
		return put_stock(import, reader, row, now, put, why, error);
	if (!import_row_order(reader, row, order, why) || !import_row_shipments(reader, row, shipments, why))
		return true;
	if (kind == IMPORT_SHIPMENTS && !shipments->len) {
		*why = g_strdup("number: empty");
		return true;
	}
	if (kind == IMPORT_ORDERS ? !order_put(import->store, order, now, put, &id, error)
	    : !order_of_shipment(import, order, now, &id, error))
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
		g_autofree char *why = NULL;
		enum put_result put = PUT_SAME;

		result->rows++;
		if (row->bad) {
			count_bad(result, row->line, row->bad);
			continue;
		}
		if (!put_row(import, kind, reader, row, now, &put, &why, error)) {
			store_abandon(import->store);
			return false;
		}
		if (why)
			count_bad(result, row->line, why);
		else
			*(put == PUT_NEW ? &result->added : put == PUT_CHANGED ? &result->changed : &result->same) += 1;
	}
	fault_point("import.batch");
	return store_commit(import->store, error);
}

/* Rows with more cells than the header were cut in the wrong places. */
static void mark_ragged(const struct table *table, const struct column_map *map)
{
	const struct table_row *first = g_ptr_array_index(table->rows, 0);

	for (guint i = 1; map->header && i < table->rows->len; i++) {
		struct table_row *row = g_ptr_array_index(table->rows, i);

		for (guint cell = first->count; !row->bad && cell < row->count; cell++)
			if (*row->cells[cell])
				row->bad = "more cells than the header has";
	}
}

static bool columns_ok(const struct column_map *map, enum import_kind kind, GError **error)
{
	static const struct { enum field field[2]; } needed[] = {
		{ { FIELD_ORDER_NO, FIELD_ORDER_NO } }, { { FIELD_ORDER_NO, FIELD_NUMBER } }, { { FIELD_SKU, FIELD_QUANTITY } },
	};

	for (int i = 0; i < 2; i++)
		if (map->at[needed[kind].field[i]] < 0) {
			g_set_error(error, WISMO_ERROR, WISMO_HALT, "no column for %s; name it in wismo.conf: column \"NAME\" { field = %s }"
				    " (a number counts columns from 1, for lists without header)",
				    columns_field_name(needed[kind].field[i]), columns_field_name(needed[kind].field[i]));
			return false;
		}
	return true;
}

static bool run(const struct import *import, enum import_kind kind, const struct table *table, gint64 now,
		struct import_result *result, GError **error)
{
	struct row_reader reader = { .columns = import->columns, .table = table, .zone = import->settings->zone,
				     .channel = import->channel };
	g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const struct table_row *first = table->rows->len ? g_ptr_array_index(table->rows, 0) : NULL;

	reader.line_counts = counts;
	if (!first) {
		g_set_error_literal(error, WISMO_ERROR, WISMO_HALT, "the file is empty");
		return false;
	}
	if (!columns_map(import->columns, import->settings->columns, first->cells, &reader.map, error)
	    || !columns_ok(&reader.map, kind, error))
		return false;
	mark_ragged(table, &reader.map);
	for (guint i = reader.map.header; i < table->rows->len; i++)
		for (int f = 0; f < FIELD_COUNT; f++) {
			const char *text = import_row_text(&reader, g_ptr_array_index(table->rows, i), (enum field) f);

			if (text)
				cell_learn(&reader.styles[f], text);
		}
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
	log_info("import kind=%s rows=%u added=%u changed=%u same=%u bad=%u", kinds[kind], result->rows, result->added,
		 result->changed, result->same, result->bad);
	return g_steal_pointer(&result);
}

static void write_report(const char *folder, const char *name, const struct import_result *result, const char *failure)
{
	g_autofree char *file = g_strconcat(name, ".report", NULL);
	g_autofree char *path = g_build_filename(folder, file, NULL);
	g_autoptr(GString) text = g_string_new(failure);
	g_autoptr(GError) error = NULL;

	for (guint i = 0; result && i < result->complaints->len; i++) {
		const struct import_complaint *complaint = g_ptr_array_index(result->complaints, i);

		g_string_append_printf(text, "line %u: %s\n", complaint->line, complaint->text);
	}
	if (text->len && !g_file_set_contents_full(path, text->str, (gssize) text->len, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
		log_warning("import report: %s", error->message);
}

static bool settled(const char *path, gint64 now)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (now - st.st_mtime >= SETTLE_S || st.st_mtime > now);
}

static bool import_one(const struct import *import, const char *folder, const char *name, enum import_kind kind, gint64 now,
		       GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autoptr(GError) cause = NULL;
	scoped(import_result) result = import_file(import, kind, path, now, &cause);
	g_autofree char *below = g_build_filename(folder, result ? "done" : "failed", NULL);
	g_autofree char *to = g_build_filename(below, name, NULL);

	if (cause && !g_error_matches(cause, WISMO_ERROR, WISMO_HALT)) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	if (cause)
		log_error("import file=%s: %s", name, cause->message);
	else if (result->bad)
		log_warning("import file=%s bad=%u: the lines are listed in done/%s.report", name, result->bad, name);
	g_mkdir_with_parents(below, 0700);
	write_report(below, name, result, cause ? cause->message : NULL);
	/* Dying before this rename imports the file once more, which changes nothing. */
	fault_point("import.rename");
	if (g_rename(path, to) < 0)
		log_warning("import file=%s: cannot move it to %s: %s", name, below, g_strerror(errno));
	return true;
}

static int by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

bool import_folder(const struct import *import, const char *folder, gint64 now, guint *imported, GError **error)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	*imported = 0;
	while (dir && (name = g_dir_read_name(dir)))
		g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, by_text);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *path = g_build_filename(folder, g_ptr_array_index(names, i), NULL);

		for (int kind = 0; kind < IMPORT_KIND_COUNT; kind++)
			if (g_str_has_prefix(g_ptr_array_index(names, i), kinds[kind]) && settled(path, now)) {
				if (!import_one(import, folder, g_ptr_array_index(names, i), (enum import_kind) kind, now, error))
					return false;
				++*imported;
				break;
			}
	}
	return true;
}
