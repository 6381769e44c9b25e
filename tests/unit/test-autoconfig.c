/* config-v1.1.xml: what is taken from it, and all that is not. */
#include "tests/lib/unit.h"

#include "wismo/base/error.h"
#include "wismo/core/autoconfig.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD "<?xml version=\"1.0\"?><clientConfig version=\"1.1\"><emailProvider id=\"example.com\"><domain>example.com</domain>"
#define TAIL "</emailProvider></clientConfig>"
#define IN(type, host, port, safety, user, auth) "<incomingServer type=\"" type "\"><hostname>" host "</hostname><port>" port \
	"</port><socketType>" safety "</socketType><username>" user "</username><authentication>" auth "</authentication></incomingServer>"
#define OUT(host, port, safety, auth) "<outgoingServer type=\"smtp\"><hostname>" host "</hostname><port>" port "</port><socketType>" \
	safety "</socketType><authentication>" auth "</authentication></outgoingServer>"
#define GOOD_IN IN("imap", "imap.example.com", "993", "SSL", "%EMAILADDRESS%", "password-cleartext")
#define GOOD_OUT OUT("smtp.example.com", "465", "SSL", "password-cleartext")

static const struct row {
	const char *text, *source, *outgoing, *user;	/* source NULL: refused, the message has `outgoing` */
	bool foreign, oauth_only;
} rows[] = {
	{ HEAD GOOD_IN GOOD_OUT TAIL, "imaps://imap.example.com", "smtps://smtp.example.com", "anna@example.com", false, false },
	{ HEAD IN("imap", "example.com", "143", "STARTTLS", "%EMAILLOCALPART%", "password-encrypted") OUT("mail.example.com", "587", "STARTTLS", "plain") TAIL,
	  "imap+starttls://example.com", "smtp+starttls://mail.example.com", "anna", false, false },
	{ HEAD IN("imap", "%EMAILDOMAIN%", "9993", "SSL", "x", "password-cleartext") OUT("MAIL.EXAMPLE.COM", "2465", "SSL", "password-cleartext") TAIL,
	  "imaps://example.com:9993", "smtps://mail.example.com:2465", "x", false, false },
	/* The first that fits, whatever stands before it. */
	{ HEAD IN("pop3", "pop.example.com", "995", "SSL", "x", "password-cleartext") IN("imap", "a.example.com", "143", "plain", "x", "password-cleartext")
	  GOOD_IN IN("imap", "later.example.com", "993", "SSL", "x", "password-cleartext") OUT("b.example.com", "25", "plain", "none") GOOD_OUT TAIL,
	  "imaps://imap.example.com", "smtps://smtp.example.com", "anna@example.com", false, false },
	{ HEAD IN("imap", "imap.evil.example", "993", "SSL", "%EMAILADDRESS%", "password-cleartext") GOOD_OUT TAIL,
	  "imaps://imap.evil.example", "smtps://smtp.example.com", "anna@example.com", true, false },
	{ HEAD IN("imap", "imap.notexample.com", "993", "SSL", "%EMAILADDRESS%", "password-cleartext") GOOD_OUT TAIL,
	  "imaps://imap.notexample.com", "smtps://smtp.example.com", "anna@example.com", true, false },
	{ HEAD IN("imap", "imap.example.com", "993", "SSL", "%EMAILADDRESS%", "OAuth2") OUT("smtp.example.com", "465", "SSL", "OAuth2") TAIL,
	  "imaps://imap.example.com", "smtps://smtp.example.com", "anna@example.com", false, true },
	/* A name that could become another line of the configuration is none. */
	{ HEAD IN("imap", "imap.example.com", "993", "SSL", "a\"{mode=auto}", "password-cleartext") GOOD_OUT TAIL,
	  "imaps://imap.example.com", "smtps://smtp.example.com", "anna@example.com", false, false },
	{ HEAD IN("imap", "imap.example.com/x?y", "993", "SSL", "x", "password-cleartext") GOOD_OUT TAIL, NULL, "no encrypted IMAP", NULL, false, false },
	{ HEAD IN("imap", "user:pass@imap.example.com", "993", "SSL", "x", "password-cleartext") GOOD_OUT TAIL, NULL, "no encrypted IMAP", NULL, false, false },
	{ HEAD IN("imap", "localhost", "993", "SSL", "x", "password-cleartext") GOOD_OUT TAIL, NULL, "no encrypted IMAP", NULL, false, false },
	{ HEAD IN("imap", "imap.example.com", "99999", "SSL", "x", "password-cleartext") GOOD_OUT TAIL, NULL, "no encrypted IMAP", NULL, false, false },
	{ HEAD IN("imap", "imap.example.com", "143", "plain", "x", "password-cleartext") GOOD_OUT TAIL, NULL, "no encrypted IMAP", NULL, false, false },
	{ HEAD GOOD_IN OUT("smtp.example.com", "25", "plain", "none") TAIL, NULL, "no encrypted SMTP", NULL, false, false },
	{ HEAD TAIL, NULL, "no encrypted IMAP", NULL, false, false },
	{ "<html><body>Not found</body></html>", NULL, "no mail configuration", NULL, false, false },
	{ "", NULL, "no mail configuration", NULL, false, false },
	{ "{}", NULL, "no mail configuration", NULL, false, false },
	{ HEAD GOOD_IN GOOD_OUT, NULL, "no mail configuration", NULL, false, false },	/* cut off */
	{ "<!DOCTYPE clientConfig [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><clientConfig><emailProvider>"
	  IN("imap", "imap.example.com", "993", "SSL", "&f;", "password-cleartext") GOOD_OUT TAIL, NULL, "no mail configuration", NULL, false, false },
	{ "<!DOCTYPE clientConfig><clientConfig><emailProvider>" GOOD_IN GOOD_OUT TAIL, NULL, "no mail configuration", NULL, false, false },
};

