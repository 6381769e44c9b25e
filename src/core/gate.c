/* One table of gates; the verdict goes as far as the most cautious of them lets it. */
#include "wismo/core/gate.h"

static const char *const reaches[] = { "nothing", "draft", "auto" };
_Static_assert(G_N_ELEMENTS(reaches) == REACH_COUNT, "one name for each reach");

const char *gate_reach_name(enum gate_reach reach)
{
	return reaches[reach];
}

static void say(GArray *words, enum gate_reach *weakest, const char *gate, enum gate_reach reach, const char *why)
{
	struct gate_word word = { gate, reach, why };

	if (reach == REACH_AUTO)
		return;
	g_array_append_val(words, word);
	*weakest = MIN(*weakest, reach);
}

#define TRACKING_HOURS 48	/* the tracker asks at least once a day; twice that means that the carrier is down */
/* Not known to be false: whatever is unknown holds a verdict back as if it were true. */
static bool may_be(const struct facts *facts, enum fact fact)
{
	return !facts->value[fact].known || facts->value[fact].number != 0;
}

/* Of several parcels the answer speaks of one, which is right as long as the others were delivered. */
static bool several(const struct facts *facts)
{
	const struct fact_value *parcels = &facts->value[FACT_PARCELS], *open = &facts->value[FACT_PARCELS_OPEN];

	return !parcels->known || (parcels->number > 1 && (!open->known || open->number != 1));
}

static bool stranger(const struct facts *facts)
{
	return !facts_is(facts, FACT_SENDER, "buyer") && !facts_is(facts, FACT_SENDER, "unproven");
}

/* A relay vouches that a buyer of the marketplace writes; to an own shop anybody can write an order's number, and the next one. */
static bool unvouched(const struct facts *facts)
{
	const struct fact_value *channel = &facts->value[FACT_CHANNEL];

	return !facts_is(facts, FACT_SENDER, "buyer")
		&& (!channel->known || facts_is(facts, FACT_CHANNEL, "shop") || facts_is(facts, FACT_CHANNEL, "shopify"));
}

/* There are few languages: interned, as words outlive the question. */
static const char *language_words(const char *lang)
{
	g_autofree char *text = g_strdup_printf("there is no answer in the buyer's language (%s)", lang ? lang : "");

	return lang ? g_intern_string(text) : NULL;
}

#define WHEN(condition, reach) ((condition) ? (reach) : REACH_AUTO)

enum gate_reach gate_ask(const struct gate_input *input, GArray *words)
{
	const struct facts *facts = input->facts;
	const struct fact_value *confidence = &facts->value[FACT_CONFIDENCE], *value = &facts->value[FACT_VALUE];
	const struct fact_value *age = &facts->value[FACT_TRACKING_AGE];
	enum gate_reach weakest = REACH_AUTO;

