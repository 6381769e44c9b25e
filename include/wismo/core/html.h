/* HTML as a reader sees it, in plain text: quotes as "> " lines, <pre> kept, rows of tables as lines,
 * list items as "- ", what is hidden left out. No link, image or style sheet is ever looked at. */
#ifndef WISMO_CORE_HTML_H
#define WISMO_CORE_HTML_H

#include <glib.h>
#include <stdbool.h>

#define HTML_TEXT_CAP (2 * 1024 * 1024)

/* Owned; never NULL, "" when nothing is visible. `html` is UTF-8. `cut` (may be NULL) is set when a
 * bound was hit. */
char *html_to_text(const char *html, bool *cut);

/* Text of the first <pre> whose style says "white-space: -o-pre-wrap": where Amazon puts the buyer's
 * words whatever the language. Owned; "" when it is empty, NULL when there is none. */
char *html_amazon_pre(const char *html);

#endif
