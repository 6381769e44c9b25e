/* SQL of `readings`, and the JSON that stands in three of its columns. */
#include "wismo/store/reading.h"

#include "sql_p.h"

#include <jansson.h>
#include <math.h>

struct reading_row *reading_row_new(void)
{
	struct reading_row *row = g_new0(struct reading_row, 1);

	row->references = g_ptr_array_new_with_free_func(g_free);
	return row;
}

void reading_row_free(struct reading_row *row)
{
	if (!row)
		return;
	g_free(row->rulebook);
	g_free(row->message_id);
	g_free(row->in_reply_to);
	g_free(row->subject);
	g_free(row->sender);
	g_ptr_array_unref(row->references);
	reading_free(row->reading);
	g_free(row);
}

static char *dump(json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(6));
	char *owned = g_strdup(text ? text : "[]");

	free(text);
	json_decref(json);
	return owned;
}

static char *strings_json(const GPtrArray *strings)
{
	json_t *list = json_array();

	for (guint i = 0; i < strings->len; i++)
		json_array_append_new(list, json_string(g_ptr_array_index(strings, i)));
	return dump(list);
}

char *reading_evidence_json(const struct reading *reading)
{
	json_t *list = json_array();

	for (guint i = 0; i < reading->evidence->len; i++) {
		const struct evidence *one = g_ptr_array_index(reading->evidence, i);

		json_array_append_new(list, json_pack("{s:s, s:s, s:f, s:s, s:I, s:I}", "rule", one->rule, "intent",
			intent_name(one->intent), "weight", round(one->weight * 100) / 100, "text", one->text ? one->text : "",
			"start", (json_int_t) one->start, "end", (json_int_t) one->end));
	}
	return dump(list);
}

char *reading_tracking_json(const struct reading *reading)
{
	json_t *list = json_array();

	for (guint i = 0; i < reading->tracking->len; i++) {
		const struct found_number *found = g_ptr_array_index(reading->tracking, i);
		json_t *carriers = json_array();

		for (guint n = 0; n < found->carriers->len; n++)
			json_array_append_new(carriers, json_string(g_ptr_array_index(found->carriers, n)));
		json_array_append_new(list, json_pack("{s:s, s:o}", "number", found->number, "carriers", carriers));
	}
	return dump(list);
}

bool reading_put(struct store *store, const struct reading_row *row, GError **error)
{
	const struct reading *r = row->reading;
	g_autofree char *references = strings_json(row->references), *orders = strings_json(r->order_ids);
	g_autofree char *tracking = reading_tracking_json(r), *evidence = reading_evidence_json(r);
	g_autofree char *case_text = row->case_id ? g_strdup_printf("%" G_GINT64_FORMAT, row->case_id) : NULL;

	/* Not INSERT OR REPLACE: it keeps a journal for each statement, and hardly ever is there anything to replace. */
	return sql_run(store, error, "DELETE FROM readings WHERE mail = ?", "i", row->mail) &&
		sql_run(store, error, "INSERT INTO readings (mail, case_id, rulebook, message_id, in_reply_to, reference_ids,"
		       " subject, sender, sent_at, channel, marketplace, machine, notice, lang, intent, confidence, wish, urgency,"
		       " buyer, buyer_name, reply_to, order_ids, tracking, buyer_text, answerable, why_not, evidence, amount_cents,"
		       " limit_s, read_at) VALUES (?,CAST(? AS INTEGER),?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		       "isssssssississsdssssssssissiii", row->mail, case_text, row->rulebook, row->message_id, row->in_reply_to,
		       references, row->subject, row->sender, row->sent_at, r->channel, r->marketplace, (gint64) r->machine,
		       notice_name(r->notice), r->lang, intent_name(r->intent), r->confidence, wish_name(r->wish),
		       urgency_name(r->urgency), r->buyer, r->buyer_name, r->reply_to, orders, tracking, r->buyer_text,
		       (gint64) r->answerable, r->why_not, evidence, r->amount_cents, r->limit_s, row->read_at);
}

