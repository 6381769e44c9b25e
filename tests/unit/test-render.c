/* Every shipped reply template, every variable of it, every bad thing that a buyer, a shop's list or a carrier may write there. */
#include "tests/lib/unit.h"

#include "wismo/base/error.h"
#include "wismo/conf/channel.h"
#include "wismo/conf/replies.h"
#include "wismo/core/lint.h"
#include "wismo/mail/compose.h"

#include <string.h>

static struct replies *replies;
static struct channels *channels;

#define WORDS_100 "Bitte helfen Sie mir doch, mein Paket ist weg und niemand antwortet mir auf meine vielen Fragen hier. "
#define TEN(text) text text text text text text text text text text

/* `blocks`: what stays of it must not leave, so the guard has to find it. */
static const struct hostile {
	const char *name, *text;
	gsize length;
	bool blocks;
} hostile[] = {
#define ROW(name, text, blocks) { name, text, sizeof text - 1, blocks }
	ROW("a header behind CR LF", "Anna\r\nBcc: eve.example\r\n\r\nHallo", false),
	ROW("a header behind LF", "Anna\nSubject: ganz anders", false),
	ROW("a header behind a bare CR", "Anna\rTo: eve", false),
	ROW("an end of mail", "Anna\r\n.\r\nQUIT\r\n", false),
	ROW("line separators of Unicode", "Anna\u2028Bcc: eve\u2029\302\205Cc: eve", false),
	ROW("form feed and vertical tab", "Anna\f\vBcc: eve", false),
	ROW("NUL", "Anna\0Bcc: eve", false),
	ROW("escape sequences of a terminal", "Anna\033[2J\033]0;x\007", false),
	ROW("delete and C1 controls", "Anna\177\302\233x", false),
	ROW("a turn of the writing direction", "Anna\u202etfirhcsrebeU\u2066x\u2069", false),
	ROW("invisible characters", "An\u200bna\u00ad\ufeff\u2060", false),
	ROW("tags of Unicode", "Anna\U000e0041\U000e0042", false),
	ROW("Latin-1 bytes", "M\374ller", false),
	ROW("a cut sequence", "M\303", false),
	ROW("overlong and surrogate bytes", "\300\212x\355\240\200", false),
	ROW("nothing but blanks and controls", " \r\n\t\u200b ", false),
	ROW("a variable", "{{order_no}}", true),
	ROW("an open tag", "{{#order_no", true),
	ROW("a partial", "{{> closing}}", true),
	ROW("other delimiters", "{{=<% %>=}}", true),
	ROW("a variable of a shell", "${HOME}", true),
	ROW("HTML", "<b onclick=x>Anna</b>", true),
	ROW("a script", "<script src=x></script>", true),
	ROW("a link", "Anna https://evil.example/x", true),
	ROW("a mail address", "eve@evil.example", true),
	ROW("a phone number", "ruf an: +49 170 1234567", true),
	ROW("an emoji", "Anna \U0001f600", true),
	ROW("more than a marketplace takes", TEN(TEN(WORDS_100)), true),
#undef ROW
};

static guint findings(const char *text)
{
	static const char *const exempt[] = { "302-1234567-1234567", "00340434161094015902", NULL };
	g_autoptr(GPtrArray) found = lint_text(channels_find(channels, "amazon"), text, exempt);

	return found->len;
}

static int lines(const char *text)
{
	int count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

/* A text of which each line break is the template's. */
static const char *flaw(const char *text, bool one_line)
{
	if (!g_utf8_validate(text, -1, NULL))
		return "invalid UTF-8";
	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c == '\n' && !one_line)
			continue;
		if (g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029)
			return "a control character";
		if (g_unichar_type(c) == G_UNICODE_FORMAT)
			return "an invisible character";
	}
	return NULL;
}

/* "from,to,..." of the mail that would leave. */
static char *header_of(const struct rendered *rendered)
{
	const struct compose mail = { .from = "shop@example.com", .from_name = "Teeladen", .to = "a1@marketplace.amazon.de",
		.subject = rendered->subject, .body = rendered->body, .message_id = "x@example.com", .date_at = 1795507200 };
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) wire = compose_wire(&mail, &error);
	g_autoptr(GString) names = g_string_new(NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) rows = NULL;

	if (!wire || !compose_wire_ok(wire, &error))
		fail_msg("%s: %s", rendered->file, error->message);
	text = g_strndup(g_bytes_get_data(wire, NULL), g_bytes_get_size(wire));
	assert_int_equal(strlen(text), g_bytes_get_size(wire));
	rows = g_strsplit(text, "\r\n", -1);
	for (char **row = rows; **row; row++)
		if (**row != ' ' && **row != '\t')
			g_string_append_printf(names, "%.*s,", (int) strcspn(*row, ":"), *row);
	return g_string_free(g_steal_pointer(&names), FALSE);
}

/* ---- each shipped template ---- */

struct count {
	int templates, used, blocked, missing;
};

