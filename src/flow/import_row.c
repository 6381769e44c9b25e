/* What a row of a list means. Pure: a row goes in, model structs or a complaint come out. */
#include "import_p.h"

#include <string.h>

const char *import_row_text(const struct row_reader *reader, const struct table_row *row, enum field field)
{
	int at = reader->map.at[field];

	return at >= 0 && (guint) at < row->count && *row->cells[at] ? row->cells[at] : NULL;
}

static bool complain(char **why, enum field field, const char *text, const char *expected)
{
	g_autofree char *shown = g_utf8_substring(text, 0, MIN(g_utf8_strlen(text, -1), 40));

	*why = g_strdup_printf("%s: \"%s\" is no %s", columns_field_name(field), shown, expected);
	return false;
}

static bool moment(const struct row_reader *reader, const struct table_row *row, enum field field, bool end, gint64 *at,
		   GPtrArray *notes, char **why)
{
	const char *text = import_row_text(reader, row, field);
	char *note;

	/* Amazon writes "Missed" or "-" where a moment is not told. */
	if (!text || strcmp(text, "-") == 0 || g_ascii_strcasecmp(text, "n/a") == 0)
		return true;
	if (cell_moment(text, &reader->styles[field], reader->zone, end, at))
		return true;
	if (!reader->parcels && field != FIELD_SHIPPED)
		return complain(why, field, text, "date");
	complain(&note, field, text, "date");
	g_ptr_array_add(notes, note);
	return true;
}

/* A list in yen has no marks but between thousands. */
static bool no_cents(const char *currency)
{
	return g_strcmp0(currency, "JPY") == 0 || g_strcmp0(currency, "KRW") == 0;
}

static bool money(const struct row_reader *reader, const struct table_row *row, enum field field, const char *currency,
		  gint64 *cents, char **why)
{
	const char *text = import_row_text(reader, row, field);
	struct cell_style style = reader->money;
	const char *expected;

	style.whole = no_cents(currency);
	return !text || cell_money(text, &style, cents, &expected) || complain(why, field, text, expected);
}

static bool all_digits_but(const char *text, const char *form)
{
	for (; *text && *form; text++, form++)
		if (*form == '9' ? !g_ascii_isdigit(*text) : *text != *form)
			return false;
	return !*text && !*form;
}

/* "Amazon.de", "Non-Amazon", "eBay Germany", "web" -> the channel's name. */
static const char *channel_of(const struct row_reader *reader, const struct table_row *row, const char *order_no)
{
	static const char *const known[] = { "amazon", "ebay", "etsy", "kaufland", "otto" };
	const char *said = import_row_text(reader, row, FIELD_CHANNEL);
	g_autofree char *lower = said ? g_utf8_strdown(said, -1) : NULL;

	/* Shopify is the seller's own shop: its buyers write to the seller. */
	if (lower && g_str_has_prefix(lower, "shopify"))
		return "shop";
	for (gsize i = 0; lower && !g_str_has_prefix(lower, "non-") && i < G_N_ELEMENTS(known); i++)
		if (g_str_has_prefix(lower, known[i]))
			return known[i];
	/* Marketplace Connect and the like sell Amazon's orders on under Amazon's own number. */
	if (all_digits_but(order_no, "999-9999999-9999999"))
		return "amazon";
	if (reader->map.channel)
		return reader->map.channel;
	if (all_digits_but(order_no, "99-99999-99999"))
		return "ebay";
	return reader->channel ? reader->channel : "shop";
}

const char *import_row_channel(const struct row_reader *reader, const struct table_row *row)
{
	const char *no = import_row_text(reader, row, FIELD_ORDER_NO);

	return no ? channel_of(reader, row, no) : NULL;
}

static bool fulfilment(const struct row_reader *reader, const struct table_row *row, struct order *order)
{
	const char *text = import_row_text(reader, row, FIELD_FULFILMENT);

	/* AFN, "Amazon", FBA, "Fulfilled by Kaufland": the marketplace ships. MFN, "Merchant", FBM: the seller does. */
	order->by_marketplace = text && (g_ascii_strcasecmp(text, "AFN") == 0 || g_ascii_strcasecmp(text, "Amazon") == 0
		|| g_str_has_prefix(text, "AMAZON_") || g_ascii_strcasecmp(text, "FBA") == 0 || g_ascii_strcasecmp(text, "FBK") == 0);
	return true;
}

