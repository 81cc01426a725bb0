"""A data folder as an earlier version left it, and what has to become of it.

SCHEMA.tar.xz holds the folder, SCHEMA.json what the program that wrote it said
of it.
"""

import dataclasses
import json
import pathlib
import tarfile

HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass
class Fixture:
    schema: int  # Of the aggregator's store.
    archive: pathlib.Path
    expected: dict

    def unpack(self, data):
        """Makes the data folder `data`."""
        data.mkdir(mode=0o700, parents=True)
        with tarfile.open(self.archive) as archive:
            archive.extractall(data)
        return data


def all_fixtures():
    """Oldest first."""
    found = []
    for archive in HERE.glob("*.tar.xz"):
        schema = archive.name.removesuffix(".tar.xz")
        expected = json.loads((HERE / f"{schema}.json").read_text(encoding="utf-8"))
        found.append(Fixture(int(schema), archive, expected))
    return sorted(found, key=lambda fixture: fixture.schema)


def contents(api):
    """Every comparison with its state and the hash of its content."""
    comparisons = api.all("/comparisons", "comparisons")
    return {c["id"]: [c["state"], c["content_hash"]] for c in comparisons}


def page_paths(expected):
    """The public pages of what is approved."""
    approved = [name for name, (state, _) in sorted(expected["comparisons"].items()) if state == "approved"]
    return ["/"] + [f"/compare/{name}" for name in approved]
