#!/usr/bin/env python3
"""Makes the state of every fixture anew from its log, many times: all hashes are
the same, and the one that was committed with it where its schema is today's.

    python3 -B tests/upgrade/rebuilds.py --rebuilds 100
"""

import argparse
import pathlib
import re
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from support.server import run  # noqa: E402
from upgrade.fixture import all_fixtures  # noqa: E402

SAME = re.compile(r"schema (\d+), event \d+, hash ([0-9a-f]{64}), the same as made anew from the log")


def hashes_made_anew(data, times):
    """The different hashes of so many rebuilds."""
    # Puts a state of today's schema there, made of the log alone.
    shutil.rmtree(data / "store", ignore_errors=True)
    made = run("rebuild", "--data", data)
    assert made.code == 0, made.out + made.err
    hashes = set()
    for _ in range(times):
        done = run("verify", "--data", data)
        assert done.code == 0, done.out + done.err
        hashes.add(SAME.search(done.out)[2])
    return hashes


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rebuilds", type=int, default=100)
    times = parser.parse_args().rebuilds
    for fixture in all_fixtures():
        with tempfile.TemporaryDirectory(prefix="seaworthy-rebuilds-") as folder:
            hashes = hashes_made_anew(fixture.unpack(pathlib.Path(folder) / "data"), times)
        print(f"schema {fixture.schema}: {times} rebuilds, hashes: {', '.join(sorted(hashes))}")
        if len(hashes) != 1:
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
