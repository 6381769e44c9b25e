/* Cells of lists as values. The same text means different things in different columns ("1.234", "03/04/2026"),
 * so a column is looked at as a whole first and gives a style. */
#ifndef WISMO_CORE_CELL_H
#define WISMO_CORE_CELL_H

#include <glib.h>
#include <stdbool.h>

struct cell_style {
	char decimal;		/* '.', ',' or 0: not seen yet */
	int day_first;		/* 1 day first, -1 month first, 0: not seen yet */
};

/* Learns from one more cell of the column. */
void cell_learn(struct cell_style *style, const char *text);

/* "1.234,56 €", "EUR 1,234.56", "1'234.50", "-5", "12" -> cents, rounded to nothing: more than two decimals are an
 * error unless they are zeros. An undecided "1.234" is a thousand and more. */
bool cell_money(const char *text, const struct cell_style *style, gint64 *cents);

/* A moment: ISO 8601 in all its forms, 24.11.2026 [14:03[:05]], 11/24/2026 2:03 PM, 24-Nov-26, Nov 24, 2026 2:03:04 PM PST,
 * 2026/11/24, 20261124, seconds since 1970. Without zone: `zone` (IANA). A bare day with `end_of_day` is its last
 * second. Undecided slashes are day first. */
bool cell_moment(const char *text, const struct cell_style *style, const char *zone, bool end_of_day, gint64 *at);

/* "2", "2.0", "2,000" (only zeros after the mark) -> 2. */
bool cell_count(const char *text, gint64 *count);

/* yes, true, 1, x, ja, oui, sí ... -> true; no, false, 0, nein, "" ... -> false; else not readable. */
bool cell_flag(const char *text, bool *flag);

/* Lower case, letters and digits only: "Order Number #" -> "ordernumber". Owned. */
char *cell_key(const char *text);

#endif
