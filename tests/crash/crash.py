#!/usr/bin/env python3
"""Kills the whole path at every durable step and at random instants, resumes it, and compares with a run that nobody
disturbed: every mail has one row, every answered case exactly one mail in the sink, no task twice. Speaks TAP.

usage: crash.py PROGRAM        PROGRAM: the product linked with tests/lib/fault_kill.c
WISMO_CRASH=200 kills at 200 random instants (40 unless set); WISMO_CRASH_SEED=n replays a run.
"""
import collections
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

program = os.path.abspath(sys.argv[1])
source = os.environ.get("WISMO_TEST_SRC", ".")
instants = int(os.environ.get("WISMO_CRASH", "40"))
seed = int(os.environ.get("WISMO_CRASH_SEED", str(random.SystemRandom().randrange(1 << 30))))
random.seed(seed)
now = int(time.time())
top = tempfile.mkdtemp(prefix="wismo-crash-")
numbers = ["00340434161094015902", "00340434161094105559"]


def day(offset):
    return time.strftime("%Y-%m-%d", time.gmtime(now + offset * 86400))


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o600)
    os.utime(path, (now - 600, now - 600))  # lists that were just written are left alone for a while


def mail(base, name, alias, order, text):
    write(f"{base}/inbox/new/{name}", f"""From: "Anna Schmidt" <{alias}@marketplace.amazon.de>
To: shop@example.com
Subject: Paket nicht angekommen (Bestellung: {order})
Date: {time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(now - 3600))}
Message-ID: <{name}@mail.example>
X-Space-Notification-Type: BBC_MESSAGE_SENT_TO_MERCHANT
Content-Type: text/plain; charset=utf-8

{text}
""")


def make_base(base):
    missing = "Guten Tag, mein Paket ist noch nicht angekommen. Die Sendungsverfolgung steht seit Tagen still. Wo ist es?"
    orders = "order-id;buyer-name;purchase-date;latest-delivery-date;sku;product-name;quantity-purchased;item-price;currency\n"
    shipments = "order-id;carrier-name;tracking-number;ship-date\n"
    for i in range(6):
        order = f"302-000000{i}-000000{i}"
        orders += f"{order};Anna Schmidt;{day(-9)};{day(2 if i < 3 else -1)};TEE-{i};Teekanne;1;19,90;EUR\n"
        shipments += f"{order};DHL;{numbers[0 if i < 3 else 1]};{day(-8)}\n"
        mail(base, f"missing{i}", f"abcdefgh1234{i}x", order, missing)
    mail(base, "invoice", "abcdefgh99999x", "302-0000001-0000001", "Bitte schicken Sie mir eine Rechnung. Vielen Dank.")
    write(f"{base}/inbox/new/newsletter", "From: news@example.net\nTo: shop@example.com\nSubject: Angebote\n"
          "List-Unsubscribe: <mailto:x@example.net>\nMessage-ID: <n@example.net>\n\nAlles billiger.\n")
    for folder in ("cur", "tmp"):
        os.makedirs(f"{base}/inbox/{folder}")
    write(f"{base}/import/orders.csv", orders)
    write(f"{base}/import/shipments.csv", shipments)
    for number, since in zip(numbers, (-1, -5)):
        event = f'{{"timestamp":"{day(since)}T10:00:00","statusCode":"transit","status":"NB","description":"bearbeitet"}}'
        write(f"{base}/recorded/{number}.json",
              f'{{"shipments":[{{"id":"{number}","service":"parcel-de","status":{event},"events":[{event}]}}]}}')
    write(f"{base}/wismo.conf", """mode = "auto"
state_dir = "state"
import_dir = "import"
account "main" { source = "maildir:inbox" outgoing = "maildir:sink" from = "shop@example.com" start = "all" }
carrier "dhl" { recorded = "recorded" }
hook "trace" { export = "trace.jsonl" replaces_person = true }
""")


def run(folder, *arguments, **environment):
    return subprocess.run([program, *arguments, "--config", f"{folder}/wismo.conf"], env=dict(os.environ, **environment),
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).returncode


def once(folder, **environment):
    return run(folder, "run", "--once", **environment)


def fresh(name):
    folder = f"{top}/{name}"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(f"{top}/base", folder)
    os.makedirs(f"{folder}/state", mode=0o700)
    return folder


