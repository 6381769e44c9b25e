/* wismo explain: the whole chain of one decision, from the words of the mail to the reply. */
#include "commands_p.h"
#include "ids_p.h"

#include "wismo/base/clock.h"
#include "wismo/cmd/command.h"
#include "wismo/cmd/print.h"
#include "wismo/model/facts.h"
#include "wismo/store/case.h"
#include "wismo/store/dossier.h"
#include "wismo/store/reading.h"
#include "wismo/store/reply.h"
#include "wismo/store/task.h"
#include "wismo/store/verdict.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_reading(const struct reading_row *row)
{
	const struct reading *r = row->reading;
	g_autofree char *words = g_strdup(r->buyer_text);

	print_head("What the mail says");
	print_line("mail", "m%" G_GINT64_FORMAT " \"%s\"", row->mail, row->subject ? row->subject : "");
	print_line("words", "%s", g_strdelimit(words, "\n", ' '));
	print_line("channel", "%s%s%s, language %s", r->channel, r->marketplace ? " " : "", r->marketplace ? r->marketplace : "", r->lang);
	print_line("means", "%s (%.0f %% sure)%s%s, %s", intent_name(r->intent), r->confidence * 100, wish_name(r->wish) ? ", wants a " : "",
	     wish_name(r->wish) ? wish_name(r->wish) : "", urgency_name(r->urgency));
	for (guint i = 0; i < r->evidence->len; i++) {
		const struct evidence *evidence = g_ptr_array_index(r->evidence, i);

		print_line(i ? "" : "because", "%-28s %+.1f %s: \"%s\"", evidence->rule, evidence->weight, intent_name(evidence->intent), evidence->text);
	}
	print_line("answerable", "%s%s", r->answerable ? "yes" : "no: ", r->answerable ? "" : r->why_not ? r->why_not : "?");
}

static void print_facts(const json_t *facts)
{
	print_head("What was known");
	for (int i = 0; i < FACT_COUNT; i++) {
		const json_t *value = json_object_get(facts, fact_columns[i].name);
		/* As the conditions write it. */
		if (json_is_boolean(value)) {
			printf("  %-22s %d\n", fact_columns[i].name, json_is_true(value));
			continue;
		}
		char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(4)) : NULL;

		printf("  %-22s %s\n", fact_columns[i].name, !text || strcmp(text, "null") == 0 ? "unknown" : text);
		free(text);
	}
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static void print_reason(const struct verdict_row *verdict, const json_t *reason)
{
	size_t i;
	json_t *item;
	g_autofree char *made = clock_format(verdict->made_at);

	print_head("What was decided");
	print_line("rule", "\"%s\" at %s", verdict->rule, made);
	if (*text_of(reason, "why"))
		print_line("why", "%s", text_of(reason, "why"));
	json_array_foreach(json_object_get(reason, "misses"), i, item)
		print_line(i ? "" : "not", "\"%s\": %s is %s", text_of(item, "rule"), text_of(item, "condition"),
		     json_is_true(json_object_get(item, "unknown")) ? "unknown" : "false");
	json_array_foreach(json_object_get(reason, "gates"), i, item)
		print_line(i ? "" : "gates", "%s: at most %s, %s", text_of(item, "gate"), text_of(item, "reach"), text_of(item, "why"));
	json_array_foreach(json_object_get(reason, "notes"), i, item)
		print_line(i ? "" : "notes", "%s", json_string_value(item));
	if (*text_of(reason, "deadline"))
		print_line("deadline", "%s", text_of(reason, "deadline"));
	if (json_is_true(json_object_get(reason, "tracking_recorded")))
		print_line("tracking", "a recorded answer, not the carrier's own");
	print_line("reply", "%s, %s", verdict->template ? verdict->template : "none", verdict->sends);
	if (verdict->task)
		print_line("task", "%s", verdict->task);
	print_line("rulebook", "%.16s", verdict->rulebook);
}

static int print_effects(struct store *store, gint64 case_id, const struct command_options *options)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) replies = reply_list(store, -1, 0, &error);
	g_autoptr(GPtrArray) tasks = replies ? task_list(store, -1, 0, &error) : NULL;

	if (!tasks)
		return command_fail(options, EXIT_SYSTEM, error);
	print_head("What came of it");
	for (guint i = 0; i < replies->len; i++) {
		const struct reply *reply = g_ptr_array_index(replies, i);

		if (reply->case_id == case_id)
			print_line("reply", "r%" G_GINT64_FORMAT " %s %s%s%s", reply->id, reply->template, reply_state_name(reply->state),
			     reply->why ? ": " : "", reply->why ? reply->why : "");
	}
	for (guint i = 0; i < tasks->len; i++) {
		const struct task *task = g_ptr_array_index(tasks, i);

		if (task->case_id == case_id)
			print_line("task", "t%" G_GINT64_FORMAT " %s %s%s%s", task->id, task_kind_name(task->kind), task_state_name(task->state),
			     task->due_why ? ", due " : "", task->due_why ? task->due_why : "");
	}
	return EXIT_DONE;
}

