/* Filing: what is done in the seller's mailbox after an answer was sent, and what the mailbox tells about answers
 * whose fate is unknown. Nothing here can make a reply leave a second time. */
#ifndef WISMO_FLOW_FILE_H
#define WISMO_FLOW_FILE_H

#include "wismo/flow/stage.h"
#include "wismo/mail/imap.h"

/* Does what is due for `account` over `imap` (NULL for a Maildir): copies into Sent unless our Message-ID is there,
 * \Answered on the mails that were answered, and the search for replies of unknown fate. Leaves another folder open
 * than before. Trouble with one step goes into its row; it is tried 8 times within about a day. *done: steps ended.
 * False only when the store fails. */
bool file_step(const struct flow *flow, const struct account *account, struct imap *imap, gint64 now, guint *done,
	       GError **error);

/* *due: file_step would have a step to do at `now`, or (with `look`) a reply to look for. */
bool file_due(const struct flow *flow, const struct account *account, gint64 now, bool look, bool *due, GError **error);

#endif
