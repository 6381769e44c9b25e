/* One function a rule, one row each. All take letters and digits whose last sign is the check digit; which part of
 * a number that is, and what is counted before it, the form says (wismo-carriers(5)). Sources: UPU S10 and S18, GS1
 * General Specifications 7.9, ISO 7064, USPS Publication 199, DHL's and Deutsche Post's label guides, Colissimo's and
 * Mondial Relay's label specifications, jkeen/tracking_number_data 2.0.0. Rules that no carrier has published hold for every
 * public number that was tried (SF 6, Correos 6, GLS 4, Blue Dart 4, Aramex 2); Austrian Post's label guide is known by a
 * client that names its chapter (2). What fits two numbers of a carrier by one of many guesses is no rule: Evri has none here. */
#include "wismo/core/check.h"

#include <glib.h>
#include <string.h>

struct check_rule {
	const char *name;
	bool (*ok)(const char *number, gsize length);
};

static bool digits_ok(const char *number, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if (!g_ascii_isdigit(number[i]))
			return false;
	return length > 1;
}

/* The n-th digit to the left of the check digit, from 0. */
static int digit_left(const char *number, gsize length, gsize n)
{
	return number[length - 2 - n] - '0';
}

/* Weights 3, 1, 3 ... from the right; `start` is added to the sum. */
static bool gs1_from(const char *number, gsize length, int start)
{
	int sum = start;

	if (!digits_ok(number, length))
		return false;
	for (gsize n = 0; n + 1 < length; n++)
		sum += digit_left(number, length, n) * (n % 2 ? 1 : 3);
	return (10 - sum % 10) % 10 == number[length - 1] - '0';
}

/* Weights 3, 1 from the right, mod 10 (NVE, SSCC, IMpb, Hermes, Canada Post, Colissimo). */
static bool gs1(const char *number, gsize length)
{
	return gs1_from(number, length, 0);
}

/* As gs1 with 1 added to the sum (GLS, observed). */
static bool gls(const char *number, gsize length)
{
	return gs1_from(number, length, 1);
}

/* Every second digit from the right doubled, mod 10 (Purolator, Old Dominion). */
static bool luhn(const char *number, gsize length)
{
	int sum = 0;

	if (!digits_ok(number, length))
		return false;
	for (gsize i = 0; i < length; i++) {
		int d = (number[length - 1 - i] - '0') * (i % 2 ? 2 : 1);

		sum += d > 9 ? d - 9 : d;
	}
	return sum % 10 == 0;
}

/* Weights 4, 9 from the left, mod 10 (Identcode). */
static bool ident(const char *number, gsize length)
{
	int sum = 0;

	if (!digits_ok(number, length))
		return false;
	for (gsize i = 0; i + 1 < length; i++)
		sum += (number[i] - '0') * (i % 2 ? 9 : 4);
	return (10 - sum % 10) % 10 == number[length - 1] - '0';
}

/* The number before the last digit, mod 7 (DHL Express, Japan; Blue Dart and Aramex observed). */
static bool mod7(const char *number, gsize length)
{
	int rest = 0;

	if (!digits_ok(number, length))
		return false;
	for (gsize i = 0; i + 1 < length; i++)
		rest = (rest * 10 + number[i] - '0') % 7;
	return rest == number[length - 1] - '0';
}

/* Weights 2 to 7 from the right, mod 11, 10 and 11 become 0 (Mondial Relay, Ukrposhta). */
static bool mod11(const char *number, gsize length)
{
	int sum = 0, check;

	if (!digits_ok(number, length))
		return false;
	for (gsize n = 0; n + 1 < length; n++)
		sum += digit_left(number, length, n) * (2 + (int) (n % 6));
	check = 11 - sum % 11;
	return (check >= 10 ? 0 : check) == number[length - 1] - '0';
}

/* Weights 8 6 4 2 3 5 9 7 over eight digits, mod 11 (UPU S10). Nine digits; with the letters of a whole S10 number
 * around them, too. */