static void print_json_chain(const struct reading_row *row, const struct verdict_row *verdict)
{
	g_autofree char *evidence = row ? reading_evidence_json(row->reading) : NULL;
	g_autofree char *mail = row ? g_strdup_printf("m%" G_GINT64_FORMAT, row->mail) : NULL;
	g_autofree char *buyer_case = g_strdup_printf("c%" G_GINT64_FORMAT, verdict->case_id);

	print_json("s", "case", buyer_case, "s", "mail", mail, "s", "intent", row ? intent_name(row->reading->intent) : NULL,
		   "b", "answerable", row ? row->reading->answerable : false, "s", "why_not", row ? row->reading->why_not : NULL,
		   "r", "evidence", evidence, "r", "facts", verdict->facts, "s", "rule", verdict->rule, "r", "reason", verdict->reason,
		   "s", "reply", verdict->template, "s", "task", verdict->task, "s", "sends", verdict->sends, "s", "rulebook", verdict->rulebook,
		   "t", "made_at", verdict->made_at, "t", "look_at", verdict->look_at, NULL);
}

/* The verdict that made this reply or task, or decided about this mail; 0: the case's newest is meant. */
static gint64 verdict_of(struct store *store, gint64 case_id, char kind, gint64 id, GError **error)
{
	if (kind == 'm')
		return verdict_of_mail(store, case_id, id, error);
	scoped(reply) reply = kind == 'r' ? reply_get(store, id, error) : NULL;
	scoped(task) task = kind == 't' ? task_get(store, id, error) : NULL;

	return reply ? reply->verdict : task ? task->verdict : 0;
}

/* `mail`: whose words are shown; 0: those of the verdict's. */
static int explain_case(struct store *store, gint64 case_id, gint64 verdict_id, gint64 mail, const struct command_options *options)
{
	g_autoptr(GError) error = NULL;
	scoped(verdict_row) verdict = verdict_id ? verdict_get(store, verdict_id, &error) : verdict_latest(store, case_id, &error);
	bool other = mail && verdict && verdict->mail != mail;

	if (!mail && !error)
		mail = verdict && verdict->mail ? verdict->mail : reading_last_mail(store, case_id, &error);
	scoped(reading_row) row = mail ? reading_get(store, mail, &error) : NULL;
	json_t *facts, *reason;
	int code;

	if (error)
		return command_fail(options, EXIT_SYSTEM, error);
	if (!verdict) {
		if (row && !options->json)
			print_reading(row);
		return command_refuse(options, EXIT_NO, "c%" G_GINT64_FORMAT " has not been decided yet; wismo run --once decides", case_id);
	}
	if (options->json) {
		print_json_chain(row, verdict);
		return EXIT_DONE;
	}
	if (row)
		print_reading(row);
	if (other && verdict->mail)
		print_line("note", "the case was decided with m%" G_GINT64_FORMAT ", its later mail", verdict->mail);
	facts = json_loads(verdict->facts, 0, NULL);
	reason = json_loads(verdict->reason, 0, NULL);
	print_facts(facts);
	print_reason(verdict, reason);
	code = print_effects(store, case_id, options);
	json_decref(facts);
	json_decref(reason);
	return code;
}

/* A file that is no mail of ours yet is explained as far as reading goes. */
static int explain_file(char *path)
{
	char *argv[] = { (char *) "classify", (char *) "--explain", path, NULL };

	return classify_command(3, argv);
}

int explain_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	int code = command_options(command_find("explain"), &options, NULL, &argc, &argv);
	g_autoptr(GError) error = NULL;
	scoped(settings) settings = NULL;
	scoped(store) store = NULL;
	gint64 case_id, verdict_id, id;
	char kind;
	bool named;

	if (code >= 0)
		return code;
	if (argc != 2)
		return command_refuse(&options, EXIT_USAGE, "usage: wismo explain ID|ORDER|BUYER|FILE     (m34 a mail, c12 a case, r5 a reply, t7 a task, an "
				      "order number, a buyer's address, or a file with a raw mail)");
	named = !ids_parse(argv[1], "mcrt", &kind, &id);
	if (named && (strcmp(argv[1], "-") == 0 || g_file_test(argv[1], G_FILE_TEST_EXISTS)))
		return explain_file(argv[1]);
	store = command_open(&options, ROLE_READER, &settings, &code);
	if (!store)
		return code;
	if (named) {
		kind = 'c';
		id = ids_case(store, &options, argv[1], "mcrt", &code);
		if (!id)
			return code;
	}
	case_id = dossier_case_of(store, kind, id, &error);
	verdict_id = error ? 0 : verdict_of(store, case_id, kind, id, &error);
	if (error)
		return command_fail(&options, EXIT_SYSTEM, error);
	if (case_id)
		return explain_case(store, case_id, verdict_id, kind == 'm' ? id : 0, &options);
	if (kind == 'm') {
		scoped(reading_row) row = reading_get(store, id, &error);

		if (row) {
			print_reading(row);
			return EXIT_DONE;
		}
	}
	return ids_missing(&options, argv[1]);
}
