/* Whose order a case is about, and which of its parcels. */
#include "tests/lib/unit.h"

#include "tests/lib/desk.h"
#include "tests/lib/story.h"
#include "wismo/store/reply.h"
#include "wismo/store/tracking.h"

#include <string.h>

#define NUMBER DESK_NUMBER

/* ---- whose order it is ---- */

static void decide_with_address(const char *address)
{
	g_autofree char *sql = g_strdup_printf("UPDATE orders SET buyer_address = '%s', buyer_name = 'Berta Beispiel'", address);

	desk.settings->mode = MODE_AUTO;
	desk_parcel(desk_order());
	desk_tracking(TRACK_LOST, 9, T0);
	desk_run(sql);
	story_buyer_asks(T0);
	desk_step(decide_step, T0 + 10);
}

static void who_names_anothers_order_gets_neither_words_nor_money(void **state)
{
	(void) state;
	decide_with_address("zz99zz99zz99zz@marketplace.amazon.de");
	story_assert_text("other", "SELECT facts ->> '$.sender' FROM verdicts");
	assert_int_equal(desk_int("SELECT count(*) FROM replies"), 0);
	assert_int_equal(desk_int("SELECT count(*) FROM tasks"), 0);
	story_assert_text("person", "SELECT state FROM cases");
	story_assert_text("the sender is not this order's buyer", "SELECT why FROM cases");
	assert_int_equal(desk_int("SELECT reason LIKE '%\"gate\":\"sender\"%' FROM verdicts"), 1);
}

static void an_answer_to_a_stranger_is_taken_back_when_the_list_comes(void **state)
{
	(void) state;
	desk.settings->mode = MODE_AUTO;
	story_begin(TRACK_IN_TRANSIT, 1);
	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE state = 'due'"), 1);
	desk_run("UPDATE orders SET buyer_address = 'zz99zz99zz99zz@marketplace.amazon.de'");
	story_decide(T0 + 20);
	story_assert_open(NULL);
	story_assert_text("person", "SELECT state FROM cases");
}

