#!/usr/bin/env python3
"""A scripted SMTP server that refuses, delays and breaks off at each step: the reply's state and the number of mails that
the server took are compared with what each step allows. Speaks TAP. usage: smtp.py WISMO"""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

wismo = os.path.abspath(sys.argv[1])
now = int(time.time())
top = tempfile.mkdtemp(prefix="wismo-smtp-")


class Server(threading.Thread):
    """Serves one scenario; `plan` maps a step (greet ehlo mail rcpt data dot) to an answer, or to None: close there."""

    def __init__(self, plan):
        super().__init__(daemon=True)
        self.plan, self.taken, self.dots = plan, [], 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with peer:
                peer.settimeout(20)
                try:
                    self.talk(peer, peer.makefile("rb"))
                except OSError:
                    pass

    def answer(self, peer, step, usual):
        text = self.plan.get(step, usual)
        if text is None:
            raise OSError("closed by plan")
        peer.sendall(text.encode() + b"\r\n")
        return text.startswith(("2", "3"))

    def talk(self, peer, lines):
        if not self.answer(peer, "greet", "220 mx.example.com ESMTP"):
            return
        for line in lines:
            word = line[:4].upper()
            if word == b"EHLO":
                self.answer(peer, "ehlo", "250-mx.example.com\r\n250 SIZE 1000000")
            elif word == b"MAIL":
                self.answer(peer, "mail", "250 ok")
            elif word == b"RCPT":
                self.answer(peer, "rcpt", "250 ok")
            elif word == b"DATA":
                if self.answer(peer, "data", "354 go on"):
                    if "middle" in self.plan:
                        lines.readline()
                        raise OSError("closed in the middle")
                    body = b""
                    for part in lines:
                        if part == b".\r\n":
                            break
                        body += part
                    self.dots += 1
                    said = self.plan.get("dot", "250 queued as 1")
                    # A server that took the mail and whose word is lost has taken it all the same.
                    if said is None or said.startswith("2"):
                        self.taken.append(body)
                    self.answer(peer, "dot", "250 queued as 1")
            elif word == b"QUIT":
                self.answer(peer, "quit", "221 bye")
                return
            else:
                peer.sendall(b"250 ok\r\n")


def write(path, text, age=600):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o600)
    os.utime(path, (now - age, now - age))


def day(offset):
    return time.strftime("%Y-%m-%d", time.gmtime(now + offset * 86400))


def instance(name, outgoing, buyer="Anna Schmidt", item="Teekanne"):
    base = f"{top}/{name}"
    write(f"{base}/inbox/new/one", f"""From: "Anna Schmidt" <abcdefgh12345x@marketplace.amazon.de>
To: shop@example.com
Subject: Paket nicht angekommen (Bestellung: 302-0000000-0000000)
Date: {time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(now - 3600))}
Message-ID: <one@mail.example>
X-Space-Notification-Type: BBC_MESSAGE_SENT_TO_MERCHANT
Content-Type: text/plain; charset=utf-8

Guten Tag, mein Paket ist noch nicht angekommen. Die Sendungsverfolgung steht seit Tagen still. Wo ist es?
""")
    for folder in ("cur", "tmp"):
        os.makedirs(f"{base}/inbox/{folder}")
    os.makedirs(f"{base}/state", mode=0o700)
    write(f"{base}/import/orders.csv", "order-id;buyer-name;purchase-date;latest-delivery-date;sku;product-name;quantity-purchased;item-price;currency\n"
          f"302-0000000-0000000;{buyer};{day(-9)};{day(2)};TEE;{item};1;19,90;EUR\n")
    write(f"{base}/import/shipments.csv", f"order-id;carrier-name;tracking-number;ship-date\n302-0000000-0000000;DHL;00340434161094015902;{day(-8)}\n")
    event = f'{{"timestamp":"{day(-1)}T10:00:00","statusCode":"transit","status":"NB","description":"bearbeitet"}}'
    write(f"{base}/recorded/00340434161094015902.json",
          f'{{"shipments":[{{"id":"00340434161094015902","service":"parcel-de","status":{event},"events":[{event}]}}]}}')
    write(f"{base}/wismo.conf", f"""mode = "auto"
state_dir = "state"
import_dir = "import"
account "main" {{ source = "maildir:inbox" outgoing = "{outgoing}" from = "shop@example.com" start = "all" }}
carrier "dhl" {{ recorded = "recorded" }}
""")
    return base


