#!/usr/bin/env python3
"""Kills `seaworthy up`, or its services in processes of their own, and with a log
on NATS its server too, at random moments under load, and proves that nothing
acknowledged was lost and nothing happened twice. See README.md."""

import argparse
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=pathlib.Path, help="default: $SEAWORTHY_PROGRAM, else build/bin/seaworthy")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1, help="chooses moments and documents")
    parser.add_argument("--per-life", type=int, default=12, help="announcements a life, at most")
    parser.add_argument("--log", choices=("embedded", "nats", "services"), default="embedded",
                        help="which engine; services: four processes over NATS")
    parser.add_argument("--whom", choices=("any", "server", "broker", "both"), default="any", help="who is killed")
    parser.add_argument("--keep", action="store_true", help="keep the data folder")
    return parser.parse_args()


ARGUMENTS = parse_arguments()
if ARGUMENTS.program:
    os.environ["SEAWORTHY_PROGRAM"] = str(ARGUMENTS.program.resolve())

from crash import proof  # noqa: E402  (the program has to be known first)
from crash.load import Load, Memory  # noqa: E402
from crash.mails import Mails  # noqa: E402
from crash.worlds import FourProcesses, OneProcess  # noqa: E402

START_SHARE = 0.2
# A record that five kills met is taken for poison, as it should be, and given
# up on. On a slow machine a record may meet the kill of every life, so a life
# now and then works off what the ones before left.
LIVES_IN_A_ROW = 3


def live_and_die(world, memory, mails, chance, life):
    """One life under load, ended by SIGKILL."""
    world.spawn()
    if life % (LIVES_IN_A_ROW + 1) == 0:
        world.wait()
        world.server.settle(600)
    elif chance.random() < START_SHARE:
        time.sleep(chance.uniform(0.0, 0.5))  # Not a wait: the moment of the kill.
        return f"{world.kill(chance, ARGUMENTS.whom)} while starting"
    world.wait()
    load = Load(world.server.api, memory, f"{ARGUMENTS.seed}/{life}", ARGUMENTS.per_life).start()
    editor = mails.approving(world.server)
    time.sleep(chance.uniform(0.05, 0.8))  # Not a wait: the moment of the kill.
    whom = world.kill(chance, ARGUMENTS.whom)
    load.join()
    editor.join()
    return f"{whom} under load"


def prove(world, memory, mails):
    """Everything that does not hold, as lines."""
    world.begin_anew()
    server = world.server
    mails.drain(server)
    server.settle(600)
    findings = list(memory.complaints)
    findings += proof.lost_announcements(server.api, memory)
    findings += proof.lost_pages(server.api, server, memory)
    findings += [f"{name} did not stop cleanly: {code}" for name, code in world.stop().items() if code != 0]
    findings += mails.findings(world.people)
    records = proof.read_log(world.log)
    findings += proof.wrong_records(records, memory)
    done = world.rebuild()
    print(done.out, end="")
    if done.code != 0:
        findings.append(f"rebuild --check: {done.err.strip()}")
    print(
        f"{ARGUMENTS.kills} kills, log {ARGUMENTS.log}: {len(memory.acknowledged)} announcements acknowledged, "
        f"{len(memory.decided)} decisions, {memory.votes_counted} votes, {len(records)} records in the log"
    )
    return findings


def main():
    chance = random.Random(ARGUMENTS.seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="seaworthy-crash-"))
    begin = time.monotonic()
    memory = Memory()
    mails = Mails(folder, ARGUMENTS.kills, ARGUMENTS.seed)
    past = mails.past()
    if ARGUMENTS.log == "services":
        world = FourProcesses(folder, mails.table, past)
    else:
        world = OneProcess(folder, ARGUMENTS.log, mails.table, past)
    try:
        mails.subscribe(world.people)
        for life in range(1, ARGUMENTS.kills + 1):
            how = live_and_die(world, memory, mails, chance, life)
            print(f"kill {life}/{ARGUMENTS.kills} {how}, {len(memory.acknowledged)} acknowledged", flush=True)
        findings = prove(world, memory, mails)
    finally:
        world.end()
        mails.end()
        if ARGUMENTS.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    for finding in findings:
        print(f"FAILED: {finding}", file=sys.stderr)
    print(f"{'FAILED' if findings else 'ok'}: {len(findings)} findings, {time.monotonic() - begin:.0f} s")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
