/* Numbers that people write: orders, amounts, terms. Tracking numbers are core/carrier.h's. */
#ifndef WISMO_CORE_NUMBERS_H
#define WISMO_CORE_NUMBERS_H

#include "wismo/core/channel.h"

/* Adds the order numbers of `text` to `found` (char *, normal form, no doubles), in order of appearance.
 * Customer, phone, item, invoice and dispute numbers are none. `channel` may be NULL. */
void numbers_orders(const struct channel *channel, const char *text, GPtrArray *found);

/* First amount of money ("119,00 €", "EUR 39.9", "$1,249.00") in cents, -1 when there is none. */
gint64 numbers_amount(const char *text);

/* First term ("48 hours", "3 giorni", "innerhalb von 3 Tagen") in seconds, 0 when there is none. */
gint64 numbers_term(const char *text);

#endif
