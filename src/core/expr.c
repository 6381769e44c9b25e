/* Expressions over one row, by SQLite in memory. The row is a subquery of bound parameters, so that
 * there is no table to write and setting a value is setting a parameter; an authorizer with lists of
 * what is allowed stands before everything else, so that a new SQLite with new functions opens nothing. */
#include "expr_p.h"

#include "wismo/base/error.h"
#include "wismo/core/expr.h"

#include <sqlite3.h>
#include <string.h>

#define EXPR_STEPS 2000000	/* virtual machine steps of one evaluation: about 50 ms; rules take some hundred */
#define STEP_STRIDE 1000
#define TEXT_CAP_BYTES (4 * 1024 * 1024)	/* answers are capped at 1 MB; json() of one may grow a little */

struct value {
	int type;		/* SQLITE_NULL, _INTEGER, _FLOAT, _TEXT */
	gint64 integer;
	double real;
	char *text;
};

/* One connection for all spaces, closed with the last: each carrier has two, and a connection takes 150 KB. They share
 * nothing in it but its functions and limits; one evaluation runs at a time. */
static struct engine {
	sqlite3 *db;
	guint spaces;
	guint steps;		/* of the evaluation that runs */
} engine;

struct expr_space {
	char *row;		/* "WITH facts AS (SELECT ?1 AS a, ?2 AS b)": first, so that a `?` of an expression is one too many */
	struct value *values;
	guint count;
	guint64 generation;	/* raised by every set: statements bind anew only when it differs */
};

struct expr {
	struct expr_space *space;
	char *sql;
	sqlite3_stmt *scalar;
	sqlite3_stmt *list;	/* made by the first expr_list */
	guint64 scalar_generation, list_generation;
	guint64 truth_generation;	/* of the row that `truth` was found for */
	enum expr_truth truth;
};

/* Deterministic, without side effect, and cheap in relation to their input. */
static const char *const allowed[] = {
	"->", "->>", "abs", "avg", "char", "coalesce", "count", "format", "glob", "group_concat", "hex", "ifnull", "iif",
	"instr", "json", "json_array", "json_array_length", "json_extract", "json_group_array", "json_group_object",
	"json_object", "json_quote", "json_type", "json_valid", "length", "like", "lower", "ltrim", "max", "min",
	"nullif", "printf", "quote", "regexp_extract", "regexp_like", "replace", "round", "rtrim", "sign", "substr",
	"substring", "sum", "time_parse", "total", "trim", "typeof", "unicode", "upper",
};

static int authorize(void *user, int action, const char *first, const char *second, const char *database, const char *trigger)
{
	(void) user;
	(void) database;
	(void) trigger;
	switch (action) {
	case SQLITE_SELECT:
		return SQLITE_OK;
	case SQLITE_READ:
		/* "facts" is told, with no column, when an expression uses none of the row's. */
		return g_strcmp0(first, "json_each") == 0 || g_strcmp0(first, "json_tree") == 0
			|| g_strcmp0(first, "facts") == 0 ? SQLITE_OK : SQLITE_DENY;
	case SQLITE_FUNCTION:
		for (gsize i = 0; i < G_N_ELEMENTS(allowed); i++)
			if (g_ascii_strcasecmp(allowed[i], second) == 0)
				return SQLITE_OK;
		return SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

static int count_steps(void *user)
{
	(void) user;
	engine.steps += STEP_STRIDE;
	return engine.steps > EXPR_STEPS;
}

static void harden(sqlite3 *db)
{
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, TEXT_CAP_BYTES);
	sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, 64 * 1024);
	sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 200);
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200);	/* LIKE and GLOB backtrack */
	/* A table-valued function declares its columns by CREATE TABLE when it is first named. */
	sqlite3_exec(db, "SELECT 1 FROM json_each('[]'), json_tree('[]')", NULL, NULL, NULL);
	sqlite3_set_authorizer(db, authorize, NULL);
	sqlite3_progress_handler(db, STEP_STRIDE, count_steps, NULL);
}

