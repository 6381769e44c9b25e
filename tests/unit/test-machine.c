#include "tests/lib/unit.h"

#include "wismo/core/answerable.h"

#include <string.h>

/* A letter from "Name: value" lines; the body behind an empty one. */
static struct letter *make(const char *text)
{
	struct letter *letter = letter_new();
	const char *body = strstr(text, "\n\n");
	g_autofree char *head = g_strndup(text, body ? (gsize) (body - text) : strlen(text));
	g_auto(GStrv) lines = g_strsplit(head, "\n", -1);

	for (int i = 0; lines[i]; i++) {
		struct letter_header *header = g_new0(struct letter_header, 1);
		char *colon = strchr(lines[i], ':');

		header->name = g_strndup(lines[i], (gsize) (colon - lines[i]));
		header->value = g_strstrip(g_strdup(colon + 1));
		g_ptr_array_add(letter->headers, header);
	}
	letter->from = g_strdup(letter_header(letter, "From"));
	letter->from_count = letter->from != NULL;
	letter->subject = g_strdup(letter_header(letter, "Subject"));
	letter->return_path = g_strdup(letter_header(letter, "Return-Path"));
	letter->content_type = g_strdup(letter_header(letter, "Content-Type"));
	letter->reply_to = g_strdup(letter_header(letter, "Reply-To"));
	letter->plain = g_strdup(body ? body + 2 : "");
	return letter;
}

static struct account *our_account(void)
{
	struct account *account = account_new();

	g_clear_pointer(&account->own_addresses, g_ptr_array_unref);
	g_clear_pointer(&account->authserv_ids, g_ptr_array_unref);
	account->own_addresses = g_ptr_array_new_with_free_func(g_free);
	account->authserv_ids = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(account->own_addresses, g_strdup("shop@example.com"));
	g_ptr_array_add(account->authserv_ids, g_strdup("mx.example.com"));
	return account;
}

static const char *const machines[] = {
	"From: a@example.org\nAuto-Submitted: auto-generated", "From: a@example.org\nAuto-Submitted: auto-replied; x=y",
	"From: a@example.org\nPrecedence: bulk", "From: a@example.org\nPrecedence: LIST", "From: a@example.org\nprecedence: junk",
	"From: a@example.org\nList-Id: <x.example.org>", "From: a@example.org\nList-Unsubscribe: <mailto:x@example.org>",
	"From: a@example.org\nList-Post: NO", "From: a@example.org\nX-Auto-Response-Suppress: OOF, AutoReply",
	"From: a@example.org\nX-Loop: yes", "From: a@example.org\nX-Autoreply: yes",
	"From: MAILER-DAEMON@example.org", "From: postmaster@example.org", "From: owner-list@example.org", "From: list-request@example.org",
	"From: no-reply@example.org", "From: noreply+12@example.org", "From: shop.no-reply@example.org", "From: DoNotReply@example.org",
	"From: a@example.org\nReturn-Path:", "From: a@example.org\nContent-Type: multipart/report",
	"From: Shop+x@Example.com", "From: SHOP@EXAMPLE.COM",
	"From: a@example.org\nSubject: Abwesenheit Re: Ihre Sendung", "From: a@example.org\nSubject: Automatische Antwort: x",
	"From: a@example.org\nSubject: Out of Office: x", "From: a@example.org\nSubject: Automatic reply: x",
	"From: a@example.org\nSubject: Réponse automatique : x", "From: a@example.org\nSubject: Risposta automatica: x",
	"From: a@example.org\nSubject: Respuesta automática: x", "From: a@example.org\nSubject: Automatisch antwoord: x",
	"From: a@example.org\nSubject: Automatyczna odpowiedź: x", "From: a@example.org\nSubject: Autosvar: x",
	"From: a@example.org\nSubject: Resposta automática: x", "From: a@example.org\nSubject: Otomatik yanıt: x",
	"From: a@example.org\nSubject: 自動返信: x",
	"From: a@example.org\nSubject: x\n\nIch bin im Urlaub und ab dem 30. November wieder erreichbar. Diese Antwort wurde automatisch erzeugt.",
	"From: a@example.org\nSubject: x\n\nI am out of the office until Monday.", "From: a@example.org\nSubject: x\n\nSono in ferie fino al 3.",
	"From: a@example.org\nSubject: Undelivered Mail Returned to Sender", "From: a@example.org\nSubject: Ihre Nachricht konnte nicht zugestellt werden",
	"From: a@example.org\nSubject: [#8] x\n\n##- Bitte oberhalb dieser Zeile antworten -##\n\nIhre Anfrage (88213) ist eingegangen.",
	"From: a@example.org\nSubject: x\n\nDiese E-Mail wurde maschinell erstellt, bitte nicht antworten.",
};

