#!/bin/sh
# Recall over numbers.txt (made by make-numbers.py), and wrong numbers that pass as their carrier's own: none may.
floor=99
wismo=$WISMO_TEST_BUILD/wismo
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
WISMO_DATADIR=$WISMO_TEST_SRC/templates; export WISMO_DATADIR
echo 1..3
grep -v '^#' "$WISMO_TEST_SRC/tests/carrier/numbers.txt" > "$dir/numbers"
cut -f3 "$dir/numbers" | tr '\n' '\0' | xargs -0 "$wismo" track --json > "$dir/answers" 2> "$dir/errors"
# A number passes when its carrier stands among the candidates as valid.
paste "$dir/numbers" "$dir/answers" | awk -F'\t' '
	{ own = $4 ~ "\"carrier\":\"" $2 "\",\"format\":\"[^\"]*\",\"valid\":true"; asked[$1]++; passed[$1] += own }
	($1 == "valid") != own { print "# " $1 " " $2 " " $3 " -> " $4 }
	END { print asked["valid"] + 0, passed["valid"] + 0, asked["wrong"] + 0, passed["wrong"] + 0 > "/dev/stderr" }' 2> "$dir/sums"
read -r valid found wrong false < "$dir/sums"
echo "# recall $found of $valid valid numbers, $false of $wrong wrong ones passed"
check() { if [ "$3" ]; then echo "ok $1 - $2"; else echo "not ok $1 - $2"; bad=1; fi; }
check 1 "300 numbers at least were asked about, each has an answer" \
	"$([ "$(wc -l < "$dir/answers")" -eq $((valid + wrong)) ] && [ "$valid" -ge 300 ] && [ ! -s "$dir/errors" ] && echo yes)"
check 2 "$floor of 100 valid numbers are recognised" "$([ $((found * 100)) -ge $((valid * floor)) ] && echo yes)"
check 3 "no wrong number passes as its carrier's own" "$([ "$false" -eq 0 ] && [ "$wrong" -gt 150 ] && echo yes)"
exit ${bad:-0}
