#!/usr/bin/env python3
"""Kills the mailer in the middle of real SMTP dialogues: at every fault point of the stage, and by the server's own hand at
every step of the dialogue; then runs it again three times, with all pauses over. The server counts: no mail twice, none
missing but the one that is `uncertain`, and that only where its word may have been lost. Speaks TAP.

usage: send.py PROGRAM        PROGRAM: the product linked with tests/lib/fault_kill.c"""
import collections
import functools
import itertools
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import shop  # noqa: E402

program = os.path.abspath(sys.argv[1])
top = shop.folder("send")
tap = shop.Tap()
BUYERS = 3      # so that a kill comes before, between and after other mails of the same connection
numbers = itertools.count(1)

# What may have become of the mail that was in work: its state in the end, and how often the server has taken it.
SENT, LOST, UNSURE = ("sent", 1), ("uncertain", 0), ("uncertain", 1)
POINTS = {
    "send.sending.committed": [SENT],           # nothing said yet: sent later
    "send.handed_over.before": [SENT],          # the text may have left, its dot has not
    "send.handed_over.committed": [LOST],       # the dot has not left either, but the row cannot know
    "send.answered": [UNSURE],                  # the server has it, the row does not know
    "send.settled.committed": [SENT],
}
STEPS = {
    "greet": [SENT], "ehlo": [SENT], "mail": [SENT], "rcpt": [SENT], "data": [SENT],
    "body": [SENT, LOST, UNSURE],               # the hand-over is committed while the server reads
    "dot": [UNSURE],
    "answered": [UNSURE, SENT],                 # the row races with the kill
}


def new_shop(peer):
    return shop.Shop(program, f"{top}/s{next(numbers)}", f"smtp://127.0.0.1:{peer.port}", buyers=BUYERS)


def wrong_with(place, peer, allowed):
    """Three more runs, each with a server that takes anything; then the rows are held against what the server has."""
    wrong = []
    peer.at_step = None
    for _ in range(3):
        place.pass_time()
        if place.once().returncode != 0:
            wrong.append("a resumed run fails")
    peer.quiet()
    taken = collections.Counter(peer.ids())
    # In the agent an answer may be replaced before it is due, when the orders come after the mails. What was rejected has left no
    # mail: the sum below would not be right.
    rows = place.rows("SELECT state, '<' || message_id || '>' FROM replies WHERE state <> 'rejected'")
    ends = [(state, taken[message_id]) for state, message_id in rows if (state, taken[message_id]) != SENT]
    if len(rows) != BUYERS or len(ends) > 1 or sum(taken.values()) != sum(taken[message_id] for _, message_id in rows):
        wrong.append(f"{rows} against {dict(taken)}")
    elif (ends or [SENT])[0] not in allowed:
        wrong.append(f"{ends or 'all sent'}, allowed {allowed}")
    if any(count > 1 for count in taken.values()):
        wrong.append(f"TWICE: {dict(taken)}")
    return wrong


def undisturbed():
    peer = shop.Peer()
    listing = f"{top}/points"
    place = new_shop(peer)
    place.once(WISMO_FAULT_LIST=listing)
    with open(listing, encoding="utf-8") as file:
        passings = collections.Counter(line.strip() for line in file if line.startswith("send."))
    tap.ok(set(passings) == set(POINTS) and set(passings.values()) == {BUYERS} and place.states() == ["sent"] * BUYERS,
           f"undisturbed: {BUYERS} mails sent, {len(passings)} fault points each", dict(passings))
    peer.close()


def kill_at_point(point, at):
    """Gives whether the kill landed, how many texts were cut off, and what is wrong in the end."""
    peer = shop.Peer()
    place = new_shop(peer)
    code = place.once(WISMO_FAULT=f"{point}:{at}", WISMO_FAULT_COUNT=f"{place.base}/count").returncode
    peer.quiet()
    cut = len(peer.cut)
    wrong = wrong_with(place, peer, POINTS[point])
    peer.close()
    return code == -signal.SIGKILL, cut, wrong


