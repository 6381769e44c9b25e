/* Channel files -> structs. Every pattern is compiled here, so that a wrong one is told with its line. */
#include "wismo/conf/channel.h"

#include "confuse_p.h"

#include <string.h>

#define OVER_LINES (REGEX_CASELESS | REGEX_LINES | REGEX_HERE)
#define OVER_TEXT (REGEX_CASELESS | REGEX_LINES)

static cfg_opt_t market_options[] = {
	CFG_STR("domain", NULL, CFGF_NODEFAULT), CFG_STR("id", NULL, CFGF_NONE), CFG_STR("lang", NULL, CFGF_NODEFAULT), CFG_END()
};
static cfg_opt_t sender_options[] = {
	CFG_STR_LIST("domains", NULL, CFGF_NODEFAULT), CFG_STR("local", NULL, CFGF_NONE), CFG_STR("is", NULL, CFGF_NODEFAULT),
	CFG_STR("notice", NULL, CFGF_NONE), CFG_END()
};
static cfg_opt_t typed_options[] = {
	CFG_STR("header", NULL, CFGF_NODEFAULT), CFG_STR("is", NULL, CFGF_NODEFAULT), CFG_STR("notice", NULL, CFGF_NONE), CFG_END()
};
static cfg_opt_t topic_options[] = {
	CFG_STR("intent", NULL, CFGF_NONE), CFG_STR("wish", NULL, CFGF_NONE), CFG_STR_LIST("subjects", NULL, CFGF_NODEFAULT), CFG_END()
};
static cfg_opt_t notice_options[] = {
	CFG_STR("means", NULL, CFGF_NODEFAULT), CFG_STR_LIST("subjects", (char *) "{}", CFGF_NONE),
	CFG_STR_LIST("bodies", (char *) "{}", CFGF_NONE), CFG_END()
};
static cfg_opt_t order_options[] = {
	CFG_STR("pattern", NULL, CFGF_NODEFAULT), CFG_STR("joined", NULL, CFGF_NONE), CFG_END()
};
static cfg_opt_t answer_options[] = {
	CFG_BOOL("by_mail", cfg_true, CFGF_NONE), CFG_BOOL("automatic", cfg_true, CFGF_NONE),
	CFG_BOOL("plain_only", cfg_true, CFGF_NONE), CFG_BOOL("keep_subject", cfg_true, CFGF_NONE),
	CFG_BOOL("quote_original", cfg_true, CFGF_NONE), CFG_BOOL("links", cfg_false, CFGF_NONE),
	CFG_BOOL("phones", cfg_false, CFGF_NONE), CFG_BOOL("addresses", cfg_false, CFGF_NONE),
	CFG_BOOL("emoji", cfg_false, CFGF_NONE), CFG_INT("max_chars", 0, CFGF_NONE), CFG_INT("within_hours", 0, CFGF_NONE),
	CFG_END()
};
static cfg_opt_t example_options[] = {
	CFG_STR("from", NULL, CFGF_NONE), CFG_STR("subject", NULL, CFGF_NONE), CFG_STR("header", NULL, CFGF_NONE),
	CFG_STR("body", NULL, CFGF_NONE), CFG_BOOL("refuses", cfg_false, CFGF_NONE), CFG_STR("market", NULL, CFGF_NONE),
	CFG_STR("is", NULL, CFGF_NONE), CFG_STR("notice", NULL, CFGF_NONE), CFG_STR("topic", NULL, CFGF_NONE),
	CFG_STR("wish", NULL, CFGF_NONE), CFG_STR("text", NULL, CFGF_NONE), CFG_STR("buyer", NULL, CFGF_NONE),
	CFG_STR_LIST("orders", (char *) "{}", CFGF_NONE), CFG_INT("amount_cents", -1, CFGF_NONE),
	CFG_INT("within_seconds", -1, CFGF_NONE), CFG_END()
};
#define MANY (CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES)
static cfg_opt_t file_options[] = {
	CFG_STR("source", NULL, CFGF_NONE), CFG_STR("market_header", NULL, CFGF_NONE),
	CFG_STR_LIST("begins", (char *) "{}", CFGF_NONE), CFG_STR_LIST("ends", (char *) "{}", CFGF_NONE),
	CFG_STR_LIST("footers", (char *) "{}", CFGF_NONE), CFG_STR_LIST("wrappers", (char *) "{}", CFGF_NONE),
	CFG_STR_LIST("looks_like", (char *) "{}", CFGF_NONE), CFG_BOOL("any_dashes", cfg_false, CFGF_NONE),
	CFG_BOOL("pre", cfg_false, CFGF_NONE), CFG_BOOL("quotes_are_buyer", cfg_false, CFGF_NONE),
	CFG_BOOL("reply_to_is_buyer", cfg_false, CFGF_NONE), CFG_STR("buyer_field", NULL, CFGF_NONE),
	CFG_STR("name_field", NULL, CFGF_NONE),
	CFG_SEC("market", market_options, MANY), CFG_SEC("sender", sender_options, MANY), CFG_SEC("typed", typed_options, MANY),
	CFG_SEC("topic", topic_options, MANY), CFG_SEC("notice", notice_options, MANY), CFG_SEC("order", order_options, MANY),
	CFG_SEC("answer", answer_options, CFGF_NONE), CFG_SEC("example", example_options, MANY), CFG_END()
};

