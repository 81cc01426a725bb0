"""The same comparison page for Hugo, Eleventy and Eta, made of our template."""

import json
import re

TAG = re.compile(r"\{\{([#/]?)([a-z_.]+)\}\}")


def translate(text, value, begin, end):
    """Puts each tag into another engine's words; lists nest at most twice."""
    scopes = []
    out = []
    at = 0
    for found in TAG.finditer(text):
        out.append(text[at : found.start()])
        at = found.end()
        sigil, name = found.groups()
        if sigil == "#":
            out.append(begin(scopes, name))
            scopes.append(name)
        elif sigil == "/":
            scopes.pop()
            out.append(end(scopes))
        else:
            out.append(value(scopes, name))
    out.append(text[at:])
    return "".join(out)


def hugo(text):
    page = translate(
        text,
        lambda scopes, name: "{{ ." + name + " }}" if scopes else "{{ $p." + name + " }}",
        lambda scopes, name: "{{ range " + ("." if scopes else "$p.") + name + " }}",
        lambda scopes: "{{ end }}",
    )
    return "{{ $p := .Params }}" + page


def nunjucks(text):
    def value(scopes, name):
        return "{{ " + (scopes[-1][0] if scopes else "c") + "." + name + " }}"

    def begin(scopes, name):
        return "{% for " + name[0] + " in " + (scopes[-1][0] if scopes else "c") + "." + name + " %}"

    return translate(text, value, begin, lambda scopes: "{% endfor %}")


def eta(text):
    def value(scopes, name):
        return "<%= " + (scopes[-1][0] if scopes else "it") + "." + name + " %>"

    def begin(scopes, name):
        return "<% for (const " + name[0] + " of " + (scopes[-1][0] if scopes else "it") + "." + name + ") { %>"

    return translate(text, value, begin, lambda scopes: "<% } %>")


WORDS = (
    "ship skip panel release model licence price context latency token tool vendor editor evidence "
    "reader open weights local server plugin docs quickstart migration lock-in roadmap adoption"
).split()


class Invented:
    """Comparisons from a fixed seed: the same bytes in every run."""

    def __init__(self, seed=20261121):
        self.state = seed

    def number(self, below):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % below

    def text(self, words):
        return " ".join(WORDS[self.number(len(WORDS))] for _ in range(words)).capitalize() + " & <more>."

    def side(self):
        return {
            "vote": "Ship" if self.number(2) else "Skip",
            "confidence": f"{50 + self.number(50)}%",
            "quote": self.text(18),
            "flip": self.text(8),
        }

    def persona(self, name):
        beats = [{"title": f"Beat {i}", "a": self.text(8), "b": self.text(8)} for i in range(3)]
        return {"id": name, "title": name.capitalize(), "a": self.side(), "b": self.side(), "beats": beats}

    def comparison(self, number):
        a, b = f"tool-{number:05}-a", f"tool-{number:05}-b"
        facts = [{"label": f"Fact {i}", "a": self.text(4), "b": self.text(4)} for i in range(8)]
        return {
            "id": f"{a}-vs-{b}",
            "title": f"Tool {number} A vs Tool {number} B",
            "description": self.text(12),
            "canonical": f"https://seaworthy.example/compare/{a}-vs-{b}",
            "approved_on": "2026-11-14",
            "a": {"name": f"Tool {number} A", "percent": "75%"},
            "b": {"name": f"Tool {number} B", "percent": "25%"},
            "personas": [self.persona(name) for name in ("dx", "competitor", "futurist", "business")],
            "facts": facts,
            "sources": [{"url": f"https://vendor.example/{number}/{i}", "label": f"Source {i}"} for i in range(3)],
        }


def comparisons(count):
    invented = Invented()
    return [invented.comparison(number) for number in range(count)]


def lines(count):
    return "".join(json.dumps(one) + "\n" for one in comparisons(count))
