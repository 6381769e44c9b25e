/* Rows whose state is moved by acts (replies, tasks): tries every act on every state, and every move on the schema itself. What
 * is legal is written down once more by the test: code and schema must both agree with it. */
#ifndef TESTS_LIB_MOVES_H
#define TESTS_LIB_MOVES_H

#include <glib.h>
#include <stdbool.h>

struct moves_act {
	const char *name;
	bool (*act)(void *row, GError **error);
	const char *from;	/* states that it may come from: words with a blank on both sides of each */
	int will;
	bool persons;		/* done by the command line, not the worker */
};

struct moves {
	const char *noun, *table, *id;	/* "reply", "replies", "r1" */
	int states;
	const char *(*name)(int state);
	const char *const *schema;	/* of each state: where the schema lets it move, words as above */
	const struct moves_act *acts;
	gsize act_count;
	void (*fresh)(bool person);		/* a new database, opened for the one or the other */
	void (*row_in)(gint64 id, int state);	/* a row of that state, of version 7 */
	void *(*read)(gint64 id);
	void (*free_row)(gpointer row);
	int (*state_of)(const void *row);
	char *(*whole)(void);			/* all that an act may change, owned */
	void (*moved)(const void *row, int will);	/* asserts what a legal act leaves besides */
};

/* A legal act moves struct and row, one version on; any other changes nothing, tells the state, and is for a person
 * (WISMO_PARK). */
void moves_try_acts(const struct moves *moves);

void moves_try_schema(const struct moves *moves);

#endif
