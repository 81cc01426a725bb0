"""What every pod and everything about it has to be. Each rule yields one
sentence for each offence; test_manifests.py breaks each of them once."""

import re
import tomllib

from deploy.objects import (containers, flows, is_ours, labels_of, name_of, of_kind, pod_of, policies_for, selects,
                            workloads)

SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL")
SECRET_TEXT = re.compile(r"-----BEGIN|\bsk-[A-Za-z0-9]{8}|\bgh[ps]_[A-Za-z0-9]{8}|^\s*(password|token|api_key|key)\s*[=:]"
                         r"\s*\S", re.MULTILINE)
HARMLESS_VOLUMES = {"name", "configMap", "secret", "emptyDir", "persistentVolumeClaim", "ephemeral", "projected"}


def each_container(objects):
    for workload in workloads(objects):
        for container in containers(workload):
            yield workload, container, f"{name_of(workload)}, container {container['name']}"


def probes(objects):
    for workload, container, where in each_container(objects):
        ports = {port["name"] for port in container.get("ports", [])}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            if probe not in container:
                yield f"{where}: no {probe}"
            elif container[probe]["httpGet"]["port"] not in ports:
                yield f"{where}: {probe} asks a port it does not have"


def probed_paths(objects):
    wanted = {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}
    for workload, container, where in each_container(objects):
        for probe, path in wanted.items():
            asked = container.get(probe, {}).get("httpGet", {}).get("path")
            if is_ours(workload) and asked != path:
                yield f"{where}: {probe} asks {asked}, not {path}"


def resources(objects):
    for _, container, where in each_container(objects):
        has = container.get("resources", {})
        for part, name in (("requests", "cpu"), ("requests", "memory"), ("limits", "memory")):
            if name not in has.get(part, {}):
                yield f"{where}: no resources.{part}.{name}"


def restricted_containers(objects):
    for _, container, where in each_container(objects):
        context = container.get("securityContext", {})
        wanted = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        for key, value in wanted.items():
            if context.get(key) != value:
                yield f"{where}: securityContext.{key} is not {value}"
        if context.get("privileged") or context.get("runAsUser") == 0 or context.get("runAsNonRoot") is False:
            yield f"{where}: securityContext takes back what the pod's says"
        if "seccompProfile" in context or any("hostPort" in port for port in container["ports"]):
            yield f"{where}: a seccompProfile of its own, or a port of the node's"


def restricted_pods(objects):
    for workload in workloads(objects):
        pod = pod_of(workload)
        context = pod.get("securityContext", {})
        # Always would open the data folder's files of mode 0600 to the group.
        wanted = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"},
                  "fsGroupChangePolicy": "OnRootMismatch"}
        for key, value in wanted.items():
            if context.get(key) != value:
                yield f"{name_of(workload)}: securityContext.{key} is not {value}"
        if context.get("runAsUser", 0) == 0:
            yield f"{name_of(workload)}: securityContext.runAsUser is missing or root"
        for key in ("hostNetwork", "hostPID", "hostIPC"):
            if pod.get(key):
                yield f"{name_of(workload)}: {key}"
        for volume in pod.get("volumes", []):
            if set(volume) - HARMLESS_VOLUMES:
                yield f"{name_of(workload)}: volume {volume['name']} is of a kind that is not allowed"


def restricted_namespace(objects):
    spaces = of_kind(objects, "Namespace")
    if not spaces:
        yield "no Namespace"
    for space in spaces:
        if space["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce") != "restricted":
            yield f"{name_of(space)}: pod security `restricted` is not enforced"


def images(objects):
    for _, container, where in each_container(objects):
        _, _, tag = container["image"].rpartition("/")[2].partition(":")
        if tag in ("", "latest"):
            yield f"{where}: image {container['image']} has no version"


def service_account_tokens(objects):
    for workload in workloads(objects):
        pod = pod_of(workload)
        if pod.get("automountServiceAccountToken") is not False:
            yield f"{name_of(workload)}: gets a service account's token"
        for volume in pod.get("volumes", []):
            if any("serviceAccountToken" in source for source in volume.get("projected", {}).get("sources", [])):
                yield f"{name_of(workload)}: gets a service account's token through volume {volume['name']}"


def secrets_by_reference(objects):
    for secret in of_kind(objects, "Secret"):
        yield f"{name_of(secret)}: a secret's value has no place among the manifests"
    for _, container, where in each_container(objects):
        for variable in container.get("env", []):
            if "value" in variable and SECRET_NAME.search(variable["name"]):
                yield f"{where}: {variable['name']} is written out"
        for text in container.get("args", []) + container.get("command", []):
            if re.search(r"--(token|password|key)\b", text):
                yield f"{where}: {text} in its arguments can be seen by everybody on the node"
    for one in of_kind(objects, "ConfigMap"):
        for file, text in one["data"].items():
            if SECRET_TEXT.search(text):
                yield f"{name_of(one)}: {file} holds what looks like a secret"


