/* Reads times written by others. Tolerant about separators, strict about values: 31.02. is no time. */
#include "wismo/core/moment.h"

#include <string.h>

#define LATEST_AT G_GINT64_CONSTANT(7258118400)		/* 2200-01-01: beyond it, units were mixed up */

static const char *const forms[] = { "ymd", "dmy", "mdy", "epoch", "epoch_ms" };
_Static_assert(G_N_ELEMENTS(forms) == MOMENT_FORM_COUNT, "one name for each form");

/* Where we are in the text, and what was read. */
struct reader {
	const char *at;
	int year, month, day, hour, minute;
	double second;
	GTimeZone *zone;	/* borrowed or own */
	GTimeZone *own;
};

int moment_form_find(const char *name)
{
	for (int i = 0; i < MOMENT_FORM_COUNT; i++)
		if (g_strcmp0(forms[i], name) == 0)
			return i;
	return -1;
}

/* A number of at most `most` digits; -1 when there is none. */
static int number(struct reader *reader, int most)
{
	int value = 0, digits = 0;

	while (digits < most && g_ascii_isdigit(*reader->at)) {
		value = value * 10 + (*reader->at++ - '0');
		digits++;
	}
	return digits ? value : -1;
}

static void skip(struct reader *reader, const char *separators)
{
	while (*reader->at && strchr(separators, *reader->at))
		reader->at++;
}

/* A month by number or by the first three letters of its English name. */
static int month(struct reader *reader)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	if (!g_ascii_isalpha(*reader->at))
		return number(reader, 2);
	for (int i = 0; i < 12; i++)
		if (g_ascii_strncasecmp(reader->at, names + 3 * i, 3) == 0) {
			while (g_ascii_isalpha(*reader->at))
				reader->at++;
			return i + 1;
		}
	return -1;
}

static bool date_ok(struct reader *reader, enum moment_form form)
{
	static const char between[] = "-./, ";

	if (form == MOMENT_YMD) {
		reader->year = number(reader, 4);
		skip(reader, between);
		reader->month = month(reader);
		skip(reader, between);
		reader->day = number(reader, 2);
	} else {
		if (form == MOMENT_DMY)
			reader->day = number(reader, 2);
		else
			reader->month = month(reader);
		skip(reader, between);
		if (form == MOMENT_DMY)
			reader->month = month(reader);
		else
			reader->day = number(reader, 2);
		skip(reader, between);
		reader->year = number(reader, 4);
		if (reader->year >= 0 && reader->year < 100)
			reader->year += 2000;
	}
	return reader->year >= 1970 && reader->year < 2200 && reader->month >= 1 && reader->day >= 1
		&& g_date_valid_dmy((GDateDay) reader->day, (GDateMonth) reader->month, (GDateYear) reader->year);
}

/* "8:00", "08:00:00.123", "080000"; nothing at all is midnight. */
static bool time_ok(struct reader *reader)
{
	bool pm, am;

	skip(reader, "T, ");
	if (!*reader->at)
		return true;
	reader->hour = number(reader, 2);
	skip(reader, ":.");
	reader->minute = number(reader, 2);
	skip(reader, ":.");
	if (g_ascii_isdigit(*reader->at))
		reader->second = number(reader, 2);
	if (*reader->at == '.' || *reader->at == ',') {
		reader->at++;
		while (g_ascii_isdigit(*reader->at))	/* fractions do not matter here */
			reader->at++;
	}
	skip(reader, " ");
	pm = g_ascii_strncasecmp(reader->at, "pm", 2) == 0;
	am = g_ascii_strncasecmp(reader->at, "am", 2) == 0;
	if (am || pm) {
		if (reader->hour < 1 || reader->hour > 12)
			return false;
		reader->hour = reader->hour % 12 + (pm ? 12 : 0);
		reader->at += 2;
		skip(reader, " ");
	}
	if (reader->hour == 24 && reader->minute == 0 && reader->second == 0) {
		reader->hour = 23, reader->minute = 59, reader->second = 59;	/* ISO 8601's end of day */
	}
	return reader->hour >= 0 && reader->hour < 24 && reader->minute >= 0 && reader->minute < 60
		&& reader->second < 60;
}

/* Z, UTC, GMT, +01:00, +0100, +01; nothing leaves the given zone. */
static bool zone_ok(struct reader *reader)
{
	int hours, minutes, sign;

	if (!*reader->at)
		return true;
	if (g_ascii_strcasecmp(reader->at, "Z") == 0 || g_ascii_strcasecmp(reader->at, "UTC") == 0
	    || g_ascii_strcasecmp(reader->at, "GMT") == 0) {
		reader->own = g_time_zone_new_utc();
		return true;
	}
	if (*reader->at != '+' && *reader->at != '-')
		return false;
	sign = *reader->at++ == '-' ? -1 : 1;
	hours = number(reader, 2);
	skip(reader, ":");
	minutes = number(reader, 2);
	if (hours < 0 || hours > 14 || minutes > 59 || *reader->at)
		return false;
	reader->own = g_time_zone_new_offset(sign * (hours * 3600 + MAX(minutes, 0) * 60));
	return true;
}

static gint64 epoch(const char *text, bool milliseconds)
{
	char *end;
	gint64 value = g_ascii_strtoll(text, &end, 10);

	if (end == text || (*end && *end != '.'))
		return 0;
	return milliseconds ? value / 1000 : value;
}

gint64 moment_parse(const char *text, GTimeZone *zone, enum moment_form form)
{
	struct reader reader = { .zone = zone };
	g_autofree char *trimmed = g_strstrip(g_strndup(text, 64));
	gint64 at = 0;

	reader.at = trimmed;
	if (form == MOMENT_EPOCH || form == MOMENT_EPOCH_MS) {
		at = epoch(trimmed, form == MOMENT_EPOCH_MS);
	} else if (date_ok(&reader, form) && time_ok(&reader) && zone_ok(&reader)) {
		g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
		g_autoptr(GDateTime) moment = g_date_time_new(reader.own ? reader.own : zone ? zone : utc, reader.year,
			reader.month, reader.day, reader.hour, reader.minute, reader.second);

		at = moment ? g_date_time_to_unix(moment) : 0;
	}
	g_clear_pointer(&reader.own, g_time_zone_unref);
	return at > 0 && at < LATEST_AT ? at : 0;
}
