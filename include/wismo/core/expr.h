/* SQL expressions as the one language of rules, carrier answers and column maps: an in-memory
 * SQLite behind an authorizer. An expression sees the columns of its space's one row, literals,
 * deterministic functions (JSON's among them, json_each too) and these of ours:
 *	regexp_like(text, pattern)			PCRE2, 1 or 0
 *	regexp_extract(text, pattern [, group])		text of the group (default 1, or 0 when the pattern has none), or NULL
 *	time_parse(text [, zone [, form]])		seconds since 1970, or NULL; forms in wismo/core/moment.h
 * Nothing else: no table, no clock, no random, no file. Work is bounded (EXPR_STEPS); an expression
 * that exceeds it, or fails, yields UNKNOWN / NULL with an error text, never a false answer. */
#ifndef WISMO_CORE_EXPR_H
#define WISMO_CORE_EXPR_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

struct expr_space;
struct expr;

enum expr_truth { EXPR_FALSE, EXPR_TRUE, EXPR_UNKNOWN };

/* `columns`: NULL-terminated names, borrowed for the life of the space. */
struct expr_space *expr_space_new(const char *const *columns);
void expr_space_free(struct expr_space *space);		/* after its expressions */

/* Values of the row, by column index; kept until set again. Text is copied. NULL text = SQL NULL. */
void expr_set_int(struct expr_space *space, guint column, gint64 value);
void expr_set_double(struct expr_space *space, guint column, double value);
void expr_set_text(struct expr_space *space, guint column, const char *value);
void expr_set_null(struct expr_space *space, guint column);

/* Compiles one expression. WISMO_HALT with SQLite's message: unknown column, forbidden function, syntax. */
struct expr *expr_new(struct expr_space *space, const char *sql, GError **error);
void expr_free(struct expr *expr);
const char *expr_sql(const struct expr *expr);		/* borrowed: as written */

/* Evaluation over the row as it stands now. NULL counts as unknown. `error` (may be NULL) tells why
 * an evaluation failed; it is set only for failures, not for SQL NULL. */
enum expr_truth expr_truth(struct expr *expr, GError **error);
char *expr_text(struct expr *expr, GError **error);			/* owned; NULL for SQL NULL */
gint64 expr_int(struct expr *expr, gint64 fallback, GError **error);	/* fallback for NULL and failures */

/* The value as a list: items of a JSON array (objects and arrays as JSON text, NULLs left out), an object as
 * a list of itself, SQL NULL as no items; at most `most`. Owned (char *); NULL on failure. */
GPtrArray *expr_list(struct expr *expr, guint most, GError **error);

/* Compiles the list form now, so that loading a file finds its errors. */
bool expr_list_open(struct expr *expr, GError **error);

SCOPE(expr_space, expr_space_free)
SCOPE(expr, expr_free)

#endif
