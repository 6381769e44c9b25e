#include "tests/lib/unit.h"

#include "wismo/base/error.h"
#include "wismo/core/template.h"

#include <string.h>

static const struct template *shelf_find(const char *name, void *user)
{
	return g_hash_table_lookup(user, name);
}

static void drop(gpointer template)
{
	template_free(template);
}

/* {{>p}} is rows[i].partial. */
static char *render(const char *text, const char *view, const char *partial, enum template_way way, GError **error)
{
	g_autoptr(GHashTable) shelf = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, drop);
	scoped(template) template = template_new("t", 1, text, error);
	json_t *json = json_loads(view, JSON_DECODE_ANY, NULL);
	char *out;

	assert_non_null(json);
	if (partial)
		g_hash_table_insert(shelf, (gpointer) "p", template_new("p", 1, partial, NULL));
	out = template ? template_render(template, way, json, shelf_find, shelf, error) : NULL;
	json_decref(json);
	return out;
}

struct row { const char *text, *view, *partial, *out; };

static void expect(const struct row *rows, gsize n)
{
	for (gsize i = 0; i < n; i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *out = render(rows[i].text, rows[i].view, rows[i].partial, TEMPLATE_SPEC, &error);

		if (g_strcmp0(out, rows[i].out) != 0)
			fail_msg("%s with %s: \"%s\", not \"%s\" %s", rows[i].text, rows[i].view, out, rows[i].out,
				 error ? error->message : "");
	}
}

static void variables_escape_html_unless_told_not_to(void **state)
{
	static const struct row rows[] = {
		{ "Hello, {{s}}!", "{\"s\":\"world\"}", NULL, "Hello, world!" },
		{ "{{x}}", "{\"x\":\"& \\\" < >\"}", NULL, "&amp; &quot; &lt; &gt;" },
		{ "{{{x}}} {{&x}} {{& x }}", "{\"x\":\"<&>\"}", NULL, "<&> <&> <&>" },
		{ "{{n}} {{f}}", "{\"n\":85,\"f\":1.21}", NULL, "85 1.21" },
		{ "({{missing}})({{null}})", "{\"null\":null}", NULL, "()()" },
		{ "{{a.b.c}} {{#a}}{{b.c}}{{/a}}", "{\"a\":{\"b\":{\"c\":\"x\"}}}", NULL, "x x" },
		{ "{{#a}}{{b.c}}{{/a}}", "{\"a\":{\"b\":{}},\"b\":{\"c\":\"wrong\"}}", NULL, "" },
		{ "| {{s}} |", "{\"s\":\"---\"}", NULL, "| --- |" },
		{ "  {{s}}\n", "{\"s\":\"---\"}", NULL, "  ---\n" },
		{ "{{ s }}", "{\"s\":\"{{s}}\"}", NULL, "{{s}}" },	/* never read as template again */
		{ "{{.}}", "\"text\"", NULL, "text" },
	};

	(void) state;
	expect(rows, G_N_ELEMENTS(rows));
}

