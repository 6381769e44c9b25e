#include "tests/lib/unit.h"

#include "src/store/sql_p.h"
#include "wismo/base/clock.h"
#include "wismo/conf/carrier.h"
#include "wismo/flow/import.h"
#include "wismo/store/order.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW 1795507200	/* 2026-11-24 08:00 UTC */

static char *folder;
static struct store *store;
static struct settings *settings;
static struct columns *columns;
static struct overlay *overlay;
static struct carriers *carriers;

static struct import_result *import_bytes(enum import_kind kind, const char *bytes, gssize length, GError **error)
{
	g_autofree char *path = g_build_filename(folder, "list.txt", NULL);
	struct import import = { .store = store, .settings = settings, .columns = columns,
				 .carriers = carriers };

	assert_true(g_file_set_contents(path, bytes, length, NULL));
	return import_file(&import, kind, path, NOW, error);
}

static void expect(enum import_kind kind, const char *bytes, gssize length, guint added, guint changed, guint same, guint bad)
{
	g_autoptr(GError) error = NULL;
	scoped(import_result) result = import_bytes(kind, bytes, length, &error);

	if (!result)
		fail_msg("%s", error->message);
	for (guint i = 0; result->bad != bad && i < result->complaints->len; i++)
		print_message("line %u: %s\n", ((struct import_complaint *) g_ptr_array_index(result->complaints, i))->line,
			      ((struct import_complaint *) g_ptr_array_index(result->complaints, i))->text);
	assert_int_equal(result->added, added);
	assert_int_equal(result->changed, changed);
	assert_int_equal(result->same, same);
	assert_int_equal(result->bad, bad);
	assert_int_equal(result->rows, added + changed + same + bad);
}

static const char amazon[] =
	"order-id\torder-item-id\tpurchase-date\tbuyer-email\tbuyer-name\tsku\tproduct-name\tquantity-purchased\tcurrency\titem-price"
	"\tship-country\tlatest-delivery-date\r\n"
	"302-1111111-1111111\t11\t2026-11-18T10:00:00+00:00\tab12@marketplace.amazon.de\tErika M\tM-24\tMonitor 24\" schwarz\t1\tEUR\t129.90\tDE\t2026-11-21T22:59:59+00:00\r\n"
	"302-1111111-1111111\t12\t2026-11-18T10:00:00+00:00\tab12@marketplace.amazon.de\tErika M\tK-1\tKabel\t2\tEUR\t9.98\tDE\t2026-11-21T22:59:59+00:00\r\n";

static void amazons_list_is_read_with_its_lines(void **state)
{
	scoped(order) order = NULL;
	const struct order_line *line;

	(void) state;
	expect(IMPORT_ORDERS, amazon, -1, 1, 1, 0, 0);
	order = order_find(store, "amazon", "302-1111111-1111111", NULL);
	assert_non_null(order);
	assert_int_equal(order->lines->len, 2);
	line = g_ptr_array_index(order->lines, 0);
	assert_string_equal(line->title, "Monitor 24\" schwarz");
	assert_int_equal(order_value_cents(order), 13988);
	assert_string_equal(order->country, "DE");
	assert_int_equal(order->promised_at, clock_parse("2026-11-21T22:59:59Z", NULL));
}

static void importing_again_changes_nothing(void **state)
{
	gint64 was, is;

	(void) state;
	expect(IMPORT_ORDERS, amazon, -1, 0, 0, 2, 0);
	was = sql_int(store, NULL, -1, "SELECT total_changes()", "");
	expect(IMPORT_ORDERS, amazon, -1, 0, 0, 2, 0);
	is = sql_int(store, NULL, -1, "SELECT total_changes()", "");
	assert_int_equal(was, is);
}

