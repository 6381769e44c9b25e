/* wismo.conf as values; its grammar is wismo.conf(5). */
#ifndef WISMO_CONF_SETTINGS_H
#define WISMO_CONF_SETTINGS_H

#include "wismo/base/scope.h"
#include "wismo/base/secret.h"
#include "wismo/model/account.h"

#include <glib.h>
#include <stdbool.h>

enum run_mode {
	MODE_OBSERVE,	/* decide and show; no reply, no task is made */
	MODE_DRAFT,	/* replies and tasks wait for a person (default) */
	MODE_AUTO,	/* replies leave by themselves where rule and every gate agree; tasks still wait */
};

/* What to do with an approved task of one kind; all NULL: a person does it and says `wismo done`. */
struct hook {
	char *export_file;	/* appended line by line (JSON Lines, or TSV when it ends in .tsv) */
	char *webhook;		/* https URL: POST, JSON body, Idempotency-Key header */
	struct secret_source webhook_token;	/* sent as bearer token */
	char **command;		/* argv, run without a shell, task as JSON on standard input */
	bool replaces_person;	/* success means done, not just executed */
};

/* Credentials and switches for one carrier file. */
struct carrier_access {
	char *name;		/* of the carrier file */
	GHashTable *secrets;	/* name in the carrier file -> struct secret_source * */
	GPtrArray *serves;	/* char *: carriers about whose parcels this one, an aggregator, is asked; "*": all the others that it reaches */
	char *recorded;		/* folder of recorded answers instead of the network; NULL: ask the carrier */
	char *host;		/* "karrio.example.com[:port]" of a server that the seller runs, for files that say {host}; NULL: none */
	bool unofficial;	/* an interface that the carrier does not offer to senders may be used */
	bool host_private;	/* `host` is in the seller's own network: only it may have such an address */
	bool allow_loopback;	/* tests only: the host may resolve to a loopback address */
	char *base;		/* tests only, with allow_loopback: https://127.0.0.1:port instead of the file's host */
	char *ca_file;		/* tests only: authority in place of the system's */
};

struct settings {
	char *path;		/* the file; NULL: built from defaults */
	char *hash;		/* of the file's bytes; NULL without one */
	char *state_dir;	/* instance directory: database, lock, exports */
	char *database;		/* state_dir/wismo.db unless set */
	enum run_mode mode;
	char *zone;		/* seller's IANA time zone, for days in deadlines and replies */
	GTimeZone *zone_held;	/* the same: while it lives, GLib finds it by its name without reading the file again */
	char *lang;		/* of messages to the seller's customers when nothing else is known */
	char *shop_name;	/* signature of replies */
	double min_confidence;	/* below it a person looks; 0..1 */
	gint64 auto_value_cents;	/* replies that promise money are never automatic above it */
	int replies_per_case_day, replies_per_buyer_day, replies_per_hour;	/* caps */
	gint64 mail_cap_bytes;	/* larger mails are not fetched whole */
	GPtrArray *accounts;	/* struct account */
	GPtrArray *carriers;	/* struct carrier_access */
	struct hook hooks[3];	/* reship, refund, trace */
	GHashTable *columns;	/* import: column name in lower case -> our field name */
	char *import_dir;	/* watched folder; NULL: none */
};

/* Reads `path`, else $WISMO_CONFIG, else wismo.conf in /etc/wismo (root) or ~/.config/wismo. Never the
 * current folder. WISMO_HALT with file:line. */
struct settings *settings_load(const char *path, GError **error);
char *settings_usual_path(void);	/* where settings_load looks without `path`; owned */
void settings_free(struct settings *settings);
struct account *settings_account(const struct settings *settings, const char *name);	/* borrowed, NULL */
struct carrier_access *settings_carrier(const struct settings *settings, const char *name);	/* borrowed, NULL */

/* One text for the files of passwords and carriers' keys, as secret_source_mark; not of tokens, which are written anew each hour. Owned. */
char *settings_marks(const struct settings *settings);

SCOPE(settings, settings_free)

#endif