static bool read_regex(cfg_t *section, const char *key, unsigned flags, struct regex **regex, GError **error)
{
	const char *text = cfg_getstr(section, key);
	g_autoptr(GError) cause = NULL;

	if (!text)
		return true;
	*regex = regex_new(text, flags, &cause);
	return *regex || confuse_fail(section, error, "%s: %s", key, cause->message);
}

static bool read_patterns(cfg_t *section, const char *key, unsigned flags, GPtrArray *list, GError **error)
{
	for (unsigned i = 0; i < cfg_size(section, key); i++) {
		g_autoptr(GError) cause = NULL;
		struct regex *regex = regex_new(cfg_getnstr(section, key, i), flags, &cause);

		if (!regex)
			return confuse_fail(section, error, "%s: %s", key, cause->message);
		g_ptr_array_add(list, regex);
	}
	return true;
}

/* A key whose value must be given: libconfuse's CFGF_NODEFAULT leaves it NULL without a word. */
static bool given(cfg_t *section, const char *key, GError **error)
{
	return cfg_size(section, key) > 0 || confuse_fail(section, error, "%s is missing", key);
}

static bool read_speaker(cfg_t *section, enum speaker *speaker, enum notice *notice, GError **error)
{
	const char *is = cfg_getstr(section, "is"), *name = cfg_getstr(section, "notice");
	int found;

	if (!is || (strcmp(is, "buyer") != 0 && strcmp(is, "notice") != 0))
		return confuse_fail(section, error, "is must be buyer or notice");
	*speaker = strcmp(is, "buyer") == 0 ? SPEAKER_BUYER : SPEAKER_NOTICE;
	*notice = NOTICE_NONE;
	if (!name)
		return true;
	found = notice_find(name);
	if (found < 0)
		return confuse_fail(section, error, "notice \"%s\" is unknown", name);
	*notice = (enum notice) found;
	return true;
}

static bool read_market(cfg_t *section, struct channel *channel, GError **error)
{
	struct channel_market *market = g_new0(struct channel_market, 1);

	g_ptr_array_add(channel->markets, market);
	market->name = g_strdup(cfg_title(section));
	market->domain = g_strdup(cfg_getstr(section, "domain"));
	market->id = g_strdup(cfg_getstr(section, "id"));
	market->lang = g_strdup(cfg_getstr(section, "lang"));
	return given(section, "domain", error) && given(section, "lang", error);
}

static bool read_sender(cfg_t *section, struct channel *channel, GError **error)
{
	struct channel_sender *sender = g_new0(struct channel_sender, 1);

	g_ptr_array_add(channel->senders, sender);
	sender->name = g_strdup(cfg_title(section));
	sender->domains = confuse_list(section, "domains");
	return given(section, "domains", error) && read_regex(section, "local", REGEX_CASELESS, &sender->local, error) &&
		read_speaker(section, &sender->speaker, &sender->notice, error);
}

