/* Life of a letter. */
#include "wismo/model/letter.h"

static void header_free(gpointer pointer)
{
	struct letter_header *header = pointer;

	g_free(header->name);
	g_free(header->value);
	g_free(header);
}

struct letter *letter_new(void)
{
	struct letter *letter = g_new0(struct letter, 1);

	letter->headers = g_ptr_array_new_with_free_func(header_free);
	letter->references = g_ptr_array_new_with_free_func(g_free);
	letter->recipients = g_ptr_array_new_with_free_func(g_free);
	return letter;
}

void letter_forget_text(struct letter *letter)
{
	g_clear_pointer(&letter->plain, g_free);
	g_clear_pointer(&letter->html, g_free);
	g_clear_pointer(&letter->attached, g_free);
}

void letter_free(struct letter *letter)
{
	if (!letter)
		return;
	g_ptr_array_unref(letter->headers);
	g_ptr_array_unref(letter->references);
	g_ptr_array_unref(letter->recipients);
	g_free(letter->message_id);
	g_free(letter->in_reply_to);
	g_free(letter->from);
	g_free(letter->from_name);
	g_free(letter->reply_to);
	g_free(letter->return_path);
	g_free(letter->subject);
	g_free(letter->content_type);
	g_free(letter->plain);
	g_free(letter->html);
	g_free(letter->attached);
	g_free(letter);
}

const char *letter_header(const struct letter *letter, const char *name)
{
	for (guint i = 0; i < letter->headers->len; i++) {
		const struct letter_header *header = g_ptr_array_index(letter->headers, i);

		if (g_ascii_strcasecmp(header->name, name) == 0)
			return header->value;
	}
	return NULL;
}