def kill_at_step(step, at):
    killer = Killer(step, 1 if step in ("greet", "ehlo") else at)   # one connection carries all mails
    peer = shop.Peer(at_step=killer)
    place = new_shop(peer)
    killer.child = place.start("run", "--once")
    killer.started.set()
    landed = killer.child.wait() == -signal.SIGKILL
    peer.quiet()
    wrong = wrong_with(place, peer, STEPS[step])
    peer.close()
    return landed, len(peer.cut), wrong


class Killer:
    """Ends the program by the server's hand when the `at`-th dialogue reaches a step."""

    def __init__(self, step, at):
        self.step, self.left, self.child = step, at, None
        self.started = threading.Event()

    def __call__(self, step, peer):
        if step != self.step:
            return
        self.left -= 1
        if self.left == 0:
            self.started.wait(20)
            self.child.send_signal(signal.SIGKILL)
            self.child.wait()


def agent_killed_at(point):
    """The same in the running agent: only its mailer dies, and the supervisor starts another one."""
    peer = shop.Peer()
    place = new_shop(peer)
    log = open(f"{place.base}/log", "w+", encoding="utf-8")
    agent = subprocess.Popen(place.command("run"), stdout=log, stderr=log,
                             env=dict(os.environ, WISMO_FAULT=f"{point}:2", WISMO_FAULT_COUNT=f"{place.base}/count"))
    try:
        end = time.time() + 60
        while time.time() < end:
            time.sleep(0.1)
            try:
                if place.rows("SELECT count(*) FROM replies WHERE state IN ('sent', 'uncertain')") == [(BUYERS,)]:
                    break
            except sqlite3.OperationalError:
                pass        # not made yet
    finally:
        agent.send_signal(signal.SIGTERM)
        ended = agent.wait(30)
    log.seek(0)
    died = re.search("role=mailer .*killed by signal 9", log.read()) is not None
    peer.quiet()
    wrong = wrong_with(place, peer, POINTS[point])
    peer.close()
    return ended == 0 and died, len(peer.cut), wrong


def words(allowed):
    return " or ".join(sorted({state for state, _ in allowed}))


try:
    begun = time.time()
    os.environ["WISMO_DATADIR"] = shop.data_dir(f"{top}/data")
    undisturbed()
    mails = range(1, BUYERS + 1)
    points = [(point, at) for point in POINTS for at in mails]
    steps = [(step, at) for step in STEPS for at in (1, 2)]
    results = shop.side_by_side([functools.partial(kill_at_point, *one) for one in points]
                                + [functools.partial(kill_at_step, *one) for one in steps]
                                + [functools.partial(agent_killed_at, point) for point in POINTS])
    told = dict(zip(points + steps + list(POINTS), results))
    for point, allowed in POINTS.items():
        kills, cut = (sum(told[point, at][n] for at in mails) for n in (0, 1))
        wrong = [told[point, at][2] for at in mails if told[point, at][2]]
        # The text is on its way at these two points, so this also shows that a text without its dot is not counted.
        halfway = cut == BUYERS if point.startswith("send.handed_over") else cut == 0
        tap.ok(not wrong and kills == BUYERS and halfway,
               f"killed at {point} of mail 1 to {BUYERS}, run three times more: {words(allowed)}, never twice",
               f"{kills} kills, {cut} cut off; {wrong}")
    for step, allowed in STEPS.items():
        kills, wrong = sum(told[step, at][0] for at in (1, 2)), [told[step, at][2] for at in (1, 2) if told[step, at][2]]
        tap.ok(not wrong and kills == 2, f"killed by the server at {step} of two mails: {words(allowed)}, never twice",
               f"{kills} kills; {wrong}")
    wrong = [(point, told[point]) for point in POINTS if told[point][2] or not told[point][0]]
    tap.ok(not wrong, "the agent's mailer killed at each of these points, and started again by it: the same", wrong)
    tap.ok(not shop.failed_runs, "every other run ended with 0, memory checks included", shop.failed_runs[:1])
    print(f"# {sum(landed for landed, _, _ in results)} kills landed, each followed by 3 more runs, in {time.time() - begun:.1f} s")
finally:
    shutil.rmtree(top, ignore_errors=True)
sys.exit(tap.end())
