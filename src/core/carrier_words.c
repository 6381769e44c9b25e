/* What stands around a number decides what it is: the nearest word wins. Words of parcels and of carriers speak for a
 * tracking number, words of orders, customers, phones, accounts and articles against it. All languages that we read are
 * in one pattern: numbers stand in mails of every language, and the mail's own is not known here. */
#include "carrier_p.h"

#include "wismo/core/regex.h"

#include <string.h>

#define REACH_BYTES 80	/* "Die Sendungsnummer für Ihr Paket lautet: " */
#define AFTER_BYTES 24	/* a word after counts as if it stood so much farther: "order number 123 and the parcel" */

struct carrier_words {
	struct regex *parcel, *direct, *other_before, *other_after;
};

#define NO_LETTER_BEFORE "(?<![\\p{Latin}\\d])"
#define NO_LETTER_AFTER "(?![\\p{Latin}\\d])"
/* Up to the number without a digit, a line's or a sentence's end; the point of "Nr." ends none. */
#define NEAR "(?:[^\\d\\n.?!]|(?<=nr|no|num|id|tel|art|best|kd|rech)\\.){0,24}"

/* What may stand between "parcel" and its number when the number is said to be the parcel's. */
#define SAYING "nr|no|num\\w*|number|id|code|c[oó]d\\w*|kod\\w*|ist|is|lautet|war|est|era|[eè]|by|via|per|von|with|" PARCEL_WORDS

#define PARCEL_WORDS "track\\w*|parcel\\w*|package\\w*|shipment\\w*|shipping|waybill|consignment\\w*|awb|deliver\\w*|courier\\w*|depot\\w*|" \
	"sendung\\w*|paket\\w*|päckchen\\w*|zustell\\w*|geliefert|lieferung\\w*|versand\\w*|verfolg\\w*|" \
	"colis|suivi|livr\\w*|exp[eé]di\\w*|env[ií]os?|seguimiento|paquetes?|gu[ií]a|entreg\\w*|mensajer\\w*|" \
	"spedi\\w*|pacc[oh]\\w*|tracciat\\w*|consegn\\w*|corriere|zending\\w*|pakket\\w*|pakje|bezorg\\w*|verzend\\w*|" \
	"przesy[lł]\\w*|paczk\\w*|kurier\\w*|dostaw\\w*|f[oö]rs[aä]nd\\w*|kolli\\w*|leverans\\w*|sp[aå]rning\\w*|" \
	"encomendas?|rastre\\w*|objeto|takip|kargo\\w*|g[oö]nderi\\w*|kurye\\w*|teslim\\w*|" \
	"追跡|伝票|送り状|お?問い?合わ?せ|荷物|配達|届け|ヤマト|佐川|ゆうパック|" \
	"dhl|ups|gls|dpd|hermes|fedex|usps|evri|yodel|inpost|correos|postnl|postnord|tnt|colissimo|chronopost|seur|brt|bartolini|aras|mng|yurti[cç]i"
#define OTHER_WORDS "order|bestell\\w*|auftrag\\w*|commandes?|ordine|ordini|pedidos?|zam[oó]wien\\w*|sipari[sş]\\w*|注文|" \
	"(?:kunden|klanten|kund)-?(?:n|konto)\\w*|customer (?:no|num|id)\\w*|(?:num\\w*|n[or°º]\\.?|nr\\.?|c[oó]d\\w*)(?: d[ei])? (?:client|klient)\\w*|" \
	"m[uü][sş]teri n\\w*|お客様番号|会員|" \
	"rechnung\\w*|invoice|facture|fattura|factura|fatura|factuur\\w*|faktur\\w*|請求|" \
	"tel|tél|telefon\\w*|telephone|téléphone|tel[eé]fono|fon|phone|mobil\\w*|mobile|handy\\w*|anrufen|call|cell\\w*|fax|whatsapp|" \
	"m[oó]vil|portable|cellulare|kom[oó]rk\\w*|gsm|電話|携帯|" \
	"iban|bic|konto\\w*|account|swift|paypal|transaction|transaktion\\w*|zahlung\\w*|verwendungszweck|kreditkarte\\w*|card|" \
	"ean|gtin|isbn|asin|sku|art|artikel\\w*|item|article|articolo|art[ií]culo|artigo|produ[ck]t\\w*|model\\w*|serien\\w*|serial|imei|" \
	"ust\\w*|vat|tva|iva|nip|siret|steuer\\w*|tax|ticket|case|vorgang\\w*|claim|plz|postleitzahl|zip|postcode|datum|date"

