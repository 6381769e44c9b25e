#!/bin/sh
# Who may include whom, as contrib/HACKING.md draws it; foreign types stay in their folders.
src=${WISMO_TEST_SRC:-.}
cd "$src" || exit 1
n=0
bad=0
report() {	# name, findings
	n=$((n + 1))
	if [ -z "$2" ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; echo "$2" | sed 's/^/# /'; bad=1; fi
}
may() {		# layer, pattern of layers that it may include
	found=$(grep -rnE '^#include "wismo/' src/"$1" include/wismo/"$1" --include='*.[ch]' 2>/dev/null | grep -vE "\"wismo/($2)(/|\")")
	report "$1 includes only what it may" "$found"
}
stays() {	# what, pattern, where (grep -v pattern)
	found=$(grep -rnE "$2" src include --include='*.[ch]' | grep -vE "^($3)")
	report "$1 stays in its folder" "$found"
}
echo 1..17
may base base
may model 'base|model'
may core 'base|model|core'
may net 'base|net'
may mail 'base|model|net|mail'
may conf 'base|model|core|conf'
may store 'base|model|store'
may flow 'base|model|core|conf|net|mail|store|flow'
may cmd 'base|model|core|conf|store|flow|cmd'
stays 'sqlite3' '\bsqlite3(_[a-z]+)? \*|#include <sqlite3' 'src/store/|src/core/expr|include/wismo/store/'
stays 'libcurl' '\bCURL[A-Z]* \*|#include <curl' 'src/net/'
stays 'libetpan' 'mailimap|#include <libetpan' 'src/mail/imap|include/wismo/mail/imap|src/flow/'
stays 'GMime' '#include <gmime|\bGMime[A-Z][a-zA-Z]* \*' 'src/mail/'
stays 'PCRE2' '\bpcre2_[a-z_]+ \*|#include <pcre2|define PCRE2' 'src/core/regex|src/core/expr|src/core/pattern|src/core/pack'
stays 'libconfuse' '\bcfg_t \*|#include <confuse' 'src/conf/'
stays 'libxml2' '#include <libxml' 'src/core/(html|autoconfig)'
report 'core has no clock, file or socket' "$(grep -rnE '\b(clock_now|fopen|open|socket|g_file_get_contents|getenv|g_getenv|time) ?\(' src/core --include='*.c' | grep -vE '^\S+\s*(/?\*)|sqlite3_open|expr\.c.*open')"
exit $bad
