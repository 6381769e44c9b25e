/* Life of channels. */
#include "wismo/core/channel.h"

static void market_free(gpointer pointer)
{
	struct channel_market *market = pointer;

	g_free(market->name);
	g_free(market->domain);
	g_free(market->id);
	g_free(market->lang);
	g_free(market);
}

static void sender_free(gpointer pointer)
{
	struct channel_sender *sender = pointer;

	g_free(sender->name);
	g_ptr_array_unref(sender->domains);
	regex_free(sender->local);
	g_free(sender);
}

static void typed_free(gpointer pointer)
{
	struct channel_typed *typed = pointer;

	g_free(typed->value);
	g_free(typed->header);
	g_free(typed);
}

static void topic_free(gpointer pointer)
{
	struct channel_topic *topic = pointer;

	g_free(topic->name);
	g_ptr_array_unref(topic->patterns);
	g_free(topic);
}

static void notice_free(gpointer pointer)
{
	struct channel_notice *notice = pointer;

	g_free(notice->name);
	g_ptr_array_unref(notice->subjects);
	g_ptr_array_unref(notice->bodies);
	g_free(notice);
}

static void order_form_free(gpointer pointer)
{
	struct channel_order *order = pointer;

	g_free(order->name);
	regex_free(order->pattern);
	g_free(order->joined);
	g_free(order);
}

static void example_free(gpointer pointer)
{
	struct channel_example *example = pointer;
	char *const texts[] = { example->name, example->from, example->subject, example->header, example->body,
		example->market, example->speaker, example->notice, example->topic, example->text, example->buyer,
		example->wish };

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	g_ptr_array_unref(example->orders);
	g_free(example);
}

struct channel *channel_new(const char *name, const char *file)
{
	struct channel *channel = g_new0(struct channel, 1);

	channel->name = g_strdup(name);
	channel->file = g_strdup(file);
	channel->markets = g_ptr_array_new_with_free_func(market_free);
	channel->senders = g_ptr_array_new_with_free_func(sender_free);
	channel->typed = g_ptr_array_new_with_free_func(typed_free);
	channel->topics = g_ptr_array_new_with_free_func(topic_free);
	channel->notices = g_ptr_array_new_with_free_func(notice_free);
	channel->orders = g_ptr_array_new_with_free_func(order_form_free);
	channel->examples = g_ptr_array_new_with_free_func(example_free);
	channel->begins = g_ptr_array_new_with_free_func(regex_free);
	channel->ends = g_ptr_array_new_with_free_func(regex_free);
	channel->footers = g_ptr_array_new_with_free_func(regex_free);
	channel->wrappers = g_ptr_array_new_with_free_func(regex_free);
	channel->marks = g_ptr_array_new_with_free_func(regex_free);
	return channel;
}

void channel_free(gpointer pointer)
{
	struct channel *channel = pointer;
	GPtrArray *const lists[] = { channel->markets, channel->senders, channel->typed, channel->topics, channel->notices,
		channel->orders, channel->examples, channel->begins, channel->ends, channel->footers, channel->wrappers,
		channel->marks };

	for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
		g_ptr_array_unref(lists[i]);
	regex_free(channel->buyer_field);
	regex_free(channel->name_field);
	g_free(channel->market_header);
	g_free(channel->name);
	g_free(channel->file);
	g_free(channel);
}

struct channels *channels_new(void)
{
	struct channels *channels = g_new0(struct channels, 1);

	channels->list = g_ptr_array_new_with_free_func(channel_free);
	return channels;
}

void channels_free(struct channels *channels)
{
	if (!channels)
		return;
	g_ptr_array_unref(channels->list);
	g_free(channels);
}
