#include "tests/lib/unit.h"

#include "wismo/conf/carrier.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static struct carriers *shipped(void)
{
	g_autofree char *folder = g_build_filename(g_getenv("WISMO_TEST_SRC") ? g_getenv("WISMO_TEST_SRC") : ".", "templates", NULL);
	g_autoptr(GError) error = NULL;
	scoped(overlay) overlay = overlay_new(folder, &error);
	struct carriers *carriers = overlay ? carrier_load(overlay, &error) : NULL;

	if (!carriers)
		fail_msg("%s", error->message);
	return carriers;
}

/* "number carrier, number carrier": the first carrier of each number in a text. */
static char *numbers_in(const struct carriers *carriers, const char *text)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(found_number_free);
	GString *out = g_string_new(NULL);

	carriers_find(carriers, text, found);
	for (guint i = 0; i < found->len; i++) {
		const struct found_number *one = g_ptr_array_index(found, i);

		g_string_append_printf(out, "%s%s %s", i ? ", " : "", one->number, (const char *) one->carriers->pdata[0]);
	}
	return g_string_free(out, FALSE);
}

struct row { const char *text, *numbers; };

static void compare(const struct row *rows, gsize count)
{
	scoped(carriers) carriers = shipped();

	for (gsize i = 0; i < count; i++) {
		g_autofree char *numbers = numbers_in(carriers, rows[i].text);

		if (strcmp(numbers, rows[i].numbers) != 0)
			fail_msg("%s\n  found:  %s\n  wanted: %s", rows[i].text, numbers, rows[i].numbers);
	}
}

static void numbers_are_found_as_people_write_them(void **state)
{
	static const struct row rows[] = {
		{ "Sendung 00340434161094015902 ist weg", "00340434161094015902 dhl" },
		{ "0034 0434 1610 9401 5902", "00340434161094015902 dhl" },
		{ "meine nummer (00340434161094015902), bitte schauen.", "00340434161094015902 dhl" },
		{ "1z 5r8 939 03 5756 712 7 says delivered", "1Z5R89390357567127 ups" },
		{ "UPS#1Z5R89390357567127", "1Z5R89390357567127 ups" },
		{ "It is 9400-1112-0620-6406-2607-87 at USPS", "9400111206206406260787 usps" },
		{ "rr 123 456 785 de", "RR123456785DE dhl" },
		{ "RR123456785GB\nRB123456785CV", "RR123456785GB royal_mail, RB123456785CV posts" },
		{ "Пратка с Еконт: 1051234567890", "1051234567890 econt" },
		{ "Israel Post RR123456785IL", "RR123456785IL israel_post" },
		{ "Paketnummer 01015026003653", "01015026003653 dpd" },
		{ "GLS 36301917596, seit Montag", "36301917596 gls" },
		{ "GLS-Paketnr. 05630191759", "05630191759 gls" },
		{ "Colis DPD 09447104918387D perdu", "09447104918387D dpd" },
		{ "Hermes Sendungsnummer: 0218 0171 0036 54", "02180171003654 hermes" },
		{ "追跡番号：４９０９-１３６１-１２５２（ヤマト）", "490913611252 yamato" },
		{ "ヤマトさんに490913611252を問い合わせた", "490913611252 yamato" },
		{ "746277352724 takip no ile sorguladım", "746277352724 fedex" },
		{ "0000458812390U - DPD odsyła", "0000458812390U dpd" },
		{ "99.60.132730.02019507 steht still, Schweizerische Post", "996013273002019507 swiss_post" },
		{ "Paczka InPost 620999677033395439338699", "620999677033395439338699 inpost" },
		{ "TBA305938274011 never came", "TBA305938274011 amazon" },
		{ "tracking 3SABCD123456789 en RR123456785NL", "3SABCD123456789 postnl, RR123456785NL postnl" },
		{ "Sendungsnummern 36301917596 und 36301917604 (GLS)", "36301917596 gls, 36301917604 gls" },
		{ "two times: 1Z5R89390357567127 and again 1Z 5R8 939 03 5756 712 7", "1Z5R89390357567127 ups" },
		{ "https://www.ups.com/track?tracknum=1Z5R89390357567127&loc=de", "1Z5R89390357567127 ups" },
		{ "00340434161094015902 – Zustellung am 12.11.2026 um 10:02", "00340434161094015902 dhl" },
		{ "Kundennummer 4711, Sendung JJD000390007882012345", "JJD000390007882012345 dhl" },
	};

	(void) state;
	compare(rows, G_N_ELEMENTS(rows));
}