static bool cancelled(const struct row_reader *reader, const struct table_row *row)
{
	static const char *const beginnings[] = { "cancel", "storn", "annul", "geannul" };
	const char *status = import_row_text(reader, row, FIELD_STATUS);
	const char *at = import_row_text(reader, row, FIELD_CANCELLED);
	g_autofree char *key = status ? cell_key(status) : NULL;
	bool flag = false;

	for (gsize i = 0; key && i < G_N_ELEMENTS(beginnings); i++)
		if (g_str_has_prefix(key, beginnings[i]))
			return true;
	/* A flag, or a moment, which is as good as yes. */
	return at && (!cell_flag(at, &flag) || flag);
}

static bool read_line(const struct row_reader *reader, const struct table_row *row, struct order *order, char **why)
{
	struct order_line *line = g_new0(struct order_line, 1);
	const char *no = import_row_text(reader, row, FIELD_LINE_NO);
	const char *quantity = import_row_text(reader, row, FIELD_QUANTITY);
	gint64 price = -1, unit = -1, tax = 0;
	const char *expected = "number of pieces";
	guint seen = 1 + GPOINTER_TO_UINT(g_hash_table_lookup(reader->line_counts, order->order_no));

	g_ptr_array_add(order->lines, line);
	g_hash_table_insert(reader->line_counts, g_strdup(order->order_no), GUINT_TO_POINTER(seen));
	line->line_no = no ? g_strdup(no) : g_strdup_printf("%u", seen);
	line->sku = g_strdup(import_row_text(reader, row, FIELD_SKU));
	line->title = g_strdup(import_row_text(reader, row, FIELD_TITLE));
	line->quantity = 1;
	line->price_cents = -1;
	if (quantity && (!cell_count(quantity, &reader->count, &line->quantity, &expected) || line->quantity < 0))
		return complain(why, FIELD_QUANTITY, quantity, expected);
	if (!money(reader, row, FIELD_LINE_PRICE, order->currency, &price, why)
	    || !money(reader, row, FIELD_UNIT_PRICE, order->currency, &unit, why)
	    || !money(reader, row, FIELD_TAX, order->currency, &tax, why))
		return false;
	/* Amazon's European lists have the tax inside item-price, with item-tax telling how much; only where
	 * tax comes on top (US dollars) is it added to what the buyer paid. */
	if (price >= 0)
		line->price_cents = price + (g_strcmp0(order->currency, "USD") == 0 ? tax : 0);
	else if (unit >= 0)
		line->price_cents = unit * MAX(line->quantity, 1);
	return true;
}

static char *address_of(const char *text)
{
	g_autofree char *lower = text && strchr(text, '@') ? g_utf8_strdown(text, -1) : NULL;
	char *plus = lower ? strchr(lower, '+') : NULL;
	char *at = lower ? strrchr(lower, '@') : NULL;

	/* Relay aliases carry +case-ids; the buyer is the same. */
	return plus && plus < at ? g_strdup_printf("%.*s%s", (int) (plus - lower), lower, at) : g_steal_pointer(&lower);
}

/* "24,90 €", "GBP 20.00": of lists without a column for it. "$" is several countries'. NULL: the cell does not tell. */
static const char *currency_of(const struct row_reader *reader, const struct table_row *row)
{
	static const char *const signs[][2] = {
		{ "€", "EUR" }, { "EUR", "EUR" }, { "£", "GBP" }, { "GBP", "GBP" }, { "USD", "USD" }, { "CHF", "CHF" }, { "zł", "PLN" }, { "PLN", "PLN" },
		{ "SEK", "SEK" }, { "円", "JPY" }, { "JPY", "JPY" },
	};
	const char *text = import_row_text(reader, row, FIELD_LINE_PRICE);

	if (!text)
		text = import_row_text(reader, row, FIELD_UNIT_PRICE);
	for (gsize i = 0; text && i < G_N_ELEMENTS(signs); i++)
		if (strstr(text, signs[i][0]))
			return signs[i][1];
	return NULL;
}

