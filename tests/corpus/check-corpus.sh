#!/bin/sh
# Holds the floors of floors.txt on the held part: "LANG PRECISION RECALL INTENT ANSWERED-RIGHT".
# Raise them when packs get better; never lower them to let a change pass.
cd "${builddir:-.}" || exit 99
floors=${srcdir:-.}/tests/corpus/floors.txt
echo "1..$(grep -vc '^#' "$floors")"
n=0
grep -v '^#' "$floors" | while read -r lang precision recall intent right; do
	n=$((n + 1))
	line=$(tests/corpus/measure "$lang" held | head -1)
	echo "# $line"
	echo "$line" | awk -v p="$precision" -v r="$recall" -v i="$intent" -v a="$right" '{
		for (f = 1; f < NF; f++) value[$f] = $(f + 1)
		exit !(value["precision"] >= p && value["recall"] >= r && value["intent"] >= i && value["right"] >= a)
	}' && echo "ok $n - $lang holds its floors" || echo "not ok $n - $lang holds its floors ($precision $recall $intent $right)"
done
