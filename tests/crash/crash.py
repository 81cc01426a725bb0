#!/usr/bin/env python3
"""Kills `seaworthy up` at random moments under load and proves that nothing
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
    parser.add_argument("--keep", action="store_true", help="keep the data folder")
    return parser.parse_args()


ARGUMENTS = parse_arguments()
if ARGUMENTS.program:
    os.environ["SEAWORTHY_PROGRAM"] = str(ARGUMENTS.program.resolve())

from crash import proof  # noqa: E402  (the program has to be known first)
from crash.load import Load, Memory  # noqa: E402
from support.server import Server, run  # noqa: E402
from support.waiting import wait_until  # noqa: E402

START_SHARE = 0.2
# A record that five kills met is taken for poison, as it should be, and given
# up on. On a slow machine a record may meet the kill of every life, so a life
# now and then works off what the ones before left.
LIVES_IN_A_ROW = 3


def live_and_die(server, memory, chance, life):
    """One life under load, ended by SIGKILL."""
    server.spawn()
    if life % (LIVES_IN_A_ROW + 1) == 0:
        wait_until(server.is_ready, "the server is ready", 60)
        server.settle(600)
    elif chance.random() < START_SHARE:
        time.sleep(chance.uniform(0.0, 0.5))  # Not a wait: the moment of the kill.
        server.kill()
        return "while starting"
    wait_until(server.is_ready, "the server is ready", 60)
    load = Load(server.api, memory, f"{ARGUMENTS.seed}/{life}", ARGUMENTS.per_life).start()
    time.sleep(chance.uniform(0.05, 0.8))  # Not a wait: the moment of the kill.
    server.kill()
    load.join()
    return "under load"


def prove(server, memory):
    """Everything that does not hold, as lines."""
    server.start()
    server.settle(600)
    findings = list(memory.complaints)
    findings += proof.lost_announcements(server.api, memory)
    findings += proof.lost_pages(server.api, server, memory)
    if server.stop() != 0:
        findings.append("the server did not stop cleanly")
    records = proof.read_log(server.data)
    findings += proof.wrong_records(records, memory)
    done = run("rebuild", "--check", "--data", server.data, timeout=900)
    print(done.out, end="")
    if done.code != 0:
        findings.append(f"rebuild --check: {done.err.strip()}")
    print(
        f"{ARGUMENTS.kills} kills: {len(memory.acknowledged)} announcements acknowledged, "
        f"{len(memory.decided)} decisions, {len(records)} records in the log"
    )
    return findings


def main():
    chance = random.Random(ARGUMENTS.seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="seaworthy-crash-"))
    server, memory = Server(folder), Memory()
    begin = time.monotonic()
    try:
        for life in range(1, ARGUMENTS.kills + 1):
            how = live_and_die(server, memory, chance, life)
            print(f"kill {life}/{ARGUMENTS.kills} {how}, {len(memory.acknowledged)} acknowledged", flush=True)
        findings = prove(server, memory)
    finally:
        if server.process and server.process.poll() is None:
            server.kill()
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