static void other_numbers_are_no_parcels(void **state)
{
	static const struct row rows[] = {
		/* a carrier's name, and yet another number */
		{ "Econt, order 1051234567890", "" },
		{ "Econt 2 x\n1051234567890", "" },
		{ "Econt: 0888 123 456", "" },
		/* phones */
		{ "Wo ist mein Paket? Tel. 0171 2345678", "" },
		{ "Mein Paket fehlt. 01712345678", "" },
		{ "Paket nicht da, rufen Sie an: +49 171 2345678", "" },
		{ "package lost, call 0049 171 2345678", "" },
		{ "Paket? 030/12345678 oder (030) 1234567", "" },
		{ "colis perdu, 06 12 34 56 78", "" },
		{ "My package is lost. (555) 123-4567", "" },
		{ "package, 555-123-4567", "" },
		{ "il pacco non c'è, 333 1234567", "" },
		{ "paquete, 612 345 678", "" },
		{ "荷物が届きません。電話 090-1234-5678", "" },
		{ "paczka, tel. 601 234 567", "" },
		{ "kargo gelmedi 05551112233", "" },
		{ "kurye eskisini arıyor 0555 000 11 22", "" },
		{ "parcel lost 07700900123", "" },
		{ "荷物が来ない。09012345678", "" },
		/* orders of marketplaces */
		{ "Paket zur Bestellung 302-1234567-1234567 fehlt", "" },
		{ "package 302 1234567 1234567", "" },
		{ "eBay order 12-34567-89012, package missing", "" },
		{ "Paket 12 34567 89012", "" },
		{ "Paket zu Bestellnummer 123456789012 fehlt", "" },
		{ "my order number is 1234567890 and the parcel is missing", "" },
		{ "Sendung fehlt. Auftrag: 98765432101", "" },
		{ "colis, commande n° 123456789012", "" },
		/* accounts, taxes */
		{ "Paket weg, Geld auf DE89 3704 0044 0532 0130 00 bitte", "" },
		{ "package refund to GB29NWBK60161331926819", "" },
		{ "paquete, ES9121000418450200051332", "" },
		{ "Paket, USt-IdNr. DE123456789", "" },
		{ "parcel refund, card 4111111111111111", "" },
		{ "Paket, Konto 1234567890", "" },
		/* articles */
		{ "Das Paket mit EAN 4006381333931 fehlt", "" },
		{ "Paket mit 4006381333931 fehlt", "" },
		{ "package with ASIN B07RQ3NLB6 and item 123456789012", "" },
		{ "Karton 30x20x15 als Paket", "" },
		{ "Seriennummer 123456789012 im Paket", "" },
		/* customers */
		{ "Kundennummer 12345678901, mein Paket fehlt", "" },
		{ "parcel missing, customer no. 123456789012", "" },
		{ "12345678901 ist meine Kundennummer. Wo bleibt das Paket", "" },
		{ "Rechnung 2026110012345 liegt im Paket", "" },
		/* dates, prices, sizes, addresses */
		{ "Paket seit 12.11.2026 - 14:30 Uhr weg", "" },
		{ "parcel 2026-11-24 12:30:00", "" },
		{ "Paket fuer 1.234.567,00 EUR", "" },
		{ "Paket an 12345678901@example.org", "" },
		{ "192.168.100.200 parcel", "" },
		/* bare digits with no word near, wrong check digits, fillers */
		{ "12345678901", "" },
		{ "Bitte um Antwort zu 123456789012.", "" },
		{ "Sendung 00340434161094015903", "" },
		{ "parcel 9400111206206406260788", "" },
		{ "1Z5R89390357567128 is the tracking number", "" },
		{ "Paket 000000000000", "" },
		{ "RB123456785XX parcel", "" },
		{ "kommt am 12 11 2026 das Paket", "" },
	};

	(void) state;
	compare(rows, G_N_ELEMENTS(rows));
}

