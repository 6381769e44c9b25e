/* Mustache after the public specification, first half: a template is compiled into a tree of nodes once. */
#include "template_p.h"

#include "wismo/base/error.h"

#include <string.h>

#define TAGS_MOST 4096		/* a reply has a dozen; more is a mistake or an attack on the compiler's stack */

struct compiler {
	const char *name;
	const char *at, *line_start;
	int line;
	char *open, *close;	/* delimiters */
	GPtrArray *stack;	/* struct node *, open sections; borrowed */
	GPtrArray *nodes;	/* where the next node goes; borrowed */
	GPtrArray *top;
	int tags;
};

static void node_free(gpointer pointer)
{
	struct node *node = pointer;

	g_free(node->text);
	g_free(node->indent);
	if (node->children)
		g_ptr_array_unref(node->children);
	g_free(node);
}

static struct node *add(struct compiler *c, enum kind kind, char *text)
{
	struct node *node = g_new0(struct node, 1);

	node->kind = kind;
	node->text = text;
	node->line = c->line;
	g_ptr_array_add(c->nodes, node);
	return node;
}

static bool complain(const struct compiler *c, GError **error, const char *format, const char *what)
{
	g_autofree char *text = g_strdup_printf("%s:%d: ", c->name, c->line);
	g_autoptr(GString) full = g_string_new(text);

	for (const char *p = format; *p; p++)
		if (p[0] == '%' && p[1] == 's') {
			g_string_append(full, what);
			p++;
		} else {
			g_string_append_c(full, *p);
		}
	g_set_error_literal(error, WISMO_ERROR, WISMO_HALT, full->str);
	return false;
}

/* Sets `open` and `close` from "=<% %>=": two words without blanks and equals signs. */
static bool set_delimiters(struct compiler *c, const char *inside, GError **error)
{
	g_autofree char *copy = g_strdup(inside);
	g_auto(GStrv) words = NULL;
	gsize length;

	g_strstrip(copy);
	length = strlen(copy);
	if (length < 2 || copy[length - 1] != '=')
		return complain(c, error, "set delimiters: expected {{=OPEN CLOSE=}}, not %s", inside);
	copy[length - 1] = '\0';
	g_strstrip(copy);
	words = g_strsplit_set(copy, " \t", -1);
	if (g_strv_length(words) < 2 || !*words[0] || strchr(copy, '='))
		return complain(c, error, "set delimiters: expected {{=OPEN CLOSE=}}, not %s", inside);
	g_free(c->open);
	g_free(c->close);
	c->open = g_strdup(words[0]);
	c->close = g_strdup(words[g_strv_length(words) - 1]);
	return true;
}

static void advance(struct compiler *c, const char *to)
{
	for (; c->at < to; c->at++)
		if (*c->at == '\n') {
			c->line++;
			c->line_start = c->at + 1;
		}
}

/* A standalone tag is alone on its line but for blanks; the whole line then disappears. Gives the end of the line
 * (behind the line break), NULL when other text is there. */
static const char *standalone(const char *line_start, const char *tag, const char *behind)
{
	for (const char *p = line_start; p < tag; p++)
		if (*p != ' ' && *p != '\t')
			return NULL;
	while (*behind == ' ' || *behind == '\t')
		behind++;
	if (*behind == '\0')
		return behind;
	if (behind[0] == '\r' && behind[1] == '\n')
		return behind + 2;
	return *behind == '\n' ? behind + 1 : NULL;
}

static bool open_section(struct compiler *c, enum kind kind, char *name, GError **error)
{
	struct node *node = add(c, kind, name);

	node->children = g_ptr_array_new_with_free_func(node_free);
	if (c->stack->len >= TEMPLATE_DEPTH_MOST)
		return complain(c, error, "section %s: nested more than 32 deep", name);
	g_ptr_array_add(c->stack, node);
	c->nodes = node->children;
	return true;
}

static bool close_section(struct compiler *c, const char *name, GError **error)
{
	const struct node *node = c->stack->len ? g_ptr_array_index(c->stack, c->stack->len - 1) : NULL;

	if (!node || strcmp(node->text, name) != 0)
		return complain(c, error, node ? "{{/%s}} closes a section that is not the innermost" : "{{/%s}} closes nothing", name);
	g_ptr_array_set_size(c->stack, (gint) c->stack->len - 1);
	c->nodes = c->stack->len ? ((struct node *) g_ptr_array_index(c->stack, c->stack->len - 1))->children : c->top;
	return true;
}

