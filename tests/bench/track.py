#!/usr/bin/env python3
"""Look-ups against a local HTTPS server that takes 100 ms for an answer. usage: track.py BUILD-FOLDER [NUMBERS]
Prints ratios to what the connections or the stated limit allow; asserts nothing."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.argv = [sys.argv[0], sys.argv[1] if len(sys.argv) > 1 else ".", *sys.argv[2:]]
source = os.path.abspath(os.environ.get("WISMO_TEST_SRC", "."))
sys.path.insert(0, f"{source}/tests/flow")
import carrier as lib  # the server and the instance of the flow test

numbers = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
LATENCY = 0.1
CONNECTIONS = 8  # LANE_AT_ONCE in src/flow/track_lane.c


def play(request):
    time.sleep(LATENCY)
    return 200, {}, lib.moving


def measure(title, count, carriers, more="", allowed=None):
    server = lib.Server("good", play)
    box = lib.Instance(title.replace(" ", "_"), server.port)
    for c in range(carriers):
        box.carrier(f"c{c}", more=more)
    with lib.contextlib.closing(lib.sqlite3.connect(f"{box.folder}/wismo.db")) as db, db:
        for i in range(count):
            oid = db.execute("INSERT INTO orders (channel, order_no, imported_at) VALUES ('shop', ?, 1)", (str(i),)).lastrowid
            db.execute("INSERT INTO shipments (order_id, carrier, number) VALUES (?, ?, ?)", (oid, f"c{i % carriers}", f"{10000000 + i}"))
            db.execute("INSERT INTO cases (account, channel, buyer, order_no, lang, state, intent, opened_at, asked_at, dirty)"
                       " VALUES ('a', 'shop', ?, ?, 'de', 'open', 'not_arrived', 1, 1, 0)", (f"b{i}", str(i)))
    lib.write(f"{box.folder}/wismo.conf", f'state_dir = "."\n{box.config}')
    # With the limit per second: "fast" would switch it off.
    begun = time.monotonic()
    process = subprocess.Popen([lib.tracker, "ask", f"{box.folder}/wismo.conf", f"{box.folder}/carriers", str(lib.NOW)], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    said = json.loads(process.stdout.read())
    _, _, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begun
    answered = box.sql("SELECT count(*) FROM trackings WHERE outcome = 'ok'")[0][0]
    rate, most = answered / seconds, allowed or carriers * CONNECTIONS / LATENCY
    print(f"{title:34} {answered:5} answers in {seconds:6.2f} s  {rate:6.0f}/s  {rate / most:5.2f} of the {most:.0f}/s allowed  "
          f"{server.connections:3} connections, {server.most:2} at once  {said['peak_kb'] / 1024:5.1f} MB, "
          f"{(usage.ru_utime + usage.ru_stime) / max(answered, 1) * 1e6:5.0f} us CPU each", flush=True)


try:
    os.makedirs(f"{lib.top}/certs")
    subprocess.run(["sh", f"{source}/tests/lib/certs.sh", f"{lib.top}/certs"], check=True)
    measure("one carrier, no limit, a tenth", max(numbers // 10, 1), 1)
    measure("one carrier, no limit", numbers, 1)
    measure("two carriers, no limit", numbers, 2)
    measure("four carriers, no limit", numbers, 4)
    measure("one carrier, 50 a second", numbers // 2, 1, "limit { second = 50 }", 50)
    measure("one carrier, 10 a second", numbers // 10, 1, "limit { second = 10 }", 10)
    mapped = json.loads(subprocess.run([lib.tracker, "map", f"{source}/templates/carriers"], capture_output=True, text=True, check=True).stdout)
    print(f"mapping an answer of {mapped['bytes']} bytes: {mapped['map_us']:.0f} us of processor, the slowest sample {mapped['worst_us']} us; "
          f"{mapped['map_us'] / mapped['parse_us']:.0f} times jansson's parsing of it ({mapped['parse_us']:.1f} us)")
finally:
    shutil.rmtree(lib.top, ignore_errors=True)
