/* What the files of a carrier share. */
#ifndef WISMO_CORE_CARRIER_P_H
#define WISMO_CORE_CARRIER_P_H

#include "wismo/core/carrier.h"

#define LONGEST_NUMBER 40
#define FULL_WIDTH_FIRST 0xff01	/* Unicode's wide '!' to '~' of Japanese and Chinese text */
#define FULL_WIDTH_LAST 0xff5e

struct carriers {
	GPtrArray *all;			/* struct carrier */
	struct find_words *words;	/* carrier_find.c's */
};

struct find_words *find_words_new(void);
void find_words_free(struct find_words *words);

/* Compiles everything; false with file:line. */
bool carrier_compile(struct carrier *carrier, GError **error);

bool carrier_fail(const struct carrier *carrier, int line, GError **error, const char *format, ...) G_GNUC_PRINTF(4, 5);

#endif