static void only_what_encrypts_and_is_a_plain_name_is_taken(void **state)
{
	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct row *row = &rows[i];
		g_autoptr(GError) error = NULL;
		scoped(autoconfig) found = autoconfig_parse(row->text, strlen(row->text), "anna@example.com", &error);

		if (!!found != !!row->source)
			fail_msg("row %d: %s", (int) i, found ? found->source : error->message);
		if (!found) {
			assert_true(g_error_matches(error, WISMO_ERROR, WISMO_PARK));
			if (!strstr(error->message, row->outgoing))
				fail_msg("row %d: %s", (int) i, error->message);
			continue;
		}
		assert_string_equal(found->source, row->source);
		assert_string_equal(found->outgoing, row->outgoing);
		if (strcmp(found->user, row->user) != 0)
			fail_msg("row %d: user %s", (int) i, found->user);
		assert_int_equal(found->foreign, row->foreign);
		assert_int_equal(found->oauth_only, row->oauth_only);
	}
}

static void a_file_beyond_its_bound_is_not_read(void **state)
{
	g_autoptr(GString) text = g_string_new(HEAD);
	g_autoptr(GError) error = NULL;

	(void) state;
	for (int i = 0; text->len <= AUTOCONFIG_CAP_BYTES; i++)
		g_string_append(text, "<domain>example.com</domain>");
	g_string_append(text, GOOD_IN GOOD_OUT TAIL);
	assert_null(autoconfig_parse(text->str, text->len, "anna@example.com", &error));
	assert_true(g_error_matches(error, WISMO_ERROR, WISMO_PARK));
}

/* libxml2 has ways to speak to the terminal; what a stranger's server sends is not for it. */
static void nothing_is_said_of_what_cannot_be_decoded(void **state)
{
	static const char text[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><clientConfig>\xff\xfe~m</clientConfig>";
	static const char utf16[] = "\xff\xfe<\0?\0x\0m\0l\0\0\xd8\0\xd8\0\xd8";
	FILE *said = tmpfile();
	const int kept = dup(STDERR_FILENO);
	struct stat now;

	(void) state;
	dup2(fileno(said), STDERR_FILENO);
	scoped(autoconfig) one = autoconfig_parse(text, sizeof text - 1, "anna@example.com", NULL);
	scoped(autoconfig) two = autoconfig_parse(utf16, sizeof utf16 - 1, "anna@example.com", NULL);
	dup2(kept, STDERR_FILENO);
	close(kept);
	fstat(fileno(said), &now);
	fclose(said);
	assert_null(one);
	assert_null(two);
	assert_int_equal(now.st_size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_encrypts_and_is_a_plain_name_is_taken),
		cmocka_unit_test(a_file_beyond_its_bound_is_not_read),
		cmocka_unit_test(nothing_is_said_of_what_cannot_be_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
