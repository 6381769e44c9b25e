/* wismo init: from an address to a proposal of its servers. First the table, then the domain itself: its MX records, its
 * configuration file. Nobody else is asked, and what was done is said. */
#include "init_p.h"

#include "provider_p.h"

#include "wismo/base/error.h"
#include "wismo/flow/discover.h"

#include <stdio.h>
#include <string.h>

void init_servers_clear(struct init_servers *servers)
{
	g_free(servers->source);
	g_free(servers->outgoing);
	g_free(servers->user);
}

static char *with_host(const char *place, const char *host)
{
	g_auto(GStrv) halves = g_strsplit(place, "%s", 2);

	return g_strjoinv(host, halves);
}

static void of_provider(struct init_servers *servers, const struct provider *provider, const char *mx, const char *address)
{
	servers->source = with_host(provider->imap, mx);
	servers->outgoing = with_host(provider->smtp, mx);
	servers->user = provider->local_user ? g_strndup(address, (gsize) (strrchr(address, '@') - address)) : g_strdup(address);
	servers->files_copies = provider->files_copies;
	if (provider->advice)
		fprintf(stderr, "Note: %s\n", provider->advice);
}

/* True when the table knows who takes the domain's mail. *silent: nobody answered; there may be no network. */
static bool by_mx(struct init_servers *servers, const char *domain, const char *address, bool *silent)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) hosts = discover_mx(domain, &error);

	*silent = !hosts;
	if (!hosts) {
		fprintf(stderr, "%s: who takes its mail is not known: %s\n", domain, error->message);
		return false;
	}
	for (guint i = 0; i < hosts->len; i++) {
		const char *host = g_ptr_array_index(hosts, i);
		const struct provider *provider = provider_of_mx(host);

		if (!provider)
			continue;
		fprintf(stderr, "%s: its mail goes to %s, which is %s\n", domain, host, provider->name);
		of_provider(servers, provider, host, address);
		return true;
	}
	fprintf(stderr, hosts->len ? "%s: its mail goes to %s, which is not in the table of providers\n" : "%s: no MX record%s\n", domain,
		hosts->len ? (char *) g_ptr_array_index(hosts, 0) : "");
	return false;
}

static bool by_file(struct init_servers *servers, const char *domain, const char *address, bool may_ask)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *url = NULL;
	scoped(autoconfig) file = discover_file(address, &url, &error);

	if (!file) {
		fprintf(stderr, "%s: no configuration file of its own: %s\n", domain, error->message);
		return false;
	}
	fprintf(stderr, "%s: %s names %s and %s\n", domain, url, file->source, file->outgoing);
	/* The password would go there: a person has to see it and say yes. */
	if (file->foreign && !may_ask) {
		fprintf(stderr, "%s: they are of another domain and not taken without your word: --source %s --outgoing %s\n", domain, file->source,
			file->outgoing);
		return false;
	}
	if (file->foreign)
		fprintf(stderr, "Note: they are of another domain; go on only if that is your provider\n");
	if (file->oauth_only)
		fprintf(stderr, "Note: they take no passwords: use a token command (--token-command)\n");
	servers->source = g_steal_pointer(&file->source);
	servers->outgoing = g_steal_pointer(&file->outgoing);
	servers->user = g_steal_pointer(&file->user);
	return true;
}

void init_servers_find(struct init_servers *servers, const char *address, bool offline, bool may_ask)
{
	const struct provider *provider = provider_find(address);
	g_autofree char *domain = g_ascii_strdown(strrchr(address, '@') + 1, -1);
	bool silent = false;

	if (provider) {
		fprintf(stderr, "%s: known provider, %s\n", domain, provider->name);
		of_provider(servers, provider, domain, address);
		return;
	}
	if (offline)
		fprintf(stderr, "%s: not in the table of providers, and --offline asks nobody\n", domain);
	else if (by_mx(servers, domain, address, &silent) || (!silent && by_file(servers, domain, address, may_ask)))
		return;
	servers->source = g_strdup_printf("imaps://imap.%s", domain);
	servers->outgoing = g_strdup_printf("smtps://smtp.%s", domain);
	servers->user = g_strdup(address);
	fprintf(stderr, "%s: guessing %s and %s\n", domain, servers->source, servers->outgoing);
}
