#include "tests/lib/unit.h"

#include "wismo/core/buyertext.h"

#include <string.h>

/* What programs write around history: only NEU and what belongs to it may stay. */
static const struct { const char *whole, *own; } rows[] = {
	{ "NEU\n\nAm 4.11.2026 um 09:20 schrieb Shop <s@example.com>:\n> alt\n> alt", "NEU" },
	{ "NEU\n\nAm Mi., 4. Nov. 2026 um 10:22 Uhr schrieb Seller - Marketplace <\nbsm@example.com>:\n\n> alt", "NEU" },
	{ "NEU\n\nAm Donnerstag, 5. November 2026 um 20:11:00 MEZ hat Shop <s@example.com> Folgendes geschrieben:\n\nalt ohne Zeichen", "NEU" },
	{ "NEU\n\nOn 7 Nov 2026, at 10:02, Shop <s@example.com> wrote:\n\nalt", "NEU" },
	{ "NEU\n\n  On Thu, 5 Nov 2026 at 20:11, Shop<s@example.com> wrote:   alt alt", "NEU" },
	{ "NEU\n\nLe mar. 3 nov. 2026 à 10:00, Boutique <s@example.com> a écrit :\n> vieux", "NEU" },
	{ "NEU\n\nEl mar, 3 nov 2026 a las 10:00, Tienda (<s@example.com>) escribió:\n> viejo", "NEU" },
	{ "NEU\n\nIl giorno mar 3 nov 2026 alle ore 10:00 Negozio <s@example.com> ha scritto:\n> vecchio", "NEU" },
	{ "NEU\n\nOp di 3 nov 2026 om 10:00 schreef Winkel <s@example.com>:\n> oud", "NEU" },
	{ "NEU\n\nW dniu 4.11.2026 o 12:10, Sklep pisze:\n> stare", "NEU" },
	{ "NEU\n\nwt., 3 lis 2026 o 10:00 Sklep <s@example.com> napisał(a):\n> stare", "NEU" },
	{ "NEU\n\nDen tis 3 nov. 2026 kl 10:00 skrev Butik <s@example.com>:\n> gammalt", "NEU" },
	{ "NEU\n\nLoja <s@example.com> escreveu no dia quinta, 5/11/2026 à(s) 09:12:\n\n> velho", "NEU" },
	{ "NEU\n\nEm ter., 3 de nov. de 2026 às 10:00, Loja <s@example.com> escreveu:\n> velho", "NEU" },
	{ "NEU\n\nMağaza <s@example.com>, 3 Kas 2026 Sal, 10:00 tarihinde şunu yazdı:\n> eski", "NEU" },
	{ "NEU\n\n2026年11月5日(木) 9:12 店 <s@example.com>:\n> 古い", "NEU" },
	{ "NEU\n\n-----Ursprüngliche Nachricht-----\nVon: Shop\nalt", "NEU" },
	{ "NEU\n\n-----Original Message-----\nalt", "NEU" },
	{ "NEU\n\n________________________________\nVon: Shop <s@example.com>\nGesendet: Montag\nAn: Ich\nBetreff: x\n\nalt", "NEU" },
	{ "NEU\n\nGesendet: Freitag, 06. November 2026 um 10:02 Uhr\nVon: \"Shop\"\nAn: Kurt\nBetreff: Re\nalt", "NEU" },
	{ "NEU\n\nDe : Boutique\nEnvoyé : lundi\nÀ : moi\nObjet : x\n\nvieux", "NEU" },
	{ "NEU\n\nDa: Negozio\nInviato: martedì\nA: me\nOggetto: x\n\nvecchio", "NEU" },
	{ "NEU\n\nVan: Winkel\nVerzonden: dinsdag\nAan: ik\nOnderwerp: x\n\noud", "NEU" },
	{ "NEU\n\nKimden: Mağaza\nGönderildi: 4 Kasım\nKonu: x\n\neski", "NEU" },
	{ "NEU\n\n*From:* Shop\n*Sent:* Monday\n*To:* me\n*Subject:* x\n\nold", "NEU" },
	{ "NEU\n\nVon meinem iPhone gesendet\n\n> Am 1.1.2026 um 10:00 schrieb Shop <s@example.com>:\n> alt", "NEU" },
	{ "NEU\n\nSent from my iPhone", "NEU" },
	{ "NEU\n\nSent from Yahoo Mail on Android", "NEU" },
	{ "NEU\n\nGet Outlook for iOS", "NEU" },
	{ "NEU\n\nInviato da iPhone", "NEU" },
	{ "NEU\n\nEnvoyé de mon iPhone", "NEU" },
	{ "NEU\n\nEnviado desde mi iPhone", "NEU" },
	{ "NEU\n\nVerstuurd vanaf mijn iPhone", "NEU" },
	{ "NEU\n\nWysłane z iPhone'a", "NEU" },
	{ "NEU\n\nSkickat från min iPhone", "NEU" },
	{ "NEU\n\niPhone'umdan gönderildi", "NEU" },
	{ "NEU\n\niPhoneから送信", "NEU" },
	{ "NEU\n\nDiese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.", "NEU" },
	{ "NEU\n-- \nSabine\nElternbeirat", "NEU" },
	{ "NEU\n\nThis e-mail is confidential and intended only for the recipient.\nMore law.", "NEU" },
	{ "Am 4.11.26 um 09:20 schrieb Shop:\n> ist es da?\n\nNEU eins.\n\n> Sonst Ersatz?\n\nNEU zwei.\n\n-- \nS", "NEU eins.\n\nNEU zwei." },
	{ "On 7 Nov 2026, Shop wrote:\n\n> We are happy\n\nNEU", "NEU" },
	{ "NEU\nAm Di., 3. Nov. 2026 um 10:00 Uhr schrieb Shop <s@example.com>:\nalt", "NEU" },
	{ "NEU\n3 nov. 2026 kl. 10:00 skrev Butik:\n> gammalt", "NEU" },
	{ "NEU\n\n3 nov. 2026 kl. 10:00 skrev Butik <s@example.com>:\n> gammalt", "NEU" },
	{ "NEU\n\nShop <s@example.com> schrieb am Di., 3. Nov. 2026, 10:00:\n\nalt", "NEU" },
	{ "NEU\n\nOp 3 nov. 2026 om 10:00 heeft Winkel <s@example.com> het volgende geschreven:\n> oud", "NEU" },
	{ "NEU\n\nMustafa Er şunları yazdı (5 Kas 2026 09:12):\n> eski", "NEU" },
	{ "NEU\n\nVon Samsung Galaxy-Smartphone gesendet.\n\n-------- Ursprüngliche Nachricht --------\nVon: Shop\nalt", "NEU" },
	{ "NEU\n\nGesendet mit der GMX iPhone App", "NEU" },
	{ "NEU\n\nDiese Mail wurde mit der WEB.DE Mail App gesendet.", "NEU" },
	{ "NEU\n\nEnviado do Yahoo Mail no Android", "NEU" },
	{ "NEU\n\nHolen Sie sich Outlook für Android", "NEU" },
	{ "NEU\n\n差出人: 店\n送信日時: 2026年11月5日\n宛先: 私\n件名: x\n\n古い", "NEU" },
	{ "NEU\n\n-------- Weitergeleitete Nachricht --------\nBetreff: x\nVon: y\n\nalt", "NEU" },
	{ "NEU\n\nMit freundlichen Grüßen\nB. Muster\n\nTel. +49 30 1234567\nE-Mail: b@example.org\nwww.example.org\n"
	  "Muster GmbH, Sitz: Musterstadt, HRB 12345", "NEU\n\nMit freundlichen Grüßen\nB. Muster" },
	{ "Bestellt, nichts da.\nHandy kaputt angekommen", "Bestellt, nichts da.\nHandy kaputt angekommen" },
	{ "Hello\nPhone never came", "Hello\nPhone never came" },
	{ "Hallo\nE-Mail mit dem Code ist nicht gekommen", "Hallo\nE-Mail mit dem Code ist nicht gekommen" },
	{ "Bitte anrufen:\nTel. 030 1234567\nDanke!", "Bitte anrufen:\nTel. 030 1234567\nDanke!" },
	/* Parcels are sent too. */
	{ "Laut Ihnen\ngesendet mit DHL am 3.11., aber nichts da.", "Laut Ihnen\ngesendet mit DHL am 3.11., aber nichts da." },
	{ "Verzonden met PostNL, nog niets gezien", "Verzonden met PostNL, nog niets gezien" },
	{ "Sent via DHL on Monday", "Sent via DHL on Monday" },
	{ "Kargom 3 Kasım'da gönderildi", "Kargom 3 Kasım'da gönderildi" },
	{ "Am 12.11. um 10:30 schrieb ich Ihnen schon:\nWo ist es?", "Am 12.11. um 10:30 schrieb ich Ihnen schon:\nWo ist es?" },
	/* Not history, although it looks like it. */
	{ "Ich schrieb am Montag schon einmal. Wo ist es?", "Ich schrieb am Montag schon einmal. Wo ist es?" },
	{ "Am Montag habe ich bestellt.\nBis heute: nichts!", "Am Montag habe ich bestellt.\nBis heute: nichts!" },
	{ "Lieferadresse falsch.\nVon: Musterstr. 1\nwill ich nach Neuweg 2.", "Lieferadresse falsch.\nVon: Musterstr. 1\nwill ich nach Neuweg 2." },
	{ "It was sent from my phone shop to me", "It was sent from my phone shop to me" },
	{ "Wo ist es?\n--\nTobias fragt noch einmal:\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\nwo?", NULL },
	/* Cutting that leaves nothing leaves everything. */
	{ "> nur Zitat\n> sonst nichts", "> nur Zitat\n> sonst nichts" },
	{ "", "" },
	{ "\n \n\t\n", "" },
};

