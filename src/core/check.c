/* One function a rule, one row each. All take a number of letters and digits whose last sign is the check
 * digit unless said otherwise. Sources: UPU S10 and S18, GS1 General Specifications 7.9, ISO 7064, USPS-B-3200,
 * jkeen/tracking_number_data (whose sample numbers stand in the carrier files). */
#include "wismo/core/check.h"

#include <glib.h>
#include <string.h>

struct check_rule {
	const char *name;
	bool (*ok)(const char *number, gsize length);
	const char *summary;
};

static int digit(char c)
{
	return g_ascii_isdigit(c) ? c - '0' : -1;
}

static bool digits_ok(const char *number, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if (!g_ascii_isdigit(number[i]))
			return false;
	return length > 1;
}

/* Weights 3, 1, 3 ... from the right, the check digit excluded. */
static bool gs1_with(const char *prefix, const char *number, gsize length)
{
	g_autofree char *whole = g_strconcat(prefix, number, NULL);
	gsize n = strlen(prefix) + length;
	int sum = 0;

	if (!digits_ok(whole, n))
		return false;
	for (gsize i = 0; i + 1 < n; i++)
		sum += (whole[i] - '0') * ((n - 2 - i) % 2 == 0 ? 3 : 1);
	return (10 - sum % 10) % 10 == whole[n - 1] - '0';
}

static bool gs1(const char *number, gsize length)
{
	return gs1_with("", number, length);
}

/* The check digit covers the last 15 digits only. */
static bool gs1_last15(const char *number, gsize length)
{
	return length >= 15 && gs1(number + length - 15, 15);
}

/* 3/1 from the right with 1 added to the sum: GLS. */
static bool gls(const char *number, gsize length)
{
	int sum = 1;

	if (!digits_ok(number, length))
		return false;
	for (gsize i = 0; i + 1 < length; i++)
		sum += (number[i] - '0') * ((length - 2 - i) % 2 == 0 ? 3 : 1);
	return (10 - sum % 10) % 10 == number[length - 1] - '0';
}

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

/* Weights 4, 9, 4 ... from the left: Identcode and Leitcode of Deutsche Post. */
static bool ident(const char *number, gsize length)
{
	int sum = 0;

	if (!digits_ok(number, length))
		return false;
	for (gsize i = 0; i + 1 < length; i++)
		sum += (number[i] - '0') * (i % 2 ? 9 : 4);
	return (10 - sum % 10) % 10 == number[length - 1] - '0';
}

static bool mod7(const char *number, gsize length)
{
	int rest = 0;

	if (!digits_ok(number, length))
		return false;
	for (gsize i = 0; i + 1 < length; i++)
		rest = (rest * 10 + number[i] - '0') % 7;
	return rest == number[length - 1] - '0';
}

/* UPU S10: the nine digits stand between two letters on each side. */
static bool s10(const char *number, gsize length)
{
	static const int weights[] = { 8, 6, 4, 2, 3, 5, 9, 7 };
	int sum = 0, check;

	if (length != 13 || !digits_ok(number + 2, 9))
		return false;
	for (gsize i = 0; i < 8; i++)
		sum += (number[2 + i] - '0') * weights[i];
	check = 11 - sum % 11;
	check = check == 10 ? 0 : check == 11 ? 5 : check;
	return check == number[10] - '0';
}

/* Weights 1, 2, 1 ... from the left without digit sums; letters count (ASCII - 3) mod 10. */
static bool ups_over(const char *number, gsize length)
{
	int sum = 0;

	if (length < 2 || !g_ascii_isdigit(number[length - 1]))
		return false;
	for (gsize i = 0; i + 1 < length; i++) {
		int d = g_ascii_isdigit(number[i]) ? number[i] - '0' : (number[i] - 3) % 10;

		sum += d * (i % 2 ? 2 : 1);
	}
	return (10 - sum % 10) % 10 == number[length - 1] - '0';
}

static bool ups_1z(const char *number, gsize length)
{
	return length == 18 && ups_over(number + 2, length - 2);
}

/* A letter, then nine digits and the check digit. */
static bool ups_letter(const char *number, gsize length)
{
	return length == 11 && digits_ok(number + 1, 10) && ups_over(number + 1, 10);
}

/* The leading letter counts as 4. */
static bool ontrac(const char *number, gsize length)
{
	g_autofree char *whole = g_strconcat("4", number + 1, NULL);

	return length > 2 && digits_ok(whole, length) && ups_over(whole, length);
}

