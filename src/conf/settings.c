/* Reads wismo.conf. What a key means is told in wismo.conf(5); every complaint names file and line. */
#include "wismo/conf/settings.h"

#include "settings_p.h"

#include "wismo/base/clock.h"
#include "wismo/base/error.h"
#include "wismo/core/classify.h"

#include <string.h>
#include <unistd.h>

static const char *const modes[] = { "observe", "draft", "auto" };
static const char *const hook_names[] = { "reship", "refund", "trace" };

#define SECRET(name) \
	CFG_STR(name "_file", NULL, CFGF_NONE), CFG_STR(name "_command", NULL, CFGF_NONE), \
	CFG_STR(name "_credential", NULL, CFGF_NONE)

static cfg_opt_t account_options[] = {
	CFG_STR("source", NULL, CFGF_NODEFAULT), CFG_STR("outgoing", NULL, CFGF_NODEFAULT),
	CFG_STR("user", NULL, CFGF_NONE), CFG_STR("outgoing_user", NULL, CFGF_NONE),
	SECRET("password"), SECRET("token"), SECRET("outgoing_password"), SECRET("outgoing_token"),
	CFG_STR("ca_file", NULL, CFGF_NONE),
	CFG_STR_LIST("folders", (char *) "{INBOX}", CFGF_NONE), CFG_STR("sent_folder", NULL, CFGF_NONE),
	CFG_STR("from", NULL, CFGF_NODEFAULT), CFG_STR("from_name", NULL, CFGF_NONE),
	CFG_STR_LIST("own_addresses", (char *) "{}", CFGF_NONE), CFG_STR_LIST("authserv_ids", (char *) "{}", CFGF_NONE),
	CFG_STR("start", NULL, CFGF_NONE), CFG_STR("channel", "shop", CFGF_NONE), CFG_STR("lang", NULL, CFGF_NONE),
	CFG_END()
};
static cfg_opt_t secret_options[] = { SECRET("value"), CFG_END() };
static cfg_opt_t carrier_options[] = {
	CFG_SEC("secret", secret_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_STR("recorded", NULL, CFGF_NONE), CFG_STR_LIST("for", (char *) "{}", CFGF_NONE), CFG_BOOL("unofficial", cfg_false, CFGF_NONE), CFG_BOOL("allow_loopback", cfg_false, CFGF_NONE),
	CFG_STR("base", NULL, CFGF_NONE), CFG_STR("ca_file", NULL, CFGF_NONE), CFG_STR("host", NULL, CFGF_NONE), CFG_BOOL("host_private", cfg_false, CFGF_NONE), CFG_END()
};
static cfg_opt_t hook_options[] = {
	CFG_STR("export", NULL, CFGF_NONE), CFG_STR("webhook", NULL, CFGF_NONE), SECRET("webhook_token"),
	CFG_STR_LIST("command", (char *) "{}", CFGF_NONE), CFG_BOOL("replaces_person", cfg_false, CFGF_NONE), CFG_END()
};
static cfg_opt_t column_options[] = { CFG_STR("field", NULL, CFGF_NODEFAULT), CFG_END() };
static cfg_opt_t file_options[] = {
	CFG_STR("state_dir", NULL, CFGF_NONE), CFG_STR("database", NULL, CFGF_NONE),
	CFG_STR("mode", "draft", CFGF_NONE), CFG_STR("zone", "Europe/Berlin", CFGF_NONE),
	CFG_STR("lang", "de", CFGF_NONE), CFG_STR("shop_name", "", CFGF_NONE),
	CFG_FLOAT("min_confidence", CLASSIFY_SURE, CFGF_NONE), CFG_INT("auto_value_cents", 5000, CFGF_NONE),
	CFG_INT("replies_per_case_day", 2, CFGF_NONE), CFG_INT("replies_per_buyer_day", 3, CFGF_NONE),
	CFG_INT("replies_per_hour", 60, CFGF_NONE), CFG_INT("mail_cap_bytes", 26214400, CFGF_NONE),
	CFG_STR("import_dir", NULL, CFGF_NONE),
	CFG_SEC("account", account_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_SEC("carrier", carrier_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_SEC("hook", hook_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_SEC("column", column_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_END()
};

static void free_source(gpointer pointer)
{
	secret_source_clear(pointer);
	g_free(pointer);
}

static void carrier_free(gpointer pointer)
{
	struct carrier_access *access = pointer;

	g_free(access->name);
	g_hash_table_unref(access->secrets);
	g_clear_pointer(&access->serves, g_ptr_array_unref);
	g_free(access->recorded);
	g_free(access->host);
	g_free(access->base);
	g_free(access->ca_file);
	g_free(access);
}

/* A name with a dot, and perhaps a port: no scheme, no path, nothing that a URL would read as more. */
static bool host_ok(const char *host)
{
	gsize name = strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.");
	const char *port = host[name] == ':' ? host + name + 1 : NULL;

	return name && memchr(host, '.', name) && (!host[name] || (port && *port && strlen(port) <= 5 && !port[strspn(port, "0123456789")]));
}

static bool read_carrier(cfg_t *section, const char *file, struct carrier_access *access, GError **error)
{
	access->name = g_strdup(cfg_title(section));
	access->serves = confuse_list(section, "for");
	access->recorded = settings_resolve(file, cfg_getstr(section, "recorded"));
	access->host = g_strdup(cfg_getstr(section, "host"));
	access->host_private = cfg_getbool(section, "host_private");
	access->unofficial = cfg_getbool(section, "unofficial");
	access->allow_loopback = cfg_getbool(section, "allow_loopback");
	access->base = g_strdup(cfg_getstr(section, "base"));
	access->ca_file = settings_resolve(file, cfg_getstr(section, "ca_file"));
	if (access->host && !host_ok(access->host))
		return confuse_fail(section, error, "host = %s: expected a name like karrio.example.com, with :PORT if need be", access->host);
	if (access->host_private && !access->host)
		return confuse_fail(section, error, "host_private = true: of which host? host names it");
	if (access->base && !access->allow_loopback)
		return confuse_fail(section, error, "base is for tests and needs allow_loopback = true");
	if (access->recorded && !g_file_test(access->recorded, G_FILE_TEST_IS_DIR))
		return confuse_fail(section, error, "recorded: %s is no folder", access->recorded);
	for (unsigned i = 0; i < cfg_size(section, "secret"); i++) {
		cfg_t *one = cfg_getnsec(section, "secret", i);
		struct secret_source *source = g_new0(struct secret_source, 1);

		g_hash_table_insert(access->secrets, g_strdup(cfg_title(one)), source);
		if (!settings_secret(one, "value", file, source, error))
			return false;
		if (!secret_source_set(source))
			return confuse_fail(one, error, "secret \"%s\": expected value_file, value_command or value_credential",
					    cfg_title(one));
	}
	return true;
}

static bool read_hook(cfg_t *section, const char *file, struct hook *hooks, GError **error)
{
	int kind = -1;
	struct hook *hook;

	for (int i = 0; i < (int) G_N_ELEMENTS(hook_names); i++)
		if (strcmp(cfg_title(section), hook_names[i]) == 0)
			kind = i;
	if (kind < 0)
		return confuse_fail(section, error, "hook \"%s\": expected reship, refund or trace", cfg_title(section));
	hook = &hooks[kind];
	hook->export_file = settings_resolve(file, cfg_getstr(section, "export"));
	hook->webhook = g_strdup(cfg_getstr(section, "webhook"));
	hook->replaces_person = cfg_getbool(section, "replaces_person");
	if (cfg_size(section, "command")) {
		g_autoptr(GPtrArray) argv = confuse_list(section, "command");

		g_ptr_array_add(argv, NULL);
		hook->command = (char **) g_ptr_array_steal(argv, NULL);
	}
	if (hook->webhook && !g_str_has_prefix(hook->webhook, "https://") && !g_str_has_prefix(hook->webhook, "http://127.0.0.1"))
		return confuse_fail(section, error, "webhook: expected https://");
	if (!hook->export_file && !hook->webhook && !hook->command)
		return confuse_fail(section, error, "hook \"%s\": expected export, webhook or command", cfg_title(section));
	if (!!hook->export_file + !!hook->webhook + !!hook->command > 1)
		return confuse_fail(section, error, "hook \"%s\": export, webhook and command exclude each other", cfg_title(section));
	return settings_secret(section, "webhook_token", file, &hook->webhook_token, error);
}

static bool number_in(cfg_t *cfg, const char *key, gint64 least, gint64 most, gint64 *value, GError **error)
{
	*value = cfg_getint(cfg, key);
	return (*value >= least && *value <= most)
		|| confuse_fail(cfg, error, "%s: %" G_GINT64_FORMAT " is out of range; expected %" G_GINT64_FORMAT
				" to %" G_GINT64_FORMAT, key, *value, least, most);
}

static bool read_sections(cfg_t *cfg, struct settings *settings, GError **error)
{
	for (unsigned i = 0; i < cfg_size(cfg, "account"); i++) {
		struct account *account = account_new();

		g_ptr_array_add(settings->accounts, account);
		if (!settings_read_account(cfg_getnsec(cfg, "account", i), settings->path, account, error))
			return false;
		/* Buyers see who writes; from_name = "" leaves the bare address. */
		if (!account->from_name && *settings->shop_name)
			account->from_name = g_strdup(settings->shop_name);
	}
	for (unsigned i = 0; i < cfg_size(cfg, "carrier"); i++) {
		struct carrier_access *access = g_new0(struct carrier_access, 1);

		access->secrets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_source);
		g_ptr_array_add(settings->carriers, access);
		if (!read_carrier(cfg_getnsec(cfg, "carrier", i), settings->path, access, error))
			return false;
	}
	for (unsigned i = 0; i < cfg_size(cfg, "hook"); i++)
		if (!read_hook(cfg_getnsec(cfg, "hook", i), settings->path, settings->hooks, error))
			return false;
	for (unsigned i = 0; i < cfg_size(cfg, "column"); i++) {
		cfg_t *column = cfg_getnsec(cfg, "column", i);

		if (!cfg_getstr(column, "field"))
			return confuse_fail(column, error, "column \"%s\": field is missing", cfg_title(column));
		g_hash_table_insert(settings->columns, g_utf8_strdown(cfg_title(column), -1), g_strdup(cfg_getstr(column, "field")));
	}
	return true;
}

static bool read_file(cfg_t *cfg, struct settings *settings, GError **error)
{
	gint64 per_case, per_buyer, per_hour;
	g_autoptr(GTimeZone) zone = NULL;
	int mode = -1;

	for (int i = 0; i < (int) G_N_ELEMENTS(modes); i++)
		if (strcmp(cfg_getstr(cfg, "mode"), modes[i]) == 0)
			mode = i;
	if (mode < 0)
		return confuse_fail(cfg, error, "mode: \"%s\" is not known; expected observe, draft or auto", cfg_getstr(cfg, "mode"));
	settings->mode = (enum run_mode) mode;
	zone = g_time_zone_new_identifier(cfg_getstr(cfg, "zone"));
	if (!zone)
		return confuse_fail(cfg, error, "zone: \"%s\" is no time zone; expected one like Europe/Berlin", cfg_getstr(cfg, "zone"));
	settings->zone = g_strdup(cfg_getstr(cfg, "zone"));
	settings->zone_held = g_steal_pointer(&zone);
	settings->lang = g_strdup(cfg_getstr(cfg, "lang"));
	settings->shop_name = g_strdup(cfg_getstr(cfg, "shop_name"));
	settings->min_confidence = cfg_getfloat(cfg, "min_confidence");
	if (!(settings->min_confidence >= 0.5 && settings->min_confidence <= 1.0))
		return confuse_fail(cfg, error, "min_confidence: expected 0.5 to 1.0");
	if (!number_in(cfg, "auto_value_cents", 0, 100000000, &settings->auto_value_cents, error)
	    || !number_in(cfg, "replies_per_case_day", 0, 20, &per_case, error)
	    || !number_in(cfg, "replies_per_buyer_day", 0, 50, &per_buyer, error)
	    || !number_in(cfg, "replies_per_hour", 0, 100000, &per_hour, error)
	    || !number_in(cfg, "mail_cap_bytes", 65536, 134217728, &settings->mail_cap_bytes, error))
		return false;
	settings->replies_per_case_day = (int) per_case;
	settings->replies_per_buyer_day = (int) per_buyer;
	settings->replies_per_hour = (int) per_hour;
	settings->state_dir = settings_resolve(settings->path, cfg_getstr(cfg, "state_dir"));
	if (!settings->state_dir)
		settings->state_dir = geteuid() == 0 ? g_strdup("/var/lib/wismo")
			: g_build_filename(g_get_home_dir(), ".local", "state", "wismo", NULL);
	settings->database = settings_resolve(settings->path, cfg_getstr(cfg, "database"));
	if (!settings->database)
		settings->database = g_build_filename(settings->state_dir, "wismo.db", NULL);
	settings->import_dir = settings_resolve(settings->path, cfg_getstr(cfg, "import_dir"));
	return read_sections(cfg, settings, error);
}

char *settings_usual_path(void)
{
	const char *path = g_getenv("WISMO_CONFIG");

	if (path && *path)
		return g_strdup(path);
	if (geteuid() == 0)
		return g_build_filename(WISMO_SYSCONFDIR, "wismo", "wismo.conf", NULL);
	return g_build_filename(g_get_user_config_dir(), "wismo", "wismo.conf", NULL);
}

/* A file that changes between two readings is looked at once more at the next start, which does no harm. */
static char *hash_of(const char *path)
{
	g_autofree char *bytes = NULL;
	gsize length;

	return g_file_get_contents(path, &bytes, &length, NULL) ? g_compute_checksum_for_data(G_CHECKSUM_SHA256, (guchar *) bytes, length)
		: NULL;
}

struct settings *settings_load(const char *path, GError **error)
{
	scoped(settings) settings = g_new0(struct settings, 1);
	cfg_t *cfg;
	bool fine;

	settings->path = path ? g_canonicalize_filename(path, NULL) : settings_usual_path();
	settings->accounts = g_ptr_array_new_with_free_func(account_free);
	settings->carriers = g_ptr_array_new_with_free_func(carrier_free);
	settings->columns = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	if (!g_file_test(settings->path, G_FILE_TEST_EXISTS)) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "%s: no such file; `wismo init` writes one, "
			    "--config FILE or $WISMO_CONFIG names another", settings->path);
		return NULL;
	}
	cfg = confuse_read(settings->path, file_options, error);
	if (!cfg)
		return NULL;
	settings->hash = hash_of(settings->path);
	fine = read_file(cfg, settings, error);
	cfg_free(cfg);
	return fine ? g_steal_pointer(&settings) : NULL;
}

void settings_free(struct settings *settings)
{
	if (!settings)
		return;
	g_free(settings->path);
	g_free(settings->hash);
	g_free(settings->state_dir);
	g_free(settings->database);
	g_free(settings->zone);
	g_clear_pointer(&settings->zone_held, g_time_zone_unref);
	g_free(settings->lang);
	g_free(settings->shop_name);
	g_free(settings->import_dir);
	g_ptr_array_unref(settings->accounts);
	g_ptr_array_unref(settings->carriers);
	g_hash_table_unref(settings->columns);
	for (gsize i = 0; i < G_N_ELEMENTS(settings->hooks); i++) {
		g_free(settings->hooks[i].export_file);
		g_free(settings->hooks[i].webhook);
		secret_source_clear(&settings->hooks[i].webhook_token);
		g_strfreev(settings->hooks[i].command);
	}
	g_free(settings);
}

struct account *settings_account(const struct settings *settings, const char *name)
{
	for (guint i = 0; i < settings->accounts->len; i++) {
		struct account *account = g_ptr_array_index(settings->accounts, i);

		if (strcmp(account->name, name) == 0)
			return account;
	}
	return NULL;
}

static void mark(GChecksum *sum, const struct secret_source *source)
{
	g_autofree char *text = secret_source_mark(source);

	g_checksum_update(sum, (const guchar *) text, (gssize) strlen(text) + 1);
}

static void mark_carrier(GChecksum *sum, const struct carrier_access *access)
{
	g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(access->secrets), (GCompareFunc) strcmp);

	for (const GList *name = names; name; name = name->next)
		mark(sum, g_hash_table_lookup(access->secrets, name->data));
}

char *settings_marks(const struct settings *settings)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

	for (guint i = 0; i < settings->accounts->len; i++) {
		const struct account *account = g_ptr_array_index(settings->accounts, i);

		mark(sum, &account->source.password);
		mark(sum, &account->outgoing.password);
	}
	for (guint i = 0; i < settings->carriers->len; i++)
		mark_carrier(sum, g_ptr_array_index(settings->carriers, i));
	return g_strdup(g_checksum_get_string(sum));
}

struct carrier_access *settings_carrier(const struct settings *settings, const char *name)
{
	for (guint i = 0; i < settings->carriers->len; i++) {
		struct carrier_access *access = g_ptr_array_index(settings->carriers, i);

		if (strcmp(access->name, name) == 0)
			return access;
	}
	return NULL;
}
