#include "tests/lib/unit.h"

#include "wismo/base/error.h"
#include "wismo/mail/compose.h"

#include <gmime/gmime.h>
#include <stdlib.h>
#include <string.h>

static const struct compose plain = {
	.from = "shop@example.org", .from_name = "Shop", .to = "buyer@marketplace.example",
	.subject = "Re: order", .body = "Hello,\nyour parcel is on its way.\n", .message_id = "wismo.1@example.org",
	.in_reply_to = "q@x", .date_at = 1700000000, .zone = "Europe/Berlin",
};

static char *text_of(const struct compose *mail)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) wire = compose_wire(mail, &error);

	if (!wire)
		fail_msg("%s", error->message);
	return g_strndup(g_bytes_get_data(wire, NULL), g_bytes_get_size(wire));
}

/* "From,To,..." as on the wire. */
static char *fields(const char *wire)
{
	g_auto(GStrv) lines = NULL;
	g_autofree char *header = g_strndup(wire, (gsize) (strstr(wire, "\r\n\r\n") - wire));
	GString *names = g_string_new(NULL);

	lines = g_strsplit(header, "\r\n", -1);
	for (char **line = lines; *line; line++)
		if (**line != ' ' && **line != '\t')
			g_string_append_printf(names, "%.*s,", (int) strcspn(*line, ":"), *line);
	return g_string_free(names, FALSE);
}

#define EXPECTED "From,To,Subject,Date,Message-Id,In-Reply-To,References,MIME-Version,Content-Type,Content-Transfer-Encoding,"

static int by_name(gconstpointer a, gconstpointer b)
{
	return g_ascii_strcasecmp(*(char *const *) a, *(char *const *) b);
}

static char *sorted(const char *names)
{
	g_auto(GStrv) words = g_strsplit(names, ",", -1);
	g_autofree char *joined = NULL;

	qsort(words, g_strv_length(words), sizeof *words, by_name);
	joined = g_strjoinv(",", words);
	return g_ascii_strdown(joined, -1);
}

static void assert_fields(const char *wire)
{
	g_autofree char *is = fields(wire);
	g_autofree char *a = sorted(is), *b = sorted(EXPECTED);

	assert_string_equal(a, b);
}

static void a_plain_answer_is_exactly_these_lines(void **state)
{
	g_autofree char *wire = text_of(&plain);

	(void) state;
	assert_fields(wire);
	assert_non_null(strstr(wire, "Date: Tue, 14 Nov 2023 23:13:20 +0100\r\n"));
	assert_non_null(strstr(wire, "From: Shop <shop@example.org>\r\n"));
	assert_non_null(strstr(wire, "To: buyer@marketplace.example\r\n"));
	assert_non_null(strstr(wire, "In-Reply-To: <q@x>\r\n"));
	assert_non_null(strstr(wire, "References: <q@x>\r\n"));
	assert_non_null(strstr(wire, "\r\n\r\nHello,\r\nyour parcel is on its way.\r\n"));
	assert_null(strstr(wire, "Auto-Submitted"));
}

static void the_same_reply_has_the_same_bytes(void **state)
{
	g_autofree char *one = text_of(&plain), *two = text_of(&plain);

	(void) state;
	assert_string_equal(one, two);
}

static void automatic_answers_say_so_only_when_asked(void **state)
{
	struct compose mail = plain;
	g_autofree char *wire = NULL;

	(void) state;
	mail.auto_submitted = true;
	wire = text_of(&mail);
	assert_non_null(strstr(wire, "Auto-Submitted: auto-replied\r\n"));
}

static void umlauts_are_encoded_words_and_quoted_printable(void **state)
{
	struct compose mail = plain;
	g_autofree char *wire = NULL;

	(void) state;
	mail.subject = "Re: Bestellung für Müller: noch nicht angekommen, bitte prüfen Sie das für mich, vielen Dank für Ihre Mühe";
	mail.body = "Ihr Paket ist unterwegs – voraussichtlich übermorgen.\nFrom here\n";
	wire = text_of(&mail);
	for (const char *p = wire; *p; p++)
		assert_true((unsigned char) *p < 0x80);
	assert_non_null(strstr(wire, "Subject: "));
	assert_non_null(strstr(wire, "=?"));
	assert_non_null(strstr(wire, "Content-Transfer-Encoding: quoted-printable\r\n"));
	assert_non_null(strstr(wire, "=C3=BCbermorgen"));
}

