/* Quoted history in eleven languages. The words stand here and not in data files because they are facts
 * about mail programs, not about a seller or a marketplace. */
#include "history_p.h"

#include "wismo/core/regex.h"

#include <string.h>

#define ATTRIBUTION_LINES 4	/* programs wrap long attributions */
#define SIGNATURE_LINES 15	/* more behind "-- " is text that only looks like a signature */
#define LINE_CAP 2000		/* longer lines are prose */

/* "On 5 Nov 2026, at 10:02, Shop <shop@example.com> wrote:" and what follows on the same line. */
static const char attribution[] =
	"[ \\t*_]*(?:"
	"(?:On|El|Le|Il|Il giorno|In data|Op|Em|No dia|A|Den|Am|W dniu|Dnia|Dne|W)\\b[^\\n]{4,250}?"
	"(?:\\bwrote|escribi[óo]|\\b(?:a|ont) écrit|ha scritto|schreef(?: het volgende)?|heeft .{1,120}?geschreven|escreveu|"
	"skrev|schrieb|Folgendes geschrieben|geschrieben|pisze|napisał(?:\\(a\\)|a)?)[^\\n:]{0,140}:"
	"|[^\\n>:]{2,150}?(?:<[^>\\n]{3,100}>)? ?(?:wrote on|schrieb am|escreveu (?:no dia|em|às|a)|skrev (?:den|am)|escribió el|"
	"a écrit le|ha scritto il|schreef op|napisał(?:\\(a\\)|a)? (?:w dniu|dnia)?)[^\\n]{4,90}:"
	"|\\p{L}{2,4}\\.?, \\d{1,2} \\p{L}{3,12}\\.? \\d{4}[^\\n]{3,200}(?:napisał(?:\\(a\\)|a)?|skrev|wrote|escreveu|escribió|schrieb)[^\\n:]{0,40}:"
	"|[^\\n]{4,250}? tarihinde[^\\n]{0,200}?(?:yazdı|yazmış)[^\\n:]{0,10}:"
	"|[^\\n]{2,150}? şun(?:u|ları) yazdı[^\\n]{0,60}:[ \\t]*$"
	/* Whatever the order of words: a year or an hour, a verb of writing, a colon at the end. */
	"|(?=[^\\n]{0,200}?(?:\\b20\\d\\d\\b|\\d{1,2}[:.]\\d\\d))[^\\n]{4,250}?\\b(?:wrote|schrieb|geschrieben|escribió|écrit|ha scritto|schreef|geschreven|"
	"escreveu|skrev|pisze|napisał(?:\\(a\\)|a)?)(?![^\\n]{0,20}\\bich\\b)[^\\n:]{0,140}:[ \\t]*$"
	"|\\d{4} ?[年/.-] ?\\d{1,2} ?[月/.-] ?\\d{1,2}[^\\n]{0,160}?(?:[:：](?=\\s*$)|のメール|さんは書きました|wrote[:：])"
	"|[^\\n]{1,60}(?:さん|様)(?:は|が)?(?:、)?(?:[^\\n]{0,40})(?:書きました|は書いています)[:：]?"
	")";

/* Lines that say that everything below is another mail. */
static const char divider[] =
	"[ \\t]*[-_=*—]{2,}[ \\t]*(?:"
	"original(?: message| e?-?mail| appointment)?|ursprüngliche nachricht|original-?nachricht|originalnachricht|"
	"message (?:d'origine|original)|messaggio originale|mensaje original|mensagem original|oorspronkelijk bericht|"
	"original(?:t )?meddelande|ursprungligt meddelande|wiadomość oryginalna|oryginalna wiadomość|orijinal (?:mesaj|ileti)|"
	"özgün ileti|元のメッセージ|original message)[ \\t]*[-_=*—]{2,}";