static bool s10(const char *number, gsize length)
{
	static const int weights[] = { 8, 6, 4, 2, 3, 5, 9, 7 };
	const char *digits = length == 13 ? number + 2 : number;
	int sum = 0, check;

	if ((length != 13 && length != 9) || !digits_ok(digits, 9))
		return false;
	for (gsize i = 0; i < 8; i++)
		sum += (digits[i] - '0') * weights[i];
	check = 11 - sum % 11;
	check = check == 10 ? 0 : check == 11 ? 5 : check;
	return check == digits[8] - '0';
}

/* UPS's value of a sign: letters count (ASCII - 3) mod 10. */
static int ups_value(char c)
{
	return g_ascii_isdigit(c) ? c - '0' : (c - 3) % 10;
}

/* Alternating weights from the left, products taken whole. */
static int ups_sum(const char *number, gsize length, int first, int second)
{
	int sum = 0;

	for (gsize i = 0; i + 1 < length; i++)
		sum += ups_value(number[i]) * (i % 2 ? second : first);
	return sum;
}

/* Weights 1, 2 from the left, letters (ASCII - 3) mod 10 (UPS, OnTrac). */
static bool ups(const char *number, gsize length)
{
	return length > 1 && g_ascii_isdigit(number[length - 1])
		&& (10 - ups_sum(number, length, 1, 2) % 10) % 10 == number[length - 1] - '0';
}

/* Weights 1, 3, 7 from the right, mod 11, mod 10 (FedEx). */
static bool fedex(const char *number, gsize length)
{
	static const int weights[] = { 1, 3, 7 };
	int sum = 0;

	if (!digits_ok(number, length))
		return false;
	for (gsize n = 0; n + 1 < length; n++)
		sum += digit_left(number, length, n) * weights[n % 3];
	return sum % 11 % 10 == number[length - 1] - '0';
}

/* Weights 1, 3, 5 ... from the right; the first three digits are an area and do not count; of each product both digits
 * are added; mod 10 (SF, observed). */
static bool sf(const char *number, gsize length)
{
	int sum = 0;

	if (length < 5 || !digits_ok(number, length))
		return false;
	for (gsize n = 0; n + 4 < length; n++) {
		int product = digit_left(number, length, n) * (1 + 2 * (int) n);

		sum += product / 10 % 10 + product % 10;
	}
	return (10 - sum % 10) % 10 == number[length - 1] - '0';
}

static int value36(char c)
{
	return g_ascii_isdigit(c) ? c - '0' : c - 'A' + 10;
}

/* ISO 7064 mod 37,36 over letters and digits (DPD, Chronopost). */
static bool mod37_36(const char *number, gsize length)
{
	int rest = 36;

	for (gsize i = 0; i + 1 < length; i++) {
		rest += value36(number[i]);
		rest = rest > 36 ? rest - 36 : rest;
		rest = rest * 2 % 37;
	}
	return length > 1 && (37 - rest) % 36 == value36(number[length - 1]);
}

/* Character codes, mod 23, a letter (Correos, observed). */
static bool correos(const char *number, gsize length)
{
	static const char letters[] = "TRWAGMYFPDXBNJZSQVHLCKE";	/* those of Spanish identity cards */
	unsigned sum = 0;

	for (gsize i = 0; i + 1 < length; i++)
		sum += (unsigned char) number[i];
	return length > 1 && letters[sum % 23] == number[length - 1];
}

static const struct check_rule rules[] = {
	{ "gs1", gs1 },
	{ "gls", gls },
	{ "luhn", luhn },
	{ "ident", ident },
	{ "mod7", mod7 },
	{ "mod11", mod11 },
	{ "s10", s10 },
	{ "ups", ups },
	{ "fedex", fedex },
	{ "sf", sf },
	{ "mod37_36", mod37_36 },
	{ "correos", correos },
};

const struct check_rule *check_nth(unsigned n)
{
	return n < G_N_ELEMENTS(rules) ? &rules[n] : NULL;
}

const struct check_rule *check_find(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
		if (strcmp(rules[i].name, name) == 0)
			return &rules[i];
	return NULL;
}

const char *check_name(const struct check_rule *rule)
{
	return rule->name;
}

bool check_ok(const struct check_rule *rule, const char *number)
{
	return rule->ok(number, strlen(number));
}
