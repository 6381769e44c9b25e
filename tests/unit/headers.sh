#!/bin/sh
# Each header compiles alone, first thing in a file.
src=${WISMO_TEST_SRC:-.}
build=${WISMO_TEST_BUILD:-.}
cflags=$(pkg-config --cflags glib-2.0 gio-unix-2.0 sqlite3 libxml-2.0 jansson libpcre2-8 libconfuse libetpan gmime-3.0 libcurl) || exit 1
cd "$src" || exit 1
headers=$(find include src tests/lib -name '*.h' | sort)
echo "1..$(echo "$headers" | wc -l)"
n=0
bad=0
for h in $headers; do
	n=$((n + 1))
	# shellcheck disable=SC2086
	if said=$(printf '#include "%s"\n' "$h" | ${CC:-gcc} -std=gnu11 -Wall -Werror -fsyntax-only -I include -I . -I "$build" $cflags -I "$(dirname "$h")" -x c - 2>&1); then
		echo "ok $n - $h"
	else
		echo "not ok $n - $h"; echo "$said" | head -5 | sed 's/^/# /'; bad=1
	fi
done
exit $bad
