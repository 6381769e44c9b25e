#include "tests/lib/story.h"

#include "tests/lib/clock_fake.h"
#include "tests/lib/desk.h"
#include "tests/lib/unit.h"
#include "wismo/store/reply.h"
#include "wismo/store/task.h"

void story_buyer_asks(gint64 at)
{
	desk_asks(at);
	assert_int_equal(desk_int("SELECT count(*) FROM cases WHERE intent = 'not_arrived'"), 1);
}

void story_begin(enum track_status status, int silent_days)
{
	desk_parcel(desk_order());
	desk_tracking(status, silent_days, DESK_NOW);
	story_buyer_asks(DESK_NOW);
	assert_int_equal(desk_step(decide_step, DESK_NOW + 10), 1);
}

void story_decide(gint64 now)
{
	desk_run("UPDATE cases SET dirty = 1, version = version + 1");
	assert_true(desk_step(decide_step, now) >= 1);
}

struct reply *story_reply(void)
{
	struct reply *reply = reply_get(desk.flow.store, desk_int("SELECT max(id) FROM replies"), NULL);

	assert_non_null(reply);
	return reply;
}

struct task *story_task(void)
{
	struct task *task = task_get(desk.flow.store, desk_int("SELECT id FROM tasks"), NULL);

	assert_int_equal(desk_int("SELECT count(*) FROM tasks"), 1);
	assert_non_null(task);
	return task;
}

void story_assert_text(const char *wanted, const char *sql)
{
	g_autofree char *text = desk_text(sql);

	assert_non_null(text);
	assert_string_equal(text, wanted);
}

void story_assert_open(const char *template)
{
	g_autofree char *found = desk_text("SELECT template FROM replies WHERE " LIVE);

	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE " LIVE), template ? 1 : 0);
	if (template)
		assert_string_equal(found, template);
}

void story_send(gint64 now)
{
	scoped(reply) reply = story_reply();
	g_autoptr(GError) error = NULL;

	clock_fake_at = now;
	if (!reply_approve(desk.flow.store, reply, now, "anna", &error))
		fail_msg("%s", error->message);
	assert_int_equal(desk_step(send_step, now), 1);
	assert_int_equal(desk_int("SELECT count(*) FROM replies WHERE state = 'sent'"), 1);
}

void story_begin_at_pickup(void)
{
	story_begin(TRACK_IN_TRANSIT, 1);
	story_send(T0 + 60);
	desk_tracking(TRACK_PICKUP, 0, T0 + DAY_S);
	desk_step(decide_step, T0 + DAY_S);
	story_assert_open("pickup");
}
