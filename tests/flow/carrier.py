#!/usr/bin/env python3
"""The asking engine against a local HTTPS server: every sample of the shipped carrier files and every fault of a server. What is
kept, how often was asked, when is asked again, what is paused. Speaks TAP. usage: carrier.py BUILD-FOLDER"""
import collections
import contextlib
import email.utils
import gzip
import json
import os
import re
import shutil
import socket
import sqlite3
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import shop  # noqa: E402

build = os.path.abspath(sys.argv[1])
source = os.path.abspath(os.environ.get("WISMO_TEST_SRC", "."))
tracker = f"{build}/tests/flow/tracker"
top = tempfile.mkdtemp(prefix="wismo-carrier-")
NOW = 1795507200  # 2026-11-24 08:00 UTC
HOUR, DAY = 3600, 86400
KEY, CLIENT_SECRET = "key-Zq9/geheim+x", "client-Secret/77"
delivered = '{"events":[{"code":"OK","at":"2026-11-23T10:00:00Z"},{"code":"GO","at":"2026-11-22T10:00:00Z"}]}'
moving = '{"events":[{"code":"GO","at":"2026-11-24T06:00:00Z"}]}'
unknown = '{"error":"not found"}'


class Server:
    """One HTTPS server. `play(request)` gives (status, headers, body), or a function that writes to the socket itself."""

    def __init__(self, cert, play):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(f"{top}/certs/{cert}.pem", f"{top}/certs/{cert}.key")
        self.play, self.requests, self.connections, self.at_once, self.most = play, [], 0, 0, 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(plain,), daemon=True).start()

    def serve(self, plain):
        with self.lock:
            self.connections += 1
        try:
            plain.settimeout(60)
            with self.context.wrap_socket(plain, server_side=True) as peer:
                lines = peer.makefile("rb")
                while self.one(peer, lines):
                    pass
        except (OSError, ValueError):
            pass

    def one(self, peer, lines):
        first = lines.readline().decode("latin-1").split()
        if len(first) < 3:
            return False
        headers = {}
        for line in iter(lines.readline, b"\r\n"):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        body = lines.read(int(headers.get("content-length", 0))).decode()
        request = dict(method=first[0], path=first[1], headers=headers, body=body, at=time.monotonic())
        with self.lock:
            self.requests.append(request)
            request["count"] = sum(1 for r in self.requests if r["path"] == request["path"])
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        try:
            answer = self.play(request)
            if callable(answer):
                answer(peer)
                return False
            status, extra, text = answer
            data = text if isinstance(text, bytes) else text.encode()
            head = "".join(f"{name}: {value}\r\n" for name, value in dict({"Content-Type": "application/json"}, **extra).items())
            peer.sendall(f"HTTP/1.1 {status} x\r\n{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        finally:
            with self.lock:
                self.at_once -= 1
        return True

    def seen(self, part):
        with self.lock:
            return [r for r in self.requests if part in r["path"]]


# ---- carrier files, configuration, database ----

PLAIN = """carrier "%(name)s" {
	title = "%(name)s" secrets = { "key" } cache_minutes = 60 %(more)s
	number "n" { form = '[0-9]{8}' valid = { "12345678" } }
	step "ask" { url = "https://%(name)s.example/track/{number}?k={secret:key}" header = { "X-Key: {secret:key}", "Accept: application/json" } }
	answer {
		outcome "unknown" { when = { "http = 404 AND json_valid(body)" } }
		events = "body -> '$.events'" code = "event ->> '$.code'" at = "time_parse(event ->> '$.at')" text = "event ->> '$.text'"
	}
	%(map)s
	sample "d" { body = '{"events":[{"code":"OK"}]}' status = delivered }
	sample "u" { http = 404 body = '{}' outcome = unknown }
}
"""
MAP = """map { is = delivered code = { "OK" } } map { is = in_transit code = { "GO" } } map { is = returned code = { "RET" } }
	map { is = lost code = { "LOST" } } map { is = announced code = { "ANN" } } map { is = out_for_delivery code = { "VAN" } }"""
OAUTH = PLAIN.replace('secrets = { "key" }', 'secrets = { "id", "secret" }').replace('''step "ask" {''', '''token {
		url = "https://%(name)s.example/token" body = "grant_type=client_credentials"
		header = { "Authorization: Basic {basic:id:secret}" }
	}
	step "ask" {''').replace('?k={secret:key}', '').replace('"X-Key: {secret:key}"', '"Authorization: Bearer {token}"')
STEPS = PLAIN.replace('step "ask" {', '''step "register" {
		method = "POST" url = "https://%(name)s.example/register" body = '{"number":"{number}"}' once = true
		header = { "X-Key: {secret:key}", "Content-Type: application/json" } keep "id" { value = "body ->> '$.id'" }
	}
	step "get" {''').replace("track/{number}?", "get/{keep:id}?").replace('outcome "unknown" {', '''outcome "pending" { when = { "body ->> '$.state' = 'working'" } }
		outcome "unknown" {''')


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o600)


