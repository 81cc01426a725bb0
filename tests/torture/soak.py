#!/usr/bin/env python3
"""The whole program over NATS at work for long, its broker killed now and then:
memory and descriptors stay flat, and the proof holds in the end."""

import contextlib
import os
import pathlib
import random
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from torture.case import Load, parse_arguments, prove, run_piece  # noqa: E402
from support.nats_server import NatsServer  # noqa: E402
from support.server import Server  # noqa: E402

ARGUMENTS = parse_arguments(__doc__, 1800)
# Mean of the last quarter against that of the second: what is bounded (write
# buffers, caches) fills in the first, if that is long enough.
MEMORY_GROWTH = 1.10
FILL_SECONDS = 400
DESCRIPTORS_MORE = 16
FAULT_SHARE = 0.1


def resident_mib(process):
    pages = int(pathlib.Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / (1 << 20)


def descriptors(process):
    """Without the stores' tables: there are more of them as there is more data."""
    folder = pathlib.Path(f"/proc/{process.pid}/fd")
    names = []
    for descriptor in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            names.append(os.readlink(descriptor))
    return sum(not name.endswith(".sst") for name in names)


def judge(samples, seconds):
    """Of (MiB, descriptors), in order of time, over `seconds`."""
    quarter = max(1, len(samples) // 4)
    early, late = samples[quarter : 2 * quarter], samples[-quarter:]
    memory = [statistics.mean(m for m, _ in part) for part in (early, late)]
    open_files = [max(d for _, d in part) for part in (early, late)]
    tenths = [f"{statistics.mean(m for m, _ in samples[i * len(samples) // 10 : (i + 1) * len(samples) // 10]):.0f}" for i in range(10)]
    print(f"memory by tenths of the time: {' '.join(tenths)} MiB; {memory[0]:.0f} in the second quarter, {memory[1]:.0f} in the last; "
          f"descriptors {open_files[0]} and {open_files[1]}")
    if seconds / 4 < FILL_SECONDS:
        print(f"memory is not judged: that takes {4 * FILL_SECONDS} s")
    elif memory[1] > memory[0] * MEMORY_GROWTH:
        yield f"memory grew by {memory[1] / memory[0] - 1:.0%}"
    if open_files[1] > open_files[0] + DESCRIPTORS_MORE:
        yield f"descriptors grew from {open_files[0]} to {open_files[1]}"


def piece(folder, memory):
    chance = random.Random(ARGUMENTS.seed)
    broker = NatsServer(folder).start()
    config = folder / "seaworthy.toml"
    config.write_text(broker.log_table)
    server = Server(folder, config=config)
    samples, rounds, faults = [], 0, 0
    try:
        server.start()
        end = time.monotonic() + ARGUMENTS.count
        while time.monotonic() < end:
            rounds += 1
            load = Load(server.api, memory, f"{ARGUMENTS.seed}/{rounds}", 6).start()
            if chance.random() < FAULT_SHARE:
                faults += 1
                broker.kill()
                broker.start()
            time.sleep(1.5)  # The pace of the load, not a wait.
            load.join()
            samples.append((resident_mib(server.process), descriptors(server.process)))
        print(f"{rounds} rounds, the broker killed {faults} times")
        findings = list(judge(samples, ARGUMENTS.count)) if len(samples) >= 10 else ["too short to judge"]
        return findings + prove(server, memory, broker.url, config)
    finally:
        if server.process and server.process.poll() is None:
            server.kill()
        broker.stop()


if __name__ == "__main__":
    sys.exit(run_piece(piece))
