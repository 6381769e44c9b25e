/* A database that fails is no fault of the mail or the case that was met then: the worker pauses, nothing is given up, and
 * afterwards all goes on. What a table refuses is. */
#include "tests/lib/unit.h"

#include "src/store/sql_p.h"
#include "tests/lib/desk.h"
#include "wismo/base/error.h"
#include "wismo/store/instance.h"

#define T0 G_GINT64_CONSTANT(1795507200)	/* 2026-11-24 08:00 UTC */
#define ROUNDS 5				/* more than the attempts after which something is given up */

static sqlite3 *db(void)
{
	return sql_handle(desk.flow.store);
}

static void run(const char *sql)
{
	if (sqlite3_exec(db(), sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db()));
}

/* Not one page more than there are: what SQLite says then is what it says of a full disk. */
static void fill_disk(void)
{
	g_autofree char *pages = desk_text("SELECT CAST(page_count AS TEXT) FROM pragma_page_count");
	g_autofree char *sql = g_strdup_printf("PRAGMA max_page_count = %s", pages);

	run(sql);
}

static void free_disk(void)
{
	run("PRAGMA max_page_count = 1000000");
}

static void assert_pauses(stage_step *step, gint64 now)
{
	g_autoptr(GError) error = NULL;
	struct pass pass = { 0 };

	assert_false(step(&desk.flow, now, &pass, &error));
	assert_non_null(error);
	if (!g_error_matches(error, WISMO_ERROR, WISMO_RETRY))
		fail_msg("%s", error->message);
}

/* Longer than what is free in the pages that are there. */
static void long_mail(void)
{
	g_autoptr(GString) body = g_string_new("Mein Paket ist nicht angekommen. ");

	for (int i = 0; i < 3000; i++)
		g_string_append_printf(body, "Bitte melden Sie sich %d. ", i * 7919 % 1000);
	desk_buyer("Paket nicht angekommen (Bestellung: " DESK_ORDER ")", body->str, T0);
}

static void short_mail(gint64 at)
{
	desk_buyer("Paket nicht angekommen (Bestellung: " DESK_ORDER ")", "Mein Paket ist nicht angekommen.", at);
}

static void a_full_disk_parks_no_mail(void **state)
{
	(void) state;
	long_mail();
	fill_disk();
	for (int i = 0; i < ROUNDS; i++) {
		assert_pauses(understand_step, T0 + i);
		assert_int_equal(desk_int("SELECT count(*) FROM mails WHERE state = 'new' AND attempts = 0"), 1);
	}
	free_disk();
	assert_int_equal(desk_step(understand_step, T0 + ROUNDS), 1);
	assert_int_equal(desk_int("SELECT count(*) FROM mails WHERE state = 'read'"), 1);
}

#define VERDICT "INSERT INTO verdicts (case_id, made_at, rulebook, facts, rule, reason, sends) VALUES (1, 1, 'h', hex(zeroblob(300))," \
	" 'r', '[]', 'auto')"

static void a_full_disk_gives_no_case_away(void **state)
{
	(void) state;
	short_mail(T0);
	desk_step(understand_step, T0);
	fill_disk();
	while (sqlite3_exec(db(), VERDICT, NULL, NULL, NULL) == SQLITE_OK)
		;
	for (int i = 0; i < ROUNDS; i++) {
		assert_pauses(decide_step, T0 + 10 + i);
		assert_int_equal(desk_int("SELECT count(*) FROM cases WHERE state = 'open' AND attempts = 0 AND dirty = 1"), 1);
	}
	free_disk();
	assert_int_equal(desk_step(decide_step, T0 + 60), 1);
	assert_int_equal(desk_int("SELECT count(*) FROM cases WHERE dirty = 0 AND attempts = 0"), 1);
	assert_int_equal(desk_int("SELECT count(*) FROM cases WHERE why LIKE '%three times%'"), 0);
}

/* ---- somebody else holds the lock when the results are to be written ---- */

static sqlite3 *other;

static int lock_after_commit(void *user, sqlite3 *ours, const char *name, int pages)
{
	(void) user;
	(void) ours;
	(void) name;
	(void) pages;
	sqlite3_wal_hook(db(), NULL, NULL);	/* the first commit is that of the attempts */
	return sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL);
}

static int wait_no_longer(void *user, int tries)
{
	(void) user;
	(void) tries;
	sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
	return 0;
}

static void assert_pauses_at_lock(stage_step *step, gint64 now)
{
	assert_int_equal(sqlite3_open(sqlite3_db_filename(db(), "main"), &other), SQLITE_OK);
	sqlite3_wal_hook(db(), lock_after_commit, NULL);
	sqlite3_busy_handler(db(), wait_no_longer, NULL);
	assert_pauses(step, now);
	sqlite3_busy_timeout(db(), 1000);
	sqlite3_close(other);
}

