#!/usr/bin/env python3
"""Runs clang-tidy over the sources of a build, several at once.

A source that passed is not read again until its text, a header of ours that it
includes, its compile command or the checks change; BUILD/tidy keeps a mark for
each. Sources still to read are put one behind the other, up to BATCH of them,
so that the headers they share are read once; those of a batch in which something is found
are read again alone, as it may only be a name that two of them define. Prints every finding;
the exit code is 1 where there is one.
"""

import argparse
import bisect
import concurrent.futures
import hashlib
import itertools
import json
import operator
import pathlib
import re
import shlex
import subprocess
import sys

INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
AREAS = ("cli", "common", "examples", "services", "tests", "bench")
# GCC compiles; clang only reads, with its thread-safety analysis on.
EXTRA = ["-Wthread-safety", "-Wno-unknown-warning-option", "-Wno-unused-command-line-argument", "-ferror-limit=0"]
FINDING = re.compile(r"^(/[^:\n]+):(\d+):\d+: (?:fatal )?(?:error|warning):", re.MULTILINE)
# Takes longer than all other checks together; `make analyze` runs it.
NO_ANALYZER = "-clang-analyzer-*"
# What takes most of the time and finds least in tests.
TEST_CHECKS = "-clang-analyzer-*,-bugprone-*,bugprone-use-after-move,-misc-*,-performance-*,-readability-*"
BATCH = 40
# What a source defines at the left margin, hence in a namespace: two sources of
# a batch must not define the same name, each in its unnamed namespace.
DEFINED = re.compile(rb'^(?!namespace|using|TEST|#)\w.*?(?<![:\w])(?!const\b)(\w+)\s*[(={;\[]', re.MULTILINE)


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
    digest = hashlib.sha256(" ".join([version, *flags_of(entry), entry["file"], TEST_CHECKS, *EXTRA]).encode())
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def flags_in_one(words):
    """`-isystem` and its folder as one."""
    words = iter(words)
    return [(word, next(words)) if word == "-isystem" else (word,) for word in words]


def flags_of(entry):
    """A source's compile flags, without GCC's precompiled headers, which mean nothing to clang."""
    words = shlex.split(entry["command"])
    begin = next(i for i, word in enumerate(words) if word.endswith("c++")) + 1
    flags = [word for word in words[begin : words.index("-o")] if word != "-Winvalid-pch"]
    while "-include" in flags:
        at = flags.index("-include")
        del flags[at : at + 2]
    return flags


def checks_of(source, analyze):
    if source.name.endswith("_test.cc"):
        return [f"--checks={TEST_CHECKS}"]
    return [] if analyze else [f"--checks={NO_ANALYZER}"]


def run_tidy(arguments):
    done = subprocess.run(["clang-tidy", "--quiet", *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False)
    return done.returncode, done.stdout + (done.stderr if done.returncode else "")


class Source:
    """A source still to be read: its path, its compile flags and its mark."""

    def __init__(self, entry, mark, analyze):
        self.path = pathlib.Path(entry["file"])
        self.mark = mark
        self.flags = flags_of(entry)
        self.checks = checks_of(self.path, analyze)
        self.names = set(DEFINED.findall(self.path.read_bytes()))



def batches_of(sources):
    """Sources with the same checks together, no name defined twice in a batch."""
    checks = operator.attrgetter("checks")
    for _, same in itertools.groupby(sorted(sources, key=checks), key=checks):
        left = list(same)
        while left:
            batch, names, later = [], set(), []
            for source in left:
                if len(batch) < BATCH and names.isdisjoint(source.names):
                    batch.append(source)
                    names |= source.names
                else:
                    later.append(source)
            yield batch
            left = later


def join(batch, path):
    """Writes the sources of a batch to `path`; returns the line that follows each."""
    texts = [source.path.read_text() + "\n" for source in batch]
    path.write_text("".join(texts))
    return list(itertools.accumulate(text.count("\n") for text in texts))


def blamed(batch, joined, ends, output):
    """The sources of a batch that something was found in; all where that cannot be told."""
    found = FINDING.findall(output)
    if not found or any(path != str(joined) for path, _ in found):
        return batch
    at = {bisect.bisect_left(ends, int(line)) for _, line in found}
    return [source for i, source in enumerate(batch) if i in at]


def check(batch, build):
    """(path, exit code, output) of each source of the batch.

    It is read with the flags of all; what fails for that passes on its own.
    """
    joined = batch[0].path
    if len(batch) > 1:
        joined = build / "tidy" / f"{batch[0].mark.name}.cc"
        ends = join(batch, joined)
    flags = dict.fromkeys(flag for source in batch for flag in flags_in_one(source.flags))
    code, output = run_tidy([*batch[0].checks, str(joined), "--", *itertools.chain.from_iterable(flags), *EXTRA])
    again = []
    if len(batch) > 1:
        joined.unlink()
        if code:
            again = blamed(batch, joined, ends, output)
            batch = [source for source in batch if source not in again]
            code = 0
    if code == 0:
        for source in batch:
            source.mark.touch()
    outcomes = [(source.path, code, output) for source in batch]
    return outcomes + [outcome for source in again for outcome in check([source], build)]


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
    marks = build / ("analyzed" if args.analyze else "tidy")
    sources = {}
    for entry in entries:
        mark = marks / mark_of(entry, root, build, version)
        if not mark.exists():
            sources[mark] = Source(entry, mark, args.analyze)
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for outcomes in pool.map(lambda batch: check(batch, build), batches_of(sources.values())):
            for path, code, output in outcomes:
                if code:
                    bad += 1
                    print(f"{path.relative_to(root)}:\n{output}", file=sys.stderr, flush=True)
    print(f"clang-tidy: {len(entries)} sources, {bad} with findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
