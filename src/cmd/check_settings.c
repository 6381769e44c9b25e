/* What wismo check tells about the names, files and programs that the configuration mentions: they are read when they
 * are needed, which may be days later, so a wrong one is told here. */
#include "check_p.h"

#include "wismo/core/carrier.h"
#include "wismo/core/render.h"

#include <string.h>

#define NAME_MOST 63
#define FAR_MOST 3	/* a name that differs in more places is another name, not a slip */

static const char *const hook_names[] = { "reship", "refund", "trace" };

/* Levenshtein's distance of two short names in bytes. */
static guint distance(const char *a, const char *b)
{
	guint row[NAME_MOST + 1];
	gsize width = strlen(b);

	if (width > NAME_MOST)
		return G_MAXUINT;
	for (guint k = 0; k <= width; k++)
		row[k] = k;
	for (guint i = 0; a[i]; i++) {
		guint corner = row[0];

		row[0] = i + 1;
		for (guint k = 0; k < width; k++) {
			guint change = corner + (a[i] != b[k]);

			corner = row[k + 1];
			row[k + 1] = MIN(change, MIN(corner, row[k]) + 1);
		}
	}
	return row[width];
}

static const char *nearest(const struct carriers *carriers, const char *name)
{
	const char *best = NULL;
	guint least = FAR_MOST + 1;

	for (guint i = 0; carriers_nth(carriers, i); i++) {
		const char *known = carriers_nth(carriers, i)->name;
		guint far = distance(name, known);

		if (far < least) {
			least = far;
			best = known;
		}
	}
	return best;
}

static void carrier_names(struct checks *checks, const struct settings *settings, const struct carriers *carriers)
{
	for (guint i = 0; i < settings->carriers->len; i++) {
		const struct carrier_access *access = g_ptr_array_index(settings->carriers, i);
		g_autofree char *id = g_strdup_printf("carrier.%s", access->name);
		g_autofree char *said = g_strdup_printf("no carrier file tells of \"%s\", so this section has no effect", access->name);
		const char *near = nearest(carriers, access->name);
		g_autofree char *mend = near ? g_strdup_printf("did you mean carrier \"%s\"?", near)
			: g_strdup("its name must be that of a file in carriers/, wismo-carriers(5)");

		if (carriers_get(carriers, access->name))
			check_tell(checks, GRADE_OK, id, "is known", NULL);
		else
			check_tell(checks, GRADE_FAIL, id, said, mend);
	}
}

static bool add_lang(const char *name, const char *lang, const char *path, const char *about, const json_t *example, void *user)
{
	GPtrArray *langs = user;

	(void) name, (void) path, (void) about, (void) example;
	if (!g_ptr_array_find_with_equal_func(langs, lang, g_str_equal, NULL))
		g_ptr_array_add(langs, (gpointer) g_intern_string(lang));
	return true;
}

static void lang_name(struct checks *checks, const char *id, const char *lang, GPtrArray *langs)
{
	g_autofree char *known = NULL;
	g_autofree char *said = g_strdup_printf("there are no answers in \"%s\"", lang);
	g_autofree char *mend = NULL;

	if (g_ptr_array_find_with_equal_func(langs, lang, g_str_equal, NULL)) {
		check_tell(checks, GRADE_OK, id, lang, NULL);
		return;
	}
	g_ptr_array_add(langs, NULL);
	known = g_strjoinv(", ", (char **) langs->pdata);
	g_ptr_array_set_size(langs, (int) langs->len - 1);
	mend = g_strdup_printf("expected one of %s", known);
	check_tell(checks, GRADE_FAIL, id, said, mend);
}

void check_names(struct checks *checks, const struct settings *settings, const struct rulebook *book)
{
	g_autoptr(GPtrArray) langs = g_ptr_array_new();

	carrier_names(checks, settings, book->carriers);
	replies_each(book->replies, add_lang, langs);
	lang_name(checks, "lang", settings->lang, langs);
	for (guint i = 0; i < settings->accounts->len; i++) {
		const struct account *account = g_ptr_array_index(settings->accounts, i);
		g_autofree char *id = g_strdup_printf("lang.%s", account->name);

		if (account->lang)
			lang_name(checks, id, account->lang, langs);
	}
}

/* Says nothing of a credential outside of the service, where systemd does not lay it down, and of a command offline. */
static void check_secret(struct checks *checks, const char *id, const struct secret_source *source, bool offline)
{
	g_autoptr(GError) error = NULL;

	if (!secret_source_set(source) || (offline && source->command)
	    || (source->credential && !g_getenv("CREDENTIALS_DIRECTORY")))
		return;
	scoped(secret) secret = secret_read(source, &error);

	check_tell(checks, secret ? GRADE_OK : GRADE_FAIL, id, secret ? "readable, by nobody else" : error->message,
		   secret ? NULL : source->command ? "run it by hand; it has to print the secret and nothing else"
		   : source->file && g_file_test(source->file, G_FILE_TEST_IS_REGULAR) ? NULL	/* the error says how */
		   : "name a file of yours with mode 600 that holds it");
}

static void check_hook(struct checks *checks, const char *name, const struct hook *hook, bool offline)
{
	g_autofree char *id = g_strdup_printf("hook.%s", name);
	g_autofree char *token = g_strdup_printf("hook.%s.token", name);
	g_autofree char *program = hook->command ? g_find_program_in_path(hook->command[0]) : NULL;
	g_autofree char *said = hook->command ? g_strdup_printf("%s: no such program, or not executable", hook->command[0]) : NULL;

	if (hook->command)
		check_tell(checks, program ? GRADE_OK : GRADE_FAIL, id, program ? program : said,
			   program ? NULL : "correct the path, or chmod +x it");
	check_secret(checks, token, &hook->webhook_token, offline);
}

static void check_outgoing_folder(struct checks *checks, const struct account *account)
{
	g_autofree char *id = g_strdup_printf("outgoing.%s", account->name);
	g_autofree char *said = g_strdup_printf("%s: no such folder; it will be made", account->outgoing.path);

	if (account->outgoing.path && !g_file_test(account->outgoing.path, G_FILE_TEST_IS_DIR))
		check_tell(checks, GRADE_WARN, id, said, "correct outgoing, unless a new one is meant");
}

void check_places(struct checks *checks, const struct settings *settings, bool offline)
{
	for (guint i = 0; i < settings->accounts->len; i++)
		check_outgoing_folder(checks, g_ptr_array_index(settings->accounts, i));
	for (guint i = 0; i < settings->carriers->len; i++) {
		const struct carrier_access *access = g_ptr_array_index(settings->carriers, i);
		GHashTableIter iter;
		gpointer name, source;

		g_hash_table_iter_init(&iter, access->secrets);
		while (g_hash_table_iter_next(&iter, &name, &source)) {
			g_autofree char *id = g_strdup_printf("carrier.%s.%s", access->name, (const char *) name);

			check_secret(checks, id, source, offline);
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(hook_names); i++)
		check_hook(checks, hook_names[i], &settings->hooks[i], offline);
}
