/* A carrier's answer for a person and for a script: `wismo track --ask` and `wismo carrier try`. */
#ifndef WISMO_CMD_ANSWER_P_H
#define WISMO_CMD_ANSWER_P_H

#include "wismo/model/tracking.h"

#include <jansson.h>

/* Its events, oldest first; NULL gives the empty list. New. */
json_t *answer_events(const struct tracking *tracking);

/* Status, when, promised day, then every event, each line behind two blanks. Carriers' texts lose their control characters. */
void answer_print(const struct tracking *tracking, const char *title);

#endif
