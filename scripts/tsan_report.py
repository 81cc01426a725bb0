#!/usr/bin/env python3
"""Sums up what the thread sanitizer wrote: races of which both sides are ours,
and all else it found. Debian's libraries are built without it; a race of which
one side is theirs is what they synchronise inside, unseen; so is one of which
the sanitizer could not restore a side.

    tsan_report.py FOLDER     with the files of TSAN_OPTIONS=log_path; fails where there is one
"""

import collections
import pathlib
import re
import sys

SIDE = re.compile(r"  (Read|Write|Atomic|Previous|\[failed)")
# Part of what called it: the sanitizer, templates and messages.
PART = re.compile(
    r"libsanitizer|tsan_abseil|generated/|/usr/include/(c\+\+|google/protobuf|absl)/"
    r"|#\d+ ((void|bool|auto) )?(std|__gnu_cxx|absl|google::protobuf)::"
)
OURS = re.compile(r"(?:\.\./)*((?:common|services|cli|tests|examples)/\S+:\d+)")


def reports(path):
    """Each report of a file as its lines."""
    lines = []
    for line in path.read_text(errors="replace").splitlines():
        if line.startswith("WARNING: ThreadSanitizer"):
            lines = [line]
        elif lines:
            lines.append(line)
            if line.startswith("SUMMARY"):
                yield lines
                lines = []


def sides(report):
    """The calls of each side of a race, innermost first."""
    found, calls = [], None
    for line in report:
        if SIDE.match(line):
            calls = []
            found.append(calls)
        elif calls is not None and line.startswith("    #"):
            calls.append(line.strip())
        else:
            calls = None
    return found


def place(calls):
    """FILE:LINE where it is ours, else nothing."""
    ours = OURS.search(next((call for call in calls if not PART.search(call)), ""))
    return ours.group(1) if ours else None


def main(folder):
    total, found = 0, collections.defaultdict(list)
    for path in sorted(pathlib.Path(folder).iterdir()):
        for report in reports(path):
            total += 1
            if "data race" not in report[0]:
                found[(report[-1],)].append(report)
                continue
            places = [place(calls) for calls in sides(report)]
            if all(places):
                found[tuple(sorted(places))].append(report)
    for places, several in sorted(found.items(), key=lambda one: -len(one[1])):
        print(f"== {len(several)} times: {', '.join(places)}")
        print("\n".join(several[0][:60]))
    print(f"thread sanitizer: {total} reports, {sum(map(len, found.values()))} of ours in {len(found)} places")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
