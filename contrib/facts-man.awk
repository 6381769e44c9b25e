# Makes wismo-facts(7) from the FACTS table of include/wismo/model/facts.h, so that manual and code agree.
BEGIN {
	print ".TH WISMO-FACTS 7 2026-11-24 wismo \"Miscellaneous\"\n.SH NAME\nwismo-facts \\- what rules may ask about\n.SH DESCRIPTION"
	print "One row of facts is made for each decision. Every fact may be unknown (SQL NULL); a condition over an unknown fact does\nnot hold. For each: type, values, and the value in examples that do not name it (none: unknown)."
}
/define FACT_INTENTS/ { getline more; intents = $0 more; gsub(/.*FACT_INTENTS|[\\"]|^[ \t]+/, "", intents); gsub(/[ \t]+/, " ", intents); sub(/^ /, "", intents) }
/define FACT_STATUSES/ { getline more; statuses = $0 more; gsub(/.*FACT_STATUSES|[\\"]|^[ \t]+/, "", statuses); gsub(/[ \t]+/, " ", statuses); sub(/^ /, "", statuses) }
/^\tFACT\(/ {
	row = $0
	while (row !~ /\)[ \t]*\\?$/ && (getline more) > 0) row = row more
	gsub(/\\/, "", row)
	split(row, part, "\"")
	split(part[3], kind, ",")
	type = kind[2]; gsub(/[ \t]/, "", type)
	if (part[3] ~ /FACT_INTENTS/) { values = intents; example = part[4]; meaning = part[6] }
	else if (part[3] ~ /FACT_STATUSES/) { values = statuses; example = part[4]; meaning = part[6] }
	else { values = part[4]; example = part[6]; meaning = part[8] }
	print ".TP\n.B " part[2]
	print tolower(type) ", " values (example == "" ? "" : "; " example) (meaning == "" ? "" : "\n.br\n" meaning)
}
END { print ".SH SEE ALSO\n.BR wismo-policy (5)" }