class Instance:
    """A folder with carrier files, a configuration and a database that holds one open case a parcel."""

    def __init__(self, name, port):
        self.folder, self.port, self.config, self.log = f"{top}/{name}", port, "", ""
        os.makedirs(f"{self.folder}/carriers", mode=0o700)
        os.chmod(self.folder, 0o700)
        write(f"{self.folder}/key", KEY + "\n")
        write(f"{self.folder}/id", "client-id-0815\n")
        write(f"{self.folder}/secret", CLIENT_SECRET + "\n")
        subprocess.run([tracker, "create", f"{self.folder}/wismo.db"], check=True)
        self.rows = 0

    def carrier(self, name, pattern=PLAIN, more="", access="", port=None, loopback=True, rows=MAP):
        write(f"{self.folder}/carriers/{name}.conf", pattern % dict(name=name, more=more, map=rows))
        self.allow(name, access, port, loopback, ("id", "secret") if pattern is OAUTH else ("key",))

    def allow(self, name, access="", port=None, loopback=True, secrets=("key",)):
        base = f'allow_loopback = true base = "https://127.0.0.1:{port or self.port}/{name}"' if loopback else ""
        named = " ".join(f'secret "{s}" {{ value_file = "{s}" }}' for s in secrets)
        self.config += f'carrier "{name}" {{ {base} ca_file = "{top}/certs/ca.pem" {named} {access} }}\n'

    def sql(self, text, *values):
        with contextlib.closing(sqlite3.connect(f"{self.folder}/wismo.db")) as db, db:
            return db.execute(text, values).fetchall()

    def parcel(self, carrier, number, due_at=0, asked_at=NOW - HOUR, state="open", **more):
        self.rows += 1
        order = f"302-0000000-{self.rows:07}"
        with contextlib.closing(sqlite3.connect(f"{self.folder}/wismo.db")) as db, db:
            oid = db.execute("INSERT INTO orders (channel, order_no, imported_at) VALUES ('shop', ?, 1)", (order,)).lastrowid
            db.execute("INSERT INTO shipments (order_id, carrier, number) VALUES (?, ?, ?)", (oid, carrier, number))
            return db.execute("INSERT INTO cases (account, channel, buyer, order_no, lang, state, intent, opened_at, due_at, asked_at, dirty)"
                              " VALUES ('a', 'shop', ?, ?, 'de', ?, 'not_arrived', 1, ?, ?, 0)",
                              (f"b{self.rows}@x.example", order, state, due_at, asked_at)).lastrowid

    def run(self, now=NOW, *more, carriers=None):
        write(f"{self.folder}/wismo.conf", f'state_dir = "."\n{self.config}')
        done = subprocess.run([tracker, "ask", f"{self.folder}/wismo.conf", carriers or f"{self.folder}/carriers", str(now), *more],
                              capture_output=True, text=True, timeout=300)
        self.log += done.stdout + done.stderr
        if done.returncode:
            raise RuntimeError(f"tracker: {done.returncode} {done.stderr[-2000:]}")
        return json.loads(done.stdout)

    def kept(self, carrier, number=None):
        """outcome, status, why of the last answer."""
        rows = self.sql("SELECT outcome, status, coalesce(why, '') FROM trackings WHERE carrier = ? AND number = coalesce(?, number)"
                        " ORDER BY id DESC LIMIT 1", carrier, number)
        return rows[0] if rows else ("-", "-", "-")

    def next_at(self, carrier):
        return self.sql("SELECT next_at FROM lookups WHERE carrier = ? LIMIT 1", carrier)[0][0]

    def paused(self, carrier):
        rows = self.sql("SELECT until_at, failures FROM breakers WHERE carrier = ?", carrier)
        return rows[0] if rows else (0, 0)


results = [0, 0]


def say(fine, name, detail=""):
    results[0] += 1
    results[1] += not fine
    print(f"{'ok' if fine else 'not ok'} {results[0]} - {name}", flush=True)
    if not fine:
        print(f"# {str(detail)[:600]}", flush=True)


def same(got, wanted, name):
    say(got == wanted, name, f"got {got}, wanted {wanted}")


# ---- faults: one carrier each, all asked in one pass ----

def raw(*parts, pause=0, then=None):
    def send(peer):
        for part in parts:
            peer.sendall(part)
            time.sleep(pause)
        if then:
            then(peer)
    return send


def reset(peer):
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(peer.detach())


def endless(peer):
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
    for _ in range(400):
        peer.sendall(b"1," * 8192)


def endless_head(peer):
    peer.sendall(b"HTTP/1.1 200 OK\r\n")
    for i in range(20000):
        peer.sendall(f"X-{i}: {'y' * 200}\r\n".encode())


