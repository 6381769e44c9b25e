/* The headers of a mail; for mime.c. */
#ifndef WISMO_MAIL_MIME_HEAD_P_H
#define WISMO_MAIL_MIME_HEAD_P_H

#include "wismo/model/letter.h"

#include <gmime/gmime.h>

/* Fills all that a letter tells of its headers. */
void mime_head_read(struct letter *letter, GMimeHeaderList *headers);

#endif
