/* Everything that is known of one case, as evidence; and forgetting a buyer. */
#ifndef WISMO_STORE_DOSSIER_H
#define WISMO_STORE_DOSSIER_H

#include "wismo/store/store.h"

#include <glib.h>
#include <stdbool.h>

/* The case that `kind` (m, c, r, t) and id belong to; 0: there is none. */
gint64 dossier_case_of(struct store *store, char kind, gint64 id, GError **error);

/* Ids (gint64, oldest first) of the cases with this order number or buyer's address. Owned; NULL: error. */
GArray *dossier_cases_named(struct store *store, const char *name, GError **error);

/* One call for each row: case, mail, order, line, shipment, tracking, verdict, reply, task, history; in order of time within
 * each kind; `json` an object: moments RFC 3339, absent values null. */
typedef bool dossier_row(const char *kind, const char *json, void *user);
bool dossier_each(struct store *store, gint64 case_id, dossier_row *row, void *user, GError **error);

/* The same row of one mail (also one of no case), reply or task: `kind` m, r, t. No call: there is none. */
bool dossier_one(struct store *store, char kind, gint64 id, dossier_row *row, void *user, GError **error);

/* Removes the words and the name of a buyer (an address as in a reading): raw mails, texts, names, addresses in
 * cases, readings, replies, orders. What was decided and paid stays, without whom it was for. Refused (WISMO_PARK) while
 * an answer is on its way. *mails, *cases: how many. In a transaction of its own. `store`: ROLE_ALL. */
bool dossier_erase(struct store *store, const char *buyer, gint64 now, guint *mails, guint *cases, GError **error);

#endif
