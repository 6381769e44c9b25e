/* The numbers of `status`: counted, never kept. */
#ifndef WISMO_STORE_OVERVIEW_H
#define WISMO_STORE_OVERVIEW_H

#include "wismo/store/store.h"

#include <glib.h>
#include <stdbool.h>

struct overview {
	gint64 mails, mails_new, mails_archived, mails_parked;
	gint64 cases_open;		/* not closed */
	gint64 unanswered;		/* cases with a buyer's mail that nobody answered */
	gint64 oldest_asked_at;		/* 0: none */
	gint64 next_due_at;		/* 0: none */
	gint64 overdue;			/* cases whose deadline passed */
	gint64 near;			/* cases whose deadline is less than ALARM_CASE_S away */
	gint64 for_person;		/* cases in state person, drafts, uncertain replies, proposed and uncertain tasks together */
	gint64 drafts, due, sent, uncertain, refused, blocked;	/* replies */
	gint64 tasks_proposed, tasks_approved, tasks_executed, tasks_failed;
};

/* How far a long run is: mails not read and cases not decided yet, of all. */
void overview_progress(struct store *store, guint *mails_new, guint *mails, guint *cases_dirty, guint *cases);

bool overview_get(struct store *store, gint64 now, struct overview *overview, GError **error);

/* One row each; borrowed texts. Give false to stop. */
struct overview_mailbox {
	const char *account, *folder, *problem;
	gint64 synced_at, problem_at, failures;
};
struct overview_worker {
	const char *role, *problem;
	gint64 pid, seen_at;
};
/* A carrier whose last answers told nothing. */
struct overview_carrier {
	const char *carrier, *why;
	gint64 failures, until_at, waiting;	/* until_at 0: not paused; past: one question may try; waiting: numbers that are due */
};
/* An account whose answers wait for a later moment. */
struct overview_outgoing {
	const char *account, *why;	/* why: what the server said to the one that was tried most; NULL: the cap of the hour */
	gint64 waiting, next_at;
};
struct overview_case {
	gint64 id, asked_at, answered_at, due_at, opened_at, mails;
	const char *account, *channel, *buyer, *order_no, *lang, *state, *why, *intent, *wish, *urgency, *due_why;
};
struct overview_mail {
	gint64 id, received_at, case_id;
	const char *account, *state, *sender, *subject, *channel, *intent, *lang, *why_not, *why;
	double confidence;
	bool answerable;
};
typedef bool overview_mailbox_row(const struct overview_mailbox *row, void *user);
typedef bool overview_worker_row(const struct overview_worker *row, void *user);
typedef bool overview_carrier_row(const struct overview_carrier *row, void *user);
typedef bool overview_outgoing_row(const struct overview_outgoing *row, void *user);
typedef bool overview_case_row(const struct overview_case *row, void *user);
typedef bool overview_mail_row(const struct overview_mail *row, void *user);

bool overview_mailboxes(struct store *store, overview_mailbox_row *row, void *user, GError **error);
bool overview_workers(struct store *store, overview_worker_row *row, void *user, GError **error);
bool overview_carriers(struct store *store, gint64 now, overview_carrier_row *row, void *user, GError **error);
bool overview_outgoing(struct store *store, gint64 now, overview_outgoing_row *row, void *user, GError **error);
/* `state` NULL: all that are not closed; the most urgent first, at most `limit`. `id` 0: any. */
bool overview_cases(struct store *store, const char *state, gint64 id, guint limit, overview_case_row *row, void *user,
		    GError **error);
/* Newest first; `case_id` 0: any; `id` 0: any. */
bool overview_mails(struct store *store, gint64 id, gint64 case_id, guint limit, overview_mail_row *row, void *user,
		    GError **error);

/* The result of one fixed query of the report: name, key, count. */
typedef bool overview_count_row(const char *what, const char *key, gint64 count, void *user);
bool overview_report(struct store *store, gint64 since, overview_count_row *row, void *user, GError **error);

/* Languages of the newest `most` buyers' mails that belong to cases, unknown ones left out; the most frequent first. */
bool overview_languages(struct store *store, guint most, overview_count_row *row, void *user, GError **error);

#endif