static void read_strings(const char *text, GPtrArray *to)
{
	json_t *list = json_loads(text ? text : "[]", 0, NULL), *value;
	size_t i;

	json_array_foreach(list, i, value)
		if (json_is_string(value))
			g_ptr_array_add(to, g_strdup(json_string_value(value)));
	json_decref(list);
}

static void read_tracking(const char *text, GPtrArray *to)
{
	json_t *list = json_loads(text, 0, NULL), *value, *carrier;
	size_t i, n;

	json_array_foreach(list, i, value) {
		struct found_number *found = g_new0(struct found_number, 1);

		found->number = g_strdup(json_string_value(json_object_get(value, "number")));
		found->carriers = g_ptr_array_new_with_free_func(g_free);
		json_array_foreach(json_object_get(value, "carriers"), n, carrier)
			g_ptr_array_add(found->carriers, g_strdup(json_string_value(carrier)));
		g_ptr_array_add(to, found);
	}
	json_decref(list);
}

static void read_evidence(const char *text, GPtrArray *to)
{
	json_t *list = json_loads(text, 0, NULL), *value;
	size_t i;

	json_array_foreach(list, i, value) {
		struct evidence *one = g_new0(struct evidence, 1);
		int intent = intent_find(json_string_value(json_object_get(value, "intent")));

		one->rule = g_strdup(json_string_value(json_object_get(value, "rule")));
		one->intent = intent < 0 ? INTENT_OTHER : (enum intent) intent;
		one->weight = json_number_value(json_object_get(value, "weight"));
		one->text = g_strdup(json_string_value(json_object_get(value, "text")));
		one->start = (gsize) json_integer_value(json_object_get(value, "start"));
		one->end = (gsize) json_integer_value(json_object_get(value, "end"));
		g_ptr_array_add(to, one);
	}
	json_decref(list);
}

static int known(int found)
{
	return MAX(found, 0);
}

static struct reading *read_reading(sqlite3_stmt *row)
{
	struct reading *r = reading_new();
	g_autofree char *notice = sql_column_text(row, 12), *intent = sql_column_text(row, 14);
	g_autofree char *wish = sql_column_text(row, 16), *urgency = sql_column_text(row, 17);
	g_autofree char *orders = sql_column_text(row, 21), *tracking = sql_column_text(row, 22), *evidence = sql_column_text(row, 26);

	r->channel = sql_column_text(row, 9);
	r->marketplace = sql_column_text(row, 10);
	r->machine = sql_column_int(row, 11);
	r->notice = (enum notice) known(notice_find(notice));
	r->lang = sql_column_text(row, 13);
	r->intent = (enum intent) (intent_find(intent) < 0 ? INTENT_OTHER : intent_find(intent));
	r->confidence = sql_column_double(row, 15);
	r->wish = (enum wish) known(wish_find(wish));
	r->urgency = (enum urgency) known(urgency_find(urgency));
	r->buyer = sql_column_text(row, 18);
	r->buyer_name = sql_column_text(row, 19);
	r->reply_to = sql_column_text(row, 20);
	read_strings(orders, r->order_ids);
	read_tracking(tracking, r->tracking);
	r->buyer_text = sql_column_text(row, 23);
	r->answerable = sql_column_int(row, 24);
	r->why_not = sql_column_text(row, 25);
	read_evidence(evidence, r->evidence);
	r->amount_cents = sql_column_int(row, 27);
	r->limit_s = sql_column_int(row, 28);
	return r;
}

static bool take_row(sqlite3_stmt *row, void *user)
{
	struct reading_row *one = reading_row_new();
	g_autofree char *references = sql_column_text(row, 5);

	one->mail = sql_column_int(row, 0);
	one->case_id = sql_column_int(row, 1);
	one->rulebook = sql_column_text(row, 2);
	one->message_id = sql_column_text(row, 3);
	one->in_reply_to = sql_column_text(row, 4);
	read_strings(references, one->references);
	one->subject = sql_column_text(row, 6);
	one->sender = sql_column_text(row, 7);
	one->sent_at = sql_column_int(row, 8);
	one->reading = read_reading(row);
	one->read_at = sql_column_int(row, 29);
	*(struct reading_row **) user = one;
	return false;
}