static const char *const people[] = {
	"From: a@example.org\nSubject: Wo ist mein Paket\n\nSeit drei Wochen warte ich.", "From: a@example.org\nAuto-Submitted: no",
	"From: anno.replyson@example.org", "From: bouncer@example.org", "From: a@example.org\nSubject: Re: Ihre Bestellung\n\nIch bin morgen zu Hause.",
	"From: a@example.org\nReturn-Path: <a@example.org>\nPrecedence: first-class",
	"From: a@example.org\nSubject: Lieferung\n\nIch bin ab Freitag im Urlaub und nicht erreichbar, kommt das Paket vorher?",
	"From: shop@example.com.evil.example", "From: shop@example.com\nReply-To: customer@example.org\n\nWo ist es?",
};

static void machines_are_known_by_their_signs(void **state)
{
	scoped(account) account = our_account();
	struct sighting seen = { 0 };

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(machines); i++) {
		scoped(letter) letter = make(machines[i]);

		if (!machine_why(letter, account, &seen, letter->plain))
			fail_msg("not known as a machine: %s", machines[i]);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(people); i++) {
		scoped(letter) letter = make(people[i]);
		const char *why = machine_why(letter, account, &seen, letter->plain);

		if (why)
			fail_msg("a person, but %s: %s", why, people[i]);
	}
}

static void relayed_buyers_are_people_whatever_the_envelope(void **state)
{
	struct sighting seen = { .speaker = SPEAKER_BUYER };
	scoped(letter) relay = make("From: no-reply@example.org\nReturn-Path:\nPrecedence: bulk\n\nWo ist es?");
	scoped(letter) away = make("From: no-reply@example.org\nAuto-Submitted: auto-replied\n\nx");

	(void) state;
	assert_null(machine_why(relay, NULL, &seen, relay->plain));
	assert_non_null(machine_why(away, NULL, &seen, away->plain));
	seen.speaker = SPEAKER_NOTICE;
	assert_non_null(machine_why(relay, NULL, &seen, relay->plain));
}

static void only_our_own_server_is_believed(void **state)
{
	static const struct { const char *results; enum auth with, without; } rows[] = {
		{ "mx.example.com; dmarc=pass", AUTH_PASS, AUTH_UNKNOWN },
		{ "mx.example.com; spf=fail smtp.mailfrom=x; dkim=fail; dmarc=fail header.from=y", AUTH_FAIL, AUTH_FAIL },
		{ "mx.example.com; spf=fail; dkim=pass; dmarc=pass", AUTH_PASS, AUTH_UNKNOWN },
		{ "mx.example.com; spf=fail; dkim=fail", AUTH_FAIL, AUTH_FAIL },
		{ "mx.example.com; spf=softfail; dkim=none", AUTH_UNKNOWN, AUTH_UNKNOWN },
		{ "mx.example.com; dkim=fail; dkim=pass", AUTH_PASS, AUTH_UNKNOWN },
		{ "mx.example.com.evil; dmarc=pass", AUTH_UNKNOWN, AUTH_UNKNOWN },
		{ "other.example.org; dmarc=fail", AUTH_UNKNOWN, AUTH_FAIL },
		{ "", AUTH_UNKNOWN, AUTH_UNKNOWN },
	};
	scoped(account) account = our_account();

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		/* The second header is what a sender may have put there. */
		g_autofree char *text = g_strdup_printf("From: a@example.org\nAuthentication-Results: %s\n"
							"Authentication-Results: mx.example.com; dmarc=pass", rows[i].results);
		scoped(letter) letter = make(text);

		assert_int_equal(machine_auth(letter, account), rows[i].with);
		assert_int_equal(machine_auth(letter, NULL), rows[i].without);
	}
}

struct situation {
	struct letter *letter;
	struct channel *channel;
	struct buyertext *text;
	struct sighting seen;
	struct reading *reading;
	struct answerable_input input;
};

