/* HTML to text over libxml2's tree. The walk is a loop, not a recursion: depth costs no stack. */
#include "wismo/core/html.h"

#include <libxml/HTMLparser.h>
#include <string.h>

#define QUOTE_DEPTH 50
#define INDENT_CAP 40
#define ELEMENTS 500000		/* nodes looked at; about what 2 MB can hold */

struct writer {
	GString *out;
	int quote;		/* depth of quotation */
	int pre;		/* depth of elements that keep white space */
	int breaks;		/* line ends wanted before the next word: 1 = new line, 2 = blank line */
	bool blank;		/* a blank wanted before the next word */
	int indent;		/* blanks that stand at the start of a line of <pre> */
	bool started;
};

static bool is_one_of(const char *name, const char *const *names)
{
	for (int i = 0; names[i]; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static const char *const unseen[] = { "head", "style", "script", "title", "template", "noscript", "object", "svg", "iframe",
	"select", "textarea", NULL };
static const char *const blocks[] = { "div", "tr", "table", "tbody", "li", "ul", "ol", "dl", "dt", "dd", "section", "article",
	"header", "footer", "address", "form", "hr", "center", "fieldset", "caption", "main", "aside", "nav", "figure", NULL };
static const char *const paragraphs[] = { "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", NULL };

/* A property of an inline style, compared without blanks and case. */
static bool style_says(const xmlNode *node, const char *const *phrases)
{
	xmlChar *style = xmlGetProp((xmlNode *) node, (const xmlChar *) "style");
	bool found = false;
	g_autoptr(GString) tight = NULL;

	if (!style)
		return false;
	tight = g_string_new(";");
	for (const char *p = (const char *) style; *p && tight->len < 4096; p++)
		if (!g_ascii_isspace(*p))
			g_string_append_c(tight, g_ascii_tolower(*p));
	g_string_append_c(tight, ';');
	for (int i = 0; phrases[i] && !found; i++)
		found = strstr(tight->str, phrases[i]) != NULL;
	xmlFree(style);
	return found;
}

static bool attribute_has(const xmlNode *node, const char *name, const char *const *words)
{
	xmlChar *value = xmlGetProp((xmlNode *) node, (const xmlChar *) name);
	g_auto(GStrv) parts = value ? g_strsplit_set((const char *) value, " \t\n", 20) : NULL;
	bool found = false;

	for (int i = 0; parts && parts[i] && !found; i++)
		found = is_one_of(parts[i], words);
	xmlFree(value);
	return found;
}

static bool hidden(const xmlNode *node)
{
	static const char *const phrases[] = { ";display:none", ";visibility:hidden", ";mso-hide:all", ";font-size:0;",
		";font-size:0px", ";max-height:0;", ";max-height:0px", NULL };

	return is_one_of((const char *) node->name, unseen) || xmlHasProp((xmlNode *) node, (const xmlChar *) "hidden") ||
		style_says(node, phrases);
}

/* How mail programs mark what they quote, beside <blockquote>. */
static bool quotes(const xmlNode *node)
{
	static const char *const classes[] = { "gmail_quote", "gmail_quote_container", "yahoo_quoted", "protonmail_quote",
		"zmail_extra", "moz-forward-container", NULL };
	static const char *const names[] = { "quote", NULL };

	return strcmp((const char *) node->name, "blockquote") == 0 ||
		(strcmp((const char *) node->name, "div") == 0 &&
		 (attribute_has(node, "class", classes) || attribute_has(node, "name", names)));
}

static bool keeps_space(const xmlNode *node)
{
	static const char *const phrases[] = { ";white-space:pre", "-pre-wrap", NULL };

	return strcmp((const char *) node->name, "pre") == 0 || style_says(node, phrases);
}

static void want(struct writer *writer, int breaks)
{
	writer->breaks = MAX(writer->breaks, breaks);
	writer->blank = false;
	writer->indent = 0;
}

/* Brings out the line ends, quote marks and blank that stand before the next word. */
static void approach(struct writer *writer)
{
	if (!writer->started) {
		writer->breaks = 0;
		writer->started = true;
		for (int i = 0; i < MIN(writer->quote, QUOTE_DEPTH); i++)
			g_string_append(writer->out, "> ");
	} else if (writer->breaks) {
		for (int i = 0; i < writer->breaks; i++)
			g_string_append_c(writer->out, '\n');
		for (int i = 0; i < MIN(writer->quote, QUOTE_DEPTH); i++)
			g_string_append(writer->out, "> ");
	} else if (writer->blank) {
		g_string_append_c(writer->out, ' ');
	}
	for (; writer->indent > 0; writer->indent--)
		g_string_append_c(writer->out, ' ');
	writer->breaks = 0;
	writer->blank = false;
}

static void write_text(struct writer *writer, const char *text)
{
	while (*text) {
		const char *next = text + 1;
		bool space = g_ascii_isspace(*text);

		if (!space && (guchar) text[0] == 0xc2 && (guchar) text[1] == 0xa0) {
			space = true;	/* no-break space: layout, not language */
			next = text + 2;
		}
		if (space && writer->pre && *text == '\n') {
			writer->breaks = writer->breaks < 3 ? writer->breaks + 1 : 3;
			writer->indent = 0;
		} else if (space && writer->pre && writer->started) {
			if (writer->breaks)
				writer->indent = MIN(writer->indent + 1, INDENT_CAP);
			else
				g_string_append_c(writer->out, ' ');
		} else if (space) {
			writer->blank = writer->blank || writer->breaks == 0;
		} else {
			approach(writer);
			g_string_append_c(writer->out, *text);
		}
		text = next;
	}
}

static void enter(struct writer *writer, const xmlNode *node)
{
	const char *name = (const char *) node->name;

	if (strcmp(name, "br") == 0)
		writer->breaks = MIN(writer->breaks + 1, 3);
	else if (is_one_of(name, paragraphs))
		want(writer, 2);
	else if (is_one_of(name, blocks))
		want(writer, 1);
	else if (strcmp(name, "td") == 0 || strcmp(name, "th") == 0)
		writer->blank = writer->breaks == 0 && writer->started;
	writer->pre += keeps_space(node);
	if (quotes(node)) {
		want(writer, 1);
		writer->quote++;
	}
	if (strcmp(name, "li") == 0) {
		approach(writer);
		g_string_append(writer->out, "-");
		writer->blank = true;
	}
}

static void leave(struct writer *writer, const xmlNode *node)
{
	const char *name = (const char *) node->name;

	if (quotes(node)) {
		writer->quote--;
		want(writer, 1);
	}
	writer->pre -= keeps_space(node);
	if (is_one_of(name, paragraphs))
		want(writer, 2);
	else if (is_one_of(name, blocks))
		want(writer, 1);
}

static htmlDocPtr parse(const char *html)
{
	return htmlReadMemory(html, (int) MIN(strlen(html), HTML_TEXT_CAP), NULL, "UTF-8",
			      HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_COMPACT);
}

/* Next node in reading order within `root`; `leave` is called for each element that is done. */
static const xmlNode *next_node(struct writer *writer, const xmlNode *node, const xmlNode *root, bool into)
{
	if (into && node->children && node->type == XML_ELEMENT_NODE)
		return node->children;
	for (;;) {
		if (into && node->type == XML_ELEMENT_NODE && writer)
			leave(writer, node);
		into = true;	/* parents were entered */
		if (node == root)
			return NULL;
		if (node->next)
			return node->next;
		node = node->parent;
	}
}

char *html_to_text(const char *html, bool *cut)
{
	struct writer writer = { .out = g_string_new(NULL) };
	htmlDocPtr doc = parse(html);
	const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
	const xmlNode *node = root;
	int looked = 0;

	while (node && looked++ < ELEMENTS && writer.out->len < HTML_TEXT_CAP) {
		bool into = true;

		if (node->type == XML_ELEMENT_NODE) {
			into = !hidden(node);
			if (into)
				enter(&writer, node);
		} else if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
			write_text(&writer, (const char *) node->content);
		}
		node = next_node(&writer, node, root, into);
	}
	if (cut)
		*cut = node != NULL || strlen(html) > HTML_TEXT_CAP;
	xmlFreeDoc(doc);
	if (!g_utf8_validate(writer.out->str, (gssize) writer.out->len, NULL)) {
		g_autofree char *broken = g_string_free(writer.out, FALSE);

		return g_utf8_make_valid(broken, -1);
	}
	return g_string_free(writer.out, FALSE);
}

char *html_amazon_pre(const char *html)
{
	static const char *const phrases[] = { "white-space:-o-pre-wrap", NULL };
	htmlDocPtr doc = strstr(html, "-o-pre-wrap") ? parse(html) : NULL;
	const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
	char *text = NULL;

	for (const xmlNode *node = root; node && !text; node = next_node(NULL, node, root, true)) {
		xmlChar *content;

		if (node->type != XML_ELEMENT_NODE || strcmp((const char *) node->name, "pre") != 0 || !style_says(node, phrases))
			continue;
		content = xmlNodeGetContent(node);
		text = g_utf8_make_valid((const char *) content, -1);
		xmlFree(content);
	}
	xmlFreeDoc(doc);
	return text;
}
