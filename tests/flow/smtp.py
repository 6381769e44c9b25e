#!/usr/bin/env python3
"""A scripted SMTP server that refuses, delays and breaks off at each step: the reply's state, its pause and the number of
mails that the server took are compared with what each step allows, now and after the pause. Speaks TAP. usage: smtp.py WISMO"""
import functools
import itertools
import os
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import shop  # noqa: E402

wismo = os.path.abspath(sys.argv[1])
top = shop.folder("smtp")
tap = shop.Tap()
numbers = itertools.count(1)


def new_shop(outgoing, **more):
    return shop.Shop(wismo, f"{top}/s{next(numbers)}", outgoing, **more)


def pause_of(place):
    return place.rows("SELECT not_before - strftime('%s', 'now') FROM replies")[0][0]


def stays(place, peer, wanted, taken):
    """However often it runs with a server that would take anything now, whatever is due: nothing changes."""
    for _ in range(2):
        place.pass_time()
        place.once()
    return place.states() == [wanted] and len(peer.taken) == taken


def comes_later(place, peer, plan):
    """Waits out its pause without a word to the server; fails again with a longer pause; is sent once when it is let in."""
    said, sessions = [], peer.sessions
    if not 270 <= pause_of(place) <= 365:
        said.append(f"pause {pause_of(place)}")
    place.once()
    if peer.sessions != sessions or place.states() != ["later"]:
        said.append("tried within its pause")
    place.pass_time()
    place.once()
    if place.states() != ["later"] or not 540 <= pause_of(place) <= 725:
        said.append(f"then {place.states()}, pause {pause_of(place)}")
    peer.plan = {}
    place.pass_time()
    place.once()
    if place.states() != ["sent"] or len(peer.taken) != 1 or place.rows("SELECT attempts FROM replies") != [(3,)]:
        said.append(f"at last {place.states()}, taken {len(peer.taken)}")
    if not stays(place, peer, "sent", 1):
        said.append("and again")
    peer.plan = plan
    return said


# step, what the server does, the reply's state, mails that it took
SCENARIOS = [
    ("everything accepted", {}, "sent", 1),
    ("421 as a greeting", {"greet": "421 too busy"}, "later", 0),
    ("closed before the greeting", {"greet": None}, "later", 0),
    ("421 to EHLO", {"ehlo": "421 shutting down"}, "later", 0),
    ("451 to MAIL", {"mail": "451 try later"}, "later", 0),
    ("550 to MAIL", {"mail": "550 5.7.1 not you"}, "refused", 0),
    ("closed at MAIL", {"mail": None}, "later", 0),
    ("450 to RCPT", {"rcpt": "450 4.2.0 greylisted, come back"}, "later", 0),
    ("550 to RCPT", {"rcpt": "550 5.1.1 no such user"}, "refused", 0),
    ("closed at RCPT", {"rcpt": None}, "later", 0),
    ("452 to DATA", {"data": "452 4.3.1 disk full"}, "later", 0),
    ("554 to DATA", {"data": "554 5.7.1 no"}, "refused", 0),
    ("closed at DATA", {"data": None}, "later", 0),
    ("451 after the dot", {"dot": "451 4.3.0 try later"}, "later", 0),
    ("421 after the dot", {"dot": "421 4.3.0 shutting down"}, "later", 0),
    ("550 after the dot", {"dot": "550 5.7.1 looks like spam"}, "refused", 0),
    ("closed while reading a text that had left as a whole", {"body": None}, "uncertain", 0),
    ("closed after the dot, its word lost", {"dot": None}, "uncertain", 1),
    ("the mail taken, then closed instead of 221", {"quit": None}, "sent", 1),
]


def scenario(name, plan, wanted, taken):
    """Gives the rows to print: whether it is so, what is said, details."""
    peer = shop.Peer(plan)
    place = new_shop(f"smtp://127.0.0.1:{peer.port}")
    said = place.once()
    words = [text for text in plan.values() if text]
    fine = place.states() == [wanted] and len(peer.taken) == taken
    fine = fine and all(text in place.rows("SELECT coalesce(server_said, '') FROM replies")[0][0] for text in words)
    rows = []
    if fine and wanted == "later":
        detail = comes_later(place, peer, plan)
        rows.append((not detail, f"{name}: later, waits, fails, waits longer, is sent once", "; ".join(detail)))
    else:
        detail = f"{place.states()}, taken {len(peer.taken)}; {said.stderr.strip()[-300:]}"
        peer.plan = {}
        fine = fine and stays(place, peer, wanted, taken)
        rows.append((fine, f"{name}: {wanted}, {taken} taken, and no more ever after", detail))
    if name.startswith("closed after the dot"):
        ids = [reply["id"] for reply in place.replies()]
        refused = place.run("approve", *ids).returncode
        settled = place.run("done", *ids).returncode
        rows.append((refused == 1 and settled == 0 and stays(place, peer, "sent", 1),
                     "approving an uncertain reply is refused, done settles it, nothing is sent"))
    peer.close()
    return rows


