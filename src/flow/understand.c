/* One letter -> one reading: the order of steps, nothing more. Each step is pure and has its own unit. */
#include "wismo/flow/understand.h"

#include "wismo/core/answerable.h"
#include "wismo/core/channel.h"
#include "wismo/core/carrier.h"
#include "wismo/core/classify.h"
#include "wismo/core/machine.h"
#include "wismo/core/numbers.h"
#include "wismo/mail/mime.h"

#include <string.h>

#define MACHINE_SURE 0.9	/* confidence of "automated" at which nobody is taken to have written it */

struct view {
	const struct rulebook *book;
	const struct account *account;
	const struct letter *letter;
	const struct channel *channel;	/* whose rules hold: recognised, else the account's; NULL: no file */
	struct sighting seen;
	struct buyertext *text;
	const char *machine_why;
};

/* The sender alone tells whose frame to look for; fields of the body need the text, so we look twice. */
static void recognise(struct view *view)
{
	const char *standard = view->account && view->account->channel ? view->account->channel : "shop";

	channels_sight(view->book->channels, view->letter, NULL, &view->seen);
	view->channel = view->seen.channel ? view->seen.channel : channels_find(view->book->channels, standard);
	/* A forged wrapper is still a wrapper: a person should see what it wants the seller to read. */
	view->text = buyertext_cut(view->letter, view->seen.pretends ? view->seen.pretends : view->channel);
	sighting_clear(&view->seen);
	channels_sight(view->book->channels, view->letter, view->text->whole, &view->seen);
}

static void set_buyer(struct view *view, struct reading *reading)
{
	const struct letter *letter = view->letter;

	reading->channel = g_strdup(view->channel ? view->channel->name : "shop");
	reading->marketplace = view->seen.market ? g_strdup(view->seen.market->name) : NULL;
	reading->notice = view->seen.notice;
	if (view->seen.speaker == SPEAKER_NOTICE)
		return;
	if (view->seen.channel) {
		reading->buyer = g_strdup(view->seen.alias);
		reading->reply_to = g_strdup(view->seen.reply_to);
		reading->buyer_name = g_strdup(view->seen.buyer_name);
		return;
	}
	/* Outside marketplaces the sender is who the buyer is; Reply-To only says where answers should go. */
	reading->buyer = letter->from ? g_utf8_strdown(letter->from, -1) : NULL;
	if (machine_is_own(view->account, letter->from) && letter->reply_to) {
		g_free(reading->buyer);
		reading->buyer = g_utf8_strdown(letter->reply_to, -1);
	}
	reading->reply_to = g_strdup(letter->reply_to ? letter->reply_to : letter->from);
	reading->buyer_name = g_strdup(letter->from_name);
}

static void find_numbers(struct view *view, struct reading *reading)
{
	const char *const nearer[] = { view->letter->subject, reading->buyer_text };
	/* Of a mail without HTML, the plain part is the whole. */
	const char *plain = g_strcmp0(view->letter->plain, view->text->whole) == 0 ? NULL : view->letter->plain;
	const char *const farther[] = { view->text->whole, plain, view->letter->attached };

	for (gsize i = 0; i < G_N_ELEMENTS(nearer); i++)
		numbers_orders(view->channel, nearer[i], reading->order_ids);
	/* Wrapper, history and returned mails only speak where the buyer's own words name no order. */
	for (gsize i = 0; i < G_N_ELEMENTS(farther) && reading->order_ids->len == 0; i++)
		numbers_orders(view->channel, farther[i], reading->order_ids);
	for (gsize i = 0; i < G_N_ELEMENTS(nearer); i++)
		if (nearer[i])
			carriers_find(view->book->carriers, nearer[i], reading->tracking);
	for (gsize i = 0; i < G_N_ELEMENTS(farther) && reading->tracking->len == 0; i++)
		if (farther[i])
			carriers_find(view->book->carriers, farther[i], reading->tracking);
}

static void classify(struct view *view, struct reading *reading)
{
	const struct channel_topic *topic = view->seen.topic;
	struct classify_input input = {
		.text = reading->buyer_text,
		.subject = view->letter->subject ? view->letter->subject : "",
		.topic_intent = topic ? topic->intent : -1,
		.topic_wish = topic ? (int) topic->wish : WISH_NONE,
		.channel = reading->channel,
		.lang_hint = view->seen.market ? view->seen.market->lang : NULL,
		.machine = reading->machine,
	};

	classify_text(view->book->packs, &input, reading);
	if (!reading->lang)
		reading->lang = g_strdup("und");
	/* No header told, but the words do. */
	if (!view->machine_why && reading->intent == INTENT_AUTOMATED && reading->confidence >= MACHINE_SURE) {
		view->machine_why = "it reads like a machine's";
		reading->machine = true;
	}
}

/* Who writes all into the subject line has said it there. A marketplace's empty frame stays empty: its
 * subject is the marketplace's. */
static char *own_words(const struct view *view)
{
	const char *subject = view->letter->subject;

	return g_strdup(!*view->text->own && !view->seen.channel && subject ? subject : view->text->own);
}

struct letter *understand_bytes(GBytes *raw)
{
	return mime_read(raw);
}

struct reading *understand_letter(const struct rulebook *book, const struct account *account,
				  const struct letter *letter, double min_confidence, struct buyertext **text)
{
	struct reading *reading = reading_new();
	struct view view = { .book = book, .account = account, .letter = letter };
	struct answerable_input answer = { .account = account, .letter = letter, .sighting = &view.seen, .min_confidence = min_confidence };

	recognise(&view);
	reading->buyer_text = own_words(&view);
	view.machine_why = machine_why(letter, account, &view.seen, view.text->own);
	reading->machine = view.machine_why != NULL;
	set_buyer(&view, reading);
	find_numbers(&view, reading);
	if (reading->notice != NOTICE_NONE) {
		reading->amount_cents = numbers_amount(view.text->whole);
		reading->limit_s = numbers_term(view.text->whole);
	}
	classify(&view, reading);
	answer.text = view.text;
	answer.never = reading->never;
	answer.machine_why = view.machine_why;
	answer.auth = machine_auth(letter, account);
	answerable_decide(&answer, reading);
	sighting_clear(&view.seen);
	if (text)
		*text = view.text;
	else
		buyertext_free(view.text);
	return reading;
}
