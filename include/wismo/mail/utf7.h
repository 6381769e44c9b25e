/* IMAP's modified UTF-7 for folder names (RFC 3501, 5.1.3): "Entwürfe" is "Entw&APw-rfe" on the wire. */
#ifndef WISMO_MAIL_UTF7_H
#define WISMO_MAIL_UTF7_H

/* Both give an owned string. utf7_encode wants valid UTF-8; NULL when it is not. */
char *utf7_encode(const char *utf8);

/* NULL when the text is no modified UTF-7. */
char *utf7_decode(const char *wire);

#endif
