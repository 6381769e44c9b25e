/* wismo approve, reject, done: a person's word, written as rows, so that it counts whether the agent runs or not. */
#include "decide_p.h"

#include "commands_p.h"
#include "ids_p.h"

#include "wismo/base/clock.h"
#include "wismo/base/error.h"
#include "wismo/cmd/print.h"
#include "wismo/flow/act.h"
#include "wismo/store/case.h"
#include "wismo/store/reply.h"
#include "wismo/store/task.h"
#include "wismo/store/verdict.h"

#include <stdio.h>
#include <string.h>

#define AMOUNT_NEW_S 86400	/* a list from yesterday may still lie on the desk */

static bool not_found(const char *id, GError **error)
{
	if (!error || !*error)
		g_set_error(error, WISMO_ERROR, WISMO_PARK, "there is no %s", id);
	return false;
}

static const char *kinds_of(const struct person_acts *acts)
{
	return acts->buyer_case ? "c" : "rt";
}

/* "t7", or "t7@3": only as it was when its version was 3, which --json lists show. 0: any version. */
static bool parse(const char *text, const struct person_acts *acts, char *kind, gint64 *id, gint64 *version)
{
	const char *at = strchr(text, '@');
	g_autofree char *plain = at ? g_strndup(text, (gsize) (at - text)) : g_strdup(text);
	char *end = NULL;

	*version = at ? g_ascii_strtoll(at + 1, &end, 10) : 0;
	return ids_parse(plain, kinds_of(acts), kind, id) && (!at || (g_ascii_isdigit(at[1]) && !*end && *version > 0 && *kind != 'c'));
}

/* "refund of 24.90 EUR, order 302-1234567-1234567, line 2". Owned. */
static char *words_of(struct store *store, const struct task *task)
{
	g_autofree char *order_no = task_order_no(store, task, NULL);
	g_autofree char *amount = task_amount(task);

	return g_strdup_printf("%s%s%s%s%s%s%s", task_kind_name(task->kind), task->amount_cents >= 0 ? " of " : "", task->amount_cents >= 0 ? amount : "",
			       order_no ? ", order " : "", order_no ? order_no : "", *task->line_no ? ", line " : "", task->line_no);
}

/* The mind brings drafts and proposals up to date while a person reads them: what is acted on must be what was seen. */
static bool seen_ok(char kind, gint64 id, gint64 wanted, gint64 version, const char *words, GError **error)
{
	if (wanted && wanted != version)
		g_set_error(error, WISMO_ERROR, WISMO_PARK, "%c%" G_GINT64_FORMAT " has changed: it is %c%" G_GINT64_FORMAT "@%" G_GINT64_FORMAT
			    " now%s%s; look at it again", kind, id, kind, id, version, words ? ", " : "", words ? words : "");
	return !wanted || wanted == version;
}

/* The trace that an answer which may leave now speaks of, as long as nobody has approved it; NULL: none. Owned. */
static char *trace_of(const struct person *person, const struct reply *reply)
{
	scoped(verdict_row) verdict = reply->state == REPLY_DUE && !reply->edited ? verdict_get(person->store, reply->verdict, NULL) : NULL;
	g_autoptr(GPtrArray) tasks = verdict && g_strcmp0(verdict->task, task_kind_name(TASK_TRACE)) == 0
		? task_list(person->store, TASK_PROPOSED, 0, NULL) : NULL;

	for (guint i = 0; tasks && i < tasks->len; i++) {
		const struct task *task = g_ptr_array_index(tasks, i);

		if (task->case_id == reply->case_id && task->kind == TASK_TRACE)
			return g_strdup_printf("wismo approve t%" G_GINT64_FORMAT, task->id);
	}
	return NULL;
}