static void only_the_buyers_own_words_stay(void **state)
{
	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		scoped(buyertext) text = buyertext_cut_plain(rows[i].whole, NULL);

		if (rows[i].own)
			assert_string_equal(text->own, rows[i].own);
		else
			assert_non_null(strstr(text->own, "15\nwo?"));
	}
}

static void every_kept_byte_knows_its_place(void **state)
{
	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		scoped(buyertext) text = buyertext_cut_plain(rows[i].whole, NULL);

		for (gsize p = 0; text->own[p]; p++)
			if (text->own[p] != '\n')
				assert_int_equal(text->own[p], text->whole[buyertext_whole_at(text, p)]);
	}
}

static void forwarded_mails_are_told(void **state)
{
	scoped(buyertext) forward = buyertext_cut_plain("siehe unten\n\n---------- Forwarded message ---------\nFrom: x\n\nalt", NULL);
	scoped(buyertext) alone = buyertext_cut_plain("Anfang der weitergeleiteten Nachricht:\n\nVon: x\n\nalt", NULL);
	scoped(buyertext) reply = buyertext_cut_plain("NEU\n\nAm 1.1. schrieb X:\n> alt", NULL);

	(void) state;
	assert_true(forward->forwarded);
	assert_string_equal(forward->own, "siehe unten");
	assert_true(alone->forwarded);
	assert_true(alone->kept_all);
	assert_false(reply->forwarded);
	assert_false(reply->kept_all);
}

