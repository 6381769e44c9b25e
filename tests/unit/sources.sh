#!/bin/sh
# What the source tree holds and no makefile names would be missing from a distributed tarball.
cd "${srcdir:-.}" || exit 99
echo "1..1"
left=$(find src -name '*.[ch]' ! -name 'schema-1.h' | sort | while read -r file; do
	grep -qE "(^|[[:space:]])$file([[:space:]]|\$)" src/local.mk || echo "$file"
done)
[ -z "$left" ] && echo "ok 1 - every source file is named in src/local.mk" || { echo "not ok 1 - every source file is named in src/local.mk"; echo "# $left"; }
