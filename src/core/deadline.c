/* Deadline arithmetic. A calendar limit is plain addition of hours: a change to summer time moves the clock on the wall, not
 * the marketplace's. A limit in working days counts whole days that are neither weekend nor holiday in the seller's zone and
 * ends at the same time of day. */
#include "wismo/core/deadline.h"

#include <string.h>

#define CLAIM_TERM_S (72 * 3600)	/* Amazon, A-to-z: 72 hours; the shortest that is known */

static void rule_free(gpointer pointer)
{
	struct deadline_rule *rule = pointer;

	g_free(rule->channel);
	g_free(rule->what);
	g_free(rule->why);
	g_free(rule->source);
	g_free(rule->date);
	g_free(rule);
}

struct deadlines *deadlines_new(void)
{
	struct deadlines *deadlines = g_new0(struct deadlines, 1);

	deadlines->rules = g_ptr_array_new_with_free_func(rule_free);
	deadlines->holidays = g_ptr_array_new_with_free_func(g_free);
	return deadlines;
}

void deadlines_free(struct deadlines *deadlines)
{
	if (!deadlines)
		return;
	g_ptr_array_unref(deadlines->rules);
	g_ptr_array_unref(deadlines->holidays);
	g_free(deadlines);
}

const struct deadline_rule *deadlines_find(const struct deadlines *deadlines, const char *channel, const char *what)
{
	const struct deadline_rule *general = NULL;

	for (guint i = 0; i < deadlines->rules->len; i++) {
		const struct deadline_rule *rule = g_ptr_array_index(deadlines->rules, i);

		if (strcmp(rule->what, what) != 0)
			continue;
		if (g_strcmp0(rule->channel, channel) == 0)
			return rule;
		if (strcmp(rule->channel, "*") == 0)
			general = rule;
	}
	return general;
}

static bool works(const struct deadlines *deadlines, GDateTime *day)
{
	g_autofree char *full = g_date_time_format(day, "%Y-%m-%d");

	if (g_date_time_get_day_of_week(day) > 5)
		return false;
	for (guint i = 0; i < deadlines->holidays->len; i++) {
		const char *holiday = g_ptr_array_index(deadlines->holidays, i);

		if (strcmp(holiday, full) == 0 || strcmp(holiday, full + 5) == 0)
			return false;
	}
	return true;
}

static GTimeZone *zone_of(const char *name)
{
	GTimeZone *zone = name ? g_time_zone_new_identifier(name) : NULL;

	return zone ? zone : g_time_zone_new_utc();
}

static gint64 add_working(const struct deadlines *deadlines, gint64 from, gint64 days, const char *zone_name)
{
	g_autoptr(GTimeZone) zone = zone_of(zone_name);
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(from);
	GDateTime *at = g_date_time_to_timezone(utc, zone);
	gint64 result;

	/* A year of holidays in a row is a mistake in the file, not a reason to loop for ever. */
	for (int guard = 0; days > 0 && guard < 1000; guard++) {
		GDateTime *next = g_date_time_add_days(at, 1);

		g_date_time_unref(at);
		at = next;
		if (works(deadlines, at))
			days--;
	}
	result = g_date_time_to_unix(at);
	g_date_time_unref(at);
	return result;
}

struct deadline deadline_count(const struct deadlines *deadlines, const char *channel, const char *what, gint64 from, const char *zone_name)
{
	const struct deadline_rule *rule = deadlines_find(deadlines, channel, what);
	g_autoptr(GTimeZone) zone = zone_of(zone_name);
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(from);
	g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, zone);
	g_autofree char *start = g_date_time_format(local, "%Y-%m-%d %H:%M");
	struct deadline deadline = { 0, NULL };

	if (!rule || !from)
		return deadline;
	deadline.at = rule->working ? add_working(deadlines, from, (rule->hours + 23) / 24, zone_name) : from + rule->hours * 3600;
	if (rule->working)
		deadline.why = g_strdup_printf("%s + %" G_GINT64_FORMAT " working days (%s: %s)", start, (rule->hours + 23) / 24, channel, rule->why);
	else
		deadline.why = g_strdup_printf("%s + %" G_GINT64_FORMAT " h (%s: %s)", start, rule->hours, channel, rule->why);
	return deadline;
}

struct deadline deadline_claim(const char *word, gint64 received_at, gint64 limit_s)
{
	gint64 term = limit_s ? limit_s : CLAIM_TERM_S;

	return (struct deadline) { received_at + term, g_strdup_printf("%s received, %" G_GINT64_FORMAT " h to answer%s", word, term / 3600,
								      limit_s ? "" : " (not named, assumed)") };
}

struct deadline deadline_sooner(struct deadline one, struct deadline other)
{
	bool first = one.at && (!other.at || one.at <= other.at);

	g_free(first ? other.why : one.why);
	return first ? one : other;
}
