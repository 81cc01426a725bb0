#!/usr/bin/env python3
"""Prints branch coverage by folder from llvm-cov's JSON, the log and its
deduplication first:

    coverage.py build/coverage/coverage.json
    coverage.py build/coverage/coverage.json --list common/nats   # what was not taken
"""

import argparse
import collections
import json
import os
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOG = re.compile(r"common/(commit_queue|rocksdb_event_log|event_log|log_(copy|import|mirror|trim)|nats/)")
LOG_GOAL, GOAL = 100, 85


def folder_of(path):
    """The line a file is counted in: common, services/NAME, cli."""
    if LOG.match(path):
        return "the log and its deduplication"
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "services" else parts[0]


def files_of(report):
    """(path from the root, its record) of each of our sources."""
    for one in report["data"][0]["files"]:
        path = pathlib.Path(os.path.normpath(ROOT / "build/coverage" / one["filename"]))
        if path.is_relative_to(ROOT):
            yield path.relative_to(ROOT).as_posix(), one


def branches_of(path, one):
    """((line, column), how often true, how often false) of each condition: one
    entry however many instances a template or programs an object has. A
    condition that is constant is none, and llvm-cov gives none that stands in a
    macro: handing an error upward (SEAWORTHY_RETURN_IF_ERROR) is no choice."""
    ways = collections.defaultdict(lambda: [0, 0])
    for line, column, _, _, true, false, *_ in one["branches"]:
        ways[line, column][0] += true
        ways[line, column][1] += false
    text = (ROOT / path).read_text(encoding="utf-8").splitlines()
    for (line, column), (true, false) in sorted(ways.items()):
        words = text[line - 1].strip() if line <= len(text) else ""
        if "while (true)" not in words:
            yield (line, column), true, false, words


def sums(files):
    totals = collections.defaultdict(lambda: [0, 0, 0, 0])
    for path, one in files:
        taken = [count > 0 for _, true, false, _ in branches_of(path, one) for count in (true, false)]
        lines = one["summary"]["lines"]
        for name in (folder_of(path), "all"):
            for i, count in enumerate((sum(taken), len(taken), lines["covered"], lines["count"])):
                totals[name][i] += count
    return totals


def print_sums(totals):
    print(f"{'branches':>9} {'taken':>13} {'lines':>8}  goal")
    log = "the log and its deduplication"
    for name in sorted(totals, key=lambda name: (name != log, name == "all", name)):
        taken, branches, lines, all_lines = totals[name]
        share = 100 * taken / branches if branches else 100
        goal = LOG_GOAL if name == log else GOAL
        mark = "reached" if share >= goal else "missed"
        print(f"{share:8.1f}% {taken:6}/{branches:6} {100 * lines / max(all_lines, 1):7.1f}%  {goal}% {mark}  {name}")


def print_untaken(files, pattern):
    for path, one in files:
        if not path.startswith(pattern):
            continue
        for (line, column), true, false, words in branches_of(path, one):
            for count, what in ((true, "true"), (false, "false")):
                if count == 0:
                    print(f"{path}:{line}:{column}: never {what}: {words}")


def main():
    parser = argparse.ArgumentParser(description="branch coverage by folder")
    parser.add_argument("report", type=pathlib.Path)
    parser.add_argument("--list", metavar="PATH", help="the branches not taken in files whose path begins so")
    arguments = parser.parse_args()
    files = list(files_of(json.loads(arguments.report.read_text(encoding="utf-8"))))
    if arguments.list:
        print_untaken(files, arguments.list)
    else:
        print_sums(sums(files))


if __name__ == "__main__":
    main()
