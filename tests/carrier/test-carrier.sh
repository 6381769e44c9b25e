#!/bin/sh
# Carrier files are proven, wrong ones are refused with file:line, recorded answers are mapped and said to be recorded.
wismo=$WISMO_TEST_BUILD/wismo
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
n=0; bad=0
is() { n=$((n + 1)); if [ "$2" = "$3" ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; echo "# got: $2"; echo "# not: $3"; bad=1; fi; }
has() { n=$((n + 1)); case $2 in *"$3"*) echo "ok $n - $1";; *) echo "not ok $n - $1"; echo "# got: $2"; bad=1;; esac; }
WISMO_DATADIR=$WISMO_TEST_SRC/templates; export WISMO_DATADIR
echo 1..48
for f in "$WISMO_DATADIR"/carriers/*.conf; do "$wismo" carrier check "$f" >>"$dir/out" 2>&1 || echo "$f" >>"$dir/failed"; done
is "every shipped file proves itself" "$(cat "$dir/failed" 2>/dev/null)" ""
sed -n 's/^carrier "\([^"]*\)".*/\1/p' "$WISMO_DATADIR"/carriers/*.conf | sort > "$dir/have"
sed -n 's/^carrier "\([^"]*\)".*/\1/p' "$WISMO_DATADIR/import/columns.conf" | sort > "$dir/want"
is "imported lists name only carriers that have a file" "$(comm -13 "$dir/have" "$dir/want")" ""
out=$("$wismo" track --json 00340434161094015902); is "a right number" $? 0
has "is the carrier's first" "$out" '"candidates":[{"carrier":"dhl","format":"NVE","valid":true,"proven":true}'
out=$("$wismo" track --json '1z 5r8 939 0357 567 128'); is "a wrong check digit" $? 1
has "is listed and not valid" "$out" '[{"carrier":"ups","format":"1Z","valid":false,"proven":false}]'
out=$("$wismo" track --json SF1406050054884); has "a wrong digit by a rule that only proves says nothing" "$out" '"carrier":"sf_express","format":"SF","valid":true,"proven":false'
out=$("$wismo" track --json 8U37966676384); has "a wrong digit by a known rule is not valid, though that carrier never said so" "$out" '"carrier":"laposte",'
has "nor proven" "$(echo "$out" | grep -o '"carrier":"laposte"[^}]*')" '"valid":false,"proven":false'
sed 's/status = delivered at = /status = lost at = /' "$WISMO_DATADIR/carriers/dhl.conf" > "$dir/a.conf"
out=$("$wismo" carrier check "$dir/a.conf" 2>&1); is "a sample that does not come out" $? 2
# libconfuse tells the line at which a section ends.
has "is told with its line" "$out" "a.conf:$(awk '/sample "delivered" \{/ { in_it = 1 } in_it && /^\t\}/ { print NR; exit }' "$dir/a.conf"): sample \"delivered\": status is delivered, expected lost"
sed 's#https://api-eu.dhl.com/#https://127.0.0.1/#' "$WISMO_DATADIR/carriers/dhl.conf" > "$dir/b.conf"
out=$("$wismo" carrier check "$dir/b.conf" 2>&1); has "an address in place of a host is refused" "$out" "fixed host name"
sed "s/ELSE zone END)\"/ELSE date('now') END)\"/" "$WISMO_DATADIR/carriers/dhl.conf" > "$dir/c.conf"
out=$("$wismo" carrier check "$dir/c.conf" 2>&1); has "a clock in an expression is refused" "$out" "not authorized"
mkdir "$dir/recorded"
echo '{"shipments":[{"events":[{"timestamp":"2026-11-20T10:02:00","statusCode":"delivered","status":"ZU","description":"zugestellt"}]}]}' > "$dir/recorded/00340434161094015902.json"
printf 'state_dir = "%s"\ncarrier "dhl" { recorded = "%s" }\n' "$dir" "$dir/recorded" > "$dir/wismo.conf"
chmod 600 "$dir/wismo.conf"
out=$("$wismo" track --config "$dir/wismo.conf" --json --ask 00340434161094015902); is "a recorded answer" $? 0
has "is mapped" "$out" '"status":"delivered","status_at":"2026-11-20T09:02:00Z"'
has "and said to be recorded" "$out" '"recorded":true'
out=$("$wismo" track --config "$dir/wismo.conf" --json --ask 00340434292135100124); has "a number without a record is unknown" "$out" '"outcome":"unknown"'
out=$("$wismo" track --config "$dir/wismo.conf" --json --ask 1Z5R89390357567127); has "a carrier without a section is not asked, and that is told" "$out" '"outcome":null,"why":"the configuration has no credentials for this carrier"'
out=$("$wismo" track --config "$dir/wismo.conf" --ask 00340434161094015900); has "nor a number with a typing error" "$out" "not asked: the number's check digit is wrong"
echo '{"shipments":[{"estimatedTimeOfDelivery":"2026-11-21T18:00:00","events":[{"timestamp":"2026-11-20T10:02:00","statusCode":"transit","description":"Im \u001b[31mZiel"}]}]}' > "$dir/recorded/00340434292135100124.json"
out=$("$wismo" track --config "$dir/wismo.conf" --ask 00340434292135100124); has "a person sees the promised day" "$out" "expected until 2026-11-21T17:00:00Z"
has "and the events, without what speaks to the terminal" "$out" "Im [31mZiel"
out=$("$wismo" carrier try --config "$dir/wismo.conf" dhl 00340434292135100124); is "nor does try let it through" "$(printf %s "$out" | tr -dc '\033' | wc -c)" 0
out=$("$wismo" carrier try --json --config "$dir/wismo.conf" dhl 00340434292135100124 | tail -1); has "try speaks JSON" "$out" '{"step":"mapping","number":"00340434292135100124","carrier":"dhl","outcome":"ok","why":null,"status":"'
out=$("$wismo" carrier check --json "$WISMO_DATADIR/carriers/inpost.conf"); has "and so does check" "$out" '"carrier":"inpost","forms":1,"steps":1,'
# A server that the seller runs: named by the configuration, and by nothing else.
echo k > "$dir/key"; chmod 600 "$dir/key"
karrio() { printf 'state_dir = "%s"\ncarrier "karrio" { secret "key" { value_file = "%s" } %s }\n' "$dir" "$dir/key" "$1" > "$dir/wismo.conf"; "$wismo" carrier try --config "$dir/wismo.conf" karrio 1Z5R89390357567127 2>&1; }
out=$(karrio 'host = "karrio.example.com:8443" allow_loopback = true base = "https://127.0.0.1:9"')
has "the seller's own host is asked" "$out" "GET https://karrio.example.com:8443/v1/trackers/1Z5R89390357567127"
has "with a masked key" "$out" "Authorization: Token ***"
out=$(karrio ''); has "no host: said, not guessed" "$out" "the configuration names no host"
out=$(karrio 'host = "https://karrio.example.com/x"'); has "a host is a name and no URL" "$out" "wismo.conf:2: host = https://karrio.example.com/x: expected a name"
# What the last step needs is proven by the sample of the step that finds it.
sed 's/"urn":"urn:/"urn":"x:/' "$WISMO_DATADIR/carriers/evri.conf" > "$dir/e.conf"
out=$("$wismo" carrier check "$dir/e.conf" 2>&1); has "a value that a step does not find fails its sample" "$out" 'sample "found": outcome is pending'
# The manual's example, and one mistake each: what is told, and where. Of a section libconfuse tells the line at which it ends.
sed -n '/^\.SH EXAMPLE/,/^\.fi/p' "$WISMO_TEST_SRC/contrib/man/wismo-carriers.5" | grep -v '^\.' > "$dir/acme.conf"
"$wismo" carrier check "$dir/acme.conf" >/dev/null; is "the manual's example proves itself" $? 0
wrong() {
	sed "$2" "$dir/acme.conf" > "$dir/w.conf"
	case $3 in end) line=$(grep -c '' "$dir/w.conf");; *) line=$(grep -n -m1 "$3" "$dir/w.conf" | cut -d: -f1);; esac
	out=$("$wismo" carrier check "$dir/w.conf" 2>&1); has "$1" "$out" "w.conf:$line: $4"
}
wrong "a place that nothing fills in" 's/parcels\/{number}/parcels\/{numbr}/' 'step "ask"' 'step "ask": {numbr}: no such place'
wrong "a token without a section that gives it" 's/{secret:key}/{token}/' 'step "ask"' 'step "ask": {token}: there is no token section'
wrong "a credential that the file does not name" 's/{secret:key}/{basic:key:word}/' 'step "ask"' 'step "ask": {basic:key:word}: not named in `secrets`'
wrong "a value that no step before keeps" 's/{secret:key}/{keep:id}/' 'step "ask"' 'step "ask": {keep:id}: no step before'
wrong "an outcome's expression" 's/http = 404/http = = 404/' 'outcome "unknown"' 'when: near "="'
wrong "a name that no configuration could say" 's/carrier "acme"/carrier "Ac me"/' 'carrier "Ac me"' 'carrier "Ac me": a name has'
wrong "how likely ends at 9" 's/check = gs1/check = gs1 likely = 12/' 'number "14' 'number "14 digits": likely = 12: expected 0 to 9'
wrong "a zone that does not exist" 's#Europe/Paris#Europe/Pariss#' end 'zone = Europe/Pariss: no such time zone'
wrong "a limit below nothing" 's/second = 2/second = -2/' end 'limit: a number is negative'
wrong "a claim without its source" 's/^	sample "unknown"/	claim { lost_after_days = 14 checked = "2026-11-24" }\n&/' '	claim {' 'claim: source is missing'
wrong "a claim without its day" 's/^	sample "unknown"/	claim { lost_after_days = 14 source = "terms" }\n&/' '	claim {' 'claim: checked = nothing: expected the day'
wrong "an expression of the answer is told once, with its name" 's/time_parse(/tme_parse(/; /^	}/s/$/ # end/' '} # end' 'at: no such function: tme_parse'
out=$(sed 's/at = "2026-11-20T09:02:00Z"/at = "yesterday"/' "$dir/acme.conf" > "$dir/w.conf"; "$wismo" carrier check "$dir/w.conf" 2>&1)
has "a moment that is none" "$out" 'sample "delivered": at = yesterday: no time as in RFC 3339'
out=$(sed 's/at = "2026-11-20T09:02:00Z"/at = "2026-11-20T10:02:00Z"/' "$dir/acme.conf" > "$dir/w.conf"; "$wismo" carrier check "$dir/w.conf" 2>&1)
has "what was expected is said" "$out" 'sample "delivered": at is 2026-11-20T09:02:00Z, expected 2026-11-20T10:02:00Z'
: > "$dir/w.conf"; out=$("$wismo" carrier check "$dir/w.conf" 2>&1); is "a file without a carrier proves nothing" $? 2
has "and that is told" "$out" "w.conf: no carrier section"
sed 's#track/shipments?#track/{courier}?#' "$WISMO_DATADIR/carriers/dhl.conf" > "$dir/h.conf"
out=$("$wismo" carrier check "$dir/h.conf" 2>&1); has "who reaches nobody else has no {courier}" "$out" '`reaches` is missing'
for name in $(awk '/reaches = \{/ { p = 1 } p { print } p && /\}/ { p = 0 }' "$WISMO_DATADIR"/carriers/*.conf | grep -o '"[^"=]*=' | tr -d '" =' | sort -u); do
	grep -q "^carrier \"$name\"" "$WISMO_DATADIR"/carriers/*.conf || echo "$name"
done > "$dir/nobody"
is "aggregators reach only carriers that there are" "$(cat "$dir/nobody")" ""
exit $bad
