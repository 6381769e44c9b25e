/* The one place that decides whether a machine may answer a mail, and says why not in words. */
#ifndef WISMO_CORE_ANSWERABLE_H
#define WISMO_CORE_ANSWERABLE_H

#include "wismo/core/buyertext.h"
#include "wismo/core/machine.h"

struct answerable_input {
	const struct account *account;	/* NULL: no configuration */
	const struct letter *letter;
	const struct sighting *sighting;
	const struct buyertext *text;
	const char *machine_why;	/* NULL: a person wrote it */
	const char *never;		/* never-by-machine evidence, in words; NULL: none */
	enum auth auth;
	double min_confidence;		/* 0..1 */
};

/* Sets reading->answerable and reading->why_not from the rest of the reading. */
void answerable_decide(const struct answerable_input *input, struct reading *reading);

#endif
