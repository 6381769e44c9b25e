#include "tests/lib/unit.h"

#include "wismo/core/html.h"

#include <string.h>

static void html_reads_like_on_screen(void **state)
{
	static const struct { const char *html, *text; } rows[] = {
		{ "<p>Hallo&nbsp;Welt</p><p>zwei</p>", "Hallo Welt\n\nzwei" },
		{ "a<br>b<br/><br>c", "a\nb\n\nc" },
		{ "  viele \n  Blanks\t<b>hier</b> ", "viele Blanks hier" },
		{ "<ul><li>eins<li>zwei</ul>", "- eins\n- zwei" },
		{ "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc" },
		{ "<pre>x\n  y\n\nz</pre>", "x\n  y\n\nz" },
		{ "<blockquote>alt<br>mehr<blockquote>tief</blockquote></blockquote>neu", "> alt\n> mehr\n\n> > tief\n\nneu" },
		{ "neu<div class=\"gmail_quote\"><div>Am 1.1. schrieb X:</div><blockquote>alt</blockquote></div>", "neu\n\n> Am 1.1. schrieb X:\n\n> > alt" },
		{ "<div>neu</div><div name=\"quote\">alt</div>", "neu\n> alt" },
		{ "<style>p{}</style><script>x()</script><title>t</title>da", "da" },
		{ "<div>da</div><div style=\"DISPLAY : none\">nie<p>nie</p></div>hier", "da\nhier" },
		{ "da<span style='mso-hide:all'>nie</span>", "da" },
		{ "<p hidden>nie</p>da", "da" },
		{ "&bdquo;K&auml;se&ldquo; &amp; &#8364;", "„Käse“ & €" },
		{ "<p>nie zu Ende <b>fett", "nie zu Ende fett" },
		{ "kein HTML, nur 3 < 4", "kein HTML, nur 3 < 4" },
		{ "", "" },
		{ "<!-- nur Kommentar -->", "" },
		{ "<div style=\"white-space:pre-wrap\">a\nb</div>", "a\nb" },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = html_to_text(rows[i].html, NULL);

		assert_string_equal(text, rows[i].text);
	}
}

static void amazons_pre_is_found_in_any_language(void **state)
{
	g_autofree char *words = html_amazon_pre("<p>x</p><pre style=\"white-space: pre-wrap; white-space: -o-pre-wrap;\">Wo\nist es?</pre>");
	g_autofree char *empty = html_amazon_pre("<pre style=\"white-space:-o-pre-wrap\"></pre>");

	(void) state;
	assert_string_equal(words, "Wo\nist es?");
	assert_string_equal(empty, "");
	assert_null(html_amazon_pre("<pre>anderes</pre>"));
}

static void hostile_html_is_bounded(void **state)
{
	g_autoptr(GString) deep = g_string_new(NULL), large = g_string_new(NULL), quotes = g_string_new(NULL);
	gint64 began = g_get_monotonic_time();
	bool cut = false;
	g_autofree char *one = NULL, *two = NULL, *three = NULL;

	(void) state;
	for (int i = 0; i < 100000; i++)
		g_string_append(deep, "<div>");
	g_string_append(deep, "x");
	while (large->len < 5 * 1024 * 1024)
		g_string_append(large, "<p>eine Zeile</p>");
	for (int i = 0; i < 1000; i++)
		g_string_append(quotes, "<blockquote>a");
	one = html_to_text(deep->str, &cut);
	two = html_to_text(large->str, &cut);
	assert_true(cut);
	assert_true(strlen(two) <= HTML_TEXT_CAP);
	three = html_to_text(quotes->str, &cut);
	assert_true(strlen(three) < 200000);
	assert_true(g_get_monotonic_time() - began < 20 * G_USEC_PER_SEC);	/* a hang, not a speed */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(html_reads_like_on_screen),
		cmocka_unit_test(amazons_pre_is_found_in_any_language),
		cmocka_unit_test(hostile_html_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
