/* Where answers go: an account's SMTP server, or a Maildir. One interface, so that the sink is a first-class end. */
#ifndef WISMO_FLOW_OUTLET_H
#define WISMO_FLOW_OUTLET_H

#include "wismo/model/account.h"
#include "wismo/net/smtp.h"

struct outlet_result {
	enum smtp_outcome outcome;
	bool config_fault;	/* a person must mend the account */
	char *said;		/* one line; owned */
};

/* Hands one mail over. `hand_over` is called once, immediately before the last byte (Maildir: before the file
 * appears); when it gives false nothing leaves. Connections are kept from call to call, one an account. */
struct outlet_result outlet_send(const struct account *account, const char *message_id, const char *to, GBytes *wire,
				 smtp_hand_over *hand_over, void *user);

/* After a crash: true when the outlet can tell whether a mail is there (Maildir), and *there tells. */
bool outlet_knows(const struct account *account, const char *message_id, bool *there);

/* Ends the kept connections. */
void outlet_close_all(void);

/* Tests: time-outs of smtp_server for all outlets; 0: the RFC's. */
void outlet_set_waits(guint step_wait_s, guint answer_wait_s);

#endif
