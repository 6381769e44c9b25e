"""What the tests that run the whole program share: a small shop in a folder, a scripted SMTP server, and TAP.

A shop has buyers who miss a parcel, their orders, a carrier whose answers are recorded, and mode "auto": each buyer's mail
has one answer. The server says for which mails it answers, so that a test can count what was really sent."""
import concurrent.futures
import email
import json
import os
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import tempfile
import threading
import time

SOURCE = os.path.abspath(os.environ.get("WISMO_TEST_SRC", "."))
NUMBERS = ("00340434161094015902", "00340434161094105559")     # on its way, overdue
MISSING = "Guten Tag, mein Paket ist noch nicht angekommen. Die Sendungsverfolgung steht seit Tagen still. Wo ist es?"
now = int(time.time())
failed_runs = []    # exit code and last words of every `run --once` that was not killed and did not end well


class Tap:
    """Counts the rows; `end` gives the exit code and prints the plan."""

    def __init__(self):
        self.count = self.failed = 0

    def ok(self, fine, name, detail=""):
        self.count += 1
        self.failed += not fine
        print(f"{'ok' if fine else 'not ok'} {self.count} - {name}", flush=True)
        if not fine and detail:
            print(f"# {str(detail)[:1500]}", flush=True)
        return fine

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}", flush=True)

    def end(self):
        print(f"1..{self.count}", flush=True)
        return 1 if self.failed else 0


def side_by_side(jobs):
    """Calls them all, as many at once as there are processors; their results in order."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(lambda job: job(), jobs))


def day(offset):
    return time.strftime("%Y-%m-%d", time.gmtime(now + offset * 86400))


def write(path, text, age=600):
    """Lists that were just written are left alone for a while: files are `age` seconds old."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o600)
    os.utime(path, (now - age, now - age))


def order_no(i):
    return f"302-{i:07d}-{i:07d}"


def buyer(i):
    return f"abcdefgh12{i:03d}x@marketplace.amazon.de"


def buyer_mail(i, text=MISSING):
    return f"""From: "Anna Schmidt" <{buyer(i)}>
To: shop@example.com
Subject: Paket nicht angekommen (Bestellung: {order_no(i)})
Date: {time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(now - 3600))}
Message-ID: <missing{i}@mail.example>
X-Space-Notification-Type: BBC_MESSAGE_SENT_TO_MERCHANT
Content-Type: text/plain; charset=utf-8

{text}
"""


def data_dir(folder):
    """The shipped files with two languages and one carrier: a run starts in a third of the time."""
    shutil.copytree(f"{SOURCE}/templates", folder)
    for part, kept in (("patterns", ("common", "concepts", "de", "en")), ("carriers", ("dhl", "numbers"))):
        for name in os.listdir(f"{folder}/{part}"):
            if name.split(".")[0] not in kept:
                os.remove(f"{folder}/{part}/{name}")
    return folder


class Shop:
    """`buyers` mails in inbox/, each about an order of its own; the orders from `overdue` on are late."""

    def __init__(self, program, base, outgoing, buyers=1, overdue=None, name="Anna Schmidt", item="Teekanne", account="",
                 source="maildir:inbox", more=""):
        self.program, self.base = program, base
        orders = ["order-id;buyer-name;purchase-date;latest-delivery-date;sku;product-name;quantity-purchased;item-price;currency"]
        shipments = ["order-id;carrier-name;tracking-number;ship-date"]
        for folder in ("new", "cur", "tmp"):
            os.makedirs(f"{base}/inbox/{folder}")
        os.makedirs(f"{base}/state", mode=0o700)
        for i in range(buyers):
            late = overdue is not None and i >= overdue
            orders.append(f"{order_no(i)};{name};{day(-9)};{day(-1 if late else 2)};TEE-{i};{item};1;19,90;EUR")
            shipments.append(f"{order_no(i)};DHL;{NUMBERS[late]};{day(-8)}")
            write(f"{base}/inbox/new/missing{i}", buyer_mail(i))
        write(f"{base}/import/orders.csv", "\n".join(orders) + "\n")
        write(f"{base}/import/shipments.csv", "\n".join(shipments) + "\n")
        for number, since in zip(NUMBERS, (-1, -5)):
            event = f'{{"timestamp":"{day(since)}T10:00:00","statusCode":"transit","status":"NB","description":"bearbeitet"}}'
            write(f"{base}/recorded/{number}.json",
                  f'{{"shipments":[{{"id":"{number}","service":"parcel-de","status":{event},"events":[{event}]}}]}}')
        self.configure(outgoing, source, account, more)

    def configure(self, outgoing, source="maildir:inbox", account="", more=""):
        write(f"{self.base}/wismo.conf", f"""mode = "auto"
state_dir = "state"
import_dir = "import"
account "main" {{
	source = "{source}"
	outgoing = "{outgoing}"
	from = "shop@example.com"
	start = "all"
	{account}
}}
carrier "dhl" {{ recorded = "recorded" }}
{more}
""")

    def command(self, *arguments):
        return [self.program, *arguments, "--config", f"{self.base}/wismo.conf"]

    def run(self, *arguments, **environment):
        return subprocess.run(self.command(*arguments), env=dict(os.environ, **environment), capture_output=True, text=True,
                              timeout=120)

    def once(self, **environment):
        done = self.run("run", "--once", **environment)
        if done.returncode not in (0, -signal.SIGKILL):
            failed_runs.append((done.returncode, done.stderr[-1200:]))
        return done

    def start(self, *arguments, **options):
        return subprocess.Popen(self.command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)

    def replies(self):
        """As the command line shows them, oldest first."""
        return [json.loads(line) for line in self.run("replies", "--json").stdout.splitlines()][::-1]

    def states(self):
        return [reply["state"] for reply in self.replies()]

    def open(self):
        """Never makes the file: an empty one is not the program's."""
        return sqlite3.connect(f"file:{self.base}/state/wismo.db?mode=rw", uri=True)

    def rows(self, sql):
        db = self.open()
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()

    def change(self, sql):
        db = self.open()
        try:
            with db:
                return db.execute(sql).rowcount
        finally:
            db.close()

    def pass_time(self):
        """All pauses are over: what waits for a moment is due now. Gives how many replies and filings that were."""
        return (self.change("UPDATE replies SET not_before = 0 WHERE not_before > 0"),
                self.change("UPDATE filings SET next_at = 0 WHERE state = 'due'"))