def greylisting():
    """As Postgrey does it: the first attempt of sender and recipient is turned away, the next one after five minutes let in."""
    met = {}
    peer = shop.Peer({"rcpt": lambda it: "250 ok" if met.setdefault(it.recipient, it.sessions) != it.sessions
                      else "450 4.2.0 greylisted for 300 seconds"})
    place = new_shop(f"smtp://127.0.0.1:{peer.port}", buyers=3)
    place.once()
    first, pauses = place.states(), place.rows("SELECT min(not_before) - strftime('%s', 'now') FROM replies")
    place.pass_time()
    place.once()
    peer.close()
    fine = first == ["later"] * 3 and pauses[0][0] >= 270 and place.states() == ["sent"] * 3
    return [(fine and sorted(to for to, _ in peer.taken) == [shop.buyer(i) for i in range(3)] and len(set(peer.ids())) == 3,
             "greylisted, then accepted: each recipient has its mail once", f"{first} {pauses} {place.states()} {len(peer.taken)}"),
            (place.rows("SELECT count(*) FROM replies WHERE attempts = 2") == [(3,)], "and each was tried twice")]


DOWN = [("turns everybody away", {"greet": "421 too busy"}), ("breaks off", {"greet": None}),
        ("refuses the login of all", {"mail": "530 5.7.0 authentication required"})]


def server_down(name, plan):
    """Five due replies and a server that fails each mail: one asks, the others wait without an attempt, then another asks."""
    peer = shop.Peer(plan)
    place = new_shop(f"smtp://127.0.0.1:{peer.port}", buyers=5)
    counts = "SELECT state, attempts, min(not_before) - strftime('%s', 'now') FROM replies GROUP BY id ORDER BY id"
    said = place.once().stderr
    seen = place.rows(counts)
    place.once()
    fine = [row[:2] for row in seen] == [("later", 1)] + [("due", 0)] * 4 and all(270 <= row[2] <= 300 for row in seen[1:])
    fine = fine and 300 <= seen[0][2] <= 365 and peer.sessions == 1
    told = place.run("status").stdout
    fine = fine and "outgoing main: 5 answers wait, next try " in told
    fine = fine and (plan.get("mail") or plan["greet"] or "the server ended the connection") in told
    place.change("UPDATE replies SET not_before = not_before - 300")    # five minutes later: the first one's turn is not yet
    place.once()
    again = place.rows(counts)
    fine = fine and [row[:2] for row in again] == [("later", 1)] * 2 + [("due", 0)] * 3 and peer.sessions == 2
    peer.plan = {}
    place.pass_time()
    place.once()
    fine = fine and [row[:2] for row in place.rows(counts)] == [("sent", 2)] * 2 + [("sent", 1)] * 3
    peer.close()
    return [(fine and len(set(peer.ids())) == len(peer.taken) == 5,
             f"a server that {name} is asked once in five minutes, by one and then another; the rest waits, then all are sent once",
             f"{seen} {again} {place.rows(counts)} sessions {peer.sessions}, taken {len(peer.taken)} {told} {said.strip()[-300:]}")]


def one_poisoned_recipient():
    """421 means the server, but some say it of one recipient: the others must not wait for that one."""
    peer = shop.Peer({"rcpt": lambda it: "421 4.7.0 not to this one" if it.recipient == shop.buyer(0) else "250 ok"})
    place = new_shop(f"smtp://127.0.0.1:{peer.port}", buyers=4)
    place.once()
    first = len(peer.taken)
    place.change("UPDATE replies SET not_before = not_before - 300 WHERE not_before > 0")
    place.once()
    peer.close()
    return [(first == 0 and sorted(place.states()) == ["later", "sent", "sent", "sent"] and len(peer.taken) == 3,
             "421 to one recipient holds up the others for five minutes only", f"{first} {place.states()}")]


def one_refused_does_not_stop_the_others():
    peer = shop.Peer({"rcpt": lambda it: "450 4.2.1 mailbox busy" if it.recipient == shop.buyer(1) else "250 ok"})
    place = new_shop(f"smtp://127.0.0.1:{peer.port}", buyers=3)
    place.once()
    peer.close()
    return [(sorted(place.states()) == ["later", "sent", "sent"] and len(peer.taken) == 2,
             "a full mailbox of one buyer holds up nobody else", place.states())]


