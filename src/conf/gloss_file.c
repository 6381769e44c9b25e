/* "CONCEPT DESCRIPTION" a line, and "CONCEPT: ENTRY ENTRY ..." a line. */
#include "gloss_file_p.h"

#include "lines_p.h"
#include "pack_weights_p.h"

#include <string.h>

#define CONCEPT_MOST 16		/* letters: three of them with their marks are a token */

struct layer {
	const struct packs *packs;
	struct pack *pack;
};

static bool take_concept(char *line, void *data, GError **error)
{
	const gsize length = strspn(line, "abcdefghijklmnopqrstuvwxyz");

	if (!length || length > CONCEPT_MOST || line[length] != ' ')
		return lines_fail(error, "\"CONCEPT DESCRIPTION\", the concept of at most %d letters a to z",
				  CONCEPT_MOST);
	if (!g_hash_table_add(data, g_strndup(line, length)))
		return lines_fail(error, "each concept once");
	return true;
}

static bool take_entries(char *line, void *data, GError **error)
{
	const struct layer *layer = data;
	char *colon = strchr(line, ':'), *name, *rest = NULL;
	gpointer concept;

	if (!colon)
		return lines_fail(error, "\"CONCEPT: ENTRY ENTRY ...\"");
	*colon = '\0';
	name = g_strstrip(line);
	if (!g_hash_table_lookup_extended(layer->packs->concepts, name, &concept, NULL))
		return lines_fail(error, "a concept of concepts.list before the colon, not \"%s\"", name);
	for (char *entry = strtok_r(colon + 1, " \t", &rest); entry; entry = strtok_r(NULL, " \t", &rest))
		if (!gloss_add(layer->pack->gloss, concept, entry, layer->pack->fold, error))
			return false;
	return true;
}

bool gloss_file_lay_concepts(struct packs *packs, const struct overlay *overlay, GError **error)
{
	return lines_read(overlay, "patterns/concepts.list", take_concept, packs->concepts, error) &&
	       pack_weights_lay_concepts(packs->meanings, overlay, error);
}

bool gloss_file_lay(const struct packs *packs, struct pack *pack, const struct overlay *overlay,
		    GError **error)
{
	g_autofree char *name = g_strdup_printf("patterns/%s.gloss", pack->lang);
	struct layer layer = { packs, pack };

	return lines_read(overlay, name, take_entries, &layer, error);
}
