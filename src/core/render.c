/* From a template and variables to a reply. Knows the form of template files, but reads none. */
#include "config.h"
#include "wismo/core/render.h"

#include "wismo/base/error.h"
#include "wismo/core/template.h"

#include <string.h>

struct reply_template {
	char *name, *lang, *path, *about;
	struct template *subject;	/* NULL: none */
	struct template *body;
	GPtrArray *examples;		/* json_t * */
	GArray *example_lines;		/* int */
};

struct replies {
	GPtrArray *list;	/* struct reply_template */
	GHashTable *words;	/* "de.status.in_transit" -> text */
};

static void drop_json(gpointer value)
{
	json_decref(value);
}

static void reply_template_free(gpointer pointer)
{
	struct reply_template *one = pointer;

	g_free(one->name);
	g_free(one->lang);
	g_free(one->path);
	g_free(one->about);
	template_free(one->subject);
	template_free(one->body);
	g_ptr_array_unref(one->examples);
	g_array_unref(one->example_lines);
	g_free(one);
}

struct replies *replies_new(void)
{
	struct replies *replies = g_new0(struct replies, 1);

	replies->list = g_ptr_array_new_with_free_func(reply_template_free);
	replies->words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return replies;
}

void replies_free(struct replies *replies)
{
	if (!replies)
		return;
	g_ptr_array_unref(replies->list);
	g_hash_table_unref(replies->words);
	g_free(replies);
}

static bool complain(const char *path, int line, GError **error, const char *text)
{
	g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s:%d: %s", path, line, text);
	return false;
}

static bool read_key(struct reply_template *one, int line, const char *text, GError **error)
{
	const char *colon = strchr(text, ':');
	g_autofree char *key = colon ? g_strndup(text, (gsize) (colon - text)) : NULL;
	g_autofree char *value = colon ? g_strstrip(g_strdup(colon + 1)) : NULL;
	json_error_t cause;
	json_t *example;

	if (!key)
		return complain(one->path, line, error, "expected `key: value`, or an empty line before the text");
	if (strcmp(key, "about") == 0) {
		g_free(one->about);
		one->about = g_steal_pointer(&value);
		return true;
	}
	if (strcmp(key, "subject") == 0) {
		if (one->subject)
			return complain(one->path, line, error, "subject stands here twice");
		one->subject = template_new(one->path, line, value, error);
		return one->subject != NULL;
	}
	if (strcmp(key, "example") != 0)
		return complain(one->path, line, error, "not a key; expected about, subject or example");
	example = json_loads(value, JSON_REJECT_DUPLICATES, &cause);
	if (!json_is_object(example)) {
		g_autofree char *why = g_strdup_printf("example: expected a JSON object on one line: %s", example ? "not an object" : cause.text);

		json_decref(example);
		return complain(one->path, line, error, why);
	}
	g_ptr_array_add(one->examples, example);
	g_array_append_val(one->example_lines, line);
	return true;
}

bool replies_add(struct replies *replies, const char *lang, const char *name, const char *path, const char *text,
		 GError **error)
{
	struct reply_template *one = g_new0(struct reply_template, 1);
	g_autofree char *body = NULL;
	int line = 1;

	one->name = g_strdup(name);
	one->lang = g_strdup(lang);
	one->path = g_strdup(path);
	one->examples = g_ptr_array_new_with_free_func(drop_json);
	one->example_lines = g_array_new(FALSE, FALSE, sizeof(int));
	g_ptr_array_add(replies->list, one);
	for (; *text && *text != '\n'; line++) {
		const char *end = strchrnul(text, '\n');
		g_autofree char *head = g_strndup(text, (gsize) (end - text));

		if (!read_key(one, line, head, error))
			return false;
		text = *end ? end + 1 : end;
	}
	if (!*text)
		return complain(path, line, error, "the text is missing: expected an empty line and the answer below the head");
	body = g_strdup(text + 1);
	if (name[0] == '_')
		g_strchomp(body);
	one->body = template_new(path, line + 1, body, error);
	if (one->body && !one->examples->len)
		return complain(path, line, error, "at least one `example: {...}` is wanted: it proves the template when it is loaded");
	return one->body != NULL;
}

bool replies_add_words(struct replies *replies, const char *lang, const char *path, const char *text, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (int i = 0; lines[i]; i++) {
		const char *equals = strchr(lines[i], '=');
		g_autofree char *key = NULL;
		char *value;

		if (!*g_strstrip(lines[i]) || lines[i][0] == '#')
			continue;
		if (!equals || !strchr(lines[i], '.') || strchr(lines[i], '.') > equals)
			return complain(path, i + 1, error, "expected `kind.word = text`");
		key = g_strstrip(g_strndup(lines[i], (gsize) (equals - lines[i])));
		value = g_strstrip(g_strdup(equals + 1));
		g_hash_table_insert(replies->words, g_strconcat(lang, ".", key, NULL), value);
	}
	return true;
}

static const struct reply_template *find(const struct replies *replies, const char *lang, const char *name)
{
	for (guint i = 0; i < replies->list->len; i++) {
		const struct reply_template *one = g_ptr_array_index(replies->list, i);

		if (strcmp(one->lang, lang) == 0 && strcmp(one->name, name) == 0)
			return one;
	}
	return NULL;
}

