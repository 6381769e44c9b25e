/* Imports of the seller's lists: table -> rows of the store. Good rows are kept, bad ones told by line and
 * skipped; importing the same list again changes nothing. */
#ifndef WISMO_FLOW_IMPORT_H
#define WISMO_FLOW_IMPORT_H

#include "wismo/base/scope.h"
#include "wismo/conf/columns.h"
#include "wismo/conf/settings.h"
#include "wismo/core/carrier.h"
#include "wismo/store/store.h"

#include <glib.h>
#include <stdbool.h>

enum import_kind { IMPORT_ORDERS, IMPORT_SHIPMENTS, IMPORT_STOCK, IMPORT_KIND_COUNT };
const char *import_kind_name(enum import_kind kind);
int import_kind_find(const char *name);

struct import_complaint {
	guint line;
	char *text;
};

struct import_result {
	guint rows, added, changed, same, bad;	/* rows = the rest together */
	guint noted;		/* doubts about rows that were kept */
	GPtrArray *complaints;	/* struct import_complaint, at most IMPORT_COMPLAINTS_MAX: why a row was skipped */
	GPtrArray *notes;	/* as complaints: a wrong check digit, an order that no list told of, an unreadable date of a parcel */
	char *unused;		/* columns that mean nothing here, "colour, weight"; NULL: none */
	const char *charset;	/* static */
	char delimiter;
};
#define IMPORT_COMPLAINTS_MAX 1000

struct import {
	struct store *store;	/* borrowed, as all of these */
	const struct settings *settings;
	const struct columns *columns;
	const struct carriers *carriers;	/* NULL: check digits are not looked at */
	const char *channel;	/* of lists that do not tell; NULL: by the order number's form, else "shop" */
	const char *charset;	/* NULL: found out */
	void (*progress)(void *user, guint done, guint all);	/* may be NULL */
	void *user;
};

/* Reads the file `path`. WISMO_HALT: not a list, or its necessary columns are missing; the message begins
 * with the path. Owned; free with import_result_free. */
struct import_result *import_file(const struct import *import, enum import_kind kind, const char *path, gint64 now,
				  GError **error);
void import_result_free(struct import_result *result);

/* The watched folder: files orders*, shipments*, stock* that nobody has written to for 2 s, in order of name.
 * Done ones move to done/, unreadable ones to failed/, each with NAME.report beside it when lines were bad or noted.
 * *imported: number of files. False only when the store fails. */
bool import_folder(const struct import *import, const char *folder, gint64 now, guint *imported, GError **error);

SCOPE(import_result, import_result_free)

#endif
