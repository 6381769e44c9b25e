#!/usr/bin/env python3
"""Reaction: a buyer's mail is delivered into Dovecot, the answer is accepted by an SMTP server; the agent runs with all its
workers in mode auto, and the carrier's answer is in its cache. A second, bare IDLE client on the same mailbox shows what of the
time is the server's own (Dovecot holds news for half a second). Prints times and ratios, asserts nothing.

usage: tests/bench/reaction.py [MAILS] [WISMO]"""
import os
import pwd
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
os.environ.setdefault("WISMO_TEST_SRC", os.path.join(here, "..", ".."))
sys.path.insert(0, os.path.join(here, "..", "lib"))
import shop  # noqa: E402

mails = int(sys.argv[1]) if len(sys.argv) > 1 else 30
program = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else "wismo")
top = shop.folder("reaction")
os.chmod(top, 0o755)
random.seed(20261124)


class Bare(threading.Thread):
    """Says IDLE and nothing else; notes when it hears of a new mail."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.heard, self.idle = {}, threading.Event()
        self.peer = socket.create_connection(("127.0.0.1", port))
        self.lines = self.peer.makefile("rb")
        self.lines.readline()
        for n, said in enumerate(("LOGIN seller secret", "EXAMINE INBOX", "IDLE")):
            self.peer.sendall(f"{n} {said}\r\n".encode())
            while not self.lines.readline().startswith((f"{n} ".encode(), b"+")):
                pass
        self.start()

    def run(self):
        for line in self.lines:
            news = re.match(rb"\* (\d+) EXISTS", line)
            if news:
                self.heard[int(news[1])] = time.perf_counter()


def await_(what, wait_s=20):
    end = time.perf_counter() + wait_s
    while not what():
        if time.perf_counter() > end:
            sys.exit(f"nothing came within {wait_s} s; {open(f'{top}/log', encoding='utf-8').read()[-800:]}")
        time.sleep(0.002)


def line(name, values):
    values = sorted(value * 1000 for value in values)
    tenth = len(values) // 10
    print(f"{name:42} median {statistics.median(values):7.1f} ms, from {values[tenth]:.1f} to {values[-1 - tenth]:.1f} ms (without the "
          "outer tenths)")
    return statistics.median(values)


accepted = {}
dovecot = f"{top}/dovecot"
os.mkdir(dovecot)
script = ["sh", f"{shop.SOURCE}/tests/lib/dovecot.sh"]
agent = None
try:
    if subprocess.run([*script, "start", dovecot]).returncode:
        sys.exit("no Dovecot here")
    port = int(open(f"{dovecot}/ports", encoding="utf-8").readline().partition("=")[2])
    owner = pwd.getpwnam(open(f"{dovecot}/owner", encoding="utf-8").read().strip())
    peer = shop.Peer(at_step=lambda step, it: step == "answered" and accepted.setdefault(it.recipient, time.perf_counter()))
    place = shop.Shop(program, f"{top}/shop", f"smtp://127.0.0.1:{peer.port}", buyers=mails + 1, source=f"imap://127.0.0.1:{port}",
                      account=f'user = "seller"\n\tpassword_file = "{top}/password"\n\tsent_folder = "Sent"',
                      more="replies_per_hour = 1000")
    shop.write(f"{top}/password", "secret\n")
    box = f"{dovecot}/mail/seller"
    for folder in ("new", "cur", "tmp"):
        os.makedirs(f"{box}/{folder}")
    waiting = f"{box}/tmp"
    for i in range(mails + 1):
        os.rename(f"{place.base}/inbox/new/missing{i}", f"{waiting}/missing{i}")
    for folder, _, names in os.walk(box):
        for name in [folder] + [f"{folder}/{name}" for name in names]:
            if os.geteuid() == 0:
                os.chown(name, owner.pw_uid, owner.pw_gid)
    with open(f"{top}/log", "w", encoding="utf-8") as log:
        agent = subprocess.Popen(place.command("run"), stdout=log, stderr=log)
    os.rename(f"{waiting}/missing0", f"{box}/new/missing0")     # asks the carrier, and warms the connections
    await_(lambda: shop.buyer(0) in accepted, 60)
    bare = Bare(port)
    delivered, heard = {}, {}
    for i in range(1, mails + 1):
        time.sleep(random.uniform(0.7, 1.2))
        delivered[i] = time.perf_counter()
        os.rename(f"{waiting}/missing{i}", f"{box}/new/missing{i}")
        await_(lambda: shop.buyer(i) in accepted and i + 1 in bare.heard)
        heard[i] = bare.heard[i + 1]
    whole = line("delivered -> answer accepted", [accepted[shop.buyer(i)] - delivered[i] for i in delivered])
    news = line("delivered -> Dovecot tells a bare client", [heard[i] - delivered[i] for i in delivered])
    above = line("difference: ours", [accepted[shop.buyer(i)] - heard[i] for i in delivered])
    asked = place.rows("SELECT count(*) FROM trackings")[0][0]
    print(f"{mails} mails, carrier asked {asked} time{'s' * (asked != 1)}; {whole / news:.3f} times the server's own delay, {above:.1f} ms above it")
finally:
    if agent:
        agent.send_signal(signal.SIGTERM)
        agent.wait(20)
    subprocess.run([*script, "stop", dovecot])
    shutil.rmtree(top, ignore_errors=True)
