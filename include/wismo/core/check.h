/* Check digits of tracking numbers. A rule is named in a carrier file and judges a number in normal form
 * (upper case letters and digits only). The rules and their sources stand in one table in check.c. */
#ifndef WISMO_CORE_CHECK_H
#define WISMO_CORE_CHECK_H

#include <stdbool.h>

/* NULL: no rule of that name. */
struct check_rule;
const struct check_rule *check_find(const char *name);
const char *check_name(const struct check_rule *rule);
bool check_ok(const struct check_rule *rule, const char *number);

/* For man pages and messages: the n-th rule, NULL past the end. */
const struct check_rule *check_nth(unsigned n);
const char *check_summary(const struct check_rule *rule);

#endif
