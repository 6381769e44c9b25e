#!/bin/sh
# The whole path on real servers: Dovecot (IMAPS) in, Postfix (STARTTLS, then implicit TLS) out, the agent running with all
# its workers, carrier answers recorded. TAP.
src=${WISMO_TEST_SRC:-.}
wismo=${WISMO_TEST_BUILD:-.}/wismo
dir=$(mktemp -d) || exit 1
agent=
finish() {
	[ -z "$agent" ] || kill "$agent" 2>/dev/null
	[ -z "$agent" ] || wait "$agent" 2>/dev/null
	sh "$src/tests/lib/dovecot.sh" stop "$dir/in" 2>/dev/null
	sh "$src/tests/lib/postfix.sh" stop "$dir/out" 2>/dev/null
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM
mkdir "$dir/in" "$dir/out"
chmod 755 "$dir"
sh "$src/tests/lib/dovecot.sh" start "$dir/in" || { echo "1..0 # SKIP no Dovecot here"; exit 0; }
sh "$src/tests/lib/postfix.sh" start "$dir/out" "$dir/in/certs" || { echo "1..0 # SKIP no Postfix here (it wants root)"; exit 0; }
echo 1..11
n=0
ok() { n=$((n + 1)); if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; [ -z "$3" ] || echo "# $3"; fi; }
. "$dir/in/ports"
port=$(cat "$dir/out/port")
printf 'secret\n' >"$dir/password"
chmod 600 "$dir/password"
mkdir -p "$dir/recorded" "$dir/state"
day() { date -u -d "$1 days" +%Y-%m-%d; }
cat >"$dir/recorded/00340434161094015902.json" <<END
{"shipments":[{"id":"00340434161094015902","service":"parcel-de","status":{"timestamp":"$(day -1)T10:00:00","statusCode":"transit","status":"NB","description":"Die Sendung wurde bearbeitet"},
"events":[{"timestamp":"$(day -1)T10:00:00","statusCode":"transit","status":"NB","description":"Die Sendung wurde bearbeitet"}]}]}
END
cat >"$dir/orders.csv" <<END
order-id;buyer-name;purchase-date;latest-delivery-date;sku;product-name;quantity-purchased;item-price;currency
302-1234567-1234567;Anna Schmidt;$(day -5);$(day 2);TEE-1;Teekanne;1;19,90;EUR
302-7654321-7654321;Bernd Weber;$(day -5);$(day 2);TEE-1;Teekanne;1;19,90;EUR
END
cat >"$dir/shipments.csv" <<END
order-id;carrier-name;tracking-number;ship-date
302-1234567-1234567;DHL;00340434161094015902;$(day -4)
302-7654321-7654321;DHL;00340434161094015902;$(day -4)
END
conf() { # $1: outgoing
	cat >"$dir/wismo.conf" <<END
mode = "auto"
state_dir = "$dir/state"
shop_name = "Beispielladen"
account "main" {
	source = "imaps://127.0.0.1:$IMAPS"
	user = "seller"
	password_file = "$dir/password"
	ca_file = "$dir/in/certs/ca.pem"
	outgoing = "$1"
	# Postfix here offers no sign-in: none is tried.
	from = "shop@example.com"
	sent_folder = "Sent"
	start = "all"
}
carrier "dhl" { recorded = "$dir/recorded" }
END
	chmod 600 "$dir/wismo.conf"
}
deliver() { # $1: name, $2: text, $3: order, $4: buyer
	mkdir -p "$dir/in/mail/seller/new" "$dir/in/mail/seller/cur" "$dir/in/mail/seller/tmp" "$dir/in/mail/seller/.Sent/cur"
	cat >"$dir/in/mail/seller/tmp/$1" <<END
From: "Anna Schmidt" <${4:-abc123def456gh}@marketplace.amazon.de>
To: shop@example.com
Subject: Paket nicht angekommen (Bestellung: ${3:-302-1234567-1234567})
Date: $(date -R)
Message-ID: <$1@amazonses.example>
X-Space-Notification-Type: BBC_MESSAGE_SENT_TO_MERCHANT
Content-Type: text/plain; charset=utf-8

$2
END
	chown -R "$(cat "$dir/in/owner")" "$dir/in/mail/seller"
	mv "$dir/in/mail/seller/tmp/$1" "$dir/in/mail/seller/new/$1"
}
# Waits until the command gives the wanted number; a busy machine may take a minute.
until_is() { i=0; while [ "$(sh -c "$2" 2>/dev/null)" != "$1" ]; do i=$((i + 1)); [ $i -lt 600 ] || return 1; sleep 0.1; done; }
sink() { find "$dir/out/mail/new" -type f 2>/dev/null | wc -l | tr -d ' '; }
export WISMO_CONFIG="$dir/wismo.conf"
conf "smtp+starttls://127.0.0.1:$port"
"$wismo" init --yes >"$dir/init.log" 2>&1 || "$wismo" check >>"$dir/init.log" 2>&1
"$wismo" import orders "$dir/orders.csv" >"$dir/log" 2>&1 && "$wismo" import shipments "$dir/shipments.csv" >>"$dir/log" 2>&1
ok $? "lists are imported" "$(cat "$dir/init.log" "$dir/log" | tail -n 3 | tr '\n' ' ')"
missing='Guten Tag, mein Paket ist noch nicht angekommen. Die Sendungsverfolgung bewegt sich seit gestern nicht. Wo ist es?'
deliver one "$missing"
"$wismo" run >"$dir/agent.log" 2>&1 &
agent=$!
until_is 1 "find $dir/out/mail/new -type f | wc -l"
ok $? "a buyer's mail is answered through Dovecot and Postfix" "$(tail -n 5 "$dir/agent.log" | tr '\n' ' ') $("$wismo" replies | tr '\n' ' ')"
mail=$(find "$dir/out/mail/new" -type f | head -1)
grep -qi '^In-Reply-To: <one@amazonses.example>' "${mail:-/dev/null}" && grep -qi '^Subject: Re: Paket nicht angekommen' "$mail"
ok $? "in the buyer's thread" "$(head -20 "${mail:-/dev/null}" | tr '\n' ' ')"
until_is 1 "grep -l wismo. -r $dir/in/mail/seller/.Sent/ | wc -l"
ok $? "a copy lies in Sent"
until_is 1 "find $dir/in/mail/seller/cur -name 'one*:2,*R*' | wc -l"
ok $? "the buyer's mail is marked as answered"
deliver two 'Hallo, bitte schicken Sie mir eine Rechnung. Danke'
until_is 2 "$wismo mails --json | grep -c intent"
ok $? "news are noticed while the agent runs" "$(tail -n 3 "$dir/agent.log" | tr '\n' ' ')"
sleep 1
[ "$(sink)" = 1 ]
ok $? "what is not about a parcel is not answered"
kill "$agent"
wait "$agent"
code=$?
agent=
ok $code "the agent ends when told to"
conf "smtps://127.0.0.1:$((port + 1))"
deliver three "$missing" 302-7654321-7654321 bcd234efg567hi
"$wismo" run --once >"$dir/once.log" 2>&1
until_is 2 "find $dir/out/mail/new -type f | wc -l"
ok $? "a new mail is answered over implicit TLS" "$(tail -n 3 "$dir/once.log" | tr '\n' ' ') $("$wismo" replies | tr '\n' ' ')"
[ "$(grep -l 'with ESMTPS id' -r "$dir/out/mail/new" | wc -l)" = 2 ] && grep -lq '^To: .*bcd234efg567hi@' -r "$dir/out/mail/new"
ok $? "Postfix had both mails over TLS" "$(grep -h '^Received' -A 2 -r "$dir/out/mail/new" | tr '\n' ' ')"
"$wismo" run --once >"$dir/once.log" 2>&1
[ $? = 0 ] && [ "$(sink)" = 2 ] && [ "$(find "$dir/in/mail/seller/.Sent" -type f -name '*:2,*' | wc -l)" = 2 ]
ok $? "nothing is sent or filed again" "$(sink) $(tail -n 3 "$dir/once.log" | tr '\n' ' ')"
