/* Confinement of the worker that parses hostile bytes: no network, no programs, no files but one folder. */
#ifndef WISMO_BASE_CONFINE_H
#define WISMO_BASE_CONFINE_H

#include <glib.h>

/* For good, for this process and its children. `folder`: may be read and written below; besides it only time zones
 * and character set modules may be read. Gives what could be had, in words for the log ("seccomp, landlock"; a missing
 * one is told with its reason); the rest of the program works either way. Owned. */
char *confine_parser(const char *folder);

/* No core dumps with buyers' mail, no ptrace by others of the same user. */
void confine_privacy(void);

#endif
