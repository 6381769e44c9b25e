#!/bin/sh
# The command line as scripts use it: exit codes, --help everywhere, JSON Lines, one writer.
wismo=${WISMO_TEST_BUILD:-.}/wismo
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export WISMO_CONFIG="$dir/wismo.conf" HOME="$dir"
n=0
bad=0
check() {	# name, exit code expected, exit code, what must be in $dir/out (optional)
	n=$((n + 1))
	if [ "$2" = "$3" ] && { [ -z "${4:-}" ] || grep -q -- "$4" "$dir/out"; }; then echo "ok $n - $1"; else
		echo "not ok $n - $1 (exit $3, expected $2)"; sed 's/^/# /' "$dir/out" | head -5; bad=1
	fi
}
run() { "$wismo" "$@" >"$dir/out" 2>&1; }
json() { python3 -c 'import json,sys
for line in sys.stdin: json.loads(line)' <"$dir/out"; }
run; check 'alone and not set up: says how to' 2 $? 'next: wismo init'
run status; check 'status without configuration is a configuration error' 2 $? 'wismo init'
run frobnicate; check 'an unknown command is wrong usage' 2 $? 'no command'
run status --frobnicate; check 'an unknown option is wrong usage' 2 $? 'Try: wismo status --help'
run -c x status; check 'an option before the command is wrong usage' 2 $? 'wismo status --config FILE'
run --version; check 'version' 0 $? 'wismo [0-9]'
run --help; check 'help' 0 $? 'wismo(1)'
check 'it names the configuration' 0 $? 'WISMO_CONFIG'
commands=$("$wismo" --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
fails=
for c in $commands; do "$wismo" "$c" --help >"$dir/out" 2>&1 && grep -q -- '--config' "$dir/out" || fails="$fails $c"; done
echo "$fails" >"$dir/out"; check 'every command has --help' '' "$fails"
mkdir -p "$dir/in/new" "$dir/in/cur" "$dir/in/tmp"
printf 'From: Anna <anna@example.net>\nTo: shop@example.com\nSubject: Bestellung A-1001\nMessage-ID: <1@example.net>\n\nMein Paket ist nicht angekommen. Bestellnummer A-1001\n' >"$dir/in/new/1.a.b"
run init --address nonsense; check 'init wants an address' 2 $? 'mail address'
run init --address shop@example.com --source "maildir:$dir/in" --outgoing "maildir:$dir/out.d" --state-dir "$dir/state" --yes
check 'init writes and tells the next command' 0 $? 'next: wismo run --once'
check 'the configuration is private' 600 "$(stat -c %a "$WISMO_CONFIG")"
check 'the database is private' 600 "$(stat -c %a "$dir/state/wismo.db")"
(cd "$dir" && touch pw ca.pem && WISMO_CONFIG="$dir/paths.conf" "$wismo" init --address a@shop.example --password-file pw --ca-file ca.pem --state-dir "$dir/paths" --yes --offline >"$dir/out" 2>&1)
check 'files of options are meant from here' 2 "$(grep -c "\(password_file = \"$dir/pw\"\|ca_file = \"$dir/ca.pem\"\)" "$dir/paths.conf")"
offline() { WISMO_CONFIG="$dir/$1.conf" run init --address "$2" --state-dir "$dir/$1" --yes --offline; }
offline gmx shop@gmx.de; check 'init files copies' 1 "$(grep -c 'sent_folder = "Sent"' "$dir/gmx.conf")"
offline gmail shop@gmail.com; check 'init leaves them to a provider that does it by itself' 0 "$(grep -c sent_folder "$dir/gmail.conf")"
check 'which it knows' 1 "$(grep -c imap.gmail.com "$dir/gmail.conf")"
offline own shop@example.net; check 'without a network the servers are guessed' 1 "$(grep -c imaps://imap.example.net "$dir/own.conf")"
check 'and init says so' 0 0 '--offline asks nobody'
before=$(cksum <"$WISMO_CONFIG")
run init --yes; check 'init again keeps the configuration' 0 $? 'stays as it is'
check 'and every byte of it' "$before" "$(cksum <"$WISMO_CONFIG")"
run check; check 'check proves it' 0 $? 'source.main'
check 'the clock too' 0 0 '^[a-z]* *clock  *20[0-9-]* [0-9:]* '
check 'the sandbox, and JIT within it' 0 0 '^[a-z]* *jit '
token() { sed "s|source = .*|source = \"imaps://127.0.0.1:9\"\n\tuser = \"a\"\n\ttoken_command = \"$1\"|" "$WISMO_CONFIG" >"$dir/token.conf"
	run check --config "$dir/token.conf"; }
token 'echo ya29.abc-_def'; check 'a token command that works' 1 $? '^ok *token.main *a token of 13 characters'
token 'echo Please sign in again'; check 'one that wants something' 1 $? '^fail *token.main *what it prints is no access token'
token 'false'; check 'one that fails' 1 $? '^fail *token.main'
wrong() {	# name, what the configuration says besides, what check says
	{ sed "s|maildir:$dir/out.d|maildir:$dir/${out:-out.d}|; s|from = |${more:-}from = |" "$WISMO_CONFIG"; echo "$2"; } >"$dir/wrong.conf"
	run check --config "$dir/wrong.conf"; check "check tells $1" "${code:-1}" $? "$3"; code= more= out=; }
echo key >"$dir/open.key"; chmod 644 "$dir/open.key"
wrong 'a key that others can read' 'carrier "dhl" { secret "api_key" { value_file = "open.key" } }' '^fail *carrier.dhl.api_key.*chmod 600'
wrong 'a key that is not there' 'carrier "dhl" { secret "api_key" { value_file = "nosuch" } }' '^fail *carrier.dhl.api_key.*nosuch: No such file.*name a file'
wrong 'a carrier that is none' 'carrier "dhll" { }' '^fail *carrier.dhll.*did you mean carrier "dhl"'
wrong 'a hook without its program' 'hook "refund" { command = { "/bin/nosuch" } }' '^fail *hook.refund *.*/bin/nosuch: no such program'
chmod 600 "$dir/open.key"
code=0 wrong 'what is fine, too' 'carrier "dhl" { secret "api_key" { value_file = "open.key" } }
hook "refund" { command = { "true" } }' '^ok *carrier.dhl.api_key'
more='folders = { "INBOX", "Postfach" }\n\t' wrong 'a second folder that is not there' '' '^fail *source.main.*Postfach.*No such file'
more='lang = "english"\n\t' wrong 'a language of an account' '' '^fail *lang.main.*"english"'
code=0 out=Outt wrong 'a folder that will be made' '' '^warn *outgoing.main.*Outt: no such folder.*correct outgoing'
sed 's/^lang = .*//' "$WISMO_CONFIG" >"$dir/wrong.conf"; echo 'lang = "deutsch"' >>"$dir/wrong.conf"
run check --config "$dir/wrong.conf"; check 'check tells a language without answers' 1 $? '^fail *lang .*"deutsch"; expected one of .*de'
run check --json; check 'check as JSON' 0 $? '"id":"rules"'
json; check 'which is valid' 0 $?
printf 'order-id,sku\nA-1001,x\n,y\n' >"$dir/orders.csv"
run import orders "$dir/orders.csv"; check 'a bad line gives exit code 1 and its number' 1 $? 'orders.csv:3: order_no'
run import orders --json "$dir/orders.csv"; check 'import as JSON' 1 $? '"same":1'
json; check 'which is valid too' 0 $?
run import orders "$dir/none.csv"; check 'a missing list' 1 $?
# Wrong usage and wrong input under --json: the last line tells the error and has the exit code. A row is: exit code, words.
printf '{"a":' >"$dir/half.json"; printf '{{#a}}' >"$dir/half.txt"; printf 'carrier "x" {' >"$dir/half.conf"
while read -r code words; do
	# shellcheck disable=SC2086
	run $words --json; got=$?
	check "$words --json: the last line is the error, and has the exit code" "$code 0" "$got $(tail -1 "$dir/out" | python3 -c 'import json,sys; e=json.load(sys.stdin); print(0 if e["error"] and e["exit"] == int(sys.argv[1]) > 0 else 1)' $got 2>&1 | tail -1)"
done <<END
2 frobnicate
2 -c x status
2 status --frobnicate
2 reject r1
2 cases --state x
2 replies --state x
2 mails nonsense
2 cases nonsense
2 status nonsense
2 replies nonsense
2 run --once nonsense
2 backtest nonsense
2 classify
1 classify nosuch
1 show r99
2 show
2 explain
2 approve
2 close
2 edit
2 erase
2 erase anna@example.net
2 erase anna@example.net --confirm berta@example.net
2 import
1 import orders nosuch.csv
2 template
2 template frobnicate
2 template preview
1 template preview de/nosuch
1 template edit nosuch
2 template check nosuch.txt
2 template check $dir/half.txt
2 template render nosuch.txt
2 template render $dir/half.txt
2 template render --data nosuch.json $dir/half.txt
2 template render --data $dir/half.json $dir/half.txt
2 template list --data $dir/nosuch
2 policy
2 policy frobnicate
2 policy simulate tracking
2 policy simulate nosuch=1
2 policy simulate tracking=nosuch
2 policy check --data $dir/nosuch
2 carrier
2 carrier check
2 carrier check nosuch.conf
2 carrier check $dir/half.conf
2 carrier try dhl
1 carrier try nosuch 00340434161094015902
2 track
2 track --data $dir/nosuch 00340434161094015902
2 track --ask 00340434161094015902 --config $dir/nosuch.conf
2 init --address nonsense --config $dir/new.conf
2 completion zsh
2 report --config $dir/nosuch.conf
2 run --config $dir/nosuch.conf
2 backtest --data $dir/nosuch
END
printf 'order_no;sku;price;colour\nA-1002;x;24.90.00;red\n' >"$dir/price.csv"
run import orders "$dir/price.csv"; check 'an amount that makes no sense is bad, and told' 1 $? 'price.csv:2: .*24.90.00.*groups of three.*skipped'
check 'so are columns of no use' 0 0 'not used: colour'
printf 'order_no;tracking number;carrier\nA-1002;00340434161094015909;DHL\n' >"$dir/parcels.csv"
run import orders "$dir/parcels.csv"; check 'a list of shipments is no list of orders' 2 $? 'wismo import shipments'
run import shipments "$dir/parcels.csv"; check 'a wrong check digit is noted' 0 $? 'parcels.csv:2: note: number: .*check digit'
run import shipments --json "$dir/parcels.csv"; json; check 'and told in JSON' 0 $? '"noted":2'
printf 'order-id,sku\nS-1,x\n' >"$dir/nobody.csv"; run import orders "$dir/nobody.csv"
check 'a shop list without addresses is noted: its senders stay unproven' 0 $? 'nobody.csv:1: note: no column has the buyers. addresses'
printf 'order-id,sku\n302-1234567-1234567,x\n' >"$dir/nobody.csv"; run import orders "$dir/nobody.csv"
check 'no list of a marketplace: its relay vouches' 0 "$(grep -c 'no column' "$dir/out")"
run check --offline; check 'check names carriers that nobody asks' 0 $? '^warn *carrier.dhl *1 shipment, no carrier section'
check 'init wrote where their keys go' 1 "$(grep -c '^#carrier "dhl"' "$WISMO_CONFIG")"
printf '\ncarrier "dhl" { recorded = "%s" }\n' "$dir" >"$dir/more" && cat "$WISMO_CONFIG" "$dir/more" >"$dir/dhl.conf"
run check --offline --config "$dir/dhl.conf"; check 'and is content with a section' 0 "$(grep -c "^warn *carrier.dhl" "$dir/out")"
run import gifts "$dir/orders.csv"; check 'an unknown kind of list' 2 $? 'usage'
run run --once; check 'run --once ends' 0 $?
for c in status mails cases; do run $c --json; check "$c --json" 0 $?; json; check "$c prints JSON Lines" 0 $?; done
run show m1; check 'show a mail' 0 $?
run show m99; check 'show what is not there' 1 $? 'wismo show: there is no m99'
run show x1; check 'show nonsense' 1 $? '"x1" is no id, nor order number or buyer of a case; expected m34 for a mail, c12 for a case, r5 for a reply or t7 for a task'
for c in approve close done edit 'reject --reason x' export explain; do
	case $c in export|close) none=c99 ;; *) none=r99 ;; esac
	run $c $none; check "$c what is not there" 1 $? "wismo ${c%% *}: there is no $none"
	case $c in export | explain) wrong=1 ;; *) wrong=2 ;; esac
	run $c 7x; check "$c nonsense" $wrong $? "wismo ${c%% *}: \"7x\" is no id[;,].* expected "