static void try_value(const char *name, const char *lang, const json_t *example, const char *key, const struct hostile *bad,
		      const struct rendered *plain, struct count *count)
{
	json_t *view = json_deep_copy(example);
	g_autoptr(GError) error = NULL;
	scoped(rendered) rendered = NULL;

	/* jansson takes no invalid UTF-8, and that is a guard too; here the next one is tried. */
	json_object_set_new(view, key, json_stringn_nocheck(bad->text, bad->length));
	rendered = render_reply(replies, name, lang, view, &error);
	json_decref(view);
	if (!rendered) {
		/* Nothing was left of the value, and the template cannot do without. */
		if (!g_error_matches(error, WISMO_ERROR, WISMO_PARK) || !strstr(error->message, key))
			fail_msg("%s/%s, %s in %s: %s", lang, name, bad->name, key, error->message);
		count->missing++;
		return;
	}
	g_autofree char *is = header_of(rendered), *was = header_of(plain);
	const char *fault = flaw(rendered->body, false);

	if (!fault)
		fault = flaw(rendered->subject, true);
	if (!fault && lines(rendered->body) > lines(plain->body))
		fault = "another line";
	if (!fault && strcmp(is, was) != 0)
		fault = "another header";
	if (fault)
		fail_msg("%s/%s, %s in %s makes %s:\n%s", lang, name, bad->name, key, fault, rendered->body);
	if (strcmp(rendered->body, plain->body) == 0 && strcmp(rendered->subject, plain->subject) == 0)
		return;
	count->used++;
	/* One pass: what a value brings is never read as template. */
	if (strstr(bad->text, "{{") && !strstr(rendered->body, bad->text))
		fail_msg("%s/%s, %s in %s was read as template:\n%s", lang, name, bad->name, key, rendered->body);
	if (bad->blocks && !findings(rendered->body) && !findings(rendered->subject))
		fail_msg("%s/%s, %s in %s may leave:\n%s", lang, name, bad->name, key, rendered->body);
	if (!bad->blocks && findings(rendered->body))
		fail_msg("%s/%s, %s in %s is harmless and held back:\n%s", lang, name, bad->name, key, rendered->body);
	count->blocked += bad->blocks;
}

static bool try_template(const char *name, const char *lang, const char *path, const char *about, const json_t *example, void *user)
{
	struct count *count = user;
	g_autoptr(GError) error = NULL;
	scoped(rendered) plain = name[0] == '_' ? NULL : render_reply(replies, name, lang, example, &error);
	const char *key;
	json_t *value;

	(void) about;
	if (name[0] == '_')
		return true;	/* a part of others */
	if (!plain || findings(plain->body))
		fail_msg("%s: its own example does not pass", path);
	count->templates++;
	json_object_foreach((json_t *) example, key, value)
		for (gsize i = 0; json_is_string(value) && i < G_N_ELEMENTS(hostile); i++)
			try_value(name, lang, example, key, &hostile[i], plain, count);
	return true;
}

static void hostile_values_stay_values(void **state)
{
	struct count count = { 0 };

	(void) state;
	assert_true(strlen(hostile[G_N_ELEMENTS(hostile) - 1].text) > 10000);
	replies_each(replies, try_template, &count);
	print_message("# %d templates, %d hostile texts: a value changed the answer %d times, the guard held %d, %d were empty\n",
		      count.templates, (int) G_N_ELEMENTS(hostile), count.used, count.blocked, count.missing);
	assert_true(count.templates >= 30);
	assert_true(count.used > 1000);
	assert_true(count.blocked > 500);
	assert_true(count.missing > 0);
}

/* ---- a promised date ---- */

static char *rendered_text(const char *name, const char *lang, bool late)
{
	g_autoptr(GError) error = NULL;
	json_t *view = json_pack("{s:s, s:s, s:b}", "next_date", "26.11.2026", "promised_date", "16.11.2026", "late", late);
	scoped(rendered) rendered = render_reply(replies, name, lang, view, &error);

	json_decref(view);
	if (!rendered || findings(rendered->body))
		fail_msg("%s/%s: %s", lang, name, error ? error->message : "the guard holds it");
	return g_strdup(rendered->body);
}

static void a_promised_date_that_has_passed_is_told_as_passed(void **state)
{
	static const char *const names[] = { "not_shipped", "no_tracking" };
	static const struct { const char *lang, *was, *sorry, *is; } rows[] = {
		{ "de", "Zugesagt war die Lieferung bis zum 16.11.2026.", "tut uns leid", "Zugesagt ist die Lieferung bis zum 16.11.2026." },
		{ "en", "Delivery was promised by 16.11.2026.", "We are sorry", "Delivery is promised by 16.11.2026." },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(names) * G_N_ELEMENTS(rows); i++) {
		const char *name = names[i % G_N_ELEMENTS(names)];
		gsize row = i / G_N_ELEMENTS(names);
		g_autofree char *late = rendered_text(name, rows[row].lang, true), *early = rendered_text(name, rows[row].lang, false);

		if (!strstr(late, rows[row].was) || !strstr(late, rows[row].sorry) || strstr(late, rows[row].is))
			fail_msg("%s", late);
		if (strstr(early, rows[row].was) || strstr(early, rows[row].sorry) || !strstr(early, rows[row].is))
			fail_msg("%s", early);
	}
}

