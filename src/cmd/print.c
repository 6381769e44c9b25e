/* Prints; decides nothing. */
#include "wismo/cmd/print.h"

#include "wismo/base/clock.h"
#include "wismo/cmd/command.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct print_table {
	const char *const *columns;
	guint count;
	GPtrArray *rows;	/* char ** */
};

struct print_table *print_table_new(const char *const *columns)
{
	struct print_table *table = g_new0(struct print_table, 1);

	table->columns = columns;
	table->count = g_strv_length((char **) columns);
	table->rows = g_ptr_array_new_with_free_func((GDestroyNotify) g_strfreev);
	return table;
}

void print_table_add(struct print_table *table, ...)
{
	char **cells = g_new0(char *, table->count + 1);
	va_list args;

	va_start(args, table);
	for (guint i = 0; i < table->count; i++) {
		const char *text = va_arg(args, const char *);

		cells[i] = g_strdup(text ? text : "-");
	}
	va_end(args);
	g_ptr_array_add(table->rows, cells);
}

/* Cells of a terminal: wide characters take two, combining ones none; escape codes take none. */
static guint width_of(const char *text)
{
	guint width = 0;

	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c == 0x1b) {
			while (*p && *p != 'm')
				p++;
			if (!*p)
				break;
			continue;
		}
		width += g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
	}
	return width;
}

static void print_row(const char *const *cells, const guint *widths, guint count)
{
	for (guint i = 0; i < count; i++)
		printf("%s%*s", cells[i], i + 1 < count ? (int) (widths[i] - width_of(cells[i]) + 2) : 0, "");
	putchar('\n');
}

void print_table_free(struct print_table *table)
{
	g_autofree guint *widths = NULL;

	if (!table)
		return;
	widths = g_new0(guint, table->count);
	for (guint i = 0; i < table->count; i++) {
		widths[i] = width_of(table->columns[i]);
		for (guint r = 0; r < table->rows->len; r++)
			widths[i] = MAX(widths[i], width_of(((char **) g_ptr_array_index(table->rows, r))[i]));
	}
	if (table->rows->len)
		print_row(table->columns, widths, table->count);
	for (guint r = 0; r < table->rows->len; r++)
		print_row(g_ptr_array_index(table->rows, r), widths, table->count);
	g_ptr_array_unref(table->rows);
	g_free(table);
}

static json_t *text_or_null(const char *text)
{
	json_t *value = text ? json_string(text) : json_null();

	return value ? value : json_null();
}

static json_t *value_of(char type, va_list *args)
{
	g_autofree char *moment = NULL;
	const char *text;
	json_t *value;

	switch (type) {
	case 'i':
		return json_integer(va_arg(*args, gint64));
	case 'b':
		return json_boolean(va_arg(*args, int));
	case 't':
		moment = clock_format(va_arg(*args, gint64));
		return text_or_null(moment);
	case 'r':
		text = va_arg(*args, const char *);
		value = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
		return value ? value : json_null();
	default:
		return text_or_null(va_arg(*args, const char *));
	}
}

void print_json(const char *type, ...)
{
	json_t *line = json_object();
	va_list args;
	char *text;

	va_start(args, type);
	while (type) {
		const char *name = va_arg(args, const char *);

		json_object_set_new(line, name, value_of(*type, &args));
		type = va_arg(args, const char *);
	}
	va_end(args);
	text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(15));
	puts(text ? text : "{}");
	free(text);
	json_decref(line);
}

char *print_clean(const char *text, guint width)
{
	GString *clean = g_string_new(NULL);
	guint used = 0;

	for (const char *p = text ? text : ""; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		guint cells = g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;

		/* Cc and Cf: also the marks that turn the direction of writing. */
		if (g_unichar_iscntrl(c) || g_unichar_type(c) == G_UNICODE_FORMAT) {
			if (g_unichar_isspace(c))
				c = ' ', cells = 1;
			else
				continue;
		}
		if (width && used + cells > width - 1) {
			g_string_append(clean, "…");
			break;
		}
		used += cells;
		g_string_append_unichar(clean, c);
	}
	return g_string_free(clean, FALSE);
}

char *print_when(gint64 at, gint64 now)
{
	gint64 s = ABS(at - now);
	g_autofree char *span = NULL;

	if (!at)
		return g_strdup("-");
	if (s < 1)
		return g_strdup("now");
	if (s < 60)
		span = g_strdup_printf("%d s", (int) s);
	else if (s < 3600)
		span = g_strdup_printf("%d min", (int) (s / 60));
	else if (s < 48 * 3600)
		span = g_strdup_printf("%d h %02d min", (int) (s / 3600), (int) (s / 60 % 60));
	else
		span = g_strdup_printf("%d days", (int) (s / 86400));
	return at >= now ? g_strdup_printf("in %s", span) : g_strdup_printf("%s ago", span);
}

char *print_moment(gint64 at, const char *zone)
{
	g_autoptr(GTimeZone) tz = zone ? g_time_zone_new_identifier(zone) : NULL;
	g_autoptr(GDateTime) utc = at ? g_date_time_new_from_unix_utc(at) : NULL;
	g_autoptr(GDateTime) local = utc && tz ? g_date_time_to_timezone(utc, tz) : utc ? g_date_time_ref(utc) : NULL;

	return local ? g_date_time_format(local, "%Y-%m-%d %H:%M") : g_strdup("-");
}

char *print_deadline(gint64 at, gint64 now, const char *zone)
{
	g_autofree char *when = print_when(at, now);
	g_autofree char *clock = print_moment(at, zone);

	return at ? g_strdup_printf("%s (%s)", when, clock) : g_steal_pointer(&when);
}

void print_progress(const char *what, guint done, guint all)
{
	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%s %u/%u", what, done, all);
	if (done >= all)
		fprintf(stderr, "\r\033[K");
}

char *print_paint(const char *code, const char *text)
{
	return command_colour_ok() ? g_strdup_printf("\033[%sm%s\033[0m", code, text) : g_strdup(text);
}

void print_head(const char *text)
{
	g_autofree char *bold = print_paint("1", text);

	printf("%s\n", bold);
}

void print_line(const char *name, const char *format, ...)
{
	g_autofree char *text = NULL;
	g_autofree char *clean = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	clean = print_clean(text, 0);
	printf("  %-12s %s\n", name, clean);
}