done
# An instance that answers what lay there already: one draft.
sed "s|$dir/state|$dir/state2|; s|from = |start = \"all\"\n\tfrom = |" "$WISMO_CONFIG" >"$dir/edit.conf"
two() { WISMO_CONFIG="$dir/edit.conf" "$wismo" "$@" >"$dir/out" 2>&1; }
two init --yes --offline && two import orders --channel shop "$dir/orders.csv"
two run --once; two replies; check 'a draft' 0 $? '^r1 *draft'
two edit r1 --text 'Liebe Anna'; check 'edit --text wants a file' 2 $? 'expects a file that holds the text'
echo 'Guten Tag, ich sehe nach.' | two edit r1 --text -; check 'or standard input' 0 $? 'wismo approve r1'
two replies --json; check 'whose text then stands there' 0 $? 'ich sehe nach'
two show r1; check 'show a reply: whom it goes to' 0 $? '^  to  *anna@example.net$'
check 'in which state' 0 0 '^  state  *draft$'
check 'and its text as it would be sent' 0 "$(tail -2 "$dir/out" | grep -c 'Guten Tag, ich sehe nach.' | grep -qx 1; echo $?)"
two show c1; check 'show a case with local times' 0 $? '^  asked  *20[0-9-]* [0-9:]*$'
check 'and no JSON' 0 "$(grep -c '[{}]' "$dir/out")"
for c in 'show c1' 'show r1' 'show m1' 'export c1'; do two $c --json
	python3 - "$dir/out" <<-'END'; check "$c --json: moments, booleans and weights as scripts expect them" 0 $?
	import json, re, sys
	def look(name, value):
	    if isinstance(value, dict):
	        for key in value: look(key, value[key])
	    elif isinstance(value, list):
	        for one in value: look(name, one)
	    elif name.endswith("_at") or name == "at": assert value is None or re.fullmatch(r"20..-..-..T..:..:..Z", value), (name, value)
	    elif name in ("edited", "answerable", "cancelled", "by_marketplace", "order_known", "asked"): assert value is None or isinstance(value, bool), (name, value)
	    elif name == "weight": assert value == round(value, 2), value
	    assert name != "recipient" and value != ""
	lines = [json.loads(line) for line in open(sys.argv[1])]
	assert lines
	for line in lines: look("", line)
	END
