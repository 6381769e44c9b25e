/* The folder of sent mails: where copies of answers are filed, and where the fate of answers is looked up. */
#ifndef WISMO_FLOW_SENT_H
#define WISMO_FLOW_SENT_H

#include "wismo/mail/imap.h"
#include "wismo/model/account.h"

/* Opens it on `imap`, for reading: the configured one; where the server has none of that name, or none is configured, the one
 * that it marks as \Sent (RFC 6154); where there is none either, with `create`, the configured one made anew.
 * Owned name; NULL without error: there is none. Errors: those of imap.h; a folder that cannot be made is WISMO_HALT and
 * says what to do. */
char *sent_open(const struct account *account, struct imap *imap, bool create, GError **error);

#endif