static void several_parcels_come_from_cells_and_rows(void **state)
{
	g_autoptr(GPtrArray) shipments = NULL;
	scoped(order) order = order_find(store, NULL, "302-1111111-1111111", NULL);
	const struct shipment *first;

	(void) state;
	expect(IMPORT_SHIPMENTS, "order-id;tracking-number;carrier-name;ship-date;claims-protected\n"
	       "302-1111111-1111111;\"0034 0434 1610 9401 5902, 00340434161094015903\";DHL Paket;19.11.2026;ja\n"
	       "302-1111111-1111111;1Z999AA10123456784;UPS Standard;20.11.2026;\n", -1, 2, 0, 0, 0);
	shipments = order_shipments(store, order->id, NULL);
	assert_int_equal(shipments->len, 3);
	first = g_ptr_array_index(shipments, 0);
	assert_string_equal(first->number, "00340434161094015902");
	assert_string_equal(first->carrier, "dhl");
	assert_true(first->claims_protected);
	assert_string_equal(((struct shipment *) g_ptr_array_index(shipments, 2))->carrier, "ups");
	assert_false(((struct shipment *) g_ptr_array_index(shipments, 2))->claims_protected);
}

static void a_parcel_may_come_before_its_order(void **state)
{
	scoped(order) order = NULL;

	(void) state;
	expect(IMPORT_SHIPMENTS, "order_number,tracking_number\nA-77,00340434161094015904\n", -1, 1, 0, 0, 0);
	expect(IMPORT_ORDERS, "order_number,email,created_at\nA-77,Buyer+x@Example.com,2026-11-20\n", -1, 0, 1, 0, 0);
	order = order_find_by_number(store, "00340434161094015904", NULL);
	assert_non_null(order);
	assert_string_equal(order->buyer_address, "buyer@example.com");
	assert_string_equal(order->channel, "shop");
}

/* As eBay's German list is: a blank line, quotes, and two lines below it that are no orders. */
static void a_german_list_of_ebay_is_read_with_its_buyers(void **state)
{
	g_autoptr(GError) error = NULL;
	scoped(import_result) result = import_bytes(IMPORT_ORDERS, "\xEF\xBB\xBF\n"
		"\"Verkaufsprotokollnummer\",\"Bestellnummer\",\"Nutzername des K\303\244ufers\",\"Name des K\303\244ufers\","
		"\"E-Mail des K\303\244ufers\",\"Artikelnummer\",\"Angebotstitel\",\"Bestandseinheit\",\"Anzahl\",\"Verkauft f\303\274r\","
		"\"Gesamtpreis\",\"Verkauft am\",\"Versand bis Datum\",\"Versandservice\",\"Sendungsnummer\"\n\n"
		"\"1501\",\"12-12345-67890\",\"kaefer77\",\"Peter K\",\"kaefer77_aabb@members.ebay.com\",\"155667788990\",\"Leuchte\",\"LED-300\","
		"\"1\",\"59,90 \342\202\254\",\"64,80 \342\202\254\",\"11-Nov-26\",\"13-Nov-26\",\"DHL Paket\",\"00340434161094015905\"\n\n"
		"\"1\",\"Datens\303\244tze heruntergeladen,von\",\" \",\"12-Nov-26\",\" bis \",\"13-Nov-26\"\n\"Verk\303\244ufer-ID : x\"\n", -1, &error);
	scoped(order) order = order_find(store, "ebay", "12-12345-67890", NULL);
	const struct order_line *line;

	(void) state;
	assert_non_null(result);
	assert_int_equal(result->added, 1);
	assert_int_equal(result->bad, 2);
	assert_non_null(order);
	assert_string_equal(order->buyer_address, "kaefer77_aabb@members.ebay.com");
	assert_true(order->ordered_at > 0 && order->ship_by_at > order->ordered_at);
	line = g_ptr_array_index(order->lines, 0);
	assert_string_equal(line->sku, "LED-300");
	assert_int_equal(line->price_cents, 6480);
	assert_string_equal(order->currency, "EUR");
}

static void a_first_line_for_spreadsheets_names_the_delimiter(void **state)
{
	scoped(order) order = NULL;

	(void) state;
	expect(IMPORT_SHIPMENTS, "sep=;\nSendungsnummer;Sendungsreferenz;Sendungsdatum\n00340434161094015906;S-1;12.11.2026\n", -1, 1, 0, 0, 0);
	order = order_find_by_number(store, "00340434161094015906", NULL);
	assert_non_null(order);
	assert_string_equal(order->order_no, "S-1");
}

