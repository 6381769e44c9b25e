/* 200 malformed mails, made from good ones by a seed: each gives a reading, none ends the program, and none
 * of the damage makes a machine's mail or a forged one answerable. */
#include "tests/lib/unit.h"

#include "wismo/conf/rulebook.h"
#include "wismo/flow/understand.h"
#include "wismo/mail/mime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAILS 200

static struct rulebook *book;
static GPtrArray *good;		/* GBytes, from tests/corpus/raw/fit */
static guint32 seed = 20261124;

static void cut(GByteArray *mail, GRand *rand)
{
	g_byte_array_set_size(mail, mail->len ? (guint) g_rand_int_range(rand, 0, (gint32) mail->len) : 0);
}

static void flip(GByteArray *mail, GRand *rand)
{
	for (int i = g_rand_int_range(rand, 1, 60); mail->len && i > 0; i--)
		mail->data[g_rand_int_range(rand, 0, (gint32) mail->len)] = (guint8) g_rand_int_range(rand, 0, 256);
}

static void no_line_ends(GByteArray *mail, GRand *rand)
{
	(void) rand;
	for (guint i = 0; i < mail->len; i++)
		if (mail->data[i] == '\n')
			mail->data[i] = '\r';
}

static void swap_pieces(GByteArray *mail, GRand *rand)
{
	guint at = mail->len > 2 ? (guint) g_rand_int_range(rand, 1, (gint32) mail->len) : 0;
	g_autoptr(GByteArray) front = g_byte_array_new();

	g_byte_array_append(front, mail->data, at);
	g_byte_array_remove_range(mail, 0, at);
	g_byte_array_append(mail, front->data, front->len);
}

static void double_it(GByteArray *mail, GRand *rand)
{
	g_autoptr(GByteArray) copy = g_byte_array_new();

	(void) rand;
	g_byte_array_append(copy, mail->data, mail->len);
	g_byte_array_append(mail, copy->data, copy->len);
}

static void lose_boundaries(GByteArray *mail, GRand *rand)
{
	(void) rand;
	for (guint i = 0; i + 2 < mail->len; i++)
		if (mail->data[i] == '\n' && mail->data[i + 1] == '-' && mail->data[i + 2] == '-')
			mail->data[i + 2] = '+';
}

static void splice(GByteArray *mail, GRand *rand)
{
	static const char *const pieces[] = { "\n\n", "\0\0\0", "=?utf-8?b?", "\nContent-Type: multipart/mixed; boundary=x\n\n--x\n",
		"\nContent-Transfer-Encoding: base64\n", "\xff\xfe", "((((((((", "\nFrom: a@b, c@d, e\n", "\nSubject: \xe4\n",
		"\nContent-Type: text/plain; charset=\"\xff\"\n" };
	const char *piece = pieces[g_rand_int_range(rand, 0, G_N_ELEMENTS(pieces))];
	guint at = mail->len ? (guint) g_rand_int_range(rand, 0, (gint32) mail->len) : 0;
	g_autoptr(GByteArray) tail = g_byte_array_new();

	g_byte_array_append(tail, mail->data + at, mail->len - at);
	g_byte_array_set_size(mail, at);
	g_byte_array_append(mail, (const guint8 *) piece, (guint) MAX(strlen(piece), 3));
	g_byte_array_append(mail, tail->data, tail->len);
}

typedef void damage(GByteArray *mail, GRand *rand);
static damage *const damages[] = { cut, flip, no_line_ends, swap_pieces, double_it, lose_boundaries, splice };

