/* Facts from the providers' help pages and Mozilla's ISPDB, 2026-03; our own table. */
#include "provider_p.h"

#include <glib.h>
#include <string.h>

#define APP_PASSWORD "make an app password in the account's security settings; the normal password is refused"

static const struct provider providers[] = {
	{ " gmail.com googlemail.com ", "imaps://imap.gmail.com", "smtps://smtp.gmail.com", false,
	  "switch on 2-Step Verification, then make an app password at myaccount.google.com/apppasswords", true },
	{ " gmx.net gmx.de gmx.at gmx.ch ", "imaps://imap.gmx.net", "smtps://mail.gmx.net", false,
	  "switch IMAP on once under E-Mail > Einstellungen > POP3/IMAP; with 2FA make an app password", false },
	{ " gmx.com gmx.fr gmx.es gmx.co.uk ", "imaps://imap.gmx.com", "smtps://mail.gmx.com", false,
	  "switch IMAP on once in the settings; with 2FA make an app password", false },
	{ " web.de ", "imaps://imap.web.de", "smtps://smtp.web.de", true,
	  "switch IMAP on once under E-Mail > Einstellungen > POP3/IMAP; with 2FA make an app password", false },
	{ " t-online.de magenta.de ", "imaps://secureimap.t-online.de", "smtps://securesmtp.t-online.de", false,
	  "set the separate E-Mail-Passwort in the Kundencenter; the web password fails", false },
	{ " outlook.com hotmail.com hotmail.de live.com live.de msn.com outlook.de ", "imaps://outlook.office365.com",
	  "smtp+starttls://smtp-mail.outlook.com", false, "Microsoft takes no passwords: use a token command (README, Microsoft)", true },
	{ " icloud.com me.com mac.com ", "imaps://imap.mail.me.com", "smtp+starttls://smtp.mail.me.com", false, APP_PASSWORD, false },
	{ " yahoo.com yahoo.de yahoo.co.uk yahoo.fr yahoo.es yahoo.it ", "imaps://imap.mail.yahoo.com", "smtps://smtp.mail.yahoo.com", false,
	  APP_PASSWORD, false },
	{ " aol.com aol.de ", "imaps://imap.aol.com", "smtps://smtp.aol.com", false, APP_PASSWORD, false },
	{ " ionos.de online.de ", "imaps://imap.ionos.de", "smtps://smtp.ionos.de", false, "with 2FA make an app password", false },
	{ " strato.de ", "imaps://imap.strato.de", "smtps://smtp.strato.de", false, NULL, false },
	{ " mailbox.org ", "imaps://imap.mailbox.org", "smtps://smtp.mailbox.org", false, "with 2FA make an app password", false },
	{ " posteo.de posteo.net ", "imaps://posteo.de", "smtps://posteo.de", false, NULL, false },
	{ " fastmail.com ", "imaps://imap.fastmail.com", "smtps://smtp.fastmail.com", false, APP_PASSWORD, false },
	{ " zoho.eu ", "imaps://imap.zoho.eu", "smtps://smtp.zoho.eu", false, "switch IMAP on once in the settings", false },
	{ " orange.fr ", "imaps://imap.orange.fr", "smtps://smtp.orange.fr", false, NULL, false },
	{ " libero.it ", "imaps://imapmail.libero.it", "smtps://smtp.libero.it", false, NULL, false },
	{ " wp.pl ", "imaps://imap.wp.pl", "smtps://smtp.wp.pl", true, NULL, false },
	{ " bluewin.ch ", "imaps://imaps.bluewin.ch", "smtps://smtpauths.bluewin.ch", false, NULL, false },
	{ " a1.net ", "imaps://securemail.a1.net", "smtp+starttls://securemail.a1.net", false, NULL, false },
};

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
