/* A task: something that costs money or a person's time. Rows of `tasks`; the legal moves stand in the schema. */
#ifndef WISMO_MODEL_TASK_H
#define WISMO_MODEL_TASK_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

enum task_kind { TASK_RESHIP, TASK_REFUND, TASK_TRACE, TASK_KIND_COUNT };	/* the order of settings->hooks */
enum task_state {
	TASK_PROPOSED, TASK_APPROVED, TASK_EXECUTING, TASK_EXECUTED, TASK_DONE, TASK_REJECTED, TASK_FAILED,
	TASK_UNCERTAIN,		/* the hook may or may not have acted: a person looks */
	TASK_STATE_COUNT
};
const char *task_kind_name(enum task_kind kind);
int task_kind_find(const char *name);		/* -1: no such kind */
const char *task_state_name(enum task_state state);
int task_state_find(const char *name);

struct task {
	gint64 id;		/* t7; 0: not stored */
	gint64 case_id, verdict;
	enum task_kind kind;
	char *cause;		/* natural key of what made it */
	gint64 order_id;	/* 0: none (traces only) */
	char *line_no;		/* "": the order as a whole */
	gint64 quantity;
	gint64 amount_cents;	/* -1: unknown */
	char *currency;		/* NULL: unknown */
	gint64 shipment;	/* 0: none */
	enum task_state state;
	char *why;
	gint64 due_at;
	char *due_why;
	char *approved_by;
	int attempts;
	char *result;
	gint64 created_at, changed_at;
	gint64 money_at;	/* when quantity, amount or currency changed after it was proposed; 0: never */
	gint64 version;
};

/* "24.90 EUR", "24.90", "-": for lists and messages; replies write amounts in the buyer's way. Owned. */
char *task_amount(const struct task *task);

struct task *task_new(void);
void task_free(gpointer task);

SCOPE(task, task_free)

#endif
