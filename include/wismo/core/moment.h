/* Times as carriers and shops write them. The forms name the order of the date's parts; within a
 * form every separator is taken, the time may be missing, may have am/pm, fractions and a zone
 * (Z, +01:00, +0100, +01, -05):
 *	ymd		2026-11-24T08:00:00.000+0100, 2026-11-24 08:00, 20261124080000, 20261124 080000	(default)
 *	dmy		24.11.2026, 08:00   24/11/2026 08:00:00   24-11-2026   24 Nov 2026 08:00
 *	mdy		8/17/2021 7:11:26 PM   November 24, 2026 8:00 am
 *	epoch		seconds since 1970
 *	epoch_ms	milliseconds since 1970 */
#ifndef WISMO_CORE_MOMENT_H
#define WISMO_CORE_MOMENT_H

#include <glib.h>
#include <stdbool.h>

enum moment_form { MOMENT_YMD, MOMENT_DMY, MOMENT_MDY, MOMENT_EPOCH, MOMENT_EPOCH_MS, MOMENT_FORM_COUNT };
int moment_form_find(const char *name);		/* -1: no such form */

/* Seconds since 1970; a time without a zone of its own is taken in `zone` (IANA name or "+01:00"; NULL: UTC).
 * 0 when the text is no time of this form, is before 1970 or after 2200. */
gint64 moment_parse(const char *text, GTimeZone *zone, enum moment_form form);

#endif