static const char forward[] =
	"[ \\t>]*(?:[-_=*—]{2,}[ \\t]*(?:forwarded (?:message|by[^\\n]{0,80})|weitergeleitete nachricht|message transféré|"
	"messaggio inoltrato|mensaje reenviado|mensagem (?:encaminhada|reencaminhada)|doorgestuurd bericht|vidarebefordrat meddelande|"
	"(?:treść )?przekazan[ae]j? wiadomoś(?:ć|ci)|wiadomość przekazana|iletilen mesaj|転送メッセージ|転送されたメッセージ)[ \\t]*[-_=*—]{2,}|"
	"(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|début du message (?:réexpédié|transféré)|"
	"inizio messaggio inoltrato|inicio del mensaje reenviado|begin doorgestuurd bericht|vidarebefordrat (?:mejl|brev)|"
	"início da mensagem (?:re)?encaminhada|początek przekazywanej wiadomości|iletilen ileti başlangıcı|転送されたメール)[:：])";

/* A marker of our channels inside the buyer's words begins a quoted older mail; so do ticket systems. */
static const char others[] =
	"(?:[ \\t]*-{5,}[ \\t]*(?:message|begin message|nachricht|anfang der nachricht|messaggio|inizio messaggio|mensagem|"
	"iniciar mensa(?:je|gem)|début du message|bericht|メッセージ)[ \\t]*:?[ \\t]*-{5,}[ \\t]*$"
	"|[ \\t]*#{2,}[-=]+ [^\\n]{5,100}[-=]+ ?#{2,})";

static const char sender_key[] = "[ \\t*_|]*(?:from|von|de|da|van|od|från|fra|kimden|gönderen|expéditeur|mittente|remitente|"
	"afzender|nadawca|avsändare|差出人|送信者|送信元|From)[ \\t*_]*[:：][ \\t*_]*\\S";
static const char other_key[] = "[ \\t*_|]*(?:sent|date|gesendet|datum|envoyé(?: le)?|inviato|data|enviado(?: el)?|enviada(?: em)?|"
	"fecha|verzonden|wysłano|skickat|gönderildi|gönderme tarihi|tarih|送信日時|日時|日付|to|an|à|a|aan|do|till|para|kime|宛先|cc|"
	"subject|betreff|objet|oggetto|asunto|onderwerp|temat|ämne|assunto|konu|件名)[ \\t*_]*[:：]";
static const char sent_key[] = "[ \\t*_|]*(?:sent|gesendet|envoyé|inviato|enviado|enviada|verzonden|wysłano|skickat|gönderildi|送信日時)"
	"[ \\t*_]*[:：][ \\t*_]*\\S";

/* "Sent from my ..." and the like must name a device or a mail program: parcels are "sent with DHL" too. */
#define DEVICE "(?:iphone|ipad|ipod|ios\\b|android|outlook|samsung|galaxy|huawei|honor\\b|xiaomi|redmi|oneplus|pixel\\b|fairphone|nokia|sony|" \
	"xperia|blackberry|smartphone|tablet|handy|mobil|móvil|movil|cellulare|telefoon|telefonu|telefonen|dispositivo|appareil|apparaat|" \
	"yahoo|gmail|gmx|web\\.de|t-online|freenet|proton|aol\\b|orange|libero|mail[- ]?app|mail (?:for|für|pour|per|para|voor|dla|för) windows|" \
	"aquamail|bluemail|thunderbird|windows|my phone|mein(?:em)? telefon)"
#define SOON "(?:[^\\s]{1,20} ){0,4}[^\\s]{0,12}"
static const char footer[] =
	"[ \\t]*(?:[-–—_]+[ \\t]*)?(?:"
	"(?:this (?:e-?mail|message) was )?sent (?:from|with|via|using|by) " SOON DEVICE "[^\\n]{0,60}"
	"|(?:get|download|holen sie sich|laden sie|obtenez|télécharge[rz]|ottieni|scarica|obtener|obtenga|descarga[r]?|obtenha|baixe|"
	"download|haal|pobierz|hämta|skaffa) (?:de |het |la |le |o |el )?(?:microsoft )?outlook[^\\n]{0,50}"
	"|(?:diese[sr]? )?(?:nachricht|e-?mail|mail)? ?(?:wurde )?(?:von|vom|mit) " SOON DEVICE "[^\\n]{0,40}(?:gesendet|gesandt|geschickt|verschickt)[^\\n]{0,20}"
	"|gesendet (?:mit|von|vom|über|aus) " SOON DEVICE "[^\\n]{0,60}|von unterwegs gesendet[^\\n]{0,30}|outlook für (?:ios|android)[^\\n]{0,40}"
	"|envoyée? (?:de|depuis|à partir|avec|via) " SOON DEVICE "[^\\n]{0,60}|inviat[oa] (?:da|dal|dalla|con|tramite) " SOON DEVICE "[^\\n]{0,60}"
	"|enviad[oa] (?:desde|do|da|a partir|com|con|pelo|via|mediante) " SOON DEVICE "[^\\n]{0,60}"
	"|(?:verstuurd|verzonden) (?:vanaf|met|vanuit|via|van) " SOON DEVICE "[^\\n]{0,60}|(?:wysłan[eoay]|wyslan[eoay]) (?:z|ze|za) " SOON DEVICE "[^\\n]{0,60}"
	"|skickat (?:från|med|via) " SOON DEVICE "[^\\n]{0,60}"
	"|(?:iphone|ipad|android|samsung|galaxy|huawei|xiaomi|outlook|yahoo mail)[^\\n]{0,40}(?:gönderildi|gönderilmiştir)"
	"|(?:iphone|ipad|android|スマートフォン)[^\\n]{0,30}から送信(?:しました)?[^\\n]{0,10}"
	"|yahoo mail:[^\\n]{0,80}"
	")[ \\t.!]*$";