static const struct reply_template *find_nearest(const struct replies *replies, const char *lang, const char *name)
{
	const char *const wanted[] = { lang ? lang : "en", "en", "de" };
	const struct reply_template *one = NULL;

	for (gsize i = 0; !one && i < G_N_ELEMENTS(wanted); i++)
		one = find(replies, wanted[i], name);
	return one;
}

const char *replies_lang(const struct replies *replies, const char *template, const char *lang)
{
	const struct reply_template *one = find_nearest(replies, lang, template);

	return one ? one->lang : NULL;
}

struct lookup {
	const struct replies *replies;
	const char *lang;
};

/* {{> closing}} is the template `_closing` of the same language. */
static const struct template *partial(const char *name, void *user)
{
	const struct lookup *lookup = user;
	g_autofree char *file = g_strconcat("_", name, NULL);
	const struct reply_template *one = find(lookup->replies, lookup->lang, file);

	return one ? one->body : NULL;
}

bool replies_has(const struct replies *replies, const char *template)
{
	for (guint i = 0; i < replies->list->len; i++)
		if (strcmp(((struct reply_template *) g_ptr_array_index(replies->list, i))->name, template) == 0)
			return true;
	return false;
}

/* Values may come from mail: whatever would break a line out of its place is made a blank; a reply's lines are its template's. */
static json_t *tame(const json_t *value)
{
	if (json_is_string(value)) {
		g_autofree char *valid = g_utf8_make_valid(json_string_value(value), -1);
		g_autoptr(GString) flat = g_string_new(NULL);

		for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
			gunichar c = g_utf8_get_char(p);
			bool breaks = g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029 || g_unichar_type(c) == G_UNICODE_FORMAT;

			g_string_append_unichar(flat, breaks ? ' ' : c);
		}
		return json_string(g_strstrip(flat->str));
	}
	if (json_is_object(value)) {
		json_t *copy = json_object();
		const char *key;
		json_t *item;

		json_object_foreach((json_t *) value, key, item)
			json_object_set_new(copy, key, tame(item));
		return copy;
	}
	if (json_is_array(value)) {
		json_t *copy = json_array();
		size_t i;
		json_t *item;

		json_array_foreach((json_t *) value, i, item)
			json_array_append_new(copy, tame(item));
		return copy;
	}
	return json_deep_copy(value);
}

static struct rendered *render(const struct replies *replies, const struct reply_template *one, const json_t *variables,
			       GError **error)
{
	struct lookup lookup = { replies, one->lang };
	json_t *view = tame(variables);
	struct rendered *out = g_new0(struct rendered, 1);

	out->lang = g_strdup(one->lang);
	out->file = g_strdup(one->path);
	out->body = template_render(one->body, TEMPLATE_REPLY, view, partial, &lookup, error);
	if (out->body)
		out->subject = one->subject ? template_render(one->subject, TEMPLATE_REPLY, view, partial, &lookup, error)
			: g_strdup("");
	json_decref(view);
	if (out->subject)
		return out;
	rendered_free(out);
	return NULL;
}

struct rendered *render_reply(const struct replies *replies, const char *template, const char *lang,
			      const json_t *variables, GError **error)
{
	const struct reply_template *one = find_nearest(replies, lang, template);

	if (one)
		return render(replies, one, variables, error);
	g_set_error(error, WISMO_ERROR, WISMO_PARK, "there is no reply template \"%s\"", template);
	return NULL;
}

bool replies_prove(const struct replies *replies, replies_look *each, void *user, GError **error)
{
	for (guint i = 0; i < replies->list->len; i++) {
		const struct reply_template *one = g_ptr_array_index(replies->list, i);

		for (guint k = 0; k < one->examples->len; k++) {
			int line = g_array_index(one->example_lines, int, k);
			g_autoptr(GError) cause = NULL;
			scoped(rendered) rendered = render(replies, one, g_ptr_array_index(one->examples, k), &cause);

			if (!rendered) {
				g_autofree char *why = g_strdup_printf("this example does not render: %s", cause->message);

				return complain(one->path, line, error, why);
			}
			if (each && one->name[0] != '_' && !each(one->path, line, rendered->body, user, error))
				return false;
		}
	}
	return true;
}

void replies_each(const struct replies *replies, replies_visit *each, void *user)
{
	for (guint i = 0; i < replies->list->len; i++) {
		const struct reply_template *one = g_ptr_array_index(replies->list, i);

		if (!each(one->name, one->lang, one->path, one->about ? one->about : "",
			  g_ptr_array_index(one->examples, 0), user))
			return;
	}
}

const char *render_word(const struct replies *replies, const char *lang, const char *kind, const char *word)
{
	const char *const wanted[] = { lang ? lang : "en", "en", "de" };

	for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
		g_autofree char *key = g_strdup_printf("%s.%s.%s", wanted[i], kind, word);
		const char *text = g_hash_table_lookup(replies->words, key);

		if (text)
			return text;
	}
	return NULL;
}

void rendered_free(struct rendered *rendered)
{
	if (!rendered)
		return;
	g_free(rendered->subject);
	g_free(rendered->body);
	g_free(rendered->lang);
	g_free(rendered->file);
	g_free(rendered);
}
