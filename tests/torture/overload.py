#!/usr/bin/env python3
"""Ten times what the program takes, for long: at least 80% of the peak is still
taken, memory stays bounded, and a minute later it is as before."""

import json
import os
import pathlib
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from torture.case import parse_arguments, run_piece  # noqa: E402
from support.server import PROGRAM, Server, TOKEN  # noqa: E402
from support.announcements import model_card  # noqa: E402

ARGUMENTS = parse_arguments(__doc__, 600)
CLIENTS = os.environ.get("SEAWORTHY_OPEN_LOOP", str(PROGRAM.parent.parent / "release/tests/torture/seaworthy_open_loop"))
TIMES = 10
GOODPUT = 0.8
MOST_MIB = 1024
RECOVERY_SECONDS = 60


def offer(server, seconds, rate, first):
    done = subprocess.run(
        [CLIENTS, str(server.port), TOKEN, str(seconds), str(rate), str(first)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


class Watch(threading.Thread):
    """The most memory the program had."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.status = pathlib.Path(f"/proc/{process.pid}/statm")
        self.done = threading.Event()
        self.most = 0.0

    def run(self):
        while not self.done.wait(0.5):
            self.most = max(self.most, int(self.status.read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / (1 << 20))


def recovery(server):
    """Seconds until an announcement is taken within a second again."""
    begin = time.monotonic()
    number = 0
    while time.monotonic() < begin + 2 * RECOVERY_SECONDS:
        asked = time.monotonic()
        number += 1
        try:
            answer = server.api.submit(model_card(700_000 + number), key=f"after-{number}")
            if answer.status == 202 and time.monotonic() - asked < 1:
                break
        except OSError:
            continue
    return time.monotonic() - begin


def piece(folder, _):
    server = Server(folder)
    try:
        server.start()
        watch = Watch(server.process)
        watch.start()
        peak = offer(server, max(5, ARGUMENTS.count / 10), 0, 0)
        peak_rate = peak["accepted"] / peak["seconds"]
        over = offer(server, ARGUMENTS.count, TIMES * peak_rate, 10_000_000)
        rate = over["accepted"] / over["seconds"]
        seconds = recovery(server)
        watch.done.set()
        print(f"peak {peak_rate:.0f}/s; offered {over['offered'] / over['seconds']:.0f}/s for {ARGUMENTS.count} s: taken "
              f"{rate:.0f}/s ({rate / peak_rate:.0%}), refused {over['refused']}, connections ended {over['broken']}, p99 {over['p99_ms']:.0f} ms; "
              f"memory {watch.most:.0f} MiB at most; taken within a second again after {seconds:.1f} s")
        findings = []
        if rate < GOODPUT * peak_rate:
            findings.append(f"only {rate / peak_rate:.0%} of the peak was taken")
        if watch.most > MOST_MIB:
            findings.append(f"{watch.most:.0f} MiB of memory")
        if seconds > RECOVERY_SECONDS:
            findings.append(f"recovered after {seconds:.0f} s")
        if server.process.poll() is not None:
            findings.append(f"the program ended: {server.log_tail()}")
        return findings
    finally:
        server.kill()


if __name__ == "__main__":
    sys.exit(run_piece(piece))
