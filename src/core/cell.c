/* Reads money, moments, counts and flags as lists write them. Says no where a guess could be wrong by a factor. */
#include "wismo/core/cell.h"

#include <stdio.h>
#include <string.h>

/* Digits and marks of an amount in ASCII, currencies left out; blanks and apostrophes only between digits. *sign. NULL when other
 * text is there too. */
static char *amount_core(const char *text, int *sign)
{
	GString *core = g_string_new(NULL);
	guint letters = 0;
	bool dashed = false;

	*sign = 1;
	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		char last = core->len ? core->str[core->len - 1] : 0;
		bool quote = c == '\'' || c == 0x2019;

		if ((c < 0x80 && g_ascii_isdigit((char) c)) || c == '.' || c == ',') {
			letters += dashed ? 99 : 0;	/* a date or a range is no amount */
			g_string_append_c(core, (char) c);
		} else if ((quote || g_unichar_isspace(c)) && g_ascii_isdigit(last))
			g_string_append_c(core, quote ? '\'' : ' ');
		else if (c == '-' || c == 0x2212 || c == 0x2013) {
			dashed = last != 0;
			*sign = last == '.' || last == ',' ? *sign : -1;	/* "12,-" is twelve */
		} else if (g_unichar_isalpha(c))
			letters++;
		else if (!(g_unichar_isspace(c) || quote || c == '+' || g_unichar_type(c) == G_UNICODE_CURRENCY_SYMBOL))
			letters = 99;
	}
	while (core->len && strchr(" '", core->str[core->len - 1]))
		g_string_truncate(core, core->len - 1);
	if (letters <= 3 && strpbrk(core->str, "0123456789") && core->len < 24)
		return g_string_free(core, FALSE);
	g_string_free(core, TRUE);
	return NULL;
}

/* The decimal mark that this amount shows by itself, though it may have none ("1.234.567": the comma); 0: it shows none. */
static char sure_decimal(const char *core)
{
	const char *dot = strchr(core, '.'), *comma = strchr(core, ',');
	const char *mark = dot ? dot : comma;
	gsize before = mark ? (gsize) (mark - core) : 0;

	if (!mark)
		return 0;
	if (dot && comma)
		return strrchr(core, '.') > strrchr(core, ',') ? '.' : ',';
	if (strchr(mark + 1, *mark))
		return *mark == '.' ? ',' : '.';
	/* "0.125", ".125" and "1234.567" cannot be thousands, nor can what has other ones. */
	return strlen(mark + 1) != 3 || before == 0 || before > 3 || *core == '0' || strpbrk(core, " '") ? *mark : 0;
}

/* Digits, or groups of three parted by one kind of mark. */
static bool whole_ok(const char *p, const char *end, char decimal)
{
	gsize run = strspn(p, "0123456789");
	char mark = p[run];

	if (p + run >= end)
		return true;
	if (run == 0 || run > 3 || mark == decimal)
		return false;
	for (p += run; p < end; p += 4)
		if (*p != mark || strspn(p + 1, "0123456789") < 3 || end - p < 4)
			return false;
	return p == end;
}