static bool fedex_over(const char *number, gsize length, const int *weights)
{
	int sum = 0;

	if (!digits_ok(number, length))
		return false;
	for (gsize i = 0; i + 1 < length; i++)
		sum += (number[i] - '0') * weights[i % 3];
	return sum % 11 % 10 == number[length - 1] - '0';
}

static bool fedex12(const char *number, gsize length)
{
	static const int weights[] = { 3, 1, 7 };

	return length == 12 && fedex_over(number, length, weights);
}

/* The check digit covers the last 14 digits of the long barcode. */
static bool fedex34(const char *number, gsize length)
{
	static const int weights[] = { 1, 7, 3 };

	return length >= 14 && digits_ok(number, length) && fedex_over(number + length - 14, 14, weights);
}

/* Twenty digits, with or without 91 counted before them: both kinds are printed. */
static bool usps20(const char *number, gsize length)
{
	return gs1(number, length) || gs1_with("91", number, length);
}

static bool smartpost(const char *number, gsize length)
{
	return gs1_with("92", number, length);
}

/* 420 and the ZIP code of five or nine digits stand before the number proper, which begins with 9. */
static bool usps420(const char *number, gsize length)
{
	if (length < 28 || memcmp(number, "420", 3) != 0)
		return false;
	return (number[8] == '9' && length - 8 <= 26 && gs1(number + 8, length - 8))
		|| (length > 32 && number[12] == '9' && gs1(number + 12, length - 12));
}

/* ISO 7064 mod 37,36 over letters and digits, the last one being the check sign: DPD. */
static bool mod37_36(const char *number, gsize length)
{
	int rest = 36, value;

	for (gsize i = 0; i + 1 < length; i++) {
		value = digit(number[i]) >= 0 ? digit(number[i]) : number[i] - 'A' + 10;
		rest += value;
		rest = rest > 36 ? rest - 36 : rest;
		rest = rest * 2 % 37;
	}
	value = digit(number[length - 1]) >= 0 ? digit(number[length - 1]) : number[length - 1] - 'A' + 10;
	return length > 1 && (37 - rest) % 36 == value;
}

/* Recursive mod 10 table of Swiss payment slips and barcodes. */
static bool mod10r(const char *number, gsize length)
{
	static const int table[] = { 0, 9, 4, 6, 8, 2, 7, 1, 3, 5 };
	int carry = 0;

	if (!digits_ok(number, length))
		return false;
	for (gsize i = 0; i + 1 < length; i++)
		carry = table[(carry + number[i] - '0') % 10];
	return (10 - carry) % 10 == number[length - 1] - '0';
}

static const struct check_rule rules[] = {
	{ "gs1", gs1, "weights 3, 1 from the right, mod 10 (NVE, SSCC, IMpb, Hermes, Canada Post)" },
	{ "gs1_last15", gs1_last15, "gs1 over the last 15 digits (FedEx Ground 96)" },
	{ "gls", gls, "gs1 with 1 added to the sum" },
	{ "luhn", luhn, "doubling every second digit from the right" },
	{ "ident", ident, "weights 4, 9 from the left, mod 10 (Identcode)" },
	{ "mod7", mod7, "the number before the last digit, mod 7 (DHL Express, Japan)" },
	{ "s10", s10, "weights 8 6 4 2 3 5 9 7, mod 11 (UPU S10)" },
	{ "ups_1z", ups_1z, "1Z numbers" },
	{ "ups_letter", ups_letter, "a letter and ten digits of UPS" },
	{ "ontrac", ontrac, "a letter and fourteen digits of OnTrac" },
	{ "fedex12", fedex12, "weights 3, 1, 7, mod 11, mod 10" },
	{ "fedex34", fedex34, "weights 1, 7, 3 over the last 14 digits, mod 11, mod 10" },
	{ "usps20", usps20, "gs1, with 91 before it when it is not written" },
	{ "smartpost", smartpost, "gs1, with 92 before it" },
	{ "usps420", usps420, "gs1 after 420 and the ZIP code" },
	{ "mod37_36", mod37_36, "ISO 7064 mod 37,36 (DPD with its check sign)" },
	{ "mod10r", mod10r, "recursive mod 10 (Swiss Post)" },
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

const char *check_summary(const struct check_rule *rule)
{
	return rule->summary;
}

bool check_ok(const struct check_rule *rule, const char *number)
{
	return rule->ok(number, strlen(number));
}
