#include "tests/lib/moves.h"

#include "tests/lib/ledger.h"
#include "tests/lib/unit.h"
#include "wismo/base/error.h"

#include "src/store/sql_p.h"

#include <string.h>

static bool among(const char *words, const char *word)
{
	g_autofree char *whole = g_strdup_printf(" %s ", word);

	return strstr(words, whole) != NULL;
}

static void assert_moved(const struct moves *moves, const struct moves_act *act, const void *row)
{
	g_autofree char *columns = g_strdup_printf("SELECT state || version FROM %s", moves->table);
	g_autofree char *history = g_strdup_printf("SELECT count(*) FROM history WHERE subject = '%s'", moves->id);
	g_autofree char *now = ledger_text(columns), *wanted = g_strdup_printf("%s8", moves->name(act->will));

	assert_int_equal(moves->state_of(row), act->will);
	assert_string_equal(now, wanted);
	assert_true(ledger_int(history) >= 1);
	moves->moved(row, act->will);
}

static void try_act(const struct moves *moves, const struct moves_act *act, int was)
{
	const bool legal = among(act->from, moves->name(was));
	g_autoptr(GError) error = NULL;
	g_autofree char *before = NULL, *after = NULL, *said = g_strdup_printf("%s is %s", moves->id, moves->name(was));
	bool done;
	void *row;

	moves->row_in(1, was);
	before = moves->whole();
	row = moves->read(1);
	done = act->act(row, &error);
	after = moves->whole();
	if (done != legal)
		fail_msg("%s of a %s that is %s: %s", act->name, moves->noun, moves->name(was), done ? "done" : error->message);
	if (legal) {
		assert_moved(moves, act, row);
	} else {
		assert_string_equal(before, after);
		assert_true(g_error_matches(error, WISMO_ERROR, WISMO_PARK));
		assert_true(g_str_has_prefix(error->message, said));
		assert_int_equal(moves->state_of(row), was);
	}
	moves->free_row(row);
}

void moves_try_acts(const struct moves *moves)
{
	for (gsize a = 0; a < moves->act_count; a++)
		for (int was = 0; was < moves->states; was++) {
			moves->fresh(moves->acts[a].persons);
			try_act(moves, &moves->acts[a], was);
		}
}

/* Against statements that no function of ours makes. */
void moves_try_schema(const struct moves *moves)
{
	scoped(store) all = ledger_as(ROLE_ALL);
	g_autofree char *update = g_strdup_printf("UPDATE %s SET state = ? WHERE id = 1", moves->table);
	g_autofree char *drop = g_strdup_printf("DELETE FROM %s", moves->table);
	g_autofree char *refusal = g_strdup_printf("illegal move of a %s", moves->noun);

	for (int was = 0; was < moves->states; was++)
		for (int will = 0; will < moves->states; will++) {
			const char *from = moves->name(was), *to = moves->name(will);
			const bool legal = was == will || among(moves->schema[was], to);
			g_autoptr(GError) error = NULL;
			bool done;

			moves->row_in(1, was);
			done = sql_run(all, &error, update, "s", to);
			if (done != legal)
				fail_msg("%s -> %s: %s", from, to, done ? "done" : error->message);
			if (!done)
				assert_non_null(strstr(error->message, refusal));
			assert_true(sql_run(all, NULL, drop, ""));
		}
}
