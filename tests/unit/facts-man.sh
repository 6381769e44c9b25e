#!/bin/sh
# wismo-facts(7) is made from the table that the code uses.
src=${WISMO_TEST_SRC:-.}
echo 1..1
if awk -f "$src/contrib/facts-man.awk" "$src/include/wismo/model/facts.h" | cmp -s - "$src/contrib/man/wismo-facts.7"; then
	echo "ok 1 - the manual names the facts of the code"
else
	echo "not ok 1 - run: awk -f contrib/facts-man.awk include/wismo/model/facts.h > contrib/man/wismo-facts.7"
fi
