/* Cells of lists as values. The same text means different things in different columns ("1.234", "03/04/2026"),
 * so a column is looked at as a whole first and gives a style. */
#ifndef WISMO_CORE_CELL_H
#define WISMO_CORE_CELL_H

#include <glib.h>
#include <stdbool.h>

struct cell_style {
	char decimal;		/* '.', ',' or 0: not seen yet */
	bool mixed;		/* both were seen */
	bool whole;		/* the currency has no cents */
	int day_first;		/* 1 day first, -1 month first, 0: not seen yet */
};

/* What a column of numbers of pieces shows. "2,000" is two thousand in one list and 2 with decimals in another. */
struct count_style {
	guint grouped, decimal;		/* cells whose mark can only part thousands, or decimals */
	guint bare_short, bare_long;	/* without mark: "5" (decimals are not printed), "1200" (thousands are not parted) */
	guint open;			/* "2,000" */
};

/* Learn from one more cell: day before month or not; which mark parts the cents. */
void cell_learn_day(struct cell_style *style, const char *text);
void cell_learn_money(struct cell_style *style, const char *text);

/* "1.234,56 €", "EUR 1,234.56", "1'234.50", "1 234,50", "12,-", "-5" -> cents, rounded to nothing: more than two decimals are an
 * error unless they are zeros. Thousands are groups of three with one kind of mark. "1.234" and "1,234" are what `style` makes of
 * the mark (thousands when the currency has no cents, as yen), and an error without one (NULL, not seen, mixed). False: *expected (static) tells what was, after "is no ". */
bool cell_money(const char *text, const struct cell_style *style, gint64 *cents, const char **expected);

/* A moment: ISO 8601 in all its forms, 24.11.2026 [14:03[:05]], 11/24/2026 2:03 PM, 24-Nov-26, Nov 24, 2026 2:03:04 PM PST,
 * 2026/11/24, 20261124, seconds since 1970. Without zone: `zone` (IANA). A bare day with `end_of_day` is its last
 * second. Undecided slashes are day first. */
bool cell_moment(const char *text, const struct cell_style *style, const char *zone, bool end_of_day, gint64 *at);

void cell_learn_count(struct count_style *style, const char *text);

/* "2", "2.0", "2,00", "2 pcs" -> 2; "1.200", "1 200", "1,200,000" -> thousands, since pieces have no other decimals than zeros. "2,000"
 * is what the rest of the column says; three such and nothing else are decimals, as no list counts in whole thousands only;
 * else an error, for a guess would be wrong by a thousand. False: *expected (static) tells what was, after "is no ". */
bool cell_count(const char *text, const struct count_style *style, gint64 *count, const char **expected);

/* yes, true, 1, x, ja, oui, sí ... -> true; no, false, 0, nein, "" ... -> false; else not readable. */
bool cell_flag(const char *text, bool *flag);

/* Lower case, letters and digits only: "Order Number #" -> "ordernumber". Owned. */
char *cell_key(const char *text);

#endif