static bool act_on(const struct person *person, const char *text, const struct person_acts *acts, char **state, char **what, char **next,
		   GError **error)
{
	char kind;
	gint64 id, version;

	parse(text, acts, &kind, &id, &version);
	if (kind == 'c') {
		if (!acts->buyer_case(person, id, error))
			return false;
		*state = g_strdup(acts->case_state);
	} else if (kind == 'r') {
		scoped(reply) reply = reply_get(person->store, id, error);

		if (!reply)
			return not_found(text, error);
		if (!seen_ok(kind, id, version, reply->version, NULL, error) || !acts->reply(person, reply, error))
			return false;
		*state = g_strdup(reply_state_name(reply->state));
		*next = trace_of(person, reply);
	} else {
		scoped(task) task = task_get(person->store, id, error);

		if (!task)
			return not_found(text, error);
		*what = words_of(person->store, task);
		if (!seen_ok(kind, id, version, task->version, *what, error)
		    || (!version && acts->unseen && !acts->unseen(person, task, *what, error)) || !acts->task(person, task, error))
			return false;
		*state = g_strdup(task_state_name(task->state));
		if (act_by_hand(person->settings, task))
			*next = g_strdup_printf("wismo done t%" G_GINT64_FORMAT, id);
	}
	return true;
}

int decide_each(const struct command_options *options, struct person *person, int count, char **ids,
		const struct person_acts *acts)
{
	scoped(settings) settings = NULL;
	scoped(store) store = NULL;
	int code = EXIT_DONE;

	for (int i = 0; i < count; i++) {
		char kind;
		gint64 id, version;

		if (!parse(ids[i], acts, &kind, &id, &version))
			return ids_wrong(options, ids[i], kinds_of(acts));
	}
	store = command_open(options, ROLE_COMMAND, &settings, &code);
	if (!store)
		return code;
	person->store = store;
	person->settings = settings;
	person->actor = g_get_user_name();
	person->now = clock_now();
	code = EXIT_DONE;
	/* Tasks before replies, in whatever order they were named: a promise follows its payment. */
	for (int round = 0; round < 2 * count; round++) {
		int i = round % count;
		if ((ids[i][0] == 't') != (round < count))
			continue;
		g_autoptr(GError) error = NULL;
		g_autofree char *state = NULL, *what = NULL, *next = NULL;
		bool fine = act_on(person, ids[i], acts, &state, &what, &next, &error);

		if (options->json)
			print_json("s", "id", ids[i], "s", "state", state, "s", "error", fine ? NULL : error->message, "s", "next", next,
				   "s", "what", what, NULL);
		else if (fine)
			printf("%s is %s%s%s%s%s%s\n", ids[i], state, what ? " (" : "", what ? what : "", what ? ")" : "",
			       !next ? "" : what ? ": do it yourself, then: " : "; the trace that it speaks of waits: ", next ? next : "");
		else
			fprintf(stderr, "wismo %s: %s%s%s\n", person->command, strstr(error->message, ids[i]) ? "" : ids[i],
				strstr(error->message, ids[i]) ? "" : ": ", error->message);
		if (!fine)
			code = MAX(code, g_error_matches(error, WISMO_ERROR, WISMO_PARK) ? EXIT_NO : EXIT_SYSTEM);
	}
	return code;
}

static bool approve_reply(const struct person *person, struct reply *reply, GError **error)
{
	if (!reply->edited && !act_promise(person->store, reply, error))
		return false;
	if (reply->state == REPLY_UNCERTAIN && !person->again) {
		g_set_error_literal(error, WISMO_ERROR, WISMO_PARK, "it may have reached the buyer already. Look into the Sent folder or the "
				    "marketplace's pages; then `wismo done` if it is there, `wismo approve --again` if it is not");
		return false;
	}
	return reply_approve(person->store, reply, person->now, person->actor, error);
}

/* Facts may have changed since it was proposed: the gates are asked anew, and no option opens them. */
static bool approve_task(const struct person *person, struct task *task, GError **error)
{
	struct permit_answer answer;
	bool fine;

	if (!act_permit(person->store, task, &answer, error))
		return false;
	if (answer.permit == PERMIT_GO)
		return task_approve(person->store, task, person->now, person->actor, error);
	g_set_error(error, WISMO_ERROR, WISMO_PARK, "not approved: %s", answer.why);
	fine = false;
	g_free(answer.why);
	return fine;
}

