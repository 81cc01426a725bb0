#!/usr/bin/env python3
"""Runs the pieces of the torture harness by name, number and seed. See README.md."""

import argparse
import os
import pathlib
import subprocess
import sys
import time

TESTS = pathlib.Path(__file__).resolve().parents[1]
ROOT = TESTS.parent


def engine(piece):
    """A piece of the log alone: the C++ program."""

    def command(arguments, count):
        return [arguments.engine, piece, str(count), str(arguments.seed)]

    return command


def crash(*more):
    """Kills under load, then the proof: tests/crash."""

    def command(arguments, count):
        return [sys.executable, "-B", TESTS / "crash/crash.py", "--kills", str(count), "--seed", str(arguments.seed), *more]

    return command


def program(module):
    """A piece of the whole program: a script beside this one."""

    def command(arguments, count):
        return [sys.executable, "-B", TESTS / f"torture/{module}.py", "--count", str(count), "--seed", str(arguments.seed)]

    return command


# Name: the command, the long run's count, what it counts.
PIECES = {
    "power": (engine("power"), 1000, "power cuts"),
    "torn": (engine("torn"), 0, "lengths of a log cut within its last three records; 0: every one"),
    "flips": (engine("flips"), 1000, "flipped bits"),
    "disk": (engine("disk"), 100, "points at which the disk is full, log and objects"),
    "calls": (engine("calls"), 0, "failing calls; 0: every one"),
    "sporadic": (engine("sporadic"), 500, "lives with one call in 128 failing"),
    "clock": (engine("clock"), 50, "clock jumps, the log"),
    "poison": (engine("poison"), 20, "poisonous events"),
    "full": (program("full"), 100, "points at which the disk of the whole program is full (root)"),
    "kills": (crash(), 1500, "kills, embedded log"),
    "kills_nats": (crash("--log", "nats"), 1500, "kills of program and broker"),
    "services": (crash("--log", "services"), 500, "kills of four programs and their broker, one at a time"),
    "nats": (crash("--log", "nats", "--whom", "broker"), 200, "kills of the broker alone"),
    "cut": (program("cut"), 100, "cuts between program and broker (root: a network namespace)"),
    "overload": (program("overload"), 600, "seconds at ten times the peak"),
    "soak": (program("soak"), 1800, "seconds of work with faults"),
}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pieces", nargs="*", help=f"of {', '.join(PIECES)}; default: all")
    parser.add_argument("-n", type=int, help="instead of each piece's long count")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", default=os.environ.get("SEAWORTHY_TORTURE", ROOT / "build/release/tests/torture/seaworthy_torture"))
    parser.add_argument("--list", action="store_true", help="say what there is")
    arguments = parser.parse_args()
    for piece in arguments.pieces:
        if piece not in PIECES:
            parser.error(f"{piece}: no such piece; there are {', '.join(PIECES)}")
    return arguments


def main():
    arguments = parse_arguments()
    if arguments.list:
        for name, (_, count, what) in PIECES.items():
            print(f"{name:10} {count:5} {what}")
        return 0
    failed = []
    for name in arguments.pieces or PIECES:
        command, count, what = PIECES[name]
        count = count if arguments.n is None else arguments.n
        begin = time.monotonic()
        print(f"== {name}: N={count} SEED={arguments.seed} ({what})", flush=True)
        done = subprocess.run(list(map(str, command(arguments, count))), cwd=TESTS, check=False)
        print(f"== {name}: {'ok' if done.returncode == 0 else 'FAILED'}, {time.monotonic() - begin:.0f} s", flush=True)
        if done.returncode != 0:
            failed.append(name)
    if failed:
        print(f"FAILED: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
