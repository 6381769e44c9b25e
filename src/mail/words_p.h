/* RFC 2047 encoded words. */
#ifndef WISMO_MAIL_WORDS_P_H
#define WISMO_MAIL_WORDS_P_H

/* `text`: unfolded UTF-8. Decodes every encoded word, wherever it stands. Owned. */
char *words_decode(const char *text);

#endif