static void words_of_customers_do_not_hide_a_proven_number(void **state)
{
	static const struct row rows[] = {
		{ "Bestellung 00340434161094015902", "00340434161094015902 dhl" },
		{ "order tracking number 36301917596", "36301917596 gls" },
		{ "Telefonisch hat DHL zu 00340434161094015902 nichts gewusst", "00340434161094015902 dhl" },
		{ "Sayın müşterimiz, 490913611252 numaralı gönderiniz", "490913611252 sagawa" },
	};

	(void) state;
	compare(rows, G_N_ELEMENTS(rows));
}

/* Is a number valid as this carrier's, whatever the form? */
static bool own_ok(const struct carrier *carrier, const char *number)
{
	struct carrier_candidate own;

	return carrier_form_of(carrier, number, &own) && own.valid;
}

/* A check digit that works leaves one sign of the number no choice: with any other digit there, no form of the
 * carrier, the loose ones included, may take it. */
static bool one_place_is_fixed(const struct carrier *carrier, const char *number)
{
	for (gsize at = 0; at < strlen(number); at++) {
		g_autofree char *other = g_strdup(number);
		bool fixed = true;

		for (char c = '0'; c <= '9' && fixed; c++) {
			other[at] = c;
			fixed = c == number[at] || !own_ok(carrier, other);
		}
		if (fixed && g_ascii_isdigit(number[at]))
			return true;
	}
	return false;
}

static void a_changed_check_digit_is_no_longer_the_carriers_own(void **state)
{
	scoped(carriers) carriers = shipped();
	const struct carrier *carrier;
	guint forms = 0;

	(void) state;
	for (guint n = 0; (carrier = carriers_nth(carriers, n)); n++)
		for (guint i = 0; i < carrier->forms->len; i++) {
			const struct carrier_form *form = g_ptr_array_index(carrier->forms, i);

			if (!form->check || form->observed || form->proves_only)
				continue;
			forms++;
			for (guint k = 0; k < form->valid->len; k++) {
				g_autofree char *number = carrier_normal(form->valid->pdata[k]);

				if (g_ascii_isdigit(number[strlen(number) - 1]) && !one_place_is_fixed(carrier, number))
					fail_msg("%s: %s: %s is taken with any digit", carrier->name, form->name, number);
			}
		}
	assert_true(forms > 90);
}

static void a_failed_check_is_not_mended_by_a_looser_form(void **state)
{
	static const struct row rows[] = {	/* number, carrier that must not have it */
		{ "LX123456786DE", "dhl" }, { "RR123456786CN", "china_post" }, { "71969010756003077387", "usps" },
		{ "03071790000523483743", "usps" }, { "D10011354453709", "ontrac" }, { "61299998820821171812", "fedex" },
		{ "420221539101026837331000039522", "usps" }, { "320595463939", "purolator" }, { "01015026003654C", "dpd" },
	};
	scoped(carriers) carriers = shipped();

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		if (own_ok(carriers_get(carriers, rows[i].numbers), rows[i].text))
			fail_msg("%s passes as %s", rows[i].text, rows[i].numbers);
}

