"""What the tests of deploy/ read: the overlays as built, the tables of the docs."""

import functools
import pathlib
import re

import yaml

from deploy import kustomize

ROOT = pathlib.Path(__file__).resolve().parents[2]
K8S = ROOT / "deploy/k8s"
MONITORING = ROOT / "deploy/monitoring"
OVERLAYS = ("single", "cluster")
KUSTOMIZATIONS = ("overlays/single", "overlays/cluster", "certificates", "ingress")
OPERATIONS = (ROOT / "docs/operations.md").read_text()


@functools.cache
def _built(kustomization):
    return yaml.safe_dump_all(kustomize.build(K8S / kustomization))


def objects_of(kustomization):
    """Fresh copies, to be changed at will."""
    return list(yaml.safe_load_all(_built(kustomization)))


def documented_flows():
    """(workload, direction) -> flows, from the tables of docs/operations.md."""
    flows = {}
    for row in OPERATIONS.splitlines():
        cells = [cell.strip() for cell in row.split("|")]
        if len(cells) == 5 and ":" in cells[2] and re.fullmatch(r"`[a-z]+`", cells[1]):
            for direction, cell in (("Egress", cells[2]), ("Ingress", cells[3])):
                flows[cells[1].strip("`"), direction] = set(re.findall(r"`([^`]+)`", cell))
    return flows


def documented_metrics():
    """name -> type, from the table of docs/telemetry.md."""
    rows = re.findall(r"^\| `([a-z_]+)` \| (gauge|counter|histogram) \|", (ROOT / "docs/telemetry.md").read_text(), re.M)
    return dict(rows)


def documented_labels():
    """name -> labels, from the same table."""
    rows = re.findall(r"^\| `([a-z_]+)` \| (?:gauge|counter|histogram) \| (.*?) ?\|", (ROOT / "docs/telemetry.md").read_text(),
                      re.M)
    return {name: set(re.findall(r"`([a-z_]+)`", labels)) for name, labels in rows}


def documented_keys():
    """Configuration keys, `table.key`; the names of endpoints and the like are `*`."""
    keys = set()
    for page in ("configuration", "services", "telemetry", "edition"):
        text = (ROOT / f"docs/{page}.md").read_text()
        for block in re.findall(r"```toml\n(.*?)```", text, re.S):
            table = ""
            for line in block.splitlines():
                if header := re.match(r"\[([a-z]+)(\.[a-z_]+)?\]", line):
                    table = header[1] + (".*." if header[2] else ".")
                elif key := re.match(r"([a-z_]+) =", line):
                    keys.add(table + key[1])
        keys |= set(re.findall(r"^\| `([a-z_]+)` \|", text, re.M))
    return keys


def rules():
    return yaml.safe_load((MONITORING / "seaworthy.rules.yaml").read_text())["groups"][0]["rules"]


def metrics_in(expression):
    """Names of metrics in a PromQL expression."""
    bare = re.sub(r"\{[^}]*\}|\"[^\"]*\"|\[[^\]]*\]", "", expression)
    bare = re.sub(r"\b(by|on|unless on|without)\s*\([^)]*\)", "", bare)
    return {name for name in re.findall(r"\b[a-z_]{2,}\b", bare)
            if name.startswith(("seaworthy_", "process_")) or name == "up"}
