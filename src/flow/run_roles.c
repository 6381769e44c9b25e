/* Who runs which stage. */
#include "run_p.h"

const struct run_role run_roles[RUN_ROLES] = {
	{ "inbox", ROLE_INBOX, { NULL } },
	{ "mind", ROLE_MIND, { understand_step, decide_step, alarm_step } },
	{ "tracker", ROLE_TRACKER, { track_step } },
	{ "mailer", ROLE_MAILER, { send_step } },
	{ "runner", ROLE_RUNNER, { act_step } },
};
