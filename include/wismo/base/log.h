/* Log lines: `event key=value ...`, one line per durable change, to standard error, with a
 * `<N>` priority prefix when standard error is the journal (sd-daemon(3)).
 *	error	a person must act		warning	we coped
 *	info	a durable change		debug	for developers
 * Ids always, addresses shortened (log_address), mail text never, secrets never. */
#ifndef WISMO_BASE_LOG_H
#define WISMO_BASE_LOG_H

#include <glib.h>
#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Lines above this level are dropped; the default is warning (commands), `run` sets info. */
void log_set_level(enum log_level level);

/* Word put before each line, e.g. the role of the worker; borrowed for ever. */
void log_set_role(const char *role);

/* One line. Control characters in the formatted text are written as \xNN, so that a hostile
 * value can neither forge a second line nor speak to the terminal. */
void log_line(enum log_level level, const char *format, ...) G_GNUC_PRINTF(2, 3);
#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

/* "anna.schmidt@example.com" -> "a***@example.com". Owned by the caller; "-" for NULL. */
char *log_address(const char *address);

#endif
