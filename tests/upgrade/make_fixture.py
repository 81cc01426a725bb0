#!/usr/bin/env python3
"""Makes the next fixture: run it with the program of the version that is to be
kept, before its schema changes.

    SEAWORTHY_PROGRAM=build/bin/seaworthy python3 -B tests/upgrade/make_fixture.py SCHEMA
"""

import io
import json
import pathlib
import sys
import tarfile
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from support.announcements import model_card, no_release  # noqa: E402
from support.server import Server, run  # noqa: E402
from upgrade.fixture import contents  # noqa: E402

ANNOUNCEMENTS = range(700, 706)
# What decides, in the order of the comparisons' names; the rest stays drafted.
DECISIONS = ["approve", "approve", "reject", "approve", "approve"]
KEPT = ["log", "objects", "store", "people"]
# RocksDB's notes for people and its locks.
LEFT_OUT = ("LOG", "LOCK", "OWNER")


def fill(server):
    """Announcements, comparisons, decisions of every kind, a correction."""
    for number in ANNOUNCEMENTS:
        server.submit_and_read(model_card(number), source_url=f"https://vendor.example/{number}")
    server.submit_and_read(no_release(1))
    server.settle()
    drafted = sorted(c["id"] for c in server.api.all("/comparisons", "comparisons") if c["state"] == "drafted")
    for name, decision in zip(drafted, DECISIONS, strict=False):
        shown = server.api.comparison(name)
        answer = server.api.decide(name, decision, shown["content_hash"], reason="for the fixture")
        assert answer.status == 200, answer.text
    withdrawn = server.api.comparison(drafted[1])
    answer = server.api.decide(drafted[1], "withdraw", withdrawn["content_hash"], reason="withdrawn again")
    assert answer.status == 200, answer.text
    server.settle()


def pack(data, archive):
    """Deterministic but for what the stores hold."""
    with tarfile.open(archive, "w:xz", preset=9) as out:
        for path in sorted(p for part in KEPT for p in (data / part).rglob("*") if p.is_file()):
            if path.name.startswith(LEFT_OUT):
                continue
            entry = tarfile.TarInfo(str(path.relative_to(data)))
            content = path.read_bytes()
            entry.size, entry.mode = len(content), 0o600
            out.addfile(entry, io.BytesIO(content))


def main():
    schema = int(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="seaworthy-fixture-") as folder:
        server = Server(folder)
        server.start()
        fill(server)
        expected = {"comparisons": contents(server.api), "tools": len(server.api.all("/tools", "tools"))}
        expected["events"] = server.api.call("GET", "/status").json["log_sequence"]
        assert server.stop() == 0
        rebuilt = run("rebuild", "--check", "--data", server.data)
        assert rebuilt.code == 0, rebuilt.out + rebuilt.err
        words = dict(line.split(maxsplit=1) for line in rebuilt.out.splitlines())
        assert int(words["events"]) == expected["events"], words
        expected["state_hash"] = words["rebuilt"]
        pack(server.data, HERE / f"{schema}.tar.xz")
    (HERE / f"{schema}.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{schema}.tar.xz: {(HERE / f'{schema}.tar.xz').stat().st_size} bytes")


if __name__ == "__main__":
    main()
