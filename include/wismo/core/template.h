/* Mustache (mustache(5), the public specification): variables, sections, inverted sections, comments, set
 * delimiters, partials, dotted names, standalone lines. No lambdas. One pass: values are never read as template again.
 * Two ways:
 *	TEMPLATE_SPEC	as the specification says: {{x}} escapes HTML, what is missing is empty
 *	TEMPLATE_REPLY	for mail: plain text, nothing is escaped; a variable that is missing, null or empty is an
 *			error (a section may test it first)
 * Bounds: nesting 32, output 256 KB. */
#ifndef WISMO_CORE_TEMPLATE_H
#define WISMO_CORE_TEMPLATE_H

#include "wismo/base/scope.h"

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

struct template;
enum template_way { TEMPLATE_SPEC, TEMPLATE_REPLY };

/* Compiles; WISMO_HALT with `name:line: ...`. `line` is the number of the text's first line in its file. */
struct template *template_new(const char *name, int line, const char *text, GError **error);
void template_free(struct template *template);

/* A partial's template by name, borrowed; NULL: there is none. */
typedef const struct template *template_partial(const char *name, void *user);

/* Renders with `view` (an object). Owned text; NULL with WISMO_PARK naming template, line and variable. */
char *template_render(const struct template *template, enum template_way way, const json_t *view,
		      template_partial *partial, void *user, GError **error);

SCOPE(template, template_free)

#endif
