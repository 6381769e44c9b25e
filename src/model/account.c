/* Life of an account. */
#include "wismo/model/account.h"

struct account *account_new(void)
{
	struct account *account = g_new0(struct account, 1);

	account->folders = g_ptr_array_new_with_free_func(g_free);
	account->own_addresses = g_ptr_array_new_with_free_func(g_free);
	account->authserv_ids = g_ptr_array_new_with_free_func(g_free);
	return account;
}

static void endpoint_clear(struct endpoint *endpoint)
{
	g_free(endpoint->path);
	g_free(endpoint->host);
	g_free(endpoint->user);
	g_free(endpoint->ca_file);
	secret_source_clear(&endpoint->password);
	secret_source_clear(&endpoint->token);
}

void account_free(gpointer pointer)
{
	struct account *account = pointer;

	if (!account)
		return;
	endpoint_clear(&account->source);
	endpoint_clear(&account->outgoing);
	g_ptr_array_unref(account->folders);
	g_ptr_array_unref(account->own_addresses);
	g_ptr_array_unref(account->authserv_ids);
	g_free(account->name);
	g_free(account->sent_folder);
	g_free(account->from);
	g_free(account->from_name);
	g_free(account->channel);
	g_free(account->lang);
	g_free(account);
}