static void malformed_mails_are_read_and_never_end_the_program(void **state)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	guint with_text = 0;

	(void) state;
	printf("# seed %u\n", seed);
	for (int i = 0; i < MAILS; i++) {
		const GBytes *one = g_ptr_array_index(good, g_rand_int_range(rand, 0, (gint32) good->len));
		g_autoptr(GByteArray) mail = g_byte_array_new();
		g_autoptr(GBytes) raw = NULL;
		scoped(letter) letter = NULL;
		scoped(reading) reading = NULL;

		g_byte_array_append(mail, g_bytes_get_data((GBytes *) one, NULL), (guint) g_bytes_get_size((GBytes *) one));
		for (int n = g_rand_int_range(rand, 1, 4); n > 0; n--)
			damages[g_rand_int_range(rand, 0, G_N_ELEMENTS(damages))](mail, rand);
		raw = g_bytes_new(mail->data, mail->len);
		letter = mime_read(raw);
		reading = understand_letter(book, NULL, letter, UNDERSTAND_CONFIDENCE, NULL);
		assert_non_null(reading->channel);
		assert_non_null(reading->lang);
		assert_true(g_utf8_validate(reading->buyer_text, -1, NULL));
		assert_true(reading->answerable == (reading->why_not == NULL));
		assert_false(reading->answerable && (reading->machine || !reading->reply_to || letter->from_count != 1));
		with_text += *reading->buyer_text != '\0';
	}
	/* Damage is not an excuse to read nothing. */
	assert_true(with_text > MAILS / 2);
}

static void hostile_shapes_end_in_time(void **state)
{
	static const struct { const char *piece; gsize bytes; } rows[] = {
		{ "a", 100000 }, { "a ", 5000000 }, { "> ", 1000000 }, { "<div>", 5000000 }, { "=?utf-8?q?a?= ", 200000 }, { "(", 500000 },
		{ "From: a\n", 1000000 }, { "--x\n", 1000000 }, { "wo ist mein paket ", 1000000 }, { "nicht nicht ", 500000 },
		{ "&nbsp;", 1000000 }, { "302-", 500000 }, { "1234567 ", 500000 },
	};
	static const char *const heads[] = { "From: a@example.com\n\n", "From: a@example.com\nContent-Type: text/html\n\n",
		"From: a@example.com\nSubject: ", "" };

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		for (gsize h = 0; h < G_N_ELEMENTS(heads); h++) {
			g_autoptr(GString) text = g_string_new(heads[h]);
			g_autoptr(GBytes) raw = NULL;
			scoped(letter) letter = NULL;
			scoped(reading) reading = NULL;
			gint64 began = g_get_monotonic_time(), took;

			while (text->len < rows[i].bytes)
				g_string_append(text, rows[i].piece);
			raw = g_bytes_new(text->str, text->len);
			letter = mime_read(raw);
			reading = understand_letter(book, NULL, letter, UNDERSTAND_CONFIDENCE, NULL);
			took = g_get_monotonic_time() - began;
			if (took > 1000000)
				printf("# \"%.10s\" x %zu behind head %zu took %.1f s\n", rows[i].piece, rows[i].bytes, h, (double) took / 1e6);
			assert_true(took < 30 * G_USEC_PER_SEC);	/* a hang, not a speed */
		}
	}
}

static int load(void **state)
{
	const char *root = g_getenv("WISMO_TEST_SRC") ? g_getenv("WISMO_TEST_SRC") : ".";
	g_autofree char *templates = g_build_filename(root, "templates", NULL);
	g_autoptr(GError) error = NULL;
	scoped(overlay) overlay = overlay_new(templates, &error);

	(void) state;
	g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL);
	if (g_getenv("WISMO_TEST_SEED"))
		seed = (guint32) strtoul(g_getenv("WISMO_TEST_SEED"), NULL, 10);
	book = overlay ? rulebook_load(overlay, RULEBOOK_READING, &error) : NULL;
	if (!book) {
		fprintf(stderr, "%s\n", error->message);
		return -1;
	}
	good = g_ptr_array_new_with_free_func((GDestroyNotify) g_bytes_unref);
	for (int i = 1; i <= 75; i++) {
		g_autofree char *path = g_strdup_printf("%s/tests/corpus/raw/fit/%03d.eml", root, i);
		char *bytes;
		gsize length;

		if (g_file_get_contents(path, &bytes, &length, NULL))
			g_ptr_array_add(good, g_bytes_new_take(bytes, length));
	}
	return good->len ? 0 : -1;
}

static int unload(void **state)
{
	(void) state;
	rulebook_free(book);
	g_ptr_array_unref(good);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_mails_are_read_and_never_end_the_program),
		cmocka_unit_test(hostile_shapes_end_in_time),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