/* Where the decimals begin: behind the mark, or at the end. NULL: the marks make no sense. */
static const char *decimals_of(const char *core, char decimal)
{
	const char *mark = decimal ? strrchr(core, decimal) : NULL;
	const char *end = mark ? mark : core + strlen(core);

	if (!whole_ok(core, end, decimal))
		return NULL;
	return !mark ? end : strspn(mark + 1, "0123456789") == strlen(mark + 1) ? mark + 1 : NULL;
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

void cell_learn_day(struct cell_style *style, const char *text)
{
	if (!style->day_first)
		learn_date(style, text);
}

void cell_learn_money(struct cell_style *style, const char *text)
{
	int sign;
	g_autofree char *core = strpbrk(text, ".,") ? amount_core(text, &sign) : NULL;
	char decimal = core ? sure_decimal(core) : 0;

	if (!decimal || !decimals_of(core, decimal))
		return;
	style->mixed |= style->decimal && style->decimal != decimal;
	style->decimal = decimal;
}

bool cell_money(const char *text, const struct cell_style *style, gint64 *cents, const char **expected)
{
	int sign;
	g_autofree char *core = amount_core(text, &sign);
	char decimal = core ? sure_decimal(core) : 0;
	const char *mark = core ? strpbrk(core, ".,") : NULL;
	const char *part;
	gint64 whole = 0;

	*expected = "amount like 1234.50, 1,234.50 or 1.234,50 (thousands in groups of three, at most two decimals)";
	if (!core)
		return false;
	if (mark && !decimal && ((style && style->whole) || strstr(text, "¥") || strstr(text, "￥") || strstr(text, "円")))
		decimal = *mark == '.' ? ',' : '.';
	else if (mark && !decimal)
		decimal = style && !style->mixed ? style->decimal : 0;
	if (mark && !decimal) {
		*expected = "sure amount: nothing else in the list tells whether its mark parts thousands or decimals";
		return false;
	}
	part = decimals_of(core, decimal);
	if (!part || (strlen(part) > 2 && strspn(part + 2, "0") != strlen(part + 2)))
		return false;
	for (const char *p = core; p < part && whole <= G_MAXINT64 / 1000; p++)
		if (g_ascii_isdigit(*p))
			whole = whole * 10 + (*p - '0');
	if (whole > G_MAXINT64 / 1000)
		return false;
	*cents = sign * (whole * 100 + (*part ? (part[0] - '0') * 10 : 0) + (*part && part[1] ? part[1] - '0' : 0));
	return true;
}

/* Pieces are whole: three digits that are not all zeros are no decimals, whatever stands before the mark. */
static char count_decimal(const char *core)
{
	char sure = sure_decimal(core);
	const char *mark = strpbrk(core, ".,");

	if (!sure && mark && strcmp(mark + 1, "000") != 0)
		return *mark == '.' ? ',' : '.';
	return sure;
}

void cell_learn_count(struct count_style *style, const char *text)
{
	int sign;
	g_autofree char *core = amount_core(text, &sign);
	const char *mark = core ? strpbrk(core, "., '") : NULL;
	char decimal = core ? count_decimal(core) : 0;

	if (!core)
		return;
	if (!mark)
		*(strlen(core) > 3 ? &style->bare_long : &style->bare_short) += 1;
	else if (strpbrk(core, " '"))
		style->grouped++;
	else if (!decimal)
		style->open++;
	else if (strchr(core, decimal))
		style->decimal++;
	else
		style->grouped++;
}

/* Does the mark in "2,000" part thousands? 1 yes, 0 no, -1 nobody can tell. */
static int grouped_ok(const struct count_style *style)
{
	bool yes = style->grouped || style->bare_short, no = style->decimal || style->bare_long;

	if (yes != no)
		return yes;
	return !yes && style->open >= 3 ? 0 : -1;
}

bool cell_count(const char *text, const struct count_style *style, gint64 *count, const char **expected)
{
	int sign, grouped = 0;
	g_autofree char *core = amount_core(text, &sign);
	const char *mark = core ? strpbrk(core, ".,") : NULL;
	char decimal = core ? count_decimal(core) : 0;
	const char *part;

	*expected = "number of pieces";
	if (!core || strlen(core) > 13 || g_ascii_isalpha(*text))
		return false;
	if (mark && !decimal) {
		grouped = grouped_ok(style);
		decimal = (*mark == '.') == (grouped == 1) ? ',' : '.';
	}
	if (grouped < 0) {
		*expected = "sure number of pieces: nothing else in the column tells whether its mark parts thousands or decimals";
		return false;
	}
	part = decimals_of(core, decimal);
	if (!part || part[strspn(part, "0")])
		return false;
	*count = 0;
	for (const char *p = core; p < part; p++)
		if (g_ascii_isdigit(*p))
			*count = *count * 10 + (*p - '0');
	*count *= sign;
	return *count >= -1000000 && *count <= 1000000000;
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
