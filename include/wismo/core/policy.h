/* The policy: an ordered table of rules whose conditions are SQL over the row of facts. The first rule of which all
 * conditions hold decides; the last one has no condition and hands the case to a person. Pure. */
#ifndef WISMO_CORE_POLICY_H
#define WISMO_CORE_POLICY_H

#include "wismo/base/scope.h"
#include "wismo/core/expr.h"
#include "wismo/model/facts.h"
#include "wismo/model/task.h"

struct policy_example {
	int line;
	struct facts *facts;
	bool refuses;		/* `not`: this rule must not be the one that fires */
};

struct policy_rule {
	char *name, *file;
	int line;
	GPtrArray *when;	/* struct expr, borrowed */
	char *reply;		/* template; NULL: none */
	int task;		/* enum task_kind; -1: none */
	struct expr *approval;	/* borrowed: the task needs a person when this holds or is unknown; NULL: always */
	gint64 look_again_s;	/* 0: only when something changes */
	bool person;		/* a person must look at the case */
	bool closes;		/* nothing is left to do */
	char *why;		/* for people: what this rule is about; NULL */
	GPtrArray *examples;	/* struct policy_example */
};

struct policy;

struct policy *policy_new(void);
void policy_free(struct policy *policy);

/* Compiles a condition in the policy's space; WISMO_HALT with SQLite's message. Borrowed: the same text is the same condition. */
struct expr *policy_expr(struct policy *policy, const char *sql, GError **error);
struct policy_rule *policy_rule_new(const char *name, const char *file, int line);
void policy_add(struct policy *policy, struct policy_rule *rule);	/* takes it */
guint policy_size(const struct policy *policy);
const struct policy_rule *policy_nth(const struct policy *policy, guint n);

/* Why a rule above did not fire. */
struct policy_miss {
	const struct policy_rule *rule;
	const char *condition;		/* the first that failed; borrowed */
	bool unknown;			/* it is unknown, not false */
};

struct policy_decision {
	const struct policy_rule *rule;	/* never NULL */
	bool task_needs_person;
	GArray *misses;			/* struct policy_miss, from the top */
};
void policy_decide(const struct policy *policy, const struct facts *facts, struct policy_decision *decision);
void policy_decision_clear(struct policy_decision *decision);

/* {"rule":..., "condition":..., "unknown":...}; borrowed: the same few hundred stand in every verdict, and are written once. */
const char *policy_miss_json(const struct policy *policy, const struct policy_miss *miss);

/* Runs all examples; WISMO_HALT with file:line of the first that another rule takes. */
bool policy_prove(const struct policy *policy, GError **error);

SCOPE(policy, policy_free)

#endif
