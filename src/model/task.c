/* Life and names of a task. */
#include "wismo/model/task.h"

static const char *const kinds[] = { "reship", "refund", "trace" };
_Static_assert(G_N_ELEMENTS(kinds) == TASK_KIND_COUNT, "one name for each kind");
static const char *const states[] = { "proposed", "approved", "executing", "executed", "done", "rejected", "failed", "uncertain" };
_Static_assert(G_N_ELEMENTS(states) == TASK_STATE_COUNT, "one name for each state");

static int find(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (g_strcmp0(name, names[i]) == 0)
			return i;
	return -1;
}

const char *task_kind_name(enum task_kind kind)
{
	return kinds[kind];
}

int task_kind_find(const char *name)
{
	return find(kinds, TASK_KIND_COUNT, name);
}

const char *task_state_name(enum task_state state)
{
	return states[state];
}

int task_state_find(const char *name)
{
	return find(states, TASK_STATE_COUNT, name);
}

char *task_amount(const struct task *task)
{
	if (task->amount_cents < 0)
		return g_strdup("-");
	return g_strdup_printf("%" G_GINT64_FORMAT ".%02d%s%s", task->amount_cents / 100, (int) (task->amount_cents % 100),
			       task->currency ? " " : "", task->currency ? task->currency : "");
}

struct task *task_new(void)
{
	struct task *task = g_new0(struct task, 1);

	task->line_no = g_strdup("");
	task->quantity = 1;
	task->amount_cents = -1;
	return task;
}

void task_free(gpointer pointer)
{
	struct task *task = pointer;

	if (!task)
		return;
	g_free(task->cause);
	g_free(task->line_no);
	g_free(task->currency);
	g_free(task->why);
	g_free(task->due_why);
	g_free(task->approved_by);
	g_free(task->result);
	g_free(task);
}
