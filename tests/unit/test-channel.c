#include "tests/lib/unit.h"

#include "wismo/conf/channel.h"
#include "wismo/core/numbers.h"

#include <string.h>

static char *templates(void)
{
	return g_build_filename(g_getenv("WISMO_TEST_SRC") ? g_getenv("WISMO_TEST_SRC") : ".", "templates", NULL);
}

static struct channels *shipped(void)
{
	g_autofree char *folder = templates();
	g_autoptr(GError) error = NULL;
	scoped(overlay) overlay = overlay_new(folder, &error);
	struct channels *channels = overlay ? channels_load(overlay, &error) : NULL;

	if (!channels)
		fail_msg("%s", error->message);
	return channels;
}

static void the_shipped_files_hold_their_examples(void **state)
{
	static const char *const names[] = { "amazon", "ebay", "etsy", "kaufland", "otto", "shopify", "shop" };
	scoped(channels) channels = shipped();

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		assert_non_null(channels_find(channels, names[i]));
	assert_int_equal(channels_find(channels, "amazon")->markets->len, 22);
}

static const char *who(const struct channels *channels, const char *from, struct sighting *seen)
{
	scoped(letter) letter = letter_new();

	letter->from = g_strdup(from);
	letter->from_count = 1;
	channels_sight(channels, letter, NULL, seen);
	return seen->channel ? seen->channel->name : "none";
}

static void all_relay_domains_are_amazon_and_no_look_alike_is(void **state)
{
	static const char *const forged[] = { "x%s.evil.com", "x.%s", "x%s@a.example", "evil-%s" };
	scoped(channels) channels = shipped();
	const struct channel *amazon = channels_find(channels, "amazon");

	(void) state;
	for (guint i = 0; i < amazon->markets->len; i++) {
		const struct channel_market *market = g_ptr_array_index(amazon->markets, i);
		g_autofree char *relay = g_strdup_printf("marketplace.%s", market->domain);
		g_autofree char *address = g_strdup_printf("a1b2c3d4e5f6g7+45c48cce-2e2d-4fbd-aa1a-fc51c7c6ad26@%s", relay);
		struct sighting seen;

		assert_string_equal(who(channels, address, &seen), "amazon");
		assert_int_equal(seen.speaker, SPEAKER_BUYER);
		assert_ptr_equal(seen.market, market);
		assert_true(g_str_has_prefix(seen.alias, "a1b2c3d4e5f6g7@"));
		assert_string_equal(seen.reply_to, address);
		assert_string_equal(seen.case_ref, "45c48cce-2e2d-4fbd-aa1a-fc51c7c6ad26");
		sighting_clear(&seen);
		for (gsize f = 0; f < G_N_ELEMENTS(forged); f++) {
			const char *mark = strstr(forged[f], "%s");
			g_autofree char *evil = g_strdup_printf("a1b2c3d4e5f6g7@%.*s%s%s", (int) (mark - forged[f]), forged[f], relay, mark + 2);

			assert_string_equal(who(channels, evil, &seen), "none");
			sighting_clear(&seen);
		}
	}
}

static void the_case_suffix_is_found_wherever_it_shows(void **state)
{
	scoped(channels) channels = shipped();
	scoped(letter) letter = letter_new();
	struct sighting seen;

	(void) state;
	letter->from = g_strdup("a1b2c3d4e5f6g7@marketplace.amazon.de");
	letter->from_count = 1;
	g_ptr_array_add(letter->recipients, g_strdup("bsm@example.com"));
	g_ptr_array_add(letter->recipients, g_strdup("a1b2c3d4e5f6g7+133a066e@marketplace.amazon.de"));
	channels_sight(channels, letter, NULL, &seen);
	assert_string_equal(seen.case_ref, "133a066e");
	assert_string_equal(seen.reply_to, "a1b2c3d4e5f6g7+133a066e@marketplace.amazon.de");
	assert_string_equal(seen.alias, "a1b2c3d4e5f6g7@marketplace.amazon.de");
	sighting_clear(&seen);
}

