/* Secrets: passwords, tokens and keys. A secret cannot be printed by accident, is wiped when
 * freed, and never reaches argv, the environment, logs or the database. */
#ifndef WISMO_BASE_SECRET_H
#define WISMO_BASE_SECRET_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <stdbool.h>

struct secret;

/* Where a secret comes from; all strings may be NULL, exactly one is set. */
struct secret_source {
	char *file;		/* 0600 or stricter, owned by us or root */
	char *command;		/* split like a shell would, run without a shell; first line of its output */
	char *credential;	/* name below $CREDENTIALS_DIRECTORY, systemd.exec(5) */
};

/* Reads the secret anew (a command is run each time: tokens expire). Owned by the caller.
 * Errors: WISMO_HALT when the source is wrong or too widely readable (the message says the exact
 * `chmod`), WISMO_RETRY when a command fails or takes longer than 30 s. */
struct secret *secret_read(const struct secret_source *source, GError **error);
struct secret *secret_new(const char *text);

/* The text itself, to hand to a library; borrowed. */
const char *secret_reveal(const struct secret *secret);
void secret_free(struct secret *secret);

/* Another text whenever the file behind it (not a command) was written, replaced or got other rights; tells nothing of what is in
 * it. Owned. */
char *secret_source_mark(const struct secret_source *source);

bool secret_source_set(const struct secret_source *source);
void secret_source_clear(struct secret_source *source);

SCOPE(secret, secret_free)

#endif