def drip(peer):
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{")
    for _ in range(300):
        peer.sendall(b" ")
        time.sleep(0.1)


def hang(peer):
    time.sleep(40)


head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
bomb = gzip.compress(b'{"events":[' + b" " * (64 << 20) + b"]}")
S = lambda text: (200, {}, text)

# name: what the server plays; outcome, status; requests; a part of why; earliest and latest next question; paused until
FAULTS = {
    "fine": (S(delivered), "ok", "delivered", "", HOUR, 2 * DAY, 0),
    "moves": (S(moving), "ok", "in_transit", "", HOUR, 7 * HOUR, 0),
    "unlisted": (S('{"events":[{"code":"WAT","at":"2026-11-23T10:00:00Z"}]}'), "ok", "problem", "", HOUR, 7 * HOUR, 0),
    "noevents": (S('{"events":[]}'), "down", "none", "no shipment", 300, 400, 0),
    "unknown": ((404, {}, unknown), "unknown", "none", "404", 3 * HOUR, 4 * HOUR, 0),
    "page404": ((404, {"Content-Type": "text/html"}, "<html>404</html>"), "down", "none", "404", 300, 400, 0),
    "limit": ((429, {}, "{}"), "limited", "none", "429", HOUR, 2 * HOUR, HOUR),
    "limits": ((429, {"Retry-After": "120"}, "{}"), "limited", "none", "429", 120, 150, 120),
    "limitd": (None, "limited", "none", "429", 840, 1050, (840, 901)),  # a moment, 15 minutes ahead
    "limitbad": ((429, {"Retry-After": "99999999"}, "{}"), "limited", "none", "429", DAY, DAY + DAY // 8, DAY),
    "wrongkey": ((401, {}, '{"message":"bad key"}'), "refused", "none", "401", HOUR, 2 * HOUR, HOUR),
    "forbidden": ((403, {}, "no"), "refused", "none", "403", HOUR, 2 * HOUR, HOUR),
    "broken": ((500, {}, '{"events":[]}'), "down", "none", "500", 300, 400, 0),
    "sorry": ((503, {"Retry-After": "600"}, "<html>busy</html>"), "down", "none", "503", 600, 700, 600),
    "gateway": ((502, {}, delivered), "down", "none", "502", 300, 400, 0),
    "html": ((200, {"Content-Type": "text/html"}, "<html><body>Wartung: delivered</body></html>"), "down", "none", "no JSON", 300, 400, 0),
    "empty": ((200, {}, ""), "down", "none", "no JSON", 300, 400, 0),
    "cut": (raw(head + b"Content-Length: 500\r\n\r\n" + delivered.encode()), "down", "none", "", 300, 400, 0),
    "cutclose": (raw(head + b"\r\n" + delivered.encode()), "down", "none", "", 300, 400, 0),  # no length, and TLS was not closed
    "cuttidy": (raw(head + b"Connection: close\r\n\r\n" + delivered[:60].encode(), then=lambda peer: peer.unwrap()), "down", "none", "no JSON", 300, 400, 0),
    "cutchunk": (raw(head + b"Transfer-Encoding: chunked\r\n\r\n40\r\n" + delivered[:30].encode()), "down", "none", "", 300, 400, 0),
    "rubbish": (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "down", "none", "", 300, 400, 0),
    "here": ((302, {"Location": "/here/track/elsewhere"}, ""), "down", "none", "302", 300, 400, 0),
    "there": ((302, {"Location": "https://127.0.0.1:%d/evil/there"}, delivered), "down", "none", "302", 300, 400, 0),
    "loop": ((301, {"Location": "/loop/track/12345678"}, ""), "down", "none", "301", 300, 400, 0),
    "plainhttp": ((307, {"Location": "http://127.0.0.1/evil"}, ""), "down", "none", "307", 300, 400, 0),
    "bomb": ((200, {"Content-Encoding": "gzip"}, bomb), "down", "none", "larger than 1 MB", 300, 400, 0),
    "badgzip": ((200, {"Content-Encoding": "gzip"}, b"no gzip at all"), "down", "none", "", 300, 400, 0),
    "big": ((200, {}, delivered + " " * (2 << 20)), "down", "none", "larger than 1 MB", 300, 400, 0),
    "endless": (endless, "down", "none", "larger than 1 MB", 300, 400, 0),
    "headers": (endless_head, "down", "none", "", 300, 400, 0),
    "drip": (drip, "down", "none", "", 300, 400, 0),
    "hang": (hang, "down", "none", "", 300, 400, 0),
    "reset": (reset, "down", "none", "", 300, 400, 0),
    "nul": ((200, {}, b'{"events":[{"code":"OK"\0}]}'), "down", "none", "", 300, 400, 0),
    "latin": ((200, {}, b'{"events":[{"code":"OK","text":"\xfc\xff","at":"2026-11-23T10:00:00Z"}]}'), "ok", "delivered", "", HOUR, 2 * DAY, 0),
    "deep": ((200, {}, '{"events":' + "[" * 3000 + "]" * 3000 + "}"), "down", "none", "", 300, 400, 0),
    "many": ((200, {}, json.dumps({"events": [{"code": "OK"}] * 500})), "down", "none", "", 300, 400, 0),
    "future": (S('{"events":[{"code":"OK","at":"2031-01-01T00:00:00Z"},{"code":"GO","at":"2026-11-24T06:00:00Z"}]}'), "ok", "in_transit", "", HOUR, 7 * HOUR, 0),
}


# One after the other they would take 80 s and more.
FAULTS.update({f"hang{i}": FAULTS["hang"] for i in range(7)})


def faults():
    def play(request):
        name = request["path"].split("/")[1]
        answer = FAULTS[name][0] if name in FAULTS else (200, {}, delivered)
        if name == "limitd":
            answer = (429, {"Retry-After": email.utils.formatdate(time.time() + 900, usegmt=True)}, "{}")
        if name == "there":
            answer = (302, {"Location": f"https://127.0.0.1:{server.port}/evil/there"}, delivered)
        return answer

    server = Server("good", play)
    bad = {cert: Server(cert, lambda request: (200, {}, delivered)) for cert in ("wrong", "self", "expired")}
    box = Instance("faults", server.port)
    for name in FAULTS:
        box.carrier(name)
        box.parcel(name, "12345678")
    for cert, other in bad.items():
        box.carrier(f"cert{cert}", port=other.port)
        box.parcel(f"cert{cert}", "12345678")
    box.carrier("gone", port=1)
    box.parcel("gone", "12345678")
    # A name that leads to this machine, and nobody has allowed that.
    box.carrier("x.localhost", loopback=False)
    write(f"{box.folder}/carriers/x.localhost.conf", (PLAIN % dict(name="x.localhost", more="", map=MAP)).replace(".localhost.example", ".localhost"))
    box.parcel("x.localhost", "12345678")
    begun = time.monotonic()
    box.run()
    lasted = time.monotonic() - begun
    for name, (_, outcome, status, why, least, most, pause) in FAULTS.items():
        got = box.kept(name)
        wait, paused = box.next_at(name) - NOW, box.paused(name)[0]
        fits = pause[0] <= paused - NOW <= pause[1] if isinstance(pause, tuple) else paused == (NOW + pause if pause else 0)
        # A kept connection that breaks without a byte may have been closed before the request came: libcurl asks again, five times.
        requests = 1 if name == "reset" and 1 <= len(server.seen("/reset/")) <= 6 else len(server.seen(f"/{name}/"))
        say(got[:2] == (outcome, status) and why in got[2] and requests == 1 and least <= wait <= most and fits,
            f"fault {name}: {outcome} {status}", f"got {got}, {requests} requests, next after {wait} s, paused {paused - NOW if paused else 0}")
    for cert, other in bad.items():
        same((box.kept(f"cert{cert}")[0], len(other.requests)), ("down", 0), f"a {cert} certificate hears no request and no key")
    same(box.kept("gone")[:2], ("down", "none"), "nobody listens: down")
    got = box.kept("x.localhost")
    say(got[0] == "down" and "not public" in got[2], "a name that leads to loopback is not asked", got)
    same([r["path"] for r in server.seen("/evil")], [], "no redirect is followed, to whatever host")
    say(lasted < 60, f"the slowest kept the pass for {lasted:.0f} s, not the sum of all", lasted)
    same(box.sql("SELECT count(*), count(DISTINCT carrier) FROM trackings")[0], (len(FAULTS) + 5,) * 2, "one kept answer a question, nothing lost")
    same(box.sql("SELECT count(*) FROM trackings WHERE outcome <> 'ok' AND length(body) > 4096")[0][0], 0, "error pages do not fill the database")
    say(os.path.getsize(f"{box.folder}/wismo.db") < 1 << 20, "nor do bombs", os.path.getsize(f"{box.folder}/wismo.db"))
    before = len(server.requests)
    box.run(NOW + 60)
    same(len(server.requests) - before, 0, "a minute later nobody is asked again")
    box.sql("UPDATE lookups SET next_at = 0 WHERE carrier IN ('fine', 'moves')")
    box.run(NOW + 1800)
    same(len(server.seen("/fine/") + server.seen("/moves/")), 2, "due or not: what the cache knows is not asked")
    box.sql("DELETE FROM lookups WHERE carrier <> 'moves'")
    box.run(NOW + 2 * DAY)
    same(len(server.seen("/moves/")), 2, "after its life it is asked again")


# ---- the breaker ----

def breaker():
    sick = [True]
    server = Server("good", lambda request: (500, {}, "{}") if sick[0] else (200, {}, moving))
    box = Instance("breaker", server.port)
    box.carrier("sick", more="limit { second = 40 }")
    box.carrier("well", more="limit { second = 40 }")
    for i in range(12):
        box.parcel("sick", f"5000000{i:1x}".replace("a", "8").replace("b", "9") if i < 10 else f"6000000{i - 10}")
    box.run()
    asked = len(server.requests)
    say(5 <= asked <= 8, f"the breaker opened after {asked} of 12 questions", asked)
    same(box.paused("sick"), (NOW + 300, 5), "it is a row: until when, after how many failures")
    say("carrier.paused carrier=sick outcome=down" in box.log, "and a line in the log", box.log[-500:])
    status = subprocess.run([f"{build}/wismo", "status", "--config", f"{box.folder}/wismo.conf"], capture_output=True, text=True,
                            env=dict(os.environ, WISMO_DATADIR=f"{source}/templates")).stdout
    say("carrier sick" in status and "HTTP 500" in status, "and a line of wismo status", status)
    box.run(NOW + 200)
    same(len(server.requests), asked, "while it is open nobody asks")
    box.run(NOW + 300)
    same(len(server.requests), asked + 1, "half open: one question tries")
    same(box.paused("sick"), (NOW + 900, 6), "it failed: twice as long")
    say("carrier.probe carrier=sick" in box.log, "which the log tells", box.log[-500:])
    sick[0] = False
    box.run(NOW + 900)
    say(len(server.requests) >= asked + 2 and box.paused("sick") == (0, 0) and "carrier.back carrier=sick" in box.log,
        "an answer closes it", (len(server.requests), box.paused("sick"), box.log[-500:]))
    box.run(NOW + DAY)
    same(box.sql("SELECT count(DISTINCT number) FROM trackings WHERE outcome = 'ok'")[0][0], 12, "in the end every number has its answer")
    box.carrier("paced", more="limit { second = 20 }")
    for i in range(20):
        box.parcel("paced", f"800000{i:02}")
    box.run(NOW + DAY + 600)
    times = [r["at"] for r in server.seen("/paced/")]
    # 950 ms by the limit; the first one's handshake makes it arrive late.
    say(len(times) == 20 and times[-1] - times[0] > 0.7, "20 requests at 20 a second keep their distance", [t - times[0] for t in times])


# ---- tokens ----

class Tokens:
    """An OAuth server: tokens live for `uses` questions."""

    def __init__(self, uses=1 << 30, life=3600, refuse=False, status=200):
        self.uses, self.life, self.refuse, self.status = uses, life, refuse, status
        self.lock, self.left, self.number = threading.Lock(), {}, 0

    def play(self, request):
        with self.lock:
            if request["path"].endswith("/token"):
                if self.status != 200:
                    return self.status, {}, '{"error":"invalid_client"}'
                self.number += 1
                token = f"token-{self.number}-geheim/teil"
                self.left[token] = self.uses
                return 200, {}, json.dumps({"access_token": token, "expires_in": self.life})
            token = request["headers"].get("authorization", "").removeprefix("Bearer ")
            if self.refuse or self.left.get(token, 0) <= 0:
                return 401, {}, '{"error":"expired"}'
            self.left[token] -= 1
            return 200, {}, moving


def tokens():
    server = Server("good", lambda request: plays[request["path"].split("/")[1]].play(request))
    plays = {"once": Tokens(life="14399"), "mid": Tokens(uses=20), "never": Tokens(refuse=True), "client": Tokens(status=401),
             "down": Tokens(status=503), "short": Tokens(life=0), "weird": Tokens(life=-(1 << 62))}
    box = Instance("tokens", server.port)
    counts = {"once": 40, "mid": 30, "never": 1, "client": 5, "down": 3, "short": 3, "weird": 1}
    for name, count in counts.items():
        box.carrier(name, OAUTH)
        for i in range(count):
            box.parcel(name, f"70{i:06}")
    box.run()
    asked = lambda name: (len(server.seen(f"/{name}/token")), len(server.seen(f"/{name}/track")))
    ok = lambda name: box.sql("SELECT count(*) FROM trackings WHERE carrier = ? AND outcome = 'ok'", name)[0][0]
    same((asked("once"), ok("once")), ((1, 40), 40), "40 questions share one token")
    basic = server.seen("/once/token")[0]
    say(basic["method"] == "POST" and basic["body"] == "grant_type=client_credentials" and basic["headers"]["authorization"].startswith("Basic "),
        "asked for as RFC 6749, 4.4 says", basic)
    say(asked("mid")[0] == 2 and ok("mid") == 30 and 31 <= asked("mid")[1] <= 46, "a token that ends mid-way: one new one, nothing lost",
        (asked("mid"), ok("mid")))
    same((asked("never"), box.kept("never")[0]), ((2, 2), "refused"), "refused with a fresh token too: one renewal, then it is a refusal")
    same((asked("client"), box.kept("client")[0], box.paused("client")[0]), ((1, 0), "refused", NOW + HOUR), "a wrong client is refused once, and the rest waits")
    say(asked("down") == (3, 0) and box.kept("down")[0] == "down" and "token" in box.kept("down")[2], "a token server that is down is down, not a refusal",
        (asked("down"), box.kept("down")))
    say(ok("short") == 3 and asked("short")[0] <= 3, "a life of nothing makes no endless asking", asked("short"))
    same(ok("weird"), 1, "nor does a negative one")
    box.run(NOW + 7 * HOUR + 1800)
    same((asked("once")[0], ok("once")), (2, 80), "a new process asks for a new token: it was nowhere written")
    return box


# ---- several steps ----

def steps():
    state = {"ready": False, "registered": 0}

    def play(request):
        if "/register" in request["path"]:
            state["registered"] += 1
            return 200, {}, json.dumps({"id": "id " + json.loads(request["body"])["number"] + "/?"})
        if not state["ready"]:
            return 200, {}, '{"state":"working"}'
        return 200, {}, moving

    server = Server("good", play)
    box = Instance("steps", server.port)
    box.carrier("two", STEPS)
    box.parcel("two", "12345678")
    box.run()
    same((state["registered"], len(server.seen("/get/")), box.kept("two")[0]), (1, 1, "pending"), "registered, and not ready yet")
    say(600 <= box.next_at("two") - NOW <= 700, "asked again soon", box.next_at("two") - NOW)
    same(server.seen("/get/")[0]["path"].split("?")[0], "/two/get/id%2012345678%2F%3F", "what the first step gave is percent-encoded in the second")
    box.run(NOW + 700)
    same((state["registered"], len(server.seen("/get/"))), (1, 2), "not registered again, by a new process")
    say(box.next_at("two") - NOW - 700 >= 1200, "a carrier that is never ready is asked ever less", box.next_at("two") - NOW - 700)
    state["ready"] = True
    box.run(NOW + 3 * HOUR)
    same((state["registered"], box.kept("two")[:2]), (1, ("ok", "in_transit")), "ready in the end")


# ---- aggregators: one is asked about another carrier's parcel ----

AGGREGATOR = STEPS.replace('number "n" { form = \'[0-9]{8}\' valid = { "12345678" } }', 'reaches = { "rail=301", "boat = b-t/1" }') \
    .replace('{"number":"{number}"}', '{"number":"{number}","courier":"{courier}"}').replace("get/{keep:id}?", "get/{keep:id}?c={courier}&")


def aggregators():
    state = {"fail": 0}

    def play(request):
        if state["fail"]:
            return state["fail"], {}, "{}"
        if "/register" in request["path"]:
            return 200, {}, json.dumps({"id": json.loads(request["body"])["number"]})
        return 200, {}, moving

    server = Server("good", play)
    box = Instance("aggregators", server.port)
    box.carrier("hub", AGGREGATOR, more="limit { hour = 5 }")
    for name in ("rail", "boat"):  # numbers, and no interface
        write(f"{box.folder}/carriers/{name}.conf", f'carrier "{name}" {{ number "n" {{ form = \'[0-9]{{8}}\' check = gs1 valid = {{ "12345670" }} }} }}')
    box.parcel("rail", "12345670")
    box.run()
    same((len(server.requests), box.kept("hub"), box.sql("SELECT carrier, courier FROM lookups")), (0, ("-", "-", "-"), [("rail", None)]),
         "a carrier without an interface is not asked")
    box.config = box.config.rstrip("}\n") + ' for = { "rail" } }\n'
    box.parcel("boat", "12345687")
    box.parcel("rail", "12345671")
    box.run(NOW + 25 * HOUR)
    same([json.loads(r["body"]) for r in server.seen("/register")], [{"number": "12345670", "courier": "301"}],
         "its aggregator is, by its own name of the carrier, once the configuration says so; a wrong check digit is not asked about")
    same([r["path"].split("&")[0] for r in server.seen("/get/")], ["/hub/get/12345670?c=301"], "in every step")
    same((box.kept("hub")[:2], box.sql("SELECT carrier, courier FROM lookups WHERE number = '12345670'")), (("ok", "in_transit"), [("hub", "rail")]),
         "the answer is kept as the aggregator's, the parcel stays the carrier's")
    same(box.kept("boat"), ("-", "-", "-"), "a carrier that the configuration does not name is not asked through it")
    box.config = box.config.replace('for = { "rail" }', 'for = { "*" }')
    box.run(NOW + 50 * HOUR)
    say(any(json.loads(r["body"]) == {"number": "12345687", "courier": "b-t/1"} for r in server.seen("/register"))
        and any("c=b-t%2F1" in r["path"] for r in server.seen("/get/")), "a star means all that it reaches; the name is escaped", server.requests[-1]["path"])
    used = box.sql("SELECT used FROM budgets WHERE carrier = 'hub' AND window = 'hour'")
    say(used and used[0][0] <= 5 and not box.sql("SELECT 1 FROM budgets WHERE carrier <> 'hub'"), "the budget is the aggregator's", used)
    state["fail"] = 429
    box.run(NOW + 80 * HOUR)
    say(box.paused("hub")[0] > NOW + 80 * HOUR and box.paused("rail") == (0, 0), "and so is the pause", box.sql("SELECT * FROM breakers"))
    box.config = box.config.replace('for = { "*" }', 'for = { "rail" "train" }'.replace('" "', '", "'))
    try:
        box.run(NOW + 90 * HOUR)
        say(False, "an aggregator that does not reach a carrier is told")
    except RuntimeError as error:
        say('carrier "hub": for = "train": the carrier file does not reach it' in str(error), "an aggregator that does not reach a carrier is told", error)


# ---- budgets ----

def budgets():
    server = Server("good", lambda request: (200, {}, moving))
    box = Instance("budgets", server.port)
    box.carrier("small", more="limit { hour = 5 day = 8 }")
    for i in range(12):
        box.parcel("small", f"710000{i:02}")
    box.run()
    same(len(server.requests), 5, "an hour's budget is not exceeded")
    box.run(NOW + 600)
    same(len(server.requests), 5, "nor by a new process")
    say(all(HOUR <= at - NOW <= HOUR + 700 for (at,) in box.sql("SELECT next_at FROM lookups WHERE asked_at = 0")), "the rest waits for the next hour",
        box.sql("SELECT next_at FROM lookups"))
    box.run(NOW + HOUR + 700)
    same(len(server.requests), 8, "then the day's ends")
    box.run(NOW + 2 * HOUR + 700)
    same(len(server.requests), 8, "in the third hour nothing")
    midnight = NOW - NOW % DAY + DAY
    box.run(midnight + 700)
    same((len(server.requests), box.sql("SELECT count(DISTINCT number) FROM trackings")[0][0]), (13, 12), "a new day: all have been asked, the oldest anew")
    same(box.sql("SELECT window, used FROM budgets ORDER BY window"), [("day", 5), ("hour", 5)], "the counts are rows")


# ---- numbers and unofficial interfaces ----

def numbers():
    server = Server("good", lambda request: (200, {}, moving))
    box = Instance("numbers", server.port)
    box.carrier("strict")
    box.carrier("loose", PLAIN.replace("number \"n\" { form = '[0-9]{8}' valid = { \"12345678\" } }\n", ""))
    hostile = ["../../admin", "..", "1/../../2", "12345678?x=1", "12345678#a", "a%2f..", "12345678\r\nX-Evil: 1", "@evil.example/", "\\\\evil", "١٢٣٤٥٦٧٨",
               "1" * 41, "123", "12345678&k=", "{secret:key}"]
    for number in hostile:
        box.parcel("strict", number)
        box.parcel("loose", number)
    box.parcel("strict", "87654321")
    box.run()
    wanted = {"/strict/track/87654321", "/strict/track/12345678"}
    paths = {r["path"].split("?")[0] for r in server.requests}
    say(paths <= wanted | {p for p in paths if p.startswith("/loose/track/") and p.removeprefix("/loose/track/").isalnum() and p.isascii()}
        and "/strict/track/87654321" in paths, "only letters and digits ever reach a URL", paths)
    say(all("evil" not in str(r["headers"]) for r in server.requests), "and no header", [r["headers"] for r in server.requests])
    key = {r["path"].split("?k=")[1] for r in server.requests}
    same(key, {"key-Zq9%2Fgeheim%2Bx"}, "a key in the query is percent-encoded")

    server = Server("good", lambda request: (200, {}, moving))
    box = Instance("unofficial", server.port)
    box.carrier("backdoor", more="unofficial = true")
    box.carrier("opened", more="unofficial = true", access="unofficial = yes")
    for name in ("backdoor", "opened"):
        box.parcel(name, "12345678")
    box.run()
    same((len(server.seen("/backdoor/")), len(server.seen("/opened/"))), (0, 1), "an unofficial interface is asked only where the configuration says so")
    say("unofficial" in box.log and box.sql("SELECT count(*) FROM trackings WHERE carrier = 'backdoor'")[0][0] == 0, "and the log says why", box.log[-400:])
    asked = subprocess.run([f"{build}/wismo", "carrier", "try", "--data", f"{box.folder}", "--config", f"{box.folder}/wismo.conf", "backdoor", "12345678"],
                           capture_output=True, text=True)
    say("unofficial = true" in asked.stdout and asked.returncode == 1, "a person is told how to turn it on", asked)


# ---- killed, stopped ----

def killed():
    """Killed while it asks, again and again: no number is lost, no budget exceeded."""
    server = Server("good", lambda request: (time.sleep(0.05), (200, {}, moving))[1])
    box = Instance("killed", server.port)
    box.carrier("mortal", more="limit { hour = 70 }")
    for i in range(60):
        box.parcel("mortal", f"720000{i:02}")
    write(f"{box.folder}/wismo.conf", f'state_dir = "."\n{box.config}')
    landed = 0
    for i in range(8):
        process = subprocess.Popen([tracker, "ask", f"{box.folder}/wismo.conf", f"{box.folder}/carriers", str(NOW)], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        before = len(server.requests)
        until = time.monotonic() + 60
        while len(server.requests) < before + 1 + i % 3 and process.poll() is None and time.monotonic() < until:
            time.sleep(0.002)
        landed += process.poll() is None
        process.kill()
        process.wait()
    say(landed >= 5, f"{landed} of 8 kills landed while requests were under way", landed)
    box.run(NOW)
    in_hour = len(server.requests)
    say(in_hour <= 70, f"{in_hour} requests within the hour's budget of 70", in_hour)
    for hour in (1, 2, 3):
        box.run(NOW + hour * (HOUR + 700))
    same(box.sql("SELECT count(DISTINCT number) FROM trackings WHERE outcome = 'ok'"), [(60,)], "every number has its answer")
    say(len(server.requests) <= 60 + 8 * 8, f"{len(server.requests)} requests for 60 numbers: only what was in flight was asked again", len(server.requests))


def stopped():
    """The agent itself, with a carrier that hangs: it ends when it is told to, not with the request (10 s of silence)."""
    server = Server("good", lambda request: hang)
    box = Instance("stopped", server.port)
    shop.data_dir(f"{box.folder}/templates")
    shutil.rmtree(f"{box.folder}/templates/carriers")
    box.carrier("hangs")
    os.rename(f"{box.folder}/carriers", f"{box.folder}/templates/carriers")
    box.parcel("hangs", "12345678")
    write(f"{box.folder}/wismo.conf", f'state_dir = "."\n{box.config}')
    agent = subprocess.Popen([f"{build}/wismo", "run", "--config", f"{box.folder}/wismo.conf", "--data", f"{box.folder}/templates"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while not server.requests and time.monotonic() < until and agent.poll() is None:
        time.sleep(0.02)
    begun = time.monotonic()
    agent.terminate()
    _, log = agent.communicate(timeout=60)
    box.log += log
    lasted = time.monotonic() - begun
    say(len(server.requests) == 1 and agent.returncode == 0 and lasted < 9 and "killed" not in log,
        f"the agent ends in {lasted:.1f} s while a carrier hangs", (len(server.requests), agent.returncode, lasted, log[-600:]))
    same(box.sql("SELECT count(*) FROM lookups WHERE asked_at = 0"), [(1,)], "and the number is still to be asked")


def tries():
    """What a person sees: request, answer and mapping, without the key."""
    server = Server("good", lambda request: (200, {}, delivered))
    box = Instance("tries", server.port)
    box.carrier("seen", OAUTH)
    server.play = lambda request: (200, {}, '{"access_token":"tok-geheim/teil","expires_in":60}' if request["path"].endswith("token") else delivered)
    write(f"{box.folder}/wismo.conf", f'state_dir = "."\n{box.config}')
    done = subprocess.run([f"{build}/wismo", "carrier", "try", "--data", box.folder, "--config", f"{box.folder}/wismo.conf", "seen", "1234 5678"],
                          capture_output=True, text=True)
    box.log += done.stdout + done.stderr
    say(done.returncode == 0 and "Bearer ***" in done.stdout and "Basic ***" in done.stdout and '"code":"OK"' in done.stdout
        and "seen says: delivered since" in done.stdout, "carrier try shows each step, credentials masked", done)


# ---- secrets ----

def secrets():
    def play(request):
        text = json.dumps({"events": [{"code": "GO", "at": "2026-11-24T06:00:00Z", "text": "you sent " + str(request["headers"])}], "url": request["path"]})
        return 200, {}, text.replace("/", "\\/") if "slash" in request["path"] else text

    server = Server("good", play)
    box = Instance("secrets", server.port)
    box.carrier("echo")
    box.carrier("slash")
    for name in ("echo", "slash"):
        box.parcel(name, "12345678")
    box.run()
    body = box.sql("SELECT body FROM trackings WHERE carrier = 'echo'")[0][0]
    say("***" in body and "you sent" in body, "a server that repeats the key has it masked in what is kept", body)
    same(box.kept("echo")[:2], ("ok", "in_transit"), "and is understood all the same")


    # A key that comes from a command which fails, twice in two ways.
    box = Instance("commands", server.port)
    for name, command in (("fails", "echo x >>%s/fails.runs; exit 1"), ("works", "echo x >>%s/works.runs; cat %s/key")):
        box.carrier(name)
        box.config = box.config.replace('"key" { value_file = "key" } ', '"key" { value_command = "sh -c \'' + command.replace("%s", box.folder) + '\'" } ')
        for i in range(20):
            box.parcel(name, f"730000{i:02}")
    box.run()
    runs = lambda name: len(open(f"{box.folder}/{name}.runs", encoding="utf-8").readlines())
    same((runs("fails"), box.kept("fails")[0], len(server.seen("/fails/"))), (1, "down", 0), "a command that fails is run once for all numbers that wait")
    same(box.sql("SELECT count(*) FROM trackings WHERE carrier = 'works' AND outcome = 'ok'"), [(20,)], "one that works")
    say(runs("works") <= 3, f"is run {runs('works')} times for 20 numbers", runs("works"))


def nowhere():
    import base64
    basic = base64.b64encode(f"client-id-0815:{CLIENT_SECRET}".encode()).decode()
    words = [KEY, KEY.replace("/", "\\/"), KEY.replace("/", "%2F").replace("+", "%2B"), CLIENT_SECRET, basic, "geheim/teil", "geheim\\/teil"]
    found = []
    for folder, _, names in os.walk(top):
        for name in names:
            if name not in ("key", "secret", "id") and "/certs" not in folder:
                data = open(f"{folder}/{name}", "rb").read()
                found += [f"{folder}/{name}: {word}" for word in words if word.encode() in data]
    found += [f"log of {box.folder}: {word}" for box in boxes for word in words if word in box.log]
    same(found, [], f"no key, token or password in {len(boxes)} databases and logs")


# ---- every sample of every shipped file ----

def samples():
    lines = subprocess.run([tracker, "samples", f"{source}/templates/carriers"], capture_output=True, text=True, check=True).stdout.splitlines()
    by = collections.defaultdict(list)
    for line in map(json.loads, lines):
        # The postal union's numbers are another carrier's: played with that one's number it is another story.
        if not (line["courier"] and line["number"][:2].isalpha()):
            by[line["carrier"]].append(line)
    current, position = {}, collections.Counter()

    def play(request):
        name = request["path"].split("/")[1]
        sample = current[name]
        with lock:
            turn = position[name]
            position[name] += 1
        if sample["token"]:
            if turn == 0:
                return 200, {}, '{"access_token":"sample-token","expires_in":"3600","token_type":"Bearer"}'
            turn -= 1
        steps_ = sample["steps"]
        step = steps_[min(turn, len(steps_) - 1)]
        wanted = sample["step"] or steps_[-1]
        if step == wanted:
            return sample["http"], {}, sample["body"]
        # Steps before it go as the file's own samples say that they go.
        way = [s for s in by[name] if s["step"] == step and s["outcome"] == "ok"]
        return (way[0]["http"], {}, way[0]["body"]) if way else (200, {}, '{"id":"1"}')

    lock = threading.Lock()
    server = Server("good", play)
    wrong, played, outcomes = [], 0, collections.Counter()
    for turn in range(max(map(len, by.values()), default=0)):
        box = Instance(f"samples{turn}", server.port)
        current.clear()
        position.clear()
        taken = set()
        for name, list_ in by.items():
            if turn < len(list_):
                current[name] = list_[turn]
                box.allow(name, 'unofficial = yes host = "karrio.example"', secrets=())
                box.config = box.config.replace("secret ", "secret ")
                for secret in list_[turn]["secrets"]:
                    write(f"{box.folder}/{name}.{secret}", "sample-secret\n")
                    box.config = box.config.rstrip("}\n") + f' secret "{secret}" {{ value_file = "{name}.{secret}" }} }}\n'
                owner, number = name, list_[turn]["number"]
                if list_[turn]["owners"]:  # an aggregator: each is asked about another carrier's parcel
                    owner, number = next((o, n) for o, n in list_[turn]["owners"].items() if o not in taken and (o not in by or turn >= len(by[o])))
                    taken.add(owner)
                    body = list_[turn]["body"].replace(list_[turn]["number"], number)
                    if list_[turn]["courier"]:
                        body = body.replace(f'"{list_[turn]["courier"]}"', json.dumps(list_[turn]["codes"][owner]))
                        body = body.replace(f'"carrier":{list_[turn]["courier"]},', f'"carrier":{list_[turn]["codes"][owner]},')
                    else:
                        body = re.sub('"courierCode":"[^"]*",', "", body)
                        body = re.sub(r'"carrier":\d+', f'"carrier":{list_[turn]["codes"][owner]}', body)
                    current[name] = dict(list_[turn], body=body)
                    box.config = box.config.rstrip("}\n") + f' for = {{ "{owner}" }} }}\n'
                box.parcel(owner, number)
        box.run(4102444800, "fast", carriers=f"{source}/templates/carriers")
        for name, sample in current.items():
            last = not sample["step"] or sample["step"] == sample["steps"][-1]
            outcome, status, why = box.kept(name)
            if not last and sample["outcome"] == "ok":
                continue
            played += 1
            outcomes[sample["outcome"]] += 1
            if outcome != sample["outcome"] or (sample["status"] and status != sample["status"]):
                wrong.append(f'{name} "{sample["name"]}": {outcome} {status} {why}, expected {sample["outcome"]} {sample["status"]}')
    say(not wrong and played >= 40, f"{played} samples of {len(by)} carriers played over the wire: {dict(outcomes)}", "; ".join(wrong))


def own_host():
    """A server that the seller runs: on a private address only if he says so, and only that server."""
    server = Server("good", lambda request: (200, {}, delivered))
    box = Instance("own", server.port)
    file = PLAIN.replace("https://%(name)s.example/", "https://{host}/").replace('step "ask" {', '''step "first" {
        url = "https://{host}/first/{number}" keep "k" { value = "'a'" } }
    step "ask" {''')
    other = file.replace("https://{host}/track", "https://x.localhost/evil")
    for name, pattern, access in (("quiet", file, ""), ("said", file, "host_private = true"), ("astray", other, "host_private = true"),
                                  ("longer", file.replace("{host}/first", "{host}.evil.localhost/first"), "host_private = true")):
        write(f"{box.folder}/carriers/{name}.conf", pattern % dict(name=name, more="", map=MAP))
        box.allow(name, f'host = "127.0.0.1:{server.port}" {access}', loopback=False)
        box.parcel(name, "12345678")
    try:
        box.run()
    except RuntimeError as error:  # a name that goes on behind the host is no host of a carrier file
        say("fixed host" in str(error), "{host} cannot be the beginning of another name", error)
        os.remove(f"{box.folder}/carriers/longer.conf")
        box.sql("DELETE FROM shipments WHERE carrier = 'longer'")
        box.run()
    same(box.kept("quiet")[0], "down", "a private address is refused unless the seller says that it is his")
    say("not public" in box.kept("quiet")[2], "and that is the reason given", box.kept("quiet"))
    same(box.kept("said")[:2], ("ok", "delivered"), "his own server is asked when he does")
    say(box.kept("astray")[0] == "down" and "not public" in box.kept("astray")[2], "another host of the same file is refused all the same", box.kept("astray"))


def http2():
    """Real HTTP/2 by nghttpd (Debian: nghttp2-server): a burst of look-ups over one connection."""
    nghttpd = shutil.which("nghttpd") or shutil.which("nghttpd", path="/usr/sbin:/usr/local/sbin")
    if not nghttpd:
        say(True, "# SKIP HTTP/2: no nghttpd (Debian: nghttp2-server)")
        return
    files, log, many = f"{top}/h2", f"{top}/h2.log", 24
    os.makedirs(f"{files}/two/track")
    for n in range(many):
        write(f"{files}/two/track/{10000000 + n}", delivered if n % 2 else moving)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with open(log, "wb") as out:
        server = subprocess.Popen([nghttpd, "-v", "-d", files, "-a", "127.0.0.1", str(port), f"{top}/certs/good.key", f"{top}/certs/good.pem"],
                                  stdout=out, stderr=subprocess.STDOUT)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        box = Instance("two", port)
        box.carrier("two")
        for n in range(many + 1):
            box.parcel("two", str(10000000 + n))
        box.run()
    finally:
        server.terminate()
        server.wait()
    with open(log, encoding="utf-8", errors="replace") as file:
        said = file.read()
    os.remove(log)
    asked = re.findall(r"^\[id=(\d+)\].*recv \(stream_id=\d+\) :path: (\S+)", said, re.M)
    kept = collections.Counter(status for (status,) in box.sql("SELECT outcome || ' ' || status FROM trackings WHERE carrier = 'two'"))
    same(dict(kept), {"ok delivered": many // 2, "ok in_transit": many // 2, "down none": 1}, "answers over HTTP/2 are read, one of 404 without JSON is no unknown number")
    same((len(asked), len({path for _, path in asked})), (many + 1, many + 1), "each look-up is one request")
    same(len({connection for connection, _ in asked}), 1, "all of them over one connection")


parts = [own_host, http2, faults, breaker, tokens, steps, budgets, numbers, killed, stopped, tries, secrets, samples]
boxes = []
made = Instance.__init__


def remember(self, *arguments):
    made(self, *arguments)
    boxes.append(self)


def main():
    Instance.__init__ = remember
    try:
        os.makedirs(f"{top}/certs")
        subprocess.run(["sh", f"{source}/tests/lib/certs.sh", f"{top}/certs"], check=True)
        chosen = os.environ.get("WISMO_CARRIER_PARTS", "").split()
        for part in parts:
            if not chosen or part.__name__ in chosen:
                part()
        nowhere()
        print(f"1..{results[0]}")
    finally:
        if not os.environ.get("WISMO_CARRIER_KEEP"):
            shutil.rmtree(top, ignore_errors=True)
    sys.exit(1 if results[1] else 0)


if __name__ == "__main__":
    main()