static bool read_typed(cfg_t *section, struct channel *channel, GError **error)
{
	struct channel_typed *typed = g_new0(struct channel_typed, 1);

	g_ptr_array_add(channel->typed, typed);
	typed->value = g_strdup(cfg_title(section));
	typed->header = g_strdup(cfg_getstr(section, "header"));
	return given(section, "header", error) && read_speaker(section, &typed->speaker, &typed->notice, error);
}

static bool read_topic(cfg_t *section, struct channel *channel, GError **error)
{
	struct channel_topic *topic = g_new0(struct channel_topic, 1);
	const char *intent = cfg_getstr(section, "intent"), *wish = cfg_getstr(section, "wish");

	g_ptr_array_add(channel->topics, topic);
	topic->name = g_strdup(cfg_title(section));
	topic->patterns = g_ptr_array_new_with_free_func(regex_free);
	topic->intent = intent ? intent_find(intent) : -1;
	topic->wish = WISH_NONE;
	if (intent && topic->intent < 0)
		return confuse_fail(section, error, "intent \"%s\" is unknown", intent);
	if (wish && wish_find(wish) < 0)
		return confuse_fail(section, error, "wish \"%s\" is unknown", wish);
	if (wish)
		topic->wish = (enum wish) wish_find(wish);
	return read_patterns(section, "subjects", OVER_TEXT, topic->patterns, error);
}

static bool read_notice(cfg_t *section, struct channel *channel, GError **error)
{
	struct channel_notice *notice = g_new0(struct channel_notice, 1);
	const char *means = cfg_getstr(section, "means");

	g_ptr_array_add(channel->notices, notice);
	notice->name = g_strdup(cfg_title(section));
	notice->subjects = g_ptr_array_new_with_free_func(regex_free);
	notice->bodies = g_ptr_array_new_with_free_func(regex_free);
	if (!means || notice_find(means) < 0)
		return confuse_fail(section, error, "means \"%s\" is unknown", means ? means : "");
	notice->notice = (enum notice) notice_find(means);
	return read_patterns(section, "subjects", OVER_TEXT, notice->subjects, error) &&
		read_patterns(section, "bodies", OVER_TEXT, notice->bodies, error);
}

static bool read_order(cfg_t *section, struct channel *channel, GError **error)
{
	struct channel_order *order = g_new0(struct channel_order, 1);

	g_ptr_array_add(channel->orders, order);
	order->name = g_strdup(cfg_title(section));
	order->joined = g_strdup(cfg_getstr(section, "joined"));
	return given(section, "pattern", error) && read_regex(section, "pattern", OVER_TEXT, &order->pattern, error);
}

static bool read_answer(cfg_t *section, struct channel *channel, GError **error)
{
	struct channel_rules *rules = &channel->rules;

	/* libconfuse makes sections without a title before it reads the file, and forgets where they stand. */
	if (!section->filename)
		section->filename = strdup(channel->file);
	if (cfg_getint(section, "max_chars") < 0 || cfg_getint(section, "within_hours") < 0)
		return confuse_fail(section, error, "max_chars and within_hours cannot be negative");
	rules->reply_by_mail = cfg_getbool(section, "by_mail");
	rules->auto_ok = cfg_getbool(section, "automatic");
	rules->plain_only = cfg_getbool(section, "plain_only");
	rules->keep_subject = cfg_getbool(section, "keep_subject");
	rules->quote_original = cfg_getbool(section, "quote_original");
	rules->links = cfg_getbool(section, "links");
	rules->phones = cfg_getbool(section, "phones");
	rules->addresses = cfg_getbool(section, "addresses");
	rules->emoji = cfg_getbool(section, "emoji");
	rules->max_chars = cfg_getint(section, "max_chars");
	rules->answer_s = cfg_getint(section, "within_hours") * 3600;
	return true;
}

