/* Mustache, second half: one walk over the nodes. It never looks at a value as template, so nothing that a buyer writes can
 * become a tag. */
#include "template_p.h"

#include "wismo/base/error.h"

#include <string.h>

#define OUTPUT_CAP_BYTES (256 * 1024)

struct rendering {
	enum template_way way;
	template_partial *partial;
	void *user;
	const json_t *contexts[2 * TEMPLATE_DEPTH_MOST + 2];	/* the stack that names are looked up in, innermost last */
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
	if (r->depth + 1 >= TEMPLATE_DEPTH_MOST)
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