static void sections_repeat_nest_and_see_outward(void **state)
{
	static const struct row rows[] = {
		{ "{{#b}}yes{{/b}}{{^b}}no{{/b}}", "{\"b\":true}", NULL, "yes" },
		{ "{{#b}}yes{{/b}}{{^b}}no{{/b}}", "{\"b\":false}", NULL, "no" },
		{ "{{#b}}yes{{/b}}{{^b}}no{{/b}}", "{}", NULL, "no" },
		{ "{{#l}}{{n}}{{/l}}", "{\"l\":[{\"n\":1},{\"n\":2},{\"n\":3}]}", NULL, "123" },
		{ "{{#l}}({{.}}){{/l}}", "{\"l\":[\"a\",1,2.5]}", NULL, "(a)(1)(2.5)" },
		{ "{{#l}}Yay{{/l}}{{^l}}none{{/l}}", "{\"l\":[]}", NULL, "none" },
		{ "{{#a}}{{#b}}{{x}}{{y}}{{/b}}{{/a}}", "{\"a\":{\"x\":1},\"b\":{\"y\":2}}", NULL, "12" },
		{ "{{#l}}{{#.}}{{.}}{{/.}};{{/l}}", "{\"l\":[[1,2],[3]]}", NULL, "12;3;" },
		{ "| This Is\n{{#b}}\n|\n{{/b}}\n| A Line\n", "{\"b\":true}", NULL, "| This Is\n|\n| A Line\n" },
		{ "| This Is\n  {{#b}}\n|\n  {{/b}}\n| A Line\n", "{\"b\":true}", NULL, "| This Is\n|\n| A Line\n" },
		{ "|\r\n{{#b}}\r\n{{/b}}\r\n|", "{\"b\":true}", NULL, "|\r\n|" },
		{ "  {{#b}}\n#{{/b}}\n/", "{\"b\":true}", NULL, "#\n/" },
		{ "#{{#b}}\n/\n  {{/b}}", "{\"b\":true}", NULL, "#\n/\n" },
		{ " | {{#b}}\t|\t{{/b}} | \n", "{\"b\":true}", NULL, " | \t|\t | \n" },
		{ " {{#b}}YES{{/b}}\n {{#b}}GOOD{{/b}}\n", "{\"b\":true}", NULL, " YES\n GOOD\n" },
		{ "|{{# b }}={{/ b }}|", "{\"b\":true}", NULL, "|=|" },
	};

	(void) state;
	expect(rows, G_N_ELEMENTS(rows));
}

static void comments_and_delimiters_leave_no_trace(void **state)
{
	static const struct row rows[] = {
		{ "12345{{! Comment }}67890", "{}", NULL, "1234567890" },
		{ "Begin.\n  {{! Indented }}\nEnd.\n", "{}", NULL, "Begin.\nEnd.\n" },
		{ "Begin.\n{{!\nmany\nlines\n}}\nEnd.\n", "{}", NULL, "Begin.\nEnd.\n" },
		{ "  12 {{! 34 }}\n", "{}", NULL, "  12 \n" },
		{ "{{=<% %>=}}(<%t%>)", "{\"t\":\"Hey!\"}", NULL, "(Hey!)" },
		{ "({{=[ ]=}}[t])", "{\"t\":\"it\"}", NULL, "(it)" },
		{ "{{= | | =}}|#s||d||/s|", "{\"s\":true,\"d\":\"I\"}", NULL, "I" },
		{ "Begin.\n{{=@ @=}}\nEnd.\n", "{}", NULL, "Begin.\nEnd.\n" },
		{ "| {{=@ @=}} |", "{}", NULL, "|  |" },
		{ "{{=<% %>=}}{{t}}<%={{ }}=%>{{t}}", "{\"t\":1}", NULL, "{{t}}1" },
	};

	(void) state;
	expect(rows, G_N_ELEMENTS(rows));
}

static void partials_inherit_the_context_and_their_indentation(void **state)
{
	static const struct row rows[] = {
		{ "\"{{>p}}\"", "{}", "from partial", "\"from partial\"" },
		{ "\"{{>missing}}\"", "{}", NULL, "\"\"" },
		{ "\"{{>p}}\"", "{\"text\":\"content\"}", "*{{text}}*", "\"*content*\"" },
		{ "{{>p}}", "{\"c\":\"X\",\"n\":{\"c\":\"Y\",\"n\":false}}", "{{c}}<{{#n}}{{>p}}{{/n}}>", "X<Y<>>" },
		{ "| {{>p}} |", "{}", "\t|\t", "| \t|\t |" },
		{ "  {{d}}  {{> p}}\n", "{\"d\":\"|\"}", ">\n>", "  |  >\n>\n" },
		{ "|\r\n{{>p}}\r\n|", "{}", ">", "|\r\n>|" },
		{ "\\\n {{>p}}\n/\n", "{\"c\":\"<\\n->\"}", "|\n{{{c}}}\n|\n", "\\\n |\n <\n->\n |\n/\n" },
		{ "  {{>p}}\n>", "{}", ">\n>", "  >\n  >>" },
	};

	(void) state;
	expect(rows, G_N_ELEMENTS(rows));
}

