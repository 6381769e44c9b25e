/* Puts the rulebook together; what each kind of file means is told by the loader of that kind. */
#include "wismo/conf/rulebook.h"

#include "wismo/conf/carrier.h"
#include "wismo/conf/channel.h"
#include "wismo/conf/deadlines.h"
#include "wismo/conf/pack_file.h"
#include "wismo/conf/policy.h"
#include "wismo/conf/replies.h"

#include <malloc.h>

struct rulebook *rulebook_load(const struct overlay *overlay, enum rulebook_parts parts, GError **error)
{
	struct rulebook *book = g_new0(struct rulebook, 1);

	book->hash = overlay_hash(overlay);
	book->channels = channels_load(overlay, error);
	book->packs = book->channels ? pack_file_read_all(overlay, error) : NULL;
	book->carriers = book->packs ? carrier_load(overlay, error) : NULL;
	if (book->carriers && parts == RULEBOOK_ALL)
		book->replies = replies_load(overlay, book->channels, error);
	if (book->replies)
		book->policy = policy_load(overlay, book->replies, error);
	if (book->policy)
		book->deadlines = deadlines_load(overlay, error);
	if (book->carriers && (book->deadlines || parts != RULEBOOK_ALL)) {
		/* Reading the files left as much again in holes as the book takes, and it lives for months. */
		malloc_trim(0);
		return book;
	}
	rulebook_free(book);
	return NULL;
}

void rulebook_free(struct rulebook *book)
{
	if (!book)
		return;
	deadlines_free(book->deadlines);
	policy_free(book->policy);
	replies_free(book->replies);
	carriers_free(book->carriers);
	packs_free(book->packs);
	channels_free(book->channels);
	g_free(book->hash);
	g_free(book);
}
