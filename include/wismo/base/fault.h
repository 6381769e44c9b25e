/* Fault points: named places at which the crash tests kill the program.
 * In the product fault_point() is an empty function (src/base/fault_none.c); the crash tests link
 * tests/lib/fault_kill.c in its place. Put one before and after every durable step, named
 * "<stage>.<step>", e.g. "send.handed_over.committed". */
#ifndef WISMO_BASE_FAULT_H
#define WISMO_BASE_FAULT_H

void fault_point(const char *name);

#endif