class Peer(threading.Thread):
    """A scripted SMTP server, one connection after the other. `plan` maps a step (greet ehlo starttls mail rcpt data body dot
    quit) to what is said there, to None (the connection is closed instead; body: after one line of it), or to a function that
    is given the server and gives one of these. `tls`: None, "implicit" or "starttls", with the certificate `cert`.pem."""

    def __init__(self, plan=None, tls=None, cert=None, at_step=None):
        super().__init__(daemon=True)
        self.plan, self.tls, self.at_step = plan or {}, tls, at_step
        self.taken = []         # (recipient, text) of the mails that this server answers for, its word lost or not
        self.cut = []           # texts whose connection ended before their dot
        self.plain = []         # commands heard outside of TLS
        self.sessions = 0
        self.recipient = self.body = None
        self.mails_heard = 0
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(f"{cert}.pem", f"{cert}.key")
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
                self.sessions += 1
                self.mails_heard = 0    # in this session
                try:
                    if self.tls == "implicit":
                        peer = self.context.wrap_socket(peer, server_side=True)
                    self.greet(peer)
                except OSError:
                    pass        # by plan, or the client went away
                finally:
                    peer.close()

    def quiet(self):
        """Returns when all that earlier clients said was heard. (Sessions do not overlap.)"""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as client:
            try:
                client.shutdown(socket.SHUT_WR)
                while client.recv(4096):
                    pass
            except OSError:
                pass
        self.sessions -= 1

    def close(self):
        self.listener.close()

    def ids(self):
        return [email.message_from_bytes(text)["Message-ID"] for _, text in self.taken]

    def planned(self, step, usual):
        if self.at_step:
            self.at_step(step, self)
        said = self.plan.get(step, usual)
        return said(self) if callable(said) else said

    def answer(self, peer, step, usual):
        said = self.planned(step, usual)
        if said is None:
            raise OSError("closed by plan")
        peer.sendall(said.encode() + b"\r\n")
        if said.startswith("421"):
            raise OSError("421 is said by a server that closes (RFC 5321, 3.8)")
        return said.startswith(("2", "3"))

    def greet(self, peer):
        if self.answer(peer, "greet", "220 mx.example.com ESMTP"):
            self.talk(peer, peer.makefile("rb"), self.tls == "implicit")

    def talk(self, peer, lines, safe):
        steps = {b"MAIL": "mail", b"RCPT": "rcpt"}
        for line in lines:
            word = line[:4].upper()
            if not safe:
                self.plain.append(line)
            if word == b"EHLO":
                offer = "250-STARTTLS\r\n" if self.tls == "starttls" and not safe else ""
                self.answer(peer, "ehlo", f"250-mx.example.com\r\n{offer}250 SIZE 1000000")
            elif word == b"STAR" and self.tls == "starttls" and self.answer(peer, "starttls", "220 go on"):
                peer = self.context.wrap_socket(peer, server_side=True)
                self.talk(peer, peer.makefile("rb"), True)
                return
            elif word in steps:
                if word == b"RCPT":
                    self.recipient = line.partition(b"<")[2].partition(b">")[0].decode()
                self.answer(peer, steps[word], "250 ok")
            elif word == b"DATA":
                if self.answer(peer, "data", "354 go on"):
                    self.take(peer, lines)
            elif word == b"QUIT":
                self.answer(peer, "quit", "221 bye")
                return
            else:
                peer.sendall(b"250 ok\r\n")

    def take(self, peer, lines):
        self.body = b""
        try:
            for part in lines:
                if part == b".\r\n":
                    break
                self.body += part
                if self.planned("body", "") is None:
                    raise OSError("closed by plan")
            else:
                raise OSError("it ended without its dot")
        except OSError:
            self.cut.append(self.body)
            raise
        self.mails_heard += 1
        said = self.planned("dot", "250 queued as 1")
        # A server that took the mail and whose word is lost has taken it all the same.
        if said is None or said.startswith("2"):
            self.taken.append((self.recipient, self.body))
        if said is None:
            raise OSError("closed by plan")
        peer.sendall(said.encode() + b"\r\n")
        if self.at_step:
            self.at_step("answered", self)


def folder(prefix):
    return tempfile.mkdtemp(prefix=f"wismo-{prefix}-")
