/* The table of commands: one file each (src/cmd/<name>.c), one row each. `--help`, completion and the
 * man page's synopsis are made from the rows. */
#ifndef WISMO_CMD_COMMAND_H
#define WISMO_CMD_COMMAND_H

#include "wismo/base/error.h"
#include "wismo/conf/rulebook.h"
#include "wismo/conf/settings.h"
#include "wismo/store/store.h"

#include <glib.h>
#include <stdbool.h>

struct command {
	const char *name;
	const char *arguments;	/* "FILE...|-" */
	const char *summary;	/* one line, lower case, no full stop */
	/* argv[0] is the command's name; gives an enum wismo_exit. */
	int (*run)(int argc, char **argv);
	const char *examples;	/* lines for --help; NULL: none */
};

const struct command *command_find(const char *name);	/* NULL: no such command */
const struct command *command_next(const struct command *after);	/* NULL: the first */

/* Options that every command understands, read by command_options together with its own. */
struct command_options {
	char *data;		/* --data DIR */
	char *config;		/* --config FILE */
	gboolean json;		/* --json */
};

/* Parses `entries` (may be NULL) and the common options; on --help prints it. Returns -1 to go on, else
 * the exit code to end with. Leaves the arguments in argc and argv, argv[0] the command's name. */
int command_options(const struct command *command, struct command_options *options, const GOptionEntry *entries,
		    int *argc, char ***argv);

/* What most commands need; each complains on standard error and gives NULL, with *code to exit with. */
struct overlay *command_overlay(const struct command_options *options, int *code);
struct settings *command_settings(const struct command_options *options, int *code);
struct store *command_store(const struct command_options *options, const struct settings *settings, enum store_role role, int *code);

/* Settings, and the store that they name. *settings is the caller's even when the store is NULL. */
struct store *command_open(const struct command_options *options, enum store_role role, struct settings **settings, int *code);

/* Prints "wismo: message" on standard error (with --json as a last JSON line there too); gives `code`. */
int command_fail(const struct command_options *options, int code, const GError *error);

/* The same for what the command itself has to say: "wismo show: there is no r5"; wrong usage also names --help. `options` NULL: no JSON. */
int command_refuse(const struct command_options *options, int code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* True when standard output is a terminal that shows colour (NO_COLOR, TERM=dumb and CLICOLOR heeded). */
bool command_colour_ok(void);

#endif
