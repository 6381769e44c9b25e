#!/bin/sh
# Each mistake in wismo.conf has its message, with file and line.
wismo=${WISMO_TEST_BUILD:-.}/wismo
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
conf=$dir/wismo.conf
n=0
bad=0
good='account "a" { source = "maildir:in" outgoing = "maildir:out" from = "a@example.com" }'
# $1: line of the mistake, $2: beginning of what must be said; the file lies in $conf already (a pipe would count in a subshell)
says() {
	n=$((n + 1))
	said=$("$wismo" status --config "$conf" 2>&1)
	code=$?
	if [ "$code" = 2 ] && [ "${said#"wismo: $conf:$1: $2"}" != "$said" ]; then echo "ok $n - $2"; else
		echo "not ok $n - expected $1: $2"; echo "# exit $code: $said"; bad=1
	fi
}
one() { printf '%s\n' "$3" >"$conf"; says "$1" "$2"; }
# the mistake in an account's line 2
acc() {
	case $1 in account*) at=1 ;; *) at=2 ;; esac
	printf 'account "a" {\n%s\n}\n' "$2" >"$conf"; says $at "$1"
}
echo 1..44
one 1 'no such option' 'colour = "red"'
one 1 'mode: "fast" is not known' 'mode = "fast"'
one 1 'zone: "Berlin" is no time zone' 'zone = "Berlin"'
one 1 'min_confidence: expected 0.5 to 1.0' 'min_confidence = 0.2'
one 1 'min_confidence: expected 0.5 to 1.0' 'min_confidence = 7'
one 1 'auto_value_cents: -1 is out of range' 'auto_value_cents = -1'
one 1 'replies_per_case_day: 99 is out of range' 'replies_per_case_day = 99'
one 1 'replies_per_buyer_day: 51 is out of range' 'replies_per_buyer_day = 51'
one 1 'replies_per_hour: -5 is out of range' 'replies_per_hour = -5'
one 1 'mail_cap_bytes: 100 is out of range' 'mail_cap_bytes = 100'
one 1 'invalid integer value' 'replies_per_hour = many'
one 2 'no such option' 'mode = "draft"
modes = "draft"'
printf 'mode = "draft"\nshop_name = "\377"\n' >"$conf"; says 2 'not UTF-8'
acc 'account "a": source is missing' 'outgoing = "maildir:o" from = "a@b.c"'
acc 'account "a": outgoing is missing' 'source = "maildir:o" from = "a@b.c"'
acc 'account "a": from is missing' 'source = "maildir:i" outgoing = "maildir:o"'
acc 'from: "nobody" is no mail address; an address with @ is expected' 'source = "maildir:i" outgoing = "maildir:o" from = "nobody"'
acc 'source: "imap.example.com" is no address' 'source = "imap.example.com" outgoing = "maildir:o" from = "a@b.c"'
acc 'source: "pop3://" is not known here' 'source = "pop3://h" outgoing = "maildir:o" from = "a@b.c"'
acc 'source: "smtps://" is not known here' 'source = "smtps://h" outgoing = "maildir:o" from = "a@b.c"'
acc 'outgoing: "imaps://" is not known here' 'source = "maildir:i" outgoing = "imaps://h" from = "a@b.c"'
acc 'source: imap:// is not encrypted' 'source = "imap://mail.example.com" outgoing = "maildir:o" from = "a@b.c"'
acc 'outgoing: smtp:// is not encrypted' 'source = "maildir:i" outgoing = "smtp://mail.example.com" from = "a@b.c"'
acc 'source: name and password do not belong' 'source = "imaps://u:p@h" outgoing = "maildir:o" from = "a@b.c"'
acc 'account "a": an IMAP source needs user' 'source = "imaps://h" outgoing = "maildir:o" from = "a@b.c"'
acc 'account "a": an IMAP source needs user' 'source = "imaps://h" user = "u" outgoing = "maildir:o" from = "a@b.c"'
acc 'password_file, password_command and password_credential exclude' 'source = "imaps://h" user = "u" password_file = "f" password_command = "c" outgoing = "maildir:o" from = "a@b.c"'
acc 'start: "yesterday" is no moment' 'source = "maildir:i" outgoing = "maildir:o" from = "a@b.c" start = "yesterday"'
acc 'account "a": folders is empty' 'source = "maildir:i" outgoing = "maildir:o" from = "a@b.c" folders = {}'
acc 'no such option' 'source = "maildir:i" password = "secret"'
one 2 'found duplicate title' "$good
$good"
one 2 'hook "gift": expected reship, refund or trace' "$good
hook \"gift\" { export = \"x\" }"
one 2 'hook "refund": expected export, webhook or command' "$good
hook \"refund\" { }"
one 2 'hook "refund": export, webhook and command exclude' "$good
hook \"refund\" { export = \"x\" command = { \"true\" } }"
one 2 'webhook: expected https://' "$good
hook \"refund\" { webhook = \"http://example.com/x\" }"
one 2 'column "Nr": field is missing' "$good
column \"Nr\" { }"
one 2 'base is for tests' "$good
carrier \"dhl\" { base = \"https://127.0.0.1:1\" }"
one 2 'recorded: ' "$good
carrier \"dhl\" { recorded = \"nowhere\" }"
one 2 'secret "key": expected value_file' "$good
carrier \"dhl\" { secret \"key\" { } }"
one 3 "no such option 'carrier'; is the } of account \"a\" in line 1 missing" 'account "a" {
source = "maildir:in"
carrier "dhl" { }'
one 1 'account "a" is not closed; its } is missing' 'account "a" {	# {
source = "maildir:in}" outgoing = "maildir:out" from = "a@example.com"'
one 1 'mode: "fast" is not known' 'mode = "fast"	// {'
one 1 'mode: "fast" is not known' '/* { */ mode = "fast"'
one 1 'no such option' 'acount "a" { }'
exit $bad
