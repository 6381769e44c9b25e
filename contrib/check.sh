#!/bin/sh
# Builds out of tree and runs all tests; the last line is "N passed, N failed". Exit code 0 only without failures.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/contrib/packages.sh"
# shellcheck disable=SC2086
need $build_packages $test_packages
build=${WISMO_BUILD:-$top/build/check}
if ! mkdir -p "$build" 2>/dev/null || [ ! -w "$build" ]; then
	build=${TMPDIR:-/tmp}/wismo-check-$(id -u)
	mkdir -p "$build"
fi
# Freed memory is kept for 16 MB, not 256: a start with eleven languages takes 125 MB instead of 380, and half the system time.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0:quarantine_size_mb=16}
# A tree that was configured in place cannot be built out of place too: a copy of it is.
if [ -f "$top/config.status" ] && [ "$build" != "$top" ]; then
	mkdir -p "$build/source"
	(cd "$top" && git ls-files -z 2>/dev/null | tar --null -T - -cf -) | tar -C "$build/source" -xf -
	source=$build/source
else
	source=$top
fi
echo "building in $build"
(
	cd "$source" && { [ -x configure ] || ./autogen.sh; }
	cd "$build" && { [ -f Makefile ] || "$source/configure" --enable-developer CFLAGS='-O1 -g'; } && make -j"$(nproc)"
) >"$build/build.log" 2>&1 || { tail -30 "$build/build.log"; echo "0 passed, 1 failed"; exit 1; }
cd "$build" || exit 1
make -k -j"$(nproc)" check >check.log 2>&1
made=$?
grep -E '^(XPASS|FAIL|ERROR)|^not ok|^# |recall|precision' check.log
# Automake's own sums; a test program that died counts as an ERROR.
sum() { sed -n "s/^# $1: *\\([0-9]*\\)/\\1/p" test-suite.log check.log 2>/dev/null | tail -1; }
passed=$(sum PASS); failed=$(sum FAIL); errors=$(sum ERROR); xpassed=$(sum XPASS)
bad=$((${failed:-0} + ${errors:-0} + ${xpassed:-0}))
# make can fail without a failing test: then nothing was proven.
if [ "$made" != 0 ] && [ "$bad" = 0 ]; then tail -20 check.log; bad=1; fi
if [ "${passed:-0}" = 0 ]; then bad=$((bad + 1)); fi
echo "${passed:-0} passed, $bad failed"
[ "$bad" = 0 ]