static void an_unknown_type_of_notice_is_for_a_person(void **state)
{
	scoped(channels) channels = shipped();
	scoped(letter) letter = letter_new();
	struct letter_header *header = g_new0(struct letter_header, 1);
	struct sighting seen;

	(void) state;
	letter->from = g_strdup("a1b2c3d4e5f6g7@marketplace.amazon.de");
	header->name = g_strdup("x-space-notification-type");
	header->value = g_strdup("SOMETHING_NEW");
	g_ptr_array_add(letter->headers, header);
	channels_sight(channels, letter, NULL, &seen);
	assert_int_equal(seen.speaker, SPEAKER_UNKNOWN);
	sighting_clear(&seen);
}

static void mistakes_are_told_with_file_and_line(void **state)
{
	static const struct { const char *text, *says; } rows[] = {
		{ "begins = {'('}\n", "x.conf:" },
		{ "order \"a\" {\n pattern = '['\n}\n", "x.conf:" },
		{ "sender \"a\" { domains = {\"a.example\"} is = friend }\n", "is must be buyer or notice" },
		{ "sender \"a\" { is = buyer }\n", "domains is missing" },
		{ "sender \"a\" { domains = {\"a.example\"} is = notice notice = lunch }\n", "notice \"lunch\" is unknown" },
		{ "topic \"a\" { intent = hunger subjects = {'a'} }\n", "intent \"hunger\" is unknown" },
		{ "topic \"a\" { wish = peace subjects = {'a'} }\n", "wish \"peace\" is unknown" },
		{ "nonsense = 1\n", "x.conf:1" },
		{ "\n\nanswer {\n w = 1\n}\n", "x.conf:4: no such option 'w'" },
		{ "source = \"\\xae\"\n", "x.conf:2: source: an escape makes it no UTF-8" },
		{ "answer { max_chars = -1 }\n", "negative" },
		{ "market \"de\" { lang = \"de\" }\n", "domain is missing" },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		scoped(channels) channels = channels_new();
		g_autoptr(GError) error = NULL;

		assert_false(channels_load_text(channels, "x", "x.conf", rows[i].text, &error));
		if (!strstr(error->message, rows[i].says) || !g_str_has_prefix(error->message, "x.conf:"))
			fail_msg("\"%s\" does not say \"%s\"", error->message, rows[i].says);
	}
}

/* The file that wismo-channels(5) shows must be one. */
static void the_manuals_example_is_a_whole_file(void **state)
{
	const char *root = g_getenv("WISMO_TEST_SRC") ? g_getenv("WISMO_TEST_SRC") : ".";
	g_autofree char *path = g_build_filename(root, "contrib", "man", "wismo-channels.5", NULL);
	scoped(channels) channels = shipped();
	g_autoptr(GError) error = NULL;
	g_autofree char *page = NULL;
	g_auto(GStrv) pieces = NULL;
	g_autofree char *text = NULL;
	char *begin, *end;

	(void) state;
	assert_true(g_file_get_contents(path, &page, NULL, NULL));
	begin = strstr(page, "# templates/channels/bazaar.conf");
	assert_non_null(begin);
	end = strstr(begin, "\n.fi");
	assert_non_null(end);
	*end = '\0';
	pieces = g_strsplit(begin, "\\e", -1);
	text = g_strjoinv("\\", pieces);
	if (!channels_load_text(channels, "bazaar", "bazaar.conf", text, &error) ||
	    !channel_prove(channels, channels_find(channels, "bazaar"), &error))
		fail_msg("%s", error->message);
	assert_int_equal(channels_find(channels, "bazaar")->examples->len, 2);
}

static void an_example_that_does_not_hold_stops_the_file(void **state)
{
	scoped(channels) channels = channels_new();
	g_autoptr(GError) error = NULL;

	(void) state;
	assert_true(channels_load_text(channels, "x", "x.conf", "sender \"a\" { domains = {\"a.example\"} is = buyer }\n\n"
				       "example \"wrong\" { from = \"b@a.example\" is = notice }\n", &error));
	assert_false(channel_prove(channels, channels_find(channels, "x"), &error));
	assert_string_equal(error->message, "x.conf:3: example \"wrong\": speaker should be \"notice\", but is \"buyer\"");
}

