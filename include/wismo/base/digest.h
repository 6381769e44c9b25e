/* SHA-256 of mails. nettle (which GnuTLS brings along) uses the processor's own instructions where it has them; GLib's
 * takes three to five times as long, which for the bytes of a mailbox is as long as the server takes to send them. */
#ifndef WISMO_BASE_DIGEST_H
#define WISMO_BASE_DIGEST_H

#include <glib.h>

/* 64 digits, small letters. Owned. */
char *digest_sha256(GBytes *bytes);

#endif
