/* Carriers that are on the seller's parcels and not in the configuration: nobody asks them, and their cases go to a person. */
#include "check_p.h"

#include "wismo/base/clock.h"
#include "wismo/flow/track.h"
#include "wismo/store/order.h"

#define DAY_S 86400
#define LOOK_BACK_DAYS 60	/* whoever waits longer has complained by then */
#define PARCELS_MOST 20000

struct survey {
	const struct settings *settings;
	const struct carriers *carriers;
	GHashTable *counts;	/* const struct carrier * -> parcels */
};

static void count(const char *name, const char *said, const char *number, void *user)
{
	struct survey *survey = user;
	const struct carrier *carrier = track_likeliest(survey->settings, survey->carriers, name, said, number);
	const struct carrier *asker = carrier ? carrier_asker(carrier) : NULL;
	guint parcels;

	if (!asker || !asker->steps->len || settings_carrier(survey->settings, asker->name))
		return;
	parcels = 1 + GPOINTER_TO_UINT(g_hash_table_lookup(survey->counts, asker->name));
	g_hash_table_insert(survey->counts, asker->name, GUINT_TO_POINTER(parcels));
}

void check_carriers(struct checks *checks, const struct settings *settings, const struct carriers *carriers)
{
	g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
	scoped(store) store = store_open(settings->database, ROLE_READER, false, NULL);
	struct survey survey = { settings, carriers, counts };

	/* A database that does not open has a line of its own. */
	if (!store || !order_each_parcel(store, clock_now() - LOOK_BACK_DAYS * DAY_S, PARCELS_MOST, count, &survey, NULL))
		return;
	for (guint i = 0; carriers_nth(carriers, i); i++) {
		const struct carrier *carrier = carriers_nth(carriers, i);
		guint parcels = GPOINTER_TO_UINT(g_hash_table_lookup(counts, carrier->name));
		g_autofree char *id = g_strdup_printf("carrier.%s", carrier->name);
		g_autofree char *said = g_strdup_printf("%u shipment%s, no carrier section", parcels, parcels == 1 ? "" : "s");
		g_autofree char *mend = g_strdup_printf("add carrier \"%s\" to the configuration with its key: wismo.conf(5), carrier", carrier->name);

		if (parcels)
			check_tell(checks, GRADE_WARN, id, said, mend);
	}
}