/* RFC 5322, 3.4: specials in a name are quoted; RFC 2047, 5(3): what is not ASCII is an encoded word, never in quotes. */
static void the_sender_has_a_name_and_an_address(void **state)
{
	static const struct { const char *name, *line; } rows[] = {
		{ "Messerladen", "\r\nFrom: Messerladen <shop@example.org>\r\n" },
		{ "Messer & Mehr", "\r\nFrom: Messer & Mehr <shop@example.org>\r\n" },
		{ "Messer, Gabel", "\r\nFrom: \"Messer, Gabel\" <shop@example.org>\r\n" },
		{ "shop@example.org", "\r\nFrom: \"shop@example.org\" <shop@example.org>\r\n" },
		{ NULL, "\r\nFrom: shop@example.org\r\n" },
		{ "", "\r\nFrom: shop@example.org\r\n" },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct compose mail = plain;
		g_autofree char *wire = NULL, *lines = NULL;

		mail.from_name = rows[i].name;
		wire = text_of(&mail);
		lines = g_strconcat("\r\n", wire, NULL);
		if (!strstr(lines, rows[i].line))
			fail_msg("expected%sin\n%s", rows[i].line, wire);
	}
}

/* RFC 2047, 6.2: blanks between encoded words are not shown. Word by word: GMime joins what it decodes at once and stops at
 * the first word's padding. */
static char *decoded(const char *phrase)
{
	g_auto(GStrv) words = g_strsplit_set(phrase, " \t", -1);
	GString *text = g_string_new(NULL);

	for (char **word = words; *word; word++) {
		g_autofree char *one = g_mime_utils_header_decode_text(NULL, *word);

		if (word != words && !(g_str_has_prefix(word[-1], "=?") && g_str_has_prefix(*word, "=?")))
			g_string_append_c(text, ' ');
		g_string_append(text, one);
	}
	return g_string_free(text, FALSE);
}

static void a_name_that_is_not_ascii_is_encoded_words(void **state)
{
	static const char *const names[] = { "Messerladen Grün", "Škoda, díly", "刃物屋", "Ножи и вилки: лавка на углу, торгуем с тысяча девятьсот восьмого года" };

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		struct compose mail = plain;
		g_autofree char *wire = NULL, *phrase = NULL, *read = NULL;
		g_autoptr(GString) line = NULL;
		const char *rest;

		mail.from_name = names[i];
		wire = text_of(&mail);
		line = g_string_new_len(wire, strstr(wire, "\r\nTo: ") - wire);
		g_string_replace(line, "\r\n", "", 0);	/* unfolded */
		rest = strstr(line->str, " <shop@example.org>");
		assert_true(g_str_has_prefix(line->str, "From: ") && rest && strlen(rest) == strlen(" <shop@example.org>"));
		phrase = g_strndup(line->str + 6, (gsize) (rest - line->str - 6));
		assert_true(g_str_is_ascii(phrase) && strstr(phrase, "=?") && !strchr(phrase, '"'));
		read = decoded(phrase);
		assert_string_equal(read, names[i]);
	}
}

static void hostile_values_never_make_a_header_line(void **state)
{
	static const char *const evils[] = {
		"a\r\nBcc: victim@x", "a\nBcc: victim@x", "a\rBcc: victim@x", "a\xc2\x85" "Bcc: v@x", "a\xe2\x80\xa8" "Bcc: v@x",
		"a\r\n\r\nbody", "=?utf-8?Q?a=0D=0ABcc:_v@x?=", "\xff\xfe\r\nBcc: v@x", "a\x01\x02\x1b[31m\x7f", "\r\n.\r\nMAIL FROM:<x>",
		"\"><script>", "a, b <c@d>", "\r\n ", "",
	};
	g_autofree char *huge = g_strnfill(100000, 'x');

	(void) state;
	for (gsize i = 0; i <= G_N_ELEMENTS(evils); i++) {
		const char *evil = i < G_N_ELEMENTS(evils) ? evils[i] : huge;
		g_autoptr(GPtrArray) references = g_ptr_array_new();

		g_ptr_array_add(references, (gpointer) evil);
		g_ptr_array_add(references, (gpointer) "good@id");
		for (int place = 0; place < 4; place++) {
			struct compose mail = plain;
			g_autofree char *wire = NULL;

			switch (place) {
			case 0: mail.subject = evil; break;
			case 1: mail.from_name = evil; break;
			case 2: mail.body = evil; break;
			case 3: mail.references = references; break;
			}
			wire = text_of(&mail);
			assert_fields(wire);
			if (place != 2)	/* in the body it is a line like any other */
				assert_null(strstr(wire, "\r\nBcc"));
		}
	}
}

