/* A resolver that knows what the test says, in the place of GIO's: it is asked for MX records of example.com only. */
#ifndef TESTS_LIB_RESOLVER_H
#define TESTS_LIB_RESOLVER_H

#include <glib.h>

struct resolver_record { guint16 preference; const char *host; };

/* From now on no question leaves the machine. */
void resolver_install(void);

/* Borrowed until the next call. */
void resolver_answer(const struct resolver_record *records, gsize count);

#define RESOLVER_ANSWER(...) do { static const struct resolver_record rows[] = { __VA_ARGS__ }; \
	resolver_answer(rows, G_N_ELEMENTS(rows)); } while (0)

#define RESOLVER_SILENT (-1)	/* never answers */

/* GResolverError, or RESOLVER_SILENT. */
void resolver_fail(int code);

#endif
