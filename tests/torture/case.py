"""What the pieces of the whole program share: a life under load, and the proof."""

import argparse
import pathlib
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from crash import proof  # noqa: E402
from crash.load import Load, Memory  # noqa: E402
from support.server import run  # noqa: E402


def parse_arguments(description, count):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--count", type=int, default=count)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="without what needs root")
    return parser.parse_args()


def prove(server, memory, log, config=None):
    """Everything that does not hold, as lines; stops the server."""
    server.settle(600)
    findings = list(memory.complaints)
    findings += proof.lost_announcements(server.api, memory)
    findings += proof.lost_pages(server.api, server, memory)
    if server.stop() != 0:
        findings.append("the server did not stop cleanly")
    records = proof.read_log(log)
    findings += proof.wrong_records(records, memory)
    done = run("rebuild", "--check", "--data", server.data, *(("--config", config) if config else ()), timeout=900)
    if done.code != 0:
        findings.append(f"rebuild --check: {done.err.strip()}")
    print(f"{len(memory.acknowledged)} announcements acknowledged, {len(memory.decided)} decisions, {len(records)} records")
    return findings


def run_piece(piece):
    """Calls `piece(folder, memory)`, which returns findings; the exit code."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="seaworthy-torture-"))
    begin = time.monotonic()
    try:
        findings = piece(folder, Memory())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for finding in findings[:20]:
        print(f"FAILED: {finding}", file=sys.stderr)
    print(f"{'FAILED' if findings else 'ok'}: {len(findings)} findings, {time.monotonic() - begin:.0f} s")
    return 1 if findings else 0


__all__ = ["Load", "Memory", "parse_arguments", "prove", "run_piece"]
