#!/bin/sh
# The backlog: a mailbox of many mails is fetched, stored, understood and decided by `wismo run --once`, against a raw
# pipelined drain of the same mailbox. Texts are the corpus' (eleven languages), sizes mixed.
#	make tests/bench/drain && sh tests/bench/backlog.sh [MAILS]
mails=${1:-10000}
dir=$(mktemp -d) || exit 1
trap 'sh tests/lib/dovecot.sh stop "$dir/in" 2>/dev/null; rm -rf "$dir"' EXIT
mkdir "$dir/in" "$dir/state"
chmod 755 "$dir"
chmod 700 "$dir/state"
sh tests/lib/dovecot.sh start "$dir/in" || exit 77
. "$dir/in/ports"
mkdir -p "$dir/in/mail/seller/cur" "$dir/in/mail/seller/new" "$dir/in/mail/seller/tmp"
python3 - "$mails" "$dir/in/mail/seller/new" <<'END'
import base64, glob, quopri, random, sys
random.seed(20261124)
texts = []
for path in sorted(glob.glob("tests/corpus/*.fit.txt")):
    for record in open(path, encoding="utf-8").read().split("\n== ")[1:]:
        texts.append(record.split("\n\n", 1)[1])
for i in range(int(sys.argv[1])):
    text = random.choice(texts).encode()
    kind = i % 3
    body = [base64.encodebytes(text), quopri.encodestring(text), text][kind]
    how = ["base64", "quoted-printable", "8bit"][kind]
    mail = (f"From: \"Anna {i}\" <abcdefgh{i:06d}x@marketplace.amazon.de>\nTo: shop@example.com\nMessage-ID: <{i}@x.example>\n"
            f"Subject: Frage (Bestellung: 302-{i:07d}-{i:07d})\nDate: Tue, 24 Nov 2026 08:00:00 +0000\nMIME-Version: 1.0\n")
    part = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {how}\n\n".encode() + body
    if i % 20 == 0:    # a picture: 120 KB
        mail += 'Content-Type: multipart/mixed; boundary="b"\n'
        picture = base64.encodebytes(random.randbytes(90000))
        whole = mail.encode() + b"\n--b\n" + part + b"\n--b\nContent-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\n" + picture + b"--b--\n"
    else:
        whole = mail.encode() + part + b"\n" * 2
        whole += b"-- \n" + b"x" * random.randrange(0, 3000) + b"\n"
    open(f"{sys.argv[2]}/{i}", "wb").write(whole)
END
chown -R "$(cat "$dir/in/owner")" "$dir/in/mail/seller"
printf 'secret\n' >"$dir/password"
cat >"$dir/wismo.conf" <<END
state_dir = "$dir/state"
account "a" { source = "imap://127.0.0.1:$IMAP" user = "seller" password_file = "$dir/password" outgoing = "maildir:$dir/sink"
	from = "shop@example.com" start = "all" }
END
chmod 600 "$dir/password" "$dir/wismo.conf"
tests/bench/drain "$IMAP" seller secret >/dev/null	# the server's own indexes are made once
set -- $(tests/bench/drain "$IMAP" seller secret)
echo "drain: $1 mails, $2 bytes, $3 s"
drained=$3
begun=$(date +%s.%N)
/usr/bin/env python3 -c 'import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print("peak memory", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, "MB, exit", code)' ./wismo run --once --config "$dir/wismo.conf"
ended=$(date +%s.%N)
awk -v a="$begun" -v b="$ended" -v d="$drained" 'BEGIN { printf "wismo run --once: %.2f s, %.1f times the drain\n", b - a, (b - a) / d }'
./wismo status --config "$dir/wismo.conf" | sed -n 2,4p
