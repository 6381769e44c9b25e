/* Mustache after the public specification: a template is compiled into a tree of nodes once, and rendered by one
 * walk. The walk never looks at a value as template, so nothing that a buyer writes can become a tag. */
#include "wismo/core/template.h"

#include "wismo/base/error.h"

#include <string.h>

#define DEPTH_MOST 32
#define OUTPUT_CAP_BYTES (256 * 1024)
#define TAGS_MOST 4096		/* a reply has a dozen; more is a mistake or an attack on the compiler's stack */

enum kind { NODE_TEXT, NODE_VALUE, NODE_RAW, NODE_SECTION, NODE_INVERTED, NODE_PARTIAL };

struct node {
	enum kind kind;
	char *text;		/* the literal text, or the name */
	int line;
	char *indent;		/* of a standalone partial; NULL: none */
	GPtrArray *children;	/* of sections */
};

struct template {
	char *name;
	GPtrArray *nodes;
};

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
	if (c->stack->len >= DEPTH_MOST)
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

struct rendering {
	enum template_way way;
	template_partial *partial;
	void *user;
	const json_t *contexts[2 * DEPTH_MOST + 2];	/* the stack that names are looked up in, innermost last */
	int depth;
	GString *out;
};

static const json_t *look_up(const struct rendering *r, const char *name)
{
	g_auto(GStrv) parts = NULL;
	const json_t *found = NULL;

	if (strcmp(name, ".") == 0)
		return r->contexts[r->depth];
	parts = g_strsplit(name, ".", -1);
	/* Only the first part is sought through the stack; the rest must hang on what was found (spec: dotted names). */
	for (int i = r->depth; i >= 0 && !found; i--)
		found = json_object_get(r->contexts[i], parts[0]);
	for (char **part = parts + 1; found && parts[0] && *part; part++)
		found = json_object_get(found, *part);
	return found;
}

static void append_escaped(GString *out, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '&':
			g_string_append(out, "&amp;");
			break;
		case '<':
			g_string_append(out, "&lt;");
			break;
		case '>':
			g_string_append(out, "&gt;");
			break;
		case '"':
			g_string_append(out, "&quot;");
			break;
		default:
			g_string_append_c(out, *text);
		}
}

static char *text_of(const json_t *value)
{
	char number[G_ASCII_DTOSTR_BUF_SIZE];

	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_STRING:
		return g_strdup(json_string_value(value));
	case JSON_INTEGER:
		return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	case JSON_REAL:
		return g_strdup(g_ascii_formatd(number, sizeof number, "%.15g", json_real_value(value)));
	case JSON_TRUE:
		return g_strdup("true");
	case JSON_FALSE:
		return g_strdup("false");
	default:
		return g_strdup("");
	}
}

static bool fail(const struct template *template, const struct node *node, const char *what, GError **error)
{
	g_set_error(error, WISMO_ERROR, WISMO_PARK, "%s:%d: {{%s}}: %s", template->name, node->line, node->text, what);
	return false;
}

static bool put_value(struct rendering *r, const struct template *template, const struct node *node, GError **error)
{
	g_autofree char *text = text_of(look_up(r, node->text));

	if (r->way == TEMPLATE_REPLY && !*text)
		return fail(template, node, "this variable is unknown here; test it with a section, or give it a value", error);
	if (r->way == TEMPLATE_SPEC && node->kind == NODE_VALUE)
		append_escaped(r->out, text);
	else
		g_string_append(r->out, text);
	return true;
}

static bool truthy(const json_t *value)
{
	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_NULL: case JSON_FALSE:
		return false;
	case JSON_ARRAY:
		return json_array_size(value) > 0;
	case JSON_STRING:
		/* The specification leaves the empty string open; an absent name and an empty one mean the same to us. */
		return *json_string_value(value) != '\0';
	default:
		return true;
	}
}

static bool walk(struct rendering *r, const struct template *template, const GPtrArray *nodes, GError **error);