static const char disclaimer[] =
	"[ \\t*]*(?:(?:this|the information (?:contained )?in this) (?:e-?mail|message|communication)[^\\n]{0,120}(?:confidential|privileged|intended)"
	"|confidentiality (?:notice|note)|disclaimer[: ]|haftungsausschluss|(?:diese|die in dieser) (?:e-?mail|nachricht)[^\\n]{0,100}(?:vertraulich|enthalten)"
	"|(?:ce|le présent) (?:message|courriel)[^\\n]{0,120}confidentiel|avis de confidentialité|"
	"(?:questo|il presente) (?:messaggio|e-?mail)[^\\n]{0,120}(?:riservat|confidenzial)|(?:este|el presente) (?:mensaje|correo)[^\\n]{0,120}confidencial"
	"|(?:esta|a presente) mensagem[^\\n]{0,120}confidencia|(?:dit|de inhoud van dit) (?:bericht|e-?mail)[^\\n]{0,120}vertrouwelijk"
	"|(?:ta|niniejsza) wiadomość[^\\n]{0,120}poufn|(?:detta|det här) (?:meddelande|mejl|e-post)[^\\n]{0,120}(?:konfidentiell|sekretess)"
	"|bu (?:e-?posta|mesaj|ileti)[^\\n]{0,120}gizli|(?:本|この)(?:電子)?メール[^\\n]{0,80}(?:機密|秘密)"
	"|(?:please )?consider the environment before|bitte (?:denken|prüfen) sie[^\\n]{0,60}(?:umwelt|ausdruck)"
	"|(?:this email has been checked|virus-free|virenfrei|diese e-mail wurde von avast)[^\\n]{0,80})";

/* Contact lines that end a business letter without a "-- ". A word alone is not enough: phones are bought, too. */
static const char contact[] =
	"[ \\t]*(?:(?:tel(?:efon|ephone)?|fon|phone|mob(?:il|ile|iltelefon)?|handy|cell|fax|telefax|móvil|cellulare|gsm)[ \\t]*[.:：/]{0,2}[ \\t]*"
	"\\(?[+(\\d][\\d ()/.-]{5,25}"
	"|(?:e-?mail|mail|web(?:site)?|internet|homepage)[ \\t]*[:：][ \\t]*\\S{4,80}"
	"|(?:ust\\.?-?id(?:-?nr)?\\.?|vat(?: no)?\\.?|steuernummer|st\\.?-?nr\\.?|amtsgericht|registergericht|geschäftsführ\\w*|handelsregister|"
	"company (?:no|reg)\\w*\\.?|registered (?:office|in)|siret|siren|p\\.? ?iva|kvk|btw|regon)[ \\t]*[:：.][^\\n]{2,90}"
	"|(?:https?://|www\\.)\\S{3,100}|[^\\s@]{1,60}@[^\\s@]{3,80}|\\+\\d[\\d ()/-]{6,20}"
	"|[^\\n]{0,80}\\b(?:HRB?[ -]?\\d{3,}|(?:GmbH|AG|KG|UG|Ltd|B\\.V\\.|S\\.?r\\.?l\\.?)\\b[^\\n]{0,60}(?:Sitz|registered|HRB))[^\\n]{0,80})[ \\t]*$";

