/* A compiled template: what src/core/template.c makes and template_render.c walks. */
#ifndef WISMO_CORE_TEMPLATE_P_H
#define WISMO_CORE_TEMPLATE_P_H

#include "wismo/core/template.h"

#define TEMPLATE_DEPTH_MOST 32

enum kind { NODE_TEXT, NODE_VALUE, NODE_RAW, NODE_SECTION, NODE_INVERTED, NODE_PARTIAL };

struct node {
	enum kind kind;
	char *text;		/* the literal text, or the name */
	int line;
	char *indent;		/* of a standalone partial; NULL: none */
	GPtrArray *children;	/* of sections */
};

struct template {
	char *name;
	GPtrArray *nodes;
};

#endif