bool import_row_order(const struct row_reader *reader, const struct table_row *row, struct order *order, GPtrArray *notes, char **why)
{
	const char *no = import_row_text(reader, row, FIELD_ORDER_NO);
	const char *country = import_row_text(reader, row, FIELD_COUNTRY);
	const char *currency = import_row_text(reader, row, FIELD_CURRENCY);

	if (!currency)
		currency = currency_of(reader, row);
	if (!no) {
		*why = g_strdup("order_no: empty");
		return false;
	}
	if (strlen(no) > 80)
		return complain(why, FIELD_ORDER_NO, no, "order number");
	order->order_no = g_strdup(*no == '#' ? no + 1 : no);
	order->channel = g_strdup(channel_of(reader, row, order->order_no));
	order->buyer_name = g_strdup(import_row_text(reader, row, FIELD_BUYER_NAME));
	order->buyer_address = address_of(import_row_text(reader, row, FIELD_BUYER_ADDRESS));
	order->country = country && strlen(country) == 2 ? g_ascii_strup(country, -1) : NULL;
	order->currency = currency && strlen(currency) == 3 ? g_ascii_strup(currency, -1) : NULL;
	order->cancelled = cancelled(reader, row);
	return fulfilment(reader, row, order)
		&& moment(reader, row, FIELD_ORDERED, false, &order->ordered_at, notes, why)
		&& moment(reader, row, FIELD_SHIP_BY, true, &order->ship_by_at, notes, why)
		&& moment(reader, row, FIELD_PROMISED, true, &order->promised_at, notes, why)
		&& read_line(reader, row, order, why);
}

/* Blanks and dashes away, upper case: the normal form of readings. */
static char *normal_number(const char *text)
{
	GString *number = g_string_new(NULL);

	for (; *text; text++)
		if (g_ascii_isalnum(*text))
			g_string_append_c(number, g_ascii_toupper(*text));
	return g_string_free(number, FALSE);
}

/* A list that got a digit wrong is to be mended at its source; what it says is kept, for it is all there is. */
static void prove(const struct row_reader *reader, const struct shipment *shipment, GPtrArray *notes)
{
	const struct carrier *carrier = shipment->carrier ? carriers_get(reader->carriers, shipment->carrier) : NULL;
	const char *why = carrier ? carrier_number_why(carrier, shipment->number) : NULL;

	if (!carrier) {
		g_autoptr(GArray) candidates = carriers_recognise(reader->carriers, shipment->number);

		if (candidates->len && !g_array_index(candidates, struct carrier_candidate, 0).valid)
			why = "the number's check digit is wrong: a typing error?";
	}
	if (why)
		g_ptr_array_add(notes, g_strdup_printf("number: %s: %s%s%s", shipment->number, carrier ? carrier->title : "",
						       carrier ? ": " : "", why));
}

bool import_row_shipments(const struct row_reader *reader, const struct table_row *row, GPtrArray *shipments, GPtrArray *notes,
			  char **why)
{
	const char *numbers = import_row_text(reader, row, FIELD_NUMBER);
	const char *said = import_row_text(reader, row, FIELD_CARRIER);
	const char *protected = import_row_text(reader, row, FIELD_CLAIMS_PROTECTED);
	g_auto(GStrv) parts = numbers ? g_strsplit_set(numbers, ",;|/\n", 50) : NULL;
	gint64 shipped_at = 0;
	bool flag = false;

	if (!moment(reader, row, FIELD_SHIPPED, false, &shipped_at, notes, why))
		return false;
	if (protected && !cell_flag(protected, &flag))
		return complain(why, FIELD_CLAIMS_PROTECTED, protected, "yes or no");
	for (guint i = 0; parts && parts[i]; i++) {
		g_autofree char *number = normal_number(parts[i]);
		struct shipment *shipment;

		if (!*number)
			continue;
		/* Spreadsheets turn long numbers into 3,40435E+17; what is lost cannot be asked for. */
		if (strlen(number) < 5 || strlen(number) > 40 || strstr(parts[i], "E+"))
			return complain(why, FIELD_NUMBER, parts[i], "tracking number");
		shipment = shipment_new();
		shipment->number = g_steal_pointer(&number);
		shipment->carrier_said = g_strdup(said);
		shipment->carrier = said ? g_strdup(columns_carrier(reader->columns, said)) : NULL;
		shipment->shipped_at = shipped_at;
		shipment->claims_protected = flag;
		if (reader->carriers)
			prove(reader, shipment, notes);
		g_ptr_array_add(shipments, shipment);
	}
	return true;
}
