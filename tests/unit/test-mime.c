#include "tests/lib/unit.h"

#include "wismo/mail/mime.h"

#include <stdlib.h>
#include <string.h>

static struct letter *read_bytes(const char *bytes, gsize length)
{
	g_autoptr(GBytes) raw = g_bytes_new(bytes, length);

	return mime_read(raw);
}

static struct letter *read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

static void bodies_in_every_charset_become_utf8(void **state)
{
	static const struct { const char *label, *bytes, *wanted; } rows[] = {
		{ "utf-8", "Gr\xc3\xbc\xc3\x9f" "e", "Grüße" },
		{ "iso-8859-1", "Gr\xfc\xdf" "e \x80 5 \x96", "Grüße € 5 –" },	/* means windows-1252 */
		{ "iso-8859-1", "Gr\xc3\xbc\xc3\x9f" "e", "Grüße" },		/* mislabelled UTF-8 */
		{ "utf-8", "Gr\xfc\xdf" "e", "Grüße" },				/* mislabelled windows-1252 */
		{ "us-ascii", "Gr\xfc\xdf" "e", "Grüße" },
		{ "x-unheard-of", "Gr\xfc\xdf" "e", "Grüße" },
		{ "utf-8//TRANSLIT", "a", "a" },
		{ "iso-8859-2", "za\xbf\xf3\xb3\xe6", "zażółć" },
		{ "windows-1250", "za\xbf\xf3\xb3\xe6 \x9c", "zażółć ś" },
		{ "iso-8859-9", "\xfe\xfd\xf0 \x93", "şığ “" },
		{ "windows-1254", "\xfe\xfd\xf0", "şığ" },
		{ "iso-8859-15", "\xa4", "€" },
		{ "shift_jis", "\x96\xa2\x92\x85", "未着" },
		{ "euc-jp", "\xcc\xa4\xc3\xe5", "未着" },
		{ "iso-2022-jp", "\x1b$B" "L$Ce" "\x1b(B", "未着" },
		{ "utf-8", "\x1b$B" "L$Ce" "\x1b(B", "未着" },
		{ NULL, "\xa4\xde\xa4\xc0\xc6\xcf\xa4\xad\xa4\xde\xa4\xbb\xa4\xf3", "まだ届きません" },	/* EUC-JP unlabelled */
		{ NULL, "\x82\xdc\x82\xbe\x93\xcd\x82\xab\x82\xdc\x82\xb9\x82\xf1", "まだ届きません" },	/* Shift_JIS unlabelled */
		{ "utf-8", "d\xc3\x83\xc2\xa9" "but", "début" },			/* encoded twice */
		{ "utf-8", "pa\xc2\xadket\xe2\x80\x8b u\xcc\x88", "paket ü" },		/* soft hyphen, zero width, decomposed */
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *mail = g_strdup_printf("From: a@example.com\nContent-Type: text/plain%s%s\n\n%s\n",
			rows[i].label ? "; charset=" : "", rows[i].label ? rows[i].label : "", rows[i].bytes);
		scoped(letter) letter = read_text(mail);

		assert_string_equal(letter->plain, rows[i].wanted);
	}
}

static void headers_are_decoded_even_when_broken(void **state)
{
	static const struct { const char *value, *wanted; } rows[] = {
		{ "plain  text\n folded", "plain text folded" },
		{ "=?utf-8?Q?J=C3=B6rg?=", "Jörg" },
		{ "\"=?utf-8?Q?J=C3=B6rg_M?=\" <a@b.de>", "\"Jörg M\" <a@b.de>" },	/* within a quoted string */
		{ "=?UTF-8?B?w7w=?= =?utf-8?q?=C3?=\n =?utf-8?q?=BC x?=", "üü x" },	/* padded, then split in a character */
		{ "a=?iso-8859-1?q?=FC=96?=b", "aü–b" },				/* no blanks around; windows-1252 */
		{ "=?iso-8859-1?Q?f=C3=BCr?= x", "für x" },				/* mislabelled */
		{ "=?x-nope?q?abc=FC?=", "abcü" },
		{ "=?utf-8*de?q?=C3=BC?=", "ü" },					/* RFC 2231 language */
		{ "=?utf-8?Q?with raw blanks =C3=BC?=", "with raw blanks ü" },
		{ "=?windows-1252?B?gA==?= =?shift_jis?B?k/qWew==?=", "€日本" },
		{ "=?ISO-2022-JP?B?GyRCTCRDZRsoQg==?=", "未着" },
		{ "P\xc3\xa4" "ckchen f\xc3\xbcr", "Päckchen für" },				/* raw UTF-8 */
		{ "P\xe4" "ckchen f\xfcr", "Päckchen für" },					/* raw windows-1252 */
		{ "=?utf-8?q?broken", "=?utf-8?q?broken" },
		{ "=??q?x?=", "=??q?x?=" },
		{ "", "" },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *decoded = mime_decode_header(rows[i].value);

		assert_string_equal(decoded, rows[i].wanted);
	}
}

