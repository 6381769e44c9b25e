/* Time. All moments in structs, rows and arguments are whole seconds since 1970-01-01 UTC
 * (gint64, names end in _at); 0 means "not known". Durations carry their unit in the name (_s, _ms).
 * Pure code never calls clock_now(); it is given `now`. */
#ifndef WISMO_BASE_CLOCK_H
#define WISMO_BASE_CLOCK_H

#include <glib.h>

/* The wall clock. A link-time seam: tests link another clock (tests/lib). */
gint64 clock_now(void);

/* RFC 3339 in UTC, "2026-11-24T08:00:00Z"; NULL for 0. Owned by the caller. */
char *clock_format(gint64 at);

/* Reads RFC 3339 / ISO 8601 with or without zone ("2026-11-24", "2026-11-24T08:00:00+0100",
 * "2026-11-24 08:00:00"); a time without zone is taken in `zone` (IANA name; NULL: UTC).
 * 0 when the text is no time. */
gint64 clock_parse(const char *text, const char *zone);

/* The day of `at` in `zone`, as people write it in `lang` ("24.11.2026" for de, "24 November 2026"
 * for en, ISO for others without an own form). Owned by the caller. */
char *clock_date(gint64 at, const char *zone, const char *lang);

#endif
