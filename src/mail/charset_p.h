/* Bytes in whatever charset -> clean UTF-8. */
#ifndef WISMO_MAIL_CHARSET_P_H
#define WISMO_MAIL_CHARSET_P_H

#include <glib.h>
#include <stdbool.h>

/* `label`: as the mail says, NULL when it says nothing. Gives valid UTF-8 without NUL, control or invisible
 * characters, line ends as LF, composed (NFC). Owned; never NULL. */
char *charset_read(const char *bytes, gsize length, const char *label);

/* The last step alone, for text that is UTF-8 already. Takes `text`. */
char *charset_clean(char *text);

#endif