static void senders_are_read_and_counted(void **state)
{
	scoped(letter) letter = read_text("From: =?utf-8?q?Zo=C3=AB?= <Zoe@EXAMPLE.com>, b@example.org\nReply-To: c@example.net\n"
		"Return-Path: <>\nTo: Undisclosed:;\nCc: \"x, y\" <d@Example.com>, broken@\nDelivered-To: e+1@example.com\n"
		"Message-ID: <m1@example.com>\nIn-Reply-To: <m0@example.com> (of yesterday)\n"
		"References: <r1@example.com>\n\t<m0@example.com>\nDate: Tue, 03 Nov 2026 11:23:17 +0100\n\nx\n");

	(void) state;
	assert_string_equal(letter->from, "Zoe@example.com");
	assert_string_equal(letter->from_name, "Zoë");
	assert_int_equal(letter->from_count, 2);
	assert_string_equal(letter->reply_to, "c@example.net");
	assert_string_equal(letter->return_path, "");
	assert_int_equal(letter->recipients->len, 2);
	assert_string_equal(g_ptr_array_index(letter->recipients, 1), "e+1@example.com");
	assert_string_equal(letter->message_id, "m1@example.com");
	assert_string_equal(letter->in_reply_to, "m0@example.com");
	assert_int_equal(letter->references->len, 2);
	assert_int_equal(letter->sent_at, 1793701397);
}

static void flowed_text_is_joined(void **state)
{
	scoped(letter) delsp = read_text("Content-Type: text/plain; format=flowed; delsp=yes\n\n"
		"ausgelie \nfert wor \nden.\n> quoted \n> text\nown\n-- \nTess\n");
	scoped(letter) plain = read_text("Content-Type: text/plain; format=flowed\n\none \ntwo\n\n  stuffed\n");

	(void) state;
	assert_string_equal(delsp->plain, "ausgeliefert worden.\n> quotedtext\nown\n-- \nTess");
	assert_string_equal(plain->plain, "one two\n\n stuffed");
}

static const char two_forms[] = "Content-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: text/plain\n\nplain\n"
	"--x\nContent-Type: text/html\n\n<p>html</p>\n--x--\n";

static void structure_is_taken_apart(void **state)
{
	scoped(letter) both = read_text(two_forms);
	scoped(letter) report = read_text("Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\n\nfailed\n--x\n"
		"Content-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\nAction: failed\n--x\n"
		"Content-Type: message/rfc822\n\nSubject: Order 4711\n\nwhat we wrote\n--x--\n");
	scoped(letter) attached = read_text("Content-Type: multipart/mixed; boundary=x\n\n--x\n\nlook\n--x\nContent-Type: text/plain\n"
		"Content-Disposition: attachment; filename*0*=UTF-8''H%C3%BC; filename*1*=t.txt\n\nnot the buyer\n--x\n"
		"Content-Type: image/png\n\nabc\n--x--\n");
	scoped(letter) apple = read_text("Content-Type: multipart/mixed; boundary=x\n\n--x\n\na < b\n--x\nContent-Type: text/html\n\n"
		"<b>two</b>\n--x--\n");

	(void) state;
	assert_string_equal(both->plain, "plain");
	assert_non_null(strstr(both->html, "<p>html</p>"));
	assert_string_equal(report->content_type, "multipart/report");
	assert_string_equal(report->plain, "failed");
	assert_non_null(strstr(report->attached, "Action: failed"));
	assert_non_null(strstr(report->attached, "Subject: Order 4711"));
	assert_non_null(strstr(report->attached, "what we wrote"));
	assert_string_equal(attached->plain, "look");
	assert_int_equal(attached->attachments, 2);
	/* Text here and HTML there: both are kept, in HTML's form. */
	assert_null(apple->plain);
	assert_non_null(strstr(apple->html, "<pre>a &lt; b</pre>"));
	assert_non_null(strstr(apple->html, "<b>two</b>"));
}