static bool read_example(cfg_t *section, struct channel *channel, GError **error)
{
	struct channel_example *example = g_new0(struct channel_example, 1);

	(void) error;
	g_ptr_array_add(channel->examples, example);
	example->name = g_strdup(cfg_title(section));
	example->line = section->line;
	example->from = g_strdup(cfg_getstr(section, "from"));
	example->subject = g_strdup(cfg_getstr(section, "subject"));
	example->header = g_strdup(cfg_getstr(section, "header"));
	example->body = g_strdup(cfg_getstr(section, "body"));
	example->refuses = cfg_getbool(section, "refuses");
	example->market = g_strdup(cfg_getstr(section, "market"));
	example->speaker = g_strdup(cfg_getstr(section, "is"));
	example->notice = g_strdup(cfg_getstr(section, "notice"));
	example->topic = g_strdup(cfg_getstr(section, "topic"));
	example->wish = g_strdup(cfg_getstr(section, "wish"));
	example->text = g_strdup(cfg_getstr(section, "text"));
	example->buyer = g_strdup(cfg_getstr(section, "buyer"));
	example->orders = confuse_list(section, "orders");
	example->amount_cents = cfg_getint(section, "amount_cents");
	example->limit_s = cfg_getint(section, "within_seconds");
	return true;
}

typedef bool read_section(cfg_t *section, struct channel *channel, GError **error);

static bool read_sections(cfg_t *cfg, struct channel *channel, GError **error)
{
	static const struct { const char *name; read_section *read; } kinds[] = {
		{ "market", read_market }, { "sender", read_sender }, { "typed", read_typed }, { "topic", read_topic },
		{ "notice", read_notice }, { "order", read_order }, { "answer", read_answer }, { "example", read_example },
	};

	for (gsize k = 0; k < G_N_ELEMENTS(kinds); k++)
		for (unsigned i = 0; i < cfg_size(cfg, kinds[k].name); i++)
			if (!kinds[k].read(cfg_getnsec(cfg, kinds[k].name, i), channel, error))
				return false;
	return true;
}

static bool read_file(cfg_t *cfg, struct channel *channel, GError **error)
{
	channel->market_header = g_strdup(cfg_getstr(cfg, "market_header"));
	channel->any_dashes = cfg_getbool(cfg, "any_dashes");
	channel->pre = cfg_getbool(cfg, "pre");
	channel->quotes_are_buyer = cfg_getbool(cfg, "quotes_are_buyer");
	channel->reply_to_buyer = cfg_getbool(cfg, "reply_to_is_buyer");
	return read_patterns(cfg, "begins", OVER_LINES, channel->begins, error) &&
		read_patterns(cfg, "ends", OVER_LINES, channel->ends, error) &&
		read_patterns(cfg, "footers", OVER_LINES, channel->footers, error) &&
		read_patterns(cfg, "wrappers", OVER_LINES, channel->wrappers, error) &&
		read_patterns(cfg, "looks_like", OVER_TEXT, channel->marks, error) &&
		read_regex(cfg, "buyer_field", OVER_TEXT, &channel->buyer_field, error) &&
		read_regex(cfg, "name_field", OVER_TEXT, &channel->name_field, error) && read_sections(cfg, channel, error);
}

static bool add(struct channels *channels, const char *name, const char *file, cfg_t *cfg, GError **error)
{
	struct channel *channel;
	bool good;

	if (!cfg)
		return false;
	channel = channel_new(name, file);
	g_ptr_array_add(channels->list, channel);
	good = read_file(cfg, channel, error);
	cfg_free(cfg);
	return good;
}

bool channels_load_text(struct channels *channels, const char *name, const char *file, const char *text, GError **error)
{
	return add(channels, name, file, confuse_read_text(file, text, file_options, error), error);
}

struct channels *channels_load(const struct overlay *overlay, GError **error)
{
	struct channels *channels = channels_new();
	g_autoptr(GPtrArray) files = overlay_list(overlay, "channels", ".conf");
	bool good = true;

	for (guint i = 0; good && i < files->len; i++) {
		const char *path = g_ptr_array_index(files, i);
		g_autofree char *name = g_path_get_basename(path);

		name[strlen(name) - strlen(".conf")] = '\0';
		good = add(channels, name, path, confuse_read(path, file_options, error), error);
	}
	/* Examples need all channels: one file's must not be taken by another's. */
	for (guint i = 0; good && i < channels->list->len; i++)
		good = channel_prove(channels, g_ptr_array_index(channels->list, i), error);
	if (good)
		return channels;
	channels_free(channels);
	return NULL;
}
