/* Ids as people write them: m34 a mail, c12 a case, r5 a reply, t7 a task. One wording for all commands. */
#ifndef WISMO_CMD_IDS_P_H
#define WISMO_CMD_IDS_P_H

#include "wismo/cmd/command.h"

#include <glib.h>
#include <stdbool.h>

/* "r5" -> *kind 'r', 5. False: no id of one of these kinds ("rt"). Says nothing. */
bool ids_parse(const char *text, const char *kinds, char *kind, gint64 *id);

/* The one case that an order number or a buyer's address names. 0: said on standard error - nobody's, of several, or an
 * error - and *code tells. `kinds`: what could have been named instead. */
gint64 ids_case(struct store *store, const struct command_options *options, const char *text, const char *kinds, int *code);

/* "r5 for a reply or t7 for a task". Owned. */
char *ids_expected(const char *kinds);

/* The same on standard error; give EXIT_USAGE ("x" is no id; expected ...) and EXIT_NO (there is no r5). */
int ids_wrong(const struct command_options *options, const char *text, const char *kinds);
int ids_missing(const struct command_options *options, const char *text);

#endif