done
two explain c1 --json; check 'explain --json has short weights' 0 "$(grep -c 'weight":[0-9-]*\.[0-9][0-9][0-9]' "$dir/out")"
printf 'B\377se\n' | two edit r1 --text -; check 'but UTF-8' 1 $? 'not UTF-8'
head -c 300000 /dev/zero | tr '\0' x | two edit r1 --text -; check 'and not without end' 1 $? 'longer than 256 KB'
sed "s|maildir:$dir/out.d|maildir:$dir/named.d|; s|$dir/state2|$dir/named|" "$dir/edit.conf" >"$dir/named.conf"
echo 'shop_name = "Messer, Gabel"' >>"$dir/named.conf"
named() { WISMO_CONFIG="$dir/named.conf" "$wismo" "$@" >"$dir/out" 2>&1; }
named init --yes --offline && named import orders --channel shop "$dir/orders.csv"
named run --once; named approve r1; named run --once
cat "$dir"/named.d/new/* >"$dir/out"; check 'the shop has its name on the answer' 0 $? '^From: "Messer, Gabel" <shop@example.com>'
# A case for a person is decided again when the files have changed, and only then.
sed "s|$dir/state|$dir/state3|; s|from = |start = \"all\"\n\tfrom = |" "$WISMO_CONFIG" >"$dir/three.conf"
three() { WISMO_CONFIG="$dir/three.conf" "$wismo" "$@" >"$dir/out" 2>&1; }
verdicts() { python3 -c "import sqlite3; print(sqlite3.connect('$dir/state3/wismo.db').execute('SELECT count(*) FROM verdicts').fetchone()[0])"; }
printf 'order_no;sku;item-price;order date;deliver by;email\nA-1001;x;9,90;20.01.2026;25.01.2026;anna@example.net\n' >"$dir/o3.csv"
printf 'order_no;tracking number;carrier;ship date\nA-1001;00340434161094015902;DHL;21.01.2026\n' >"$dir/p3.csv"
three init --yes --offline && three import orders --channel shop "$dir/o3.csv" && three import shipments "$dir/p3.csv" && three run --once
three cases; check 'the case tells who was not asked' 0 $? 'no carrier section for dhl'
was=$(verdicts); three run --once; check 'the same files decide nothing anew' "$was" "$(verdicts)"
cp "$dir/three.conf" "$dir/three.keep"; printf '\ncarrier "ups" { secret "client_id" { value_file = "token" } secret "client_secret" { value_file = "token" } }\n' >>"$dir/three.conf"
(umask 077 && echo old >"$dir/token"); three run --once; was=$(verdicts); three run --once; check 'nor does a secret that stays' "$was" "$(verdicts)"
(umask 077 && echo new >"$dir/token"); three run --once -v; check 'a secret that was replaced wakes what waits' 0 $? 'files changed: cases=1 '
cp "$dir/three.keep" "$dir/three.conf"; three run --once
mkdir "$dir/answers" && printf '{"shipments":[{"id":"00340434161094015902","status":{"timestamp":"2026-01-23T12:00:00","statusCode":"transit","description":"Die Sendung wurde im Paketzentrum bearbeitet."},"events":[{"timestamp":"2026-01-23T12:00:00","statusCode":"transit","description":"Die Sendung wurde im Paketzentrum bearbeitet."}]}]}' >"$dir/answers/00340434161094015902.json"
printf '\ncarrier "dhl" { recorded = "%s" }\n' "$dir/answers" >>"$dir/three.conf"
three run --once; three replies; check 'a section that was added is used at the next run' 0 $? '^r1 *draft'
three show c1 --json; check 'and the parcel was asked about' 0 $? '"status":"in_transit"'
cp -r "$dir/state3" "$dir/state5"; sed "s|$dir/state3|$dir/state5|" "$dir/three.conf" >"$dir/five.conf"
run approve r1 --config "$dir/five.conf"
check 'an answer that speaks of a trace names the task' 0 $? '^r1 is due; the trace that it speaks of waits: wismo approve t1$'
sed -i "s/^mode = .*/mode = \"observe\"/" "$dir/three.conf"; was=$(verdicts)
three run --once; check 'what a person does not wait for is left alone' "$was" "$(verdicts)"
three approve t1; check 'approve a task that no hook does: says what, and who does it' 0 $? '^t1 is approved (trace, order A-1001): do it yourself, then: wismo done t1$'
three status; check 'and status ends with it' 0 "$(tail -1 "$dir/out" | grep -q '^next: .*: wismo done t1$'; echo $?)"
three done t1; check 'done' 0 $? '^t1 is done (trace, order A-1001)$'
three status; check 'then status has forgotten it' 0 "$(grep -c 'wismo done' "$dir/out")"
# What a person listed is not what he approves when the amount has changed since.
sed -i "s/^mode = .*/mode = \"draft\"/" "$dir/three.conf"
for price in 19,90 29,90; do
	sed "s/9,90/$price/; s/deliver by/promised/" "$dir/o3.csv" >"$dir/o3b.csv"; three import orders --channel shop "$dir/o3b.csv" && three run --once