/* A person who has listed the task before sees the new amount first. */
static bool new_amount(const struct person *person, const struct task *task, const char *what, GError **error)
{
	g_autofree char *when = print_moment(task->money_at, person->settings->zone);

	if (task->state != TASK_PROPOSED || !task->money_at || task->money_at < person->now - AMOUNT_NEW_S)
		return true;
	g_set_error(error, WISMO_ERROR, WISMO_PARK, "not approved: its amount changed at %s: %s. If that is right: wismo approve t%" G_GINT64_FORMAT
		    "@%" G_GINT64_FORMAT, when, what, task->id, task->version);
	return false;
}

/* The buyer still waits: without an answer on its way the case is a person's, and stands in their list. */
static bool reject_reply(const struct person *person, struct reply *reply, GError **error)
{
	g_autofree char *why = reply_rejected_words(reply->id, person->reason);

	if (!store_begin(person->store, error))
		return false;
	if (reply_reject(person->store, reply, person->now, person->actor, person->reason, error)
	    && case_hand_over(person->store, reply->case_id, why, person->now, person->actor, error) && store_commit(person->store, error))
		return true;
	store_abandon(person->store);
	return false;
}

static bool reject_task(const struct person *person, struct task *task, GError **error)
{
	return task_reject(person->store, task, person->now, person->actor, person->reason, error);
}

static bool done_reply(const struct person *person, struct reply *reply, GError **error)
{
	if (reply->state == REPLY_UNCERTAIN)
		return reply_settle_sent(person->store, reply, person->now, person->actor, "a person has seen it", error);
	g_set_error(error, WISMO_ERROR, WISMO_PARK, "it is %s; only an uncertain reply can be said to have arrived",
		    reply_state_name(reply->state));
	return false;
}

static bool done_task(const struct person *person, struct task *task, GError **error)
{
	return task_done(person->store, task, person->now, person->actor, error);
}

static int usage(const struct command_options *options, const char *name, const char *expected)
{
	return command_refuse(options, EXIT_USAGE, "usage: wismo %s %s", name, expected);
}

int approve_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	gboolean again = FALSE;
	const GOptionEntry entries[] = {
		{ "again", 0, 0, G_OPTION_ARG_NONE, &again, "an uncertain reply may leave once more: you have looked, it did not arrive", NULL },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	int code = command_options(command_find("approve"), &options, entries, &argc, &argv);
	const struct person_acts acts = { .reply = approve_reply, .task = approve_task, .unseen = new_amount };
	struct person person = { .command = "approve", .again = again };

	if (code >= 0)
		return code;
	return argc > 1 ? decide_each(&options, &person, argc - 1, argv + 1, &acts) : usage(&options, "approve", "ID...");
}

int reject_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	g_autofree char *reason = NULL;
	const GOptionEntry entries[] = {
		{ "reason", 0, 0, G_OPTION_ARG_STRING, &reason, "why; kept in the history", "TEXT" },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	int code = command_options(command_find("reject"), &options, entries, &argc, &argv);
	const struct person_acts acts = { .reply = reject_reply, .task = reject_task };
	struct person person = { .command = "reject" };

	if (code >= 0)
		return code;
	if (argc < 2 || !reason || !*g_strstrip(reason))
		return usage(&options, "reject", "ID... --reason TEXT");
	person.reason = reason;
	return decide_each(&options, &person, argc - 1, argv + 1, &acts);
}

int done_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	int code = command_options(command_find("done"), &options, NULL, &argc, &argv);
	const struct person_acts acts = { .reply = done_reply, .task = done_task };
	struct person person = { .command = "done" };

	if (code >= 0)
		return code;
	return argc > 1 ? decide_each(&options, &person, argc - 1, argv + 1, &acts) : usage(&options, "done", "ID...");
}
