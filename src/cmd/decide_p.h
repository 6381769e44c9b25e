/* A person's acts on replies and tasks (approve, reject, done) and cases (close): one loop over ids for all of them. */
#ifndef WISMO_CMD_DECIDE_P_H
#define WISMO_CMD_DECIDE_P_H

#include "wismo/cmd/command.h"
#include "wismo/model/reply.h"
#include "wismo/model/task.h"

struct person {
	const char *command;	/* its name, for messages */
	struct store *store;
	const struct settings *settings;
	const char *actor;	/* login name */
	gint64 now;
	const char *reason;	/* reject */
	bool again;		/* approve of an uncertain reply */
};

typedef bool person_reply(const struct person *person, struct reply *reply, GError **error);
typedef bool person_task(const struct person *person, struct task *task, GError **error);
typedef bool person_look(const struct person *person, const struct task *task, const char *what, GError **error);
typedef bool person_case(const struct person *person, gint64 id, GError **error);

/* Either reply and task, or a case and the state in which it is then. */
struct person_acts {
	person_reply *reply;
	person_task *task;
	person_look *unseen;	/* refuses a task that was named without its version; NULL: none is refused */
	person_case *buyer_case;
	const char *case_state;
};

/* Opens what is needed and acts on every id; one that fails does not stop the others. Exit code: 0 when all acted. */
int decide_each(const struct command_options *options, struct person *person, int count, char **ids,
		const struct person_acts *acts);

#endif
