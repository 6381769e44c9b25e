/* wismo track: whose number is it, and (with --ask) where is the parcel. */
#include "wismo/cmd/command.h"

#include "answer_p.h"
#include "commands_p.h"

#include "wismo/base/clock.h"
#include "wismo/conf/carrier.h"
#include "wismo/flow/track.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *time_or_null(gint64 at)
{
	g_autofree char *text = clock_format(at);

	return text ? json_string(text) : json_null();
}

/* A digit that fails the carrier's rule is not valid, though where the rule was only observed with that carrier the number is asked
 * about all the same; where a right digit only proves, another one says nothing. */
static bool digit_fine(const struct carrier_candidate *one)
{
	return one->proven || !one->form->check || one->form->proves_only;
}

static json_t *candidates_json(const GArray *candidates)
{
	json_t *array = json_array();

	for (guint i = 0; i < candidates->len; i++) {
		const struct carrier_candidate *one = &g_array_index(candidates, struct carrier_candidate, i);

		json_array_append_new(array, json_pack("{s:s, s:s, s:b, s:b}", "carrier", one->carrier->name, "format", one->form->name,
						       "valid", digit_fine(one), "proven", one->proven));
	}
	return array;
}

/* With --ask carrier, outcome, why and recorded are added; `unasked`: why nobody was asked. */
static void print_json(const char *number, const GArray *candidates, const struct tracking *t, const char *unasked)
{
	bool known = t && t->outcome == OUTCOME_OK;
	json_t *line = json_pack("{s:s, s:o, s:s?, s:o, s:o, s:o}", "number", number, "candidates", candidates_json(candidates),
				 "status", known ? track_status_name(t->status) : NULL, "status_at", time_or_null(known ? t->status_at : 0),
				 "eta", time_or_null(known ? t->eta_to : 0), "events", answer_events(t));
	char *text;

	if (t)
		json_object_update_new(line, json_pack("{s:s, s:s, s:s?, s:b}", "carrier", t->carrier, "outcome",
						       track_outcome_name(t->outcome), "why", t->why, "recorded", t->recorded));
	else if (unasked)
		json_object_update_new(line, json_pack("{s:n, s:n, s:s, s:b}", "carrier", "outcome", "why", unasked, "recorded", false));
	text = json_dumps(line, JSON_COMPACT | JSON_PRESERVE_ORDER);
	puts(text ? text : "{}");
	free(text);
	json_decref(line);
}

static void print_text(const char *number, const GArray *candidates)
{
	printf("%s\n", number);
	for (guint i = 0; i < candidates->len; i++) {
		const struct carrier_candidate *one = &g_array_index(candidates, struct carrier_candidate, i);
		const char *title = one->carrier->title;
		g_autofree char *page = carrier_page(one->carrier, number);

		printf("  %s%*s %-20s %s\n", title, MAX(0, 24 - (int)g_utf8_strlen(title, -1)), "", one->form->name,
		       !one->valid ? "check digit is wrong: a typing error?" : one->proven ? "check digit is right"
		       : one->form->check ? "form fits, unusual check digit" : "form fits, nothing to check");
		if (page && one->valid)
			printf("      %s\n", page);
	}
	if (!candidates->len)
		printf("  no carrier's numbers look so\n");
}

/* The number as said; of a pasted link or line the number in it. Owned. */
static char *number_of(const struct carriers *carriers, const char *said)
{
	g_autofree char *number = carrier_normal(said);
	g_autoptr(GArray) candidates = carriers_recognise(carriers, number);
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(found_number_free);
	g_autofree char *text = g_strdup_printf("parcel %s", said);

	if (!candidates->len && g_utf8_validate(text, -1, NULL))
		carriers_find(carriers, text, found);
	return found->len ? g_strdup(((struct found_number *) g_ptr_array_index(found, 0))->number) : g_steal_pointer(&number);
}

/* Why nobody is asked: what keeps the likeliest from it. */
static const char *unasked_why(const struct settings *settings, const GArray *candidates, const char *number)
{
	const struct carrier_candidate *first = candidates->len ? &g_array_index(candidates, struct carrier_candidate, 0) : NULL;
	const char *why = first ? carrier_number_why(first->carrier, number) : NULL;

	if (!first)
		return "no carrier's numbers look so";
	if (!why)
		why = track_unaskable(settings, first->carrier, number);
	return why ? why : "too many carriers have such numbers: wismo carrier try NAME asks one";
}

/* With settings the carrier is asked. True when the number is somebody's and the answer, if any, is one. */
static bool track_one(const struct command_options *options, struct settings *settings, const struct carriers *carriers, const char *said)
{
	g_autofree char *number = number_of(carriers, said);
	g_autoptr(GArray) candidates = carriers_recognise(carriers, number);
	const struct carrier *carrier = settings ? track_carrier(settings, carriers, NULL, NULL, number) : NULL;
	scoped(tracking) answer = carrier ? track_ask(settings, carrier, number, clock_now(), NULL, NULL) : NULL;
	const char *unasked = settings && !answer ? unasked_why(settings, candidates, number) : NULL;

	if (options->json) {
		print_json(number, candidates, answer, unasked);
	} else {
		print_text(number, candidates);
		if (answer)
			answer_print(answer, carrier->title);
		else if (unasked && candidates->len)
			printf("  not asked: %s\n", unasked);
	}
	return candidates->len && g_array_index(candidates, struct carrier_candidate, 0).valid
		&& (!settings || (answer && answer->outcome == OUTCOME_OK));
}

int track_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	gboolean ask = FALSE;
	const GOptionEntry entries[] = {
		{ "ask", 0, 0, G_OPTION_ARG_NONE, &ask, "ask the carrier, with the configuration's credentials", NULL },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	g_autoptr(GError) error = NULL;
	scoped(settings) settings = NULL;
	scoped(overlay) overlay = NULL;
	scoped(carriers) carriers = NULL;
	int code = command_options(command_find("track"), &options, entries, &argc, &argv);
	bool all = true;

	if (code >= 0)
		return code;
	if (argc < 2)
		return command_refuse(&options, EXIT_USAGE, "which number?");
	settings = ask ? command_settings(&options, &code) : NULL;
	overlay = ask && !settings ? NULL : command_overlay(&options, &code);
	if (!overlay)
		return code;
	carriers = carrier_load(overlay, &error);
	if (!carriers || (settings && !carrier_route(carriers, settings, &error)))
		return command_fail(&options, EXIT_USAGE, error);
	for (int i = 1; i < argc; i++)
		all = track_one(&options, settings, carriers, argv[i]) && all;
	return all ? EXIT_DONE : EXIT_NO;
}
