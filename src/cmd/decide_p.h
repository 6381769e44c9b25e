/* A person's acts on replies and tasks (approve, reject, edit, done): one loop over ids for all of them. */
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

/* One of them is NULL: an act that does not fit the kind says so with WISMO_PARK. */
typedef bool person_reply(const struct person *person, struct reply *reply, GError **error);
typedef bool person_task(const struct person *person, struct task *task, GError **error);

/* Opens what is needed and acts on every id; one that fails does not stop the others. Exit code: 0 when all acted. */
int decide_each(const struct command_options *options, struct person *person, int count, char **ids, person_reply *reply,
		person_task *task);

#endif
