/* wismo check: its lines, and the parts of it. */
#ifndef WISMO_CMD_CHECK_P_H
#define WISMO_CMD_CHECK_P_H

#include "wismo/cmd/command.h"
#include "wismo/conf/rulebook.h"
#include "wismo/core/carrier.h"

#include <stdbool.h>

enum grade { GRADE_OK, GRADE_WARN, GRADE_FAIL };

struct checks {
	bool json;
	enum grade worst;
};

/* One line: what was tried (a stable id), what came back, what to do (NULL: nothing). */
void check_tell(struct checks *checks, enum grade grade, const char *id, const char *said, const char *mend);

void check_clock(struct checks *checks, const struct settings *settings);
void check_carriers(struct checks *checks, const struct settings *settings, const struct carriers *carriers);
void check_disk(struct checks *checks, const struct settings *settings);
void check_confinement(struct checks *checks, const struct settings *settings);
void check_languages(struct checks *checks, struct store *store, const struct rulebook *book);
void check_names(struct checks *checks, const struct settings *settings, const struct rulebook *book);
/* `offline`: no program is run for a secret. */
void check_places(struct checks *checks, const struct settings *settings, bool offline);

#endif
