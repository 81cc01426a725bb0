"""Builds what deploy/k8s uses of kustomize: resources, components, patches
(JSON 6902 on a target), namespace and configMapGenerator. Anything else is an
error, so that an overlay never means more than what is tested. Where kubectl is
on the machine, a test holds both to the same result."""

import copy
import hashlib
import pathlib
import re

import yaml

KNOWN = {"apiVersion", "kind", "resources", "components", "patches", "namespace", "configMapGenerator"}
WITHOUT_NAMESPACE = {"Namespace", "ClusterIssuer", "ClusterRole", "ClusterRoleBinding", "PriorityClass"}


class BadOverlay(Exception):
    """An overlay that this builder does not understand."""


def build(folder):
    """The objects of a folder's kustomization.yaml, as dicts."""
    folder = pathlib.Path(folder)
    spec = _read_kustomization(folder)
    objects = []
    for entry in spec.get("resources", []):
        objects += _resource(folder / entry)
    for entry in spec.get("components", []):
        component = folder / entry
        _apply_patches(_read_kustomization(component), component, objects)
    for generator in spec.get("configMapGenerator", []):
        objects.append(_config_map(generator, folder, objects))
    _apply_patches(spec, folder, objects)
    _set_namespace(spec.get("namespace"), objects)
    return objects


def _read_kustomization(folder):
    spec = yaml.safe_load((folder / "kustomization.yaml").read_text())
    unknown = set(spec) - KNOWN
    if unknown:
        raise BadOverlay(f"{folder}: {sorted(unknown)} is not understood here; tests/deploy/kustomize.py knows {sorted(KNOWN)}")
    return spec


def _resource(path):
    if path.is_dir():
        return build(path)
    return [one for one in yaml.safe_load_all(path.read_text()) if one is not None]


def _apply_patches(spec, folder, objects):
    for patch in spec.get("patches", []):
        target = patch.get("target", {})
        if set(patch) - {"path", "target"} or set(target) - {"kind", "name", "labelSelector"}:
            raise BadOverlay(f"{folder}: patch {patch} is not understood here")
        operations = yaml.safe_load((folder / patch["path"]).read_text())
        for one in objects:
            if _is_target(target, one):
                for operation in operations:
                    _apply(copy.deepcopy(operation), one)


def _is_target(target, one):
    for key, value in (("kind", one["kind"]), ("name", one["metadata"]["name"])):
        if key in target and not re.fullmatch(target[key], value):
            return False
    if "labelSelector" not in target:
        return True
    key, value = target["labelSelector"].split("=")
    return one["metadata"].get("labels", {}).get(key) == value


def _apply(operation, one):
    *way, last = [step.replace("~1", "/").replace("~0", "~") for step in operation["path"].strip("/").split("/")]
    place = one
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if operation["op"] == "remove":
        del place[int(last) if isinstance(place, list) else last]
    elif operation["op"] not in ("add", "replace"):
        raise BadOverlay(f"operation {operation['op']} is not understood here")
    elif isinstance(place, list):
        place.insert(len(place) if last == "-" else int(last), operation["value"])
    else:
        place[last] = operation["value"]


def _config_map(generator, folder, objects):
    """Named by its content too, so that other content starts the pods anew."""
    data = {pathlib.Path(name).name: (folder / name).read_text() for name in generator["files"]}
    name = generator["name"]
    hashed = f"{name}-{hashlib.sha256(repr(sorted(data.items())).encode()).hexdigest()[:10]}"
    for one in objects:
        for volume in one.get("spec", {}).get("template", {}).get("spec", {}).get("volumes", []):
            if volume.get("configMap", {}).get("name") == name:
                volume["configMap"]["name"] = hashed
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": hashed}, "data": data}


def _set_namespace(namespace, objects):
    for one in objects:
        if namespace and one["kind"] not in WITHOUT_NAMESPACE:
            one["metadata"]["namespace"] = namespace