done
three approve t2; check 'a new amount is not approved unseen' 1 $? 'its amount changed at .*: refund of 29.90, order A-1001, line 1. If that is right: wismo approve t2@2$'
three approve t2@1; check 'nor an older version' 1 $? 't2 has changed: it is t2@2 now, refund of 29.90'
three approve t2@x; check 'a version is a number' 2 $? 'no id'
three tasks --json; check 'lists for scripts have the version' 0 $? '"id":"t2".*"version":2'
three approve t2@2 --json; check 'what was seen is approved, and told' 0 $? '"what":"refund of 29.90, order A-1001, line 1"'
printf '\nhook "refund" { export = "refunds" }\n' >>"$dir/three.conf"; three run --once
three status; check 'what a hook has done waits for its done' 0 $? '^next: your hook has these; .*: wismo done t2$'
# A start that comes too late is not passed over.
sed "s|from = |start = \"all\"\n\tfrom = |" "$WISMO_CONFIG" >"$dir/late.conf"
run run --once --config "$dir/late.conf"; check 'a start that comes too late is told' 0 $? '^warning account main: 1 mail received since .start. was archived before'
run run --once --config "$dir/late.conf"; check 'once' 0 "$(grep -c 'archived before' "$dir/out")"
run check --offline --config "$dir/late.conf"; check 'and by check' 0 $? '^warn *start.main *1 mail '
run check --offline; check 'which says nothing without it' 0 "$(grep -c start.main "$dir/out")"
sed 's|from = |folders = { "INBOX", "Postfach" }\n\tfrom = |' "$dir/edit.conf" >"$dir/typo.conf"
two run --once --config "$dir/typo.conf"; two status --config "$dir/typo.conf"; check 'a folder that is not there is told' 0 $? 'Postfach.*No such file'
two status; check 'and not once it is no longer named' 0 "$(grep -c Postfach "$dir/out")"
EDITOR=true two template edit de/in_transit; check 'template edit without a change' 0 $? 'nothing has changed'
check 'leaves nothing behind' no "$([ -e "$dir/replies" ] && echo yes || echo no)"
EDITOR=false two template edit de/in_transit; check 'nor does an editor that fails' 2no "$?$([ -e "$dir/replies" ] && echo yes || echo no)"
# A template that does not prove itself never replaces the one that does.
printf '#!/bin/sh\nsed -i "s/{{no_such_thing}}//; \$a\\\\$WORDS" "$1"\n' >"$dir/editor"; chmod +x "$dir/editor"
EDITOR="$dir/editor" WORDS='{{no_such_thing}}' two template edit de/in_transit; check 'a template that does not render is refused' 2 $? 'Your text is kept'
two template preview de/in_transit; check 'and the old one counts' 0 $?
EDITOR="$dir/editor" WORDS='Gute Reise.' two template edit de/in_transit; check 'the kept text is gone on with' 0 $? 'fine. See it'
two template preview de/in_transit; check 'and counts then' 0 $? 'Gute Reise'
EDITOR="$dir/editor" WORDS='Ihr Team' two template edit de/closing; check 'parts are edited as well' 0 $? '_closing.txt: fine'
two template preview de/overdue; check 'and count in all that have them' 0 $? 'Ihr Team'
# What came twenty hours ago has four left: said by the agent, and first in `status`.
printf 'From: Bea <bea@example.net>\nTo: shop@example.com\nSubject: Paket\nMessage-ID: <2@example.net>\n\nMein Paket ist nicht angekommen.\n' >"$dir/in/new/2.a.b"
touch -d '20 hours ago' "$dir/in/new/2.a.b"
two run --once; check 'a near deadline is said' 0 $? '^warning deadline_near case=c2 id=c2 left="[34] h'
two run --once; check 'and not again' 0 "$(grep -c deadline_near "$dir/out")"
two status; check 'status says it first' 0 "$(head -1 "$dir/out" | grep -qx 'DEADLINES 0 past, 1 within 6 hours: the cases below'; echo $?)"
two status --json; check 'as JSON too' 0 $? '"near":1'
check 'with the case' 0 $? '"alarm":"near"'
printf 'From: Carla <carla@example.net>\nTo: shop@example.com\nSubject: Ordine\nMessage-ID: <3@example.net>\n\nBuongiorno, il mio pacco non è ancora arrivato.\n' >"$dir/in/new/3.a.b"
two run --once; two check --offline; check 'check names a language without answers' 0 $? '^warn *language.it *1 of .*no answer in this language: .*in_transit'
check 'and one that has all' 0 0 '^ok *language.de *2 of '
# What a person rejected is theirs until they close it.
two reject r1 --reason 'I have called'; check 'reject' 0 $? 'r1 is rejected'
two cases --state person; check 'the case is a person'"'"'s then' 0 $? '^c1 .*you rejected r1: I have called'
two close r1; check 'close wants a case' 2 $? 'expected c12 for a case'
two close; check 'one at least' 2 $? 'usage: wismo close'
two close c99; check 'that is there' 1 $? 'there is no c99'
two close c1 c2 --reason 'all is well'; check 'close' 0 $? '^c1 is closed'
check 'every one of them' 0 0 '^c2 is closed'
two close c1 --json; check 'but once' 1 $? '"state":null,"error":"c1 is closed since '
two cases --json; check 'they wait no more' 0 "$(grep -c '"id":"c[12]"' "$dir/out")"
two replies --state draft --json; check 'nor do their drafts' 0 "$(grep -c '"case":"c[12]"' "$dir/out")"
two status --json; check 'nor their deadlines' 0 $? '"near":0'
two show c1; check 'the trail is kept' 0 $? 'all is well'
printf 'From: Anna <anna@example.net>\nTo: shop@example.com\nSubject: Re: Bestellung A-1001\nMessage-ID: <4@example.net>\nReferences: <1@example.net>\n\nMein Paket ist immer noch nicht angekommen. Bestellnummer A-1001\n' >"$dir/in/new/4.a.b"
two run --once; two cases --json; check 'the buyer'"'"'s next mail opens it again' 1 "$(grep -c '"id":"c1"' "$dir/out")"
# A reply is explained by the verdict that wrote it, whatever was decided since.
two explain c1 --json; check 'explain a case: its newest decision' 0 "$(grep -c '"mail":"m1"' "$dir/out")"
two explain r1 --json; check 'explain a reply: the decision that wrote it' 0 $? '"mail":"m1".*"reply":"not_shipped"'
two explain m1 --json; check 'a mail: the decision about it' 0 $? '"mail":"m1".*"reply":"not_shipped"'
two explain m1; check 'its facts as the conditions write them' 0 $? '^  order_known  *[01]$'
two backtest; check 'the same rules decide the past again as they did' 0 $? '^0 of '
for c in show explain export; do two $c a-1001; check "$c takes an order number" 0 $? A-1001; done
two show Anna@example.net; check 'and a buyer' 0 $? '^  order  *A-1001$'
printf 'From: Anna <anna@example.net>\nTo: shop@example.com\nSubject: Bestellung A-1002\nMessage-ID: <5@example.net>\n\nMein Paket ist nicht angekommen. Bestellnummer A-1002\n' >"$dir/in/new/5.a.b"
printf 'order-id,sku\nA-1002,x\n' >"$dir/o2.csv"; two import orders --channel shop "$dir/o2.csv"; two run --once
two show anna@example.net; check 'of a buyer with several cases' 1 $? '"anna@example.net" names several cases: c1 c[0-9]*$'
run report; check 'report' 0 $?
run erase a@b.c; check 'erase wants the buyer twice' 2 $? 'confirm'
run erase a@b.c --confirm a@b.c; check 'erase of a stranger' 1 $?
"$wismo" completion bash >"$dir/completion" && bash -n "$dir/completion"; check 'the completion is a script' 0 $?
"$wismo" run >"$dir/log" 2>&1 &
pid=$!
comes() { for _ in $(seq 600); do "$@" && return; sleep 0.1; done; }
comes grep -q 'confined' "$dir/log"
run run --once; check 'a second writer is refused, and told who holds the lock' 3 $? "pid $pid"
run status; check 'status sees the agent' 0 $? "running (pid $pid)"
printf 'mode = "fast"\n' >"$dir/bad"; cp "$WISMO_CONFIG" "$dir/keep"; cat "$dir/bad" >>"$WISMO_CONFIG"
kill -HUP $pid
comes grep -q 'reload' "$dir/log"
cp "$dir/log" "$dir/out"; check 'reload refuses bad files' 0 0 'the old files stay in use'
cp "$dir/keep" "$WISMO_CONFIG"
worker=$(sed -n 's/.*role=mind.*pid=\([0-9]*\).*/\1/p' "$dir/log" | head -1)
kill -KILL "$worker"
minds() { [ "$(grep -c 'role=mind.*pid=' "$dir/log")" = "$1" ]; }
comes minds 2
check 'a killed worker is started again' 2 "$(grep -c 'role=mind.*pid=' "$dir/log")"
kill -TERM $pid; wait $pid; check 'TERM ends it' 0 $?
run status; check 'and status says so' 0 $? 'not running'
cp -r "$dir/state" "$dir/copy"; sed "s|$dir/state|$dir/copy|" "$dir/keep" >"$dir/copy.conf"
"$wismo" run --once -v --config "$dir/copy.conf" >"$dir/out" 2>&1; check 'a copy of the database runs' 0 $?
run restore --config "$dir/copy.conf"; check 'and its epoch was raised before that' 0 $? 'epoch 3'
echo "1..$n"
exit $bad