static void bad_rows_are_told_by_line_and_good_ones_kept(void **state)
{
	static const struct { guint line; const char *says; } expected[] = {
		{ 3, "order_no: empty" }, { 4, "ordered: \"31.02.2026\" is no date" }, { 5, "line_price: \"12 apples\" is no amount" },
		{ 6, "quantity: \"two\"" }, { 7, "more cells than the header has" }, { 10, "a quote is opened and never closed" },
	};
	g_autoptr(GError) error = NULL;
	scoped(import_result) result = import_bytes(IMPORT_ORDERS,
		"Bestellnummer;Bestelldatum;Gesamtpreis;Menge;Artikelbezeichnung\n"
		"B-1;24.11.2026;1.234,56;1;gut\n"
		";24.11.2026;1,00;1;ohne Nummer\n"
		"B-3;31.02.2026;1,00;1;kein Tag\n"
		"B-4;24.11.2026;12 apples;1;kein Betrag\n"
		"B-5;24.11.2026;1,00;two;keine Zahl\n"
		"B-6;24.11.2026;1,00;1;zu;viel\n"
		"B-7;24.11.2026;1,00;1;\"eine Zeile\nund noch eine; mit Strichpunkt\"\n"
		"B-8;24.11.2026;1,00;1;\"nie zu\n"
		"B-9;24.11.2026;1,00;1;gut\n", -1, &error);
	scoped(order) seventh = NULL;

	(void) state;
	assert_non_null(result);
	assert_int_equal(result->added, 3);
	assert_int_equal(result->bad, G_N_ELEMENTS(expected));
	for (gsize i = 0; i < G_N_ELEMENTS(expected); i++) {
		const struct import_complaint *complaint = g_ptr_array_index(result->complaints, i);

		assert_int_equal(complaint->line, expected[i].line);
		if (!g_str_has_prefix(complaint->text, expected[i].says))
			fail_msg("%s", complaint->text);
	}
	seventh = order_find(store, "shop", "B-7", NULL);
	assert_string_equal(((struct order_line *) g_ptr_array_index(seventh->lines, 0))->title,
			    "eine Zeile\nund noch eine; mit Strichpunkt");
}

static void expect_lines(const GPtrArray *list, const struct import_complaint *expected, guint count)
{
	for (guint i = 0; i < list->len; i++) {
		const struct import_complaint *one = g_ptr_array_index(list, i);

		if (i >= count || one->line != expected[i].line || !strstr(one->text, expected[i].text))
			fail_msg("line %u: %s", one->line, one->text);
	}
	assert_int_equal(list->len, count);
}

static void amounts_that_make_no_sense_are_bad_and_not_guessed(void **state)
{
	static const struct import_complaint expected[] = {
		{ 2, (char *) "line_price: \"24.90.00\" is no amount like 1234.50" },
		{ 4, (char *) "line_price: \"1,23,456.00\" is no amount like" },
	};
	static const struct import_complaint unsure[] = {
		{ 2, (char *) "line_price: \"1.234\" is no sure amount" }, { 3, (char *) "line_price: \"2,345\" is no sure amount" },
	};
	g_autoptr(GError) error = NULL;
	scoped(import_result) result = import_bytes(IMPORT_ORDERS, "order_no;sku;item-price;item-tax\nP-1;a;24.90.00;\nP-2;a;1.234;\n"
		"P-3;a;1,23,456.00;\nP-4;a;1.000;0,19\n", -1, &error);
	scoped(import_result) open = NULL;
	scoped(order) second = NULL;

	(void) state;
	if (!result)
		fail_msg("%s", error->message);
	expect_lines(result->complaints, expected, G_N_ELEMENTS(expected));
	/* The other column of amounts tells that the comma parts cents. */
	second = order_find(store, "shop", "P-2", NULL);
	assert_int_equal(order_value_cents(second), 123400);
	assert_int_equal(sql_int(store, NULL, 0, "SELECT count(*) FROM orders WHERE order_no IN ('P-1', 'P-3')", ""), 0);
	open = import_bytes(IMPORT_ORDERS, "order_no;sku;item-price;currency\nP-5;a;1.234;EUR\nP-6;a;2,345;EUR\nP-7;a;3,456;JPY\nP-8;a;12;EUR\n",
			    -1, NULL);
	expect_lines(open->complaints, unsure, G_N_ELEMENTS(unsure));
	assert_int_equal(open->added, 2);
}