def kept_connection():
    """A server that ends a connection after one mail, as many do after some: with 421 or without a word."""
    rows = []
    for name, end in (("says 421 to the next", "421 4.4.2 one mail a connection"), ("hangs up at the next", None)):
        peer = shop.Peer({"mail": lambda it: end if it.mails_heard else "250 ok"})
        place = new_shop(f"smtp://127.0.0.1:{peer.port}", buyers=3)
        place.once()
        rows.append((place.states() == ["sent"] * 3 and len(set(peer.ids())) == len(peer.taken) == 3 and peer.sessions == 3
                     and place.rows("SELECT max(attempts) FROM replies") == [(1,)],
                     f"a server that takes one mail and {name} gets the others over fresh connections, at their first attempt",
                     f"{place.states()} sessions {peer.sessions} {place.rows('SELECT attempts, server_said FROM replies')}"))
        peer.close()
    return rows


def certificate(scheme, cert):
    name = f"{scheme}, certificate {cert}"
    if not have_certs:
        return [(True, f"{name} # SKIP no openssl")]
    peer = shop.Peer(tls="implicit" if scheme == "smtps" else "starttls", cert=f"{top}/{cert}")
    place = new_shop(f"{scheme}://127.0.0.1:{peer.port}", account=f'ca_file = "{top}/ca.pem"')
    said = place.once().stderr
    good = cert == "good"
    fine = place.states() == ["sent" if good else "later"] and len(peer.taken) == good and (good or "certificate" in said)
    # Neither a name nor a mail may be said before the channel is safe.
    fine = fine and all(line.startswith((b"EHLO", b"STARTTLS", b"QUIT")) for line in peer.plain)
    if not good:
        place.pass_time()
        place.once()
        fine = fine and peer.taken == [] and peer.sessions >= 2
    peer.close()
    return [(fine, f"{name}: {'sent' if good else 'nothing is said to it, and why is told'}",
             f"{place.states()} {peer.plain} {said.strip()[-300:]}")]


def hostile():
    rows = []
    peer = shop.Peer()
    place = new_shop(f"smtp+starttls://127.0.0.1:{peer.port}")
    place.once()
    rows.append((peer.taken == [] and place.states() == ["later"], "a server without STARTTLS gets nothing where it is asked for"))
    place = new_shop(f"smtp://127.0.0.1:{peer.port}", name="Eve\u2028Bcc: evil\u0085To: y",
                     item="Tee\u2028\u2028.\u0085QUIT =?utf-8?q?a=0d=0aBcc:_z?=")
    place.once()
    head, _, body = (peer.taken[0][1] if peer.taken else b"\r\n\r\n").partition(b"\r\n\r\n")
    names = sorted(line.split(b":")[0].decode().lower() for line in head.split(b"\r\n") if line and line[:1] not in b" \t")
    wanted = sorted(["from", "to", "subject", "date", "message-id", "in-reply-to", "references", "mime-version", "content-type",
                     "content-transfer-encoding"])
    rows.append((names == wanted and b"\n." not in body.replace(b"\r\n..", b"") and b"\r\n" in body
                 and body.count(b"\n") == body.count(b"\r\n"),
                 "hostile values make no header line more or less, and no bare line break",
                 f"{names} {body[:200]!r} {place.states()}"))
    peer.close()
    return rows


try:
    begun = time.time()
    os.environ["WISMO_DATADIR"] = shop.data_dir(f"{top}/data")
    have_certs = shutil.which("openssl") and subprocess.run(
        ["sh", f"{shop.SOURCE}/tests/lib/certs.sh", os.path.realpath(top)], stdin=subprocess.DEVNULL).returncode == 0
    jobs = [functools.partial(scenario, *row) for row in SCENARIOS] + [functools.partial(server_down, *row) for row in DOWN]
    jobs += [functools.partial(certificate, scheme, cert) for scheme in ("smtps", "smtp+starttls")
             for cert in ("good", "wrong", "expired", "self")]
    jobs += [greylisting, one_poisoned_recipient, kept_connection, one_refused_does_not_stop_the_others, hostile]
    for rows in shop.side_by_side(jobs):
        for row in rows:
            tap.ok(*row)
    tap.ok(not shop.failed_runs, "every run ended with 0, memory checks included", shop.failed_runs[:1])
    print(f"# {next(numbers) - 1} shops in {time.time() - begun:.1f} s")
finally:
    shutil.rmtree(top, ignore_errors=True)
sys.exit(tap.end())
