/* To which case a mail belongs, and what it changes there. */
#ifndef WISMO_FLOW_THREAD_P_H
#define WISMO_FLOW_THREAD_P_H

#include "wismo/model/letter.h"
#include "wismo/model/mail.h"
#include "wismo/store/reading.h"
#include "wismo/store/store.h"

/* Finds or opens the case, changes it, and sets row->case_id (0: none). Within the caller's transaction. */
bool thread_attach(struct store *store, const struct mail *mail, const struct letter *letter, struct reading_row *row,
		   gint64 now, GError **error);

#endif