static void doubts_about_a_parcel_are_noted_and_its_number_is_kept(void **state)
{
	static const struct import_complaint expected[] = {
		{ 2, (char *) "order_no: N-1 is in no list of orders yet" },
		{ 3, (char *) "number: 00340434161094015909: DHL: the number's check digit is wrong" },
		{ 4, (char *) "shipped: \"yesterday\" is no date" },
	};
	const char *list = "order_no;tracking number;carrier;ship date;colour;weight\nN-1;00340434161094015902;DHL;2026-11-20;red;1\n"
		"N-2;00340434161094015909;DHL;2026-11-20;;\nN-2;1Z999AA10123456784;UPS;yesterday;;\n";
	scoped(import_result) result = NULL;

	(void) state;
	expect(IMPORT_ORDERS, "order_no,sku\nN-2,a\n", -1, 1, 0, 0, 0);
	for (int round = 0; round < 2; round++) {
		g_clear_pointer(&result, import_result_free);
		result = import_bytes(IMPORT_SHIPMENTS, list, -1, NULL);
		assert_int_equal(round ? result->same : result->added, 3);
		assert_int_equal(result->bad, 0);
		assert_int_equal(result->noted, G_N_ELEMENTS(expected));
		expect_lines(result->notes, expected, G_N_ELEMENTS(expected));
		assert_string_equal(result->unused, "colour, weight");
	}
	assert_int_equal(sql_int(store, NULL, 0, "SELECT count(*) FROM shipments WHERE number IN ('00340434161094015909',"
				 " '1Z999AA10123456784') AND order_id = (SELECT id FROM orders WHERE order_no = 'N-2')", ""), 2);
}

static void charsets_are_found_out(void **state)
{
	static const struct { const char *label, *bytes; gssize length; const char *charset; } rows[] = {
		{ "utf-8 with BOM", "\xEF\xBB\xBFsku;Bestand\nM\xC3\xBCtze;3\n", -1, "UTF-8" },
		{ "windows-1252", "sku;Bestand\nM\xFCtze;3\n", -1, "windows-1252" },
		{ "utf-16le with BOM", "\xFF\xFEs\0k\0u\0;\0q\0t\0y\0\n\0M\0\xFC\0t\0z\0e\0;\0003\0\n\0", 34, "UTF-16LE" },
		{ "utf-16be without", "\0s\0k\0u\0;\0q\0t\0y\0\n\0M\0\xFC\0t\0z\0e\0;\0003\0\n", 32, "UTF-16BE" },
		{ "tabs, old line ends", "sku\tqty\rM\xC3\xBCtze\t3\r", -1, "UTF-8" },
		{ "bars", "sku|qty\nM\xC3\xBCtze|3\n", -1, "UTF-8" },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		scoped(import_result) result = NULL;

		assert_true(sql_run(store, NULL, "DELETE FROM stock", ""));
		result = import_bytes(IMPORT_STOCK, rows[i].bytes, rows[i].length, &error);
		if (!result)
			fail_msg("%s: %s", rows[i].label, error->message);
		assert_string_equal(result->charset, rows[i].charset);
		if (order_stock(store, "M\xC3\xBCtze", NULL) != 3)
			fail_msg("%s: not read", rows[i].label);
	}
}

static void one_broken_line_does_not_spoil_the_umlauts_of_others(void **state)
{
	(void) state;
	expect(IMPORT_STOCK, "sku;qty\nSch\xC3\xBCssel;1\nbad\xFF;2\nL\xC3\xB6" "ffel;3\n", -1, 2, 0, 0, 1);
	assert_int_equal(order_stock(store, "L\xC3\xB6" "ffel", NULL), 3);
}

