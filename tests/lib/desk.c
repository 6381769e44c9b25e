#include "tests/lib/desk.h"

#include "src/store/sql_p.h"
#include "wismo/model/mail.h"
#include "tests/lib/unit.h"
#include "wismo/store/mail.h"
#include "wismo/store/order.h"
#include "wismo/store/tracking.h"

#include <stdio.h>
#include <string.h>

#define DAY_S 86400

struct desk desk;
static const char *more;

static char *in_folder(const char *name)
{
	return g_build_filename(desk.folder, name, NULL);
}

static struct settings *read_settings(GError **error)
{
	g_autofree char *path = in_folder("wismo.conf");
	g_autofree char *text = g_strdup_printf("state_dir = \"%s\"\naccount \"main\" {\n\tsource = \"maildir:%s/in\"\n"
		"\toutgoing = \"maildir:%s/out\"\n\tfrom = \"bsm@example.com\"\n}\n%s", desk.folder, desk.folder, desk.folder, more ? more : "");

	return g_file_set_contents(path, text, -1, error) ? settings_load(path, error) : NULL;
}

int desk_open(const char *config, enum rulebook_parts parts)
{
	const char *root = g_getenv("WISMO_TEST_SRC") ? g_getenv("WISMO_TEST_SRC") : ".";
	g_autofree char *templates = g_build_filename(root, "templates", NULL);
	g_autoptr(GError) error = NULL;
	scoped(overlay) overlay = overlay_new(templates, &error);

	more = config;
	desk.folder = g_dir_make_tmp("wismo-desk-XXXXXX", NULL);
	desk.book = overlay ? rulebook_load(overlay, parts, &error) : NULL;
	if (!desk.book)
		fprintf(stderr, "%s\n", error->message);
	return desk.book ? 0 : -1;
}

int desk_load(void **state)
{
	(void) state;
	return desk_open(NULL, RULEBOOK_ALL);
}

static void remove_all(const char *path)
{
	const char *const argv[] = { "rm", "-rf", path, NULL };

	g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
}

int desk_close(void **state)
{
	(void) state;
	rulebook_free(desk.book);
	remove_all(desk.folder);
	g_free(desk.folder);
	return 0;
}

int desk_fresh(void **state)
{
	g_autofree char *path = in_folder("wismo.db");
	g_autoptr(GError) error = NULL;

	(void) state;
	desk.uid = 0;
	desk.settings = read_settings(&error);
	if (desk.settings)
		desk.flow.store = store_open(path, ROLE_ALL, true, &error);
	if (error)
		fprintf(stderr, "%s\n", error->message);
	desk.flow.settings = desk.settings;
	desk.flow.book = desk.book;
	return error ? -1 : 0;
}

int desk_done(void **state)
{
	static const char *const made[] = { "wismo.db", "wismo.db-wal", "wismo.db-shm", "in", "out" };

	(void) state;
	store_close(desk.flow.store);
	settings_free(desk.settings);
	for (gsize i = 0; i < G_N_ELEMENTS(made); i++) {
		g_autofree char *path = in_folder(made[i]);

		remove_all(path);
	}
	return 0;
}

gint64 desk_deliver(const char *text, gint64 at)
{
	g_autoptr(GBytes) raw = g_bytes_new(text, strlen(text));
	g_autoptr(GError) error = NULL;
	scoped(mail) mail = mail_new();
	bool added;

	mail->account = g_strdup("main");
	mail->folder = g_strdup("INBOX");
	mail->uidvalidity = 1;
	mail->uid = (guint32) ++desk.uid;
	mail->sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, raw);
	mail->size_bytes = (gint64) strlen(text);
	mail->received_at = at;
	mail->raw = g_bytes_ref(raw);
	g_assert_true(store_begin(desk.flow.store, &error));
	mail_put(desk.flow.store, mail, NULL, at, &added, &error);
	g_assert_no_error(error);
	g_assert_true(store_commit(desk.flow.store, &error));
	return mail->id;
}

