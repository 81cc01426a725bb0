"""Each breaks the cluster overlay in one way, with the words a rule has to find."""

from deploy.objects import containers, of_kind, pod_of


def one(objects, kind, name):
    return next(each for each in of_kind(objects, kind) if each["metadata"]["name"] == name)


def reviewer(objects):
    return one(objects, "StatefulSet", "reviewer")


def container(objects):
    return containers(reviewer(objects))[0]


def without(holder, key):
    del holder[key]


def drop(objects, kind, name):
    objects.remove(one(objects, kind, name))


def policy(objects, name):
    return one(objects, "NetworkPolicy", name)["spec"]


def configure(objects, old, new):
    """Changes the programs' configuration."""
    data = next(each["data"] for each in of_kind(objects, "ConfigMap") if "seaworthy.toml" in each["data"])
    assert old in data["seaworthy.toml"], old
    data["seaworthy.toml"] = data["seaworthy.toml"].replace(old, new)


MUTATIONS = {
    "no readinessProbe": lambda all: without(container(all), "readinessProbe"),
    "livenessProbe asks a port": lambda all: container(all)["livenessProbe"]["httpGet"].update(port="nobody"),
    "readinessProbe asks /healthz": lambda all: container(all)["readinessProbe"]["httpGet"].update(path="/healthz"),
    "no resources.limits.memory": lambda all: without(container(all)["resources"]["limits"], "memory"),
    "readOnlyRootFilesystem": lambda all: container(all)["securityContext"].update(readOnlyRootFilesystem=False),
    "capabilities": lambda all: container(all)["securityContext"].update(capabilities={"drop": ["ALL"], "add": ["X"]}),
    "takes back": lambda all: container(all)["securityContext"].update(runAsUser=0),
    "of the node's": lambda all: container(all)["ports"][0].update(hostPort=9402),
    "a seccompProfile of": lambda all: container(all)["securityContext"].update(seccompProfile={"type": "Unconfined"}),
    "runAsNonRoot": lambda all: pod_of(reviewer(all))["securityContext"].update(runAsNonRoot=False),
    "seccompProfile": lambda all: without(pod_of(reviewer(all))["securityContext"], "seccompProfile"),
    "fsGroupChangePolicy": lambda all: without(pod_of(reviewer(all))["securityContext"], "fsGroupChangePolicy"),
    "hostNetwork": lambda all: pod_of(reviewer(all)).update(hostNetwork=True),
    "of a kind that is not allowed": lambda all: pod_of(reviewer(all))["volumes"].append(
        {"name": "host", "hostPath": {"path": "/"}}),
    "is not enforced": lambda all: without(one(all, "Namespace", "seaworthy")["metadata"], "labels"),
    "has no version": lambda all: container(all).update(image="registry.example:5000/seaworthy"),
    "image seaworthy:latest": lambda all: container(all).update(image="seaworthy:latest"),
    "gets a service account": lambda all: without(pod_of(reviewer(all)), "automountServiceAccountToken"),
    "token through volume": lambda all: pod_of(reviewer(all))["volumes"].append(
        {"name": "t", "projected": {"sources": [{"serviceAccountToken": {}}]}}),
    "a secret's value": lambda all: all.append({"kind": "Secret", "metadata": {"name": "s"}}),
    "is written out": lambda all: container(all)["env"].append({"name": "OPENAI_API_KEY", "value": "x"}),
    "can be seen by everybody": lambda all: container(all)["args"].append("--token=x"),
    "looks like a secret": lambda all: of_kind(all, "ConfigMap")[0]["data"].update(x="password = \"swordfish\"\n"),
    "sign-in link goes": lambda all: without(containers(one(all, "StatefulSet", "publisher"))[0]["args"], slice(3, 5)),
    "denies Ingress by default": lambda all: drop(all, "NetworkPolicy", "default-deny"),
    "Egress is": lambda all: policy(all, "reviewer-outside")["egress"][0].pop("to"),
    "0.0.0.0/0:443": lambda all: policy(all, "reviewer-outside")["egress"][0]["to"][0]["ipBlock"]["except"].pop(1),
    "outside:22": lambda all: policy(all, "ingest-outside")["egress"][0]["ports"].append({"port": 22}),
    "anybody:9402": lambda all: policy(all, "reviewer")["ingress"][0].pop("from"),
    "can ever be evicted": lambda all: one(all, "PodDisruptionBudget", "nats")["spec"].update(maxUnavailable=0),
    "no PodDisruptionBudget": lambda all: drop(all, "PodDisruptionBudget", "aggregator"),
    "do not bound it": lambda all: without(one(all, "HorizontalPodAutoscaler", "reviewer")["spec"], "minReplicas"),
    "sets replicas too": lambda all: reviewer(all)["spec"].update(replicas=2),
    "may all stand on one node": lambda all: without(pod_of(reviewer(all)), "topologySpreadConstraints"),
    "on no volume": lambda all: without(reviewer(all)["spec"], "volumeClaimTemplates"),
    "terminationGracePeriodSeconds is 5": lambda all: pod_of(reviewer(all)).update(terminationGracePeriodSeconds=5),
    "config map nowhere": lambda all: pod_of(reviewer(all))["volumes"][0].update(configMap={"name": "nowhere"}),
    "volume gone does not exist": lambda all: container(all)["volumeMounts"][0].update(name="gone"),
    "it listens on {'telemetry': '0.0.0.0:9464', 'grpc': '0.0.0.0:1'}": lambda all: container(all)["args"].__setitem__(
        4, "0.0.0.0:1"),
    "it listens on {'telemetry': '127.0.0.1:9464'": lambda all: configure(all, "0.0.0.0:9464", "127.0.0.1:9464"),
    "'http': '0.0.0.0:8081'": lambda all: configure(all, "http_port = 8080", "http_port = 8081"),
    "nobody answers at ingest:9402": lambda all: configure(all, "ingest:9401", "ingest:9402"),
    "nobody answers at nats-3.nats:4222": lambda all: configure(all, "nats-2.nats", "nats-3.nats"),
    "4 replicas of the log on 3 servers": lambda all: configure(all, "replicas = 3", "replicas = 4"),
    "is in no Secret it mounts": lambda all: configure(all, "/run/secrets/seaworthy/ca.crt", "/etc/seaworthy/ca.crt"),
    "nobody listens on 1": lambda all: one(all, "Service", "ingest")["spec"]["ports"][0].update(port=1),
}
