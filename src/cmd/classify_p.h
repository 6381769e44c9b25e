/* The reading shown to a person; `wismo classify --explain` and `wismo explain FILE`. */
#ifndef WISMO_CMD_CLASSIFY_P_H
#define WISMO_CMD_CLASSIFY_P_H

#include "wismo/core/buyertext.h"
#include "wismo/model/letter.h"
#include "wismo/model/reading.h"

#include <stdbool.h>

/* Prints the whole text; "|" stands before what counts as the buyer's words, evidence is marked and numbered. */
void classify_explain(const struct letter *letter, const struct reading *reading, const struct buyertext *text, bool colour);

#endif
