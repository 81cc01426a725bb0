"""Prometheus' text format, read strictly, and the table of docs/telemetry.md."""

import re

from prometheus_client.parser import text_string_to_metric_families

from support.server import ROOT

_ROW = re.compile(r"\| `([a-z_]+)` \| (gauge|counter|histogram) \| ([^|]*)\|")
_LINE = re.compile(
    r"# (HELP|TYPE) [a-z_]+ .+"
    r'|[a-z_]+(\{([a-z_]+="([^"\\\n]|\\[\\n"])*",?)+\})? (-?[0-9.e+-]+|NaN|[+-]Inf)'
)


def documented():
    """Name to (type, set of labels)."""
    page = (ROOT / "docs/telemetry.md").read_text()
    return {name: (kind, set(re.findall(r"`([a-z_]+)`", labels))) for name, kind, labels in _ROW.findall(page)}


class Scrape:
    """What one scrape said."""

    def __init__(self, text):
        self.text = text
        for line in text.splitlines():
            if not _LINE.fullmatch(line):
                raise AssertionError(f"not Prometheus' text format: {line!r}")
        self.types = dict(re.findall(r"^# TYPE ([a-z_]+) (\w+)$", text, re.MULTILINE))
        self.samples = [s for family in text_string_to_metric_families(text) for s in family.samples]

    def value(self, name, **labels):
        """The one sample with that name and at least those labels; None without."""
        found = [s.value for s in self.samples if s.name == name and labels.items() <= s.labels.items()]
        if len(found) > 1:
            raise AssertionError(f"{name} {labels}: {len(found)} samples")
        return found[0] if found else None

    def sum(self, name, **labels):
        return sum(s.value for s in self.samples if s.name == name and labels.items() <= s.labels.items())