/* ---- what is not known ---- */

static bool without_each(const char *name, const char *lang, const char *path, const char *about, const json_t *example, void *user)
{
	int *blocked = user;
	const char *key;
	json_t *value;

	(void) about;
	if (name[0] == '_')
		return true;
	json_object_foreach((json_t *) example, key, value) {
		json_t *views[] = { json_deep_copy(example), json_deep_copy(example), json_deep_copy(example) };

		json_object_del(views[0], key);
		json_object_set_new(views[1], key, json_null());
		json_object_set_new(views[2], key, json_string(""));
		for (gsize i = 0; i < G_N_ELEMENTS(views); i++) {
			g_autoptr(GError) error = NULL;
			scoped(rendered) rendered = render_reply(replies, name, lang, views[i], &error);

			json_decref(views[i]);
			if (rendered && findings(rendered->body))
				fail_msg("%s without %s:\n%s", path, key, rendered->body);
			if (rendered)
				continue;
			++*blocked;
			if (!g_error_matches(error, WISMO_ERROR, WISMO_PARK) || !strstr(error->message, key) || !strstr(error->message, path))
				fail_msg("%s without %s: %s", path, key, error->message);
		}
	}
	return true;
}

static void what_is_not_known_is_left_out_or_blocks(void **state)
{
	int blocked = 0;

	(void) state;
	replies_each(replies, without_each, &blocked);
	assert_true(blocked > 0);
}

static void a_variable_that_nobody_sets_blocks(void **state)
{
	scoped(replies) own = replies_new();
	g_autoptr(GError) error = NULL;
	json_t *view = json_pack("{s:s}", "next_date", "26.11.2026");

	(void) state;
	assert_true(replies_add(own, "de", "mine", "mine.txt", "about: x\nexample: {\"next_date\": \"x\", \"hint\": \"y\"}\n\n"
				"Bis {{next_date}}.\n\n{{#hint}}ja{{/hint}}\nHinweis: {{hint}}\n", &error));
	assert_null(render_reply(own, "mine", "de", view, &error));
	assert_true(g_error_matches(error, WISMO_ERROR, WISMO_PARK));
	assert_non_null(strstr(error->message, "mine.txt:7"));
	assert_non_null(strstr(error->message, "{{hint}}"));
	json_decref(view);
}

/* The seller's own words come from a list of items: they are values too. */
static void values_within_lists_are_tamed(void **state)
{
	scoped(replies) own = replies_new();
	g_autoptr(GError) error = NULL;
	json_t *view = json_pack("{s:[{s:s}, {s:[s]}], s:{s:s}}", "items", "title", "Tee\r\nBcc: eve", "more", "a\nb", "shop", "name", "x\ny");
	scoped(rendered) rendered = NULL;

	(void) state;
	assert_true(replies_add(own, "de", "mine", "mine.txt", "about: x\nexample: {}\n\n"
				"{{#items}}{{title}}{{#more}}{{.}}{{/more}}{{^more}};{{/more}}{{/items}} {{shop.name}}\n", &error));
	json_array_remove(json_object_get(view, "items"), 1);
	rendered = render_reply(own, "mine", "de", view, &error);
	json_decref(view);
	if (!rendered)
		fail_msg("%s", error->message);
	assert_string_equal(rendered->body, "Tee  Bcc: eve; x y\n");
}

static void broken_bytes_are_shown_as_broken(void **state)
{
	g_autoptr(GError) error = NULL;
	json_t *view = json_pack("{s:s}", "next_date", "26.11.2026");
	scoped(rendered) rendered = NULL;

	(void) state;
	json_object_set_new(view, "buyer_name", json_stringn_nocheck("M\374ller", 6));
	rendered = render_reply(replies, "in_transit", "de", view, &error);
	json_decref(view);
	if (!rendered)
		fail_msg("%s", error->message);
	assert_non_null(strstr(rendered->body, "M\uFFFDller"));
}

static int load(void **state)
{
	g_autofree char *folder = g_build_filename(g_getenv("WISMO_TEST_SRC") ? g_getenv("WISMO_TEST_SRC") : ".", "templates", NULL);
	g_autoptr(GError) error = NULL;
	scoped(overlay) overlay = overlay_new(folder, &error);

	(void) state;
	channels = overlay ? channels_load(overlay, &error) : NULL;
	replies = channels ? replies_load(overlay, channels, &error) : NULL;
	if (!replies)
		fprintf(stderr, "%s\n", error->message);
	return replies ? 0 : -1;
}

static int unload(void **state)
{
	(void) state;
	replies_free(replies);
	channels_free(channels);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_values_stay_values),
		cmocka_unit_test(a_promised_date_that_has_passed_is_told_as_passed),
		cmocka_unit_test(what_is_not_known_is_left_out_or_blocks),
		cmocka_unit_test(a_variable_that_nobody_sets_blocks),
		cmocka_unit_test(values_within_lists_are_tamed),
		cmocka_unit_test(broken_bytes_are_shown_as_broken),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
