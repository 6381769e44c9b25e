/* From bytes to a letter. Never fails: a file that is no mail gives a letter with what text there is.
 * Bounds: MIME_PARTS parts, MIME_DEPTH levels, MIME_HEADER_CAP bytes of headers, MIME_TEXT_CAP bytes of
 * text; what lies beyond is left out and told in letter->bounded, so that a person looks.
 * Charsets are all that iconv knows. Mislabelled ones are mended: text that is valid UTF-8 is UTF-8 whatever
 * the label says (unless it could not be anything else), ISO-8859-1 is read as windows-1252 and ISO-8859-9
 * as windows-1254 (WHATWG Encoding), raw 8-bit headers are UTF-8 or else windows-1252. */
#ifndef WISMO_MAIL_MIME_H
#define WISMO_MAIL_MIME_H

#include "wismo/model/letter.h"

#define MIME_PARTS 1000
#define MIME_DEPTH 100
#define MIME_HEADER_CAP (256 * 1024)
#define MIME_TEXT_CAP (2 * 1024 * 1024)

/* Owned; never NULL. `raw` may be empty. */
struct letter *mime_read(GBytes *raw);

/* RFC 2047 as mail programs really write it: words within quoted strings, split in the middle of a
 * character, without blanks around, unknown charsets left as they are. Unfolds. Owned. */
char *mime_decode_header(const char *value);

#endif