static gint64 amazon(const char *type, const char *from, const char *subject, const char *body, gint64 at)
{
	g_autofree char *text = g_strdup_printf("From: \"Anna\" <%s>\nSubject: %s\nX-Space-Notification-Type: %s\n"
		"Message-ID: <%d@eu-west-1.amazonses.com>\n\n------------- Message: -------------\n\n%s\n\n"
		"------------- End message -------------\n", from, subject, type, desk.uid + 1, body);

	return desk_deliver(text, at);
}

gint64 desk_buyer(const char *subject, const char *body, gint64 at)
{
	return amazon("BBC_MESSAGE_SENT_TO_MERCHANT", DESK_ALIAS, subject, body, at);
}

gint64 desk_notice(const char *type, const char *subject, const char *body, gint64 at)
{
	return amazon(type, "donotreply@amazon.com", subject, body, at);
}

guint desk_step(stage_step *stage, gint64 now)
{
	g_autoptr(GError) error = NULL;
	struct pass pass = { 0 };

	stage(&desk.flow, now, &pass, &error);
	g_assert_no_error(error);
	return pass.done;
}

void desk_run(const char *sql)
{
	g_autoptr(GError) error = NULL;

	sql_run(desk.flow.store, &error, sql, "");
	g_assert_no_error(error);
}

gint64 desk_int(const char *sql)
{
	g_autoptr(GError) error = NULL;
	gint64 value = sql_int(desk.flow.store, &error, -1, sql, "");

	g_assert_no_error(error);
	return value;
}

char *desk_text(const char *sql)
{
	g_autoptr(GError) error = NULL;
	char *value = sql_text(desk.flow.store, &error, sql, "");

	g_assert_no_error(error);
	return value;
}

gint64 desk_order(void)
{
	scoped(order) order = order_new();
	struct order_line *line = g_new0(struct order_line, 1);
	gint64 id = 0;
	g_autoptr(GError) error = NULL;
	enum put_result result;

	order->channel = g_strdup("amazon");
	order->order_no = g_strdup(DESK_ORDER);
	order->ordered_at = DESK_NOW - 14 * DAY_S;
	order->promised_at = DESK_NOW - 4 * DAY_S;
	order->currency = g_strdup("EUR");
	*line = (struct order_line) { g_strdup("1"), g_strdup("TEE"), g_strdup("Teekanne"), 1, 1990 };
	g_ptr_array_add(order->lines, line);
	assert_true(store_begin(desk.flow.store, &error));
	assert_true(order_put(desk.flow.store, order, DESK_NOW, &result, &id, &error));
	assert_true(store_commit(desk.flow.store, &error));
	return id;
}

void desk_parcel(gint64 order_id)
{
	scoped(shipment) shipment = shipment_new();
	g_autoptr(GError) error = NULL;
	enum put_result result;

	shipment->order_id = order_id;
	shipment->carrier = g_strdup("dhl");
	shipment->number = g_strdup(DESK_NUMBER);
	shipment->shipped_at = DESK_NOW - 12 * DAY_S;
	assert_true(store_begin(desk.flow.store, &error));
	assert_true(order_put_shipment(desk.flow.store, shipment, &result, &error));
	assert_true(order_put_stock(desk.flow.store, "TEE", 5, DESK_NOW, &result, &error));
	assert_true(store_commit(desk.flow.store, &error));
}

void desk_tracking(enum track_status status, int silent_days, gint64 at)
{
	scoped(tracking) tracking = tracking_new();
	g_autoptr(GError) error = NULL;

	tracking->carrier = g_strdup("dhl");
	tracking->number = g_strdup(DESK_NUMBER);
	tracking->status = status;
	tracking->status_at = tracking->moved_at = at - (gint64) silent_days * DAY_S;
	tracking->asked_at = at;
	assert_true(store_begin(desk.flow.store, &error));
	if (!tracking_put(desk.flow.store, tracking, &error))
		fail_msg("%s", error->message);
	assert_true(store_commit(desk.flow.store, &error));
}

void desk_asks(gint64 at)
{
	desk_buyer("Paket nicht angekommen (Bestellung: " DESK_ORDER ")", "Mein Paket ist nicht angekommen.", at);
	desk_step(understand_step, at);
}