static void engine_start(void)
{
	if (engine.spaces++)
		return;
	/* Debian's SQLite knows shared caches and URIs: neither is wanted here. */
	if (sqlite3_open_v2(":memory:", &engine.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
			    NULL) != SQLITE_OK)
		g_error("out of memory");
	expr_functions_install(engine.db);
	harden(engine.db);
}

static void engine_stop(void)
{
	if (--engine.spaces)
		return;
	g_assert(sqlite3_close(engine.db) == SQLITE_OK);	/* an expression outlived its space */
	engine.db = NULL;
}

struct expr_space *expr_space_new(const char *const *columns)
{
	struct expr_space *space = g_new0(struct expr_space, 1);
	GString *row = g_string_new("WITH facts AS (SELECT ");

	engine_start();
	for (; columns[space->count]; space->count++)
		g_string_append_printf(row, "%s?%u AS \"%s\"", space->count ? ", " : "", space->count + 1,
				       columns[space->count]);
	space->row = g_string_free(g_string_append_c(row, ')'), FALSE);
	space->values = g_new0(struct value, space->count);
	for (guint i = 0; i < space->count; i++)
		space->values[i].type = SQLITE_NULL;
	space->generation = 1;
	return space;
}

void expr_space_free(struct expr_space *space)
{
	if (!space)
		return;
	engine_stop();
	for (guint i = 0; i < space->count; i++)
		g_free(space->values[i].text);
	g_free(space->values);
	g_free(space->row);
	g_free(space);
}

static struct value *set(struct expr_space *space, guint column, int type)
{
	struct value *value = &space->values[column];

	g_assert(column < space->count);
	g_clear_pointer(&value->text, g_free);
	value->type = type;
	space->generation++;
	return value;
}

void expr_set_int(struct expr_space *space, guint column, gint64 number)
{
	set(space, column, SQLITE_INTEGER)->integer = number;
}

void expr_set_double(struct expr_space *space, guint column, double number)
{
	set(space, column, SQLITE_FLOAT)->real = number;
}

void expr_set_text(struct expr_space *space, guint column, const char *text)
{
	set(space, column, text ? SQLITE_TEXT : SQLITE_NULL)->text = g_strdup(text);
}

void expr_set_null(struct expr_space *space, guint column)
{
	set(space, column, SQLITE_NULL);
}

static sqlite3_stmt *compile(struct expr_space *space, const char *sql, const char *before, const char *after, GError **error)
{
	/* The line break ends a comment that the expression may end with. */
	g_autofree char *whole = g_strdup_printf("%s %s%s\n%s", space->row, before, sql, after);
	sqlite3_stmt *statement = NULL;
	const char *rest = NULL;
	int code;

	engine.steps = 0;
	code = sqlite3_prepare_v3(engine.db, whole, -1, SQLITE_PREPARE_PERSISTENT, &statement, &rest);
	if (code == SQLITE_OK && statement && !*rest && sqlite3_column_count(statement) == 1
	    && sqlite3_bind_parameter_count(statement) == (int) space->count)
		return statement;
	g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: in \"%s\"",
		    code == SQLITE_OK ? "not one expression" : sqlite3_errmsg(engine.db), sql);
	sqlite3_finalize(statement);
	return NULL;
}

struct expr *expr_new(struct expr_space *space, const char *sql, GError **error)
{
	sqlite3_stmt *statement = compile(space, sql, "SELECT (", ") FROM facts", error);
	struct expr *expr;

	if (!statement)
		return NULL;
	expr = g_new0(struct expr, 1);
	expr->space = space;
	expr->sql = g_strdup(sql);
	expr->scalar = statement;
	return expr;
}

void expr_free(struct expr *expr)
{
	if (!expr)
		return;
	sqlite3_finalize(expr->scalar);
	sqlite3_finalize(expr->list);
	g_free(expr->sql);
	g_free(expr);
}

const char *expr_sql(const struct expr *expr)
{
	return expr->sql;
}

