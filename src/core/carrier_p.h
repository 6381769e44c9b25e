/* What the files of a carrier share. */
#ifndef WISMO_CORE_CARRIER_P_H
#define WISMO_CORE_CARRIER_P_H

#include "wismo/core/carrier.h"

#define LONGEST_NUMBER 40
#define LIKELY_LEAST 1		/* a guess: the digits that many have, or an observed rule that does not hold */

struct carrier_any {
	struct regex *forms;		/* NULL: not made yet, or it cannot be */
	GArray *names;			/* struct carrier_alias, by first byte, the longest first, then as their files stand */
	guint begins[257];		/* where names of a first byte begin, and end */
	guint carriers;			/* of how many */
};

struct carriers {
	GPtrArray *all;			/* struct carrier */
	struct carrier_any *any;	/* all forms and all names as one, made when first needed */
	struct carrier_words *words;
	struct carrier_shapes *shapes;
};

/* carrier_words.c: what the words around text[start, end) say; `text` is UTF-8. */
struct setting {
	bool near;		/* a word like "parcel" is the nearest one */
	bool direct;		/* such a word stands directly before */
	bool other;		/* a word like "customer number" is the nearest one */
	char *around;		/* the text before and after, without the number; owned by the caller */
};
struct carrier_words *carrier_words_new(void);
void carrier_words_free(struct carrier_words *words);
void carrier_words_around(const struct carrier_words *words, const char *text, gsize start, gsize end, struct setting *setting);

/* carrier_find.c: a stretch of letters and digits, and whether two of them may make one number. */
struct part {
	gsize start, end;
	bool word;		/* letters only, and too many */
	bool barred;		/* of an order number, a date, an account, an address */
	bool phone;		/* of a shape that phones have */
};
bool carrier_find_joined_ok(const char *text, const struct part *left, const struct part *right);

/* carrier_shapes.c: marks parts (struct part) of things that are none. An article: 13 digits and an EAN's check digit. */
struct carrier_shapes *carrier_shapes_new(void);
void carrier_shapes_free(struct carrier_shapes *shapes);
void carrier_shapes_mark(const struct carrier_shapes *shapes, const char *text, GArray *parts);
bool carrier_shapes_article_ok(const char *number);

/* Wide signs of Japanese and Chinese text and digits of all scripts as ASCII; others as they are. */
gunichar carrier_ascii(gunichar c);

/* What expressions over the whole answer, and over one event of it, may read (carrier_compile.c names them). */
enum answer_column { ANSWER_BODY, ANSWER_HTTP, ANSWER_STEP, ANSWER_NUMBER, ANSWER_COURIER, ANSWER_ZONE, ANSWER_RESULT };
enum event_column { EVENT_EVENT, EVENT_RESULT, EVENT_ZONE, EVENT_CODE, EVENT_TEXT, EVENT_COARSE };

/* Whether `own`, the number that an answer tells (or a JSON array of numbers; NULL: none told), is not `number`. */
bool carrier_other(const struct carrier *carrier, const char *own, const char *number);

/* Every {place} of the requests is one that something fills in (carrier_places.c); false with file:line. */
bool carrier_places_prove(const struct carrier *carrier, GError **error);

/* Compiles everything; false with file:line. */
bool carrier_compile(struct carrier *carrier, GError **error);

bool carrier_fail(const struct carrier *carrier, int line, GError **error, const char *format, ...) G_GNUC_PRINTF(4, 5);

#endif