static void a_lock_counts_for_nothing(void **state)
{
	(void) state;
	short_mail(T0);
	for (int i = 0; i < ROUNDS; i++) {
		assert_pauses_at_lock(understand_step, T0 + i);
		assert_int_equal(desk_int("SELECT count(*) FROM mails WHERE state = 'new' AND attempts = 0"), 1);
	}
	assert_int_equal(desk_step(understand_step, T0 + ROUNDS), 1);
	for (int i = 0; i < ROUNDS; i++) {
		assert_pauses_at_lock(decide_step, T0 + 10 + i);
		assert_int_equal(desk_int("SELECT count(*) FROM cases WHERE state = 'open' AND attempts = 0 AND dirty = 1"), 1);
	}
	assert_int_equal(desk_step(decide_step, T0 + 60), 1);
}

/* ---- what a table refuses ---- */

static void what_the_tables_refuse_is_given_up_alone(void **state)
{
	(void) state;
	short_mail(T0);
	desk_buyer("Paket nicht angekommen (Bestellung: 302-7654321-7654321)", "Mein Paket ist nicht angekommen.", T0 + 1);
	run("CREATE TRIGGER refuse BEFORE INSERT ON readings WHEN NEW.mail = 1 BEGIN SELECT raise(ABORT, 'refused'); END");
	desk_step(understand_step, T0);
	assert_int_equal(desk_int("SELECT count(*) FROM mails WHERE id = 1 AND state = 'parked' AND why LIKE '%refused%'"), 1);
	assert_int_equal(desk_int("SELECT count(*) FROM mails WHERE id = 2 AND state = 'read'"), 1);
	run("DROP TRIGGER refuse");

	short_mail(T0 + 2);
	desk_step(understand_step, T0 + 2);
	assert_int_equal(desk_int("SELECT count(*) FROM cases"), 2);
	run("CREATE TRIGGER refuse BEFORE INSERT ON verdicts WHEN NEW.case_id = 1 BEGIN SELECT raise(ABORT, 'refused'); END");
	desk_step(decide_step, T0 + 10);
	assert_int_equal(desk_int("SELECT count(*) FROM cases WHERE id = 1 AND state = 'person' AND why LIKE '%three times%'"), 1);
	assert_int_equal(desk_int("SELECT count(*) FROM verdicts WHERE case_id = 2"), 1);
}

/* Pauses of the mail server and refused keys end when a person has mended something; a carrier's own limit does not. */
static void what_is_mended_is_tried_at_once(void **state)
{
	static const struct { const char *files; bool again; int woken; gint64 wait; } rows[] = {
		{ "a", false, 0, 1800 },	/* the first start */
		{ "a", false, -1, 1800 },
		{ "a", true, 1, 0 },		/* SIGHUP */
		{ "b", false, 1, 0 },
	};

	(void) state;
	desk_parcel(desk_order());
	desk_tracking(TRACK_IN_TRANSIT, 2, T0);
	desk_asks(T0);
	desk_step(decide_step, T0 + 10);
	run("INSERT INTO trackings (carrier, number, outcome, status, asked_at, recorded)"
	    " SELECT c.carrier, 'N', c.outcome, 'none', 1, 0 FROM (SELECT 'ups' AS carrier, 'refused' AS outcome UNION SELECT 'gls', 'limited') AS c");
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		int woken;

		run("UPDATE cases SET state = 'person', dirty = 0");
		run("UPDATE replies SET state = 'due', approved_by = 'anna', not_before = 1795507200 + 1800, version = version + 1 WHERE state IN ('draft', 'due')");
		run("DELETE FROM lookups; DELETE FROM breakers");
		run("INSERT INTO lookups (carrier, number, next_at, asked_at) VALUES ('ups', 'N', 1795507200 + 1800, 1), ('gls', 'N', 1795507200 + 1800, 1)");
		run("INSERT INTO breakers VALUES ('ups', 1, 1795507200 + 1800, 'refused'), ('gls', 1, 1795507200 + 1800, 'limited')");
		if (!instance_follow(desk.flow.store, rows[i].files, rows[i].again, T0, &woken, &error))
			fail_msg("row %zu: %s", i, error->message);
		assert_int_equal(woken, rows[i].woken);
		assert_int_equal(desk_int("SELECT not_before - 1795507200 FROM replies"), rows[i].wait);
		assert_int_equal(desk_int("SELECT next_at - 1795507200 FROM lookups WHERE carrier = 'ups'"), rows[i].wait);
		assert_int_equal(desk_int("SELECT until_at - 1795507200 FROM breakers WHERE carrier = 'ups'"), rows[i].wait);
		assert_int_equal(desk_int("SELECT next_at - 1795507200 FROM lookups WHERE carrier = 'gls'"), 1800);
		assert_int_equal(desk_int("SELECT until_at - 1795507200 FROM breakers WHERE carrier = 'gls'"), 1800);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_CASE(a_full_disk_parks_no_mail),
		DESK_CASE(a_full_disk_gives_no_case_away),
		DESK_CASE(a_lock_counts_for_nothing),
		DESK_CASE(what_the_tables_refuse_is_given_up_alone),
		DESK_CASE(what_is_mended_is_tried_at_once),
	};

	return cmocka_run_group_tests(tests, desk_load, desk_close);
}
