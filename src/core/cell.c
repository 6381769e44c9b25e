/* Reads money, moments, counts and flags as lists write them. Says no where a guess could be wrong by a factor. */
#include "wismo/core/cell.h"

#include <stdio.h>
#include <string.h>

/* Digits and marks of an amount, blanks and currencies left out; *sign. NULL when other text is there too. */
static char *amount_core(const char *text, int *sign)
{
	GString *core = g_string_new(NULL);
	guint letters = 0;

	*sign = 1;
	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (g_unichar_isdigit(c) && c < 0x80)
			g_string_append_c(core, (char) c);
		else if (c == '.' || c == ',')
			g_string_append_c(core, (char) c);
		else if (c == '-' || c == 0x2212)
			*sign = -1;
		else if (g_unichar_isalpha(c))
			letters++;
		else if (!(g_unichar_isspace(c) || c == '\'' || c == 0x2019 || c == '+'
			   || g_unichar_type(c) == G_UNICODE_CURRENCY_SYMBOL))
			letters = 99;
	}
	if (letters <= 3 && core->len && core->len < 19)
		return g_string_free(core, FALSE);
	g_string_free(core, TRUE);
	return NULL;
}

static char sure_decimal(const char *core)
{
	const char *last = core + strlen(core);
	const char *dot = strchr(core, '.'), *comma = strchr(core, ',');
	gsize after;

	while (last > core && *last != '.' && *last != ',')
		last--;
	if (*last != '.' && *last != ',')
		return 0;
	after = strlen(last + 1);
	if (dot && comma)
		return *last;
	if (after != 3)
		return strchr(last + 1, *last) || strchr(core, *last) != last ? 0 : *last;
	/* "0.125" cannot be thousands. */
	return core[0] == '0' && last == core + 1 ? *last : 0;
}

static void learn_date(struct cell_style *style, const char *text)
{
	int a, b, used = 0;
	char mark;

	if (sscanf(text, "%2d%c%2d%n", &a, &mark, &b, &used) != 3 || (mark != '/' && mark != '-' && mark != '.')
	    || text[used] != mark)
		return;
	if (mark == '.' || a > 12)
		style->day_first = 1;
	else if (b > 12)
		style->day_first = -1;
}

void cell_learn(struct cell_style *style, const char *text)
{
	g_autofree char *core = NULL;
	int sign;

	if (!style->day_first)
		learn_date(style, text);
	if (style->decimal)
		return;
	core = amount_core(text, &sign);
	if (core)
		style->decimal = sure_decimal(core);
}

bool cell_money(const char *text, const struct cell_style *style, gint64 *cents)
{
	int sign;
	g_autofree char *core = amount_core(text, &sign);
	char decimal = core ? sure_decimal(core) : 0;
	const char *mark;
	gint64 whole = 0, part = 0;

	if (!core)
		return false;
	if (!decimal)
		decimal = style ? style->decimal : 0;
	mark = decimal ? strrchr(core, decimal) : NULL;
	if (mark && (strchr(core, decimal) != mark || strpbrk(mark + 1, ".,")))
		mark = NULL;	/* the mark twice: thousands after all */
	for (const char *p = core; *p && p != mark; p++)
		if (g_ascii_isdigit(*p))
			whole = whole * 10 + (*p - '0');
	if (mark) {
		gsize digits = strlen(mark + 1);

		for (gsize i = 2; i < digits; i++)
			if (mark[1 + i] != '0')
				return false;
		part = (digits > 0 ? (mark[1] - '0') * 10 : 0) + (digits > 1 ? mark[2] - '0' : 0);
	}
	if (whole > G_MAXINT64 / 1000)
		return false;
	*cents = sign * (whole * 100 + part);
	return true;
}

bool cell_count(const char *text, gint64 *count)
{
	char *end;

	*count = g_ascii_strtoll(text, &end, 10);
	if (end == text || *count < -1000000 || *count > 1000000000)
		return false;
	if (*end == '.' || *end == ',')
		end += 1 + strspn(end + 1, "0");
	return *end == '\0';
}

bool cell_flag(const char *text, bool *flag)
{
	static const char *const yes[] = { "yes", "y", "true", "1", "x", "ja", "j", "wahr", "oui", "si", "sim", "tak", "evet", "protected" };
	static const char *const no[] = { "", "no", "n", "false", "0", "nein", "falsch", "non", "nao", "nie", "hayir", "none" };
	g_autofree char *plain = g_str_to_ascii(text, NULL);
	g_autofree char *key = cell_key(plain);

	for (gsize i = 0; i < G_N_ELEMENTS(yes); i++)
		if (strcmp(key, yes[i]) == 0)
			return *flag = true, true;
	for (gsize i = 0; i < G_N_ELEMENTS(no); i++)
		if (strcmp(key, no[i]) == 0)
			return *flag = false, true;
	return false;
}

char *cell_key(const char *text)
{
	GString *key = g_string_new(NULL);

	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (g_unichar_isalnum(c))
			g_string_append_unichar(key, g_unichar_tolower(c));
	}
	return g_string_free(key, FALSE);
}
