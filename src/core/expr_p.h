/* Our own functions of expressions. */
#ifndef WISMO_CORE_EXPR_P_H
#define WISMO_CORE_EXPR_P_H

#include <sqlite3.h>

/* regexp_like, regexp_extract, time_parse; see wismo/core/expr.h. */
void expr_functions_install(sqlite3 *db);

#endif