/* A carrier from the text of its file. */
static struct carriers *written(const char *text)
{
	g_autofree char *path = NULL;
	g_autoptr(GError) error = NULL;
	struct carriers *carriers = carriers_new();
	int file = g_file_open_tmp("carrier-XXXXXX.conf", &path, &error);

	assert_true(file >= 0 && g_close(file, NULL) && g_file_set_contents(path, text, -1, NULL));
	if (!carrier_load_file(path, carriers, &error))
		fail_msg("%s", error->message);
	unlink(path);
	return carriers;
}

static void a_form_with_a_check_decides_before_a_looser_one(void **state)
{
	scoped(carriers) carriers = written("carrier \"x\" { title = \"X\" also = { \"x\" }\n"
		"number \"any\" { form = '[0-9]{10,14}' likely = 9 valid = { \"12345678901\" } }\n"
		"number \"checked\" { form = '9([0-9]{13})' check = gs1 before = \"1\" likely = 2 valid = { \"90000000000007\" }"
		" invalid = { \"90000000000001\" } } }\n");
	const struct carrier *x = carriers_get(carriers, "x");
	struct carrier_candidate own;

	(void) state;
	assert_true(carrier_form_of(x, "90000000000007", &own) && own.valid && own.proven);
	assert_true(carrier_form_of(x, "90000000000001", &own) && !own.valid);
	assert_string_equal(own.form->name, "checked");
	assert_true(carrier_form_of(x, "80000000000007", &own) && own.valid && !own.proven);
}

static void an_unpublished_rule_lowers_but_does_not_refuse(void **state)
{
	static const struct { const char *carrier, *right, *unusual; } rows[] = {
		{ "sf_express", "SF1406050054883", "SF1406050054884" },
		{ "correos", "PQ856C0710027820144566Q", "PQ856C0710027820144566T" },
		{ "laposte", "8A00054163416", "8A00054163417" },
		{ "post_at", "1019012500386270268443", "1019012500386270268446" },
	};
	scoped(carriers) carriers = shipped();

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct carrier *carrier = carriers_get(carriers, rows[i].carrier);
		struct carrier_candidate right, unusual;

		assert_true(carrier_form_of(carrier, rows[i].right, &right) && carrier_form_of(carrier, rows[i].unusual, &unusual));
		assert_true(right.valid && right.proven && unusual.valid && !unusual.proven);
		assert_true(right.likely > unusual.likely);
	}
}

static void a_carrier_is_asked_for_the_number_that_it_knows(void **state)
{
	static const struct { const char *carrier, *number, *asked; } rows[] = {
		{ "usps", "420 22153 9101026837331000039521", "9101026837331000039521" },
		{ "usps", "4201002334249200190132607600833457", "9200190132607600833457" },
		{ "usps", "9400111206206406260787", "9400111206206406260787" },
		{ "fedex", "1001921334250001000300779017972697", "779017972697" },
		{ "fedex", "9622001900000000000000776632517510", "776632517510" },
		{ "fedex", "9611020987654312345672", "987654312345672" },
		{ "fedex", "32971514560102447849175802862014", "784917580286" },
		{ "fedex", "98657878 8855", "986578788855" },
		{ "dpd", "0101 5026 0036 53 C", "01015026003653" },
		{ "dpd", "008182709980000020033350276C", "09980000020033" },
		{ "dpd", "01015026003653", "01015026003653" },
		{ "dhl", "(00)340434161094015902", "00340434161094015902" },
		{ "ups", "no number of theirs", "NONUMBEROFTHEIRS" },
	};
	scoped(carriers) carriers = shipped();

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *asked = carrier_asked(carriers_get(carriers, rows[i].carrier), rows[i].number);

		assert_string_equal(asked, rows[i].asked);
	}
}

