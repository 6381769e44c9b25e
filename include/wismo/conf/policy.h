/* Reads the policy folder of the overlay, in the order of file names; wismo-policy(5). WISMO_HALT with file:line. */
#ifndef WISMO_CONF_POLICY_H
#define WISMO_CONF_POLICY_H

#include "wismo/conf/overlay.h"
#include "wismo/core/policy.h"
#include "wismo/core/render.h"

/* `replies` (may be NULL): every reply that a rule names must exist there. Owned; proven. */
struct policy *policy_load(const struct overlay *overlay, const struct replies *replies, GError **error);

#endif