def resume(folder):
    for _ in range(5):
        if once(folder) == 0:
            return True
    return False


def approve_all(folder):
    db = sqlite3.connect(f"{folder}/state/wismo.db")
    ids = [f"t{i}" for (i,) in db.execute("SELECT id FROM tasks WHERE state = 'proposed'")]
    db.close()
    if ids:
        run(folder, "approve", *ids)


def outcome(folder):
    db = sqlite3.connect(f"{folder}/state/wismo.db")
    rows = lambda sql: sorted(db.execute(sql).fetchall())
    sink = [line for name in os.listdir(f"{folder}/sink/new") for line in open(f"{folder}/sink/new/{name}", encoding="utf-8")
            if line.startswith(("To:", "Message-I"))]
    trace = f"{folder}/trace.jsonl"
    result = {
        "whole": rows("PRAGMA integrity_check"),
        "mails": rows("SELECT sha256, state FROM mails"), "places": rows("SELECT uid, count(*) FROM places GROUP BY uid"),
        "readings": rows("SELECT subject, intent FROM readings"), "cases": rows("SELECT order_no, state FROM cases"),
        "replies": rows("SELECT template, recipient, state FROM replies"), "tasks": rows("SELECT cause, kind, state FROM tasks"),
        "sent to": sorted(line for line in sink if line.startswith("To:")),
        "twice": [key for key, count in collections.Counter(sink).items() if key.startswith("Message-I") and count > 1],
        "traces": sorted(line.split('"order_no"')[1][:30] for line in open(trace, encoding="utf-8")) if os.path.exists(trace) else [],
    }
    db.close()
    return result


def differs(folder, wanted):
    got = outcome(folder)
    return [key for key in wanted if got[key] != wanted[key]]


def both(folder, **environment):
    """The path up to answers, then approvals and what they set going; the faults count through both."""
    first = once(folder, **environment)
    if first != 0 and not resume(folder):
        return False
    approve_all(folder)
    if first == 0:
        first = once(folder, **environment)
    return resume(folder)


count = 0


def say(fine, name, detail=""):
    global count
    count += 1
    print(f"{'ok' if fine else 'not ok'} {count} - {name}")
    if detail and not fine:
        print(f"# {detail}")
    return fine


try:
    print("1..4", flush=True)
    make_base(f"{top}/base")
    folder, listing = fresh("reference"), f"{top}/points"
    begun = time.time()
    both(folder, WISMO_FAULT_LIST=listing)
    lasted = time.time() - begun
    wanted = outcome(folder)
    say(len(wanted["sent to"]) >= 3 and len(wanted["mails"]) == 8 and wanted["tasks"] and wanted["whole"] == [("ok",)],
        f"undisturbed: {len(wanted['mails'])} mails, {len(wanted['sent to'])} answers, {len(wanted['tasks'])} tasks", str(wanted))
    passings = collections.Counter(line.strip() for line in open(listing, encoding="utf-8"))
    wrong, killed = [], 0
    for name, passes in sorted(passings.items()):
        for at in sorted({1, passes}):
            folder = fresh("point")
            counter = f"{top}/count"
            if os.path.exists(counter):
                os.remove(counter)
            both(folder, WISMO_FAULT=f"{name}:{at}", WISMO_FAULT_COUNT=counter)
            killed += 1
            bad = differs(folder, wanted)
            if bad:
                wrong.append(f"{name}:{at} {bad}")
    say(not wrong, f"killed at {killed} passings of {len(passings)} durable steps, resumed, the same", "; ".join(wrong)[:900])
    say(len(passings) >= 15, f"the path has its durable steps: {' '.join(sorted(passings))}")
    wrong = []
    for i in range(instants):
        folder = fresh("instant")
        process = subprocess.Popen([program, "run", "--once", "--config", f"{folder}/wismo.conf"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(random.random() * lasted / 2)
        process.kill()
        process.wait()
        resume(folder)
        approve_all(folder)
        resume(folder)
        bad = differs(folder, wanted)
        if bad:
            wrong.append(f"instant {i} {bad}")
    say(not wrong, f"killed at {instants} random instants (seed {seed}), resumed, the same", "; ".join(wrong)[:900])
finally:
    if not os.environ.get("WISMO_CRASH_KEEP"):
        shutil.rmtree(top, ignore_errors=True)
