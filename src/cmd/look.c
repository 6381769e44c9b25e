/* wismo mails, wismo cases: look, change nothing. */
#include "wismo/base/clock.h"
#include "wismo/cmd/command.h"
#include "wismo/cmd/print.h"
#include "wismo/model/case.h"
#include "wismo/store/alarm.h"
#include "wismo/store/overview.h"

#include "commands_p.h"

#include <stdio.h>

#define LIMIT_DEFAULT 50

struct view {
	gint64 now;
	const char *zone;
	bool json;
	struct print_table *table;
	guint rows;
};

static const char *const mail_columns[] = { "MAIL", "CAME", "STATE", "CASE", "WANTS", "LANG", "FROM", "SUBJECT", "WHY NOT", NULL };

static bool show_mail(const struct overview_mail *row, void *user)
{
	struct view *view = user;
	g_autofree char *id = g_strdup_printf("m%" G_GINT64_FORMAT, row->id);
	g_autofree char *buyer_case = row->case_id ? g_strdup_printf("c%" G_GINT64_FORMAT, row->case_id) : NULL;
	g_autofree char *when = print_when(row->received_at, view->now);
	g_autofree char *subject = print_clean(row->subject, 44);
	g_autofree char *sender = print_clean(row->sender, 30);
	const char *reason = row->why ? row->why : row->why_not;
	g_autofree char *why = reason ? print_clean(reason, 40) : NULL;

	view->rows++;
	if (view->json)
		print_json("s", "id", id, "s", "account", row->account, "t", "received_at", row->received_at, "s", "state", row->state,
			   "s", "case", buyer_case, "s", "from", row->sender, "s", "subject", row->subject, "s", "channel", row->channel,
			   "s", "intent", row->intent, "s", "lang", row->lang, "b", "answerable", row->answerable, "s", "why_not", reason, NULL);
	else
		print_table_add(view->table, id, when, row->state, buyer_case, row->intent, row->lang, sender, subject, why, NULL);
	return true;
}

static bool show_case(const struct overview_case *row, void *user)
{
	struct view *view = user;
	g_autofree char *id = g_strdup_printf("c%" G_GINT64_FORMAT, row->id);
	g_autofree char *due = print_deadline(row->due_at, view->now, view->zone);
	g_autofree char *buyer = print_clean(row->buyer, 32);
	g_autofree char *why = print_clean(row->why ? row->why : row->due_why, 50);

	view->rows++;
	if (view->json)
		print_json("s", "id", id, "s", "account", row->account, "s", "channel", row->channel, "s", "buyer", row->buyer,
			   "s", "order_no", *row->order_no ? row->order_no : NULL, "s", "state", row->state, "s", "why", row->why,
			   "s", "intent", row->intent, "s", "wish", row->wish, "s", "urgency", row->urgency, "s", "lang", row->lang,
			   "i", "mails", row->mails, "t", "asked_at", row->asked_at, "t", "answered_at", row->answered_at,
			   "t", "due_at", row->due_at, "s", "due_why", row->due_why,
			   "s", "alarm", alarm_word(row->due_at, ALARM_CASE_S, view->now), "t", "opened_at", row->opened_at, NULL);
	else
		print_table_add(view->table, id, row->state, row->channel, row->intent, *row->order_no ? row->order_no : "-", buyer, due,
				why, NULL);
	return true;
}

/* The store, and a table for its rows; false: said, *code. */
static bool open_list(const struct command_options *options, const char *const *columns, struct view *view, struct settings **settings,
		      struct store **store, int *code)
{
	*store = command_open(options, ROLE_READER, settings, code);
	if (!*store)
		return false;
	view->now = clock_now();
	view->json = options->json;
	view->zone = (*settings)->zone;
	view->table = print_table_new(columns);
	return true;
}

int mails_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	int limit = LIMIT_DEFAULT;
	const GOptionEntry entries[] = {
		{ "limit", 'n', 0, G_OPTION_ARG_INT, &limit, "at most that many, newest first (50)", "N" },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	int code = command_options(command_find("mails"), &options, entries, &argc, &argv);
	struct view view = { 0 };
	g_autoptr(GError) error = NULL;
	scoped(settings) settings = NULL;
	scoped(store) store = NULL;
	bool fine;

	if (code >= 0 || !open_list(&options, mail_columns, &view, &settings, &store, &code))
		return code;
	fine = overview_mails(store, 0, 0, (guint) MAX(limit, 1), show_mail, &view, &error);
	print_table_free(view.table);
	return fine ? EXIT_DONE : command_fail(&options, EXIT_SYSTEM, error);
}

int cases_command(int argc, char **argv)
{
	static const char *const columns[] = { "CASE", "STATE", "CHANNEL", "WANTS", "ORDER", "BUYER", "DEADLINE", "WHY", NULL };
	struct command_options options = { 0 };
	g_autofree char *state = NULL;
	int limit = LIMIT_DEFAULT;
	const GOptionEntry entries[] = {
		{ "state", 0, 0, G_OPTION_ARG_STRING, &state, "open, waiting, person or closed; else all that are not closed", "STATE" },
		{ "limit", 'n', 0, G_OPTION_ARG_INT, &limit, "at most that many, the most urgent first (50)", "N" },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	int code = command_options(command_find("cases"), &options, entries, &argc, &argv);
	struct view view = { 0 };
	g_autoptr(GError) error = NULL;
	scoped(settings) settings = NULL;
	scoped(store) store = NULL;
	bool fine;

	if (code >= 0)
		return code;
	if (state && case_state_find(state) < 0)
		return command_refuse(&options, EXIT_USAGE, "--state %s: expected open, waiting, person or closed", state);
	if (!open_list(&options, columns, &view, &settings, &store, &code))
		return code;
	fine = overview_cases(store, state, 0, (guint) MAX(limit, 1), show_case, &view, &error);
	print_table_free(view.table);
	return fine ? EXIT_DONE : command_fail(&options, EXIT_SYSTEM, error);
}
