/* What commands print: aligned tables for people, JSON Lines for scripts, a progress line on a terminal. */
#ifndef WISMO_CMD_PRINT_H
#define WISMO_CMD_PRINT_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

struct print_table;

/* `columns`: NULL-terminated headings, borrowed. Prints when freed. */
struct print_table *print_table_new(const char *const *columns);
void print_table_add(struct print_table *table, ...) G_GNUC_NULL_TERMINATED;	/* const char *, one for each column */
void print_table_free(struct print_table *table);

/* One object a line: pairs of name and value by a type letter before each pair:
 *	print_json("s", "id", "c12", "i", "count", (gint64) 3, "t", "due_at", at, "b", "open", true, NULL)
 * s text (NULL: null), i gint64, t moment (0: null), b bool (int), r JSON text as it stands (NULL: null) */
void print_json(const char *type, ...) G_GNUC_NULL_TERMINATED;

/* Control characters away, so that a hostile subject cannot speak to the terminal; cut to `width` cells with "…"
 * (0: not cut). Owned. */
char *print_clean(const char *text, guint width);

/* "in 3 h 20 min", "5 min ago", "-" for 0. Owned. */
char *print_when(gint64 at, gint64 now);

/* "2026-11-24 14:20" in the seller's zone, "-" for 0. Owned. */
char *print_moment(gint64 at, const char *zone);

/* "in 3 h (2026-11-24 14:20)". Owned. */
char *print_deadline(gint64 at, gint64 now, const char *zone);

/* One line on a terminal's standard error, rewritten; nothing elsewhere. `all` = `done` ends it. */
void print_progress(const char *what, guint done, guint all);

/* The words of `text` between escape codes when colour is on ("1" bold, "31" red, "32" green, "33" yellow). Owned. */
char *print_paint(const char *code, const char *text);

/* A heading, and a line beneath it: "  name         text", control characters away. */
void print_head(const char *text);
void print_line(const char *name, const char *format, ...) G_GNUC_PRINTF(2, 3);

SCOPE(print_table, print_table_free)

#endif
