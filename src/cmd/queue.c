/* wismo replies, wismo tasks: the two queues, and what stands in them. */
#include "commands_p.h"

#include "wismo/base/clock.h"
#include "wismo/cmd/command.h"
#include "wismo/cmd/print.h"
#include "wismo/flow/act.h"
#include "wismo/store/case.h"
#include "wismo/store/reply.h"
#include "wismo/store/task.h"

#include <stdio.h>

#define LIMIT_DEFAULT 50

static int open_queue(const char *name, struct command_options *options, char **state, int *limit, int *argc, char ***argv)
{
	const GOptionEntry entries[] = {
		{ "state", 0, 0, G_OPTION_ARG_STRING, state, "only those in this state", "STATE" },
		{ "limit", 'n', 0, G_OPTION_ARG_INT, limit, "at most that many (50; 0: all)", "N" },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	int code = command_options(command_find(name), options, entries, argc, argv);

	if (code < 0 && *argc > 1) {
		fprintf(stderr, "wismo %s: \"%s\" was not expected\nTry: wismo %s --help\n", name, (*argv)[1], name);
		return EXIT_USAGE;
	}
	return code;
}

/* -1: any. False: no such state; said. */
static bool state_of(const char *name, const char *text, int (*find)(const char *), const char *(*word)(int), int count, int *state)
{
	*state = text ? find(text) : -1;
	if (!text || *state >= 0)
		return true;
	fprintf(stderr, "wismo %s: --state %s: expected one of", name, text);
	for (int i = 0; i < count; i++)
		fprintf(stderr, " %s", word(i));
	fprintf(stderr, "\n");
	return false;
}

static const char *reply_word(int state) { return reply_state_name((enum reply_state) state); }
static const char *task_word(int state) { return task_state_name((enum task_state) state); }

static void show_reply(struct store *store, const struct reply *reply, struct print_table *table, const struct settings *settings)
{
	gint64 now = clock_now();
	scoped(buyer_case) buyer_case = case_get(store, reply->case_id, NULL);
	g_autofree char *id = g_strdup_printf("r%" G_GINT64_FORMAT, reply->id);
	g_autofree char *case_id = g_strdup_printf("c%" G_GINT64_FORMAT, reply->case_id);
	g_autofree char *mail = reply->mail ? g_strdup_printf("m%" G_GINT64_FORMAT, reply->mail) : NULL;
	gint64 due_at = buyer_case ? buyer_case->due_at : 0;

	if (!table) {
		print_json("s", "id", id, "s", "case", case_id, "s", "mail", mail, "s", "state", reply_state_name(reply->state),
			   "s", "why", reply->why, "s", "template", reply->template, "s", "lang", reply->lang, "s", "to", reply->recipient,
			   "s", "subject", reply->subject, "s", "body", reply->body, "s", "message_id", reply->message_id,
			   "s", "order_no", buyer_case && *buyer_case->order_no ? buyer_case->order_no : NULL,
			   "b", "edited", reply->edited, "s", "approved_by", reply->approved_by, "i", "attempts", (gint64) reply->attempts,
			   "s", "server_said", reply->server_said, "t", "due_at", due_at, "t", "not_before", reply->not_before,
			   "t", "created_at", reply->created_at, "t", "sent_at", reply->sent_at, NULL);
		return;
	}
	g_autofree char *due = print_deadline(reply->state == REPLY_DRAFT || reply->state == REPLY_BLOCKED ? due_at : 0, now, settings->zone);
	g_autofree char *to = print_clean(reply->recipient, 30);
	g_autofree char *subject = print_clean(reply->subject, 40);
	g_autofree char *why = reply->why ? print_clean(reply->why, 50) : NULL;

	print_table_add(table, id, reply_state_name(reply->state), case_id, reply->template, reply->lang, to, subject, due, why, NULL);
}

int replies_command(int argc, char **argv)
{
	static const char *const columns[] = { "REPLY", "STATE", "CASE", "TEMPLATE", "LANG", "TO", "SUBJECT", "ANSWER DUE", "WHY", NULL };
	struct command_options options = { 0 };
	g_autofree char *state_text = NULL;
	int limit = LIMIT_DEFAULT, state;
	int code = open_queue("replies", &options, &state_text, &limit, &argc, &argv);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) list = NULL;
	scoped(settings) settings = NULL;
	scoped(store) store = NULL;
	scoped(print_table) table = NULL;

	if (code >= 0)
		return code;
	if (!state_of("replies", state_text, reply_state_find, reply_word, REPLY_STATE_COUNT, &state))
		return EXIT_USAGE;
	settings = command_settings(&options, &code);
	store = settings ? command_store(settings, ROLE_READER, &code) : NULL;
	if (!store)
		return code;
	list = reply_list(store, state, (guint) MAX(limit, 0), &error);
	if (!list)
		return command_fail(&options, EXIT_SYSTEM, error);
	table = options.json ? NULL : print_table_new(columns);
	for (guint i = 0; i < list->len; i++)
		show_reply(store, g_ptr_array_index(list, i), table, settings);
	return EXIT_DONE;
}

/* "24.90 EUR": for the list; replies write amounts in the buyer's way. */
static char *amount_of(const struct task *task)
{
	if (task->amount_cents < 0)
		return g_strdup("-");
	return g_strdup_printf("%" G_GINT64_FORMAT ".%02d %s", task->amount_cents / 100, (int) (task->amount_cents % 100),
			       task->currency ? task->currency : "");
}

int tasks_command(int argc, char **argv)
{
	static const char *const columns[] = { "TASK", "STATE", "DOES", "CASE", "ORDER", "AMOUNT", "DUE", "WHY", NULL };
	struct command_options options = { 0 };
	g_autofree char *state_text = NULL;
	int limit = LIMIT_DEFAULT, state;
	int code = open_queue("tasks", &options, &state_text, &limit, &argc, &argv);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) list = NULL;
	scoped(settings) settings = NULL;
	scoped(store) store = NULL;
	scoped(print_table) table = NULL;

	if (code >= 0)
		return code;
	if (!state_of("tasks", state_text, task_state_find, task_word, TASK_STATE_COUNT, &state))
		return EXIT_USAGE;
	settings = command_settings(&options, &code);
	store = settings ? command_store(settings, ROLE_READER, &code) : NULL;
	if (!store)
		return code;
	list = task_list(store, state, (guint) MAX(limit, 0), &error);
	if (!list)
		return command_fail(&options, EXIT_SYSTEM, error);
	table = options.json ? NULL : print_table_new(columns);
	for (guint i = 0; i < list->len; i++) {
		const struct task *task = g_ptr_array_index(list, i);
		g_autofree char *json = act_json(store, task, &error);
		g_autofree char *id = g_strdup_printf("t%" G_GINT64_FORMAT, task->id);
		g_autofree char *case_id = g_strdup_printf("c%" G_GINT64_FORMAT, task->case_id);
		g_autofree char *order_no = task_order_no(store, task, NULL);
		g_autofree char *amount = amount_of(task);
		g_autofree char *due = print_deadline(task->due_at, clock_now(), settings->zone);
		g_autofree char *why = print_clean(task->why, 60);

		if (!json)
			return command_fail(&options, EXIT_SYSTEM, error);
		if (options.json)
			printf("%s\n", json);
		else
			print_table_add(table, id, task_state_name(task->state), task_kind_name(task->kind), case_id,
					order_no ? order_no : "-", amount, due, why, NULL);
	}
	return EXIT_DONE;
}