struct carrier_words *carrier_words_new(void)
{
	struct carrier_words *words = g_new0(struct carrier_words, 1);

	words->parcel = regex_new(NO_LETTER_BEFORE "(?:" PARCEL_WORDS ")" NO_LETTER_AFTER, REGEX_CASELESS, NULL);
	words->direct = regex_new(NO_LETTER_BEFORE "(?:" PARCEL_WORDS ")" NO_LETTER_AFTER "(?:[^\\w\\n.?!]{1,3}(?:" SAYING ")\\.?){0,3}[^\\w\\n?!]{0,4}\\z",
		REGEX_CASELESS, NULL);
	words->other_before = regex_new(NO_LETTER_BEFORE "(" OTHER_WORDS ")" NO_LETTER_AFTER NEAR "\\z", REGEX_CASELESS, NULL);
	words->other_after = regex_new("\\A[^\\d\\n.?!]{1,16}?" NO_LETTER_BEFORE "(" OTHER_WORDS ")" NO_LETTER_AFTER, REGEX_CASELESS, NULL);
	g_assert(words->parcel && words->direct && words->other_before && words->other_after);
	return words;
}

void carrier_words_free(struct carrier_words *words)
{
	regex_free(words->parcel);
	regex_free(words->direct);
	regex_free(words->other_before);
	regex_free(words->other_after);
	g_free(words);
}

/* Back or on to the beginning of a character. */
static gsize character(const char *text, gsize at)
{
	while ((text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

/* A number's neighbourhood: before, [from, start); after, [end, to). */
struct place {
	const struct carrier_words *words;
	const char *text;
	gsize from, start, end, to;
};

/* Bytes to the nearest parcel word; G_MAXSIZE: none in reach. */
static gsize parcel_distance(const struct place *p)
{
	gsize nearest = G_MAXSIZE;
	struct regex_hit hit;

	for (gsize at = p->from; at < p->start && regex_find(p->words->parcel, p->text, p->start, at, &hit, NULL); at = hit.end[0])
		nearest = p->start - hit.end[0];
	if (regex_find(p->words->parcel, p->text, p->to, p->end, &hit, NULL))
		nearest = MIN(nearest, hit.start[0] - p->end + AFTER_BYTES);
	return nearest;
}

/* The same of a word that makes it another number. */
static gsize other_distance(const struct place *p)
{
	g_autofree char *after = g_strndup(p->text + p->end, p->to - p->end);
	gsize nearest = G_MAXSIZE;
	struct regex_hit hit;

	for (gsize at = p->from; at < p->start && regex_find(p->words->other_before, p->text, p->start, at, &hit, NULL); at = hit.end[1])
		nearest = p->start - hit.end[1];
	if (regex_find(p->words->other_after, after, strlen(after), 0, &hit, NULL))
		nearest = MIN(nearest, hit.start[1]);
	return nearest;
}

void carrier_words_around(const struct carrier_words *words, const char *text, gsize start, gsize end, struct setting *setting)
{
	struct place place = {
		words, text, character(text, start > REACH_BYTES ? start - REACH_BYTES : 0), start, end,
		character(text, MIN(strlen(text), end + REACH_BYTES)),
	};
	gsize parcel = parcel_distance(&place), other = other_distance(&place);
	struct regex_hit hit;

	setting->other = other < parcel;
	setting->near = parcel != G_MAXSIZE && !setting->other;
	setting->direct = setting->near && regex_find(words->direct, text, start, place.from, &hit, NULL);
	setting->around = g_strdup_printf("%.*s|%.*s", (int) (start - place.from), text + place.from, (int) (place.to - end), text + end);
}
