/* One question to one carrier, and what questions share while the tracker runs. */
#ifndef WISMO_FLOW_TRACK_P_H
#define WISMO_FLOW_TRACK_P_H

#include "wismo/flow/track.h"
#include "wismo/net/http.h"

struct track_session {
	const struct settings *settings;
	struct http *http;
	GHashTable *tokens;		/* carrier name -> token */
};
struct track_session *track_session_new(const struct settings *settings);
void track_session_free(struct track_session *session);

struct track_question {
	struct track_session *session;
	const struct carrier *carrier;
	const struct carrier_access *access;
	char *number;
	GHashTable *secrets, *keep;
	gint64 now;
	guint step;
	bool renewed;			/* the token was asked for anew */
	struct tracking *result;	/* set: done */
	track_trace *trace;
	void *user;
};
struct track_question *track_question_new(struct track_session *session, const struct carrier *carrier, const char *number,
					  const char *memo, gint64 now);
void track_question_free(gpointer question);
void track_question_start(struct track_question *question);

/* Kept values as JSON for the look-up's memo; NULL: none. */
char *track_memo(const struct track_question *question);

/* Why a carrier cannot be asked; NULL: it can. */
const char *track_unaskable(const struct settings *settings, const struct carrier *carrier);

#endif