static void bind(struct expr_space *space, sqlite3_stmt *statement, guint64 *generation)
{
	if (*generation == space->generation)
		return;
	for (guint i = 0; i < space->count; i++) {
		const struct value *value = &space->values[i];

		switch (value->type) {
		case SQLITE_INTEGER:
			sqlite3_bind_int64(statement, (int) i + 1, value->integer);
			break;
		case SQLITE_FLOAT:
			sqlite3_bind_double(statement, (int) i + 1, value->real);
			break;
		case SQLITE_TEXT:
			/* Lives until it is set again, which raises the generation: never read after that. */
			sqlite3_bind_text(statement, (int) i + 1, value->text, -1, SQLITE_STATIC);
			break;
		default:
			sqlite3_bind_null(statement, (int) i + 1);
		}
	}
	*generation = space->generation;
}

static int step(struct expr *expr, sqlite3_stmt *statement, GError **error)
{
	int code = sqlite3_step(statement);

	if (code != SQLITE_ROW && code != SQLITE_DONE)
		g_set_error(error, WISMO_ERROR, WISMO_PARK, "%s: in \"%s\"",
			    code == SQLITE_INTERRUPT ? "more work than allowed" : sqlite3_errmsg(engine.db), expr->sql);
	return code;
}

/* True when there is a value that is not NULL; the caller resets. */
static bool evaluate(struct expr *expr, GError **error)
{
	engine.steps = 0;
	bind(expr->space, expr->scalar, &expr->scalar_generation);
	return step(expr, expr->scalar, error) == SQLITE_ROW && sqlite3_column_type(expr->scalar, 0) != SQLITE_NULL;
}

enum expr_truth expr_truth(struct expr *expr, GError **error)
{
	enum expr_truth truth = EXPR_UNKNOWN;
	g_autoptr(GError) cause = NULL;

	if (expr->truth_generation == expr->space->generation)
		return expr->truth;
	if (evaluate(expr, &cause))
		truth = sqlite3_column_double(expr->scalar, 0) != 0 ? EXPR_TRUE : EXPR_FALSE;
	sqlite3_reset(expr->scalar);
	if (!cause) {
		expr->truth_generation = expr->space->generation;
		expr->truth = truth;
	} else {
		g_propagate_error(error, g_steal_pointer(&cause));
	}
	return truth;
}

char *expr_text(struct expr *expr, GError **error)
{
	char *text = NULL;

	if (evaluate(expr, error))
		text = g_utf8_make_valid((const char *) sqlite3_column_text(expr->scalar, 0), -1);
	sqlite3_reset(expr->scalar);
	return text;
}

gint64 expr_int(struct expr *expr, gint64 fallback, GError **error)
{
	gint64 number = fallback;

	if (evaluate(expr, error))
		number = sqlite3_column_int64(expr->scalar, 0);
	sqlite3_reset(expr->scalar);
	return number;
}

bool expr_list_open(struct expr *expr, GError **error)
{
	if (!expr->list)
		expr->list = compile(expr->space, expr->sql, "SELECT value FROM json_each((SELECT CASE json_type(x)"
				     " WHEN 'object' THEN json_array(json(x)) ELSE x END FROM (SELECT (", ") AS x FROM facts)))", error);
	return expr->list;
}

GPtrArray *expr_list(struct expr *expr, guint most, GError **error)
{
	g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(g_free);
	int code = SQLITE_DONE;

	if (!expr_list_open(expr, error))
		return NULL;
	engine.steps = 0;
	bind(expr->space, expr->list, &expr->list_generation);
	while (items->len < most && (code = step(expr, expr->list, error)) == SQLITE_ROW)
		if (sqlite3_column_type(expr->list, 0) != SQLITE_NULL)
			g_ptr_array_add(items, g_utf8_make_valid((const char *) sqlite3_column_text(expr->list, 0), -1));
	sqlite3_reset(expr->list);
	return code == SQLITE_ROW || code == SQLITE_DONE ? g_steal_pointer(&items) : NULL;
}
