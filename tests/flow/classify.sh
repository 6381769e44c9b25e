#!/bin/sh
# wismo classify as scripts use it: INTERFACE's names, exit codes, whatever it is given.
echo 1..9
wismo=${WISMO_TEST_BUILD:-.}/wismo
WISMO_DATADIR=${WISMO_TEST_SRC:-.}/templates
export WISMO_DATADIR
fit=${WISMO_TEST_SRC:-.}/tests/corpus/raw/fit
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0
ok() { n=$((n + 1)); if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi; }

"$wismo" classify --json "$fit"/*.eml >"$dir/out" 2>"$dir/err"
ok $? "all mails are classified"
[ "$(wc -l <"$dir/out")" = 75 ] && [ ! -s "$dir/err" ]
ok $? "one line a mail, nothing on standard error"
bad=0
while read -r line; do
	for key in file channel machine lang intent not_arrived confidence wish urgency order_ids tracking buyer_text answerable \
		why_not evidence; do
		case $line in *"\"$key\":"*) ;; *) echo "# no $key: $line"; bad=1 ;; esac
	done
done <"$dir/out"
ok $bad "every line has every field"
"$wismo" classify --json - <"$fit/001.eml" | grep -q '"file":"-","channel":"amazon","machine":false'
ok $? "standard input is read"
: >"$dir/empty"
printf 'keine Mail, nur Text: wo ist mein Paket\n' >"$dir/text"
head -c 3000 /dev/urandom >"$dir/noise"
printf 'Subject: wo ist es\n\nMein Paket ist nicht da\n' >"$dir/bare.eml"
"$wismo" classify --json "$dir/empty" "$dir/text" "$dir/noise" "$dir/bare.eml" >"$dir/out"
[ $? = 0 ] && [ "$(wc -l <"$dir/out")" = 4 ]
ok $? "what is no mail still gives a line"
"$wismo" classify --json "$dir/absent" "$fit/001.eml" >"$dir/out" 2>"$dir/err"
[ $? = 1 ] && [ "$(wc -l <"$dir/out")" = 1 ] && grep -q absent "$dir/err"
ok $? "a missing file is told, the others are read, exit code 1"
"$wismo" classify >"$dir/out" 2>&1
[ $? = 2 ]
ok $? "no file named is wrong usage, exit code 2"
mkdir -p "$dir/data/channels" && printf 'begins = {"("}\n' >"$dir/data/channels/x.conf"
"$wismo" classify --data "$dir/data" "$fit/001.eml" >"$dir/out" 2>"$dir/err"
[ $? = 2 ] && grep -q 'x\.conf:[0-9]*: ' "$dir/err"
ok $? "a wrong channel file is told with file and line, exit code 2"
"$wismo" classify --explain "$fit/054.eml" >"$dir/out"
grep -q '^  | Leider nein' "$dir/out" && grep -q '^    > Hallo Sabine' "$dir/out"
ok $? "explain marks the buyer's own lines and shows the others"
