/* g_autoptr for our structs, which have no typedef:
 *	SCOPE(mail, mail_free)			in the header, after the prototypes
 *	scoped(mail) mail = mail_new();		freed when the scope ends */
#ifndef WISMO_BASE_SCOPE_H
#define WISMO_BASE_SCOPE_H

#define SCOPE(type, free_function) \
	static inline void scope_##type(struct type **pointer) \
	{ \
		if (*pointer) \
			free_function(*pointer); \
	}
#define scoped(type) __attribute__((cleanup(scope_##type))) struct type *

#endif
