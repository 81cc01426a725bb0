"""Announcements that nobody wrote: made of parts, as many as asked for.

The vendors and products are invented. Two numbers never give the same name.
"""

import random

_BIRDS = ["Corvid", "Heron", "Plover", "Kestrel", "Dunlin", "Osprey", "Wigeon", "Avocet", "Merlin", "Siskin"]
_TREES = ["Alder", "Rowan", "Linden", "Hazel", "Cedar", "Aspen", "Maple", "Juniper", "Willow", "Larch"]
_VENDORS = ["Northlight Labs", "Tern Systems", "Basalt AI", "Foxglove Research", "Quayside Computing"]
_LICENSES = [("apache-2.0", "Apache 2.0"), ("mit", "MIT"), ("cc-by-nc-4.0", "CC BY-NC 4.0"), ("bsd-3-clause", "BSD 3-Clause")]


def tool_name(number):
    bird, tree = _BIRDS[number % 10], _TREES[number // 10 % 10]
    return f"{bird} {tree} {1 + number // 100}"


def model_card(number):
    """A model card in Markdown with front matter."""
    chance = random.Random(number)
    name = tool_name(number)
    size = chance.choice([1, 3, 7, 8, 13, 34, 70])
    spdx, spoken = chance.choice(_LICENSES)
    vendor = chance.choice(_VENDORS)
    tokens = chance.choice([4096, 8192, 32768, 131072])
    lines = [
        "---",
        f"license: {spdx}",
        "pipeline_tag: text-generation",
        "---",
        f"# {name} {size}B",
        "",
        f"{vendor} releases {name} {size}B, a {size}-billion-parameter language model for code review, "
        f"under the {spoken} license.",
        f"It reads up to {tokens} tokens of context.",
    ]
    if chance.random() < 0.6:
        lines.append("Quantized GGUF weights are available on day one.")
    if chance.random() < 0.5:
        score = chance.randint(40, 88)
        lines.append(f"It scores {score}.{chance.randint(0, 9)} on MMLU (5-shot), measured with lm-evaluation-harness.")
    if chance.random() < 0.6:
        lines += ["", "## Usage", "", "```bash", f"pip install {name.split()[0].lower()}", "```"]
    return "\n".join(lines).encode() + b"\n"


def no_release(number):
    """Something that announces nothing."""
    return f"Minutes of meeting {number}. Present: all. The next one is on Thursday.\n".encode()
