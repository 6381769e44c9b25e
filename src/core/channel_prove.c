/* Runs the examples that stand in a channel file. */
#include "wismo/core/buyertext.h"
#include "wismo/core/channel.h"
#include "wismo/core/numbers.h"

#include "wismo/base/error.h"

#include <string.h>

static void add_header(struct letter *letter, const char *name, const char *value)
{
	struct letter_header *header = g_new0(struct letter_header, 1);

	header->name = g_strdup(name);
	header->value = g_strdup(value);
	g_ptr_array_add(letter->headers, header);
}

static struct letter *example_letter(const struct channel_example *example)
{
	struct letter *letter = letter_new();
	const char *colon = example->header ? strchr(example->header, ':') : NULL;
	const char *open = example->from ? strchr(example->from, '<') : NULL;

	if (colon) {
		g_autofree char *name = g_strndup(example->header, (gsize) (colon - example->header));
		g_autofree char *value = g_strstrip(g_strdup(colon + 1));

		add_header(letter, name, value);
		if (g_ascii_strcasecmp(name, "Reply-To") == 0)
			letter->reply_to = g_strdup(value);
	}
	if (open) {
		letter->from = g_strndup(open + 1, strcspn(open + 1, ">"));
		letter->from_name = g_strstrip(g_strndup(example->from, (gsize) (open - example->from)));
	} else {
		letter->from = g_strdup(example->from);
	}
	letter->from_count = letter->from != NULL;
	letter->subject = g_strdup(example->subject);
	letter->plain = g_strdup(example->body);
	return letter;
}

static bool fails(const struct channel *channel, const struct channel_example *example, GError **error,
		  const char *what, const char *wanted, const char *got)
{
	g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s:%d: example \"%s\": %s should be \"%s\", but is \"%s\"",
		    channel->file, example->line, example->name, what, wanted, got ? got : "nothing");
	return false;
}

static bool numbers_hold(const struct channel *channel, const struct channel_example *example,
			 const struct letter *letter, GError **error)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *amount = NULL, *limit = NULL;

	numbers_orders(channel, letter->subject, found);
	numbers_orders(channel, letter->plain, found);
	for (guint i = 0; i < example->orders->len; i++) {
		const char *wanted = g_ptr_array_index(example->orders, i);

		/* "none": there must be no number, however alike it looks. */
		if (strcmp(wanted, "none") == 0 ? found->len > 0
		    : i >= found->len || strcmp(wanted, g_ptr_array_index(found, i)) != 0)
			return fails(channel, example, error, "order", wanted,
				     i < found->len ? g_ptr_array_index(found, i) : NULL);
	}
	amount = g_strdup_printf("%" G_GINT64_FORMAT, numbers_amount(letter->plain));
	limit = g_strdup_printf("%" G_GINT64_FORMAT, numbers_term(letter->plain));
	if (example->amount_cents >= 0 && example->amount_cents != g_ascii_strtoll(amount, NULL, 10))
		return fails(channel, example, error, "amount", "the example's", amount);
	if (example->limit_s >= 0 && example->limit_s != g_ascii_strtoll(limit, NULL, 10))
		return fails(channel, example, error, "term", "the example's", limit);
	return true;
}

static bool holds(const struct channels *channels, const struct channel *channel,
		  const struct channel_example *example, GError **error)
{
	scoped(letter) letter = example_letter(example);
	scoped(buyertext) text = buyertext_cut(letter, channel);
	struct sighting seen;
	bool ours;
	bool good = true;

	channels_sight(channels, letter, text->whole, &seen);
	ours = seen.channel == channel;
	if (example->refuses || !example->from) {
		if (example->refuses && ours)
			good = fails(channel, example, error, "channel", "another one", channel->name);
	} else if (channel->senders->len && !ours) {
		good = fails(channel, example, error, "channel", channel->name, seen.channel ? seen.channel->name : NULL);
	}
	if (good && example->market && (!seen.market || strcmp(seen.market->name, example->market) != 0))
		good = fails(channel, example, error, "market", example->market, seen.market ? seen.market->name : NULL);
	if (good && example->speaker && strcmp(speaker_name(seen.speaker), example->speaker) != 0)
		good = fails(channel, example, error, "speaker", example->speaker, speaker_name(seen.speaker));
	if (good && example->notice && g_strcmp0(notice_name(seen.notice), example->notice) != 0)
		good = fails(channel, example, error, "notice", example->notice, notice_name(seen.notice));
	if (good && example->topic && g_strcmp0(seen.topic ? seen.topic->name : NULL, example->topic) != 0)
		good = fails(channel, example, error, "topic", example->topic, seen.topic ? seen.topic->name : NULL);
	if (good && example->wish && g_strcmp0(seen.topic ? wish_name(seen.topic->wish) : NULL, example->wish) != 0)
		good = fails(channel, example, error, "wish", example->wish, seen.topic ? wish_name(seen.topic->wish) : NULL);
	if (good && example->buyer && g_strcmp0(seen.alias, example->buyer) != 0)
		good = fails(channel, example, error, "buyer", example->buyer, seen.alias);
	if (good && example->text && strcmp(text->own, example->text) != 0)
		good = fails(channel, example, error, "text", example->text, text->own);
	good = good && numbers_hold(channel, example, letter, error);
	sighting_clear(&seen);
	return good;
}

bool channel_prove(const struct channels *channels, const struct channel *channel, GError **error)
{
	for (guint i = 0; i < channel->examples->len; i++)
		if (!holds(channels, channel, g_ptr_array_index(channel->examples, i), error))
			return false;
	return true;
}
