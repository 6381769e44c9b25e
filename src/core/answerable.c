/* Each condition that forbids an automatic answer, in the order in which a person would name them. */
#include "wismo/core/answerable.h"

#include <string.h>

static const char *about_sender(const struct answerable_input *input, const struct reading *reading)
{
	const struct sighting *seen = input->sighting;

	if (input->letter->from_count > 1)
		return "it names several senders";
	if (machine_is_own(input->account, input->letter->from))
		return "it was sent in our own name; the customer stands in Reply-To";
	if (input->auth == AUTH_FAIL && seen->channel)
		return "suspected phishing: our mail server says that the marketplace did not send it";
	if (input->auth == AUTH_FAIL)
		return "our mail server says that its sender is forged";
	if (seen->pretends)
		return "suspected phishing: it looks like a marketplace's mail, but does not come from there";
	if (seen->channel && seen->speaker == SPEAKER_UNKNOWN)
		return "the marketplace marked it with a kind that is not known here";
	if (seen->channel && !seen->channel->rules.reply_by_mail)
		return "answers by mail do not reach the buyer; answer in the marketplace";
	if (seen->channel && !seen->channel->rules.auto_ok)
		return "the marketplace allows no automatic answers";
	if (!reading->reply_to)
		return "no address to answer to";
	return NULL;
}

static bool other_domain(const char *one, const char *other)
{
	const char *left = one ? strrchr(one, '@') : NULL, *right = other ? strrchr(other, '@') : NULL;

	return left && right && g_ascii_strcasecmp(left, right) != 0;
}

static const char *about_letter(const struct answerable_input *input, const struct reading *reading)
{
	const struct letter *letter = input->letter;

	if (letter->bounded)
		return letter->bounded;
	if (input->text->bounded)
		return "the text is longer than a machine reads";
	if (!*reading->buyer_text || (!*input->text->own && letter->attachments))
		return letter->attachments ? "it has only attachments; a person should look at them" : "the buyer wrote nothing";
	if (input->text->forwarded)
		return "it forwards somebody else's mail";
	if (!input->sighting->channel && letter->reply_to && other_domain(letter->from, letter->reply_to))
		return "its answers would go to another domain than it came from";
	return NULL;
}

static bool forward_subject(const char *subject)
{
	static const char *const marks[] = { "fw:", "fwd:", "wg:", "tr:", "i:", "rv:", "enc:", "pd:", "vb:", "ilt:", "doorst:", NULL };

	for (int i = 0; subject && marks[i]; i++)
		if (g_ascii_strncasecmp(subject, marks[i], strlen(marks[i])) == 0)
			return true;
	return false;
}

static const char *about_meaning(const struct answerable_input *input, const struct reading *reading)
{
	if (!intent_means_not_arrived(reading->intent))
		return "it is not about a parcel that has not arrived";
	if (reading->urgency == URGENCY_LEGAL)
		return "it threatens with the law";
	if (input->never)
		return input->never;
	if (reading->order_ids->len > 1)
		return "it names several orders";
	if (reading->confidence < input->min_confidence)
		return reading->doubt ? reading->doubt : "not sure enough what it means";
	if (input->text->kept_all)
		return "it holds only quoted text";
	if (forward_subject(input->letter->subject))
		return "it forwards somebody else's mail";
	return NULL;
}

void answerable_decide(const struct answerable_input *input, struct reading *reading)
{
	const char *why = input->machine_why;

	if (!why)
		why = about_sender(input, reading);
	if (!why)
		why = about_letter(input, reading);
	if (!why)
		why = about_meaning(input, reading);
	reading->answerable = why == NULL;
	g_free(reading->why_not);
	reading->why_not = g_strdup(why);
}
