#!/usr/bin/env python3
"""The whole program on a disk that fills: nothing is acknowledged falsely, pages
are read, and work goes on within 30 s of space without a restart."""

import itertools
import os
import pathlib
import random
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from torture.case import Load, parse_arguments, prove, run_piece  # noqa: E402
from support.announcements import model_card  # noqa: E402
from support.server import Server  # noqa: E402
from support.waiting import wait_until  # noqa: E402

ARGUMENTS = parse_arguments(__doc__, 100)
DISK_BYTES = 1 << 30
RESUME_SECONDS = 30
FILLER_BYTES = 1 << 20


class Disk:
    """A small disk of its own, filled by a ballast file."""

    def __init__(self, folder):
        self.folder = folder / "disk"
        self.folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", self.folder], check=True)
        self.ballast = self.folder / "ballast"

    def fill(self, room):
        with open(self.ballast, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, self.free() - room))

    def free(self):
        space = os.statvfs(self.folder)
        return space.f_bavail * space.f_frsize

    def empty(self):
        self.ballast.unlink()

    def end(self):
        subprocess.run(["umount", "--lazy", self.folder], check=False)


def submit(server, memory, key, number, filler=b""):
    """Hands one in; whether it was acknowledged, which is then remembered."""
    document = model_card(number) + filler
    try:
        answer = server.api.submit(document, key=key)
    except OSError:
        return False
    if answer.status != 202:
        return False
    memory.documents[key], memory.acknowledged[key] = document, answer.json["announcement_id"]
    return True


def write_until_refused(server, memory, point):
    numbers = itertools.count(1_000_000 + 1000 * point)

    # RocksDB has room set aside for its next writes: that goes first.
    def refused():
        number = next(numbers)
        filler = b"\n<!-- " + os.urandom(FILLER_BYTES // 2).hex().encode() + b" -->\n"
        return not submit(server, memory, f"full-{number}", number, filler)

    wait_until(refused, "the full disk is noticed", RESUME_SECONDS)


def fill_once(server, disk, memory, chance, point):
    """Full once under load; what did not hold, and how long it took to go on."""
    load = Load(server.api, memory, f"{ARGUMENTS.seed}/{point}", 12).start()
    time.sleep(chance.uniform(0.0, 0.3))  # Not a wait: the moment at which it is full.
    disk.fill(chance.randrange(0, 300_000))
    load.join()
    write_until_refused(server, memory, point)
    findings = []
    if server.process.poll() is not None:
        return [f"point {point}: the program ended with {server.process.returncode}: {server.log_tail()}"], 0
    answer = server.read("/")
    if answer.status >= 500:
        findings.append(f"point {point}: / answers {answer.status} while the disk is full")
    begin = time.monotonic()
    disk.empty()
    key = f"resume-{point}"
    try:
        wait_until(lambda: submit(server, memory, key, 500_000 + point), "an announcement is taken again", RESUME_SECONDS)
        announcement_id = memory.acknowledged[key]
        wait_until(lambda: server.api.announcement(announcement_id)["state"] != "received", "it is read", RESUME_SECONDS)
    except AssertionError as error:
        findings.append(f"point {point}: {error}, {disk.free() >> 20} MiB free\n{server.log_tail()}")
    if server.process.poll() is not None:
        findings.append(f"point {point}: the program ended: {server.log_tail()}")
    return findings, time.monotonic() - begin


def piece(folder, memory):
    chance = random.Random(ARGUMENTS.seed)
    disk = Disk(folder)
    server = Server(disk.folder)
    server.log = folder / "server.log"
    findings, longest = [], 0.0
    try:
        server.start()
        for point in range(ARGUMENTS.count):
            found, seconds = fill_once(server, disk, memory, chance, point)
            findings += found
            longest = max(longest, seconds)
            if findings:
                return findings
        print(f"the disk was full {ARGUMENTS.count} times; work went on after {longest:.1f} s at most")
        return findings + prove(server, memory, server.data / "log")
    finally:
        if server.process and server.process.poll() is None:
            server.kill()
        disk.end()


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("full: needs root, for a disk of its own")
    sys.exit(run_piece(piece))