enum pattern { ATTRIBUTION, DIVIDER, FORWARD, OTHERS, SENDER_KEY, OTHER_KEY, SENT_KEY, FOOTER, DISCLAIMER, CONTACT, PATTERNS };

static const struct regex *pattern(enum pattern which)
{
	static const char *const texts[PATTERNS] = { attribution, divider, forward, others, sender_key, other_key, sent_key,
		footer, disclaimer, contact };
	static struct regex *compiled[PATTERNS];	/* constants, built at first use */

	if (!compiled[which]) {
		g_autoptr(GError) error = NULL;

		compiled[which] = regex_new(texts[which], REGEX_CASELESS | REGEX_LINES | REGEX_HERE, &error);
		if (!compiled[which])
			g_error("%s", error->message);
	}
	return compiled[which];
}

struct text {
	const char *text;
	GArray *lines;
};

static struct line *line_at(const struct text *text, guint i)
{
	return &g_array_index(text->lines, struct line, i);
}

static bool blank(const struct text *text, guint i)
{
	for (gsize p = line_at(text, i)->start; p < line_at(text, i)->end; p++)
		if (!g_ascii_isspace(text->text[p]))
			return false;
	return true;
}

static bool quoted(const struct text *text, guint i)
{
	gsize p = line_at(text, i)->start;

	while (p < line_at(text, i)->end && text->text[p] == ' ')
		p++;
	return p < line_at(text, i)->end && text->text[p] == '>';
}

/* A match that begins with line i and ends no later than line `last`. */
static bool match(const struct text *text, enum pattern which, guint i, guint last, struct regex_hit *hit)
{
	const struct line *from = line_at(text, i), *to = line_at(text, MIN(last, text->lines->len - 1));

	return to->end - from->start < LINE_CAP && regex_find(pattern(which), text->text, to->end, from->start, hit, NULL);
}

static bool line_is(const struct text *text, enum pattern which, guint i)
{
	struct regex_hit hit;

	return line_at(text, i)->end > line_at(text, i)->start && match(text, which, i, i, &hit);
}

static guint next_text(const struct text *text, guint i)
{
	while (i < text->lines->len && blank(text, i))
		i++;
	return i;
}

static void drop(const struct text *text, guint from, guint to)
{
	for (guint i = from; i < MIN(to, text->lines->len); i++)
		line_at(text, i)->keep = false;
}

/* Attribution over up to four lines. Gives the number of lines that it takes, 0 for none; `rest` is where the
 * text behind its colon begins. */
static guint attribution_at(const struct text *text, guint i, gsize *rest)
{
	g_autoptr(GString) joined = NULL;
	struct regex_hit hit;

	if (blank(text, i) || quoted(text, i))
		return 0;
	if (match(text, ATTRIBUTION, i, i, &hit)) {
		*rest = hit.end[0];
		return 1;
	}
	joined = g_string_new(NULL);
	for (guint n = 0; n < ATTRIBUTION_LINES && i + n < text->lines->len && !blank(text, i + n); n++) {
		const struct line *line = line_at(text, i + n);

		/* An attribution that begins further down is not this line's. */
		if (line->end - line->start > 200 || (n && (quoted(text, i + n) || match(text, ATTRIBUTION, i + n, i + n, &hit))))
			return 0;
		if (n)
			g_string_append_c(joined, ' ');
		g_string_append_len(joined, text->text + line->start, (gssize) (line->end - line->start));
		/* Only a line that ends in the colon can end an attribution that was wrapped. */
		if (n && joined->len && (g_str_has_suffix(joined->str, ":") || g_str_has_suffix(joined->str, "：")) &&
		    regex_find(pattern(ATTRIBUTION), joined->str, joined->len, 0, &hit, NULL) && hit.end[0] + 1 >= joined->len) {
			*rest = line->end;
			return n + 1;
		}
	}
	return 0;
}