static void addresses_and_ids_are_refused_rather_than_mended(void **state)
{
	static const char *const bad[] = { NULL, "", "@", "a@", "@b", "a b@c", "a@b,c@d", "a@b\r\nBcc: c@d", "<a@b>", "a@b@c", "\"a\"@b",
		"ä@b", "a@-b", "a(b)@c" };

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct compose mail = plain;
		g_autoptr(GError) error = NULL;

		mail.to = bad[i];
		assert_null(compose_wire(&mail, &error));
		assert_true(g_error_matches(error, WISMO_ERROR, WISMO_PARK));
	}
	assert_true(compose_address_ok("abc123+a1-b2@marketplace.amazon.de"));
}

static void an_evil_in_reply_to_is_left_out(void **state)
{
	struct compose mail = plain;
	g_autofree char *wire = NULL;

	(void) state;
	mail.in_reply_to = "a>\r\nBcc: <v@x";
	wire = text_of(&mail);
	assert_null(strstr(wire, "Bcc"));
	assert_null(strstr(wire, "In-Reply-To"));
}

static void long_threads_keep_the_first_and_the_last_ids(void **state)
{
	g_autoptr(GPtrArray) references = g_ptr_array_new_with_free_func(g_free);
	struct compose mail = plain;
	g_autofree char *wire = NULL;

	(void) state;
	for (int i = 0; i < 100; i++)
		g_ptr_array_add(references, g_strdup_printf("id%d.%0100d@x", i, i));
	mail.references = references;
	wire = text_of(&mail);
	assert_non_null(strstr(wire, "<id0."));
	assert_non_null(strstr(wire, "<id99."));
	assert_null(strstr(wire, "<id50."));
}

static void the_check_finds_what_must_not_leave(void **state)
{
	static const char head[] = "From: a@b\r\nTo: c@d\r\nSubject: x\r\nDate: y\r\nMessage-ID: <z@b>\r\n";
	static const struct { const char *rest; bool fine; } rows[] = {
		{ "\r\nbody\r\n", true }, { "\r\nbody\n", false }, { "\r\nbo\rdy\r\n", false }, { "Bcc: e@f\r\n\r\nbody\r\n", false },
		{ "To: e@f\r\n\r\nbody\r\n", false }, { "\r\nbody", false }, { "", false }, { "no field\r\n\r\n", false },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strconcat(head, rows[i].rest, NULL);
		g_autoptr(GBytes) wire = g_bytes_new(text, strlen(text));

		if (compose_wire_ok(wire, NULL) != rows[i].fine)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_answer_is_exactly_these_lines),
		cmocka_unit_test(the_same_reply_has_the_same_bytes),
		cmocka_unit_test(automatic_answers_say_so_only_when_asked),
		cmocka_unit_test(umlauts_are_encoded_words_and_quoted_printable),
		cmocka_unit_test(the_sender_has_a_name_and_an_address),
		cmocka_unit_test(a_name_that_is_not_ascii_is_encoded_words),
		cmocka_unit_test(hostile_values_never_make_a_header_line),
		cmocka_unit_test(addresses_and_ids_are_refused_rather_than_mended),
		cmocka_unit_test(an_evil_in_reply_to_is_left_out),
		cmocka_unit_test(long_threads_keep_the_first_and_the_last_ids),
		cmocka_unit_test(the_check_finds_what_must_not_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
