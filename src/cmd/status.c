/* wismo status: one screen, with the agent down too. */
#include "wismo/base/clock.h"
#include "wismo/cmd/command.h"
#include "wismo/cmd/print.h"
#include "wismo/flow/act.h"
#include "wismo/store/alarm.h"
#include "wismo/store/instance.h"
#include "wismo/store/overview.h"
#include "wismo/store/task.h"

#include "commands_p.h"

#include <stdio.h>
#include <string.h>

static const char *const modes[] = { "observe", "draft", "auto" };

#define CASES_MOST 10		/* one screen */

struct view {
	gint64 now;
	const char *zone;
	const struct settings *settings;
	bool json;
	struct print_table *table;
	guint sick;		/* mailboxes that cannot be read */
};

/* What the configuration no longer names is not looked at, so its last fault says nothing any more. */
static bool watched(const struct settings *settings, const struct overview_mailbox *row)
{
	const struct account *account = settings_account(settings, row->account);

	return account && g_ptr_array_find_with_equal_func(account->folders, row->folder, g_str_equal, NULL);
}

static bool show_mailbox(const struct overview_mailbox *row, void *user)
{
	struct view *view = user;
	g_autofree char *synced = print_when(row->synced_at, view->now);
	g_autofree char *problem = row->problem ? print_clean(row->problem, 0) : NULL;
	g_autofree char *fine = print_paint("32", "fine");
	g_autofree char *bad = problem ? print_paint("31", problem) : NULL;

	if (!watched(view->settings, row))
		return true;
	view->sick += row->problem != NULL;
	if (view->json)
		print_json("s", "type", "mailbox", "s", "account", row->account, "s", "folder", row->folder, "t", "synced_at", row->synced_at,
			   "s", "problem", row->problem, "t", "problem_at", row->problem_at, "i", "failures", row->failures, NULL);
	else
		print_table_add(view->table, row->account, row->folder, synced, bad ? bad : fine, NULL);
	return true;
}

static bool show_worker(const struct overview_worker *row, void *user)
{
	const struct view *view = user;

	if (view->json)
		print_json("s", "type", "worker", "s", "role", row->role, "i", "pid", row->pid, "t", "since", row->seen_at,
			   "s", "problem", row->problem, NULL);
	else if (row->problem)
		printf("worker %s: %s\n", row->role, row->problem);
	return true;
}

static bool show_carrier(const struct overview_carrier *row, void *user)
{
	const struct view *view = user;
	bool open = row->until_at > view->now;
	const char *state = open ? "open" : row->until_at ? "half_open" : "closed";
	g_autofree char *why = print_clean(row->why, 80);
	g_autofree char *until = print_when(row->until_at, view->now);

	if (view->json)
		print_json("s", "type", "carrier", "s", "carrier", row->carrier, "s", "breaker", state, "i", "failures", row->failures,
			   "t", "until_at", row->until_at, "i", "waiting", row->waiting, "s", "why", row->why, NULL);
	else if (open)
		printf("carrier %s: not asked again until %s, %d numbers wait: %s\n", row->carrier, until, (int) row->waiting, why);
	else
		printf("carrier %s: %d answers in a row told nothing, %s: %s\n", row->carrier, (int) row->failures,
		       row->until_at ? "one question tries next" : "asked as usual", why);
	return true;
}

static bool show_outgoing(const struct overview_outgoing *row, void *user)
{
	const struct view *view = user;
	g_autofree char *why = print_clean(row->why ? row->why : "replies_per_hour is used up", 100);
	g_autofree char *next = print_when(row->next_at, view->now);

	if (view->json)
		print_json("s", "type", "outgoing", "s", "account", row->account, "i", "waiting", row->waiting, "t", "next_at", row->next_at,
			   "s", "why", row->why, NULL);
	else
		printf("outgoing %s: %d %s, next try %s: %s\n", row->account, (int) row->waiting, row->waiting == 1 ? "answer waits" : "answers wait",
		       next, why);
	return true;
}

static bool show_case(const struct overview_case *row, void *user)
{
	const struct view *view = user;
	g_autofree char *id = g_strdup_printf("c%" G_GINT64_FORMAT, row->id);
	g_autofree char *due = print_deadline(row->due_at, view->now, view->zone);
	const char *alarm = alarm_word(row->due_at, ALARM_CASE_S, view->now);
	g_autofree char *painted = print_paint(!alarm ? "0" : alarm[0] == 'p' ? "31" : "33", due);
	g_autofree char *why = print_clean(row->why ? row->why : row->due_why ? row->due_why : "", 60);

	if (view->json)
		print_json("s", "type", "case", "s", "id", id, "s", "state", row->state, "s", "intent", row->intent, "s", "order_no",
			   *row->order_no ? row->order_no : NULL, "t", "due_at", row->due_at, "s", "alarm", alarm, "s", "why", row->why, NULL);
	else
		print_table_add(view->table, id, row->state, row->intent, *row->order_no ? row->order_no : "-", painted, why, NULL);
	return true;
}