/* "From: / Sent: / To: / Subject:" in any order that programs use. */
static bool header_block(const struct text *text, guint i)
{
	guint seen = 0;

	if (!line_is(text, SENDER_KEY, i) && !line_is(text, SENT_KEY, i))
		return false;
	for (guint n = i + 1, looked = 0; n < text->lines->len && looked < 5; n++) {
		if (blank(text, n))
			continue;
		looked++;
		seen += line_is(text, OTHER_KEY, n) || line_is(text, SENDER_KEY, n);
	}
	return seen >= (line_is(text, SENT_KEY, i) && !line_is(text, SENDER_KEY, i) ? 2 : 1) ;
}

static bool signature_mark(const struct text *text, guint i)
{
	const struct line *line = line_at(text, i);
	gsize length = line->end - line->start;

	return length >= 2 && length <= 3 && memcmp(text->text + line->start, "--", 2) == 0 &&
		(length == 2 || text->text[line->start + 2] == ' ');
}

/* Lines of a signature until a quote begins or the text ends; 0 when there are too many to be one. */
static guint signature_length(const struct text *text, guint i)
{
	guint n = i + 1, words = 0;
	gsize rest;

	while (n < text->lines->len && !quoted(text, n) && !attribution_at(text, n, &rest)) {
		words += !blank(text, n);
		n++;
	}
	return words <= SIGNATURE_LINES ? n - i : 0;
}

/* Behind an attribution: marked quotes go one by one, unmarked ones to the end. */
static guint after_attribution(const struct text *text, guint i, guint lines, gsize rest)
{
	guint next = next_text(text, i + lines);
	gsize p = rest;

	while (p < line_at(text, i + lines - 1)->end && g_ascii_isspace(text->text[p]))
		p++;
	if (p >= line_at(text, i + lines - 1)->end && next < text->lines->len && quoted(text, next)) {
		drop(text, i, i + lines);
		return i + lines;
	}
	drop(text, i, text->lines->len);
	return text->lines->len;
}

static bool kept_above(const struct text *text, guint i)
{
	while (i-- > 0)
		if (line_at(text, i)->keep && !blank(text, i))
			return true;
	return false;
}

static guint step(const struct text *text, guint i, struct history *history)
{
	guint lines;
	gsize rest;

	if (quoted(text, i)) {
		if (line_is(text, FORWARD, i))
			history->forwarded = true;
		drop(text, i, i + 1);
		return i + 1;
	}
	if (blank(text, i))
		return i + 1;
	if (line_is(text, FORWARD, i)) {
		history->forwarded = true;
		drop(text, i, text->lines->len);
		return text->lines->len;
	}
	if (line_is(text, DIVIDER, i) || line_is(text, OTHERS, i) || header_block(text, i)) {
		drop(text, i, text->lines->len);
		return text->lines->len;
	}
	lines = attribution_at(text, i, &rest);
	if (lines)
		return after_attribution(text, i, lines, rest);
	if (signature_mark(text, i) && kept_above(text, i)) {
		lines = signature_length(text, i);
		drop(text, i, i + MAX(lines, 1));
		return i + MAX(lines, 1);
	}
	if (line_is(text, DISCLAIMER, i) && kept_above(text, i)) {
		drop(text, i, text->lines->len);
		return text->lines->len;
	}
	if (line_is(text, FOOTER, i))
		line_at(text, i)->keep = false;
	return i + 1;
}

/* Rows of dashes that stood above what was cut. */
static void drop_rules(const struct text *text)
{
	for (guint i = 0; i < text->lines->len; i++) {
		const struct line *line = line_at(text, i);
		gsize p = line->start;

		while (p < line->end && strchr("-_=* ", text->text[p]))
			p++;
		if (p == line->end && line->end - line->start >= 5)
			line_at(text, i)->keep = false;
	}
}

/* From the end up, as long as they are contact lines and something stands above. */
static void drop_contacts(const struct text *text)
{
	for (guint i = text->lines->len; i-- > 0;) {
		struct line *line = line_at(text, i);

		if (!line->keep || blank(text, i))
			continue;
		if (!line_is(text, CONTACT, i) || !kept_above(text, i))
			return;
		line->keep = false;
	}
}

void history_mark(const char *text, GArray *lines, struct history *history)
{
	const struct text whole = { text, lines };

	for (guint i = 0; i < lines->len;)
		i = line_at(&whole, i)->keep ? step(&whole, i, history) : i + 1;
	drop_rules(&whole);
	drop_contacts(&whole);
}
