/* Facts from the providers' help pages and Mozilla's ISPDB, 2026-03; our own table. */
#include "provider_p.h"

#include <glib.h>
#include <string.h>

#define APP_PASSWORD "make an app password in the account's security settings; the normal password is refused"

#define IMAP_ON "switch IMAP on once under E-Mail > Einstellungen > POP3/IMAP; with 2FA make an app password"
#define TOKEN "Microsoft takes no passwords: use a token command (README, Microsoft)"
#define TWO_FACTORS "with 2FA make an app password"

/* Positions: name, domains of addresses, ends of MX names, IMAP, SMTP, login is the local part, advice, files copies itself.
 * An end of MX names may stand once only: it has to tell the servers. */
static const struct provider providers[] = {
	{ "Google", " gmail.com googlemail.com ", " google.com googlemail.com ", "imaps://imap.gmail.com", "smtps://smtp.gmail.com", false,
	  "switch on 2-Step Verification, then make an app password at myaccount.google.com/apppasswords", true },
	{ "GMX", " gmx.net gmx.de gmx.at gmx.ch ", " gmx.net ", "imaps://imap.gmx.net", "smtps://mail.gmx.net", false, IMAP_ON, false },
	{ "GMX", " gmx.com gmx.fr gmx.es gmx.co.uk ", " gmx.com ", "imaps://imap.gmx.com", "smtps://mail.gmx.com", false,
	  "switch IMAP on once in the settings; with 2FA make an app password", false },
	{ "WEB.DE", " web.de ", " web.de ", "imaps://imap.web.de", "smtps://smtp.web.de", true, IMAP_ON, false },
	{ "T-Online", " t-online.de magenta.de ", " t-online.de ", "imaps://secureimap.t-online.de", "smtps://securesmtp.t-online.de", false,
	  "set the separate E-Mail-Passwort in the Kundencenter; the web password fails", false },
	{ "Outlook.com", " outlook.com hotmail.com hotmail.de live.com live.de msn.com outlook.de ", " olc.protection.outlook.com ",
	  "imaps://outlook.office365.com", "smtp+starttls://smtp-mail.outlook.com", false, TOKEN, true },
	{ "Microsoft 365", " onmicrosoft.com ", " mail.protection.outlook.com ", "imaps://outlook.office365.com", "smtp+starttls://smtp.office365.com",
	  false, TOKEN, true },
	{ "iCloud", " icloud.com me.com mac.com ", " mail.icloud.com ", "imaps://imap.mail.me.com", "smtp+starttls://smtp.mail.me.com", false,
	  APP_PASSWORD, false },
	{ "Yahoo", " yahoo.com yahoo.de yahoo.co.uk yahoo.fr yahoo.es yahoo.it ", "", "imaps://imap.mail.yahoo.com", "smtps://smtp.mail.yahoo.com",
	  false, APP_PASSWORD, false },
	{ "AOL", " aol.com aol.de ", "", "imaps://imap.aol.com", "smtps://smtp.aol.com", false, APP_PASSWORD, false },
	{ "IONOS", " ionos.de online.de ", " kundenserver.de ionos.de ", "imaps://imap.ionos.de", "smtps://smtp.ionos.de", false, TWO_FACTORS, false },
	{ "STRATO", " strato.de ", " rzone.de ", "imaps://imap.strato.de", "smtps://smtp.strato.de", false, NULL, false },
	/* Each customer has a host of their own, and their MX names it. */
	{ "ALL-INKL", "", " kasserver.com ", "imaps://%s", "smtps://%s", false, NULL, false },
	{ "Hetzner", "", " your-server.de ", "imaps://mail.your-server.de", "smtps://mail.your-server.de", false, NULL, false },
	{ "domainfactory", "", " ispgateway.de ", "imaps://sslin.df.eu", "smtps://sslout.df.eu", false, NULL, false },
	{ "mailbox.org", " mailbox.org ", " mailbox.org ", "imaps://imap.mailbox.org", "smtps://smtp.mailbox.org", false, TWO_FACTORS, false },
	{ "Posteo", " posteo.de posteo.net ", " posteo.de ", "imaps://posteo.de", "smtps://posteo.de", false, NULL, false },
	{ "Vodafone", " vodafonemail.de arcor.de ", "", "imaps://imap.vodafonemail.de", "smtps://smtp.vodafonemail.de", false, NULL, false },
	{ "Fastmail", " fastmail.com ", " messagingengine.com ", "imaps://imap.fastmail.com", "smtps://smtp.fastmail.com", false, APP_PASSWORD, false },
	{ "Zoho", " zoho.eu ", " zoho.eu ", "imaps://imap.zoho.eu", "smtps://smtp.zoho.eu", false, "switch IMAP on once in the settings", false },
	{ "one.com", "", " one.com ", "imaps://imap.one.com", "smtps://send.one.com", false, NULL, false },
	{ "OVH", "", " mail.ovh.net ", "imaps://ssl0.ovh.net", "smtps://ssl0.ovh.net", false, NULL, false },
	{ "Gandi", "", " mail.gandi.net ", "imaps://mail.gandi.net", "smtps://mail.gandi.net", false, NULL, false },
	{ "Orange", " orange.fr ", "", "imaps://imap.orange.fr", "smtps://smtp.orange.fr", false, NULL, false },
	{ "Libero", " libero.it ", "", "imaps://imapmail.libero.it", "smtps://smtp.libero.it", false, NULL, false },
	{ "WP", " wp.pl ", "", "imaps://imap.wp.pl", "smtps://smtp.wp.pl", true, NULL, false },
	{ "Bluewin", " bluewin.ch ", "", "imaps://imaps.bluewin.ch", "smtps://smtpauths.bluewin.ch", false, NULL, false },
	{ "A1", " a1.net ", "", "imaps://securemail.a1.net", "smtp+starttls://securemail.a1.net", false, NULL, false },
};

/* Whether `name` is one of the words, or lies below it. */
static bool below(const char *words, const char *name)
{
	for (const char *part = name; part; part = strchr(part, '.') ? strchr(part, '.') + 1 : NULL) {
		g_autofree char *word = g_strdup_printf(" %s ", part);

		if (strstr(words, word))
			return true;
	}
	return false;
}

const struct provider *provider_of_mx(const char *host)
{
	for (gsize i = 0; i < G_N_ELEMENTS(providers); i++)
		if (below(providers[i].mx, host))
			return &providers[i];
	return NULL;
}

const struct provider *provider_find(const char *address)
{
	const char *at = strrchr(address, '@');
	g_autofree char *domain = at ? g_ascii_strdown(at + 1, -1) : NULL;
	g_autofree char *word = domain ? g_strdup_printf(" %s ", domain) : NULL;

	for (gsize i = 0; word && i < G_N_ELEMENTS(providers); i++)
		if (strstr(providers[i].domains, word))
			return &providers[i];
	return NULL;
}