def run(base, *arguments):
    return subprocess.run([wismo, *arguments, "--config", f"{base}/wismo.conf"], capture_output=True, text=True, timeout=120)


def state_of(base):
    lines = run(base, "replies", "--json").stdout.splitlines()
    return [json.loads(line)["state"] for line in lines]


# step, what the server does, the reply's state, mails that it took, whether a second run may add one
SCENARIOS = [
    ("everything accepted", {}, ["sent"], 1),
    ("421 as a greeting", {"greet": "421 too busy"}, ["later"], 0),
    ("451 to MAIL", {"mail": "451 try later"}, ["later"], 0),
    ("greylisted at RCPT", {"rcpt": "450 4.2.0 greylisted, come back"}, ["later"], 0),
    ("550 to RCPT", {"rcpt": "550 5.1.1 no such user"}, ["refused"], 0),
    ("554 to DATA", {"data": "554 5.7.1 no"}, ["refused"], 0),
    ("451 after the dot", {"dot": "451 4.3.0 try later"}, ["later"], 0),
    ("550 after the dot", {"dot": "550 5.7.1 looks like spam"}, ["refused"], 0),
    ("closed while reading a text that had left as a whole", {"middle": True}, ["uncertain"], 0),
    ("closed after the dot, its word lost", {"dot": None}, ["uncertain"], 1),
]

try:
    print(f"1..{len(SCENARIOS) + 3}", flush=True)
    count = 0
    for name, plan, wanted, taken in SCENARIOS:
        server = Server(plan)
        base = instance(f"s{count}", f"smtp://127.0.0.1:{server.port}")
        said = run(base, "run", "--once")
        first = state_of(base)
        server.plan = {}    # a healthy server now: what is uncertain or refused must not leave all the same
        run(base, "run", "--once")
        fine = first == wanted and len(server.taken) == taken and state_of(base) == wanted
        count += 1
        print(f"{'ok' if fine else 'not ok'} {count} - {name}: {wanted[0]}, {taken} taken, and no more on a second run")
        if not fine:
            print(f"# {first} then {state_of(base)}, taken {len(server.taken)}; {said.stderr.strip()[-300:]}")
        if name.startswith("closed after the dot"):
            ids = [json.loads(line)["id"] for line in run(base, "replies", "--json").stdout.splitlines()]
            refused = run(base, "approve", *ids).returncode
            settled = run(base, "done", *ids).returncode
            fine = refused == 1 and settled == 0 and state_of(base) == ["sent"] and len(server.taken) == 1
            count += 1
            print(f"{'ok' if fine else 'not ok'} {count} - approving an uncertain reply is refused, done settles it, nothing is sent")
        server.listener.close()
    server = Server({})
    base = instance("tls", f"smtp+starttls://127.0.0.1:{server.port}")
    run(base, "run", "--once")
    count += 1
    fine = server.taken == [] and state_of(base) in (["later"], ["due"])
    print(f"{'ok' if fine else 'not ok'} {count} - a server without STARTTLS gets nothing where it is asked for")
    base = instance("hostile", f"smtp://127.0.0.1:{server.port}", buyer="Eve\u2028Bcc: evil\u0085To: y", item="Tee\u2028\u2028.\u0085QUIT =?utf-8?q?a=0d=0aBcc:_z?=")
    run(base, "run", "--once")
    head, _, body = (server.taken[0] if server.taken else b"\r\n\r\n").partition(b"\r\n\r\n")
    names = sorted(line.split(b":")[0].decode().lower() for line in head.split(b"\r\n") if line and line[:1] not in b" \t")
    count += 1
    wanted = sorted(["from", "to", "subject", "date", "message-id", "in-reply-to", "references", "mime-version", "content-type",
                     "content-transfer-encoding"])
    fine = names == wanted and b"\n." not in body.replace(b"\r\n..", b"") and b"\r\n" in body and body.count(b"\n") == body.count(b"\r\n")
    print(f"{'ok' if fine else 'not ok'} {count} - hostile values make no header line more or less, and no bare line break")
    if not fine:
        print(f"# {names} {body[:200]!r} {state_of(base)}")
finally:
    shutil.rmtree(top, ignore_errors=True)