static void the_page_of_a_form_wins_over_the_carriers(void **state)
{
	scoped(carriers) carriers = shipped();
	const struct carrier *dhl = carriers_get(carriers, "dhl");
	g_autofree char *parcel = carrier_page(dhl, "00340434161094015902");
	g_autofree char *express = carrier_page(dhl, "33 1881 0025");

	(void) state;
	assert_true(g_str_has_prefix(parcel, "https://www.dhl.de/"));
	assert_true(g_str_has_prefix(express, "https://www.dhl.com/"));
	assert_ptr_equal(carriers_named(carriers, "DHL Express"), dhl);
}

static void every_check_rule_stands_in_the_manual(void **state)
{
	g_autofree char *path = g_build_filename(g_getenv("WISMO_TEST_SRC") ? g_getenv("WISMO_TEST_SRC") : ".", "contrib", "man",
						 "wismo-carriers.5", NULL);
	g_autofree char *manual = NULL;
	const struct check_rule *rule;

	(void) state;
	assert_true(g_file_get_contents(path, &manual, NULL, NULL));
	for (unsigned n = 0; (rule = check_nth(n)); n++) {
		g_autofree char *entry = g_strdup_printf(".TP\n.B %s\n", check_name(rule));

		if (!strstr(manual, entry))
			fail_msg("wismo-carriers(5) does not tell of %s", check_name(rule));
	}
}

/* Each event's code, text and coarse word may be made of those that were computed before, for this event. */
static void an_event_knows_nothing_of_the_one_before(void **state)
{
	scoped(carriers) carriers = written("carrier \"acme\" {\n"
		"number \"n\" { form = '[0-9]{8}' valid = { \"12345678\" } }\n"
		"step \"ask\" { url = \"https://api.acme.example/{number}\" }\n"
		"answer { outcome \"unknown\" { when = { \"http = 404\" } } events = \"body -> '$.events'\" order = oldest_first\n"
		"code = \"coalesce(event ->> '$.code', code, text, coarse)\" text = \"coalesce(event ->> '$.text', text, coarse)\" coarse = \"event ->> '$.coarse'\" }\n"
		"map { is = delivered code = { \"D\" } } map { is = in_transit coarse = { \"T\" } }\n"
		"sample \"one\" { body = '{\"events\":[{\"code\":\"D\",\"coarse\":\"D\"}]}' status = delivered }\n"
		"sample \"none\" { http = 404 outcome = unknown } }\n");
	const struct carrier *carrier = carriers_get(carriers, "acme");

	for (int again = 0; again < 2; again++) {
		scoped(tracking) t = carrier_read(carrier, carrier->steps->pdata[0], 200, "{\"events\":[{\"coarse\":\"T\"},"
			"{\"code\":\"D\",\"text\":\"Delivered\",\"coarse\":\"D\"},{\"coarse\":\"T\"},{\"code\":\"D\",\"text\":\"Delivered\",\"coarse\":\"D\"}]}", "12345678", NULL, 4102444800);

		assert_int_equal(t->events->len, 4);
		for (guint i = 0; i < 4; i += 2) {
			const struct track_event *event = g_ptr_array_index(t->events, i);

			assert_null(event->code);
			assert_null(event->text);
			assert_int_equal(event->status, TRACK_IN_TRANSIT);
		}
	}
	(void) state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_found_as_people_write_them),
		cmocka_unit_test(other_numbers_are_no_parcels),
		cmocka_unit_test(words_of_customers_do_not_hide_a_proven_number),
		cmocka_unit_test(a_changed_check_digit_is_no_longer_the_carriers_own),
		cmocka_unit_test(a_failed_check_is_not_mended_by_a_looser_form),
		cmocka_unit_test(a_form_with_a_check_decides_before_a_looser_one),
		cmocka_unit_test(an_unpublished_rule_lowers_but_does_not_refuse),
		cmocka_unit_test(a_carrier_is_asked_for_the_number_that_it_knows),
		cmocka_unit_test(every_check_rule_stands_in_the_manual),
		cmocka_unit_test(the_page_of_a_form_wins_over_the_carriers),
		cmocka_unit_test(an_event_knows_nothing_of_the_one_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
