#!/usr/bin/env python3
"""Kills the whole path at every durable step and at random instants, resumes it, and compares with a run that nobody
disturbed: every mail has one row, every answered case exactly one mail in the sink, no task twice. First from a Maildir into a
Maildir, with approvals and tasks; then from Dovecot over SMTP, with copies in Sent and an answer whose fate only Sent can tell.
Only kills that ended a process count. Speaks TAP.

usage: crash.py PROGRAM        PROGRAM: the product linked with tests/lib/fault_kill.c
WISMO_CRASH=200 kills at 200 random instants (40 unless set); WISMO_CRASH_SEED=n replays a run.
"""
import collections
import email
import functools
import itertools
import os
import pwd
import random
import re
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import shop  # noqa: E402

program = os.path.abspath(sys.argv[1])
instants = int(os.environ.get("WISMO_CRASH", "40"))
seed = int(os.environ.get("WISMO_CRASH_SEED", str(random.SystemRandom().randrange(1 << 30))))
random.seed(seed)
top = shop.folder("crash")
tap = shop.Tap()
BUYERS = 10
KILLED = -signal.SIGKILL
LOST = shop.buyer(3)        # over SMTP: the server's word on this one is lost, and the provider files it in Sent
# What the source has fault points for; a point that neither way passes is a hole in this test.
POINTS = {name for folder in ("flow", "store") for path in os.listdir(f"{shop.SOURCE}/src/{folder}") if path.endswith(".c")
          for name in re.findall(r'fault_point\("([a-z_.]+)"\)', open(f"{shop.SOURCE}/src/{folder}/{path}", encoding="utf-8").read())}