def default_deny(objects):
    for workload in workloads(objects):
        for direction in ("Ingress", "Egress"):
            if not any(policy["spec"]["podSelector"] == {} and not policy["spec"].get(direction.lower())
                       for policy in policies_for(objects, workload, direction)):
                yield f"{name_of(workload)}: no policy denies {direction} by default"


def documented_flows(objects, documented):
    """`documented`: (workload, direction) -> set of flows, from docs/operations.md."""
    for workload in workloads(objects):
        for direction in ("Egress", "Ingress"):
            said = documented.get((workload["metadata"]["name"], direction))
            done = flows(objects, workload, direction)
            if done != said:
                yield f"{name_of(workload)}: {direction} is {sorted(done)}, docs/operations.md says {sorted(said or [])}"


def least_replicas(objects, workload):
    for scaler in of_kind(objects, "HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        if (target["kind"], target["name"]) == (workload["kind"], workload["metadata"]["name"]):
            return scaler["spec"].get("minReplicas", 1)
    return workload["spec"].get("replicas", 1)


def disruption_budgets(objects):
    budgets = of_kind(objects, "PodDisruptionBudget")
    for budget in budgets:
        meant = [one for one in workloads(objects) if selects(budget["spec"]["selector"], labels_of(one))]
        if not meant:
            yield f"{name_of(budget)}: selects nothing"
        for workload in meant:
            if not leaves_room(budget["spec"], least_replicas(objects, workload)):
                yield f"{name_of(budget)}: no pod of {name_of(workload)} can ever be evicted"
    for workload in workloads(objects):
        guarded = any(selects(budget["spec"]["selector"], labels_of(workload)) for budget in budgets)
        if least_replicas(objects, workload) > 1 and not guarded:
            yield f"{name_of(workload)}: several replicas and no PodDisruptionBudget"


def leaves_room(spec, replicas):
    """Whether at least one of `replicas` pods may go."""
    def share(value):
        return int(value[:-1]) * replicas / 100 if isinstance(value, str) else value
    if "maxUnavailable" in spec:
        return share(spec["maxUnavailable"]) > 0
    return share(spec["minAvailable"]) <= replicas - 1


def autoscalers(objects):
    for scaler in of_kind(objects, "HorizontalPodAutoscaler"):
        spec = scaler["spec"]
        if not 1 <= spec.get("minReplicas", 0) < spec.get("maxReplicas", 0) <= 20:
            yield f"{name_of(scaler)}: minReplicas and maxReplicas do not bound it (1 to 20)"
        target = spec["scaleTargetRef"]
        meant = [one for one in of_kind(objects, target["kind"]) if one["metadata"]["name"] == target["name"]]
        if not meant:
            yield f"{name_of(scaler)}: {target['name']} does not exist"
        if any("replicas" in one["spec"] for one in meant):
            yield f"{name_of(scaler)}: {target['name']} sets replicas too; each apply would undo the scaling"


def spread(objects):
    for workload in workloads(objects):
        keys = {one["topologyKey"] for one in pod_of(workload).get("topologySpreadConstraints", [])}
        if least_replicas(objects, workload) > 1 and "kubernetes.io/hostname" not in keys:
            yield f"{name_of(workload)}: its replicas may all stand on one node"


def data_on_volumes(objects):
    for workload in workloads(objects):
        claims = {claim["metadata"]["name"] for claim in workload["spec"].get("volumeClaimTemplates", [])}
        mounted = {mount["mountPath"]: mount["name"] for one in containers(workload) for mount in one["volumeMounts"]}
        durable = workload["kind"] == "StatefulSet" and mounted.get("/var/lib/seaworthy", mounted.get("/data")) in claims
        if workload["metadata"]["name"] != "site" and not durable:
            yield f"{name_of(workload)}: its data folder is on no volume of its own"


def graceful_stop(objects):
    for workload in workloads(objects):
        seconds = pod_of(workload).get("terminationGracePeriodSeconds")
        if seconds != (15 if is_ours(workload) else 60):
            yield f"{name_of(workload)}: terminationGracePeriodSeconds is {seconds}"


def references(objects):
    """Names that must exist among the objects: config maps, services, ports."""
    maps = {one["metadata"]["name"] for one in of_kind(objects, "ConfigMap")}
    for workload in workloads(objects):
        volumes = pod_of(workload).get("volumes", [])
        for volume in volumes:
            if "configMap" in volume and volume["configMap"]["name"] not in maps:
                yield f"{name_of(workload)}: config map {volume['configMap']['name']} does not exist"
        known = {one["name"] for one in volumes + [claim["metadata"] for claim in
                                                   workload["spec"].get("volumeClaimTemplates", [])]}
        for _, container, where in each_container([workload]):
            for mount in container["volumeMounts"]:
                if mount["name"] not in known:
                    yield f"{where}: volume {mount['name']} does not exist"


def services(objects):
    for service in of_kind(objects, "Service"):
        meant = [one for one in workloads(objects)
                 if selects({"matchLabels": service["spec"]["selector"]}, labels_of(one))]
        open_ports = {value for one in meant for container in containers(one) for port in container["ports"]
                      for value in (port["name"], port["containerPort"])}
        if not meant:
            yield f"{name_of(service)}: selects nothing"
        for port in service["spec"]["ports"]:
            if port.get("targetPort", port["port"]) not in open_ports:
                yield f"{name_of(service)}: nobody listens on {port.get('targetPort', port['port'])}"


def configuration_of(objects, workload):
    """What a pod of ours reads."""
    mounted = {volume.get("configMap", {}).get("name") for volume in pod_of(workload)["volumes"]}
    for one in of_kind(objects, "ConfigMap"):
        if one["metadata"]["name"] in mounted and "seaworthy.toml" in one["data"]:
            return tomllib.loads(one["data"]["seaworthy.toml"])
    return {}


def listeners(objects):
    """The ports a program is told to listen on are those the pod shows."""
    for workload, container, where in each_container(objects):
        if not is_ours(workload):
            continue
        config = configuration_of(objects, workload)
        args = container["args"]
        wanted = {"telemetry": config.get("telemetry", {}).get("listen")}
        if "--listen" in args:
            wanted["grpc"] = args[args.index("--listen") + 1]
        else:
            wanted["http"] = f"{config.get('http_address')}:{config.get('http_port')}"
        shown = {port["name"]: f"0.0.0.0:{port['containerPort']}" for port in container["ports"]}
        if shown != wanted:
            yield f"{where}: it listens on {wanted}, and shows {shown}"


def addresses(objects):
    """Where the configuration says that others answer, somebody does, and the files it names are there."""
    served = {f"{service['metadata']['name']}:{port['port']}" for service in of_kind(objects, "Service")
              for port in service["spec"]["ports"]}
    for one in of_kind(objects, "StatefulSet"):
        service = one["spec"]["serviceName"]
        served |= {f"{one['metadata']['name']}-{i}.{address}" for i in range(least_replicas(objects, one))
                   for address in served if address.startswith(f"{service}:")}
    for workload in filter(is_ours, workloads(objects)):
        config = configuration_of(objects, workload)
        services, log = config.get("services", {}), config.get("log", {})
        asked = {services[name] for name in ("ingest", "reviewer", "aggregator") if name in services}
        servers = {url.removeprefix("tls://") for url in log["url"].split(",")} if "url" in log else set()
        for address in sorted((asked | servers) - served):
            yield f"{name_of(workload)}: nobody answers at {address}"
        if len(servers) < log.get("replicas", 0):
            yield f"{name_of(workload)}: {log['replicas']} replicas of the log on {len(servers)} servers"
        secrets = {volume["name"] for volume in pod_of(workload)["volumes"] if "secret" in volume}
        folders = [mount["mountPath"] for mount in containers(workload)[0]["volumeMounts"] if mount["name"] in secrets]
        files = {value for table in (services, log) for key, value in table.items() if key.endswith("_file")}
        for file in sorted(files):
            if file.rpartition("/")[0] not in folders:
                yield f"{name_of(workload)}: {file} is in no Secret it mounts"


def sign_in_link(objects):
    """A publisher prints it where no file is named, and what a pod prints is its log."""
    maps = {one["metadata"]["name"]: one["data"] for one in of_kind(objects, "ConfigMap")}
    for workload, container, where in each_container(objects):
        args = container.get("args", [])
        named = [maps[volume["configMap"]["name"]] for volume in pod_of(workload).get("volumes", [])
                 if volume.get("configMap", {}).get("name") in maps]
        in_a_file = "--desk-link-file" in args or any("desk_link_file" in text for data in named for text in data.values())
        if args[:1] in (["seaworthy"], ["seaworthy-publisher"]) and "site" not in args and not in_a_file:
            yield f"{where}: the desk's sign-in link goes to the pod's log"


RULES = [probes, probed_paths, resources, restricted_containers, restricted_pods, restricted_namespace, images,
         service_account_tokens, secrets_by_reference, default_deny, disruption_budgets, autoscalers, spread,
         data_on_volumes, graceful_stop, references, services, listeners, addresses, sign_in_link]


def findings(objects, documented):
    found = [sentence for rule in RULES for sentence in rule(objects)]
    return found + list(documented_flows(objects, documented))