	say(words, &weakest, "mode", input->mode, input->mode == REACH_NOTHING ? "mode is observe" : "mode is draft");
	say(words, &weakest, "address", WHEN(!input->reachable, REACH_NOTHING), "no mail address leads to the buyer; answer in the marketplace's pages");
	say(words, &weakest, "channel", WHEN(!input->rules, REACH_DRAFT), "the channel is not known");
	if (input->rules) {
		say(words, &weakest, "channel", WHEN(!input->rules->reply_by_mail, REACH_NOTHING),
		    "answers by mail do not reach the buyer here; answer in the marketplace's pages");
		say(words, &weakest, "channel", WHEN(!input->rules->auto_ok, REACH_DRAFT), "this channel wants a person to answer");
	}
	say(words, &weakest, "person", WHEN(input->person, REACH_DRAFT), "the rule asks for a person");
	say(words, &weakest, "answerable", WHEN(!facts_true(facts, FACT_ANSWERABLE), REACH_DRAFT), "the mail is not for a machine to answer");
	say(words, &weakest, "confidence", WHEN(!confidence->known || confidence->real < input->min_confidence, REACH_DRAFT),
	    "not sure enough of what the buyer means (min_confidence)");
	say(words, &weakest, "urgency", WHEN(!facts_is(facts, FACT_URGENCY, "normal") && !facts_is(facts, FACT_URGENCY, "angry"), REACH_DRAFT),
	    "the buyer speaks of law, or the urgency is not known");
	say(words, &weakest, "order", WHEN(!facts_true(facts, FACT_ORDER_KNOWN), REACH_DRAFT), "the order is not in the seller's lists");
	/* Not even a draft: approved in haste, it would tell a stranger the buyer's name, goods and parcel. */
	say(words, &weakest, "sender", WHEN(stranger(facts), REACH_NOTHING), GATE_STRANGER);
	say(words, &weakest, "sender", WHEN(unvouched(facts), REACH_DRAFT), GATE_UNPROVEN);
	say(words, &weakest, "tracking", WHEN(!facts->value[FACT_TRACKING].known, REACH_DRAFT), "what the carrier says is not known");
	say(words, &weakest, "before", WHEN(may_be(facts, FACT_BEFORE_ORDER), REACH_DRAFT),
	    "the carrier's word may be of an earlier parcel with this number");
	say(words, &weakest, "number", WHEN(!facts_is(facts, FACT_NUMBER_BY, "order"), REACH_DRAFT), "no parcel of the seller's lists was looked at");
	say(words, &weakest, "age", WHEN(!age->known || age->real > TRACKING_HOURS, REACH_DRAFT), "the carrier's answer is older than two days");
	say(words, &weakest, "parcels", WHEN(several(facts), REACH_DRAFT),
	    "the order has several parcels, and the answer speaks of one: not exactly one of them is still to come");
	say(words, &weakest, "recorded", WHEN(input->recorded, REACH_DRAFT), "the carrier's answer is a recorded one");
	say(words, &weakest, "claim", WHEN(!facts_is(facts, FACT_CLAIM, "none") && !facts_is(facts, FACT_CLAIM, "closed"), REACH_DRAFT), "a claim is open");
	say(words, &weakest, "marketplace", WHEN(may_be(facts, FACT_BY_MARKETPLACE) || may_be(facts, FACT_MARKETPLACE_REFUNDED), REACH_DRAFT),
	    "the marketplace may fulfil or have refunded this order");
	say(words, &weakest, "cancelled", WHEN(may_be(facts, FACT_CANCELLED), REACH_DRAFT), "the order may be cancelled");
	say(words, &weakest, "money", WHEN(input->pays, REACH_DRAFT), "the reply promises money or goods; approve it together with its task");
	say(words, &weakest, "value", WHEN(!value->known || value->real > input->auto_value, REACH_DRAFT), "worth more than auto_value_cents, or of unknown worth");
	say(words, &weakest, "language", WHEN(input->lacks_lang, REACH_DRAFT), language_words(input->lacks_lang));
	say(words, &weakest, "refused", WHEN(input->refused, REACH_DRAFT), "an answer to this mail was refused by the mail server");
	say(words, &weakest, "again", WHEN(input->said, REACH_DRAFT), "the same answer has been sent before");
	say(words, &weakest, "cap", WHEN(input->repeats >= input->case_cap, REACH_DRAFT), "so many answers in one case want a person");
	return weakest;
}

const char *gate_pay_doubt(const struct facts *facts)
{
	return unvouched(facts) ? GATE_UNPROVEN : NULL;
}

const char *gate_pay(const struct facts *facts)
{
	if (!facts_true(facts, FACT_ORDER_KNOWN))
		return "the order is not known";
	if (stranger(facts))
		return GATE_STRANGER;
	if (!facts_is(facts, FACT_NUMBER_BY, "order") && !facts_is(facts, FACT_NUMBER_BY, "none"))
		return "only the buyer says that this is the order's parcel";
	if (may_be(facts, FACT_BEFORE_ORDER))
		return "the carrier's word may be of an earlier parcel with this number";
	if (!facts_true(facts, FACT_PARCELS_ALIKE))
		return "the order's parcels stand differently: which articles are missing, a person must say";
	if (may_be(facts, FACT_BY_MARKETPLACE))
		return "the marketplace may fulfil this order";
	if (may_be(facts, FACT_CLAIMS_PROTECTED))
		return "the shipment is claims-protected: the marketplace pays";
	if (!facts_is(facts, FACT_CLAIM, "none") && !facts_is(facts, FACT_CLAIM, "closed"))
		return "a claim is open";
	if (may_be(facts, FACT_MARKETPLACE_REFUNDED))
		return "the marketplace has refunded the buyer";
	if (may_be(facts, FACT_CANCELLED))
		return "the order may be cancelled";
	/* A proposal that stands keeps its key, so proposing it again changes nothing. */
	if (!facts_is(facts, FACT_COMPENSATION, "none") && !facts_is(facts, FACT_COMPENSATION, "proposed"))
		return "a compensation was approved, done or rejected already";
	return NULL;
}
