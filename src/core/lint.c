/* The outgoing guard. It reads the final text, so it holds whatever template, variable or hand made it.
 * Sources: Amazon's communication guidelines and the other marketplaces' rules as channel files tell them. */
#include "wismo/core/lint.h"

#include <string.h>

/* Words of six languages that ask for a review, advertise, or ask the buyer to cancel: never allowed on a marketplace. */
#define REVIEWS "(bewert(en|ung)|rezension|feedback|review|rating|stars?\\b|sterne\\b|avis\\b|recensione|rese[ñn]a|valoraci[óo]n)"
#define ADVERTS "(gutschein|rabatt|coupon|voucher code|discount|newsletter|remise|sconto|descuento|promo(tion|code)?\\b)"
#define CANCELS "((bitte|please)[^.\\n]{0,40}(stornier|cancel))"

#define DATES "(\\d{1,2}[./-]\\d{1,2}[./-](\\d{4}|\\d{2})|\\d{4}-\\d{2}-\\d{2})"

void lint_finding_free(gpointer pointer)
{
	struct lint_finding *finding = pointer;

	g_free(finding->what);
	g_free(finding);
}

static void report(GPtrArray *findings, const char *text, const char *at, char *what)
{
	struct lint_finding *finding = g_new0(struct lint_finding, 1);
	const char *line = text;

	finding->line = 1;
	for (const char *p = text; p < at; p++)
		if (*p == '\n') {
			finding->line++;
			line = p + 1;
		}
	finding->column = 1 + (int) g_utf8_strlen(line, at - line);
	finding->what = what;
	g_ptr_array_add(findings, finding);
}

static bool exempt_ok(const char *found, const char *const *exempt)
{
	g_autoptr(GString) digits = g_string_new(NULL);

	for (const char *p = found; *p; p++)
		if (g_ascii_isalnum(*p))
			g_string_append_c(digits, g_ascii_toupper(*p));
	for (; exempt && *exempt; exempt++) {
		g_autoptr(GString) number = g_string_new(NULL);

		for (const char *p = *exempt; *p; p++)
			if (g_ascii_isalnum(*p))
				g_string_append_c(number, g_ascii_toupper(*p));
		/* A part of the number is enough: the phone pattern may catch only its digits. */
		if (number->len && strstr(number->str, digits->str))
			return true;
	}
	return false;
}

static void seek(GPtrArray *findings, const char *text, const char *pattern, const char *const *exempt, const char *why)
{
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_CASELESS, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	g_assert(regex);
	g_regex_match(regex, text, 0, &match);
	while (g_match_info_matches(match)) {
		g_autofree char *found = g_match_info_fetch(match, 0);
		int start, end;

		g_match_info_fetch_pos(match, 0, &start, &end);
		if (!exempt || !exempt_ok(found, exempt))
			report(findings, text, text + start, g_strdup_printf("\"%.60s\": %s", found, why));
		g_match_info_next(match, NULL);
	}
}

static bool is_emoji(gunichar c)
{
	return (c >= 0x1f000 && c <= 0x1faff) || (c >= 0x2600 && c <= 0x27bf) || c == 0xfe0f || c == 0x200d || c == 0x20e3;
}

static void seek_characters(GPtrArray *findings, const struct channel_rules *rules, const char *text)
{
	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if ((c < 0x20 && c != '\n') || (c >= 0x7f && c < 0xa0))
			report(findings, text, p, g_strdup_printf("control character U+%04X", c));
		else if (!rules->emoji && is_emoji(c))
			report(findings, text, p, g_strdup("emoji are not allowed here"));
	}
}

static gint in_order(gconstpointer a, gconstpointer b)
{
	const struct lint_finding *x = *(struct lint_finding *const *) a;
	const struct lint_finding *y = *(struct lint_finding *const *) b;

	return x->line != y->line ? x->line - y->line : x->column - y->column;
}

GPtrArray *lint_text(const struct channel *channel, const char *text, const char *const *exempt)
{
	/* Without a channel (own shop unknown) only what is wrong everywhere counts. */
	static const struct channel_rules open = { .links = true, .phones = true, .addresses = true, .emoji = true };
	const struct channel_rules *rules = channel ? &channel->rules : &open;
	GPtrArray *findings = g_ptr_array_new_with_free_func(lint_finding_free);
	static const char *const none[] = { NULL };
	const char *bad;

	if (!exempt)
		exempt = none;
	if (!g_utf8_validate(text, -1, &bad)) {
		report(findings, text, text, g_strdup("not valid UTF-8"));
		return findings;
	}
	if (!*text || strspn(text, " \t\n") == strlen(text))
		report(findings, text, text, g_strdup("the text is empty"));
	seek(findings, text, "\\{\\{|\\}\\}|\\{%|%\\}|\\$\\{", NULL, "a tag of the template was left standing");
	seek_characters(findings, rules, text);
	if (rules->max_chars > 0 && g_utf8_strlen(text, -1) > rules->max_chars)
		report(findings, text, text + strlen(text), g_strdup_printf("longer than the %" G_GINT64_FORMAT
			" characters that are allowed here", rules->max_chars));
	if (!rules->links)
		seek(findings, text, "(https?|ftp)://\\S+|\\bwww\\.[^\\s.]+\\.\\S+|\\b[a-z0-9-]{2,}\\.(com|de|net|org|io|shop|eu|co\\.uk|fr|it|es)\\b(/\\S*)?",
		     NULL, "links are not allowed here");
	if (!rules->addresses)
		seek(findings, text, "[\\w.+-]+@[\\w-]+(\\.[\\w-]+)+", NULL, "mail addresses are not allowed here");
	if (!rules->phones)
		seek(findings, text, "(?<![\\w.-])(?!" DATES "(?!\\d))(\\+|00)?\\d(?:[\\s/().-]?\\d){7,}(?![\\w-])", exempt,
		     "this looks like a phone number, which is not allowed here");
	if (rules->plain_only) {
		seek(findings, text, "</?[a-z][^>\\n]*>", NULL, "HTML is not allowed here");
		seek(findings, text, "\\b" REVIEWS, NULL, "reviews may not be asked for here");
		seek(findings, text, "\\b" ADVERTS, NULL, "advertising is not allowed here");
		seek(findings, text, CANCELS, NULL, "buyers may not be asked to cancel");
	}
	g_ptr_array_sort(findings, in_order);
	return findings;
}