static void lists_without_header_are_mapped_by_number(void **state)
{
	(void) state;
	g_hash_table_insert(settings->columns, g_strdup("1"), g_strdup("order_no"));
	g_hash_table_insert(settings->columns, g_strdup("3"), g_strdup("number"));
	expect(IMPORT_SHIPMENTS, "W-1|x|00340434161094015905\nW-2|y|00340434161094015906\n", -1, 2, 0, 0, 0);
	g_hash_table_remove_all(settings->columns);
}

static void own_names_win(void **state)
{
	(void) state;
	g_hash_table_insert(settings->columns, g_strdup("vorgang"), g_strdup("order_no"));
	expect(IMPORT_ORDERS, "Vorgang,Order Number,Datum\nV-1,zzz,2026-11-20\n", -1, 1, 0, 0, 0);
	assert_int_equal(sql_int(store, NULL, 0, "SELECT count(*) FROM orders WHERE order_no = 'V-1'", ""), 1);
	g_hash_table_remove_all(settings->columns);
}

static void amazon_fulfilled_and_cancelled_orders_are_known(void **state)
{
	(void) state;
	expect(IMPORT_ORDERS, "amazon-order-id\tpurchase-date\torder-status\tfulfillment-channel\tsales-channel\tsku\n"
	       "303-1111111-1111112\t2026-11-18T10:00:00+00:00\tShipped\tAmazon\tAmazon.de\tA\n"
	       "303-1111111-1111113\t2026-11-18T10:00:00+00:00\tCancelled\tMerchant\tAmazon.de\tA\n", -1, 2, 0, 0, 0);
	assert_int_equal(sql_int(store, NULL, 0, "SELECT by_marketplace * 2 + cancelled FROM orders WHERE order_no LIKE '%112'", ""), 2);
	assert_int_equal(sql_int(store, NULL, 0, "SELECT by_marketplace * 2 + cancelled FROM orders WHERE order_no LIKE '%113'", ""), 1);
}

static void what_is_no_list_is_refused(void **state)
{
	static const struct { const char *bytes; gssize length; const char *says; } rows[] = {
		{ "", 0, "empty" }, { "PK\003\004xxxx", 8, "spreadsheet" }, { "a;b\n\0\0\0\0\0\0;c\n", 14, "NUL" },
		{ "hello world\nfoo\n", -1, "no column for order_no; the first line has: hello world; name it" },
		{ "Vorgang;Datum\n1;2\n", -1, "the first line has: Vorgang, Datum;" },
		{ "order_no;carrier;tracking number\n1;DHL;2\n", -1, "wismo import shipments FILE" }, { "\n\n\n", -1, "empty" },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		scoped(import_result) result = import_bytes(IMPORT_ORDERS, rows[i].bytes, rows[i].length, &error);

		assert_null(result);
		if (!strstr(error->message, rows[i].says))
			fail_msg("%zu: %s", i, error->message);
	}
}

static void random_bytes_never_crash(void **state)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(20261124);
	static const char alphabet[] = "a1;,\t|\"\n\r\xC3\xBC\xFF \0-./:";

	(void) state;
	for (guint round = 0; round < 300; round++) {
		char bytes[400];
		gsize length = (gsize) g_rand_int_range(rand, 1, sizeof bytes);
		g_autoptr(GError) error = NULL;
		scoped(import_result) result = NULL;
		g_autoptr(GString) list = g_string_new("order-id;tracking-number;purchase-date;item-price\n");

		for (gsize i = 0; i < length; i++)
			bytes[i] = alphabet[g_rand_int_range(rand, 0, sizeof alphabet - 1)];
		g_string_append_len(list, bytes, (gssize) length);
		result = import_bytes((enum import_kind) (round % 2), list->str, (gssize) list->len, &error);
		assert_true(!!result != !!error);
		if (result)
			assert_int_equal(result->rows, result->added + result->changed + result->same + result->bad);
	}
}