static void show_numbers(const struct overview *o, gint64 pid, const struct settings *settings, const struct view *view)
{
	g_autofree char *oldest = print_when(o->oldest_asked_at, view->now);
	g_autofree char *agent = pid ? g_strdup_printf("running (pid %d)", (int) pid) : print_paint("33", "not running; start it with: wismo run");

	if (view->json) {
		print_json("s", "type", "status", "b", "running", pid > 0, "s", "mode", modes[settings->mode], "i", "mails", o->mails,
			   "i", "mails_new", o->mails_new, "i", "mails_archived", o->mails_archived, "i", "mails_parked", o->mails_parked,
			   "i", "cases_open", o->cases_open,
			   "i", "unanswered", o->unanswered, "t", "oldest_unanswered_at", o->oldest_asked_at, "t", "next_deadline_at",
			   o->next_due_at, "i", "overdue", o->overdue, "i", "near", o->near, "i", "for_person", o->for_person, "i", "drafts", o->drafts,
			   "i", "replies_due", o->due, "i", "sent", o->sent, "i", "uncertain", o->uncertain, "i", "refused", o->refused,
			   "i", "blocked", o->blocked, "i", "tasks_proposed", o->tasks_proposed, "i", "tasks_approved", o->tasks_approved,
			   "i", "tasks_executed", o->tasks_executed, "i", "tasks_failed", o->tasks_failed, NULL);
		return;
	}
	if (o->overdue || o->near) {
		g_autofree char *words = g_strdup_printf("%d past, %d within %d hours", (int) o->overdue, (int) o->near, ALARM_CASE_S / 3600);
		g_autofree char *loud = print_paint(o->overdue ? "1;31" : "1;33", words);

		printf("DEADLINES %s: the cases below\n", loud);
	}
	printf("agent     %s\nmode      %s\n", agent, modes[settings->mode]);
	printf("mails     %d, %d not read yet, %d set aside", (int) o->mails, (int) o->mails_new, (int) o->mails_parked);
	if (o->mails_archived)
		printf(", %d archived, as they are older than the start", (int) o->mails_archived);
	putchar('\n');
	printf("cases     %d open, %d unanswered%s%s\n", (int) o->cases_open, (int) o->unanswered,
	       o->oldest_asked_at ? ", the oldest since " : "", o->oldest_asked_at ? oldest : "");
	printf("replies   %d drafts, %d leaving, %d sent, %d uncertain, %d refused, %d blocked\n", (int) o->drafts, (int) o->due,
	       (int) o->sent, (int) o->uncertain, (int) o->refused, (int) o->blocked);
	printf("tasks     %d proposed, %d approved, %d executed and not said to be done, %d failed or uncertain\n", (int) o->tasks_proposed,
	       (int) o->tasks_approved, (int) o->tasks_executed, (int) o->tasks_failed);
}

/* "t1 t4": those in this state, approved: only what no hook does. Owned; "": none. */
static char *yours(struct store *store, const struct settings *settings, enum task_state state, GError **error)
{
	g_autoptr(GPtrArray) tasks = task_list(store, (int) state, 0, error);
	GString *ids = g_string_new(NULL);

	for (guint i = 0; tasks && i < tasks->len; i++) {
		const struct task *task = g_ptr_array_index(tasks, i);

		if (state != TASK_APPROVED || act_by_hand(settings, task))
			g_string_append_printf(ids, "%st%" G_GINT64_FORMAT, ids->len ? " " : "", task->id);
	}
	return g_string_free(ids, !tasks);
}

static void advise(const struct overview *o, const struct view *view, const char *by_hand, const char *executed)
{
	if (view->sick)
		printf("next: wismo check: a mailbox cannot be read\n");
	if (o->drafts || o->blocked || o->uncertain || o->refused)
		printf("next: wismo replies\n");
	else if (o->tasks_proposed || o->tasks_failed)
		printf("next: wismo tasks\n");
	else if (o->for_person)
		printf("next: wismo cases --state person\n");
	else if (!*by_hand && !*executed && !view->sick)
		printf("nothing waits for you\n");
	if (*by_hand)
		printf("next: do what you have approved (wismo show %.*s), then: wismo done %s\n", (int) strcspn(by_hand, " "), by_hand, by_hand);
	if (*executed)
		printf("next: your hook has these; once the buyer has got it: wismo done %s\n", executed);
}

static bool show_all(struct store *store, const struct settings *settings, struct view *view, GError **error)
{
	static const char *const boxes[] = { "ACCOUNT", "FOLDER", "LOOKED AT", "STATE", NULL };
	static const char *const cases[] = { "CASE", "STATE", "WANTS", "ORDER", "DEADLINE", "WHY", NULL };
	struct overview overview;
	g_autofree char *by_hand = yours(store, settings, TASK_APPROVED, error);
	g_autofree char *executed = by_hand ? yours(store, settings, TASK_EXECUTED, error) : NULL;

	if (!executed)
		return false;
	if (!overview_get(store, view->now, &overview, error))
		return false;
	show_numbers(&overview, instance_pid(store), settings, view);
	view->table = print_table_new(boxes);
	if (!overview_workers(store, show_worker, view, error) || !overview_carriers(store, view->now, show_carrier, view, error)
	    || !overview_outgoing(store, view->now, show_outgoing, view, error) || !overview_mailboxes(store, show_mailbox, view, error))
		return false;
	if (!view->json)
		putchar('\n');
	print_table_free(view->table);
	if (!view->json && overview.cases_open)
		putchar('\n');
	view->table = print_table_new(cases);
	if (!overview_cases(store, NULL, 0, CASES_MOST, show_case, view, error))
		return false;
	print_table_free(view->table);
	if (!view->json && overview.cases_open > CASES_MOST)
		printf("and %d more: wismo cases\n", (int) overview.cases_open - CASES_MOST);
	if (!view->json)
		advise(&overview, view, by_hand, executed);
	return true;
}

int status_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	int code = command_options(command_find("status"), &options, NULL, &argc, &argv);
	struct view view = { .now = clock_now() };
	g_autoptr(GError) error = NULL;
	scoped(settings) settings = NULL;
	scoped(store) store = NULL;

	if (code >= 0)
		return code;
	store = command_open(&options, ROLE_READER, &settings, &code);
	if (!store)
		return code;
	view.zone = settings->zone;
	view.settings = settings;
	view.json = options.json;
	return show_all(store, settings, &view, &error) ? EXIT_DONE : command_fail(&options, EXIT_SYSTEM, error);
}
