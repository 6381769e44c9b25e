#!/bin/sh
# The whole way of 40 sample mails, on this machine only: a Maildir in, SQLite, recorded carrier answers, a
# Maildir out. Nothing is sent anywhere. Running it again is quick and starts from a fresh inbox.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/contrib/packages.sh"
# shellcheck disable=SC2086
need $build_packages
build=${WISMO_BUILD:-$top/build/demo}
if ! mkdir -p "$build" 2>/dev/null || [ ! -w "$build" ]; then
	build=${TMPDIR:-/tmp}/wismo-demo-$(id -u)
	mkdir -p "$build"
fi
# A tree that was configured in place cannot be built out of place too: a copy of it is.
if [ -f "$top/config.status" ] && [ "$build" != "$top" ]; then
	mkdir -p "$build/source"
	(cd "$top" && git ls-files -z 2>/dev/null | tar --null -T - -cf -) | tar -C "$build/source" -xf -
	source=$build/source
else
	source=$top
fi
echo "building in $build (log: $build/build.log)"
(
	cd "$source" && { [ -x configure ] || ./autogen.sh; }
	cd "$build" && { [ -f Makefile ] || "$source/configure" CFLAGS='-O2 -g'; } && make -j"$(nproc)"
) >"$build/build.log" 2>&1 || { tail -20 "$build/build.log"; echo "the build failed: $build/build.log" >&2; exit 3; }

wismo=$build/wismo
demo=$build/sample
rm -rf "$demo"
mkdir -p "$demo/inbox/new" "$demo/inbox/cur" "$demo/inbox/tmp" "$demo/recorded/dhl" "$demo/lists"
now=$(date +%s)
awk -v now="$now" -v into="$demo/inbox" -f "$top/contrib/sample/make.awk" "$top/contrib/sample/mails.txt" |
while read -r at file; do touch -d "@$at" "$file"; done
# Days and times relative to now, so that deadlines are live: @-4d@, @T-4d@.
fill() {
	awk -v now="$now" '{
		while (match($0, /@T?[-+][0-9.]+d@/)) {
			token = substr($0, RSTART + 1, RLENGTH - 3)
			stamp = sub(/^T/, "", token)
			$0 = substr($0, 1, RSTART - 1) strftime(stamp ? "%Y-%m-%dT%H:%M:%S" : "%Y-%m-%d", now + token * 86400) substr($0, RSTART + RLENGTH)
		}
		print
	}' "$1"
}
for f in orders shipments stock; do fill "$top/contrib/sample/$f.csv" >"$demo/lists/$f.csv"; done
for f in "$top"/contrib/sample/recorded/dhl/*.json; do fill "$f" >"$demo/recorded/dhl/${f##*/}"; done
cat >"$demo/wismo.conf" <<CONF
mode = "draft"
lang = "de"
shop_name = "Beispielladen"
state_dir = "$demo/state"
account "demo" {
	source = "maildir:$demo/inbox"
	outgoing = "maildir:$demo/outgoing"
	from = "shop@example.com"
	start = "all"
}
carrier "dhl" { recorded = "$demo/recorded/dhl" }
hook "reship" { export = "$demo/reship.jsonl" }
hook "refund" { export = "$demo/refund.jsonl" }
CONF
chmod 600 "$demo/wismo.conf"
export WISMO_CONFIG="$demo/wismo.conf"
say() { printf '\n== %s\n' "$*"; }

say "Setting up (carrier answers are recorded ones, from $demo/recorded)"
"$wismo" init --yes
for f in orders shipments stock; do "$wismo" import "$f" "$demo/lists/$f.csv"; done
say "Working until nothing is due: wismo run --once"
"$wismo" run --once
say "What came in, and what was understood: wismo mails"
"$wismo" mails
say "What is open, the most urgent first: wismo status"
"$wismo" status
say "Answers that wait for your approval: wismo replies"
"$wismo" replies
say "Parcels and money that wait for your approval: wismo tasks"
"$wismo" tasks
say "Why, for the first answer: wismo explain r1"
"$wismo" explain r1
say "How to go on"
cat <<NEXT
  export WISMO_CONFIG=$demo/wismo.conf
  $wismo show r1              the answer as the buyer would get it
  $wismo approve r1 t1        lets an answer leave (into $demo/outgoing) and a task be done
  $wismo run --once           does what was approved
  $wismo init YOUR-ADDRESS    your own mailbox (unset WISMO_CONFIG first); README.md tells more
NEXT
