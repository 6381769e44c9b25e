/* Moments as lists write them: cut into numbers, words and marks, then looked at as a whole. */
#include "wismo/core/cell.h"

#include <stdio.h>
#include <string.h>

struct moment {
	int year, month, day, hour, minute, second;
	bool timed;
	char zone[40];		/* offset or IANA name; "": the caller's */
};

static const struct { const char *word, *zone; } zones[] = {
	{ "z", "UTC" }, { "utc", "UTC" }, { "gmt", "UTC" }, { "wet", "UTC" }, { "cet", "+01:00" }, { "mez", "+01:00" },
	{ "cest", "+02:00" }, { "mesz", "+02:00" }, { "bst", "+01:00" }, { "eet", "+02:00" }, { "eest", "+03:00" },
	{ "pst", "-08:00" }, { "pdt", "-07:00" }, { "est", "-05:00" }, { "edt", "-04:00" }, { "jst", "+09:00" },
	{ "aest", "+10:00" }, { "aedt", "+11:00" }, { "met", "+01:00" }, { "mest", "+02:00" },
};

/* English, German, French, Italian, Spanish by their first three letters, accents away. */
static int month_of(const char *word)
{
	static const char *const months[12] = {
		"jan gen ene", "feb fev", "mar mrz mae", "apr avr abr", "may mai mag", "jun giu", "jul lug",
		"aug aou ago", "sep set", "oct okt ott", "nov", "dec dez dic",
	};
	g_autofree char *plain = g_str_to_ascii(word, NULL);
	g_autofree char *lower = g_ascii_strdown(plain, 3);

	if (g_str_has_prefix(word, "juil") || g_str_has_prefix(word, "Juil"))
		return 7;
	for (int i = 0; strlen(lower) == 3 && i < 12; i++)
		if (strstr(months[i], lower))
			return i + 1;
	return 0;
}

/* The date at the start of `text`; gives what follows it, NULL when there is none. */
static const char *take_date(const char *text, int day_first, struct moment *m)
{
	int a, b, c, used = 0;
	char mark, again, word[24];

	if (sscanf(text, "%4d%c%2d%c%2d%n", &m->year, &mark, &m->month, &again, &m->day, &used) == 5
	    && mark == again && strchr("-/.", mark) && strspn(text, "0123456789") == 4)
		return text + used;
	if (strspn(text, "0123456789") == 8 && sscanf(text, "%4d%2d%2d%n", &m->year, &m->month, &m->day, &used) == 3)
		return text + used;
	if (sscanf(text, "%2d%c%2d%c%4d%n", &a, &mark, &b, &again, &c, &used) == 5 && mark == again && strchr("./-", mark)) {
		bool month_first = mark != '.' && (day_first < 0 || b > 12) && a <= 12;

		m->day = month_first ? b : a;
		m->month = month_first ? a : b;
		m->year = c;
		return text + used;
	}
	if (sscanf(text, "%2d%*[-. ]%23[^-0-9., ]%*[-., ]%4d%n", &m->day, word, &m->year, &used) == 3 && used) {
		m->month = month_of(word);
		return text + used;
	}
	if (sscanf(text, "%23[^-0-9., ]%*[-. ]%2d%*[-, ]%4d%n", word, &m->day, &m->year, &used) == 3 && used) {
		m->month = month_of(word);
		return text + used;
	}
	return NULL;
}

static const char *take_time(const char *text, struct moment *m)
{
	int used = 0;
	const char *end;

	if (sscanf(text, "%2d:%2d%n", &m->hour, &m->minute, &used) != 2 || !used)
		return text;
	m->timed = true;
	end = text + used;
	if (sscanf(end, ":%2d%n", &m->second, &used) == 1)
		end += used;
	if ((*end == '.' || *end == ',') && g_ascii_isdigit(end[1]))
		end += 1 + strspn(end + 1, "0123456789");
	used = (int) strspn(end, " ");
	if (g_ascii_strncasecmp(end + used, "am", 2) == 0 || g_ascii_strncasecmp(end + used, "pm", 2) == 0) {
		bool pm = g_ascii_tolower(end[used]) == 'p';

		if (m->hour > 12)
			m->hour = 99;
		m->hour = m->hour % 12 + (pm ? 12 : 0) + (m->hour == 99 ? 99 : 0);
		end += used + 2;
	}
	return end;
}

static bool take_zone(const char *text, struct moment *m)
{
	int h, min = 0;
	char sign;

	text += strspn(text, " (");
	if (!*text || g_ascii_strncasecmp(text, "uhr", 3) == 0)
		return true;
	if (sscanf(text, "%c%2d:%2d", &sign, &h, &min) >= 2 || sscanf(text, "%c%2d%2d", &sign, &h, &min) >= 2) {
		if ((sign == '+' || sign == '-') && h <= 14 && min < 60) {
			g_snprintf(m->zone, sizeof m->zone, "%c%02d:%02d", sign, h, min);
			return true;
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(zones); i++) {
		gsize length = strlen(zones[i].word);

		if (g_ascii_strncasecmp(text, zones[i].word, length) == 0 && !g_ascii_isalpha(text[length])) {
			g_strlcpy(m->zone, zones[i].zone, sizeof m->zone);
			return true;
		}
	}
	return false;
}

bool cell_moment(const char *text, const struct cell_style *style, const char *zone, bool end_of_day, gint64 *at)
{
	struct moment m = { 0 };
	const char *rest;
	gsize digits = strspn(text, "0123456789");
	g_autoptr(GTimeZone) tz = NULL;
	g_autoptr(GDateTime) when = NULL;

	if ((digits == 10 || digits == 13) && !text[digits]) {
		*at = g_ascii_strtoll(text, NULL, 10) / (digits == 13 ? 1000 : 1);
		return true;
	}
	rest = take_date(text, style ? style->day_first : 0, &m);
	if (!rest)
		return false;
	if (m.year < 100)
		m.year += 2000;
	rest += strspn(rest, " T,");
	rest = take_time(rest, &m);
	if (!take_zone(rest, &m) || m.year < 1990 || m.year > 2100)
		return false;
	if (!m.timed && end_of_day)
		m.hour = 23, m.minute = 59, m.second = 59;
	tz = g_time_zone_new_identifier(*m.zone ? m.zone : zone ? zone : "UTC");
	/* NULL for the 31st of February and the 25th hour. */
	when = tz ? g_date_time_new(tz, m.year, m.month, m.day, m.hour, m.minute, m.second) : NULL;
	if (when)
		*at = g_date_time_to_unix(when);
	return when != NULL;
}
