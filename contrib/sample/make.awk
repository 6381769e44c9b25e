# mails.txt -> one file each below the Maildir `into`/new; `now`: seconds since 1970.
function day(n) { return strftime(lang == "de" ? "%d.%m.%Y" : "%Y-%m-%d", now + n * 86400) }
function fill(text,   n) {
	while (match(text, /@[-+][0-9]+d@/)) {
		n = substr(text, RSTART + 1, RLENGTH - 3)
		text = substr(text, 1, RSTART - 1) day(n) substr(text, RSTART + RLENGTH)
	}
	return text
}
function slug(text) { text = tolower(text); gsub(/[^a-z0-9]+/, ".", text); return text }
function flush(   file, at, from, head, top, end, alias) {
	if (!count) return
	at = now - hours * 3600
	file = sprintf("%s/new/%d.demo%03d.example", into, at, count)
	head = ""; top = ""; end = ""
	if (channel == "amazon") {
		alias = slug(buyer)
		gsub(/\./, "x", alias)
		from = sprintf("%s%02d@marketplace.amazon.%s", substr(alias "qwxyz", 1, 8), count, lang == "de" ? "de" : "co.uk")
		head = "X-Space-Notification-Type: BBC_MESSAGE_SENT_TO_MERCHANT\nReturn-Path: <no-reply@marketplace.amazon." (lang == "de" ? "de" : "co.uk") ">\n"
		subject = subject (lang == "de" ? " (Bestellung: " : " (Order: ") order ")"
		top = (lang == "de" ? "Sie haben eine Nachricht erhalten.\n\n# " : "You have received a message.\n\n# ") order ":\n\n------------- " (lang == "de" ? "Nachricht" : "Message") ": -------------\n\n"
		end = "\n------------- " (lang == "de" ? "Nachricht Ende" : "End message") " -------------\n"
	} else if (channel == "ebay") {
		from = slug(buyer) "@members.ebay." (lang == "de" ? "de" : "co.uk")
		end = "\n" (lang == "de" ? "Bestellnummer: " : "Order number: ") order "\n"
	} else {
		from = slug(buyer) "@example.net"
		if (channel == "machine") {
			head = "Auto-Submitted: auto-generated\nPrecedence: bulk\n"
			if (buyer == "mailer-daemon") head = "Return-Path: <>\nAuto-Submitted: auto-replied\n"
		}
	}
	printf "%sFrom: \"%s\" <%s>\nTo: <shop@example.com>\nSubject: %s\nDate: %s\nMessage-ID: <demo%d.%d@example.net>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n%s%s%s", \
		head, buyer, from, subject, strftime("%a, %d %b %Y %H:%M:%S +0000", at, 1), count, at, top, body, end > file
	close(file)
	printf "%d %s\n", at, file
}
/^#/ { next }
/^% / {
	flush()
	split(substr($0, 3), f, / \| /)
	channel = f[1]; lang = f[2]; order = f[3]; buyer = f[4]; hours = f[5]; subject = f[6]; body = ""; count++
	next
}
{ body = body fill($0) "\n" }
END { flush() }
