/* The only file that calls libconfuse's parser. It is not re-entrant: its lexer is global. */
#include "confuse_p.h"

#include "wismo/base/error.h"

#include <stdio.h>
#include <string.h>

#define FILE_CAP_KB 1024	/* the largest of ours is a pattern pack of some 100 KB */

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

static GString *complaint;
static const char *current;	/* file that is read: sections without a title forget theirs */

G_GNUC_PRINTF(2, 0) static void complain(cfg_t *cfg, const char *format, va_list args)
{
	if (complaint)
		return;		/* the first one names the place; what follows are its echoes */
	complaint = g_string_new(NULL);
	if (cfg && (cfg->filename || current))
		g_string_append_printf(complaint, "%s:%d: ", cfg->filename ? cfg->filename : current, cfg->line);
	g_string_append_vprintf(complaint, format, args);
}

/* Escapes can make bytes that are no UTF-8 out of a file that is; everything behind us trusts in it. */
static void check_strings(cfg_t *cfg)
{
	for (cfg_opt_t *option = cfg->opts; option && option->name; option++) {
		for (unsigned i = 0; i < option->nvalues; i++) {
			if (option->type == CFGT_SEC)
				check_strings(cfg_opt_getnsec(option, i));
			else if (option->type == CFGT_STR && cfg_opt_getnstr(option, i) &&
				 !g_utf8_validate(cfg_opt_getnstr(option, i), -1, NULL))
				cfg_error(cfg, "%s: an escape makes it no UTF-8", option->name);
		}
	}
}

static cfg_t *settle(cfg_t *cfg, int code, const char *name, GError **error)
{
	g_autofree char *text = complaint ? g_string_free(complaint, FALSE) : NULL;

	complaint = NULL;
	if (code == CFG_SUCCESS && !text)
		return cfg;
	g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s", text ? text : name);
	cfg_free(cfg);
	return NULL;
}

/* libconfuse counts the line of a # comment twice, so that every later message would name a wrong line: it is
 * given the text with comments as blanks. */
static char *without_comments(const char *text)
{
	char *copy = g_strdup(text), quote = 0;

	for (char *p = copy; *p; p++) {
		if (quote && *p == '\\' && p[1])
			p++;
		else if (quote)
			quote = *p == quote ? 0 : quote;
		else if (*p == '"' || *p == '\'')
			quote = *p;
		else if (*p == '#')
			while (*p && *p != '\n')
				*p++ = ' ';
		if (!*p)
			break;
	}
	return copy;
}

static bool comment_starts(const char *text, const char *p)
{
	return *p == '/' && (p[1] == '/' || p[1] == '*') && (p == text || strchr(" \t\n{}", p[-1]));
}

/* libconfuse closes at the end of the file what was not closed, and complains of a lost } only where an option of the
 * next block does not belong. The block that is open at the end: its line's text from the name to the {. NULL: none. */
static char *unclosed(const char *text, int *line)
{
	g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(const char *));
	const char *place;
	gsize length;
	char quote = 0;

	for (const char *p = text; *p; p++) {
		if (quote && *p == '\\' && p[1])
			p++;
		else if (quote)
			quote = *p == quote ? 0 : quote;
		else if (*p == '"' || *p == '\'')
			quote = *p;
		else if (comment_starts(text, p) && !(p = strstr(p + 2, p[1] == '/' ? "\n" : "*/")))
			break;
		else if (*p == '{')
			g_array_append_val(open, p);
		else if (*p == '}' && open->len)
			g_array_set_size(open, open->len - 1);
	}
	if (!open->len)
		return NULL;
	place = g_array_index(open, const char *, open->len - 1);
	*line = 1;
	for (const char *p = text; p < place; p++)
		*line += *p == '\n';
	for (length = 0; place - length > text && place[-1 - (gssize) length] != '\n' && place[-1 - (gssize) length] != '}'; )
		length++;
	return g_strstrip(g_strndup(place - length, length));
}

