/* libconfuse with our errors: every message is `file:line: what was expected`. */
#ifndef WISMO_CONF_CONFUSE_P_H
#define WISMO_CONF_CONFUSE_P_H

#include <confuse.h>
#include <glib.h>
#include <stdbool.h>

/* The text of a rule file, UTF-8 without NUL, less a byte order mark; WISMO_HALT for any other, or a larger one. Owned. */
char *confuse_text(const char *path, gsize cap_kb, GError **error);

/* Parses a file of at most 1 MB; WISMO_HALT with the first complaint. Free with cfg_free. */
cfg_t *confuse_read(const char *path, cfg_opt_t *options, GError **error);

/* The same for text that lies in memory; `name` stands in messages. */
cfg_t *confuse_read_text(const char *name, const char *text, cfg_opt_t *options, GError **error);

/* `path:line: message` as WISMO_HALT, for what is wrong inside a section that was parsed; always false. */
bool confuse_fail(cfg_t *section, GError **error, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* A list option as new char * array (owned); never NULL. */
GPtrArray *confuse_list(cfg_t *section, const char *name);

#endif