static bool add_tag(struct compiler *c, char sigil, const char *inside, char *indent, GError **error)
{
	g_autofree char *name = g_strstrip(g_strdup(inside));

	if (!*name && sigil != '!')
		return complain(c, error, "a tag without a name: {{%s}}", inside);
	switch (sigil) {
	case '!':
		return true;
	case '=':
		return set_delimiters(c, inside, error);
	case '#':
		return open_section(c, NODE_SECTION, g_steal_pointer(&name), error);
	case '^':
		return open_section(c, NODE_INVERTED, g_steal_pointer(&name), error);
	case '/':
		return close_section(c, name, error);
	case '>':
		add(c, NODE_PARTIAL, g_steal_pointer(&name))->indent = g_strdup(indent);
		return true;
	case '{': case '&':
		add(c, NODE_RAW, g_steal_pointer(&name));
		return true;
	default:
		add(c, NODE_VALUE, g_steal_pointer(&name));
		return true;
	}
}

/* One tag, whose opening delimiter stands at `tag`; text before it (from c->at) has not been added yet. */
static bool compile_tag(struct compiler *c, const char *tag, GError **error)
{
	const char *inside = tag + strlen(c->open);
	char sigil = *inside && strchr("!#^/>{&=", *inside) ? *inside : '\0';
	g_autofree char *ending = sigil == '{' ? g_strconcat("}", c->close, NULL) : g_strdup(c->close);
	const char *end = strstr(inside, ending);
	const char *behind, *line_end = NULL, *line_start = c->line_start;
	g_autofree char *content = NULL, *indent = NULL;

	for (const char *p = c->at; p < tag; p++)
		if (*p == '\n')
			line_start = p + 1;
	if (!end || ++c->tags > TAGS_MOST) {
		advance(c, tag);
		return complain(c, error, end ? "more than 4096 tags%s" : "a tag is not closed: expected %s", end ? "" : ending);
	}
	behind = end + strlen(ending);
	if (sigil && strchr("!#^/>=", sigil))
		line_end = standalone(line_start, tag, behind);
	/* Blanks before an earlier tag of this line belong to that line: it is not standalone then. */
	if (line_end && line_start < c->at)
		line_end = NULL;
	if (line_end) {
		indent = g_strndup(line_start, (gsize) (tag - line_start));
		if (line_start > c->at)
			add(c, NODE_TEXT, g_strndup(c->at, (gsize) (line_start - c->at)));
	} else if (tag > c->at) {
		add(c, NODE_TEXT, g_strndup(c->at, (gsize) (tag - c->at)));
	}
	advance(c, tag);
	content = g_strndup(inside + (sigil ? 1 : 0), (gsize) (end - inside) - (sigil ? 1 : 0));
	if (!add_tag(c, sigil, content, line_end ? indent : NULL, error))
		return false;
	advance(c, line_end ? line_end : behind);
	return true;
}

static bool compile(struct compiler *c, GError **error)
{
	const char *tag;

	while ((tag = strstr(c->at, c->open)))
		if (!compile_tag(c, tag, error))
			return false;
	if (*c->at)
		add(c, NODE_TEXT, g_strdup(c->at));
	if (c->stack->len) {
		const struct node *node = g_ptr_array_index(c->stack, c->stack->len - 1);

		c->line = node->line;
		return complain(c, error, "section {{#%s}} is never closed", node->text);
	}
	return true;
}

struct template *template_new(const char *name, int line, const char *text, GError **error)
{
	struct template *template = g_new0(struct template, 1);
	g_autoptr(GPtrArray) stack = g_ptr_array_new();
	struct compiler c = { .name = name, .at = text, .line_start = text, .line = line, .stack = stack };
	bool fine;

	template->name = g_strdup(name);
	template->nodes = g_ptr_array_new_with_free_func(node_free);
	c.nodes = c.top = template->nodes;
	c.open = g_strdup("{{");
	c.close = g_strdup("}}");
	fine = compile(&c, error);
	g_free(c.open);
	g_free(c.close);
	if (fine)
		return template;
	template_free(template);
	return NULL;
}

void template_free(struct template *template)
{
	if (!template)
		return;
	g_free(template->name);
	g_ptr_array_unref(template->nodes);
	g_free(template);
}
