#include "wismo/core/autoconfig.h"

#include "wismo/base/error.h"

#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

void autoconfig_free(struct autoconfig *autoconfig)
{
	if (!autoconfig)
		return;
	g_free(autoconfig->source);
	g_free(autoconfig->outgoing);
	g_free(autoconfig->user);
	g_free(autoconfig);
}

/* Child elements only, by name; never recursive: the depth is the file's. */
static const xmlNode *child(const xmlNode *node, const char *name)
{
	for (const xmlNode *one = node ? node->children : NULL; one; one = one->next)
		if (one->type == XML_ELEMENT_NODE && strcmp((const char *) one->name, name) == 0)
			return one;
	return NULL;
}

/* Text of a child with the address put in; NULL: there is none, or it is not one plain word. Owned. */
static char *word(const xmlNode *node, const char *name, const char *address)
{
	const xmlNode *one = child(node, name);
	xmlChar *content = one ? xmlNodeGetContent(one) : NULL;
	const char *at = strrchr(address, '@');
	g_autofree char *local = g_strndup(address, (gsize) (at - address));
	g_autoptr(GString) text = g_string_new((const char *) content);

	xmlFree(content);
	g_strstrip(text->str);
	g_string_set_size(text, strlen(text->str));
	g_string_replace(text, "%EMAILADDRESS%", address, 0);
	g_string_replace(text, "%EMAILLOCALPART%", local, 0);
	g_string_replace(text, "%EMAILDOMAIN%", at + 1, 0);
	for (const char *p = text->str; *p; p++)
		if (!g_ascii_isgraph(*p) || strchr("\"\\%<>", *p))
			return NULL;
	return text->len && text->len <= 253 ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

static bool host_ok(const char *host)
{
	for (const char *p = host; *p; p++)
		if (!g_ascii_isalnum(*p) && *p != '-' && *p != '.')
			return false;
	return strchr(host, '.') && host[0] != '.' && host[0] != '-';
}

/* "imap.example.com" belongs to "example.com". */
static bool own(const char *host, const char *domain)
{
	gsize all = strlen(host), end = strlen(domain);

	return all >= end && g_ascii_strcasecmp(host + all - end, domain) == 0 && (all == end || host[all - end - 1] == '.');
}

static bool password_ok(const xmlNode *server)
{
	for (const xmlNode *one = server->children; one; one = one->next) {
		xmlChar *way = one->type == XML_ELEMENT_NODE && strcmp((const char *) one->name, "authentication") == 0 ? xmlNodeGetContent(one) : NULL;
		/* "plain" and "secure" are what older files call them. */
		bool fits = way && (g_str_has_prefix((const char *) way, "password") || strcmp((const char *) way, "plain") == 0
				    || strcmp((const char *) way, "secure") == 0);

		xmlFree(way);
		if (fits)
			return true;
	}
	return !child(server, "authentication");
}

/* One server as a place of wismo.conf; NULL: not of this type, or not encrypted. *host: its name. Both owned. */
static char *place(const xmlNode *server, const char *type, const char *address, char **host)
{
	bool imap = strcmp(type, "imap") == 0;
	xmlChar *kind = xmlGetProp(server, (const xmlChar *) "type");
	bool fits = kind && strcmp((const char *) kind, type) == 0;
	g_autofree char *name = fits ? word(server, "hostname", address) : NULL, *safety = fits ? word(server, "socketType", address) : NULL;
	g_autofree char *port = fits ? word(server, "port", address) : NULL;
	long number = port ? strtol(port, NULL, 10) : 0;
	bool tls = g_strcmp0(safety, "SSL") == 0;
	long usual = imap ? (tls ? 993 : 143) : tls ? 465 : 587;

	xmlFree(kind);
	if (!name || !host_ok(name) || (!tls && g_strcmp0(safety, "STARTTLS") != 0) || number < 0 || number > 65535)
		return NULL;
	*host = g_ascii_strdown(name, -1);
	if (number && number != usual)
		return g_strdup_printf("%s%s://%s:%ld", type, tls ? "s" : "+starttls", *host, number);
	return g_strdup_printf("%s%s://%s", type, tls ? "s" : "+starttls", *host);
}

static void take(struct autoconfig *out, const xmlNode *server, const char *address, bool *password)
{
	const char *domain = strrchr(address, '@') + 1;
	bool in = strcmp((const char *) server->name, "incomingServer") == 0, out_ = strcmp((const char *) server->name, "outgoingServer") == 0;
	char **slot = in ? &out->source : &out->outgoing;
	g_autofree char *host = NULL;

	if ((!in && !out_) || *slot)
		return;
	*slot = place(server, in ? "imap" : "smtp", address, &host);
	if (!*slot)
		return;
	out->foreign |= !own(host, domain);
	*password &= password_ok(server);
	if (in)
		out->user = word(server, "username", address);
}

/* What cannot be decoded is complained about past XML_PARSE_NOERROR. */
static void silence(void *context, const char *format, ...)
{
	(void) context;
	(void) format;
}

/* Nothing is loaded, and libxml2's own bounds hold. */
static xmlDocPtr read_quietly(const char *text, gsize length)
{
	xmlDocPtr doc;

	xmlSetGenericErrorFunc(NULL, silence);
	doc = xmlReadMemory(text, (int) length, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlSetGenericErrorFunc(NULL, NULL);
	return doc;
}

struct autoconfig *autoconfig_parse(const char *text, gsize length, const char *address, GError **error)
{
	scoped(autoconfig) out = g_new0(struct autoconfig, 1);
	xmlDocPtr doc = length && length <= AUTOCONFIG_CAP_BYTES ? read_quietly(text, length) : NULL;
	/* A file with declarations of its own is none: no entity is ever looked at. */
	const xmlNode *root = doc && !doc->intSubset ? xmlDocGetRootElement(doc) : NULL;
	const xmlNode *provider = root && strcmp((const char *) root->name, "clientConfig") == 0 ? child(root, "emailProvider") : NULL;
	bool password = true;

	for (const xmlNode *server = provider ? provider->children : NULL; server; server = server->next)
		if (server->type == XML_ELEMENT_NODE)
			take(out, server, address, &password);
	xmlFreeDoc(doc);
	if (!provider) {
		g_set_error_literal(error, WISMO_ERROR, WISMO_PARK, "the answer is no mail configuration");
		return NULL;
	}
	if (!out->source || !out->outgoing) {
		g_set_error(error, WISMO_ERROR, WISMO_PARK, "it names no encrypted %s server", out->source ? "SMTP" : "IMAP");
		return NULL;
	}
	if (!out->user)
		out->user = g_strdup(address);
	out->oauth_only = !password;
	return g_steal_pointer(&out);
}