static void begin(struct situation *s)
{
	memset(s, 0, sizeof(*s));
	s->letter = make("From: a@example.org\nSubject: x\n\nWo ist es?");
	s->channel = channel_new("test", "test.conf");
	s->channel->rules.reply_by_mail = s->channel->rules.auto_ok = true;
	s->text = buyertext_cut_plain("Wo ist es?", NULL);
	s->reading = reading_new();
	s->reading->buyer_text = g_strdup("Wo ist es?");
	s->reading->reply_to = g_strdup("a@example.org");
	s->reading->intent = INTENT_NOT_ARRIVED;
	s->reading->confidence = 0.95;
	s->input = (struct answerable_input) { NULL, s->letter, &s->seen, s->text, NULL, NULL, AUTH_UNKNOWN, 0.85 };
}

static void end(struct situation *s, const char *word)
{
	answerable_decide(&s->input, s->reading);
	assert_int_equal(s->reading->answerable, word == NULL);
	if (word && !strstr(s->reading->why_not, word))
		fail_msg("\"%s\" does not say \"%s\"", s->reading->why_not, word);
	letter_free(s->letter);
	channel_free(s->channel);
	buyertext_free(s->text);
	reading_free(s->reading);
}

static void every_reason_not_to_answer_is_named(void **state)
{
	struct situation s;

	(void) state;
	begin(&s); end(&s, NULL);
	begin(&s); s.reading->intent = INTENT_RETURNED_TO_SENDER; end(&s, NULL);
	begin(&s); s.reading->intent = INTENT_PARTIAL_MISSING; end(&s, "not about a parcel");
	begin(&s); s.reading->confidence = 0.84; end(&s, "not sure");
	begin(&s); s.reading->urgency = URGENCY_LEGAL; end(&s, "law");
	begin(&s); s.input.never = "self-harm"; end(&s, "self-harm");
	begin(&s); s.input.machine_why = "it is a bounce"; end(&s, "bounce");
	begin(&s);
	{
		scoped(account) account = our_account();

		g_free(s.letter->from);
		s.letter->from = g_strdup("Shop@example.com");
		s.input.account = account;
		end(&s, "our own name");
	}
	begin(&s); s.input.auth = AUTH_FAIL; end(&s, "forged");
	begin(&s); s.input.auth = AUTH_FAIL; s.seen.channel = s.channel; end(&s, "phishing");
	begin(&s); s.seen.pretends = s.channel; end(&s, "phishing");
	begin(&s); s.seen.channel = s.channel; s.seen.speaker = SPEAKER_BUYER; end(&s, NULL);
	begin(&s); s.seen.channel = s.channel; s.seen.speaker = SPEAKER_UNKNOWN; end(&s, "not known here");
	begin(&s); s.seen.channel = s.channel; s.seen.speaker = SPEAKER_BUYER; s.channel->rules.reply_by_mail = false; end(&s, "do not reach");
	begin(&s); s.seen.channel = s.channel; s.seen.speaker = SPEAKER_BUYER; s.channel->rules.auto_ok = false; end(&s, "no automatic");
	begin(&s); s.letter->from_count = 2; end(&s, "several senders");
	begin(&s); s.letter->bounded = "more than 1,000 parts"; end(&s, "1,000 parts");
	begin(&s); s.text->bounded = true; end(&s, "longer");
	begin(&s); s.text->forwarded = true; end(&s, "forwards");
	begin(&s); s.text->kept_all = true; end(&s, "quoted");
	begin(&s); g_free(s.reading->buyer_text); s.reading->buyer_text = g_strdup(""); s.letter->attachments = 1; end(&s, "attachments");
	begin(&s); g_free(s.letter->subject); s.letter->subject = g_strdup("WG: x"); end(&s, "forwards");
	begin(&s); s.letter->reply_to = g_strdup("a@elsewhere.example"); end(&s, "another domain");
	begin(&s); g_clear_pointer(&s.reading->reply_to, g_free); end(&s, "no address");
	begin(&s); g_ptr_array_add(s.reading->order_ids, g_strdup("1")); g_ptr_array_add(s.reading->order_ids, g_strdup("2")); end(&s, "several orders");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(machines_are_known_by_their_signs),
		cmocka_unit_test(relayed_buyers_are_people_whatever_the_envelope),
		cmocka_unit_test(only_our_own_server_is_believed),
		cmocka_unit_test(every_reason_not_to_answer_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
