/* The answer: variables from facts, the rendered text, the guard, and the row. */
#include "decide_p.h"

#include "wismo/base/clock.h"
#include "wismo/base/error.h"
#include "wismo/core/lint.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define JUST_SHIPPED_S (3 * 86400)	/* until then a parcel without a scan is nothing unusual */
#define QUOTE_CAP_CHARS 1200	/* of the buyer's words, where the marketplace wants them in the answer */

static void put(json_t *view, const char *name, const char *text)
{
	if (text && *text)
		json_object_set_new(view, name, json_string(text));
}

static void put_date(json_t *view, const char *name, gint64 at, const struct decision *d, const char *lang)
{
	g_autofree char *text = at ? clock_date(at, d->flow->settings->zone, lang) : NULL;

	put(view, name, text);
}

/* "24,90 EUR" / "24.90 EUR" */
static char *money(gint64 cents, const char *currency, const char *lang)
{
	bool point = g_strcmp0(lang, "en") == 0 || g_strcmp0(lang, "ja") == 0;

	return g_strdup_printf("%" G_GINT64_FORMAT "%c%02d %s", cents / 100, point ? '.' : ',', (int) (cents % 100), currency);
}

static json_t *variables(const struct decision *d, const char *lang, gint64 next_news_at)
{
	json_t *view = json_object();
	const struct tracking *t = d->tracking && d->tracking->outcome == OUTCOME_OK ? d->tracking : NULL;
	const struct replies *replies = d->flow->book->replies;
	gint64 value = d->order ? order_value_cents(d->order) : -1;

	put(view, "buyer_name", d->order && d->order->buyer_name ? d->order->buyer_name : d->buyer_case->buyer_name);
	put(view, "order_no", d->buyer_case->order_no);
	put(view, "shop_name", d->flow->settings->shop_name);
	put_date(view, "next_date", next_news_at, d, lang);
	if (d->order && d->order->lines->len) {
		put(view, "item", ((struct order_line *) g_ptr_array_index(d->order->lines, 0))->title);
		json_object_set_new(view, "items_more", json_boolean(d->order->lines->len > 1));
	}
	if (d->order) {
		put_date(view, "promised_date", d->order->promised_at, d, lang);
		json_object_set_new(view, "late", json_boolean(d->order->promised_at && d->order->promised_at < d->now));
	}
	if (value > 0 && d->order->currency) {
		g_autofree char *text = money(value, d->order->currency, lang);

		put(view, "value", text);
	}
	if (d->shipment) {
		put(view, "carrier", d->carrier ? d->carrier->title : NULL);
		put(view, "tracking_no", d->shipment->number);
		put_date(view, "shipped_date", d->shipment->shipped_at, d, lang);
		json_object_set_new(view, "just_shipped", json_boolean(d->shipment->shipped_at > d->now - JUST_SHIPPED_S));
	} else if (d->named) {
		put(view, "carrier", d->carrier ? d->carrier->title : NULL);
		put(view, "tracking_no", d->named);
	}
	if (t) {
		put(view, "status", render_word(replies, lang, "status", track_status_name(t->status)));
		put_date(view, "status_date", t->status_at, d, lang);
		put_date(view, "moved_date", t->moved_at, d, lang);
		put(view, "delivered_to", t->delivered_to ? render_word(replies, lang, "place", t->delivered_to) : NULL);
		json_object_set_new(view, "pickup", json_boolean(t->status == TRACK_PICKUP));
	}
	json_object_set_new(view, "angry", json_boolean(d->buyer_case->urgency != URGENCY_NORMAL));
	return view;
}

static char *guard(const struct decision *d, const char *body)
{
	const char *exempt[] = { *d->buyer_case->order_no ? d->buyer_case->order_no : "-", d->shipment ? d->shipment->number : d->named, NULL };
	g_autoptr(GPtrArray) findings = lint_text(d->channel, body, exempt);
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < findings->len; i++) {
		const struct lint_finding *finding = g_ptr_array_index(findings, i);

		g_string_append_printf(text, "%sline %d, column %d: %s", i ? "; " : "", finding->line, finding->column, finding->what);
	}
	return findings->len ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

/* Marketplaces want the buyer's message left in the answer. It is quoted only if it would pass the guard itself: nobody's
 * links or addresses travel under our name. */
static void quote(const struct decision *d, GString *body)
{
	g_autoptr(GPtrArray) findings = NULL;
	g_autofree char *cut = NULL;
	g_auto(GStrv) lines = NULL;

	if (!d->channel || !d->channel->rules.quote_original || strcmp(d->channel->name, "shop") == 0 || strcmp(d->channel->name, "shopify") == 0)
		return;
	cut = g_utf8_substring(d->row->reading->buyer_text, 0, MIN(g_utf8_strlen(d->row->reading->buyer_text, -1), QUOTE_CAP_CHARS));
	findings = lint_text(d->channel, cut, (const char *const[]) { *d->buyer_case->order_no ? d->buyer_case->order_no : "-", NULL });
	if (findings->len)
		return;
	lines = g_strsplit(g_strstrip(cut), "\n", -1);
	g_string_append_c(body, '\n');
	for (char **line = lines; *line; line++)
		g_string_append_printf(body, "> %s\n", *line);
}