static bool walk_in(struct rendering *r, const struct template *template, const struct node *node,
		    const json_t *context, GError **error)
{
	bool fine;

	if (r->depth + 1 >= (int) G_N_ELEMENTS(r->contexts))
		return fail(template, node, "nested too deep", error);
	r->contexts[++r->depth] = context;
	fine = walk(r, template, node->children, error);
	r->depth--;
	return fine;
}

static bool put_section(struct rendering *r, const struct template *template, const struct node *node, GError **error)
{
	const json_t *value = look_up(r, node->text);
	size_t i;
	const json_t *item;

	if (!truthy(value))
		return true;
	if (!json_is_array(value))
		return walk_in(r, template, node, value, error);
	json_array_foreach((json_t *) value, i, item)
		if (!walk_in(r, template, node, item, error))
			return false;
	return true;
}

/* The lines of a standalone partial get its indentation; the specification wants the template's lines indented,
 * not those of values, so the partial is rendered from its indented nodes. */
static bool put_partial(struct rendering *r, const struct template *template, const struct node *node, GError **error)
{
	const struct template *partial = r->partial ? r->partial(node->text, r->user) : NULL;
	bool fine, fresh = true;

	if (!partial)
		return r->way == TEMPLATE_SPEC || fail(template, node, "there is no such partial", error);
	if (r->depth + 1 >= DEPTH_MOST)
		return fail(template, node, "partials nested more than 32 deep", error);
	r->contexts[r->depth + 1] = r->contexts[r->depth];
	r->depth++;
	if (!node->indent || !*node->indent) {
		fine = walk(r, partial, partial->nodes, error);
	} else {
		fine = true;
		for (guint i = 0; i < partial->nodes->len && fine; i++) {
			const struct node *child = g_ptr_array_index(partial->nodes, i);
			g_autoptr(GPtrArray) one = g_ptr_array_new();

			if (child->kind == NODE_TEXT) {
				for (const char *p = child->text; *p; p++) {
					if (fresh)
						g_string_append(r->out, node->indent);
					g_string_append_c(r->out, *p);
					fresh = *p == '\n';
				}
				continue;
			}
			if (fresh)
				g_string_append(r->out, node->indent);
			fresh = false;
			g_ptr_array_add(one, (gpointer) child);
			fine = walk(r, partial, one, error);
		}
	}
	r->depth--;
	/* A partial file's last line break does not count in replies (editors add one); its own line keeps its break. */
	if (fine && r->way == TEMPLATE_REPLY && node->indent && r->out->len && r->out->str[r->out->len - 1] != '\n')
		g_string_append_c(r->out, '\n');
	return fine;
}

static bool put_node(struct rendering *r, const struct template *template, const struct node *node, GError **error)
{
	switch (node->kind) {
	case NODE_TEXT:
		g_string_append(r->out, node->text);
		return true;
	case NODE_VALUE: case NODE_RAW:
		return put_value(r, template, node, error);
	case NODE_SECTION:
		return put_section(r, template, node, error);
	case NODE_INVERTED:
		return truthy(look_up(r, node->text)) || walk_in(r, template, node, r->contexts[r->depth], error);
	case NODE_PARTIAL:
		return put_partial(r, template, node, error);
	}
	return true;
}

static bool walk(struct rendering *r, const struct template *template, const GPtrArray *nodes, GError **error)
{
	for (guint i = 0; i < nodes->len; i++) {
		const struct node *node = g_ptr_array_index(nodes, i);

		if (!put_node(r, template, node, error))
			return false;
		if (r->out->len > OUTPUT_CAP_BYTES)
			return fail(template, node, "the text grows beyond 256 KB", error);
	}
	return true;
}

char *template_render(const struct template *template, enum template_way way, const json_t *view,
		      template_partial *partial, void *user, GError **error)
{
	struct rendering r = { .way = way, .partial = partial, .user = user, .contexts = { view } };

	r.out = g_string_new(NULL);
	if (walk(&r, template, template->nodes, error))
		return g_string_free(r.out, FALSE);
	g_string_free(r.out, TRUE);
	return NULL;
}
