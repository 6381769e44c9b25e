/* When the tracker asks, and about what: by need and not by the clock alone. Answers come from a folder; carrier.py has the wire. */
#include "tests/lib/unit.h"

#include "src/flow/track_p.h"
#include "src/store/sql_p.h"
#include "tests/lib/clock_fake.h"
#include "wismo/flow/stage.h"
#include "wismo/store/dossier.h"
#include "wismo/store/lookup.h"
#include "wismo/store/tracking.h"

#include <glib/gstdio.h>
#include <string.h>

#define T0 G_GINT64_CONSTANT(1795507200)	/* 2026-11-24 08:00 UTC */
#define HOUR_S 3600
#define DAY_S 86400
#define NUMBER "00340434161094015902"
#define OTHER "00340434292135100124"

static struct rulebook *book;
static struct settings *settings;
static char *folder;
static struct flow flow;
static int serial;

/* ---- helpers ---- */

static void run_sql(const char *sql)
{
	if (sqlite3_exec(sql_handle(flow.store), sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(sql_handle(flow.store)));
}

static gint64 number_of(const char *sql)
{
	gint64 value = -1;
	sqlite3_stmt *row;

	assert_int_equal(sqlite3_prepare_v2(sql_handle(flow.store), sql, -1, &row, NULL), SQLITE_OK);
	if (sqlite3_step(row) == SQLITE_ROW)
		value = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	return value;
}

static gint64 asked(const char *number)
{
	g_autofree char *sql = g_strdup_printf("SELECT count(*) FROM trackings WHERE number = '%s'", number);

	return number_of(sql);
}

static gint64 next_at(const char *number)
{
	g_autofree char *sql = g_strdup_printf("SELECT next_at FROM lookups WHERE number = '%s'", number);

	return number_of(sql);
}

/* `code` of a division other than the parcel's: "ecommerce/690". */
static void answer(const char *number, const char *code, gint64 at)
{
	const char *slash = strchr(code, '/');
	g_autofree char *service = slash ? g_strndup(code, (gsize) (slash - code)) : g_strdup("parcel-de");
	g_autofree char *path = g_strdup_printf("%s/recorded/%s.json", folder, number);
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(at);
	g_autofree char *stamp = g_date_time_format(when, "%Y-%m-%dT%H:%M:%SZ");
	g_autofree char *text = g_strdup_printf("{\"shipments\":[{\"service\":\"%s\",\"events\":[{\"timestamp\":\"%s\",\"statusCode\":\"transit\","
						"\"status\":\"%s\",\"description\":\"x\"}]}]}", service, stamp, slash ? slash + 1 : code);

	assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* An open case; its order is known when `shipped`, and has that number when it is no empty word. */
static gint64 put_case(const char *number, bool shipped, gint64 due_at)
{
	int n = ++serial;
	g_autofree char *sql = g_strdup_printf("INSERT INTO cases (account, channel, buyer, order_no, lang, state, intent, opened_at, due_at,"
		" asked_at, dirty) VALUES ('main', 'shop', 'b%d@x.example', '%d', 'de', 'open', 'not_arrived', 1, %" G_GINT64_FORMAT ", %"
		G_GINT64_FORMAT ", 0)", n, n, due_at, T0 - HOUR_S);
	gint64 id;

	run_sql(sql);
	id = sql_inserted(flow.store);
	if (shipped) {
		g_autofree char *order = g_strdup_printf("INSERT INTO orders (id, channel, order_no, ordered_at, promised_at, currency, imported_at)"
			" VALUES (%d, 'shop', '%d', %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", 'EUR', 1); INSERT INTO order_lines (order_id, line_no,"
			" sku, title, price_cents) VALUES (%d, '1', 'TEE', 'Teekanne', 1990)", n, n, T0 - 20 * DAY_S, T0 - 10 * DAY_S, n);

		run_sql(order);
	}
	if (shipped && *number) {
		g_autofree char *shipment = g_strdup_printf("INSERT INTO shipments (order_id, carrier, number) VALUES (%d, 'dhl', '%s')", n, number);

		run_sql(shipment);
	}
	return id;
}

/* The buyer's mail, with numbers as a reading keeps them. */
static void put_mail(gint64 case_id, const char *tracking, bool machine)
{
	int n = ++serial;
	g_autofree char *sql = g_strdup_printf("INSERT INTO mails (id, account, sha256, size_bytes, received_at, fetched_at, state) VALUES (%d,"
		" 'main', '%064d', 1, %" G_GINT64_FORMAT ", 1, 'read'); INSERT INTO readings (mail, case_id, rulebook, subject, sender, channel, machine,"
		" lang, intent, confidence, urgency, buyer, reply_to, tracking, buyer_text, answerable, read_at) VALUES (%d, %" G_GINT64_FORMAT
		", '', 'Paket', 'b@x.example', 'shop', %d, 'de', 'not_arrived', 0.99, 'normal', 'b@x.example', 'b@x.example', '%s', 'Wo ist es?', 1, 1)",
		n, n, T0 - HOUR_S, n, case_id, machine, tracking);

	run_sql(sql);
}

static void step(gint64 now)
{
	struct pass pass = { .done = 1 };
	g_autoptr(GError) error = NULL;

	for (int i = 0; pass.done; i++) {
		assert_true(i < 20);
		if (!track_step(&flow, now, &pass, &error))
			fail_msg("%s", error->message);
	}
}

static int fresh(void **state)
{
	g_autofree char *path = g_strdup_printf("%s/%d.db", folder, ++serial);
	g_autofree char *recorded = g_build_filename(folder, "recorded", NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) dir = g_dir_open(recorded, 0, NULL);
	const char *name;

	(void) state;
	while ((name = g_dir_read_name(dir))) {
		g_autofree char *file = g_build_filename(recorded, name, NULL);

		g_unlink(file);
	}
	flow.store = store_open(path, ROLE_ALL, true, &error);
	if (!flow.store)
		fail_msg("%s", error->message);
	return 0;
}

static int done(void **state)
{
	(void) state;
	store_close(flow.store);
	return 0;
}

/* ---- the stage ---- */

static void closed_cases_are_not_asked_about(void **state)
{
	gint64 id = put_case(NUMBER, true, 0);

	(void) state;
	answer(NUMBER, "AA", T0 - HOUR_S);
	step(T0);
	assert_int_equal(asked(NUMBER), 1);
	run_sql("UPDATE cases SET state = 'closed'");
	step(T0 + 3 * DAY_S);
	assert_int_equal(asked(NUMBER), 1);
	assert_int_equal(lookup_next_at(flow.store), 0);
	run_sql("UPDATE cases SET state = 'open'");
	step(T0 + 3 * DAY_S);
	assert_int_equal(asked(NUMBER), 2);
	assert_true(id > 0);
}

static void a_story_that_has_ended_is_not_asked_about(void **state)
{
	static const struct { const char *code; gint64 later; gint64 again; } rows[] = {
		{ "RETURNED_TO_SENDER", 0, 0 }, { "ecommerce/690", 0, 0 },
		/* Delivered: once more only because the buyer writes that it is not so. */
		{ "ZU", 5 * DAY_S, 1 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		put_case(NUMBER, true, T0 + 20 * HOUR_S);
		answer(NUMBER, rows[i].code, T0 - HOUR_S - rows[i].later);
		step(T0);
		for (int day = 1; day < 30; day++)
			step(T0 + day * DAY_S);
		assert_int_equal(asked(NUMBER), 1);
		run_sql("UPDATE cases SET asked_at = 1795507200 + 40 * 86400");
		step(T0 + 40 * DAY_S + 60);
		step(T0 + 41 * DAY_S);
		assert_int_equal(asked(NUMBER), 1 + rows[i].again);
		done(state);
		fresh(state);
	}
}

static void a_fresh_delivery_is_looked_at_again(void **state)
{
	(void) state;
	put_case(NUMBER, true, 0);
	answer(NUMBER, "ZU", T0 - HOUR_S);
	step(T0);
	answer(NUMBER, "STORN", T0 + HOUR_S);
	for (int day = 1; day < 30; day++)
		step(T0 + day * 12 * HOUR_S);
	assert_true(asked(NUMBER) > 1);
}

static void the_buyers_next_mail_brings_the_next_question_forward(void **state)
{
	(void) state;
	put_case(NUMBER, true, 0);
	answer(NUMBER, "AA", T0 - HOUR_S);
	step(T0);
	run_sql("UPDATE cases SET asked_at = 1795507200 + 600");
	step(T0 + 600);
	/* The cache of an hour is not the buyer's to shorten. */
	assert_int_equal(asked(NUMBER), 1);
	assert_int_equal(next_at(NUMBER), T0 + HOUR_S);
	step(T0 + HOUR_S);
	assert_int_equal(asked(NUMBER), 2);
	step(T0 + HOUR_S + 60);
	assert_int_equal(asked(NUMBER), 2);
}

static void a_failing_carrier_is_not_hurried_by_mail(void **state)
{
	g_autofree char *path = g_strdup_printf("%s/recorded/%s.500.json", folder, NUMBER);
	gint64 at;

	(void) state;
	put_case(NUMBER, true, 0);
	g_file_set_contents(path, "<html>down</html>", -1, NULL);
	step(T0);
	at = next_at(NUMBER);
	run_sql("UPDATE cases SET asked_at = 1795507200 + 100");
	step(T0 + 100);
	assert_int_equal(next_at(NUMBER), at);
	assert_int_equal(asked(NUMBER), 1);
}

static void one_answer_serves_all_cases_of_a_number(void **state)
{
	(void) state;
	put_case(NUMBER, true, 0);
	put_case(NUMBER, true, 0);
	answer(NUMBER, "AA", T0 - HOUR_S);
	step(T0);
	assert_int_equal(asked(NUMBER), 1);
	assert_int_equal(number_of("SELECT count(*) FROM cases WHERE dirty = 1"), 2);
}

static void the_most_urgent_number_is_asked_first(void **state)
{
	g_autoptr(GPtrArray) due = NULL;
	const struct lookup *first;

	(void) state;
	put_case(OTHER, true, T0 + 20 * HOUR_S);
	put_case(NUMBER, true, T0 + 3 * HOUR_S);
	run_sql("INSERT INTO lookups (carrier, number, next_at) VALUES ('dhl', '" NUMBER "', 5), ('dhl', '" OTHER "', 1)");
	due = lookup_due(flow.store, T0, 10, 10, NULL);
	assert_int_equal(due->len, 2);
	first = due->pdata[0];
	assert_string_equal(first->number, NUMBER);
	g_ptr_array_unref(g_steal_pointer(&due));
	/* On probation only one. */
	assert_true(lookup_breaker_set(flow.store, "dhl", 5, T0 - 1, "x", NULL));
	due = lookup_due(flow.store, T0, 10, 10, NULL);
	assert_int_equal(due->len, 1);
}

static void numbers_that_nobody_can_be_asked_about_wait_for_the_configuration(void **state)
{
	(void) state;
	put_case("1Z5R89390357567127", true, 0);
	run_sql("UPDATE shipments SET carrier = NULL");
	step(T0);
	assert_int_equal(number_of("SELECT count(*) FROM lookups WHERE carrier = ''"), 1);
	assert_int_equal(number_of("SELECT next_at FROM lookups"), T0 + DAY_S);
	/* The list is corrected: the number is the carrier's whose credentials are there. */
	run_sql("UPDATE shipments SET number = '" NUMBER "'; UPDATE lookups SET number = '" NUMBER "'");
	answer(NUMBER, "AA", T0);
	step(T0 + DAY_S);
	assert_int_equal(asked(NUMBER), 1);
	assert_int_equal(number_of("SELECT count(*) FROM lookups"), 1);
}

/* ---- numbers that only the buyer names ---- */

#define NAMED(number, carriers) "[{\"number\":\"" number "\",\"carriers\":[" carriers "]}]"

static void a_number_in_the_mail_is_asked_about_where_the_order_has_none(void **state)
{
	static const struct { const char *what, *tracking; bool shipped, machine; const char *of_order; gint64 asked; } rows[] = {
		{ "order known, nothing shipped", NAMED(NUMBER, "\"dhl\""), true, false, "", 1 },
		{ "order not known", NAMED(NUMBER, "\"dhl\""), false, false, "", 1 },
		{ "the order has its own", NAMED(NUMBER, "\"dhl\""), true, false, OTHER, 0 },
		{ "two carriers", NAMED(NUMBER, "\"dhl\",\"hermes\""), false, false, "", 0 },
		{ "a wrong check digit", NAMED("00340434161094015903", "\"dhl\""), false, false, "", 0 },
		{ "no check digit", NAMED("JVGL0123456789012345", "\"dhl\""), false, false, "", 0 },
		{ "a machine's mail", NAMED(NUMBER, "\"dhl\""), false, true, "", 0 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		gint64 id = put_case(rows[i].of_order, rows[i].shipped, 0);

		put_mail(id, rows[i].tracking, rows[i].machine);
		answer(NUMBER, "AA", T0 - HOUR_S);
		step(T0);
		if (number_of("SELECT count(*) FROM trackings WHERE number NOT IN ('" OTHER "')") != rows[i].asked)
			fail_msg("%s", rows[i].what);
		done(state);
		fresh(state);
	}
}

static void another_orders_parcel_is_not_asked_about(void **state)
{
	gint64 id = put_case("", false, 0);

	(void) state;
	put_case(NUMBER, true, 0);
	run_sql("UPDATE cases SET state = 'closed' WHERE id = 2");
	put_mail(id, NAMED(NUMBER, "\"dhl\""), false);
	answer(NUMBER, "AA", T0);
	step(T0);
	assert_int_equal(asked(NUMBER), 0);
}

static void a_mail_full_of_numbers_asks_about_three(void **state)
{
	gint64 id = put_case("", false, 0);
	g_autoptr(GString) tracking = g_string_new("[");

	(void) state;
	for (int i = 0; i < 40; i++) {
		g_autofree char *body = g_strdup_printf("0034043416109401%03d", 100 + i);
		int sum = 0;

		for (int k = 0; k < 19; k++)
			sum += (body[k] - '0') * (k % 2 ? 1 : 3);
		g_string_append_printf(tracking, "%s{\"number\":\"%s%d\",\"carriers\":[\"dhl\"]}", i ? "," : "", body, (10 - sum % 10) % 10);
	}
	g_string_append_c(tracking, ']');
	put_mail(id, tracking->str, false);
	step(T0);
	step(T0 + DAY_S);
	assert_in_range(number_of("SELECT count(DISTINCT number) FROM trackings"), 1, 3);
}

/* Whatever the parcel says, whatever the mode: news for a person to send, and no money. */
static void a_number_of_the_buyers_leads_to_information_only(void **state)
{
	static const char *const codes[] = { "690", "RETURNED_TO_SENDER", "ZU", "AA", "ZN", "VA" };

	for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
		for (int known = 0; known < 2; known++) {
			gint64 id = put_case("", known, T0 + 20 * HOUR_S);
			struct pass pass = { 0 };
			g_autoptr(GError) error = NULL;

			run_sql("INSERT INTO stock VALUES ('TEE', 9, 1)");
			put_mail(id, NAMED(NUMBER, "\"dhl\""), false);
			answer(NUMBER, codes[i], T0 - 9 * DAY_S);
			step(T0);
			assert_int_equal(number_of("SELECT dirty FROM cases"), 1);
			if (!decide_step(&flow, T0 + 60, &pass, &error))
				fail_msg("%s", error->message);
			assert_int_equal(number_of("SELECT count(*) FROM verdicts WHERE facts ->> '$.number_by' = 'buyer'"), 1);
			assert_int_equal(number_of("SELECT count(*) FROM verdicts WHERE facts ->> '$.tracking' IS NOT NULL"), 1);
			if (number_of("SELECT count(*) FROM tasks"))
				fail_msg("%s leads to a task", codes[i]);
			if (number_of("SELECT count(*) FROM replies WHERE state <> 'draft'"))
				fail_msg("%s leads to an answer by itself", codes[i]);
			if (number_of("SELECT count(*) FROM replies WHERE template IN ('reship', 'refund', 'returned')"))
				fail_msg("%s leads to a promise", codes[i]);
			assert_int_equal(number_of("SELECT count(*) FROM cases WHERE state = 'closed'"), 0);
			done(state);
			fresh(state);
		}
}

static void the_sellers_list_takes_the_place_of_the_buyers_word(void **state)
{
	gint64 id = put_case("", true, 0);

	(void) state;
	put_mail(id, NAMED(NUMBER, "\"dhl\""), false);
	answer(NUMBER, "AA", T0);
	step(T0);
	assert_int_equal(number_of("SELECT case_id FROM lookups"), id);
	run_sql("INSERT INTO shipments (order_id, carrier, number) SELECT id, 'dhl', '" NUMBER "' FROM orders");
	step(T0 + 60);
	assert_int_equal(number_of("SELECT count(*) FROM lookups WHERE case_id IS NULL"), 1);
	assert_int_equal(number_of("SELECT count(*) FROM lookups"), 1);
	/* And what the cache knows is not asked again for that. */
	assert_int_equal(asked(NUMBER), 1);
}

static bool told_by(const char *carrier)
{
	g_autoptr(GError) error = NULL;
	scoped(tracking) t = tracking_latest(flow.store, carrier, NUMBER, &error);

	assert_null(error);
	return t;
}

/* The old carrier's word about that number is of another parcel. */
static void a_corrected_carrier_is_asked_anew(void **state)
{
	(void) state;
	put_case(NUMBER, true, 0);
	answer(NUMBER, "ZU", T0 - 4 * DAY_S);
	step(T0);
	assert_int_equal(number_of("SELECT count(*) FROM lookups WHERE carrier = 'dhl'"), 1);
	assert_true(told_by("dhl") && !told_by("ups"));
	run_sql("UPDATE shipments SET carrier = 'ups'");
	step(T0 + HOUR_S);
	assert_int_equal(number_of("SELECT count(*) FROM lookups WHERE carrier = 'ups'"), 1);
	assert_int_equal(number_of("SELECT count(*) FROM lookups"), 1);
	assert_false(told_by("ups"));
	/* And back: asked again, though the delivery was old enough never to be asked about again. */
	run_sql("UPDATE shipments SET carrier = 'dhl'");
	step(T0 + 5 * HOUR_S);
	assert_int_equal(number_of("SELECT count(*) FROM lookups WHERE carrier = 'dhl'"), 1);
	assert_int_equal(number_of("SELECT count(*) FROM lookups"), 1);
	assert_int_equal(asked(NUMBER), 2);
}

/* The list says the same carrier in other words: what is known of the number stays. */
static void another_word_for_the_carrier_asks_nothing(void **state)
{
	gint64 at;

	(void) state;
	put_case(NUMBER, true, 0);
	answer(NUMBER, "AA", T0);
	step(T0);
	at = next_at(NUMBER);
	run_sql("UPDATE shipments SET carrier_said = 'DHL Paket'");
	step(T0 + 60);
	assert_int_equal(next_at(NUMBER), at);
	assert_int_equal(asked(NUMBER), 1);
	assert_int_equal(number_of("SELECT count(*) FROM lookups"), 1);
}

/* One number in two orders whose lists differ: no look-up drives the other out. */
static void two_words_for_one_number_come_to_rest(void **state)
{
	gint64 at;

	(void) state;
	put_case(NUMBER, true, 0);
	answer(NUMBER, "AA", T0);
	step(T0);
	at = next_at(NUMBER);
	put_case(NUMBER, true, 0);
	run_sql("UPDATE shipments SET carrier = 'ups' WHERE id = (SELECT max(id) FROM shipments)");
	for (int i = 1; i < 4; i++)
		step(T0 + i);
	assert_int_equal(number_of("SELECT next_at FROM lookups WHERE carrier = 'dhl'"), at);
	assert_int_equal(asked(NUMBER), 1);
}

static void erasing_a_buyer_erases_what_carriers_said_of_them(void **state)
{
	gint64 id = put_case("", false, 0);
	guint mails, cases;

	(void) state;
	put_case(OTHER, true, 0);
	put_mail(id, NAMED(NUMBER, "\"dhl\""), false);
	answer(NUMBER, "AA", T0);
	answer(OTHER, "AA", T0);
	step(T0);
	assert_int_equal(number_of("SELECT count(*) FROM trackings WHERE body IS NOT NULL AND events <> '[]'"), 2);
	run_sql("UPDATE cases SET buyer = 'b@x.example'");
	assert_true(dossier_erase(flow.store, "b@x.example", T0, &mails, &cases, NULL));
	assert_int_equal(number_of("SELECT count(*) FROM trackings WHERE body IS NOT NULL OR events <> '[]'"), 0);
	assert_int_equal(number_of("SELECT count(*) FROM trackings WHERE status = 'in_transit'"), 2);
	assert_int_equal(number_of("SELECT count(*) FROM lookups WHERE case_id IS NOT NULL"), 0);
	step(T0 + 5 * DAY_S);
	assert_int_equal(number_of("SELECT count(*) FROM trackings"), 2);
}

static int open_all(void **state)
{
	const char *root = g_getenv("WISMO_TEST_SRC") ? g_getenv("WISMO_TEST_SRC") : ".";
	g_autofree char *templates = g_build_filename(root, "templates", NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *config = NULL, *recorded = NULL;

	(void) state;
	folder = g_dir_make_tmp("wismo-track-XXXXXX", NULL);
	config = g_build_filename(folder, "wismo.conf", NULL);
	recorded = g_build_filename(folder, "recorded", NULL);
	g_mkdir(recorded, 0700);
	g_file_set_contents(config, "mode = auto\nstate_dir = \".\"\ncarrier \"dhl\" { recorded = \"recorded\" }\n"
			    "account \"main\" { source = \"maildir:in\" outgoing = \"maildir:out\" from = \"s@x.example\" channel = \"shop\" }\n", -1, NULL);
	settings = settings_load(config, &error);
	scoped(overlay) overlay = settings ? overlay_new(templates, &error) : NULL;
	book = overlay ? rulebook_load(overlay, RULEBOOK_ALL, &error) : NULL;
	if (!book) {
		fprintf(stderr, "%s\n", error->message);
		return 1;
	}
	flow.settings = settings;
	flow.book = book;
	return 0;
}

static int close_all(void **state)
{
	const char *const argv[] = { "rm", "-rf", folder, NULL };

	(void) state;
	g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
	rulebook_free(book);
	settings_free(settings);
	g_free(folder);
	return 0;
}

#define STAGE(test) cmocka_unit_test_setup_teardown(test, fresh, done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE(closed_cases_are_not_asked_about),
		STAGE(a_story_that_has_ended_is_not_asked_about),
		STAGE(a_fresh_delivery_is_looked_at_again),
		STAGE(the_buyers_next_mail_brings_the_next_question_forward),
		STAGE(a_failing_carrier_is_not_hurried_by_mail),
		STAGE(one_answer_serves_all_cases_of_a_number),
		STAGE(the_most_urgent_number_is_asked_first),
		STAGE(numbers_that_nobody_can_be_asked_about_wait_for_the_configuration),
		STAGE(a_number_in_the_mail_is_asked_about_where_the_order_has_none),
		STAGE(another_orders_parcel_is_not_asked_about),
		STAGE(a_mail_full_of_numbers_asks_about_three),
		STAGE(a_number_of_the_buyers_leads_to_information_only),
		STAGE(the_sellers_list_takes_the_place_of_the_buyers_word),
		STAGE(a_corrected_carrier_is_asked_anew),
		STAGE(another_word_for_the_carrier_asks_nothing),
		STAGE(two_words_for_one_number_come_to_rest),
		STAGE(erasing_a_buyer_erases_what_carriers_said_of_them),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
