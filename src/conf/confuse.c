/* The only file that calls libconfuse's parser. It is not re-entrant: its lexer is global. */
#include "confuse_p.h"

#include "wismo/base/error.h"

#include <stdio.h>
#include <string.h>

#define FILE_CAP_BYTES (1024 * 1024)	/* the largest of ours is a pattern pack of some 100 KB */

static GString *complaint;
static const char *current;	/* file that is read: sections without a title forget theirs */

static void complain(cfg_t *cfg, const char *format, va_list args)
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

cfg_t *confuse_read_text(const char *name, const char *text, cfg_opt_t *options, GError **error)
{
	cfg_t *cfg = cfg_init(options, CFGF_NONE);
	FILE *stream = fmemopen((void *) text, strlen(text), "r");
	int code;

	if (!cfg || !stream)
		g_error("out of memory");
	g_free(cfg->filename);
	cfg->filename = strdup(name);	/* libconfuse frees it with free() */
	cfg_set_error_function(cfg, complain);
	current = name;
	code = cfg_parse_fp(cfg, stream);
	if (code == CFG_SUCCESS)
		check_strings(cfg);
	current = NULL;
	fclose(stream);
	return settle(cfg, code, name, error);
}

cfg_t *confuse_read(const char *path, cfg_opt_t *options, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autofree char *text = NULL;
	gsize length;
	const char *bad;

	if (!g_file_get_contents(path, &text, &length, &cause)) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s", cause->message);
		return NULL;
	}
	if (length > FILE_CAP_BYTES) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: larger than 1 MB", path);
		return NULL;
	}
	if (!g_utf8_validate(text, (gssize) length, &bad)) {
		int line = 1;

		for (const char *p = text; p < bad; p++)
			line += *p == '\n';
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s:%d: not UTF-8, or a NUL byte", path, line);
		return NULL;
	}
	return confuse_read_text(path, length ? text : "\n", options, error);
}

bool confuse_fail(cfg_t *section, GError **error, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s:%d: %s", section->filename ? section->filename : "?",
		    section->line, text);
	return false;
}

GPtrArray *confuse_list(cfg_t *section, const char *name)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

	for (unsigned i = 0; i < cfg_size(section, name); i++)
		g_ptr_array_add(list, g_strdup(cfg_getnstr(section, name, i)));
	return list;
}
