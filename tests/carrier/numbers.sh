#!/bin/sh
# Recall over numbers.txt (made by make-numbers.py) and exam.txt, and wrong numbers that pass as their carrier's own: none may.
wismo=$WISMO_TEST_BUILD/wismo
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
WISMO_DATADIR=$WISMO_TEST_SRC/templates; export WISMO_DATADIR
check() { n=$((n + 1)); if [ "$2" ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; bad=1; fi; }
# exam FILE FLOOR-OF-100 VALID-AT-LEAST WRONG-AT-LEAST
exam() {
	grep -v '^#' "$WISMO_TEST_SRC/tests/carrier/$1" > "$dir/numbers"
	cut -f3 "$dir/numbers" | tr '\n' '\0' | xargs -0 "$wismo" track --json > "$dir/answers" 2> "$dir/errors"
	# A number passes when its carrier stands among the candidates as valid.
	paste "$dir/numbers" "$dir/answers" | awk -F'\t' '
		{ own = $4 ~ "\"carrier\":\"" $2 "\",\"format\":\"[^\"]*\",\"valid\":true"; asked[$1]++; passed[$1] += own }
		($1 == "valid") != own { print "# " $1 " " $2 " " $3 " -> " $4 }
		END { print asked["valid"] + 0, passed["valid"] + 0, asked["wrong"] + 0, passed["wrong"] + 0 > "/dev/stderr" }' 2> "$dir/sums"
	read -r valid found wrong false < "$dir/sums"
	echo "# $1: recall $found of $valid valid numbers, $false of $wrong wrong ones passed"
	check "$1: $3 numbers at least were asked about, each has an answer" \
		"$([ "$(wc -l < "$dir/answers")" -eq $((valid + wrong)) ] && [ "$valid" -ge "$3" ] && [ ! -s "$dir/errors" ] && echo yes)"
	check "$1: $2 of 100 valid numbers are recognised" "$([ $((found * 100)) -ge $((valid * $2)) ] && echo yes)"
	check "$1: no wrong number passes as its carrier's own" "$([ "$false" -eq 0 ] && [ "$wrong" -ge "$4" ] && echo yes)"
}
echo 1..6
exam numbers.txt 99 300 150
exam exam.txt 98 250 70
exit ${bad:-0}
