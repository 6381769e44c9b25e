/* The tracker's stage alone, for carrier.py and the bench: its passes over a database at a moment that the caller names.
 *	tracker create DATABASE
 *	tracker ask CONFIG CARRIERS NOW [fast]	until nothing is due; `fast`: without the carriers' limits per second
 *	tracker samples CARRIERS		every sample of every carrier file, one JSON object a line
 *	tracker map CARRIERS			microseconds of processor to map an answer, and to parse the same JSON with jansson
 * CARRIERS is a folder of carrier files, or one file. */
#include "wismo/base/log.h"
#include "wismo/conf/carrier.h"
#include "wismo/flow/stage.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int complain(GError *error)
{
	fprintf(stderr, "tracker: %s\n", error->message);
	g_error_free(error);
	return 2;
}

static struct carriers *load(const char *path, GError **error)
{
	scoped(carriers) carriers = carriers_new();
	g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
	const char *name;

	if (!folder)
		return carrier_load_file(path, carriers, error) ? g_steal_pointer(&carriers) : NULL;
	while ((name = g_dir_read_name(folder))) {
		g_autofree char *file = g_build_filename(path, name, NULL);

		if (g_str_has_suffix(name, ".conf") && !carrier_load_file(file, carriers, error))
			return NULL;
	}
	return g_steal_pointer(&carriers);
}

/* Of this program alone; what getrusage tells is inherited from whoever started it. */
static int peak_kb(void)
{
	g_autofree char *text = NULL;
	const char *line = g_file_get_contents("/proc/self/status", &text, NULL, NULL) ? strstr(text, "VmHWM:") : NULL;

	return line ? atoi(line + strlen("VmHWM:")) : 0;
}

static int ask(const char *config, const char *folder, gint64 now, bool fast)
{
	GError *error = NULL;
	scoped(settings) settings = settings_load(config, &error);
	scoped(carriers) carriers = settings ? load(folder, &error) : NULL;
	scoped(store) store = carriers && carrier_route(carriers, settings, &error) ? store_open(settings->database, ROLE_TRACKER, false, &error) : NULL;
	struct rulebook book = { .carriers = carriers };
	const struct flow flow = { .store = store, .settings = settings, .book = &book };
	struct pass pass;
	guint done = 0;

	if (!store)
		return complain(error);
	for (guint i = 0; fast && carriers_nth(carriers, i); i++)
		((struct carrier *) carriers_nth(carriers, i))->per_second = ((struct carrier *) carriers_nth(carriers, i))->per_minute = 0;
	log_set_role("tracker");
	log_set_level(LOG_LEVEL_INFO);
	do {
		pass = (struct pass) { 0 };
		if (!track_step(&flow, now, &pass, &error))
			return complain(error);
		done += pass.done;
	} while (pass.done);
	printf("{\"done\":%u,\"next_at\":%" G_GINT64_FORMAT ",\"peak_kb\":%d}\n", done, pass.next_at, peak_kb());
	return 0;
}

/* An aggregator is asked about somebody else's number: those that it reaches, each with one. */
static json_t *owners_of(const struct carriers *carriers, const struct carrier *carrier)
{
	json_t *owners = json_object();

	for (guint i = 0; i < carrier->reaches->len; i++) {
		const struct carrier *reached = carriers_get(carriers, ((struct carrier_reach *) carrier->reaches->pdata[i])->name);
		g_autofree char *number = NULL;

		if (!reached || !reached->forms->len)
			continue;
		number = carrier_normal(((struct carrier_form *) reached->forms->pdata[0])->valid->pdata[0]);
		json_object_set_new(owners, reached->name, json_string(number));
	}
	return owners;
}

static void print_sample(const struct carriers *carriers, const struct carrier *carrier, const struct carrier_sample *sample)
{
	const struct carrier_form *form = carrier->forms->len ? g_ptr_array_index(carrier->forms, 0) : NULL;
	g_autofree char *number = carrier_normal(sample->number ? sample->number : form ? form->valid->pdata[0] : "12345678");
	json_t *steps = json_array(), *secrets = json_array(), *codes = json_object(), *line;
	char *text;

	for (guint i = 0; i < carrier->steps->len; i++)
		json_array_append_new(steps, json_string(((struct carrier_step *) carrier->steps->pdata[i])->name));
	for (guint i = 0; i < carrier->secrets->len; i++)
		json_array_append_new(secrets, json_string(carrier->secrets->pdata[i]));
	for (guint i = 0; i < carrier->reaches->len; i++) {
		const struct carrier_reach *reach = g_ptr_array_index(carrier->reaches, i);

		json_object_set_new(codes, reach->name, json_string(reach->code));
	}
	line = json_pack("{s:s, s:o, s:o, s:s?, s:b, s:b, s:o, s:o, s:s, s:s?, s:s, s:i, s:s, s:s, s:s?, s:s?}", "carrier", carrier->name, "owners", owners_of(carriers, carrier), "codes", codes, "courier", sample->courier, "token", carrier->token != NULL,
			 "unofficial", carrier->unofficial, "steps", steps, "secrets", secrets, "name", sample->name, "step", sample->step,
			 "number", number, "http", sample->http, "body", sample->body, "outcome", track_outcome_name(sample->outcome),
			 "status", sample->status < 0 ? NULL : track_status_name((enum track_status) sample->status), "detail", sample->detail);
	text = json_dumps(line, JSON_COMPACT);
	puts(text);
	free(text);
	json_decref(line);
}

