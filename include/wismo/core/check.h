/* Check digits of tracking numbers. A rule is named in a carrier file and judges the part of a number that the form
 * marks, in upper case letters and digits, its last sign being the check digit. */
#ifndef WISMO_CORE_CHECK_H
#define WISMO_CORE_CHECK_H

#include <stdbool.h>

/* NULL: no rule of that name. */
struct check_rule;
const struct check_rule *check_find(const char *name);
const char *check_name(const struct check_rule *rule);
bool check_ok(const struct check_rule *rule, const char *number);

/* For messages and tests: the n-th rule, NULL past the end. */
const struct check_rule *check_nth(unsigned n);

#endif