static void the_watched_folder_is_emptied(void **state)
{
	g_autofree char *in = g_build_filename(folder, "in", NULL);
	g_autofree char *good = g_build_filename(in, "orders-1.csv", NULL);
	g_autofree char *bad = g_build_filename(in, "stock.csv", NULL);
	g_autofree char *other = g_build_filename(in, "notes.txt", NULL);
	g_autofree char *report = g_build_filename(in, "failed", "stock.csv.report", NULL);
	g_autofree char *done = g_build_filename(in, "done", "orders-1.csv", NULL);
	struct import import = { .store = store, .settings = settings, .columns = columns };
	guint imported;

	(void) state;
	g_mkdir(in, 0700);
	g_file_set_contents(good, "order-id,sku\nF-1,a\n", -1, NULL);
	g_file_set_contents(bad, "x\n", -1, NULL);
	g_file_set_contents(other, "x\n", -1, NULL);
	assert_true(import_folder(&import, in, g_get_real_time() / G_USEC_PER_SEC, &imported, NULL));
	assert_int_equal(imported, 0);	/* just written */
	assert_true(import_folder(&import, in, g_get_real_time() / G_USEC_PER_SEC + 10, &imported, NULL));
	assert_int_equal(imported, 2);
	assert_true(g_file_test(done, G_FILE_TEST_EXISTS));
	assert_true(g_file_test(report, G_FILE_TEST_EXISTS));
	assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
	assert_false(g_file_test(good, G_FILE_TEST_EXISTS));
}

static int prepare(void **state)
{
	g_autofree char *data = g_build_filename(g_getenv("WISMO_TEST_SRC"), "templates", NULL);
	g_autofree char *database = NULL;
	g_autoptr(GError) error = NULL;

	(void) state;
	folder = g_dir_make_tmp("wismo-import-XXXXXX", NULL);
	database = g_build_filename(folder, "wismo.db", NULL);
	store = store_open(database, ROLE_ALL, true, &error);
	overlay = overlay_new(data, &error);
	columns = overlay ? columns_load(overlay, &error) : NULL;
	carriers = columns ? carrier_load(overlay, &error) : NULL;
	settings = g_new0(struct settings, 1);
	settings->zone = g_strdup("Europe/Berlin");
	settings->accounts = g_ptr_array_new();
	settings->carriers = g_ptr_array_new();
	settings->columns = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	if (error)
		print_message("%s\n", error->message);
	return error ? -1 : 0;
}

static int clear(void **state)
{
	const char *argv[] = { "rm", "-rf", folder, NULL };

	(void) state;
	store_close(store);
	settings_free(settings);
	columns_free(columns);
	carriers_free(carriers);
	overlay_free(overlay);
	g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
	g_free(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amazons_list_is_read_with_its_lines),
		cmocka_unit_test(importing_again_changes_nothing),
		cmocka_unit_test(several_parcels_come_from_cells_and_rows),
		cmocka_unit_test(a_parcel_may_come_before_its_order),
		cmocka_unit_test(a_german_list_of_ebay_is_read_with_its_buyers),
		cmocka_unit_test(a_first_line_for_spreadsheets_names_the_delimiter),
		cmocka_unit_test(bad_rows_are_told_by_line_and_good_ones_kept),
		cmocka_unit_test(amounts_that_make_no_sense_are_bad_and_not_guessed),
		cmocka_unit_test(doubts_about_a_parcel_are_noted_and_its_number_is_kept),
		cmocka_unit_test(charsets_are_found_out),
		cmocka_unit_test(one_broken_line_does_not_spoil_the_umlauts_of_others),
		cmocka_unit_test(lists_without_header_are_mapped_by_number),
		cmocka_unit_test(own_names_win),
		cmocka_unit_test(amazon_fulfilled_and_cancelled_orders_are_known),
		cmocka_unit_test(what_is_no_list_is_refused),
		cmocka_unit_test(random_bytes_never_crash),
		cmocka_unit_test(the_watched_folder_is_emptied),
	};

	return cmocka_run_group_tests(tests, prepare, clear);
}
