#!/bin/sh
# Two things: every record of every part is well formed (README), no text stands twice in a language;
# and the floors of floors.txt hold on the unseen parts: "PART LANG PRECISION RECALL INTENT ANSWERED-RIGHT".
# Raise them when packs get better; never lower them to let a change pass.
cd "${builddir:-.}" || exit 99
corpus=${srcdir:-.}/tests/corpus
floors=$corpus/floors.txt
langs='de en es fr it ja nl pl pt sv tr'
echo "1..$(($(grep -vc '^#' "$floors") + $(echo "$langs" | wc -w)))"

# Says "FILE: ID: what is wrong", never the text: the unseen parts stay unseen.
check_records() {
	LC_ALL=C.UTF-8 awk '
	function bad(what) { print FILENAME ": " id ": " what; failed = 1 }
	function finish(key) {
		if (id == "")
			return
		if (!intent)
			bad("no intent")
		key = text
		gsub(/[[:space:][:punct:]]/, "", key)
		if (key == "")
			bad("no text")
		else if (key in seen)
			bad("same text as " seen[key])
		seen[key] = id
		id = ""
	}
	BEGIN {
		split("not_arrived delivered_missing returned_to_sender partial_missing damaged wrong_item " \
		      "return_request cancel refund_status address_change invoice product_question " \
		      "presale_shipping resolved automated spam other", words, " ")
		for (i in words)
			intents[words[i]] = 1
		legal["wish"] = "^(refund|replacement)$"
		legal["urgency"] = "^(angry|legal)$"
		legal["channel"] = "^(amazon|ebay|etsy|kaufland|otto|shopify|shop)$"
		legal["answerable"] = "^no$"
		legal["subject"] = legal["order"] = legal["tracking"] = legal["note"] = "."
	}
	FNR == 1 {
		finish()
		n = split(FILENAME, path, "/")
		split(path[n], name, ".")
		form = "^" name[1] "-" name[2] "-[0-9]+$"
	}
	/^== / {
		finish()
		id = $2
		head = 1
		intent = 0
		text = ""
		if (id !~ form || NF != 2)
			bad("not an id of this file")
		if (id in ids)
			bad("id stands twice")
		ids[id] = 1
		next
	}
	head && $0 == "" { head = 0; next }
	head {
		key = value = $0
		sub(/:.*/, "", key)
		sub(/^[a-z]+: /, "", value)
		if (key == "intent" && value in intents)
			intent = 1
		else if (!(key in legal) || value !~ legal[key])
			bad("cannot read: " key)
		next
	}
	{ text = text $0 }
	END { finish(); exit failed }' "$@"
}

n=0
for lang in $langs; do
	n=$((n + 1))
	files=$(ls "$corpus/$lang".fit*.txt "$corpus/$lang.held.txt" "$corpus/$lang".exam*.txt)
	wrong=$(check_records $files) && echo "ok $n - $lang has well formed records, each once" ||
		{ echo "$wrong" | sed 's/^/# /'; echo "not ok $n - $lang has well formed records, each once"; }
done
grep -v '^#' "$floors" | while read -r part lang precision recall intent right; do
	n=$((n + 1))
	line=$(tests/corpus/measure "$lang" "$part" | grep "^$lang ")
	echo "# $line"
	echo "$line" | awk -v p="$precision" -v r="$recall" -v i="$intent" -v a="$right" '{
		for (f = 1; f < NF; f++) value[$f] = $(f + 1)
		exit !(value["precision"] >= p && value["recall"] >= r && value["intent"] >= i && value["right"] >= a)
	}' && echo "ok $n - $lang holds its floors of $part" || echo "not ok $n - $lang holds its floors of $part ($precision $recall $intent $right)"
done