static void amounts_and_terms_are_read_in_all_styles(void **state)
{
	static const struct { const char *text; gint64 cents, seconds; } rows[] = {
		{ "Importo: 119,00 €, rispondi entro 3 giorni", 11900, 259200 }, { "in the amount of $64.50 within 48 hours", 6450, 172800 },
		{ "(EUR 1.249,00) innerhalb von 3 Kalendertagen", 124900, 259200 }, { "EUR 39.9", 3990, 0 }, { "1,249.00 USD", 124900, 0 },
		{ "£5", 500, 0 }, { "1 249,50 kr, 2 dagar", 124950, 172800 }, { "120 zł w ciągu 48 godzin", 12000, 172800 },
		{ "¥3,000 48時間以内", 300000, 172800 }, { "kein Geld, Bestellung 302-1234567-1234567", -1, 0 }, { "", -1, 0 },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		assert_int_equal(numbers_amount(rows[i].text), rows[i].cents);
		assert_int_equal(numbers_term(rows[i].text), rows[i].seconds);
	}
	assert_int_equal(numbers_amount(NULL), -1);
}

static void order_numbers_are_found_in_every_form(void **state)
{
	static const struct { const char *channel, *text, *wanted; } rows[] = {
		{ "amazon", "302-1234567-1234567", "302-1234567-1234567" }, { "amazon", "302 1234567 1234567", "302-1234567-1234567" },
		{ "amazon", "30212345671234567", "302-1234567-1234567" }, { "amazon", "302–1234567–1234567", "302-1234567-1234567" },
		{ "amazon", "３０２-1234567-1234567", "302-1234567-1234567" },
		{ "amazon", "(Bestellung:302-1234567-1234567)", "302-1234567-1234567" },
		{ "amazon", "302-1234567-1234567, 303-1234567-1234567, 302-1234567-1234567", "302-1234567-1234567 303-1234567-1234567" },
		{ "amazon", "1302-1234567-1234567 302-1234567-12345678", "" }, { "amazon", "JJD00030212345671234567", "" },
		{ "ebay", "09-22841-77305", "09-22841-77305" }, { "shop", "Bestellnummer: 88124", "88124" }, { "shop", "order no. 50921!", "50921" },
		{ "shop", "n° de commande", "" }, { "shop", "Rechnung 2026-100 vom 3.11.", "" }, { "shop", "#1203", "#1203" }, { "shop", "Auftrag AB-4711", "AB-4711" },
		{ "shop", "sipariş no: 4711", "4711" }, { "shop", "ご注文番号 123456", "123456" }, { "shop", "order 100 EUR worth", "" },
	};
	scoped(channels) channels = shipped();

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
		g_autofree char *joined = NULL;

		numbers_orders(channels_find(channels, rows[i].channel), rows[i].text, found);
		g_ptr_array_add(found, NULL);
		joined = g_strjoinv(" ", (char **) found->pdata);
		if (strcmp(joined, rows[i].wanted) != 0)
			fail_msg("%s: \"%s\" should give \"%s\", but gives \"%s\"", rows[i].channel, rows[i].text, rows[i].wanted, joined);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_files_hold_their_examples),
		cmocka_unit_test(all_relay_domains_are_amazon_and_no_look_alike_is),
		cmocka_unit_test(the_case_suffix_is_found_wherever_it_shows),
		cmocka_unit_test(an_unknown_type_of_notice_is_for_a_person),
		cmocka_unit_test(mistakes_are_told_with_file_and_line),
		cmocka_unit_test(the_manuals_example_is_a_whole_file),
		cmocka_unit_test(an_example_that_does_not_hold_stops_the_file),
		cmocka_unit_test(amounts_and_terms_are_read_in_all_styles),
		cmocka_unit_test(order_numbers_are_found_in_every_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
