/* wismo show, wismo export: one mail, case, reply or task as it stands; as JSON Lines the whole row. */
#include "wismo/base/clock.h"
#include "wismo/cmd/command.h"
#include "wismo/cmd/print.h"
#include "wismo/store/dossier.h"

#include "commands_p.h"
#include "ids_p.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

struct view {
	gint64 now;
	const char *zone;
	bool json;
	bool alone;		/* this row is what was asked for; else one of a case's */
	guint rows, events;	/* shown so far; of the latter: of the history */
};

/* What people see of a row, in this order; absent values are left out. */
enum form { TEXT, MOMENT, DEADLINE, MONEY, YES_NO, YES, PERCENT, LIST };	/* YES: nothing when it is not */
struct field {
	const char *name, *key;
	enum form form;
};

static const struct field case_fields[] = {
	{ "state", "state", TEXT }, { "why", "why", TEXT }, { "buyer", "buyer", TEXT }, { "name", "buyer_name", TEXT },
	{ "order", "order_no", TEXT }, { "channel", "channel", TEXT }, { "wants", "intent", TEXT }, { "wish", "wish", TEXT },
	{ "urgency", "urgency", TEXT }, { "claim", "claim", TEXT }, { "language", "lang", TEXT }, { "opened", "opened_at", MOMENT },
	{ "asked", "asked_at", MOMENT }, { "answered", "answered_at", MOMENT }, { "deadline", "due_at", DEADLINE },
	{ "because", "due_why", TEXT }, { NULL, NULL, TEXT } };
static const struct field mail_fields[] = {
	{ "case", "case", TEXT }, { "state", "state", TEXT }, { "why", "why", TEXT }, { "from", "from", TEXT }, { "subject", "subject", TEXT },
	{ "came", "received_at", MOMENT }, { "channel", "channel", TEXT }, { "language", "lang", TEXT }, { "orders", "order_ids", LIST },
	{ "means", "intent", TEXT }, { "sure", "confidence", PERCENT }, { "wish", "wish", TEXT }, { "urgency", "urgency", TEXT },
	{ "answerable", "answerable", YES_NO }, { "why not", "why_not", TEXT }, { NULL, NULL, TEXT } };
static const struct field order_fields[] = {
	{ "channel", "channel", TEXT }, { "name", "buyer_name", TEXT }, { "country", "country", TEXT }, { "ordered", "ordered_at", MOMENT },
	{ "promised", "promised_at", MOMENT }, { "cancelled", "cancelled", YES_NO }, { NULL, NULL, TEXT } };
static const struct field shipment_fields[] = {
	{ "carrier", "carrier", TEXT }, { "shipped", "shipped_at", MOMENT }, { NULL, NULL, TEXT } };
static const struct field tracking_fields[] = {
	{ "carrier", "carrier", TEXT }, { "asked", "asked_at", MOMENT }, { "answer", "outcome", TEXT }, { "status", "status", TEXT },
	{ "since", "status_at", MOMENT }, { "detail", "detail", TEXT }, { "recorded", "recorded", YES }, { "left with", "delivered_to", TEXT }, { "why", "why", TEXT },
	{ NULL, NULL, TEXT } };
static const struct field verdict_fields[] = {
	{ "rule", "rule", TEXT }, { "reply", "template", TEXT }, { "sends", "sends", TEXT }, { "task", "task", TEXT }, { NULL, NULL, TEXT } };
static const struct field reply_fields[] = {
	{ "case", "case", TEXT }, { "answers", "mail", TEXT }, { "state", "state", TEXT }, { "why", "why", TEXT }, { "template", "template", TEXT },
	{ "edited", "edited", YES_NO }, { "approved by", "approved_by", TEXT }, { "server said", "server_said", TEXT },
	{ "not before", "not_before", MOMENT }, { "written", "created_at", MOMENT }, { "sent", "sent_at", MOMENT },
	{ "to", "to", TEXT }, { "subject", "subject", TEXT }, { NULL, NULL, TEXT } };
static const struct field task_fields[] = {
	{ "case", "case", TEXT }, { "does", "kind", TEXT }, { "state", "state", TEXT }, { "why", "why", TEXT }, { "order", "order_no", TEXT },
	{ "line", "line_no", TEXT }, { "amount", "amount_cents", MONEY }, { "approved by", "approved_by", TEXT }, { "result", "result", TEXT },
	{ "due", "due_at", DEADLINE }, { "because", "due_why", TEXT }, { "proposed", "created_at", MOMENT }, { "changed", "changed_at", MOMENT },
	{ NULL, NULL, TEXT } };

/* `id`, `text`: members that stand in the heading, and below everything as they are. */
static const struct kind {
	const char *name, *heading, *id, *text;
	const struct field *fields;
} kinds[] = {
	{ "case", "Case", "id", NULL, case_fields }, { "mail", "Mail", "id", "buyer_text", mail_fields },
	{ "order", "Order", "order_no", NULL, order_fields }, { "shipment", "Parcel", "number", NULL, shipment_fields },
	{ "tracking", "Tracking", "number", NULL, tracking_fields }, { "verdict", "Decided", "made_at", NULL, verdict_fields },
	{ "reply", "Reply", "id", "body", reply_fields }, { "task", "Task", "id", NULL, task_fields },
};

static char *list_text(const json_t *list)
{
	GString *text = g_string_new(NULL);
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
		g_string_append_printf(text, "%s%s", i ? ", " : "", json_string_value(item) ? json_string_value(item) : "?");
	return g_string_free(text, FALSE);
}

