/* A seller's list as rows of cells: bytes of unknown charset and form -> UTF-8 text.
 * Charset: BOM, UTF-16 by its NULs, else UTF-8 unless most of its non-ASCII bytes are none, then windows-1252.
 * Cells: comma, semicolon, tab or bar; whichever splits the first lines most evenly, or what a first line "sep=;" says. Quotes as in RFC 4180
 * (a quoted cell may hold line ends and doubled quotes); in tab files a quote inside a cell is just a quote. */
#ifndef WISMO_CORE_TABLE_H
#define WISMO_CORE_TABLE_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

#define TABLE_CAP_BYTES (256 * 1024 * 1024)	/* some 2 million order lines */
#define TABLE_CELL_CAP_BYTES 65536		/* a longer one means a quote that nobody closed */

struct table_row {
	guint line;		/* of the file, where the row begins, from 1 */
	char **cells;		/* trimmed UTF-8, NULL-terminated */
	guint count;
	const char *bad;	/* static: why this row cannot be trusted; NULL: it can */
};

struct table {
	const char *charset;	/* static or the caller's */
	char delimiter;
	GPtrArray *rows;	/* struct table_row; empty lines are left out */
};

/* `charset`: what the caller knows better (iconv's names), or NULL. WISMO_HALT: not a text table. Owned. */
struct table *table_read(GBytes *bytes, const char *charset, GError **error);
void table_free(struct table *table);

SCOPE(table, table_free)

#endif
