/* Understanding one letter, without network, store or clock. Used by the stage and by `wismo classify`. */
#ifndef WISMO_FLOW_UNDERSTAND_H
#define WISMO_FLOW_UNDERSTAND_H

#include "wismo/conf/rulebook.h"
#include "wismo/core/buyertext.h"
#include "wismo/core/classify.h"
#include "wismo/model/account.h"
#include "wismo/model/letter.h"
#include "wismo/model/reading.h"

#define UNDERSTAND_CONFIDENCE CLASSIFY_SURE	/* what `classify` asks for without a configuration */

/* The letter that these bytes are (mail/mime.h), for those who may not include the mail layer. Owned; never NULL. */
struct letter *understand_bytes(GBytes *raw);

/* `account` may be NULL (no configuration). `text`, when not NULL, is given the cut text (owned), so that
 * evidence can be shown in place. Owned; never NULL. */
struct reading *understand_letter(const struct rulebook *book, const struct account *account,
				  const struct letter *letter, double min_confidence, struct buyertext **text);

#endif
