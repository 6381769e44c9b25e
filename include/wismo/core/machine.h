/* Did a machine write this? Machines are never answered: RFC 3834, RFC 5230 4.5 to 4.7, bounces, lists,
 * no-reply names, absence notes in eleven languages, our own addresses, loops. */
#ifndef WISMO_CORE_MACHINE_H
#define WISMO_CORE_MACHINE_H

#include "wismo/core/channel.h"
#include "wismo/model/account.h"
#include "wismo/model/letter.h"

/* Why a machine wrote it, in words (static); NULL when a person did. `account` may be NULL.
 * A buyer's message that a channel file recognised is a person's, whatever relay it came through, unless
 * the words themselves are an absence note. */
const char *machine_why(const struct letter *letter, const struct account *account, const struct sighting *sighting,
			const char *own_text);

/* One of the account's own addresses. */
bool machine_is_own(const struct account *account, const char *address);

/* True when two addresses are the same mailbox: case folded, +tag removed. */
bool machine_same_address(const char *one, const char *other);

/* What our own server says about the sender (RFC 8601). Only the topmost Authentication-Results counts,
 * and only from a server named in account->authserv_ids; without such names an explicit failure still
 * counts, because a failure can only make us more careful. */
enum auth { AUTH_UNKNOWN, AUTH_PASS, AUTH_FAIL };
enum auth machine_auth(const struct letter *letter, const struct account *account);

#endif