static void mistakes_name_file_line_and_tag(void **state)
{
	static const struct { const char *text, *says; } rows[] = {
		{ "a\n{{#x}}\nb", "t:2: section {{#x}} is never closed" },
		{ "a\n\n{{/x}}", "t:3: {{/x}} closes nothing" },
		{ "{{#a}}{{#b}}{{/a}}{{/b}}", "t:1: {{/a}} closes a section that is not the innermost" },
		{ "a {{x", "t:1: a tag is not closed" },
		{ "\n{{ }}", "t:2: a tag without a name" },
		{ "{{= =}}", "t:1: set delimiters" },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(template_new("t", 1, rows[i].text, &error));
		assert_true(g_error_matches(error, WISMO_ERROR, WISMO_HALT));
		if (!g_str_has_prefix(error->message, rows[i].says))
			fail_msg("%s: %s", rows[i].text, error->message);
	}
}

static void an_unknown_variable_stops_a_reply_with_its_name(void **state)
{
	static const struct { const char *text, *view, *says; } rows[] = {
		{ "a\n{{name}}", "{}", "t:2: {{name}}" },
		{ "{{name}}", "{\"name\":null}", "t:1: {{name}}" },
		{ "{{name}}", "{\"name\":\"\"}", "t:1: {{name}}" },
		{ "{{> nothing}}", "{}", "t:1: {{nothing}}: there is no such partial" },
	};
	g_autoptr(GError) none = NULL;
	g_autofree char *fine = render("{{#name}}{{name}}{{/name}}{{^name}}you{{/name}} <>", "{\"name\":\"\"}", NULL, TEMPLATE_REPLY, &none);

	(void) state;
	assert_string_equal(fine, "you <>");
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(render(rows[i].text, rows[i].view, NULL, TEMPLATE_REPLY, &error));
		assert_true(g_error_matches(error, WISMO_ERROR, WISMO_PARK));
		if (!g_str_has_prefix(error->message, rows[i].says))
			fail_msg("%s: %s", rows[i].text, error->message);
	}
}

static void depth_and_length_are_bounded(void **state)
{
	g_autoptr(GString) deep = g_string_new(NULL);
	g_autoptr(GString) many = g_string_new("{\"l\":[1");
	g_autoptr(GError) error = NULL;

	(void) state;
	for (int i = 0; i < 100; i++)
		g_string_append(deep, "{{#a}}");
	assert_null(template_new("t", 1, deep->str, &error));
	assert_non_null(strstr(error->message, "32 deep"));
	g_clear_error(&error);
	assert_null(render("{{>p}}", "{}", "{{>p}}", TEMPLATE_SPEC, &error));
	assert_non_null(strstr(error->message, "32 deep"));
	g_clear_error(&error);
	for (int i = 0; i < 1000; i++)
		g_string_append(many, ",1");
	g_string_append(many, "]}");
	assert_null(render("{{#l}}{{#l}}{{#l}}x{{/l}}{{/l}}{{/l}}", many->str, NULL, TEMPLATE_SPEC, &error));
	assert_non_null(strstr(error->message, "256 KB"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(variables_escape_html_unless_told_not_to),
		cmocka_unit_test(sections_repeat_nest_and_see_outward),
		cmocka_unit_test(comments_and_delimiters_leave_no_trace),
		cmocka_unit_test(partials_inherit_the_context_and_their_indentation),
		cmocka_unit_test(mistakes_name_file_line_and_tag),
		cmocka_unit_test(an_unknown_variable_stops_a_reply_with_its_name),
		cmocka_unit_test(depth_and_length_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