/* Case, +tags and the site of a relay tell nobody apart; a relay beside a real address proves nothing. */
static void the_buyer_is_known_by_the_lists_address(void **state)
{
	static const struct { const char *address, *sender; } rows[] = {
		{ DESK_ALIAS, "buyer" }, { "A1B2C3D4E5F6G7+0a1b2c3d@marketplace.amazon.fr", "buyer" },
		{ "berta@example.com", "unproven" }, { "hidden", "unproven" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		decide_with_address(rows[i].address);
		story_assert_text(rows[i].sender, "SELECT facts ->> '$.sender' FROM verdicts");
		story_assert_open("reship");
		desk_done(state);
		desk_fresh(state);
	}
}

/* In the own shop there is no relay: From and Reply-To must both be the buyer's. */
static void in_the_shop_both_addresses_count(void **state)
{
	static const struct { const char *from, *reply_to, *sender; } rows[] = {
		{ "Berta+shop@Example.net", "", "buyer" }, { "eve@example.net", "", "other" },
		{ "berta@example.net", "Reply-To: eve@example.net\n", "other" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strdup_printf("From: %s\n%sTo: bsm@example.com\nSubject: Bestellung " DESK_ORDER "\n"
			"Message-ID: <1@example.net>\n\nMein Paket ist nicht angekommen. Bestellnummer " DESK_ORDER "\n",
			rows[i].from, rows[i].reply_to);

		desk_parcel(desk_order());
		desk_tracking(TRACK_IN_TRANSIT, 1, T0);
		desk_run("UPDATE orders SET channel = 'shop', buyer_address = 'berta@example.net'");
		desk_deliver(text, T0);
		desk_step(understand_step, T0);
		desk_step(decide_step, T0 + 10);
		assert_int_equal(desk_int("SELECT facts ->> '$.order_known' FROM verdicts"), 1);
		story_assert_text(rows[i].sender, "SELECT facts ->> '$.sender' FROM verdicts");
		story_assert_open(strcmp(rows[i].sender, "buyer") == 0 ? "overdue" : NULL);
		desk_done(state);
		desk_fresh(state);
	}
}

/* ---- several parcels ---- */

#define SECOND "00340434161094015919"

/* The order's second parcel, shipped `later_days` after the first; TRACK_STATUS_COUNT: nobody has asked about it. */
static void second_parcel(enum track_status status, int silent_days, int later_days)
{
	scoped(tracking) tracking = tracking_new();
	g_autofree char *sql = g_strdup_printf("INSERT INTO shipments (order_id, carrier, number, shipped_at) VALUES (1, 'dhl', '" SECOND "', %"
					       G_GINT64_FORMAT ")", T0 + (later_days - 12) * DAY_S);
	g_autoptr(GError) error = NULL;

	desk_run(sql);
	if (status == TRACK_STATUS_COUNT)
		return;
	tracking->carrier = g_strdup("dhl");
	tracking->number = g_strdup(SECOND);
	tracking->status = status;
	tracking->status_at = tracking->moved_at = T0 - (gint64) silent_days * DAY_S;
	tracking->asked_at = T0;
	assert_true(store_begin(desk.flow.store, &error) && tracking_put(desk.flow.store, tracking, &error)
		    && store_commit(desk.flow.store, &error));
}

/* One row: the two parcels, what the case is about, and what may be done. */
static void a_case_is_about_the_parcel_that_is_missing(void **state)
{
	static const struct {
		enum track_status first; int first_silent; enum track_status second; int second_silent, later;
		const char *number, *rule, *tasks; int open, alike;
	} rows[] = {
		/* the newest was delivered: it does not answer for the other */
		{ TRACK_IN_TRANSIT, 2, TRACK_DELIVERED, 1, 1, NUMBER, "overdue", NULL, 1, 0 },
		{ TRACK_LOST, 5, TRACK_DELIVERED, 1, 1, NUMBER, "a person looks", NULL, 1, 0 },
		{ TRACK_DELIVERED, 3, TRACK_IN_TRANSIT, 1, 0, SECOND, "overdue", NULL, 1, 0 },
		/* nobody is paid for all when one is still to come */
		{ TRACK_LOST, 5, TRACK_IN_TRANSIT, 1, 1, NUMBER, "a person looks", NULL, 2, 0 },
		{ TRACK_IN_TRANSIT, 9, TRACK_IN_TRANSIT, 1, 0, SECOND, "overdue", NULL, 2, 1 },
		{ TRACK_IN_TRANSIT, 9, TRACK_PROBLEM, 9, 1, SECOND, "late and silent: reship", "reship", 2, 1 },
		{ TRACK_IN_TRANSIT, 2, TRACK_PROBLEM, 9, 1, SECOND, "late and standing still: trace", "trace", 2, 0 },
		{ TRACK_LOST, 5, TRACK_LOST, 6, 1, NUMBER, "lost: reship", "reship", 2, 1 },
		/* which of two delivered ones is missing nobody knows */
		{ TRACK_DELIVERED, 5, TRACK_DELIVERED, 1, 1, SECOND, "delivered and missing", NULL, 0, 0 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *told = NULL, *rule = NULL, *tasks = NULL, *body = NULL;

		desk_parcel(desk_order());
		desk_tracking(rows[i].first, rows[i].first_silent, T0);
		second_parcel(rows[i].second, rows[i].second_silent, rows[i].later);
		story_buyer_asks(T0);
		assert_int_equal(desk_step(decide_step, T0 + 10), 1);
		rule = desk_text("SELECT rule FROM verdicts");
		tasks = desk_text("SELECT group_concat(kind) FROM tasks");
		told = desk_text("SELECT substr(reason, 1 + instr(reason, 'parcels: '), 100) FROM verdicts");
		body = desk_text("SELECT group_concat(body) FROM replies");
		if (strcmp(rule, rows[i].rule) != 0 || g_strcmp0(tasks, rows[i].tasks) != 0)
			fail_msg("row %zu: %s, %s, %s", i, rule, tasks ? tasks : "no task", told);
		assert_int_equal(desk_int("SELECT facts ->> '$.parcels_open' FROM verdicts"), rows[i].open);
		assert_int_equal(desk_int("SELECT facts ->> '$.parcels_alike' FROM verdicts"), rows[i].alike);
		if (body && !strstr(body, rows[i].number) && strstr(body, "0034"))
			fail_msg("row %zu: the answer speaks of another parcel: %s", i, body);
		if (!strstr(strstr(told, rows[i].number) ? strstr(told, rows[i].number) : "", " (this one)"))
			fail_msg("row %zu: %s", i, told);
		desk_done(state);
		desk_fresh(state);
	}
}

#define POISON "Zahlen Sie 9,90 EUR an evil"

static struct track_event *poisoned_event(const struct tracking *t)
{
	struct track_event *event = g_new0(struct track_event, 1);

	event->at = t->status_at;
	event->status = t->status;
	event->moves = true;
	event->code = g_strdup(POISON);
	event->text = g_strdup(POISON ".example/pay http://evil.example");
	event->place = g_strdup(POISON "stadt");
	return event;
}

/* Everything that a carrier, or whoever sits between, may write freely is full of poison. Of a detail or a recipient that is no
 * word of ours nothing is said either. */
static void a_carriers_own_words_never_reach_a_reply(void **state)
{
	gint64 replies = 0;

	for (int status = 0; status < TRACK_STATUS_COUNT; status++)
		for (int turn = 0; turn < 2; turn++) {
			scoped(tracking) t = tracking_new();
			g_autoptr(GError) error = NULL;

			desk_parcel(desk_order());
			t->carrier = g_strdup("dhl");
			t->number = g_strdup(NUMBER);
			t->status = (enum track_status) status;
			t->status_at = t->moved_at = T0 - 5 * DAY_S;
			t->asked_at = T0;
			t->why = g_strdup(POISON);
			t->body = g_strdup("{\"status\":\"" POISON "\"}");
			t->detail = g_strdup(turn ? POISON : "nobody_home");
			t->delivered_to = g_strdup(turn ? POISON : "neighbour");
			g_ptr_array_add(t->events, poisoned_event(t));
			assert_true(store_begin(desk.flow.store, &error) && tracking_put(desk.flow.store, t, &error) && store_commit(desk.flow.store, &error));
			story_buyer_asks(T0);
			assert_int_equal(desk_step(decide_step, T0 + 10), 1);
			replies += desk_int("SELECT count(*) FROM replies");
			if (desk_int("SELECT count(*) FROM replies WHERE body || subject LIKE '%evil%' OR body LIKE '%9,90%'"))
				fail_msg("%s: the carrier's words are in the reply", track_status_name(t->status));
			desk_done(state);
			desk_fresh(state);
		}
	assert_true(replies >= TRACK_STATUS_COUNT);
}

/* A number is used again: the end of the earlier parcel's story answers nobody, pays nobody and closes nothing. */
static void the_end_of_an_earlier_parcel_decides_nothing(void **state)
{
	static const struct { enum track_status status; int days; const char *ordered; bool ours; } rows[] = {
		{ TRACK_DELIVERED, 60, NULL, false }, { TRACK_LOST, 60, NULL, false }, { TRACK_RETURNED, 60, NULL, false },
		{ TRACK_IN_TRANSIT, 60, NULL, false },
		{ TRACK_DELIVERED, 1, NULL, true }, { TRACK_LOST, 1, NULL, true },
		/* Nobody knows when it was ordered: an end may be anybody's, a way is looked at as before. */
		{ TRACK_LOST, 60, "0", false }, { TRACK_DELIVERED, 1, "0", false }, { TRACK_IN_TRANSIT, 2, "0", true },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *ordered = rows[i].ordered ? rows[i].ordered : "ordered_at";
		g_autofree char *sql = g_strdup_printf("UPDATE orders SET ordered_at = %s", ordered), *rule = NULL;
		gint64 tasks;

		desk_parcel(desk_order());
		desk_run(sql);
		desk_tracking(rows[i].status, rows[i].days, T0);
		story_buyer_asks(T0);
		assert_int_equal(desk_step(decide_step, T0 + 10), 1);
		rule = desk_text("SELECT rule FROM verdicts");
		tasks = desk_int("SELECT count(*) FROM tasks WHERE kind <> 'trace'");
		if (!rows[i].ours && (tasks || desk_int("SELECT count(*) FROM cases WHERE state = 'closed'")
				      || desk_int("SELECT count(*) FROM replies WHERE state = 'due'")))
			fail_msg("row %zu: %s, %d payments", i, rule, (int) tasks);
		if (!rows[i].ordered && !rows[i].ours)
			assert_string_equal(rule, "news of an earlier parcel");
		if (rows[i].ours)
			assert_int_equal(desk_int("SELECT facts ->> '$.tracking_before_order' FROM verdicts"), 0);
		desk_done(state);
		desk_fresh(state);
	}
}

static void the_parcel_that_the_buyer_names_is_the_cases(void **state)
{
	(void) state;
	desk_parcel(desk_order());
	desk_tracking(TRACK_IN_TRANSIT, 2, T0);
	second_parcel(TRACK_LOST, 2, 1);
	desk_buyer("Paket nicht angekommen (Bestellung: " DESK_ORDER ")", "Mein DHL-Paket " NUMBER " ist nicht angekommen.", T0);
	desk_step(understand_step, T0);
	assert_int_equal(desk_step(decide_step, T0 + 10), 1);
	story_assert_text("overdue", "SELECT rule FROM verdicts");
	assert_int_equal(desk_int("SELECT reason LIKE '%" NUMBER " in_transit (this one, which the buyer names)%' FROM verdicts"), 1);
}

/* What the carrier says about one parcel is not the whole answer while the other is being asked about. */
static void a_case_waits_for_the_first_word_about_each_parcel(void **state)
{
	struct carrier_access *access = g_new0(struct carrier_access, 1);

	(void) state;
	access->name = g_strdup("dhl");
	access->secrets = g_hash_table_new(g_str_hash, g_str_equal);
	access->serves = g_ptr_array_new();
	g_ptr_array_add(desk.settings->carriers, access);
	desk_parcel(desk_order());
	desk_tracking(TRACK_DELIVERED, 1, T0);
	second_parcel(TRACK_STATUS_COUNT, 0, 1);
	story_buyer_asks(T0);
	assert_int_equal(desk_step(decide_step, T0 + 10), 1);
	assert_int_equal(desk_int("SELECT count(*) FROM verdicts"), 0);
	assert_int_equal(desk_step(decide_step, T0 + 911), 1);
	assert_int_equal(desk_int("SELECT facts ->> '$.parcels_open' FROM verdicts"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_CASE(a_case_is_about_the_parcel_that_is_missing),
		DESK_CASE(a_carriers_own_words_never_reach_a_reply),
		DESK_CASE(the_end_of_an_earlier_parcel_decides_nothing),
		DESK_CASE(the_parcel_that_the_buyer_names_is_the_cases),
		DESK_CASE(a_case_waits_for_the_first_word_about_each_parcel),
		DESK_CASE(who_names_anothers_order_gets_neither_words_nor_money),
		DESK_CASE(an_answer_to_a_stranger_is_taken_back_when_the_list_comes),
		DESK_CASE(the_buyer_is_known_by_the_lists_address),
		DESK_CASE(in_the_shop_both_addresses_count),
	};

	return cmocka_run_group_tests(tests, desk_load, desk_close);
}
