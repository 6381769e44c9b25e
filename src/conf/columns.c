/* Recognises the columns of lists. */
#include "wismo/conf/columns.h"

#include "confuse_p.h"
#include "wismo/base/error.h"
#include "wismo/core/cell.h"

#include <stdlib.h>
#include <string.h>

struct sign {
	char *channel;
	GPtrArray *keys;
};

struct columns {
	GPtrArray *keys[FIELD_COUNT];	/* char *, the best first */
	GPtrArray *signs;		/* struct sign */
	GPtrArray *carriers;		/* struct sign: name and beginnings */
};

static const char *const fields[] = {
	"order_no", "channel", "line_no", "sku", "title", "quantity", "line_price", "unit_price", "tax", "currency", "buyer_name",
	"buyer_address", "country", "ordered", "ship_by", "promised", "fulfilment", "status", "cancelled", "carrier", "number",
	"shipped", "claims_protected",
};
_Static_assert(G_N_ELEMENTS(fields) == FIELD_COUNT, "one name for each field");

const char *columns_field_name(enum field field)
{
	return fields[field];
}

int columns_field_find(const char *name)
{
	for (int i = 0; i < FIELD_COUNT; i++)
		if (strcmp(name, fields[i]) == 0)
			return i;
	return -1;
}

static cfg_opt_t names_options[] = { CFG_STR_LIST("names", (char *) "{}", CFGF_NONE), CFG_END() };
static cfg_opt_t signs_options[] = { CFG_STR_LIST("signs", (char *) "{}", CFGF_NONE), CFG_END() };
static cfg_opt_t file_options[] = {
	CFG_SEC("field", names_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_SEC("format", signs_options, CFGF_MULTI | CFGF_TITLE),
	CFG_SEC("carrier", names_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_END()
};

static void sign_free(gpointer pointer)
{
	struct sign *sign = pointer;

	g_free(sign->channel);
	g_ptr_array_unref(sign->keys);
	g_free(sign);
}

static GPtrArray *keys_of(cfg_t *section, const char *option)
{
	GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);

	for (unsigned i = 0; i < cfg_size(section, option); i++)
		g_ptr_array_add(keys, cell_key(cfg_getnstr(section, option, i)));
	return keys;
}

static bool read_signs(cfg_t *cfg, const char *kind, const char *option, GPtrArray *list, GError **error)
{
	for (unsigned i = 0; i < cfg_size(cfg, kind); i++) {
		cfg_t *section = cfg_getnsec(cfg, kind, i);
		struct sign *sign = g_new0(struct sign, 1);

		sign->channel = g_strdup(cfg_title(section));
		sign->keys = keys_of(section, option);
		g_ptr_array_add(list, sign);
		if (!sign->keys->len)
			return confuse_fail(section, error, "%s \"%s\": %s is empty", kind, cfg_title(section), option);
	}
	return true;
}

static bool read_all(cfg_t *cfg, struct columns *columns, GError **error)
{
	for (unsigned i = 0; i < cfg_size(cfg, "field"); i++) {
		cfg_t *section = cfg_getnsec(cfg, "field", i);
		int field = columns_field_find(cfg_title(section));

		if (field < 0)
			return confuse_fail(section, error, "field \"%s\" is not known; wismo.conf(5) lists them", cfg_title(section));
		g_ptr_array_unref(columns->keys[field]);
		columns->keys[field] = keys_of(section, "names");
	}
	return read_signs(cfg, "format", "signs", columns->signs, error)
		&& read_signs(cfg, "carrier", "names", columns->carriers, error);
}

struct columns *columns_load(const struct overlay *overlay, GError **error)
{
	g_autofree char *path = overlay_path(overlay, "import/columns.conf");
	scoped(columns) columns = g_new0(struct columns, 1);
	cfg_t *cfg;
	bool fine;

	columns->signs = g_ptr_array_new_with_free_func(sign_free);
	columns->carriers = g_ptr_array_new_with_free_func(sign_free);
	for (int i = 0; i < FIELD_COUNT; i++)
		columns->keys[i] = g_ptr_array_new_with_free_func(g_free);
	if (!path) {
		g_set_error(error, WISMO_ERROR, WISMO_HALT, "import/columns.conf is in no data folder");
		return NULL;
	}
	cfg = confuse_read(path, file_options, error);
	if (!cfg)
		return NULL;
	fine = read_all(cfg, columns, error);
	cfg_free(cfg);
	return fine ? g_steal_pointer(&columns) : NULL;
}

void columns_free(struct columns *columns)
{
	if (!columns)
		return;
	for (int i = 0; i < FIELD_COUNT; i++)
		g_ptr_array_unref(columns->keys[i]);
	g_ptr_array_unref(columns->signs);
	g_ptr_array_unref(columns->carriers);
	g_free(columns);
}

static int find_key(GPtrArray *header, const char *key)
{
	for (guint i = 0; i < header->len; i++)
		if (*key && strcmp(g_ptr_array_index(header, i), key) == 0)
			return (int) i;
	return -1;
}

static bool map_own(GHashTable *own, GPtrArray *header, struct column_map *map, guint *named, GError **error)
{
	GHashTableIter iter;
	gpointer name, field_name;

	g_hash_table_iter_init(&iter, own);
	while (g_hash_table_iter_next(&iter, &name, &field_name)) {
		g_autofree char *key = cell_key(name);
		int field = columns_field_find(field_name);
		bool numbered = *(char *) name && strspn(name, "0123456789") == strlen(name);
		int at = numbered ? atoi(name) - 1 : find_key(header, key);

		if (field < 0) {
			g_set_error(error, WISMO_ERROR, WISMO_HALT, "column \"%s\": field \"%s\" is not known; wismo.conf(5) lists them",
				    (char *) name, (char *) field_name);
			return false;
		}
		if (at >= 0 && !numbered)
			++*named;
		if (at >= 0 && (guint) at < header->len)
			map->at[field] = at;
	}
	return true;
}

bool columns_map(const struct columns *columns, GHashTable *own, char *const *first, struct column_map *map, GError **error)
{
	g_autoptr(GPtrArray) header = g_ptr_array_new_with_free_func(g_free);
	guint named = 0;

	for (guint i = 0; first[i]; i++)
		g_ptr_array_add(header, cell_key(first[i]));
	for (int f = 0; f < FIELD_COUNT; f++) {
		map->at[f] = -1;
		for (guint i = 0; map->at[f] < 0 && i < columns->keys[f]->len; i++)
			map->at[f] = find_key(header, g_ptr_array_index(columns->keys[f], i));
		named += map->at[f] >= 0;
	}
	map->channel = NULL;
	for (guint i = 0; !map->channel && i < columns->signs->len; i++) {
		const struct sign *sign = g_ptr_array_index(columns->signs, i);
		guint hits = 0;

		for (guint k = 0; k < sign->keys->len; k++)
			hits += find_key(header, g_ptr_array_index(sign->keys, k)) >= 0;
		if (hits == sign->keys->len)
			map->channel = sign->channel;
	}
	if (own && !map_own(own, header, map, &named, error))
		return false;
	map->header = named >= 2;
	return true;
}

const char *columns_carrier(const struct columns *columns, const char *said)
{
	g_autofree char *key = cell_key(said);
	const char *best = NULL;
	gsize length = 0;

	for (guint i = 0; i < columns->carriers->len; i++) {
		const struct sign *carrier = g_ptr_array_index(columns->carriers, i);

		for (guint k = 0; k < carrier->keys->len; k++) {
			const char *beginning = g_ptr_array_index(carrier->keys, k);

			/* "Hermes UK" is Evri, "Hermes" is not: the longest one wins. */
			if (strlen(beginning) > length && g_str_has_prefix(key, beginning)) {
				length = strlen(beginning);
				best = carrier->channel;
			}
		}
	}
	return best;
}
