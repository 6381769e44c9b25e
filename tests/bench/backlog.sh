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
    history, length = "", random.randrange(0, 3000)    # what most buyers leave below their words
    while len(history) < length:
        history += "".join(f"> {line}\n" for line in random.choice(texts).split("\n"))
    text = (random.choice(texts) + "\n\n" + (f"Am 20.11.2026 um 10:12 schrieb Shop <shop@example.com>:\n{history}" if history else "")).encode()
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
        whole = mail.encode() + part
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
again=$(tests/bench/drain "$IMAP" seller secret)
drained=$(echo "$3 ${again##* }" | awk '{ print $1 < $2 ? $1 : $2 }')
echo "drain: $1 mails, $2 bytes, $drained s"
# Once, then with all workers; each from an empty database. Memory: what was resident at most (VmHWM; shared libraries and what
# processes share after the fork count in each), and the own part at the end (PSS: shared pages divided).
python3 - "$dir" "$1" "$drained" ./wismo <<'PYTHON'
import os, shutil, sqlite3, subprocess, sys, time
dir, mails, drained, program = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
conf = ["--config", f"{dir}/wismo.conf"]


def kb(pid, file, name):
    for line in open(f"/proc/{pid}/{file}"):
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0


def fresh():
    shutil.rmtree(f"{dir}/state", ignore_errors=True)
    shutil.rmtree(f"{dir}/sink", ignore_errors=True)
    os.mkdir(f"{dir}/state", 0o700)


def tell(name, seconds, cpu=None):
    print(f"{name}: {seconds:.2f} s, {seconds / drained:.1f} times the drain, {1e6 * seconds / mails:.0f} us a mail"
          + (f" ({cpu:.2f} s of processor)" if cpu else ""), flush=True)


fresh()
begun = time.time()
child = subprocess.Popen([program, "run", "--once", *conf])
peak = 0
while child.poll() is None:
    try:
        peak = max(peak, kb(child.pid, "status", "VmHWM"))
    except OSError:
        pass
    time.sleep(0.01)
used = os.times()
tell("wismo run --once", time.time() - begun, used.children_user + used.children_system)
print(f"  one process: peak {peak / 1024:.1f} MB, exit {child.returncode}", flush=True)
subprocess.run(f"{program} status --config {dir}/wismo.conf | sed -n 2,4p", shell=True)

fresh()
begun = time.time()
agent = subprocess.Popen([program, "run", *conf], stderr=subprocess.DEVNULL)
db, rows = None, None
try:
    while rows != (mails, 0, 0) and time.time() - begun < 600 and agent.poll() is None:
        time.sleep(0.02)
        try:
            db = db or sqlite3.connect(f"file:{dir}/state/wismo.db?mode=ro", uri=True)
            rows = db.execute("SELECT (SELECT count(*) FROM mails), (SELECT count(*) FROM mails WHERE state = 'new'),"
                              " (SELECT count(*) FROM cases WHERE dirty = 1)").fetchone()
        except sqlite3.Error:
            db = None
    tell("wismo run, its workers side by side", time.time() - begun)
    for role, pid in [("supervisor", agent.pid)] + db.execute("SELECT role, pid FROM workers ORDER BY role").fetchall():
        print(f"  {role}: peak {kb(pid, 'status', 'VmHWM') / 1024:.1f} MB, own part {kb(pid, 'smaps_rollup', 'Pss') / 1024:.1f} MB")
finally:
    before = os.times()
    agent.terminate()
    agent.wait()
    used = os.times()
    print(f"  all its processes: {used.children_user + used.children_system - before.children_user - before.children_system:.2f} s of processor")
PYTHON