static void html_speaks_where_plain_text_does_not(void **state)
{
	scoped(letter) stub = letter_new();
	scoped(letter) both = letter_new();
	scoped(buyertext) one = NULL;
	scoped(buyertext) two = NULL;

	(void) state;
	stub->plain = g_strdup("Your mail program does not show HTML.");
	stub->html = g_strdup("<p>Wo bleibt denn meine Bestellung, die seit drei Wochen unterwegs sein soll? Ich warte noch immer darauf.</p>");
	both->plain = g_strdup("plain");
	both->html = g_strdup("<p>html</p>");
	one = buyertext_cut(stub, NULL);
	two = buyertext_cut(both, NULL);
	assert_non_null(strstr(one->own, "Wo bleibt"));
	assert_string_equal(two->own, "plain");
}

static void html_replies_of_mail_programs_are_cut(void **state)
{
	static const char *const mails[] = {
		/* Gmail */
		"<div dir=\"ltr\">NEU</div><br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">Am Di., 3. Nov. 2026 um 10:00&nbsp;Uhr"
		" schrieb Shop &lt;<a href=\"mailto:s@example.com\">s@example.com</a>&gt;:<br></div><blockquote class=\"gmail_quote\">alt</blockquote></div>",
		/* Outlook */
		"<div class=WordSection1><p class=MsoNormal>NEU<o:p></o:p></p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal>"
		"<b>Von:</b> Shop &lt;s@example.com&gt; <br><b>Gesendet:</b> Montag, 2. November 2026 10:00<br><b>An:</b> Ich<br><b>Betreff:</b> x</p></div>"
		"<p class=MsoNormal>alt</p></div>",
		/* Outlook for phones */
		"<div>NEU</div><div id=\"ms-outlook-mobile-signature\">Holen Sie sich <a href=\"https://aka.ms/x\">Outlook für iOS</a></div><hr>"
		"<div id=\"divRplyFwdMsg\"><b>Von:</b> Shop<br><b>Gesendet:</b> Montag<br><b>An:</b> Ich<br><b>Betreff:</b> x<br></div><div>alt</div>",
		/* Apple */
		"<html><body>NEU<br><br><div dir=\"ltr\">Von meinem iPhone gesendet</div><div dir=\"ltr\"><br><blockquote type=\"cite\">Am 03.11.2026 um 10:00"
		" schrieb Shop &lt;s@example.com&gt;:<br><br></blockquote></div><blockquote type=\"cite\"><div>alt</div></blockquote></body></html>",
		/* Yahoo */
		"<div>NEU</div><div id=\"ydp1yahoo_quoted_1\" class=\"yahoo_quoted\"><div>Am Dienstag, 3. November 2026 hat Shop Folgendes geschrieben:</div>"
		"<div>alt</div></div>",
		/* GMX, WEB.DE */
		"<div>NEU</div><div name=\"quote\" style=\"margin:10px\"><div><b>Gesendet:</b>&nbsp;Freitag<br><b>Von:</b>&nbsp;Shop</div><div>alt</div></div>",
		/* Thunderbird */
		"<p>NEU</p><div class=\"moz-cite-prefix\">Am 03.11.2026 um 10:00 schrieb Shop:<br></div><blockquote type=\"cite\"><p>alt</p></blockquote>"
		"<pre class=\"moz-signature\">-- \nSabine</pre>",
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(mails); i++) {
		scoped(letter) letter = letter_new();
		scoped(buyertext) text = NULL;

		letter->html = g_strdup(mails[i]);
		text = buyertext_cut(letter, NULL);
		assert_string_equal(text->own, "NEU");
	}
}

static void hostile_text_is_bounded(void **state)
{
	static const char *const pieces[] = { "a", "> ", "On ", "-----", "Von: x\n", "Am 1. ", ">", "\n", "From: a\nSent: ", "（" };
	gint64 began = g_get_monotonic_time();

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
		g_autoptr(GString) text = g_string_new(NULL);
		scoped(buyertext) cut = NULL;

		while (text->len < 1000000)
			g_string_append(text, pieces[i]);
		cut = buyertext_cut_plain(text->str, NULL);
		assert_true(g_utf8_validate(cut->own, -1, NULL));
		assert_true(cut->bounded);
	}
	assert_true(g_get_monotonic_time() - began < 60 * G_USEC_PER_SEC);	/* a hang, not a speed */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_buyers_own_words_stay),
		cmocka_unit_test(every_kept_byte_knows_its_place),
		cmocka_unit_test(forwarded_mails_are_told),
		cmocka_unit_test(html_speaks_where_plain_text_does_not),
		cmocka_unit_test(html_replies_of_mail_programs_are_cut),
		cmocka_unit_test(hostile_text_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
