/* Hooks: the three ways in which an approved task leaves the program. */
#ifndef WISMO_FLOW_ACT_P_H
#define WISMO_FLOW_ACT_P_H

#include "wismo/conf/settings.h"
#include "wismo/model/task.h"

enum hook_outcome {
	HOOK_DONE,
	HOOK_FAILED,	/* certainly nothing happened */
	HOOK_UNCERTAIN,	/* it may have */
};

struct hook_result {
	enum hook_outcome outcome;
	char *said;	/* one line; owned */
};

/* `key` identifies the task for ever ("<instance uuid>-t7"); `json` is act_json's. */
struct hook_result hook_run(const struct hook *hook, const struct task *task, const char *key, const char *json);

/* After a crash: true when the hook itself can tell whether it has acted (export file), and *acted tells. */
bool hook_knows(const struct hook *hook, const char *key, bool *acted);

bool hook_set(const struct hook *hook);

#endif