static void what_is_no_mail_still_has_its_text(void **state)
{
	scoped(letter) empty = read_text("");
	scoped(letter) text = read_text("Hallo, wo ist mein Paket? Gr\xfc\xdf" "e\n");
	scoped(letter) mbox = read_text("From a@b Tue Nov  3 11:23:17 2026\nFrom: a@example.com\n\nx\n");
	scoped(letter) bare = read_text("\xef\xbb\xbf\r\nSubject: s\r\n\r\nbody\r\n");
	scoped(letter) no_boundary = read_text("Content-Type: multipart/mixed\n\nall text\n");
	scoped(letter) nuls = read_bytes("Subject: a\0b\n\nx\0y\n", 18);

	(void) state;
	assert_null(empty->plain);
	assert_string_equal(text->plain, "Hallo, wo ist mein Paket? Grüße\n");
	assert_null(text->from);
	assert_string_equal(mbox->from, "a@example.com");
	assert_string_equal(bare->subject, "s");
	assert_string_equal(bare->plain, "body");
	assert_non_null(no_boundary->plain);
	assert_non_null(strstr(no_boundary->plain, "all text"));
	assert_non_null(nuls->plain);
}

static char *nested(int depth, const char *type)
{
	GString *mail = g_string_new("From: a@example.com\n");

	for (int i = 0; i < depth; i++)
		g_string_append_printf(mail, strcmp(type, "message/rfc822") == 0 ? "Content-Type: %s\n\n" :
				       "Content-Type: %s; boundary=b%d\n\n--b%d\n", type, i, i);
	g_string_append(mail, "Content-Type: text/plain\n\ndeep\n");
	return g_string_free(mail, FALSE);
}

static void bounds_are_kept_and_told(void **state)
{
	g_autofree char *deep = nested(500, "multipart/mixed"), *mails = nested(3000, "message/rfc822");
	g_autoptr(GString) parts = g_string_new("Content-Type: multipart/mixed; boundary=x\n\n");
	g_autoptr(GString) header = g_string_new("From: a@example.com\nX-Long: ");
	g_autoptr(GString) text = g_string_new("From: a@example.com\n\n");
	scoped(letter) one = read_text(deep);
	scoped(letter) two = read_text(mails);
	scoped(letter) three = NULL;
	scoped(letter) four = NULL;
	scoped(letter) five = NULL;

	(void) state;
	for (int i = 0; i < 30000; i++)
		g_string_append(parts, "--x\n\na\n");
	for (int i = 0; i < 40000; i++)
		g_string_append(header, "0123456789");
	g_string_append(header, "\n\nbody\n");
	while (text->len < 3 * 1024 * 1024)
		g_string_append(text, "eine Zeile ohne Ende \xc3\xbc\n");
	three = read_text(parts->str);
	four = read_text(header->str);
	five = read_text(text->str);
	assert_non_null(one->bounded);
	assert_non_null(two->bounded);
	assert_non_null(three->bounded);
	assert_non_null(strstr(four->bounded, "256 KB"));
	assert_string_equal(four->from, "a@example.com");
	assert_non_null(strstr(five->bounded, "2 MB"));
	assert_true(strlen(five->plain) <= MIME_TEXT_CAP);
	assert_true(g_utf8_validate(five->plain, -1, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_in_every_charset_become_utf8),
		cmocka_unit_test(headers_are_decoded_even_when_broken),
		cmocka_unit_test(senders_are_read_and_counted),
		cmocka_unit_test(flowed_text_is_joined),
		cmocka_unit_test(structure_is_taken_apart),
		cmocka_unit_test(what_is_no_mail_still_has_its_text),
		cmocka_unit_test(bounds_are_kept_and_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