#define SELECT(evidence) "SELECT mail, case_id, rulebook, message_id, in_reply_to, reference_ids, subject," \
	" sender, sent_at, channel, marketplace, machine, notice, lang, intent, confidence, wish, urgency, buyer," \
	" buyer_name, reply_to, order_ids, tracking, buyer_text, answerable, why_not, " evidence ", amount_cents, limit_s," \
	" read_at FROM readings WHERE mail = ?"

struct reading_row *reading_get(struct store *store, gint64 mail, GError **error)
{
	struct reading_row *found = NULL;

	sql_each(store, error, take_row, &found, SELECT("evidence"), "i", mail);
	return found;
}

struct reading_row *reading_get_result(struct store *store, gint64 mail, GError **error)
{
	struct reading_row *found = NULL;

	sql_each(store, error, take_row, &found, SELECT("'[]'"), "i", mail);
	return found;
}

gint64 reading_last_mail(struct store *store, gint64 case_id, GError **error)
{
	return sql_int(store, error, 0, "SELECT r.mail FROM readings r JOIN mails m ON m.id = r.mail WHERE r.case_id = ?"
		       " AND r.machine = 0 AND r.notice IS NULL ORDER BY m.received_at DESC, r.mail DESC LIMIT 1", "i", case_id);
}

gint64 reading_case_of_message(struct store *store, const char *account, const char *message_id, GError **error)
{
	g_autoptr(GError) cause = NULL;
	gint64 found = sql_int(store, &cause, 0, "SELECT case_id FROM replies WHERE message_id = ? AND account = ?", "ss",
			       message_id, account);

	if (!found && !cause)
		found = sql_int(store, &cause, 0, "SELECT r.case_id FROM readings r JOIN mails m ON m.id = r.mail"
				" WHERE r.message_id = ? AND m.account = ? AND r.case_id IS NOT NULL LIMIT 1", "ss", message_id, account);
	if (cause)
		g_propagate_error(error, g_steal_pointer(&cause));
	return found;
}

gint64 reading_case_of_reply_to(struct store *store, const char *account, const char *reply_to, GError **error)
{
	return sql_int(store, error, 0, "SELECT r.case_id FROM readings r JOIN mails m ON m.id = r.mail WHERE r.reply_to = ?"
		       " AND m.account = ? AND r.case_id IS NOT NULL ORDER BY r.mail DESC LIMIT 1", "ss", reply_to, account);
}

gint64 reading_last_received(struct store *store, gint64 case_id, GError **error)
{
	return sql_int(store, error, 0, "SELECT max(m.received_at) FROM readings r JOIN mails m ON m.id = r.mail"
		       " WHERE r.case_id = ? AND r.machine = 0 AND r.notice IS NULL", "i", case_id);
}

struct claim_row {
	gint64 *received_at, *limit_s;
};

static bool take_claim(sqlite3_stmt *row, void *user)
{
	const struct claim_row *claim = user;

	*claim->received_at = sql_column_int(row, 0);
	*claim->limit_s = sql_column_int(row, 1);
	return false;
}

bool reading_claim(struct store *store, gint64 case_id, gint64 *received_at, gint64 *limit_s, GError **error)
{
	struct claim_row claim = { received_at, limit_s };

	*received_at = *limit_s = 0;
	return sql_each(store, error, take_claim, &claim, "SELECT m.received_at, r.limit_s FROM readings r JOIN mails m ON m.id = r.mail"
			" WHERE r.case_id = ? AND r.notice IN ('claim_opened', 'chargeback') ORDER BY m.received_at DESC, m.id DESC LIMIT 1",
			"i", case_id);
}
