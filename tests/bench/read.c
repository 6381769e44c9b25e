/* usage: tests/bench/read [ROUNDS [FOLDER]] - microseconds a mail over tests/corpus/raw or the files of a folder, each step as
 * a ratio to GMime parsing alone, all in one run. */
#include "wismo/conf/rulebook.h"
#include "wismo/flow/understand.h"
#include "wismo/mail/mime.h"

#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>

static GPtrArray *mails;
static struct rulebook *book;

static void parse_only(GBytes *raw)
{
	gsize length;
	const char *bytes = g_bytes_get_data(raw, &length);
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, length);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);

	if (message)
		g_object_unref(message);
	g_object_unref(parser);
	g_object_unref(stream);
}

static void read_letter(GBytes *raw)
{
	letter_free(mime_read(raw));
}

static void cut_text(GBytes *raw)
{
	scoped(letter) letter = mime_read(raw);

	buyertext_free(buyertext_cut(letter, NULL));
}

static void understand(GBytes *raw)
{
	scoped(letter) letter = mime_read(raw);

	reading_free(understand_letter(book, NULL, letter, UNDERSTAND_CONFIDENCE, NULL));
}

typedef void step(GBytes *raw);

/* The best round: the others were disturbed by somebody. */
static double microseconds(step *run, int rounds)
{
	gint64 best = G_MAXINT64;

	for (guint i = 0; i < mails->len; i++)
		run(g_ptr_array_index(mails, i));	/* warm: patterns compiled, pages touched */
	for (int n = 0; n < rounds; n++) {
		const gint64 began = g_get_monotonic_time();

		for (guint i = 0; i < mails->len; i++)
			run(g_ptr_array_index(mails, i));
		best = MIN(best, g_get_monotonic_time() - began);
	}
	return (double) best / mails->len;
}

static void add(const char *path)
{
	char *bytes;
	gsize length;

	if (g_file_get_contents(path, &bytes, &length, NULL))
		g_ptr_array_add(mails, g_bytes_new_take(bytes, length));
}

static void load(const char *root, const char *folder)
{
	g_autofree char *templates = g_build_filename(root, "templates", NULL);
	g_autoptr(GError) error = NULL;
	scoped(overlay) overlay = overlay_new(templates, &error);

	book = overlay ? rulebook_load(overlay, RULEBOOK_READING, &error) : NULL;
	if (!book)
		g_error("%s", error->message);
	mails = g_ptr_array_new_with_free_func((GDestroyNotify) g_bytes_unref);
	g_autofree char *raw = g_build_filename(root, "tests", "corpus", "raw", "fit", NULL);
	g_autoptr(GDir) dir = g_dir_open(folder ? folder : raw, 0, NULL);

	for (const char *name; dir && (name = g_dir_read_name(dir));) {
		g_autofree char *path = g_build_filename(folder ? folder : raw, name, NULL);

		add(path);
	}
	if (!mails->len)
		g_error("no mails in %s", folder ? folder : raw);
}

int main(int argc, char **argv)
{
	static const struct { const char *name; step *run; } steps[] = {
		{ "GMime parsing alone", parse_only }, { "letter", read_letter }, { "letter, own words", cut_text },
		{ "letter to answerable", understand },
	};
	int rounds = argc > 1 ? atoi(argv[1]) : 20;
	double base = 0;

	g_mime_init();
	load(g_getenv("WISMO_TEST_SRC") ? g_getenv("WISMO_TEST_SRC") : ".", argc > 2 ? argv[2] : NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
		double took = microseconds(steps[i].run, rounds);

		base = i == 0 ? took : base;
		printf("%-22s %8.1f us a mail  x %.2f\n", steps[i].name, took, took / base);
	}
	rulebook_free(book);
	g_ptr_array_unref(mails);
	return 0;
}