/* Owned; NULL: nothing to show. */
static char *value_text(const struct view *view, const json_t *row, const struct field *field)
{
	const json_t *value = json_object_get(row, field->key);
	const char *currency = json_string_value(json_object_get(row, "currency"));
	gint64 at = clock_parse(json_string_value(value) ? json_string_value(value) : "", NULL);

	if (!value || json_is_null(value) || (json_is_array(value) && !json_array_size(value)))
		return NULL;
	switch (field->form) {
	case MOMENT:
		return print_moment(at, view->zone);
	case DEADLINE:
		return print_deadline(at, view->now, view->zone);
	case MONEY:
		return g_strdup_printf("%" G_GINT64_FORMAT ".%02d %s", (gint64) json_integer_value(value) / 100,
				       (int) (json_integer_value(value) % 100), currency ? currency : "");
	case YES:
		return json_is_true(value) ? g_strdup("yes: out of a folder, not from the carrier") : NULL;
	case YES_NO:
		return g_strdup(json_is_true(value) ? "yes" : "no");
	case PERCENT:
		return g_strdup_printf("%.0f %%", json_number_value(value) * 100);
	case LIST:
		return list_text(value);
	default:
		return g_strdup(json_string_value(value));
	}
}

static void print_text(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	putchar('\n');
	for (char **line = lines; *line && (line[1] || **line); line++) {
		g_autofree char *clean = print_clean(*line, 0);

		puts(clean);
	}
}

static void print_lines_of_order(const json_t *row)
{
	const json_t *lines = json_object_get(row, "lines");
	size_t i;
	json_t *line;

	json_array_foreach(lines, i, line) {
		const char *sku = json_string_value(json_object_get(line, "sku"));
		const char *title = json_string_value(json_object_get(line, "title"));

		print_line(i ? "" : "goods", "%d x %s %s", (int) json_integer_value(json_object_get(line, "quantity")), sku ? sku : "?", title ? title : "");
	}
}

static void print_history(struct view *view, const json_t *row)
{
	const char *detail = json_string_value(json_object_get(row, "detail"));
	static const struct field at = { "at", "at", MOMENT };
	g_autofree char *when = value_text(view, row, &at);

	if (!view->events++)
		print_head("What happened");
	print_line(json_string_value(json_object_get(row, "subject")), "%s %s: %s%s%s", when, json_string_value(json_object_get(row, "actor")),
		   json_string_value(json_object_get(row, "event")), detail ? ", " : "", detail ? detail : "");
}

static void print_row(const struct view *view, const struct kind *kind, const json_t *row)
{
	const struct field name = { "", kind->id, strcmp(kind->id, "made_at") == 0 ? MOMENT : TEXT };
	g_autofree char *id = value_text(view, row, &name);
	g_autofree char *title = g_strdup_printf("%s %s", kind->heading, id ? id : "");
	g_autofree char *clean = print_clean(title, 0);
	const char *text = kind->text ? json_string_value(json_object_get(row, kind->text)) : NULL;

	print_head(clean);
	for (const struct field *field = kind->fields; field->name; field++) {
		g_autofree char *value = value_text(view, row, field);

		if (value)
			print_line(field->name, "%s", value);
	}
	print_lines_of_order(row);
	if (text && *text)
		print_text(text);
	if (!view->alone)
		putchar('\n');
}

static bool print_section(const char *name, const char *json, void *user)
{
	struct view *view = user;
	json_t *row;

	view->rows++;
	if (view->json) {
		print_json("s", "type", name, "r", "row", json, NULL);
		return true;
	}
	row = json_loads(json, 0, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			print_row(view, &kinds[i], row);
	if (strcmp(name, "history") == 0)
		print_history(view, row);
	json_decref(row);
	return true;
}

/* One id of these kinds, or what else names a case, as the only argument, and the store; NULL: said, *code. */
static struct store *open_id(const char *name, const char *letters, struct command_options *options, int argc, char **argv, char *kind,
			     gint64 *id, struct settings **settings, int *code)
{
	scoped(store) store = NULL;

	*code = command_options(command_find(name), options, NULL, &argc, &argv);
	if (*code >= 0)
		return NULL;
	if (argc != 2) {
		*code = command_refuse(options, EXIT_USAGE, "usage: wismo %s %s", name, command_find(name)->arguments);
		return NULL;
	}
	store = command_open(options, ROLE_READER, settings, code);
	if (!store || ids_parse(argv[1], letters, kind, id))
		return g_steal_pointer(&store);
	*kind = 'c';
	*id = ids_case(store, options, argv[1], letters, code);
	return *id ? g_steal_pointer(&store) : NULL;
}

static int show(const char *name, const char *letters, int argc, char **argv, bool json)
{
	struct command_options options = { 0 };
	struct view view = { .now = clock_now() };
	scoped(settings) settings = NULL;
	int code;
	char kind;
	gint64 id;
	scoped(store) store = open_id(name, letters, &options, argc, argv, &kind, &id, &settings, &code);
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	bool fine;

	if (!store)
		return code;
	view.json = options.json || json;
	view.zone = settings->zone;
	view.alone = kind != 'c';
	fine = kind == 'c' ? dossier_each(store, id, print_section, &view, &error) : dossier_one(store, kind, id, print_section, &view, &error);
	if (!fine)
		return command_fail(&options, EXIT_SYSTEM, error);
	text = g_strdup_printf("%c%" G_GINT64_FORMAT, kind, id);
	return view.rows ? EXIT_DONE : ids_missing(&options, text);
}

int show_command(int argc, char **argv)
{
	return show("show", "mcrt", argc, argv, false);
}

int export_command(int argc, char **argv)
{
	return show("export", "c", argc, argv, true);
}
