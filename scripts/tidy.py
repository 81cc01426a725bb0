#!/usr/bin/env python3
"""Runs clang-tidy over the sources of a build, several at once.

A source that passed is not read again until its text, a header of ours that it
includes, its compile command or the checks change; BUILD/tidy keeps a mark for
each. Prints every finding; the exit code is 1 where there is one.
"""

import argparse
import concurrent.futures
import hashlib
import json
import pathlib
import re
import subprocess
import sys

INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
AREAS = ("cli", "common", "examples", "services", "tests", "bench")
# GCC compiles; clang only reads, with its thread-safety analysis on.
EXTRA = ["-Wthread-safety", "-Wno-unknown-warning-option", "-Wno-unused-command-line-argument"]
# Half of the time; `make analyze` runs it.
NO_ANALYZER = "-clang-analyzer-*"
# What takes most of the time and finds least in tests.
TEST_CHECKS = "-clang-analyzer-*,-bugprone-*,bugprone-use-after-move,-misc-*,-performance-*,-readability-*"


def headers_of(path, folders, seen):
    """Adds to `seen` every file of ours that `path` includes."""
    for name in INCLUDE.findall(path.read_bytes()):
        for folder in folders:
            header = folder / name.decode()
            if header.is_file():
                if header not in seen:
                    seen.add(header)
                    headers_of(header, folders, seen)
                break
    return seen


def mark_of(entry, root, build, version):
    """A hash of everything that the outcome depends on."""
    source = pathlib.Path(entry["file"])
    files = [source, *sorted(headers_of(source, [root, build / "generated"], set())), root / ".clang-tidy"]
    digest = hashlib.sha256(" ".join([version, entry["command"], TEST_CHECKS, *EXTRA]).encode())
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def tidy(source, build, analyze):
    command = ["clang-tidy", "--quiet", "-p", str(build), *(f"--extra-arg={flag}" for flag in EXTRA)]
    if source.name.endswith("_test.cc"):
        command.append(f"--checks={TEST_CHECKS}")
    elif not analyze:
        command.append(f"--checks={NO_ANALYZER}")
    command.append(str(source))
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + (done.stderr if done.returncode else "")


def check(entry, root, build, version, analyze):
    source = pathlib.Path(entry["file"])
    mark = build / ("analyzed" if analyze else "tidy") / mark_of(entry, root, build, version)
    if mark.exists():
        return source, 0, ""
    code, output = tidy(source, build, analyze)
    if code == 0:
        mark.touch()
    return source, code, output


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--analyze", action="store_true", help="with clang's static analyzer")
    parser.add_argument("sources", nargs="*", help="only these; all of the build without them")
    args = parser.parse_args()
    root = pathlib.Path.cwd()
    build = args.build.resolve()
    for folder in ("tidy", "analyzed"):
        (build / folder).mkdir(exist_ok=True)
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True, check=True).stdout
    wanted = {str(pathlib.Path(name).resolve()) for name in args.sources}
    entries = [
        entry
        for entry in json.loads((build / "compile_commands.json").read_text())
        if any(pathlib.Path(entry["file"]).is_relative_to(root / area) for area in AREAS)
        and (not wanted or entry["file"] in wanted)
    ]
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for source, code, output in pool.map(lambda e: check(e, root, build, version, args.analyze), entries):
            if code:
                bad += 1
                print(f"{source.relative_to(root)}:\n{output}", file=sys.stderr, flush=True)
    print(f"clang-tidy: {len(entries)} sources, {bad} with findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
