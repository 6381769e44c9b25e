/* wismo close: a person has finished a case. */
#include "decide_p.h"

#include "commands_p.h"

#include "wismo/store/case.h"

static bool close_case(const struct person *person, gint64 id, GError **error)
{
	return case_close(person->store, id, person->reason, person->now, person->actor, error);
}

int close_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	g_autofree char *reason = NULL;
	const GOptionEntry entries[] = {
		{ "reason", 0, 0, G_OPTION_ARG_STRING, &reason, "why; kept in the history", "TEXT" },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	int code = command_options(command_find("close"), &options, entries, &argc, &argv);
	struct person person = { .command = "close" };
	const struct person_acts acts = { .buyer_case = close_case, .case_state = "closed" };

	if (code >= 0)
		return code;
	if (argc < 2)
		return command_refuse(&options, EXIT_USAGE, "usage: wismo close CASE... [--reason TEXT]");
	person.reason = reason && *g_strstrip(reason) ? reason : NULL;
	return decide_each(&options, &person, argc - 1, argv + 1, &acts);
}
