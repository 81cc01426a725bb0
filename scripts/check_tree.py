#!/usr/bin/env python3
"""Checks the shape of the source tree (docs/development.md, "The tree").

Dependencies point one way, services never include each other, and every folder
with code has a README.md of at most 40 lines. Prints every finding with file
and line; the exit code is 1 where there is one.
"""

import pathlib
import re
import sys

CODE = {".cc", ".h", ".py", ".proto"}
AREAS = ["proto", "common", "services", "cli", "tests", "bench", "scripts"]
README_LINES = 40
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')

# What each area may include, by the first part of the path; `services` means
# the service's own folder only.
MAY_INCLUDE = {
    "common": {"common", "seaworthy"},
    "services": {"common", "seaworthy"},
    "cli": {"cli", "common", "services", "seaworthy"},
    "tests": {"tests", "cli", "common", "services", "seaworthy"},
    "bench": {"bench", "cli", "common", "services", "tests", "seaworthy"},
}


def area_of(path):
    """`services/ingest` for services, else the first part."""
    parts = path.parts
    return "/".join(parts[:2]) if parts[0] == "services" else parts[0]


def include_finding(source, included):
    """Why this include is wrong, or None. Paths are relative to the root."""
    first = included.parts[0]
    if first not in set(MAY_INCLUDE) | {"seaworthy"}:
        return None  # Not one of ours.
    if area_of(included) == area_of(source):
        return None
    if source.parts[0] == "services" and first == "services":
        return "services never include each other; what two need belongs in common/"
    if first not in MAY_INCLUDE.get(source.parts[0], set()):
        return f"{source.parts[0]}/ may not include {first}/; dependencies point to common/ and proto/"
    return None


def include_findings(root):
    for area in MAY_INCLUDE:
        for path in sorted((root / area).rglob("*")):
            if path.suffix not in (".cc", ".h"):
                continue
            source = path.relative_to(root)
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                match = INCLUDE.match(line)
                why = match and include_finding(source, pathlib.PurePath(match[1]))
                if why:
                    yield f'{source}:{number}: includes "{match[1]}": {why}'


def readme_findings(root):
    folders = set()
    for area in AREAS:
        folders.update(p.parent for p in (root / area).rglob("*")
                       if p.suffix in CODE and "node_modules" not in p.parts)
    for folder in sorted(folders):
        relative = folder.relative_to(root)
        if relative.parts[0] == "proto":
            relative = pathlib.PurePath("proto")  # One for all versions.
        readme = root / relative / "README.md"
        if "testdata" in relative.parts or "__pycache__" in relative.parts:
            continue
        if not readme.is_file():
            yield f"{relative}/: has no README.md; say its job, its parts, where it is wired"
        elif len(readme.read_text(encoding="utf-8").splitlines()) > README_LINES:
            yield f"{relative}/README.md: over {README_LINES} lines; the rest belongs in docs/"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    findings = [*include_findings(root), *readme_findings(root)]
    for finding in findings:
        print(finding, file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