/* "Re: " once; in the buyer's thread the subject stays theirs. */
static char *subject_of(const struct decision *d, const struct rendered *rendered)
{
	const char *own = d->row->subject;

	if (!own || !*own)
		return g_strdup(rendered->subject);
	for (;;) {
		while (g_ascii_isspace(*own))
			own++;
		if (g_ascii_strncasecmp(own, "re:", 3) == 0 || g_ascii_strncasecmp(own, "aw:", 3) == 0)
			own += 3;
		else
			break;
	}
	return g_strconcat("Re: ", own, NULL);
}

const char *decide_lang(const struct decision *d)
{
	const char *lang = d->buyer_case->lang;

	if (lang && strcmp(lang, "und") != 0)
		return lang;
	return d->account && d->account->lang ? d->account->lang : d->flow->settings->lang;
}

struct reply *decide_reply(const struct decision *d, const struct policy_rule *rule, gint64 next_news_at, char **lint, GError **error)
{
	const char *lang = decide_lang(d);
	json_t *view = variables(d, lang, next_news_at);
	scoped(rendered) rendered = render_reply(d->flow->book->replies, rule->reply, lang, view, error);
	g_autoptr(GString) body = NULL;
	struct reply *reply;

	/* Dates and words must be of the language that the template was found in. */
	if (rendered && strcmp(rendered->lang, lang) != 0) {
		g_autofree char *found = g_strdup(rendered->lang);

		json_decref(view);
		view = variables(d, found, next_news_at);
		rendered_free(rendered);
		rendered = render_reply(d->flow->book->replies, rule->reply, found, view, error);
	}
	json_decref(view);
	if (!rendered)
		return NULL;
	*lint = guard(d, rendered->body);
	body = g_string_new(rendered->body);
	quote(d, body);
	reply = reply_new();
	reply->case_id = d->buyer_case->id;
	reply->mail = d->row->mail;
	reply->account = g_strdup(d->buyer_case->account);
	reply->template = g_strdup(rule->reply);
	reply->lang = g_strdup(rendered->lang);
	reply->recipient = g_strdup(d->row->reading->reply_to ? d->row->reading->reply_to : "");
	reply->subject = subject_of(d, rendered);
	reply->body = g_string_free(g_steal_pointer(&body), FALSE);
	reply->in_reply_to = g_strdup(d->row->message_id);
	for (guint i = 0; d->row->references && i < d->row->references->len; i++)
		g_ptr_array_add(reply->references, g_strdup(g_ptr_array_index(d->row->references, i)));
	if (d->row->message_id)
		g_ptr_array_add(reply->references, g_strdup(d->row->message_id));
	reply->state = REPLY_DRAFT;
	return reply;
}

static void put_json(GString *text, const char *before, json_t *json)
{
	char *dumped = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);

	g_string_append_printf(text, "%s%s", before, dumped);
	free(dumped);
	json_decref(json);
}

char *decide_reason(const struct decision *d, const struct policy_decision *policy, const GArray *gates, GPtrArray *notes)
{
	json_t *words = json_array(), *said = json_array();
	GString *text = g_string_sized_new(4096);

	for (guint i = 0; i < gates->len; i++) {
		const struct gate_word *word = &g_array_index(gates, struct gate_word, i);

		json_array_append_new(words, json_pack("{s:s, s:s, s:s}", "gate", word->gate, "reach", gate_reach_name(word->reach),
						       "why", word->why));
	}
	for (guint i = 0; i < notes->len; i++)
		json_array_append_new(said, json_string(g_ptr_array_index(notes, i)));
	put_json(text, "{\"why\":", policy->rule->why ? json_string(policy->rule->why) : json_null());
	put_json(text, ",\"deadline\":", d->buyer_case->due_why ? json_string(d->buyer_case->due_why) : json_null());
	put_json(text, ",\"tracking_recorded\":", json_boolean(d->tracking && d->tracking->recorded));
	g_string_append(text, ",\"misses\":[");
	for (guint i = 0; i < policy->misses->len; i++) {
		const struct policy_miss *miss = &g_array_index(policy->misses, struct policy_miss, i);

		g_string_append_printf(text, "%s%s", i ? "," : "", policy_miss_json(d->flow->book->policy, miss));
	}
	put_json(text, "],\"gates\":", words);
	put_json(text, ",\"notes\":", said);
	return g_string_free(g_string_append_c(text, '}'), FALSE);
}
