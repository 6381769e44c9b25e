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

struct listing {
	struct store *store;
	const struct settings *settings;
	struct print_table *table;	/* NULL: JSON */
	int state;			/* -1: any */
	guint limit;			/* 0: all */
};

struct queue {
	const char *name;
	const char *columns[10];	/* NULL-terminated */
	int (*find)(const char *word);	/* of a state; -1: there is none */
	const char *(*word)(int state);
	int states;
	bool (*show)(const struct listing *listing, GError **error);
};

static int unknown_state(const struct queue *queue, const char *text, const struct command_options *options)
{
	g_autoptr(GString) words = g_string_new(NULL);

	for (int i = 0; i < queue->states; i++)
		g_string_append_printf(words, " %s", queue->word(i));
	return command_refuse(options, EXIT_USAGE, "--state %s: expected one of%s", text, words->str);
}

static int show_queue(const struct queue *queue, int argc, char **argv)
{
	struct command_options options = { 0 };
	g_autofree char *state = NULL;
	int limit = LIMIT_DEFAULT;
	const GOptionEntry entries[] = {
		{ "state", 0, 0, G_OPTION_ARG_STRING, &state, "only those in this state", "STATE" },
		{ "limit", 'n', 0, G_OPTION_ARG_INT, &limit, "at most that many (50; 0: all)", "N" },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	int code = command_options(command_find(queue->name), &options, entries, &argc, &argv);
	struct listing listing = { 0 };
	g_autoptr(GError) error = NULL;
	scoped(settings) settings = NULL;
	scoped(store) store = NULL;
	scoped(print_table) table = NULL;

	if (code >= 0)
		return code;
	listing.state = state ? queue->find(state) : -1;
	if (state && listing.state < 0)
		return unknown_state(queue, state, &options);
	store = command_open(&options, ROLE_READER, &settings, &code);
	if (!store)
		return code;
	listing.store = store;
	listing.settings = settings;
	listing.limit = (guint) MAX(limit, 0);
	listing.table = table = options.json ? NULL : print_table_new(queue->columns);
	return queue->show(&listing, &error) ? EXIT_DONE : command_fail(&options, EXIT_SYSTEM, error);
}

static const char *reply_word(int state) { return reply_state_name((enum reply_state) state); }
static const char *task_word(int state) { return task_state_name((enum task_state) state); }

static void show_reply(const struct listing *listing, const struct reply *reply)
{
	gint64 now = clock_now();
	scoped(buyer_case) buyer_case = case_get(listing->store, reply->case_id, NULL);
	g_autofree char *id = g_strdup_printf("r%" G_GINT64_FORMAT, reply->id);
	g_autofree char *case_id = g_strdup_printf("c%" G_GINT64_FORMAT, reply->case_id);
	g_autofree char *mail = reply->mail ? g_strdup_printf("m%" G_GINT64_FORMAT, reply->mail) : NULL;
	gint64 due_at = buyer_case ? buyer_case->due_at : 0;

	if (!listing->table) {
		print_json("s", "id", id, "s", "case", case_id, "s", "mail", mail, "s", "state", reply_state_name(reply->state),
			   "s", "why", reply->why, "s", "template", reply->template, "s", "lang", reply->lang, "s", "to", reply->recipient,
			   "s", "subject", reply->subject, "s", "body", reply->body, "s", "message_id", reply->message_id,
			   "s", "order_no", buyer_case && *buyer_case->order_no ? buyer_case->order_no : NULL,
			   "b", "edited", reply->edited, "s", "approved_by", reply->approved_by, "i", "attempts", (gint64) reply->attempts,
			   "s", "server_said", reply->server_said, "t", "due_at", due_at, "t", "not_before", reply->not_before,
			   "t", "created_at", reply->created_at, "t", "sent_at", reply->sent_at, "i", "version", reply->version, NULL);
		return;
	}
	g_autofree char *due = print_deadline(reply->state == REPLY_DRAFT || reply->state == REPLY_BLOCKED ? due_at : 0, now, listing->settings->zone);
	g_autofree char *to = print_clean(reply->recipient, 30);
	g_autofree char *subject = print_clean(reply->subject, 40);
	g_autofree char *why = reply->why ? print_clean(reply->why, 50) : NULL;

	print_table_add(listing->table, id, reply_state_name(reply->state), case_id, reply->template, reply->lang, to, subject, due, why, NULL);
}

static bool show_replies(const struct listing *listing, GError **error)
{
	g_autoptr(GPtrArray) list = reply_list(listing->store, listing->state, listing->limit, error);

	for (guint i = 0; list && i < list->len; i++)
		show_reply(listing, g_ptr_array_index(list, i));
	return list != NULL;
}

int replies_command(int argc, char **argv)
{
	static const struct queue replies = { "replies",
		{ "REPLY", "STATE", "CASE", "TEMPLATE", "LANG", "TO", "SUBJECT", "ANSWER DUE", "WHY", NULL },
		reply_state_find, reply_word, REPLY_STATE_COUNT, show_replies };

	return show_queue(&replies, argc, argv);
}

static bool show_task(const struct listing *listing, const struct task *task, GError **error)
{
	g_autofree char *json = listing->table ? NULL : act_json(listing->store, task, error);
	g_autofree char *id = g_strdup_printf("t%" G_GINT64_FORMAT, task->id);
	g_autofree char *case_id = g_strdup_printf("c%" G_GINT64_FORMAT, task->case_id);
	g_autofree char *order_no = task_order_no(listing->store, task, NULL);
	g_autofree char *amount = task_amount(task);
	g_autofree char *due = print_deadline(task->due_at, clock_now(), listing->settings->zone);
	g_autofree char *why = print_clean(task->why, 60);

	if (listing->table)
		print_table_add(listing->table, id, task_state_name(task->state), task_kind_name(task->kind), case_id,
				order_no ? order_no : "-", amount, due, why, NULL);
	else if (json)
		printf("%s\n", json);
	return listing->table || json;
}

static bool show_tasks(const struct listing *listing, GError **error)
{
	g_autoptr(GPtrArray) list = task_list(listing->store, listing->state, listing->limit, error);
	bool fine = list != NULL;

	for (guint i = 0; fine && i < list->len; i++)
		fine = show_task(listing, g_ptr_array_index(list, i), error);
	return fine;
}

int tasks_command(int argc, char **argv)
{
	static const struct queue tasks = { "tasks", { "TASK", "STATE", "DOES", "CASE", "ORDER", "AMOUNT", "DUE", "WHY", NULL },
		task_state_find, task_word, TASK_STATE_COUNT, show_tasks };

	return show_queue(&tasks, argc, argv);
}