static void tell_unclosed(const char *name, const char *text)
{
	int line;
	g_autofree char *block = unclosed(text, &line);

	if (!block)
		return;
	if (complaint) {
		g_string_append_printf(complaint, "; is the } of %s in line %d missing?", block, line);
		return;
	}
	complaint = g_string_new(NULL);
	g_string_printf(complaint, "%s:%d: %s is not closed; its } is missing", name, line, block);
}

cfg_t *confuse_read_text(const char *name, const char *text, cfg_opt_t *options, GError **error)
{
	cfg_t *cfg = cfg_init(options, CFGF_NONE);
	g_autofree char *plain = without_comments(text);
	FILE *stream = fmemopen(plain, strlen(plain), "r");
	int code;

	if (!cfg || !stream)
		g_error("out of memory");
	g_free(cfg->filename);
	cfg->filename = strdup(name);	/* libconfuse frees it with free() */
	/* What was asked for wrongly after an earlier parse is not this file's fault. */
	if (complaint)
		g_string_free(complaint, TRUE);
	complaint = NULL;
	cfg_set_error_function(cfg, complain);
	current = name;
	code = cfg_parse_fp(cfg, stream);
	if (code == CFG_SUCCESS)
		check_strings(cfg);
	tell_unclosed(name, plain);
	current = NULL;
	fclose(stream);
	return settle(cfg, code, name, error);
}

char *confuse_text(const char *path, gsize cap_kb, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autofree char *text = NULL;
	gsize length;
	const char *bad;

	if (!g_file_get_contents(path, &text, &length, &cause)) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s", cause->message);
		return NULL;
	}
	if (length > cap_kb * 1024) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: larger than %zu KB", path, cap_kb);
		return NULL;
	}
	if (!g_utf8_validate(text, (gssize) length, &bad)) {
		int line = 1;

		for (const char *p = text; p < bad; p++)
			line += *p == '\n';
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s:%d: not UTF-8, or a NUL byte", path, line);
		return NULL;
	}
	if (g_str_has_prefix(text, BYTE_ORDER_MARK))	/* editors on Windows begin with one */
		memmove(text, text + strlen(BYTE_ORDER_MARK), length + 1 - strlen(BYTE_ORDER_MARK));
	return g_steal_pointer(&text);
}

cfg_t *confuse_read(const char *path, cfg_opt_t *options, GError **error)
{
	g_autofree char *text = confuse_text(path, FILE_CAP_KB, error);

	return text ? confuse_read_text(path, *text ? text : "\n", options, error) : NULL;
}

/* libconfuse keeps the line where a section ended, not those of its options. Our messages begin with what is wrong
 * (`key: ...` or `section "title": ...`), so the last line that has it, up to that one, is the line meant. */
static int line_of(const cfg_t *section, const char *message)
{
	gsize length = strcspn(message, ":,");
	g_autofree char *name = g_strndup(message, length);
	g_autofree char *quoted = g_regex_escape_string(name, -1);
	g_autofree char *pattern = g_strdup_printf(strchr(name, '"') ? "^[^#]*%s" : "^[^#]*\\b%s\\s*\\+?=", quoted);
	g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	int found = section->line;

	if (!regex || !section->filename || !g_file_get_contents(section->filename, &text, NULL, NULL))
		return found;
	lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i] && i < section->line; i++)
		if (g_regex_match(regex, lines[i], 0, NULL))
			found = i + 1;
	return found;
}

bool confuse_fail(cfg_t *section, GError **error, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s:%d: %s", section->filename ? section->filename : "?",
		    line_of(section, text), text);
	return false;
}

GPtrArray *confuse_list(cfg_t *section, const char *name)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

	for (unsigned i = 0; i < cfg_size(section, name); i++)
		g_ptr_array_add(list, g_strdup(cfg_getnstr(section, name, i)));
	return list;
}