def new_shop(folder, outgoing, **more):
    """Twelve mails: ten miss a parcel, half of them beyond the promised day; an invoice is wanted, and news nobody answers."""
    place = shop.Shop(program, folder, outgoing, buyers=BUYERS, overdue=BUYERS // 2, **more)
    shop.write(f"{folder}/inbox/new/invoice", shop.buyer_mail(BUYERS, "Bitte schicken Sie mir eine Rechnung. Vielen Dank."))
    shop.write(f"{folder}/inbox/new/newsletter", "From: news@example.net\nTo: shop@example.com\nSubject: Angebote\n"
               "List-Unsubscribe: <mailto:x@example.net>\nMessage-ID: <n@example.net>\n\nAlles billiger.\n")
    return place


def common(place):
    """What must be the same whatever happened on the way."""
    return {
        "whole": place.rows("PRAGMA integrity_check"),
        "mails": sorted(place.rows("SELECT sha256, state FROM mails")),
        "places": place.rows("SELECT count(DISTINCT mail), count(*) FROM places"),
        "readings": sorted(place.rows("SELECT subject, intent FROM readings")),
        "cases": sorted(place.rows("SELECT order_no, state FROM cases")),
        "tasks": sorted(place.rows("SELECT cause, kind, state FROM tasks")),
        # What is uncertain was handed over like what was sent: the tests look at it more closely.
        "replies": sorted(place.rows("SELECT template, recipient, iif(state = 'uncertain', 'sent', state) FROM replies")),
    }


class Folders:
    """Maildir to Maildir. Both rows of the sink and of the export file are read."""
    name = "Maildir to Maildir"
    at_once = staticmethod(shop.side_by_side)

    def __init__(self):
        self.numbers = itertools.count(1)

    def fresh(self):
        return new_shop(f"{top}/folders{next(self.numbers)}", "maildir:sink", more='hook "trace" { export = "trace.jsonl" replaces_person = true }')

    def outcome(self, place):
        sink, trace = f"{place.base}/sink/new", f"{place.base}/trace.jsonl"
        mails = [email.message_from_file(open(f"{sink}/{name}", encoding="utf-8")) for name in os.listdir(sink)]
        ids = collections.Counter(mail["Message-ID"] for mail in mails)
        return dict(common(place), sent_to=sorted(mail["To"] for mail in mails), twice=[key for key, n in ids.items() if n > 1],
                    unsure=place.rows("SELECT count(*) FROM replies WHERE state = 'uncertain'"),
                    traces=sorted(line.split('"order_no"')[1][:30] for line in open(trace, encoding="utf-8"))
                    if os.path.exists(trace) else [])

    def wrong_with(self, place, wanted, _):
        got = self.outcome(place)
        return [key for key in wanted if got[key] != wanted[key]]


class Servers:
    """Dovecot to the scripted SMTP server. Each shop is a user of its own."""
    name = "IMAP to SMTP"
    at_once = staticmethod(lambda jobs: [job() for job in jobs])    # one SMTP server, with one set of books

    def __init__(self):
        self.count = 0
        self.dir = f"{top}/dovecot"
        os.mkdir(self.dir)
        os.chmod(top, 0o755)
        self.there = self.dovecot("start") == 0
        if self.there:
            ports = dict(line.strip().split("=") for line in open(f"{self.dir}/ports", encoding="utf-8"))
            self.port = ports["IMAP"]
            self.owner = pwd.getpwnam(open(f"{self.dir}/owner", encoding="utf-8").read().strip())
            self.peer = shop.Peer({"dot": self.after_dot})
            shop.write(f"{top}/password", "secret\n")

    def dovecot(self, verb):
        return subprocess.run(["sh", f"{shop.SOURCE}/tests/lib/dovecot.sh", verb, self.dir]).returncode

    def own(self, path):
        for folder, _, names in os.walk(path):
            for name in [folder] + [f"{folder}/{name}" for name in names]:
                if os.geteuid() == 0:
                    os.chown(name, self.owner.pw_uid, self.owner.pw_gid)

    def fresh(self):
        self.count += 1
        user = f"shop{self.count}"
        base, self.box = f"{top}/servers{self.count}", f"{self.dir}/mail/{user}"
        place = new_shop(base, f"smtp://127.0.0.1:{self.peer.port}", source=f"imap://127.0.0.1:{self.port}",
                         account=f'user = "{user}"\n\tpassword_file = "{top}/password"\n\tsent_folder = "Sent"')
        os.rename(f"{base}/inbox", self.box)
        for folder in ("new", "cur", "tmp"):
            os.makedirs(f"{self.box}/.Sent/{folder}")
        self.own(self.box)
        self.peer.taken.clear()
        return place

    def after_dot(self, peer):
        if peer.recipient != LOST:
            return "250 queued"
        with open(f"{self.box}/.Sent/new/by-the-provider", "wb") as file:
            file.write(peer.body)
        self.own(f"{self.box}/.Sent/new")
        return None

    def filed(self):
        folders = [f"{self.box}/.Sent/new", f"{self.box}/.Sent/cur"]
        return collections.Counter(email.message_from_binary_file(open(f"{folder}/{name}", "rb"))["Message-ID"]
                                   for folder in folders for name in os.listdir(folder))

    def outcome(self, place):
        answered = [name for name in os.listdir(f"{self.box}/cur") if "R" in name.partition(":2,")[2]]
        return dict(common(place), answered=sorted(name.split(":")[0] for name in answered))

    def wrong_with(self, place, wanted, at):
        """Each reply against the server's books and the Sent folder; `at`: the fault point, None at a random instant."""
        self.peer.quiet()
        got = self.outcome(place)
        taken, filed = collections.Counter(self.peer.ids()), self.filed()
        rows = place.rows("SELECT state, '<' || message_id || '>' FROM replies")
        unsure = [message_id for state, message_id in rows if state == "uncertain"]
        # An answer that may not have left leaves its case open, and what follows from that is another story.
        keys = ["whole", "mails", "places", "readings"] if unsure else wanted
        wrong = [key for key in keys if got[key] != wanted[key]]
        for state, message_id in rows:
            most = state in ("sent", "uncertain")       # blocked: the case was answered before
            if taken[message_id] > most or filed[message_id] > most or \
                    (state == "sent" and (taken[message_id], filed[message_id]) != (1, 1)):
                wrong.append(f"{state}: taken {taken[message_id]}, filed {filed[message_id]}")
        if sum(taken.values()) != sum(taken[message_id] for _, message_id in rows):
            wrong.append("a mail that no row knows")
        if len(unsure) > (at in (None, "send.handed_over.committed", "send.answered")):
            wrong.append(f"{len(unsure)} uncertain")
        return wrong

    def stop(self):
        if self.there:
            self.dovecot("stop")


def resume(place):
    """Until a run ends by itself; pauses are over, since filings that were begun wait a minute."""
    for _ in range(5):
        if os.path.exists(f"{place.base}/state/wismo.db"):
            try:
                place.pass_time()
            except Exception:
                pass    # killed before the tables were made
        if place.once().returncode == 0:
            return True
    return False


def approve_all(place):
    ids = [f"t{i}" for (i,) in place.rows("SELECT id FROM tasks WHERE state = 'proposed'")]
    if ids:
        place.run("approve", *ids)


def both(place, **environment):
    """The path up to answers, then approvals and what they set going; the faults count through both. Gives the exit codes of
    the two runs that may be killed."""
    codes = [place.once(**environment).returncode]
    if codes[0] != 0:
        resume(place)
    approve_all(place)
    if codes[0] == 0:
        codes.append(place.once(**environment).returncode)
    resume(place)
    return codes


def one_point(way, wanted, name, at):
    place = way.fresh()
    codes = both(place, WISMO_FAULT=f"{name}:{at}", WISMO_FAULT_COUNT=f"{place.base}/count")
    bad = way.wrong_with(place, wanted, name) + ([] if codes.count(KILLED) == 1 else [f"no kill: {codes}"])
    if not bad:
        shutil.rmtree(place.base)
    return f"{name}:{at} {bad}" if bad else None


def at_points(way, wanted, passings):
    jobs = [functools.partial(one_point, way, wanted, name, at) for name, passes in sorted(passings.items()) for at in sorted({1, passes})]
    wrong = [said for said in way.at_once(jobs) if said]
    landed = len(jobs) - sum("no kill" in said for said in wrong)
    tap.ok(not wrong, f"{way.name}: {landed} of {len(jobs)} kills landed, at the first and last passing of {len(passings)} durable "
           "steps; resumed, the same", "; ".join(wrong))


def one_instant(way, wanted, after_s):
    """None: the run was over before."""
    place = way.fresh()
    child = place.start("run", "--once")
    time.sleep(after_s)
    child.send_signal(signal.SIGKILL)
    if child.wait() != KILLED:
        return None
    resume(place)
    approve_all(place)
    resume(place)
    bad = way.wrong_with(place, wanted, None)
    if not bad:
        shutil.rmtree(place.base)
    return f"after {after_s:.3f} s {bad}" if bad else ""


def at_instants(way, wanted, number, lasted):
    """Draws instants until `number` kills have landed: some come after the end."""
    results, drawn = [], 0
    while len(results) < number and drawn < 4 * number:
        draws = [random.random() * lasted for _ in range(number - len(results))]
        drawn += len(draws)
        results += [said for said in way.at_once([functools.partial(one_instant, way, wanted, after_s) for after_s in draws])
                    if said is not None]
    wrong = [said for said in results if said]
    tap.ok(not wrong and len(results) == number, f"{way.name}: {len(results)} kills landed at random instants ({drawn} drawn, seed "
           f"{seed}); resumed, the same", "; ".join(wrong))


def disturb(way, number, fits):
    place, listing = way.fresh(), f"{top}/points-{way.name}"
    begun = time.time()
    first = place.once(WISMO_FAULT_LIST=listing).returncode
    lasted = time.time() - begun
    approve_all(place)
    second = place.once(WISMO_FAULT_LIST=listing).returncode
    wanted = way.outcome(place)
    sent = sum(state == "sent" for _, _, state in wanted["replies"])
    tap.ok(first == second == 0 and fits(place, wanted) and wanted["whole"] == [("ok",)] and len(wanted["mails"]) == BUYERS + 2
           and sent == BUYERS and wanted["tasks"] and not way.wrong_with(place, wanted, ""),
           f"{way.name}, undisturbed: {len(wanted['mails'])} mails, {sent} answers sent, {len(wanted['tasks'])} tasks",
           f"{first} {second} {way.wrong_with(place, wanted, '')} {wanted['replies']}")
    passings = collections.Counter(line.strip() for line in open(listing, encoding="utf-8"))
    if way.name == Servers.name:    # what the Maildir's way has no points for, or others
        at_points(way, wanted, {name: n for name, n in passings.items() if name.split(".")[0] in ("fetch", "file")})
    else:
        at_points(way, wanted, passings)
        poisoned(way, wanted)
    at_instants(way, wanted, number, lasted)
    return set(passings)


def poisoned(way, wanted):
    """Mails that end the program amid the others (tests/lib/poison.c): each takes its batch with it once, then falls alone."""
    place, deaths = way.fresh(), 0
    for name in ("0-first", "buyer2a", "zzz"):
        shop.write(f"{place.base}/inbox/new/{name}", f"X-Test-Poison: {name}\n" + shop.buyer_mail(90))
    while deaths < 20 and place.once().returncode != 0:
        deaths += 1
    approve_all(place)
    resume(place)
    states = collections.Counter(state for _, state in place.rows("SELECT id, state FROM mails"))
    whys = place.rows("SELECT DISTINCT why FROM mails WHERE state = 'parked'")
    got = way.outcome(place)
    bad = [key for key in wanted if key not in ("mails", "places") and got[key] != wanted[key]]
    tap.ok(states["parked"] == 3 and states["new"] == 0 and deaths <= 9 and not bad and whys == [("reading it ended the program three times",)],
           f"{way.name}: three mails that end the program are set aside after {deaths} deaths, the rest is the same", f"{states} {whys} {bad}")


begun = time.time()
servers = None
try:
    os.environ["WISMO_DATADIR"] = shop.data_dir(f"{top}/data")
    reached = disturb(Folders(), instants, lambda place, wanted: len(wanted["sent_to"]) == BUYERS and len(wanted["traces"]) > 0)
    servers = Servers()
    if servers.there:
        reached |= disturb(servers, max(1, instants // 4), lambda place, wanted: len(wanted["answered"]) == BUYERS
                           and place.rows("SELECT count(*) FROM replies WHERE confirmed_at > 0") == [(1,)])
        tap.ok(reached == POINTS, f"all {len(POINTS)} fault points of the source were passed", sorted(POINTS ^ reached))
    else:
        tap.skip(servers.name, "no Dovecot or openssl")
    print(f"# {time.time() - begun:.0f} s")
finally:
    if servers:
        servers.stop()
    if not os.environ.get("WISMO_CRASH_KEEP"):
        shutil.rmtree(top, ignore_errors=True)
sys.exit(tap.end())
