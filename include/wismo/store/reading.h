/* The table `readings`: what was understood of each mail, and threading by it. */
#ifndef WISMO_STORE_READING_H
#define WISMO_STORE_READING_H

#include "wismo/model/reading.h"
#include "wismo/model/letter.h"
#include "wismo/store/store.h"

/* What a row adds to the reading itself. */
struct reading_row {
	gint64 mail;
	gint64 case_id;		/* 0: belongs to none */
	char *rulebook;		/* hash */
	char *message_id, *in_reply_to, *subject, *sender;	/* NULL: unknown */
	GPtrArray *references;	/* char * */
	gint64 sent_at;
	gint64 read_at;
	struct reading *reading;
};
struct reading_row *reading_row_new(void);
void reading_row_free(struct reading_row *row);

/* Inserts or replaces (a mail may be read again by newer rules). */
bool reading_put(struct store *store, const struct reading_row *row, GError **error);

/* Owned; NULL when there is none, or on error (which is set). */
struct reading_row *reading_get(struct store *store, gint64 mail, GError **error);

/* The same without its evidence, which is the larger part, and which nothing but a person looks at. */
struct reading_row *reading_get_result(struct store *store, gint64 mail, GError **error);

/* Last mail of a case that a person wrote to us; 0: none. */
gint64 reading_last_mail(struct store *store, gint64 case_id, GError **error);

/* Case that a Message-ID (without brackets) belongs to: of a mail that we read, or of an answer that we
 * sent; 0: none. */
gint64 reading_case_of_message(struct store *store, const char *account, const char *message_id, GError **error);

/* Case of earlier mails whose answers went to the same full relay address, +case included; 0: none. */
gint64 reading_case_of_reply_to(struct store *store, const char *account, const char *reply_to, GError **error);

/* When the buyer's last mail of a case came; 0: none. */
gint64 reading_last_received(struct store *store, gint64 case_id, GError **error);

/* The case's latest notice of a claim or chargeback: when it came (0: none) and the time limit that it named (0: none). */
bool reading_claim(struct store *store, gint64 case_id, gint64 *received_at, gint64 *limit_s, GError **error);

/* The JSON of `classify --json` for evidence and numbers, as stored; owned. */
char *reading_evidence_json(const struct reading *reading);
char *reading_tracking_json(const struct reading *reading);

SCOPE(reading_row, reading_row_free)

#endif
