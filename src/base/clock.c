/* Reading and writing moments; never looks at the clock. */
#include "wismo/base/clock.h"

#include <string.h>

char *clock_format(gint64 at)
{
	g_autoptr(GDateTime) when = at ? g_date_time_new_from_unix_utc(at) : NULL;

	return when ? g_date_time_format(when, "%Y-%m-%dT%H:%M:%SZ") : NULL;
}

gint64 clock_parse(const char *text, const char *zone)
{
	g_autoptr(GTimeZone) tz = zone ? g_time_zone_new_identifier(zone) : g_time_zone_new_utc();
	g_autoptr(GDateTime) when = NULL;
	g_autofree char *full = NULL;

	if (!text || !*text || !tz)
		return 0;
	if (strlen(text) == 10)
		full = g_strdup_printf("%sT00:00:00", text);
	else
		full = g_strdup(text);
	when = g_date_time_new_from_iso8601(full, tz);
	return when ? g_date_time_to_unix(when) : 0;
}

char *clock_date(gint64 at, const char *zone, const char *lang)
{
	static const struct { const char *lang, *form; } forms[] = {
		{ "de", "%d.%m.%Y" }, { "en", "%-d %B %Y" }, { "fr", "%d/%m/%Y" }, { "it", "%d/%m/%Y" },
		{ "es", "%d/%m/%Y" }, { "pt", "%d/%m/%Y" }, { "nl", "%d-%m-%Y" }, { "pl", "%d.%m.%Y" },
		{ "tr", "%d.%m.%Y" }, { "ja", "%Y年%-m月%-d日" },
	};
	static const char *const months[] = { "January", "February", "March", "April", "May", "June",
		"July", "August", "September", "October", "November", "December" };
	g_autoptr(GTimeZone) tz = zone ? g_time_zone_new_identifier(zone) : NULL;
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(at);
	g_autoptr(GDateTime) local = NULL;

	if (!tz)
		tz = g_time_zone_new_utc();
	local = g_date_time_to_timezone(utc, tz);
	/* Month names come from here, not from the locale of whoever starts the agent. */
	if (g_strcmp0(lang, "en") == 0)
		return g_strdup_printf("%d %s %d", g_date_time_get_day_of_month(local),
				       months[g_date_time_get_month(local) - 1], g_date_time_get_year(local));
	for (gsize i = 0; i < G_N_ELEMENTS(forms); i++)
		if (g_strcmp0(lang, forms[i].lang) == 0)
			return g_date_time_format(local, forms[i].form);
	return g_date_time_format(local, "%Y-%m-%d");
}
