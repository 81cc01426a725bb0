#!/usr/bin/env python3
"""Announcements to drafted comparisons through the real programs: one process with
its embedded log, and four processes over NATS JetStream, in turns on the same load.

end_to_end.py     run in the source folder; $ANNOUNCEMENTS a round, $ROUNDS rounds.

Reviews a second and processor time a review; then the time from an announcement's
request to its last draft, at half the announcements a second that were measured.
"""

import contextlib
import hashlib
import http.client
import os
import pathlib
import queue
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from crash.proof import read_log  # noqa: E402
from support.announcements import model_card  # noqa: E402
from support.server import PROGRAM, TOKEN, Server  # noqa: E402
from support.services import Services  # noqa: E402

ANNOUNCEMENTS = int(os.environ.get("ANNOUNCEMENTS", "300"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
CLIENTS = 8
WARM_UP = 40
LOAD = 0.5
GOALS_MS = (10, 50)
TICK = os.sysconf("SC_CLK_TCK")
# An announcement's way: what is in the log of it, in order.
STAGES = ("announcement.received", "tool.announced", "review.requested", "verdict.given", "comparison.drafted")


@contextlib.contextmanager
def endpoint():
    """A provider of ours that answers at once; the tables that name it."""
    program = PROGRAM.with_name("seaworthy_fault_server")
    child = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
    try:
        url = child.stdout.readline().split()[-1]
        yield f'[endpoints.bench]\nurl = "openai:{url}/v1"\nmodel = "bench"\nmax_in_flight = 64\n'
    finally:
        child.terminate()
        child.wait(20)


class One:
    """`seaworthy up`."""

    name = "one process"

    def __init__(self, folder, tables):
        config = folder / "seaworthy.toml"
        config.write_text(tables)
        self.server = Server(folder, config=config)
        self.log = self.server.data / "log"

    def start(self):
        self.server.start()
        self.processes = {"seaworthy": self.server.process}

    def stop(self):
        self.server.stop()

    end = stop


class Four:
    """Each service in a process of its own, and their broker."""

    name = "four processes"

    def __init__(self, folder, tables):
        self.services = Services(folder, tables)
        self.server = self.services.server
        self.log = self.services.nats.url

    def start(self):
        self.services.nats.start()
        self.services.start()
        self.processes = {name: service.process for name, service in self.services.by_name.items()}
        self.processes["nats-server"] = self.services.nats.process

    def stop(self):
        for service in self.services.by_name.values():
            service.stop()

    def end(self):
        self.services.stop()


def cpu_seconds(process):
    """User and system time so far."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def trace_of(number):
    return hashlib.sha256(f"bench {number}".encode()).hexdigest()[:32]


class Client(threading.Thread):
    """Hands in numbers from a queue over one connection, each at its time."""

    def __init__(self, port, numbers):
        super().__init__()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.numbers = numbers
        self.trouble = None

    def run(self):
        try:
            while True:
                number, due = self.numbers.get_nowait()
                time.sleep(max(0.0, due - time.time()))
                self.submit(number)
        except queue.Empty:
            self.connection.close()
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            self.trouble = error

    def submit(self, number):
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "text/markdown",
                   "Idempotency-Key": f"bench-{number}", "traceparent": f"00-{trace_of(number)}-00000000000000b1-01"}
        self.connection.request("POST", "/api/v1/announcements", model_card(number), headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 202:
            raise RuntimeError(f"announcement {number}: answered {answer.status} {body[:200]}")


def hand_in(world, due):
    """Number to the time it is due; until all that follows is done."""
    numbers = queue.SimpleQueue()
    for pair in due.items():
        numbers.put(pair)
    clients = [Client(world.server.port, numbers) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
        if client.trouble:
            raise client.trouble
    world.server.settle(600)


class Round:
    """Announcements handed in together, and the processor time they took."""

    def __init__(self, world, first, count, rate=None):
        begin = time.time()
        self.due = dict.fromkeys(range(first, first + count), begin)
        if rate:
            chance = random.Random(first)
            at = begin
            for number in self.due:
                at += chance.expovariate(rate)
                self.due[number] = at
        before = {name: cpu_seconds(process) for name, process in world.processes.items()}
        hand_in(world, self.due)
        self.pace = count / (time.time() - begin)
        self.cpu = {name: cpu_seconds(process) - before[name] for name, process in world.processes.items()}

    def read(self, ways):
        """What the log says of it."""
        mine = [ways.get(trace_of(number), {}) for number in self.due]
        self.reviews = sum(way["verdict.given"][1] for way in mine if "verdict.given" in way)
        self.drafts = sum(way["comparison.drafted"][1] for way in mine if "comparison.drafted" in way)
        self.seconds = max(last for way in mine for last, _ in way.values()) - min(self.due.values())
        self.rate = self.reviews / self.seconds
        # The last of each stage, from the time it was due.
        self.times = {stage: [1000 * (way[stage][0] - due) for way, due in zip(mine, self.due.values()) if stage in way]
                      for stage in STAGES}


def ways(log):
    """Trace to stage to (time of its last record, how many)."""
    found = {}
    for record in read_log(log):
        if record["subject"] not in STAGES:
            continue
        way = found.setdefault(record["trace_id"], {})
        _, count = way.get(record["subject"], (0, 0))
        way[record["subject"]] = (record["time_us"] / 1e6, count + 1)
    return found


def at_percent(values, percent):
    values = sorted(values)
    return values[min(len(values) - 1, len(values) * percent // 100)]


def cost(rounds, name):
    return statistics.median(1000 * r.cpu[name] / r.reviews for r in rounds)


def show(world, rounds, others=None):
    """A line of the table; `others` are the rounds of one process."""
    total = sum(cost(rounds, name) for name in world.processes)
    parts = ", ".join(f"{name} {cost(rounds, name):.2f}" for name in world.processes)
    rate = statistics.median(r.rate for r in rounds)
    print(f"{world.name:16}{rate:>10,.0f}{total:>15.2f}   {parts if len(world.processes) > 1 else ''}")
    if others:
        ours = total - cost(rounds, "nats-server")
        base = cost(others, "seaworthy")
        ratios = sorted(mine.rate / other.rate for mine, other in zip(rounds, others))
        print(f"{'ratio':16}{statistics.median(ratios):>10.2f}{total / base:>15.2f}   from {ratios[0]:.2f} to {ratios[-1]:.2f} "
              f"of the reviews; {ours / base:.2f} of the CPU without nats-server")


def show_latency(world, measured, rate):
    drafted = measured.times["comparison.drafted"]
    stages = ", ".join(f"{stage.split('.')[1]} {statistics.median(times):.1f}" for stage, times in measured.times.items())
    print(f"{world.name:16}{rate:>10.1f}{at_percent(drafted, 50):>9.1f}{at_percent(drafted, 99):>9.1f}   {stages}")


def measure(folder, tables):
    worlds = []
    try:
        for kind in (One, Four):
            place = folder / kind.__name__.lower()
            place.mkdir()
            worlds.append(kind(place, tables))
        for world in worlds:
            world.start()
            Round(world, 0, WARM_UP)
        full = {world: [] for world in worlds}
        for number in range(ROUNDS):
            for world in worlds:
                full[world].append(Round(world, WARM_UP + number * ANNOUNCEMENTS, ANNOUNCEMENTS))
        half = {}
        for world in worlds:
            rate = LOAD * statistics.median(r.pace for r in full[world])
            half[world] = (rate, Round(world, WARM_UP + ROUNDS * ANNOUNCEMENTS, 2 * ANNOUNCEMENTS, rate))
        for world in worlds:
            world.stop()
            of_log = ways(world.log)
            for one in [*full[world], half[world][1]]:
                one.read(of_log)
        report(worlds, full, half)
    finally:
        for world in worlds:
            world.end()


def report(worlds, full, half):
    some = full[worlds[0]][0]
    print(f"{ANNOUNCEMENTS} announcements by {CLIENTS} clients, {some.reviews} reviews, {some.drafts} drafts a round; "
          f"medians of {ROUNDS} rounds in turns; an endpoint that answers at once; load of the machine {os.getloadavg()[0]:.1f}")
    print(f"{'':16}{'reviews/s':>10}{'CPU ms/review':>15}")
    show(worlds[0], full[worlds[0]])
    show(worlds[1], full[worlds[1]], full[worlds[0]])
    print(f"\nfrom request to draft in ms at {LOAD:.0%} of that; the goals are {GOALS_MS[0]} and {GOALS_MS[1]}; medians to each stage's end")
    print(f"{'':16}{'a second':>10}{'p50':>9}{'p99':>9}")
    for world in worlds:
        show_latency(world, half[world][1], half[world][0])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="bench-end-to-end-") as name, endpoint() as tables_of_endpoint:
        measure(pathlib.Path(name), tables_of_endpoint)