static int samples(const char *folder)
{
	GError *error = NULL;
	scoped(carriers) carriers = load(folder, &error);

	if (!carriers)
		return complain(error);
	for (guint i = 0; carriers_nth(carriers, i); i++)
		for (guint k = 0; k < carriers_nth(carriers, i)->samples->len; k++)
			print_sample(carriers, carriers_nth(carriers, i), carriers_nth(carriers, i)->samples->pdata[k]);
	return 0;
}

#define MAP_ROUNDS 50
#define MAP_NOW 4102444800	/* no event of a sample lies ahead */

/* What the wall's clock says is the other programs' as well. */
static gint64 processor_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (gint64) t.tv_sec * G_USEC_PER_SEC + t.tv_nsec / 1000;
}

/* Microseconds of MAP_ROUNDS; -1: it was not read to its end, so that there is nothing to measure. */
static gint64 map_sample(const struct carrier *carrier, const struct carrier_sample *sample)
{
	const struct carrier_step *step = carrier->steps->pdata[carrier->steps->len - 1];
	gint64 begun_us = processor_us();
	bool fine = true;

	for (int round = 0; round < MAP_ROUNDS; round++) {
		scoped(tracking) tracking = carrier_read(carrier, step, sample->http, sample->body, sample->number ? sample->number : "0",
							 sample->courier, MAP_NOW);

		fine = fine && tracking->outcome == OUTCOME_OK;
	}
	return fine ? processor_us() - begun_us : -1;
}

static int map(const char *folder)
{
	GError *error = NULL;
	scoped(carriers) carriers = load(folder, &error);
	gint64 mapped_us = 0, parsed_us = 0, worst_us = 0;
	guint answers = 0, bytes = 0;

	if (!carriers)
		return complain(error);
	for (guint i = 0; carriers_nth(carriers, i); i++)
		for (guint k = 0; k < carriers_nth(carriers, i)->samples->len; k++) {
			const struct carrier *carrier = carriers_nth(carriers, i);
			const struct carrier_sample *sample = carrier->samples->pdata[k];
			gint64 spent_us = sample->outcome == OUTCOME_OK && !sample->step ? map_sample(carrier, sample) : -1, begun_us;

			if (spent_us < 0)
				continue;
			mapped_us += spent_us;
			worst_us = MAX(worst_us, spent_us / MAP_ROUNDS);
			begun_us = processor_us();
			for (int round = 0; round < MAP_ROUNDS; round++)
				json_decref(json_loads(sample->body, 0, NULL));
			parsed_us += processor_us() - begun_us;
			answers += MAP_ROUNDS;
			bytes += (guint) strlen(sample->body) * MAP_ROUNDS;
		}
	printf("{\"answers\":%u,\"bytes\":%u,\"map_us\":%.1f,\"worst_us\":%d,\"parse_us\":%.1f}\n", answers, bytes / MAX(answers, 1),
	       (double) mapped_us / MAX(answers, 1), (int) worst_us, (double) parsed_us / MAX(answers, 1));
	return 0;
}

int main(int argc, char **argv)
{
	GError *error = NULL;

	if (argc == 3 && strcmp(argv[1], "create") == 0) {
		scoped(store) store = store_open(argv[2], ROLE_ALL, true, &error);

		return store ? 0 : complain(error);
	}
	if (argc >= 5 && strcmp(argv[1], "ask") == 0)
		return ask(argv[2], argv[3], g_ascii_strtoll(argv[4], NULL, 10), argc > 5);
	if (argc == 3 && strcmp(argv[1], "samples") == 0)
		return samples(argv[2]);
	if (argc == 3 && strcmp(argv[1], "map") == 0)
		return map(argv[2]);
	fprintf(stderr, "usage: see the head of tests/flow/tracker.c\n");
	return 2;
}
